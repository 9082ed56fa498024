"""Samples as an MP3 file: small, and every browser plays it; Safari learned of Ogg late."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE


def mp3_of(samples: NDArray[np.float32]) -> bytes:
    """An MP3 file's bytes, at about 45 kbit/s.

    Args:
        samples: mono at `SAMPLE_RATE`, shape (samples,); full scale is 1.
    """
    content = io.BytesIO()
    soundfile.write(content, samples, SAMPLE_RATE, format="MP3", subtype="MPEG_LAYER_III")
    return content.getvalue()
