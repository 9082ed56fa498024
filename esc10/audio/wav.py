"""Samples as a WAV file of 16 bits, which everything plays and reads."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE


def wav_of(samples: NDArray[np.floating] | NDArray[np.int16], rate: int = SAMPLE_RATE) -> bytes:
    """A WAV file's bytes.

    Args:
        samples: shape (samples,) or (samples, channels). Of floating-point numbers full scale is 1,
            and what exceeds it is clipped; integers are written as they are.
        rate: in hertz.
    """
    # In memory: libsndfile calls a full disk a "system error", Python says what it was.
    content = io.BytesIO()
    soundfile.write(content, samples, rate, subtype="PCM_16", format="WAV")
    return content.getvalue()


def within_full_scale(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The samples; where one exceeds full scale, which is 1, all are made softer by one factor.

    Files of floating-point numbers may exceed it, which 16 bits cannot.

    Args:
        samples: shape (samples,), one at least.
    """
    return samples / max(1.0, float(np.abs(samples).max()))
