"""A sound's mel spectrogram: as a picture, in HTML beside its votes, and in a chart with axes.

In HTML it is light enough to stand in a list of clips; the time axis there is that of the clip's
player: it ends where the player ends.
"""

from __future__ import annotations

import base64
import html
import io
from functools import lru_cache
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from esc10.evaluation.intervals import percent
from esc10.features.mel import MelConfig, decibels
from esc10.ui.plots import palette, vega
from esc10.ui.plots.frequencies import frequency_column, kilohertz_axis, picture_axes

_RANGE_DB = 80.0
"""`esc10.features.mel.decibels` goes no lower below a clip's loudest point."""

_GUTTER, _SCALE = "7.2em", "3.4em"
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
    spectrum = spectrum_png(loudness(_level(power)[:, :frames]))
    rows = [
        _row(
            "mel bands",
            _image(spectrum, description, heard / seconds, "6.2em"),
            frequency_column(mel),
        ),
        *(
            _row(
                html.escape(name),
                _image(
                    strip_png(chances[:frames]),
                    f"votes for {name}, {percent(chances.mean())}% on average",
                    heard / seconds,
                    "1.05em",
                ),
            )
            for name, chances in votes
        ),
        _row("seconds", _ticks(seconds)),
    ]
    return f'<div style="font-size:0.8em;line-height:1.2">{"".join(rows)}</div>'


def small_picture(power: NDArray[np.float32], mel: MelConfig, description: str) -> str:
    """The log-mel spectrogram alone, where many stand side by side; HTML without scripts.

    `power`: shape (mel bands, frames).
    """
    image = _image(spectrum_png(loudness(_level(power))), description, 1, "80px")
    return (
        f'<div style="font-size:0.75em;display:grid;grid-template-columns:{_SCALE} 1fr">'
        f"{frequency_column(mel, step=2)}{image}</div>"
    )


def _level(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """A picture's rows: in decibels, the high bands on top."""
    return decibels(power)[::-1]


def _row(label: str, content: str, scale: str = "") -> str:
    """A name, a scale beside the picture where it has one, and the picture."""
    columns = f"calc({_GUTTER} - {_SCALE}) {_SCALE} 1fr"
    return (
        f'<div style="display:grid;grid-template-columns:{columns};align-items:center;'
        f'margin-bottom:2px"><span style="opacity:0.75;grid-column:1 / {2 if scale else 3}">'
        f"{label}</span>{scale}{content}</div>"
    )


def _image(png: bytes, description: str, share: float, height: str) -> str:
    """A picture over the part of the axis that the network hears; the rest is hatched."""
    return (
        f'<div style="display:flex;height:{height};background:{_PAPER}">'
        f'<img src="{png_url(png)}" alt="{html.escape(description, quote=True)}" '
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


def loudness(level: NDArray[np.float32]) -> NDArray[np.float32]:
    """From 0 for 80 dB below the loudest point to 1 for the loudest.

    `level`: decibels, any shape; the same shape.
    """
    return np.asarray(np.clip(1 + (level - level.max()) / _RANGE_DB, 0, 1), np.float32)


def spectrum_png(shares: NDArray[np.float32]) -> bytes:
    """A PNG in colours of numbers from 0 to 1.

    `shares`: shape (mel bands, frames), the first row on top.
    """
    picture = Image.fromarray((255 * shares).astype(np.uint8))
    picture.putpalette(_spectrum_colours())
    return _png(picture)


def ink_png(power: NDArray[np.float32], ink: str) -> bytes:
    """A PNG of a spectrogram as ink on the page's own background.

    `power`: shape (mel bands, frames). `ink`: the colour of type there, as `#rrggbb`.
    """
    pixels = np.empty((*power.shape, 4), np.uint8)
    pixels[..., :3] = rgb(ink)
    pixels[..., 3] = np.rint(255 * loudness(decibels(power))[::-1])  # high bands on top
    return _png(Image.fromarray(pixels))


def png_url(png: bytes) -> str:
    """The picture itself as an address."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of `#rrggbb`."""
    red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return red, green, blue


def strip_png(chances: NDArray[np.float32]) -> bytes:
    """A PNG one pixel high: the more probable, the more opaque.

    `chances`: a class's probability in each frame, shape (frames,).
    """
    pixels = np.empty((1, len(chances), 4), np.uint8)
    pixels[..., :3] = rgb(palette.BLUE)
    pixels[..., 3] = np.rint(255 * chances)
    return _png(Image.fromarray(pixels))


def _png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def mel_columns(power: NDArray[np.float32], mel: MelConfig, kind: str) -> dict[str, list[Any]]:
    """A row, column by column: the picture of what a network is given, and its place in the chart.

    `power`: shape (mel bands, frames). `kind`: `mel` for power, `logmel` for decibels.
    """
    shares = loudness(decibels(power)) if kind == "logmel" else power / power.max()
    return {
        "url": [png_url(spectrum_png(shares[::-1]))],  # high bands on top
        "seconds": [0.0],
        "until": [mel.seconds],
        "band": [0],
        "upto": [mel.n_mels],
    }


def mel_spec(
    power: NDArray[np.float32], mel: MelConfig, kind: str, ink: str, font_size: int, height: int
) -> dict[str, Any]:
    """The chart of that row, and what its colours say.

    `power`: shape (mel bands, frames), its loudest point at most.
    """
    most = float(power.max())
    if kind == "logmel":
        title = "Log-mel spectrogram (dB)"
        loudest = float(10 * np.log10(most))
        ends = [loudest - _RANGE_DB, loudest]
    else:
        title, ends = "Mel spectrogram (power)", [0.0, most]
    return {
        "height": height,
        "title": vega.title_look(title, ink, font_size),
        "encoding": picture_axes(mel, ink, font_size),
        "layer": [
            {
                "mark": {"type": "image", "aspect": False, "smooth": False},
                "encoding": {"url": {"field": "url", "type": "nominal"}},
            },
            {
                # Nothing to be seen of it but its axis and its legend.
                "mark": {"type": "rect", "opacity": 0},
                "encoding": {
                    "y": kilohertz_axis(mel, ink, font_size),
                    "color": {
                        "field": "band",
                        "type": "quantitative",
                        "title": None,
                        "scale": {"domain": ends, "scheme": palette.SPECTRUM_SCALE.lower()},
                        "legend": vega.gradient_look(ink, font_size),
                    },
                },
            },
        ],
        "resolve": {"axis": {"y": "independent"}},
        **vega.chart_look(view={"stroke": ink, "strokeOpacity": 0.25}),
    }
