"""A clip's spectrogram as a picture in HTML: light enough to stand in a list of clips.

Its time axis is that of the clip's player: it ends where the player ends.
"""

from __future__ import annotations

import base64
import html
import io
from functools import lru_cache
from math import floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from esc10.features.mel import MelConfig, decibels
from esc10.ui.plots import palette

_RANGE_DB = 80.0
"""`esc10.features.mel.decibels` goes no lower below a clip's loudest point."""

_VOTE_COLOUR = (0, 114, 178)  # palette.BLUE
_GUTTER = "7.2em"
_PAPER = "rgba(128,128,128,0.12)"
_HATCHING = "repeating-linear-gradient(45deg,transparent 0 6px,rgba(128,128,128,0.4) 6px 8px)"


def clip_picture(
    power: NDArray[np.float32],
    mel: MelConfig,
    seconds: float,
    description: str,
    votes: tuple[tuple[str, NDArray[np.float32]], ...] = (),
) -> str:
    """A log-mel spectrogram over seconds and, on the same axis, what each frame votes for.

    `power`: shape (mel bands, frames). `seconds`: how long the clip's player plays; the network
    hears `mel.seconds` of it. `votes`: for each class to show its name and its probability in
    every frame, shape (frames,).

    HTML without scripts.
    """
    heard = min(seconds, mel.seconds)
    frames = max(1, round(power.shape[1] * heard / mel.seconds))
    level = decibels(power)[::-1, :frames]  # high bands on top
    rows = [
        _row("mel bands", _image(spectrum_png(level), description, heard / seconds, "6.2em")),
        *(
            _row(
                html.escape(name),
                _image(
                    strip_png(chances[:frames]),
                    f"votes for {name}, {chances.mean():.0%} on average",
                    heard / seconds,
                    "1.05em",
                ),
            )
            for name, chances in votes
        ),
        _row("seconds", _ticks(seconds)),
    ]
    return f'<div style="font-size:0.8em;line-height:1.2">{"".join(rows)}</div>'


def _row(label: str, content: str) -> str:
    return (
        f'<div style="display:grid;grid-template-columns:{_GUTTER} 1fr;align-items:center;'
        f'margin-bottom:2px"><span style="opacity:0.75">{label}</span>{content}</div>'
    )


def _image(png: bytes, description: str, share: float, height: str) -> str:
    """A picture over the part of the axis that the network hears; the rest is hatched."""
    data = base64.b64encode(png).decode()
    return (
        f'<div style="display:flex;height:{height};background:{_PAPER}">'
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(description, quote=True)}" '
        f'style="display:block;width:{100 * share:.3f}%;height:100%">'
        f'<div style="flex:1;background:{_HATCHING}"></div></div>'
    )


def _ticks(seconds: float) -> str:
    """The whole seconds, each at its place."""
    marks = "".join(
        f'<span style="position:absolute;left:{100 * second / seconds:.3f}%;'
        f'transform:translateX({-100 * second / seconds:.0f}%)">{second}</span>'
        for second in range(floor(seconds + 0.01) + 1)
    )
    return f'<div style="position:relative;height:1.2em">{marks}</div>'


@lru_cache(maxsize=1)
def _spectrum_colours() -> list[int]:
    """256 colours, red, green and blue one after the other."""
    from plotly.colors import get_colorscale, sample_colorscale  # slow to import

    levels = np.linspace(0, 1, 256)
    sampled = sample_colorscale(get_colorscale(palette.SPECTRUM_SCALE), levels, colortype="tuple")
    return [round(255 * part) for colour in sampled for part in colour]


def spectrum_png(level: NDArray[np.float32]) -> bytes:
    """A PNG of decibels, down to 80 dB below the loudest point.

    `level`: shape (mel bands, frames), the first row on top.
    """
    shade = (level - (level.max() - _RANGE_DB)) * (255 / _RANGE_DB)
    picture = Image.fromarray(np.clip(shade, 0, 255).astype(np.uint8))
    picture.putpalette(_spectrum_colours())
    return _png(picture)


def strip_png(chances: NDArray[np.float32]) -> bytes:
    """A PNG one pixel high: the more probable, the more opaque.

    `chances`: a class's probability in each frame, shape (frames,).
    """
    pixels = np.empty((1, len(chances), 4), np.uint8)
    pixels[..., :3] = _VOTE_COLOUR
    pixels[..., 3] = np.rint(255 * chances)
    return _png(Image.fromarray(pixels))


def pooled(values: NDArray[np.float32], columns: int) -> NDArray[np.float32]:
    """The mean of each stretch of frames: no wider a picture than a screen can show.

    `values`: shape (..., frames).

    Shape (..., columns), or the values themselves where there are no more.
    """
    frames = values.shape[-1]
    if frames <= columns:
        return values
    begins = np.arange(columns) * frames // columns
    counts = np.diff(np.append(begins, frames))
    return np.asarray(np.add.reduceat(values, begins, axis=-1) / counts, np.float32)


def _png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()
