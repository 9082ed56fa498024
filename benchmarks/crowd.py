"""Who watches a run: clients in a process of their own, and a browser's tab listened in on."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Self

import psutil
from playwright.sync_api import Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.watchers import Log


class Watchers:
    """The parent's end of the process in which some clients watch."""

    def __init__(self, url: str, count: int, opening: bytes, tick: bytes) -> None:
        """Start it and wait until every client has had an answer to its first tick.

        Args:
            url: of the app.
            count: how many clients.
            opening: see `Watcher`.
            tick: likewise.
        """
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  (closed in `__exit__`)
        messages = (base64.b64encode(message).decode() for message in (opening, tick))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.watchers", url, str(count), *messages],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )
        self.process = psutil.Process(self._process.pid)
        self._read()

    def logs(self) -> list[Log]:
        """Let them go; what each of them has to say.

        Raises:
            RuntimeError: the process ended by itself; with the last that it said.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        logs: list[Log] = json.loads(self._read())
        return logs

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._complaints.seek(0)
            raise RuntimeError(f"the watchers ended: {self._complaints.read()[-2000:]}")
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._complaints.close()


class Traffic:
    """What a browser's tab and the server have said to each other."""

    def __init__(self, page: Page) -> None:
        """Listen from the next page on that is opened by its address."""
        self.opening = b""
        self.tick = b""
        self.ticks: list[tuple[int, int]] = []
        self._socket: WebSocket | None = None
        self._messages = self._bytes = 0
        page.on("websocket", self._listen)

    def wait_for_tick(self) -> None:
        """Wait until the tab has asked for a fragment."""
        assert self._socket is not None
        while not self.tick:
            self._socket.wait_for_event("framesent")

    def _listen(self, socket: WebSocket) -> None:
        self._socket = socket
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, payload: bytes | str) -> None:
        assert isinstance(payload, bytes)
        asked = BackMsg.FromString(payload).rerun_script
        if asked.is_auto_rerun:
            self.tick = payload
        elif not self.opening:
            self.opening = payload

    def _received(self, payload: bytes | str) -> None:
        assert isinstance(payload, bytes)
        message = ForwardMsg.FromString(payload)
        self._messages += 1
        self._bytes += len(payload)
        if message.HasField("script_finished") and message.metadata.run.fragment_ids:
            self.ticks.append((self._messages, self._bytes))
            self._messages = self._bytes = 0
