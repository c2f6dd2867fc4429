"""What make report says while it runs, in Vietnamese."""

import sys
import time

from doit.exceptions import TaskFailed
from doit.reporter import ConsoleReporter

READ = "rounds read"  # key of a task's meta: how many rounds it reads ahead, without a line of its own
SECONDS_OF_SILENCE = 2.0


class Reporter(ConsoleReporter):
    """Says what runs, how long it took, and what failed; what is up to date is not worth a line."""

    def __init__(self, outstream, options):
        super().__init__(outstream, options)
        self.started: dict[str, float] = {}
        self.read, self.said = 0, time.monotonic()

    def execute_task(self, task):
        if task.actions and not task.meta:
            self.started[task.name] = time.monotonic()
            self.say(f"… {task.title()}")

    def add_success(self, task):
        if task.name in self.started:
            seconds = f"{time.monotonic() - self.started[task.name]:.1f}".replace(".", ",")
            self.say(f"✓ {task.title()}: {seconds} giây")
        elif task.meta:
            self.read += task.meta[READ]
            if time.monotonic() - self.said > SECONDS_OF_SILENCE:
                print(f"    đã đọc {self.read} kỳ", file=sys.stderr, flush=True)
                self.said = time.monotonic()

    def add_failure(self, task, fail):
        self.failures.append(fail)
        message = fail.message if isinstance(fail, TaskFailed) else fail.get_msg()
        print(
            f"\n✗ {task.title()}\n{message}\nTrang của lần trước (nếu có) được giữ nguyên.", file=sys.stderr, flush=True
        )

    def skip_uptodate(self, task):
        pass

    def complete_run(self):
        for problem in self.runtime_errors:
            print(problem, file=sys.stderr)

    def say(self, text: str) -> None:
        self.write(text + "\n")
        self.outstream.flush()
