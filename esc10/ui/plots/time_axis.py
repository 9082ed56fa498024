"""The times that stand on the axis of a sound of any length."""

from __future__ import annotations

import json
from typing import Any

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300)
_MOST_MARKS = 10
_SECONDS_IN_MARKS = 60
"""Longer sounds have minutes on their axis."""


def time_unit(seconds: float) -> str:
    """What the axis of a sound of that length counts."""
    return "seconds" if seconds <= _SECONDS_IN_MARKS else "minutes"


def time_marks(seconds: float) -> list[tuple[int, str]]:
    """Round seconds, few enough to be read, and what stands there."""
    step = next((step for step in _STEPS if seconds / step <= _MOST_MARKS), _STEPS[-1])
    return [(mark, _clock(mark, seconds)) for mark in range(0, int(seconds + 0.01) + 1, step)]


def vega_time_axis(field: str, seconds: float, look: dict[str, Any]) -> dict[str, Any]:
    """Vega's horizontal place of a sound's moments."""
    marks = time_marks(seconds)
    return {
        "field": field,
        "type": "quantitative",
        "title": time_unit(seconds),
        "scale": {"domain": [0, seconds], "nice": False},
        "axis": {
            **look,
            "grid": False,
            "values": [mark for mark, _ in marks],
            "labelExpr": f"{json.dumps(dict(marks))}[datum.value]",
        },
    }


def _clock(second: int, seconds: float) -> str:
    return f"{second // 60}:{second % 60:02d}" if seconds > _SECONDS_IN_MARKS else str(second)
