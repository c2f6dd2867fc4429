"""Commands called as make calls them: NAME=VALUE through the environment, here with folders of a test."""

import os
from unittest import mock

from analysis.running import commands


def call(command: str, *given: str, **folders) -> int:
    """The exit status of a command; folders : what stands for RAW, PROCESSED, ... of commands.py."""
    values = dict(text.split("=", 1) for text in given)
    passed_on = {f"ANALYSIS_{name}": value for name, value in values.items()}
    passed_on["ANALYSIS_GIVEN"] = " ".join(values)
    others = {name: value for name, value in os.environ.items() if not name.startswith("ANALYSIS_")}
    instead = {"RAW": commands.RAW} | folders
    with mock.patch.dict(os.environ, others | passed_on, clear=True), mock.patch.multiple(commands, **instead):
        try:
            commands.main([command])
        except SystemExit as end:
            return int(end.code or 0)
    raise AssertionError("a command ends with its status")
