"""Figures of a sound: its waveform and its mel spectrogram."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE
from esc10.features.mel import MelConfig, decibels
from esc10.ui.plots import palette

_WAVEFORM_POINTS = 1500


def _seconds(frames: int, mel: MelConfig) -> NDArray[np.float64]:
    """The time of each frame's centre, in seconds."""
    return np.arange(frames) * mel.hop_length / mel.sample_rate


def _envelope(samples: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The lowest and highest sample of each stretch: the same picture from fewer points."""
    stretch = max(1, len(samples) // (_WAVEFORM_POINTS // 2))
    whole = samples[: len(samples) // stretch * stretch].reshape(-1, stretch)
    extremes = np.stack([whole.min(axis=1), whole.max(axis=1)], axis=1).ravel()
    times = np.repeat(np.arange(len(whole)) * stretch / SAMPLE_RATE, 2)
    return times, extremes


def waveform(samples: NDArray[np.float32], font_size: int, height: int) -> go.Figure:
    """Amplitude over time.

    `samples`: mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
    """
    times, extremes = _envelope(samples)
    figure = go.Figure(
        go.Scatter(
            x=times, y=extremes, mode="lines", line={"color": palette.BLUE, "width": 1}, name=""
        )
    )
    figure.update_layout(palette.layout(font_size, height))
    figure.update_layout(title_text="Waveform", showlegend=False)
    figure.update_xaxes(title_text="seconds", range=[0, len(samples) / SAMPLE_RATE])
    figure.update_yaxes(title_text="amplitude")
    return figure


def _heatmap(level: NDArray[np.float32], mel: MelConfig, unit: str) -> go.Heatmap:
    return go.Heatmap(
        z=level,
        x=_seconds(level.shape[1], mel),
        y=np.arange(level.shape[0]),
        colorscale=palette.SPECTRUM_SCALE,
        showscale=False,
        hovertemplate="%{x:.2f} s, mel band %{y}: %{z:.4g} " + unit + "<extra></extra>",
    )


def mel_spectrogram(
    power: NDArray[np.float32], mel: MelConfig, kind: str, font_size: int, height: int
) -> go.Figure:
    """A mel spectrogram as a network is given it.

    `power`: shape (mel bands, frames). `kind`: `mel` for power, `logmel` for decibels.
    """
    logarithmic = kind == "logmel"
    level = decibels(power) if logarithmic else power
    figure = go.Figure(_heatmap(level, mel, "dB" if logarithmic else ""))
    title = "Log-mel spectrogram (dB)" if logarithmic else "Mel spectrogram (power)"
    figure.update_layout(palette.layout(font_size, height))
    figure.update_layout(title_text=title)
    figure.update_xaxes(title_text="seconds")
    figure.update_yaxes(title_text="mel band")
    return figure
