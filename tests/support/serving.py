"""A real HTTP server on this machine, with the faults real hosts have."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Host:
    """What the server offers and what it was asked.

    Attributes:
        files: path -> content, or a function that gives it.
        ranges: whether it honours byte ranges.
        cut_after: bytes after which it breaks a transfer off; None for never.
        hold: waited for before each answer; lets a test see requests side by side.
        hold_after: bytes of an answer that are sent before `hold` is waited for.
        requests: (path, value of the Range header or None), in order.
    """

    files: dict[str, bytes | Callable[[], bytes]]
    ranges: bool = True
    cut_after: int | None = None
    hold: threading.Event | None = None
    hold_after: int = 0
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serve(host: Host) -> Iterator[Host]:
    """Serve on a free port of the loopback address; `host.url` says where."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            host.requests.append((self.path, wanted))
            try:
                if not host.hold_after:
                    self.wait()
                self.answer(wanted)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client has had enough

        def wait(self) -> None:
            if host.hold is not None:
                host.hold.wait(10)

        def answer(self, wanted: str | None) -> None:
            content = host.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            body = content() if callable(content) else content
            start = 0
            if wanted and host.ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            rest = body[start:]
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if host.cut_after is not None and len(rest) > host.cut_after:
                self.wfile.write(rest[: host.cut_after])
                self.close_connection = True
                return
            if host.hold_after:
                self.wfile.write(rest[: host.hold_after])
                self.wait()
            self.wfile.write(rest[host.hold_after :])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
