"""python -m analysis …: the commands, where the console command of the same name is not in PATH."""

from analysis.running.commands import main

if __name__ == "__main__":
    main()
