"""The processes of one run of make report: forked by warm_server.py where that can be, and ended with the run."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from analysis import dependencies
from analysis.reference import ROOT
from analysis.running import runs, warm_server

CAN_FORK = sys.platform == "linux" and hasattr(os, "pidfd_open")
START_SECONDS = 120  # a server that has not answered by then is given up
SINGLE = {  # one thread a kernel: sums come out in one order, kernels run side by side, and a server can fork
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
INLINE = "module://matplotlib_inline.backend_inline"  # as ipykernel sets it; matplotlib reads it when it is imported


class Process:
    """A forked process as subprocess.Popen shows one; its server writes to a pipe how it ended."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pipe: int):
        self.pid, self._pipe = pid, os.fdopen(pipe, "rb", buffering=0)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """As Popen.poll; -9 where its server is gone too."""
        if self.returncode is None and select.select([self._pipe], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        """As Popen.wait."""
        if self.returncode is None:
            said = self._pipe.readline()
            self._pipe.close()
            if not said:  # the server was killed, and its processes with it, but not what these had started
                with contextlib.suppress(OSError):
                    os.killpg(self.pid, signal.SIGKILL)
            self.returncode = int(said or -signal.SIGKILL)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """As Popen.send_signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As Popen.kill."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """As Popen.terminate."""
        self.send_signal(signal.SIGTERM)


RUNS: "dict[str, Run]" = {}  # by folder: a provisioner is made by jupyter_client, and told only texts


class Run:
    """The processes of one run: their folder, which only this user can open, and their server, started on demand.

    places : where the run's processes write files.  warm : False for ordinary kernels.  keeps : open files that the
    server holds as long as it lives (the lock of the run).
    """

    def __init__(self, places: Iterable[Path | str] = (), warm: bool = True, keeps: Iterable[int] = ()):
        self.places, self.keeps = [str(place) for place in places], list(keeps)
        self.warm = warm and CAN_FORK
        self.folder = ""
        self.processes: list[Process | subprocess.Popen] = []
        self._server: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._starting = threading.Lock()

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def start(self, spare: Iterable[str] = ()) -> None:
        """Make the folder and start the server, where they are not there yet; it imports while this process goes on.

        spare : modules that it imports before anything is asked of it.
        """
        with self._starting:
            if self.folder:
                return
            runs.clear(self.places)
            self.folder = runs.folder()
            RUNS[self.folder] = self
            if self.warm:
                self._serve(spare)

    def _serve(self, spare: Iterable[str]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked = [str(theirs.fileno()), self.folder, " ".join(spare), *self.places]
        command = [sys.executable, "-m", warm_server.__name__, *asked]
        with theirs:
            try:
                self._server = subprocess.Popen(
                    command,
                    env={"MPLBACKEND": INLINE} | environment(os.environ),
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno(), *self.keeps],
                    start_new_session=True,  # Ctrl-C in the terminal is this process's to handle
                )
            except OSError:
                self.warm = False

    def fork(
        self, function: Callable, arguments: Iterable[str], base: Mapping[str, str], cwd: str, **modules
    ) -> Process | None:
        """A process forked to call a function of a module of ours, or None where none can be had.

        base : its environment.  cwd : its folder.  modules : imports and spare, as WarmProvisioner has them.
        """
        self.start()
        if not self.warm or self._control is None:
            return None
        job = {
            "module": function.__module__,
            "function": function.__name__,
            "arguments": list(arguments),
            "environment": environment(base),
            "folder": cwd,
        }
        pipe, theirs = os.pipe()
        try:
            socket.send_fds(self._control, [json.dumps(job | modules).encode()], [theirs])
        except OSError:
            self.warm = False
        finally:
            os.close(theirs)
        ready = self.warm and select.select([pipe], [], [], START_SECONDS)[0]
        said = line(pipe) if ready else b""
        if not said:
            self.warm = False
            os.close(pipe)
            return None
        process = Process(int(said), pipe)
        self.processes.append(process)
        return process

    def call(self, function: Callable, *arguments: str) -> bool:
        """Whether a function was called in a forked process and came to its end; what it says on failing is dropped."""
        needs = [function.__module__, *dependencies.called(function)]
        base = os.environ | {"TMPDIR": self.folder}  # what it has aside is gone with the run
        process = self.fork(function, arguments, base, os.getcwd(), imports=needs, spare=[])
        return process is not None and process.wait() == 0

    def do(self, function: Callable, *arguments: str) -> None:
        """Call a function in a forked process; where that cannot be or fails, here, so that its error is raised."""
        if not self.call(function, *arguments):
            function(*arguments)

    def end(self) -> None:
        """End every process and the server, and remove the folder."""
        self.warm = False
        for process in list(self.processes):
            if process.poll() is None:
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
        if self._control:
            self._control.close()
        if self._server:
            self._server.wait()
        if RUNS.pop(self.folder, None):
            shutil.rmtree(self.folder, ignore_errors=True)


def line(pipe: int) -> bytes:
    """What stands in a pipe up to the end of its first line, and no more: how the process ended may follow already."""
    said = b""
    while not said.endswith(b"\n") and (byte := os.read(pipe, 1)):
        said += byte
    return said


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """What kernels and their server find in their environment."""
    source = str(ROOT / "src")
    others = [place for place in base.get("PYTHONPATH", "").split(os.pathsep) if place and place != source]
    return {**base, **SINGLE, "PYTHONPATH": os.pathsep.join([source, *others])}
