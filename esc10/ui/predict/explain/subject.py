"""One sound before one network: what every question about the two needs, and what it plays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.loading import fixed_length
from esc10.audio.wav import wav_of, within_full_scale
from esc10.evaluation.intervals import percent
from esc10.features.inputs import network_input
from esc10.features.mel import MelConfig, mel_power
from esc10.inference.explain.masking import floor_of, masked, sound_of_cells
from esc10.runs.run import Run
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.bars import variant_columns, variant_spec
from esc10.ui.server import HASHES, engine, version_of
from esc10.ui.words import class_words

_KEPT = 256


class Case:
    """A sound, fixed to a clip's length, and the network that judges it."""

    def __init__(self, samples: NDArray[np.float32], run: Run, weights: str) -> None:
        """Ask about a sound.

        `samples` are mono, at `esc10.audio.loading.SAMPLE_RATE`, of any length, shape (samples,).
        """
        self.samples = fixed_length(samples)
        self.run = run
        self.weights = weights

    @property
    def mel(self) -> MelConfig:
        """How the sound becomes frames."""
        return self.run.config.mel

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of what the network knows."""
        return self.run.config.classes

    @cached_property
    def sound(self) -> str:
        """What tells its sound from others."""
        return hashlib.sha256(self.samples.tobytes()).hexdigest()

    @cached_property
    def key(self) -> tuple[str, str, object]:
        """What the network's answers depend on: the sound, the weights, the run."""
        return self.sound, self.weights, version_of(self.run)

    @cached_property
    def power(self) -> NDArray[np.float32]:
        """The power mel spectrogram, shape (mel bands, frames)."""
        return mel_power(self.samples, self.mel)

    @cached_property
    def floor(self) -> float:
        """What the network is given where the sound has no power."""
        config = self.run.config
        return floor_of(self.power, config.train.features, config.scaling)

    @cached_property
    def x(self) -> NDArray[np.float32]:
        """What the network is given, shape (frames, mel bands)."""
        (x,) = self.input_of(self.power[np.newaxis])
        return np.asarray(x, np.float32)

    def input_of(self, power: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network is given of some sounds.

        `power` has shape (sounds, mel bands, frames).
        """
        config = self.run.config
        return network_input(power, config.train.features, config.scaling)

    def answers(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Class probabilities for some inputs, shape (sounds, classes); the latest are kept.

        `x` has shape (sounds, frames, mel bands).
        """
        return _answers(self, x)

    def verdict(self, chances: NDArray[np.float32]) -> str:
        """The most probable class and its probability, in Markdown."""
        best = int(chances.argmax())
        return f"**{class_words(self.classes[best])}, {percent(chances[best])}%**"


@st.cache_data(
    max_entries=_KEPT, show_spinner=False, hash_funcs={**HASHES, Case: lambda case: case.key[1:]}
)
def _answers(case: Case, x: NDArray[np.float32]) -> NDArray[np.float32]:
    answer = engine().networks.trained(case.run, case.weights).answer(x)
    return np.asarray(answer.clip, np.float32)


def play(samples: NDArray[np.float32], name: str) -> None:
    """A player that is as loud as the sound is.

    Given an array, Streamlit would play everything at full scale. Only what goes beyond that is
    made softer here.

    `samples` are at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
    """
    st.audio(wav_of(within_full_scale(samples)), format="audio/wav", alt=name)


def show_bars(case: Case, variants: Mapping[str, NDArray[np.float32]], section: str) -> None:
    """The answers to variants of the sound, beside each other.

    `variants` are class probabilities, shape (classes,), by what was done; first of nothing.
    """
    columns = variant_columns(variants, case.classes)
    names = list(dict.fromkeys(columns["class"]))
    bar = 28 if in_projector_mode() else 23
    st.markdown("**How probable each class is**")
    st.vega_lite_chart(
        pa.table(columns),
        variant_spec(names, ink(), chart_pixels() - 1, len(names) * (len(variants) * bar + 8)),
        key=f"bars {section}",
        width="stretch",
        alt="How probable the network finds each class, as it is and changed",
    )


@dataclass(frozen=True)
class Parts:
    """A sound in two parts, and the network's answers: shape (classes,) each."""

    whole: NDArray[np.float32]
    without: NDArray[np.float32]
    alone: NDArray[np.float32]


def parts_of(case: Case, cells: NDArray[np.bool_]) -> Parts:
    """The answers to a sound, to what is left without some cells, and to these alone.

    `cells` are those of the spectrogram, shape (frames, mel bands).
    """
    rest, only = (masked(case.x, hidden, case.floor) for hidden in (cells, ~cells))
    return Parts(*case.answers(np.stack([case.x, rest, only])))


def show_parts(case: Case, parts: Parts, cells: NDArray[np.bool_], section: str) -> None:
    """A player for each part, and the answers to them as bars.

    `cells` are those of the spectrogram, shape (frames, mel bands).
    """
    kept = {"The rest": ~cells, "The region alone": cells}
    for column, (name, some) in zip(st.columns(2), kept.items(), strict=True):
        with column:
            st.markdown(name)
            play(sound_of_cells(case.samples, some, case.mel), name)
    variants = {"whole": parts.whole, "rest": parts.without, "region": parts.alone}
    show_bars(case, variants, section)
