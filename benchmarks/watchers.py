"""Clients that do what a browser's tab on the Train page does, without drawing anything.

A client opens the page as the browser did whose messages it is given. Whenever the server tells it
to draw a fragment again and again, it asks for it as often as it was told, whether or not the last
answer has arrived, and names the messages it has kept. All clients share one process, which says at
its end what arrived when.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from functools import lru_cache
from typing import TypedDict

import pyarrow as pa
import pyarrow.compute as pc
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

APART_SECONDS = 0.137
"""Between two clients' opening, so that their seconds begin at different times."""

_LARGEST_BYTES = 2**28
_KEPT_TABLES = 512


class Log(TypedDict):
    """What a client has seen, from its second tick on; times are in seconds since 1970.

    Attributes:
        ticks: for every run of a fragment when its last message arrived, how many messages had
            come since the run before, and their bytes.
        epochs: when the chart got longer, and up to which epoch.
    """

    ticks: list[tuple[float, int, int]]
    epochs: list[tuple[float, int]]


class Cache:
    """The large messages that a browser keeps, and forgets when they have not been used."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.oldest = 0
        self._runs = 0
        self._kept: dict[str, tuple[int, str]] = {}

    @property
    def hashes(self) -> list[str]:
        """The names of what is kept; the server sends only these in place of their messages."""
        return list(self._kept)

    def take(self, message: ForwardMsg) -> None:
        """Keep a message, or note that it has been used again."""
        if message.ref_hash:
            _, fragment = self._kept[message.ref_hash]
            self._kept[message.ref_hash] = (self._runs, fragment)
        elif message.metadata.cacheable:
            self._kept[message.hash] = (self._runs, message.delta.fragment_id)

    def end_run(self, fragments: list[str]) -> None:
        """Forget what the last runs have not used; a fragment's run touches only its own."""
        self._runs += 1
        self._kept = {
            name: (used, fragment)
            for name, (used, fragment) in self._kept.items()
            if (fragments and fragment not in fragments) or self._runs - used <= self.oldest
        }


class Watcher:
    """One client."""

    def __init__(self, opening: bytes, tick: bytes) -> None:
        """Prepare it.

        Args:
            opening: the browser's first message on the page.
            tick: a message with which it asked for a fragment.
        """
        self.ticked = asyncio.Event()
        self.log = Log(ticks=[], epochs=[])
        self._messages = self._bytes = 0
        self._opening = opening
        self._tick = BackMsg.FromString(tick)
        self._cache = Cache()
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}

    async def watch(self, url: str, after: float) -> None:
        """Open the page after some seconds, and watch it until cancelled."""
        await asyncio.sleep(after)
        stream = url.replace("http", "ws", 1) + "/_stcore/stream"
        async with connect(
            stream, subprotocols=[Subprotocol("streamlit")], max_size=_LARGEST_BYTES, proxy=None
        ) as connection:
            await connection.send(self._opening)
            async for payload in connection:
                assert isinstance(payload, bytes)
                self._receive(connection, payload)
        raise ConnectionError("the server let a watcher go")

    def _receive(self, connection: ClientConnection, payload: bytes) -> None:
        message = ForwardMsg.FromString(payload)
        self._messages += 1
        self._bytes += len(payload)
        self._cache.take(message)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._cache.oldest = message.new_session.config.max_cached_message_age
            if not message.metadata.run.fragment_ids:
                self._stop_timers(list(self._timers))
        elif kind == "auto_rerun":
            again = message.auto_rerun
            self._start_timer(connection, again.fragment_id, again.interval)
        elif kind == "stop_auto_rerun":
            self._stop_timers(list(message.stop_auto_rerun.fragment_ids))
        elif kind == "script_finished":
            self._finish(message)
        elif message.delta.new_element.HasField("vega_lite_chart"):
            self._see(message.delta.new_element.vega_lite_chart.data.data)

    def _start_timer(self, connection: ClientConnection, fragment: str, interval: float) -> None:
        if fragment in self._timers and self._timers[fragment][0] == interval:
            return
        self._stop_timers([fragment])
        task = asyncio.create_task(self._ask(connection, fragment, interval))
        self._timers[fragment] = (interval, task)

    def _stop_timers(self, fragments: list[str]) -> None:
        for fragment in fragments:
            if fragment in self._timers:
                self._timers.pop(fragment)[1].cancel()

    async def _ask(self, connection: ClientConnection, fragment: str, interval: float) -> None:
        """Ask for a fragment every `interval` seconds."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += interval
            await asyncio.sleep(due - loop.time())
            self._tick.rerun_script.fragment_id = fragment
            self._tick.rerun_script.cached_message_hashes[:] = self._cache.hashes
            await connection.send(self._tick.SerializeToString())

    def _finish(self, message: ForwardMsg) -> None:
        fragments = list(message.metadata.run.fragment_ids)
        if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._cache.end_run(fragments)
        if not fragments:
            return
        if self.ticked.is_set():
            self.log["ticks"].append((time.time(), self._messages, self._bytes))
        self._messages = self._bytes = 0
        self.ticked.set()

    def _see(self, rows: bytes) -> None:
        epoch = _last_epoch(rows)
        seen = self.log["epochs"]
        if epoch and (not seen or epoch > seen[-1][1]):
            seen.append((time.time(), epoch))


@lru_cache(maxsize=_KEPT_TABLES)
def _last_epoch(rows: bytes) -> int:
    """The highest epoch among a chart's rows, as Arrow's stream has them; 0 without any."""
    if not rows:
        return 0
    return pc.max(pa.ipc.open_stream(rows).read_all()["epoch"]).as_py() or 0


async def _watch_together(url: str, count: int, opening: bytes, tick: bytes) -> list[Log]:
    """Watch until standard input ends; what every client has to say."""
    watchers = [Watcher(opening, tick) for _ in range(count)]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(watcher.watch(url, place * APART_SECONDS))
            for place, watcher in enumerate(watchers)
        ]
        for watcher in watchers:
            await watcher.ticked.wait()
        print("watching", flush=True)
        await _end_of_input()
        for task in tasks:
            task.cancel()
    return [watcher.log for watcher in watchers]


async def _end_of_input() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    await reader.read()


def main() -> None:
    """Watch an app's Train page until standard input ends, then say what was seen."""
    url, count, opening, tick = sys.argv[1:]
    logs = asyncio.run(
        _watch_together(url, int(count), base64.b64decode(opening), base64.b64decode(tick))
    )
    print(json.dumps(logs), flush=True)


if __name__ == "__main__":
    main()
