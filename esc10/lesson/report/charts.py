"""A run's curves as SVG: colour and dash tell training from validation; and the same in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from markupsafe import Markup

from esc10.evaluation.intervals import percent, wilson_interval
from esc10.training.results import EpochRow, best_epochs

_WIDTH, _HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 506, 36, 256
"""Where the axes stand in the picture, in pixels."""

_MOST_STEPS = 5
_MARK = 6

Points = list[tuple[int, float]]
"""Epochs, from 1, and the value after each."""


@dataclass(frozen=True)
class Chart:
    """A chart of a page.

    Attributes:
        title: what it shows.
        words: the same in words, for those who do not see it.
        svg: the picture; its style is its page's.
    """

    title: str
    words: str
    svg: Markup


def curve_charts(history: Sequence[EpochRow], validation_clips: int) -> tuple[Chart, Chart]:
    """Loss by epoch, and accuracy by epoch, the best with its Wilson 95 % interval.

    Args:
        history: the epochs, one at least; a loss that is not finite is left out.
        validation_clips: how many validation clips there are.
    """
    best = best_epochs(list(history))
    loss, accuracy = best["val_loss"], best["val_accuracy"]
    clips = validation_clips
    interval = wilson_interval(round(accuracy.val_accuracy * clips), clips)
    low, high = interval
    return (
        _chart(
            "Loss (lower is better)",
            (_points(history, "loss"), _points(history, "val_loss")),
            (loss.epoch, loss.val_loss),
            None,
            "{:.2f}".format,
            f"The lowest validation loss is {loss.val_loss:.2f}, in epoch {loss.epoch}.",
        ),
        _chart(
            "Accuracy (higher is better)",
            (_points(history, "accuracy"), _points(history, "val_accuracy")),
            (accuracy.epoch, accuracy.val_accuracy),
            interval,
            _in_percent,
            f"The highest validation accuracy is {_in_percent(accuracy.val_accuracy)}, in epoch "
            f"{accuracy.epoch}; its 95 % interval is {percent(low)} to {_in_percent(high)}.",
        ),
    )


def _points(history: Sequence[EpochRow], column: str) -> Points:
    values = ((row.epoch, float(getattr(row, column))) for row in history)
    return [(epoch, value) for epoch, value in values if isfinite(value)]


def _in_percent(share: float) -> str:
    return f"{percent(share)}%"


def _chart(
    title: str,
    curves: tuple[Points, Points],
    best: tuple[int, float],
    interval: tuple[float, float] | None,
    said: Callable[[float], str],
    about_best: str,
) -> Chart:
    """A chart of the training clips' and the validation clips' points; `interval` is the best's."""
    courses = (
        f"On {name} clips it goes from {said(points[0][1])} to {said(points[-1][1])}."
        for name, points in zip(("training", "validation"), curves, strict=True)
        if points
    )
    words = " ".join([f"{title}, by epoch.", *courses, about_best])
    values = [value for points in curves for _, value in points]
    # Of shares the whole scale is shown: its height means the same in every report.
    ticks = _ticks(max([*values, 0.01]) if interval is None else 1.0)
    labels = [f"{tick:g}" if interval is None else _in_percent(tick) for tick in ticks]
    last = max([best[0], *(epoch for points in curves for epoch, _ in points)])
    frame = _Frame(last, ticks[-1])
    parts = [
        *_axes(frame, zip(ticks, labels, strict=True), last),
        *_curve(frame, curves[0], "training"),
        *_curve(frame, curves[1], "validation"),
        *_best(frame, best, interval),
        *_legend(),
    ]
    # Nothing in it but numbers and words of ours.
    svg = Markup(
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{words}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )
    return Chart(title, words, svg)


def _ticks(highest: float) -> list[float]:
    """From 0 in steps of 1, 2, 2.5 or 5 of some power of ten, to one that is not below it."""
    power = 10.0 ** floor(log10(highest / _MOST_STEPS))
    step = next(
        factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power * _MOST_STEPS >= highest
    )
    return [step * place for place in range(ceil(highest / step - 1e-9) + 1)]


@dataclass(frozen=True)
class _Frame:
    """Where epochs and values are in the picture, in pixels: epoch 1 to `last`, 0 to `highest`."""

    last: int
    highest: float

    def x(self, epoch: float) -> float:
        share = (epoch - 1) / (self.last - 1) if self.last > 1 else 0.5
        return _LEFT + share * (_RIGHT - _LEFT)

    def y(self, value: float) -> float:
        return _BOTTOM - value / self.highest * (_BOTTOM - _TOP)

    def at(self, epoch: int, value: float) -> str:
        return f"{self.x(epoch):.1f},{self.y(value):.1f}"


def _axes(frame: _Frame, ticks: Iterator[tuple[float, str]], last: int) -> Iterator[str]:
    for value, label in ticks:
        y = frame.y(value)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 5:.1f}" text-anchor="end">{label}</text>'
    step = max(1, int(_ticks(last)[1]))
    for epoch in sorted({1, *range(step, last + 1, step)}):
        x = frame.x(epoch)
        yield f'<path class="axis" d="M{x:.1f} {_BOTTOM}v5"/>'
        yield f'<text x="{x:.1f}" y="{_BOTTOM + 20}" text-anchor="middle">{epoch}</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>'
    middle = (_LEFT + _RIGHT) / 2
    yield f'<text x="{middle:.1f}" y="{_HEIGHT - 4}" text-anchor="middle">epoch</text>'


def _curve(frame: _Frame, points: Points, name: str) -> Iterator[str]:
    if len(points) == 1:
        x, y = frame.at(*points[0]).split(",")
        yield f'<circle class="{name} point" cx="{x}" cy="{y}" r="3"/>'
    elif points:
        line = " ".join(frame.at(*point) for point in points)
        yield f'<polyline class="{name} curve" points="{line}"/>'


def _best(
    frame: _Frame, best: tuple[int, float], interval: tuple[float, float] | None
) -> Iterator[str]:
    """A diamond at the best epoch, and a rule that spans its interval."""
    epoch, value = best
    if interval is not None:
        low, high = (frame.y(end) for end in interval)
        yield f'<path class="interval" d="M{frame.x(epoch):.1f} {low:.1f}V{high:.1f}"/>'
    if isfinite(value):
        yield f'<path class="validation point" d="{_diamond(frame.x(epoch), frame.y(value))}"/>'


def _diamond(x: float, y: float) -> str:
    side = f"{_MARK} {_MARK}"
    return f"M{x:.1f} {y - _MARK:.1f}l{side}l-{side}l-{_MARK} -{_MARK}z"


def _legend() -> Iterator[str]:
    y = 14
    yield f'<path class="validation curve" d="M{_LEFT} {y}h34"/>'
    yield f'<text x="{_LEFT + 42}" y="{y + 5}">validation</text>'
    yield f'<path class="training curve" d="M{_LEFT + 140} {y}h34"/>'
    yield f'<text x="{_LEFT + 182}" y="{y + 5}">training</text>'
    yield f'<path class="validation point" d="{_diamond(_LEFT + 270, y)}"/>'
    yield f'<text x="{_LEFT + 284}" y="{y + 5}">best epoch</text>'
