"""A ten-minute stereo recording from its file to mono samples at 22,050 Hz: time and memory.

    M4A         `esc10.audio.recording.load_recording`, as for all that people bring
    WAV         the same, on the same sound as a WAV of 16 bits
    soundfile   all of the WAV at once, mixed by NumPy and resampled by librosa

Each measurement is a process of its own, which has taken a second of the sound through all of it
before its clock starts. Memory is what the process held at most, less what it held at that moment.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from benchmarks.fresh import answers_of, say
from benchmarks.memory import Watch
from benchmarks.report import markdown_table
from benchmarks.spread import seconds, spread
from esc10.audio.loading import SAMPLE_RATE
from esc10.audio.recording import load_recording

ROUNDS = 5
MINUTES = 10
RATE = 44_100

Results = dict[str, Any]


def ours(path: Path) -> NDArray[np.float32]:
    """The samples as the app has them, shape (samples,)."""
    return load_recording(path, path.name).samples


def by_soundfile(path: Path) -> NDArray[np.float32]:
    """The same by what libsndfile, NumPy and librosa offer; shape (samples,)."""
    import librosa

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return librosa.resample(samples.mean(axis=1), orig_sr=rate, target_sr=SAMPLE_RATE)


SIDES: dict[str, tuple[Callable[[Path], NDArray[np.float32]], str]] = {
    "ours, M4A": (ours, "m4a"),
    "ours, WAV": (ours, "wav"),
    "soundfile, WAV": (by_soundfile, "wav"),
}
"""What decodes, and the ending of its file."""


def write_sounds(folder: Path, name: str, length: int) -> None:
    """Write a gliding tone in noise, another in each channel, as an M4A and as a WAV.

    Args:
        folder: where to.
        name: of both files, without its ending.
        length: in seconds.
    """
    rng = np.random.default_rng(1)
    with (
        soundfile.SoundFile(folder / f"{name}.wav", "w", RATE, 2, "PCM_16") as wav,
        av.open(folder / f"{name}.m4a", "w", format="ipod") as m4a,
    ):
        stream = m4a.add_stream("aac", rate=RATE, layout="stereo")
        assert isinstance(stream, AudioStream)
        for second in range(length):
            time_line = second + np.arange(RATE)[:, None] / RATE  # (frames, 1)
            tone = np.sin(2 * np.pi * (300 + 10 * np.sin(time_line)) * time_line * [1.0, 1.5])
            samples = (0.3 * tone + rng.normal(0, 0.05, (RATE, 2))).astype(np.float32)
            wav.write(samples)
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "flt", "stereo")
            frame.sample_rate, frame.pts = RATE, second * RATE
            m4a.mux(stream.encode(frame))
        m4a.mux(stream.encode(None))


def measure(rounds: int = ROUNDS, length: int = 60 * MINUTES) -> Results:
    """Seconds and bytes of each side.

    Args:
        rounds: how often each side has its turn.
        length: of the recording, in seconds.
    """
    turns: dict[str, list[tuple[float, float]]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as folder:
        for name, its_length in (("warm", 1), ("long", length)):
            write_sounds(Path(folder), name, its_length)
        for _ in range(rounds):
            for side in SIDES:
                turns[side] += answers_of("benchmarks.decoding", side, folder)
    times, held = (
        {side: spread([turn[which] for turn in taken]) for side, taken in turns.items()}
        for which in (0, 1)
    )
    return {"length_s": length, "seconds": times, "held_bytes": held}


def table(results: Results) -> str:
    """Every side's seconds and megabytes."""
    rows = [
        [side, seconds(results["seconds"][side]), f"{value['median'] / 1e6:.0f} MB"]
        for side, value in results["held_bytes"].items()
    ]
    return markdown_table([f"{results['length_s']} s, stereo", "time", "memory, at most"], rows)


def main() -> None:
    """Take one turn, and say its seconds and its bytes."""
    side, folder = sys.argv[1:]
    decode, ending = SIDES[side]
    decode(Path(folder, f"warm.{ending}"))
    watch = Watch(os.getpid())
    before = watch.now().server
    began = time.perf_counter()
    decode(Path(folder, f"long.{ending}"))
    taken = time.perf_counter() - began
    most = watch.lap().server
    watch.close()
    say([taken, most - before])


if __name__ == "__main__":
    main()
