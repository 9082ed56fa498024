"""The page on which phones vote: plain HTML from the standard library's server."""

from __future__ import annotations

import sys
import threading
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from esc10.errors import LessonError
from esc10.lesson.poll import Poll, Room, Rooms, address_here

PORT = 8520
"""Where the page is if nobody else is there: a firewall may have to be told."""

_COOKIE = "voter"
_FIELD = "field"
_CHANGE = "?change"
_DIGITS = 6
_READ_AWAY_BYTES = 2**18
_MOST_BYTES = 4096
"""Of a vote: two names of classes have less than 200."""

_SILENT_SECONDS = 10
"""After so long a browser that has connected and says nothing is let go."""

_MOST_BROWSERS = 500
"""At once; whoever comes meanwhile waits."""

_LOOKS_AGAIN_SECONDS = 5
_LISTENING_SECONDS = 0.1
"""From one look whether it is to end to the next."""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.25rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.2rem; max-width: 32rem; }
h1 { font-size: 1.4rem; line-height: 1.3; }
label { display: block; margin: 1rem 0 0.3rem; }
select, button { font: inherit; width: 100%; padding: 0.7rem; border-radius: 8px; }
select { border: 1px solid #888; }
button { margin-top: 1.4rem; border: 0; background: #0072b2; color: #fff; font-weight: 600; }
p.said { border-left: 4px solid #0072b2; padding-left: 0.8rem; }
"""


class PollServer:
    """The rooms of this process, and the server through which phones come in.

    Attributes:
        rooms: all that are open.
        port: where it listens.
    """

    def __init__(self, port: int = PORT) -> None:
        """Listen on that port, or on a free one where somebody else does."""
        self.rooms = Rooms()
        rooms = self.rooms

        class Handler(_Handler):
            def find(self, code: str) -> Room | None:
                return rooms.find(code)

        try:
            self._server = _Server(("", port), Handler)
        except OSError:
            self._server = _Server(("", 0), Handler)
        self.port = int(self._server.server_address[1])
        threading.Thread(
            target=self._server.serve_forever, args=(_LISTENING_SECONDS,), name="poll", daemon=True
        ).start()

    def url(self, room: Room) -> str:
        """The address of a room, for every machine on this network."""
        return f"http://{address_here()}:{self.port}/{room.code}"

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """A thread for each browser."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._places = threading.BoundedSemaphore(_MOST_BROWSERS)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a browser once there is a place for it."""
        with self._places:
            super().process_request_thread(request, client_address)

    def handle_error(self, *_: object) -> None:
        """A browser that has gone away is no trouble of ours, and its address nobody's business."""

    allow_reuse_address = sys.platform != "win32"  # there two could listen at one address
    request_queue_size = 256  # of 30 phones at once the library's 5 would turn some away


class _Handler(BaseHTTPRequestHandler):
    """One browser's request."""

    timeout = _SILENT_SECONDS
    server_version = "poll"
    sys_version = ""

    def find(self, code: str) -> Room | None:
        """The room of that code."""
        raise NotImplementedError

    def do_GET(self) -> None:  # the standard library's name
        """The question, or what was voted."""
        room = self._room()
        if room is None:
            return
        voter = room.admit(self._voter())
        changing = self.path.endswith(_CHANGE)
        # For this room alone: the same browser may vote in others.
        cookie = f"{_COOKIE}={voter}; HttpOnly; SameSite=Lax; Path=/{room.code}"
        self._send(HTTPStatus.OK, _question(room, voter, changing=changing), cookie)

    def do_POST(self) -> None:  # the standard library's name
        """A vote."""
        length = self.headers.get("Content-Length", "")
        known = length.isdecimal() and len(length) <= len(str(_READ_AWAY_BYTES))
        # Read even where it is too much: a browser that still sends would not hear the answer.
        content = self.rfile.read(min(int(length), _READ_AWAY_BYTES)) if known else b""
        room = self._room()
        if room is None:
            return
        if not known or int(length) > _MOST_BYTES:
            said = _said("This is no vote. Load the page again.")
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _page(said))
            return
        sent = parse_qs(content.decode("utf-8", "replace"))
        number = sent.get("number", ["0"])[0][:_DIGITS]
        fields = sorted(name for name in sent if name.startswith(_FIELD))
        choice = tuple(sent[name][0] for name in fields)
        try:
            room.vote(self._voter(), int(number) if number.isdecimal() else 0, choice)
        except LessonError as error:
            back = f'<p><a href="/{room.code}">To the question</a></p>'
            said = f'<p class="said" role="alert">{escape(str(error))}</p>'
            self._send(HTTPStatus.CONFLICT, _page(said + back))
            return
        # Not the page itself: a browser that loads it again would send the vote again.
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", f"/{room.code}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: addresses are nobody's business."""

    def _room(self) -> Room | None:
        room = self.find(self.path.partition("?")[0].strip("/"))
        if room is None:
            said = _said("There is no such poll, or no longer. Look at the address once more.")
            self._send(HTTPStatus.NOT_FOUND, _page(said))
        return room

    def _voter(self) -> str | None:
        # The library's parser loses all cookies where another one on this host is malformed.
        for cookie in self.headers.get("Cookie", "").split(";"):
            name, _, value = cookie.strip().partition("=")
            if name == _COOKIE:
                return value
        return None

    def _send(self, status: HTTPStatus, page: str, cookie: str = "") -> None:
        content = page.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(content)


def _question(room: Room, voter: str, *, changing: bool) -> str:
    """What somebody sees: the question, what they have voted, or that they have to wait."""
    number, poll = room.asked()
    if poll is None:
        return _page("<h1>Nothing is asked yet.</h1>", looks_again=True)
    title = f"<h1>{escape(poll.question)}</h1>"
    voted = poll.vote_of(voter)
    if not poll.is_open:
        return _page(f"{title}{_said('Closed. Look at the screen.')}", looks_again=True)
    if voted is None or changing:
        return _page(title + _form(poll, number, voted or ()))
    words = _said(f"Your vote: {', '.join(voted)}.")
    return _page(f'{title}{words}<p><a href="{_CHANGE}">Change it</a></p>', looks_again=True)


def _form(poll: Poll, number: int, chosen: tuple[str, ...]) -> str:
    boxes = [f'<input type="hidden" name="number" value="{number}">']
    for place, label in enumerate(poll.fields):
        before = chosen[place] if place < len(chosen) else ""
        options = "".join(
            f'<option value="{escape(option)}"{" selected" if option == before else ""}>'
            f"{escape(option)}</option>"
            for option in poll.options
        )
        name = f"{_FIELD}{place}"
        boxes.append(
            f'<label for="{name}">{escape(label)}</label>'
            f'<select id="{name}" name="{name}" required>'
            f'<option value="">choose</option>{options}</select>'
        )
    return f'<form method="post">{"".join(boxes)}<button>Vote</button></form>'


def _said(sentence: str) -> str:
    return f'<p class="said">{escape(sentence)}</p>'


def _page(body: str, *, looks_again: bool = False) -> str:
    refresh = f'<meta http-equiv="refresh" content="{_LOOKS_AGAIN_SECONDS}">' if looks_again else ""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{refresh}<title>Your vote</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )
