"""The processes that do the steps of a run: from Python's own multiprocessing, forked from one that has the libraries
imported where that can be, started anew on Windows. Each ends with the run.
"""

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any

CONTEXT: Any = get_context("spawn" if sys.platform == "win32" else "forkserver")
PRELOADED = ["analysis.running.uninterrupted", "analysis.running.libraries"]  # in this order, once
SINGLE = {  # one thread a process: sums come out in one order, and a process that has imported libraries can be forked
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
CELL_SECONDS = 1800  # a step that says nothing for so long hangs
Say = Callable[[str, str], None]


class WorkError(Exception):
    """A step did not come to its end; the message is for the analyst."""


class Workers:
    """The processes of one run. folder : where they may leave files meanwhile; it is gone when the run ends."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="gdmn-")
        self.running: set = set()
        self.ended = False
        os.environ.update(SINGLE)
        if CONTEXT.get_start_method() == "forkserver":
            CONTEXT.set_forkserver_preload(PRELOADED)  # when the first process is asked for

    def do(self, function: Callable, *arguments, said: Callable[[str], None], patience: float = CELL_SECONDS) -> Any:
        """Call a function in a process of its own and give back what it gives back.

        function : takes `say` and the arguments; say(kind, text) tells "cell" (where a notebook is) and "text".
        said : told each text.  patience : seconds without a word.
        Raises WorkError where it raises one, is killed, or says nothing for too long.
        """
        here, there = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_work, args=(there, self.folder, function, arguments), daemon=False)
        process.start()
        there.close()
        self.running.add(process)
        try:
            if self.ended:  # told to stop while this one was still starting
                raise WorkError("Lần chạy đã dừng.")
            return _result(here, said, patience)
        finally:
            end(process)
            self.running.discard(process)

    def end(self) -> None:
        """End what still runs."""
        self.ended = True
        for process in list(self.running):
            end(process)
        shutil.rmtree(self.folder, ignore_errors=True)


def end(process) -> None:
    """End a process and all that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def _result(pipe: Connection, said: Callable[[str], None], patience: float) -> Any:
    place = ""
    while True:
        try:
            if not pipe.poll(patience):
                raise WorkError(f"{place}Quá {patience:g} giây mà chưa chạy xong.")
            kind, content = pipe.recv()
        except (EOFError, ConnectionError):
            raise WorkError(
                f"{place}Tiến trình tính toán dừng đột ngột (có thể hết bộ nhớ)."
                " Chạy lại lệnh; nếu vẫn vậy, mở sổ tay bằng make lab và chạy từng ô."
            ) from None
        if kind == "done":
            return content
        if kind == "failed":
            raise WorkError(content)
        if kind == "cell":
            place = f"{content}\n"
        else:
            said(content)


def _work(pipe: Connection, folder: str, function: Callable, arguments: tuple) -> None:
    """In the process: do the work and tell how it went."""
    if os.name == "posix":
        os.setsid()  # Ctrl-C in the terminal is for the run to handle
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the libraries were loaded without it
    tempfile.tempdir = os.environ["TMPDIR"] = folder
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    try:
        pipe.send(("done", function(lambda kind, text: pipe.send((kind, text)), *arguments)))
    except WorkError as problem:
        pipe.send(("failed", str(problem)))
    except Exception as problem:
        pipe.send(("failed", f"{type(problem).__name__}: {problem}"))


def _end_with_parent(folder: str) -> None:
    """A run that was killed leaves no process and no file of its own."""
    parent_process().join()  # type: ignore[union-attr]
    shutil.rmtree(folder, ignore_errors=True)
    if os.name == "posix":
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


@contextlib.contextmanager
def of_a_run() -> Iterator[Workers]:
    """Workers that are gone at the end of the block."""
    workers = Workers()
    try:
        yield workers
    finally:
        workers.end()
