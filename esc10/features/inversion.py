"""A sound for a mel spectrogram: what is left of it where only the spectrogram is known."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from esc10.features.mel import MelConfig, mel_filters

_ROUNDS, _SEED = 32, 1


def sound_of(power: NDArray[np.float32], config: MelConfig) -> NDArray[np.float32]:
    """Samples whose power mel spectrogram is about the given one.

    What lies within a band is not known, and neither are phases: librosa finds some that fit, by
    the algorithm of D. W. Griffin and J. S. Lim (1984). It sounds as through a tin can.

    Args:
        power: shape (mel bands, frames).
        config: how it was made.

    Returns:
        Shape (samples,), at the configuration's sample rate.
    """
    import librosa  # slow to import

    spread = np.maximum(_from_bands(config) @ power, 0)  # (n_fft / 2 + 1, frames)
    samples = librosa.griffinlim(
        np.sqrt(spread),
        n_iter=_ROUNDS,
        hop_length=config.hop_length,
        n_fft=config.n_fft,
        random_state=_SEED,
    )
    return np.asarray(samples, np.float32)


@lru_cache(maxsize=2)
def _from_bands(config: MelConfig) -> NDArray[np.float32]:
    """What spreads a band's power over its bins again, shape (n_fft / 2 + 1, mel bands)."""
    inverse: NDArray[np.float32] = np.linalg.pinv(mel_filters(config).T).astype(np.float32)
    return inverse
