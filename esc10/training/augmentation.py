"""Training clips changed at random, so that a network hears each of them anew in every epoch.

Everything happens to power mel spectrograms, where sounds add up as they do in the air, but for
level and masks, which are a sum and a blot on decibels. Computed with NumPy, a batch at once: it
goes on beside the step that learns from the batch before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.features.inputs import Scaling
from esc10.training.recipes import Recipe

LOUD_DECIBELS = 40
"""A frame no more than this below its clip's loudest may stand in the middle of a window."""

_FAINTEST_DECIBELS = 80
_LEAST_POWER = np.float32(1e-10)
_LEAST_FRAMES = 24
"""A window squeezed from fewer would be the same frame over and over."""

_LEAST_SHARE, _MOST_SHARE = 0.02, 0.98

Spectra = NDArray[np.float32]


@dataclass(frozen=True)
class _Loud:
    """What is loud in a clip: the indices of its frames, and their mean power in dB."""

    frames: NDArray[np.int64]
    level: float


class Augmenter:
    """The training clips of a run, and what its recipe makes of them."""

    def __init__(
        self,
        power: Spectra,
        labels: NDArray[np.int64],
        classes: int,
        scaling: Scaling,
        recipe: Recipe,
        seed: int,
    ) -> None:
        """Find out where each clip is loud.

        Args:
            power: of the training clips, shape (clips, frames, mel bands).
            labels: shape (clips,), from 0.
            classes: how many classes there are.
            scaling: the training clips' mean and deviation.
            recipe: what is done to them.
            seed: of all that is drawn.
        """
        self._power, self._labels, self._classes = power, labels, classes
        self._scaling, self._recipe = scaling, recipe
        self._rng = np.random.default_rng([seed, 1])  # not the one that orders the clips
        self._loud = [_loud_part(clip) for clip in power]
        self._of_other_classes = {
            label: np.flatnonzero(labels != label) for label in np.unique(labels)
        }

    def batch(self, clips: NDArray[np.int64]) -> tuple[Spectra, Spectra]:
        """Some clips, each changed in a way of its own.

        Args:
            clips: their indices, shape (batch,).

        Returns:
            What a network is fed, shape (batch, frames of a window, mel bands), and how much of
            each class is in it, shape (batch, classes).
        """
        targets = np.eye(self._classes, dtype=np.float32)[self._labels[clips]]  # (batch, classes)
        power = self._windows(clips)  # (batch, frames, bands)
        mixed = np.flatnonzero(self._rng.random(len(clips)) < self._recipe.mixing)
        if len(mixed) and len(self._of_other_classes) > 1:
            self._mix(power, targets, clips, mixed)
        x = self._levels(power)
        x -= np.float32(self._scaling.mean)
        x /= np.float32(self._scaling.deviation)
        self._blot(x)
        smoothing = self._recipe.smoothing
        return x, targets * np.float32(1 - smoothing) + np.float32(smoothing / self._classes)

    def _windows(self, clips: NDArray[np.int64]) -> Spectra:
        """A window of each clip, at a speed and a height of its own: (batch, frames, bands)."""
        recipe, rng = self._recipe, self._rng
        _, frames, bands = self._power.shape
        length = min(recipe.window or frames, frames)
        factors = np.exp(rng.uniform(-1, 1, len(clips)) * np.log(recipe.speed))
        heard = np.clip(np.rint(length * factors), min(_LEAST_FRAMES, length), frames)  # (batch,)
        loud = np.array([rng.choice(self._loud[clip].frames) for clip in clips])
        starts = np.clip(loud - np.floor(rng.random(len(clips)) * heard), 0, frames - heard)
        steps = (np.arange(length) + 0.5) / length
        places = starts[:, None] + np.clip(
            steps * heard[:, None] - 0.5, 0, heard[:, None] - 1
        )  # (batch, length)
        before = places.astype(np.int64)
        after = np.minimum(before + 1, frames - 1)
        share = (places - before).astype(np.float32)[..., None]
        rows = self._power.reshape(-1, bands)
        first = clips[:, None] * frames
        windows: Spectra = rows.take(first + before, axis=0)  # (batch, length, bands)
        if share.any():
            windows += share * (rows.take(first + after, axis=0) - windows)
        for window, shift in zip(
            windows, rng.integers(-recipe.shift, recipe.shift + 1, len(clips)), strict=True
        ):
            _move_bands(window, int(shift))
        return windows

    def _mix(
        self,
        power: Spectra,
        targets: Spectra,
        clips: NDArray[np.int64],
        mixed: NDArray[np.int64],
    ) -> None:
        """Mix a window of another class into some of the batch, in place.

        Between-class mixing: Y. Tokozume, Y. Ushiku and T. Harada, Learning from between-class
        examples for deep sound recognition, arXiv:1711.10282, equation 2. The louder sound is
        turned down, so that the target says how much of each is heard.
        """
        rng = self._rng
        partners = np.array(
            [rng.choice(self._of_other_classes[self._labels[clip]]) for clip in clips[mixed]]
        )
        shares = rng.uniform(_LEAST_SHARE, _MOST_SHARE, len(mixed)).astype(np.float32)
        louder = np.array(
            [
                self._loud[clip].level - self._loud[partner].level
                for clip, partner in zip(clips[mixed], partners, strict=True)
            ]
        )
        weights = 1 / (1 + 10 ** (louder / 20) * (1 - shares) / shares)
        mine = (weights**2 / (weights**2 + (1 - weights) ** 2)).astype(np.float32)[:, None, None]
        power[mixed] = mine * power[mixed] + (1 - mine) * self._windows(partners)
        others = np.eye(self._classes, dtype=np.float32)[self._labels[partners]]
        targets[mixed] = shares[:, None] * targets[mixed] + (1 - shares)[:, None] * others

    def _levels(self, power: Spectra) -> Spectra:
        """Decibels, louder or softer, brighter or duller: (batch, frames, bands)."""
        x = np.log(np.maximum(power, _LEAST_POWER, out=power), out=power)
        x *= np.float32(10 / np.log(10))
        np.maximum(x, x.max(axis=(1, 2), keepdims=True) - _FAINTEST_DECIBELS, out=x)
        slope = np.linspace(-1, 1, x.shape[2])
        gains, tilts = self._rng.uniform(-1, 1, (2, len(x), 1, 1))
        x += (self._recipe.gain * gains + self._recipe.tilt * tilts * slope).astype(np.float32)
        return x

    def _blot(self, x: Spectra) -> None:
        """Set some neighbouring bands and some neighbouring frames to the mean, in place.

        Masks: D. S. Park et al., SpecAugment, arXiv:1904.08779, without its warping.
        """
        _, frames, bands = x.shape
        for one in x:
            for most, count, axis in (
                (self._recipe.band_mask, bands, one.T),
                (self._recipe.frame_mask, frames, one),
            ):
                width = int(self._rng.integers(0, min(most, count) + 1))
                begin = int(self._rng.integers(0, count - width + 1))
                axis[begin : begin + width] = 0


def _loud_part(power: Spectra) -> _Loud:
    by_frame = power.sum(axis=1)  # (frames,)
    loud = np.flatnonzero(by_frame >= by_frame.max() * 10 ** (-LOUD_DECIBELS / 10))
    return _Loud(loud, float(10 * np.log10(by_frame[loud].mean() + 1e-10)))


def _move_bands(window: Spectra, by: int) -> None:
    """Move all bands up, or down where negative, in place; the edge fills what is left."""
    if by > 0:
        window[:, by:] = window[:, :-by]
        window[:, :by] = window[:, by : by + 1]
    elif by < 0:
        window[:, :by] = window[:, -by:]
        window[:, by:] = window[:, by - 1 : by]
