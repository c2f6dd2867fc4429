"""How a run speaks to its kernels: as jupyter_client does, but for the parts of a second that it waits at the start."""

import time
from queue import Empty

import zmq
from jupyter_client.asynchronous import AsyncKernelClient

A_MOMENT = 0.02  # seconds that what a kernel tells may come after its answer; jupyter_client waits ten times that
A_WHILE = 1.0  # seconds, as jupyter_client has them
RETRY = 5  # milliseconds until a socket that is not there yet is tried again; zmq waits a hundred


class PromptClient(AsyncKernelClient):
    """A kernel is ready once it has answered and told that it is idle again: then nothing of its start is on the way.

    jupyter_client listens until nothing has come for a fifth of a second, with every notebook.
    """

    def start_channels(self, *args, **kwargs) -> None:
        """As jupyter_client's; the kernel has not yet bound its sockets when they are connected to."""
        self.context.setsockopt(zmq.RECONNECT_IVL, RETRY)
        super().start_channels(*args, **kwargs)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Raises RuntimeError where the kernel dies first, or has not answered after `timeout` seconds."""
        until, asked = time.monotonic() + (timeout or float("inf")), {self.kernel_info()}
        while not await self._answers(asked):
            asked.add(self.kernel_info())
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answers(self, asked: set[str]) -> bool:
        """Whether the kernel answers a request for its info on both channels; one not yet connected loses messages."""
        try:
            reply = await self.get_shell_msg(timeout=A_WHILE)
            while reply["parent_header"].get("msg_id") not in asked:
                reply = await self.get_shell_msg(timeout=A_WHILE)
            self._handle_kernel_info_reply(reply)
            told = await self.get_iopub_msg(timeout=A_MOMENT)
            while told["parent_header"].get("msg_id") not in asked or told["content"].get("execution_state") != "idle":
                told = await self.get_iopub_msg(timeout=A_MOMENT)
        except (TimeoutError, Empty):
            return False
        return True
