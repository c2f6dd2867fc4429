"""Warm kernels, offered to papermill as a jupyter_client kernel provisioner.

Where fork is not to be had (Windows, macOS), or the server cannot start or fork, it starts ordinary kernels: slower,
never different.
"""

import os
import sys
from importlib.metadata import EntryPoint

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets import List, Unicode

from analysis.running import jobs
from analysis.running.warm import RUNS, Process, environment

LAUNCHER = [sys.executable, "-m", "ipykernel_launcher"]


class WarmProvisioner(LocalProvisioner):
    """Starts the kernels of a run: forked where that can be, else as every Jupyter program does.

    run : folder of the run.  imports : modules the server has imported before it forks.  spare : those it imports when
    nothing else is due.
    """

    run = Unicode().tag(config=True)
    imports = List(Unicode()).tag(config=True)
    spare = List(Unicode()).tag(config=True)

    async def launch_kernel(self, cmd: list[str], **kwargs):
        kwargs["env"] = environment(kwargs["env"])
        process = self._forked(cmd, kwargs)
        if process is None:
            await super().launch_kernel(cmd, **kwargs)
            if self.process and self.run in RUNS:
                RUNS[self.run].processes.append(self.process)
        else:
            self.process, self.pid, self.pgid = process, process.pid, process.pid  # type: ignore[assignment]
        return self.connection_info

    def _forked(self, cmd: list[str], kwargs: dict) -> Process | None:
        if self.run not in RUNS or cmd[: len(LAUNCHER)] != LAUNCHER:
            return None
        arguments, cwd = cmd[len(LAUNCHER) :], str(kwargs.get("cwd") or os.getcwd())
        imports = [*jobs.KERNEL, *self.imports]
        return RUNS[self.run].fork(jobs.kernel, arguments, kwargs["env"], cwd, imports=imports, spare=list(self.spare))


def offer() -> None:
    """Let jupyter_client, and so papermill, start the kernels of this process through WarmProvisioner."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners["warm"] = EntryPoint("warm", f"{__name__}:WarmProvisioner", factory.GROUP_NAME)
    factory.default_provisioner_name = "warm"
