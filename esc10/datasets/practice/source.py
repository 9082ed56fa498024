"""The practice sounds as a source: 400 files that nobody recorded, computed here.

What computes them is imported where it is used: it loads SciPy's signal processing, which pages do
without.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from esc10.audio.wav import wav_of
from esc10.datasets.clips import ESC10_TARGETS
from esc10.datasets.source import ExpectedFile, Source


@cache
def practice_files() -> tuple[ExpectedFile, ...]:
    """The files of the practice sounds: 16-bit PCM, so their sizes are known beforehand."""
    from esc10.datasets.practice import plan

    size = 44 + 2 * plan.SAMPLES
    return tuple(ExpectedFile(name, f"audio/{name}", size=size) for name in plan.filenames())


class Synthesis:
    """The practice sounds, computed one by one."""

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Compute the clip and write it as 16-bit PCM."""
        from esc10.datasets.practice import plan

        aside.write_bytes(wav_of(plan.waveform(expected.filename), plan.SAMPLE_RATE))

    def close(self) -> None:
        """Nothing is held open."""


PRACTICE = Source(
    key="practice",
    title="Practice sounds (synthetic)",
    summary="Ten classes named as ESC-10's, synthesised on this machine, without the internet.",
    targets=ESC10_TARGETS,
    fetched_bytes=0,
    licence="CC0 1.0",
    licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
    credit="Computed by this program; nobody recorded them.",
    attribution="Synthetic: computed by this program from a seed; nobody recorded them.",
    homepage="",
    synthetic=True,
    open_online=lambda _stage, _tally: (practice_files(), Synthesis()),
    files_in=lambda _: practice_files(),
)
