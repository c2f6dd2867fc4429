"""What make report remembers for the next run: the state of every file that a task rested on."""

import os
from collections.abc import Iterable
from pathlib import Path

from doit.dependency import JsonDB, MD5Checker

from analysis import atomic_files

CHANGED_SINCE = "changed while the run went on"  # in place of a hash: no content has it


class Memory(JsonDB):
    """doit's record of what is up to date, written whole, and only where it changed."""

    def __init__(self, name, codec, *, module_name=None):
        super().__init__(name, codec, module_name=module_name)
        self.before = codec.encode(self._db)

    def dump(self):
        now = self.codec.encode(self._db)
        if now != self.before:
            with atomic_files.written(Path(self.name)) as aside:
                aside.write_text(now, encoding="utf-8")


def checker(given: Iterable[str | Path]) -> type[MD5Checker]:
    """doit's checker by content for a run that begins now; given : the files that a person edits, not this run.

    doit looks at a file when the task that rests on it has ended. A workbook or notebook saved meanwhile would then
    stand as read beside a result that does not know it; here it counts as changed the next time.
    """
    begun = {str(file): _look(file) for file in given if os.path.exists(file)}
    states: dict[tuple, tuple] = {}  # many tasks rest on one file

    class AsBegun(MD5Checker):
        def get_state(self, dep, current_state):
            now = _look(dep)
            if begun.get(dep, now) != now:
                return 0.0, begun[dep][1], CHANGED_SINCE
            if current_state and current_state[0] == os.path.getmtime(dep):
                return None  # as it was recorded
            if (dep, now) not in states:
                states[dep, now] = super().get_state(dep, None)
            return states[dep, now]

    return AsBegun


def _look(file: str | Path) -> tuple[int, int]:
    stat = os.stat(file)
    return stat.st_mtime_ns, stat.st_size
