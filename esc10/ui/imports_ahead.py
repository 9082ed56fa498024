"""What pages need later, imported while no page is being drawn.

An import keeps Python's lock for tenths of a second at a time, which a page that is drawn meanwhile
would wait for again and again. So either pages are drawn or a module is imported.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Condition

_MODULES = (
    "scipy.fft",
    "scipy.linalg",
    "scipy.sparse",
    "scipy.spatial",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.integrate",
    "scipy.interpolate",
    "scipy.stats",
    "joblib",
    "sklearn.metrics",
    "scipy.signal",
)
"""To look at sounds, to judge a run, to try a room; scikit-learn imports all before it. One by one,
nobody waits for one of them long."""

_QUIET_SECONDS = 0.15
"""Since a page was drawn last: until then its browser asks for what it draws it with."""

_changed = Condition()
_pages, _drawn, _importing = 0, 0.0, False


@contextmanager
def being_drawn() -> Iterator[None]:
    """A page is drawn within; nothing is imported ahead meanwhile."""
    global _pages, _drawn
    with _changed:
        _pages += 1
        _changed.wait_for(lambda: not _importing)
    try:
        yield
    finally:
        with _changed:
            _pages, _drawn = _pages - 1, time.monotonic()
            _changed.notify_all()


def import_ahead() -> None:
    """Import what has not been imported by then."""
    global _importing
    for module in _MODULES:
        with _changed:
            while _pages or (left := _drawn + _QUIET_SECONDS - time.monotonic()) > 0:
                _changed.wait(None if _pages else left)
            _importing = True
        try:
            import_module(module)
        finally:
            with _changed:
                _importing = False
                _changed.notify_all()
