"""Papermill's own engine, with the executed copy written once, whole, at whatever end: papermill's writes it at every
cell, which for a page with figures costs more than the cells."""

import json
from pathlib import Path

from papermill.engines import NBClientEngine, papermill_engines

from analysis import atomic_files

NAME = "whole"


class WholeEngine(NBClientEngine):
    """Runs a notebook and leaves the executed copy at `copy`, without paths of this machine."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, copy: Path | None = None, **options):
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            for name in ("input_path", "output_path"):
                nb_man.nb.metadata["papermill"].pop(name, None)
            if copy:
                with atomic_files.written(copy) as aside:
                    aside.write_text(json.dumps(nb_man.nb, ensure_ascii=False, sort_keys=True), encoding="utf-8")
            if not any(cell.metadata.papermill.get("exception") for cell in nb_man.nb.cells):
                nb_man.nb.cells = []  # papermill lays out the notebook once more, to write it nowhere


papermill_engines.register(NAME, WholeEngine)
