"""What the bench measures with: seconds of a command, when it said what, and the memory of every process below it."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from analysis import store

EVERY = 0.1  # seconds between two looks at the memory


@dataclass
class Run:
    """One command: its seconds, what it printed and after how many seconds, and its memory.

    memory : highest resident bytes of a process, by what it does.  together : highest bytes of all processes at once,
    pages that they share counted once. Both are there only where the run was watched.
    """

    seconds: float
    said: list[tuple[float, str]]
    memory: dict[str, int] = field(default_factory=dict)
    together: int = 0

    def after(self, *starts: str) -> float:
        """Seconds until the last of these lines was begun."""
        return max(at for at, line in self.said if line.startswith(starts))


class OverrunError(Exception):
    """A command took more of the processor than it was given."""


def timed(command: Iterable[str], project: Path, limit: int | None = None, watched: bool = False) -> Run:
    """Run a command in a project; the bench ends where it fails.

    limit : seconds of the processor that it may take. Raises OverrunError past them.  watched : its memory is looked at
    too, which holds the processes up each time: such a run is not one to take the time of.
    """
    environment = os.environ | {
        "PYTHONPATH": f"{project / 'src'}{os.pathsep}{project}",
        "PYTHONHASHSEED": "0",
        store.STEP: "bench",
    }
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        environment.pop(name, None)
    run, started = Run(0, []), time.perf_counter()
    with subprocess.Popen(
        list(command),
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        if limit:
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (limit, limit + 5))
        watch = _Watch(process.pid, run)
        hear = threading.Thread(target=_hear, args=(process, run, started))
        for thread in (watch, hear) if watched else (hear,):
            thread.start()
        errors = "".join(process.stderr or [])
        process.wait()
        watch.done.set()
    hear.join()
    if watched:
        watch.join()
    if limit and process.returncode == -signal.SIGXCPU:
        raise OverrunError
    if process.returncode:
        sys.exit(f"{' '.join(command)}\n{errors}")
    run.seconds = time.perf_counter() - started
    return run


def _hear(process: subprocess.Popen, run: Run, started: float) -> None:
    for line in process.stdout or []:
        run.said.append((time.perf_counter() - started, line.rstrip("\n")))


class _Watch(threading.Thread):
    def __init__(self, pid: int, run: Run):
        super().__init__(daemon=True)
        self.pid, self.run_, self.done = pid, run, threading.Event()

    def run(self) -> None:
        while not self.done.wait(EVERY):
            together = 0
            for process in _family(self.pid):
                try:
                    role, size = _role(process), process.memory_info().rss
                    together += process.memory_full_info().pss
                except psutil.Error:
                    continue
                self.run_.memory[role] = max(self.run_.memory.get(role, 0), size)
            self.run_.together = max(self.run_.together, together)


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _role(process: psutil.Process) -> str:
    """What a process does: by its command, which a forked one has from the process that it was forked from."""
    command = " ".join(process.cmdline())
    if "multiprocessing.forkserver" in command:
        return "forked"
    if "analysis report" in command and "python" in process.name():
        return "driver"
    return "kernel" if "ipykernel" in command else "python" if "python" in process.name() else "other"
