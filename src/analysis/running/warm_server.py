"""A process that imports the libraries once and forks a fresh process for every job that its run asks for.

It hears from the process that started it (warm.py) over a pair of sockets without a name, so nobody else can ask for
anything. When the other end is gone, for whatever reason, it ends its jobs, clears away what was left half done, and
ends. Linux only: jobs are watched by pidfd and end with this process by PR_SET_PDEATHSIG.
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from analysis.running import runs

MADE = 1_000_000  # objects that a process makes before it looks for cycles; Python's 700 suit those that live longer
LONGEST = 1 << 20  # bytes of one request: a kernel's command and environment
PR_SET_PDEATHSIG = 1


@dataclass
class Job:
    """What a forked process does: call `function` of `module`, with an environment of its own, in its own folder.

    imports : modules that the server imports before it forks.
    """

    module: str
    function: str
    arguments: list
    imports: list[str]
    environment: dict[str, str]
    folder: str

    def run(self, before: Mapping[str, str]) -> int:
        """Do it, as a fresh Python would. Returns the exit status.

        before : the environment before anything was imported; what the libraries put there since, they put there again.
        """
        imported = dict(os.environ.items() - before.items())
        os.environ.clear()
        os.environ.update(self.environment | imported)
        os.environ["JPY_PARENT_PID"] = str(os.getppid())  # as jupyter_client's launcher sets it
        os.chdir(self.folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        try:
            getattr(importlib.import_module(self.module), self.function)(*self.arguments)
        except SystemExit as leaving:
            return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        except BaseException:  # told by whoever does it again (warm.Run.do); a kernel tells it by itself
            return 1
        return 0


class Server:
    """Forks jobs until the other end of `control` is closed; imports `spare` modules while nothing else is due."""

    def __init__(self, control: socket.socket, spare: list[str]):
        self.control, self.spare = control, spare
        self.jobs: dict[int, tuple[int, int]] = {}  # pidfd → process, pipe that tells how it ended
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)

    def serve(self) -> Job | None:
        """In this process None, once the run is over; in a forked process its job."""
        while True:
            ready = [place for place, _ in self.poll.poll(0 if self.spare else None)]
            if not ready:
                load(self.spare.pop(0))
            for place in ready:
                if place != self.control.fileno():
                    self.ended(place)
                    continue
                message, pipes, _, _ = socket.recv_fds(self.control, LONGEST, 1)
                if not message:
                    return None
                job = self.start(json.loads(message), pipes[0])
                if job:
                    return job

    def start(self, asked: dict, pipe: int) -> Job | None:
        """Fork, and say on the pipe which process it is; in the forked process its job.

        With a thread beside it this process is not copied (the thread's locks would stay locked for ever in the copy):
        the pipe is closed without a word.
        """
        self.spare += asked.pop("spare")
        job = Job(**asked)
        for name in job.imports:
            load(name)
        if threads() > 1:
            os.close(pipe)
            return None
        gc.freeze()
        server = os.getpid()
        process = os.fork()
        if process == 0:
            self.leave(server, pipe)
            return job
        watch = os.pidfd_open(process)
        self.jobs[watch] = process, pipe
        self.poll.register(watch, select.POLLIN)
        tell(pipe, process)
        return None

    def ended(self, watch: int) -> None:
        """End what a job that has ended had started, and tell how it ended."""
        process, pipe = self.jobs.pop(watch)
        self.poll.unregister(watch)
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)  # before it is waited for: until then nobody else has its number
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        tell(pipe, status)
        os.close(pipe)
        os.close(watch)

    def end_jobs(self) -> None:
        """End every job, with all that it started."""
        for process, _ in self.jobs.values():
            os.kill(process, signal.SIGKILL)
        for watch in list(self.jobs):
            self.ended(watch)

    def leave(self, server: int, pipe: int) -> None:
        """In a forked process: keep nothing of the server, and end when it ends."""
        os.setsid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != server:
            os._exit(1)
        for place in (pipe, *self.jobs, *(other for _, other in self.jobs.values())):
            os.close(place)
        self.control.close()


def tell(pipe: int, number: int) -> None:
    """Write a number to a pipe, if somebody is still there to read it."""
    with suppress(BrokenPipeError):
        os.write(pipe, b"%d\n" % number)


def load(name: str) -> None:
    """Import a module ahead of time; one that cannot be imported is left for the job to report."""
    with suppress(Exception):
        importlib.import_module(name)


def threads() -> int:
    """Threads of this process, those of libraries included."""
    return len(os.listdir("/proc/self/task"))


def main(arguments: Sequence[str]) -> int:
    """arguments : number of the inherited socket, its folder, spare modules, where a run may leave half files."""
    control, folder, spare, *places = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it when it is imported
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # no word about a debugger that nobody uses here
    gc.set_threshold(MADE)
    before, ours = dict(os.environ), os.getpid()
    server = Server(socket.socket(fileno=int(control)), spare.split())
    try:
        job = server.serve()
    finally:
        if os.getpid() == ours:
            server.end_jobs()
            shutil.rmtree(folder, ignore_errors=True)
            runs.clear(places)
    if job:
        _leave(job.run(before))
    return 0


def _leave(status: int) -> NoReturn:
    """End a forked process as Python ends, but for freeing what it shares with the server: that copies all of it."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
