"""The papermill engine: cells run in this process with IPython's own shell, and show what a kernel of its own would."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import nbformat
import pandas
from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

from analysis import atomic_files

NAME = "in_process"
NO_HISTORY = Config(HistoryManager={"enabled": False})  # what a run does is no history of the person at the desk
INJECTED = "injected-parameters"  # papermill's tag of the cell that it adds, under a random id


class Outputs(list):
    """What the running cell has shown so far, as nbformat has it."""

    def add(self, kind: str, **content) -> None:
        """One more output; text that follows on text of the same stream is joined to it."""
        last = self[-1] if self else None
        if kind == "stream" and last is not None and last.get("name") == content["name"]:
            last.text += content["text"]
            return
        self.append(nbformat.v4.new_output(kind, **content))


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a notebook: kept with the cell; what is written to stderr is progress, passed on."""

    def __init__(self, name: str, outputs: Outputs, pass_on: Callable[[str], None]):
        self.stream_name, self.outputs, self.pass_on = name, outputs, pass_on

    def write(self, text: str) -> int:
        if text:
            self.outputs.add("stream", name=self.stream_name, text=text)
            if self.stream_name == "stderr":
                self.pass_on(text)
        return len(text)


class _Publisher(DisplayPublisher):
    """display(): figures and whatever a cell shows before its last line."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):
        ZmqlessShell.outputs.add("display_data", data=_plain(data), metadata=metadata or {})


class _Hook(DisplayHook):
    """The value of a cell's last line."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        data, metadata, number = _plain(format_dict), md_dict or {}, ZmqlessShell.cell_number
        ZmqlessShell.outputs.add("execute_result", data=data, metadata=metadata, execution_count=number)

    def finish_displayhook(self):
        self._is_active = False


class ZmqlessShell(InteractiveShell):
    """IPython's shell with `outputs` in place of a terminal. cell_number : execution count of the running cell.

    "zmq" in its name is how pandas tells a notebook, which scrolls, from a terminal, whose lines it would fill.
    """

    outputs: ClassVar[Outputs] = Outputs()
    cell_number: ClassVar[int] = 0
    display_pub_class = _Publisher
    displayhook_class = _Hook

    def _showtraceback(self, etype, evalue, stb):
        self.outputs.add("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)

    def enable_gui(self, gui=None):
        """No window of a desktop is wanted: figures are shown inline."""


class InProcessEngine(Engine):
    """Runs a notebook here and leaves the executed copy at `copy`, the same bytes each time.

    on_cell : told the place of each cell before it runs.  on_text : told what is written to stderr.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, copy: Path, on_cell: Callable[[str], None], on_text: Callable[[str], None], **_
    ):
        shell = ZmqlessShell.instance(user_ns={}, config=NO_HISTORY)
        shell.enable_matplotlib("inline")
        pandas.set_option("display.max_columns", 20)  # as pandas has it that was imported in a notebook
        streams = {name: _Stream(name, shell.outputs, on_text) for name in ("stdout", "stderr")}
        ordinary = {name: getattr(sys, name) for name in streams}
        vars(sys).update(streams)
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type == "code":
                    on_cell(cell.get("id", ""))
                    cls._run(shell, nb_man, cell, index)
        finally:
            vars(sys).update(ordinary)
            _write(nb_man.nb, copy)

    @staticmethod
    def _run(shell: ZmqlessShell, nb_man, cell, index: int) -> None:
        """Run one cell. Raises what the cell raised."""
        shell.outputs.clear()
        cell.execution_count = ZmqlessShell.cell_number = shell.execution_count
        nb_man.cell_start(cell, index)
        result = shell.run_cell(cell.source, store_history=True)
        cell.outputs = list(shell.outputs)
        if not result.success:
            nb_man.cell_exception(cell, index)
            result.raise_error()
        nb_man.cell_complete(cell, index)


def _plain(data: dict) -> dict:
    """A bundle of what is shown as JSON holds it: pictures as base64."""
    return json_clean(encode_images(data))


def _write(notebook, copy: Path) -> None:
    """Write the executed copy without times and paths of this run: the same bytes from the same inputs."""
    parameters = notebook.metadata["papermill"]["parameters"]
    metadata = {name: value for name, value in notebook.metadata.items() if name != "papermill"}
    cells = []
    for cell in notebook.cells:
        kept = {name: value for name, value in cell.metadata.items() if name not in ("papermill", "execution")}
        injected = INJECTED in kept.get("tags", ())
        cells.append({**cell, "metadata": kept, "id": INJECTED if injected else cell["id"]})
    content = {**notebook, "cells": cells, "metadata": {**metadata, "papermill": {"parameters": parameters}}}
    with atomic_files.written(copy) as aside:
        aside.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True), encoding="utf-8")


papermill_engines.register(NAME, InProcessEngine)
