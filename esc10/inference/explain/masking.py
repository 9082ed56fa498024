"""A region of a spectrogram taken away, or left alone: for the network, and for the ear.

For the network, the region is set to the clip's floor: in decibels 80 dB below the clip's loudest
point, in power zero. For the ear, the same cells are silenced in the sound's Fourier transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from esc10.features.inputs import Scaling, network_input
from esc10.features.mel import MelConfig, band_peaks


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a mel spectrogram; each end is the first place beyond it.

    Attributes:
        first_frame: where it begins in time.
        end_frame: where it ends.
        first_band: its lowest mel band.
        end_band: the band above its highest one.
    """

    first_frame: int
    end_frame: int
    first_band: int
    end_band: int

    def cells(self, frames: int, bands: int) -> NDArray[np.bool_]:
        """Which cells of a spectrogram lie in it, shape (frames, mel bands)."""
        inside = np.zeros((frames, bands), np.bool_)
        inside[self.first_frame : self.end_frame, self.first_band : self.end_band] = True
        return inside


def region_of(seconds: tuple[float, float], bands: tuple[int, int], mel: MelConfig) -> Region:
    """The frames that are centred in a span of time, in a span of mel bands.

    Args:
        seconds: its begin, and its end, at which it holds no frame any more; an end at the clip's
            end holds the last frame too.
        bands: the lowest mel band, and the band above the highest one.
        mel: how the sound becomes frames.
    """
    begin, end = (int(np.ceil(time * mel.sample_rate / mel.hop_length - 1e-6)) for time in seconds)
    if seconds[1] >= mel.seconds:
        end = mel.frames
    return Region(begin, min(end, mel.frames), *bands)


def floor_of(power: NDArray[np.float32], kind: str, scaling: Scaling | None) -> float:
    """What a network is given where this clip has no power at all.

    Args:
        power: shape (mel bands, frames).
        kind: one of `esc10.features.inputs.KINDS`.
        scaling: for `logmel`, the training clips' scaling.
    """
    # One more band, without power: nothing can be lower, and what is loudest stays the loudest.
    silent_band = np.pad(power, ((0, 1), (0, 0)))
    return float(network_input(silent_band[np.newaxis], kind, scaling).min())


def masked(x: NDArray[np.float32], cells: NDArray[np.bool_], floor: float) -> NDArray[np.float32]:
    """A network's input with some of its cells set to the clip's floor.

    Args:
        x: shape (frames, mel bands).
        cells: which of them, the same shape.
        floor: see `floor_of`.

    Returns:
        A new array of the same shape.
    """
    return np.where(cells, np.float32(floor), x)


def band_edges(mel: MelConfig) -> NDArray[np.float64]:
    """The frequencies between mel bands in hertz, shape (mel bands + 1,).

    Neighbouring mel filters are triangles that overlap by half. The edge between them lies midway
    between their peaks, where both let the same share pass (but for their areas, which librosa
    makes equal). The first edge is 0 and the last one half the sample rate, so that each frequency
    is in one band.
    """
    peaks = band_peaks(mel)
    between = (peaks[:-1] + peaks[1:]) / 2
    return np.concatenate([[0.0], between, [mel.sample_rate / 2]])


def sound_of_cells(
    samples: NDArray[np.float32], cells: NDArray[np.bool_], mel: MelConfig
) -> NDArray[np.float32]:
    """The part of a sound that lies in some cells of its mel spectrogram.

    The frames of the mel spectrogram (centred, with a Hann window) are transformed; the bins
    outside the cells are set to zero, the others keep magnitude and phase; and the frames are laid
    over one another again by least squares (D. W. Griffin, J. S. Lim, Signal estimation from
    modified short-time Fourier transform, IEEE Trans. ASSP 32, 1984). All of it is linear: some
    cells and the others sum to the sound. As a frame is longer than a hop, a sharp edge in the
    cells is a soft one of about a tenth of a second to the ear.

    Args:
        samples: shape (samples,), as long as `mel` fixes clips to.
        cells: shape (frames, mel bands).
        mel: how the sound becomes frames.

    Returns:
        Shape (samples,).
    """
    import scipy.fft

    half = mel.n_fft // 2
    window, weight = _window_and_weight(mel, len(samples))
    padded = np.pad(samples, half)
    frames = np.lib.stride_tricks.sliding_window_view(padded, mel.n_fft)[:: mel.hop_length]
    spectrum = scipy.fft.rfft(frames * window) * cells[:, _band_of_bin(mel)]
    parts = scipy.fft.irfft(spectrum, mel.n_fft) * window
    whole = np.zeros(len(padded))
    for index, part in enumerate(parts):
        begin = index * mel.hop_length
        whole[begin : begin + mel.n_fft] += part
    kept = slice(half, half + len(samples))
    return np.asarray(whole[kept] / weight[kept], np.float32)


@lru_cache(maxsize=4)
def _band_of_bin(mel: MelConfig) -> NDArray[np.int64]:
    """The mel band that each bin of the Fourier transform is in, shape (n_fft / 2 + 1,)."""
    frequencies = np.fft.rfftfreq(mel.n_fft, 1 / mel.sample_rate)
    return np.searchsorted(band_edges(mel)[1:-1], frequencies, side="right").astype(np.int64)


@lru_cache(maxsize=4)
def _window_and_weight(
    mel: MelConfig, samples: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The periodic Hann window, and the sum of its squares over all frames of a padded clip."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(mel.n_fft) / mel.n_fft)
    weight = np.zeros(samples + 2 * (mel.n_fft // 2))
    for begin in range(0, len(weight) - mel.n_fft + 1, mel.hop_length):
        weight[begin : begin + mel.n_fft] += np.square(window)
    return window, weight
