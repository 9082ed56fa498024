"""Own sounds as clips: five seconds of mono at 22,050 Hz, in 16 bits."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from esc10.archives.trees import Tree, shown
from esc10.audio.loading import BEGINNING_SECONDS, fixed_length
from esc10.audio.recording import load_recording
from esc10.audio.wav import wav_of, within_full_scale
from esc10.datasets.own.layouts import FoundSound
from esc10.errors import AudioError, Cancelled, DatasetError
from esc10.progress import OnProgress, Progress, ShouldStop, Tally

_PARALLEL_FILES = 4
_SMALLEST = 1 / 2**15
"""The smallest step of 16-bit audio; what stays below it would be written as silence."""


@dataclass(frozen=True, slots=True)
class Clipped:
    """A sound that became a clip.

    Attributes:
        found: the sound.
        path: its clip, under a name of no meaning yet.
        seconds: how long the sound was, up to `BEGINNING_SECONDS`.
    """

    found: FoundSound
    path: Path
    seconds: float


def clip_all(
    tree: Tree,
    found: Sequence[FoundSound],
    folder: Path,
    title: str,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> tuple[list[Clipped], list[str]]:
    """The clips of all sounds, in their order; and a sentence for each sound that became none.

    Args:
        tree: where the sounds are.
        found: which they are.
        folder: where the clips go, each under a name of no meaning.
        title: of the dataset, for the progress.
        on_progress: told the files that are done.
        should_stop: polled between files.

    Raises:
        OSError: the disk refused.
        Cancelled: `should_stop` said so.
    """
    folder.mkdir(parents=True)
    tally = Tally(Progress(f"Making {title}", 0, len(found)), on_progress)

    def clip(index: int, sound: FoundSound) -> Clipped | str:
        if should_stop():
            raise Cancelled(f"Making {title}: cancelled. Nothing of it is kept.")
        done = _clip(tree, sound, folder / f"{index}.part")
        tally.add(files=1)
        return done

    with ThreadPoolExecutor(_PARALLEL_FILES) as pool:
        jobs = [pool.submit(clip, index, sound) for index, sound in enumerate(found)]
        try:
            done = [job.result() for job in jobs]
        finally:
            for job in jobs:  # after the first trouble the rest need not be tried
                job.cancel()
    clips = [one for one in done if isinstance(one, Clipped)]
    return clips, [one for one in done if isinstance(one, str)]


def _clip(tree: Tree, found: FoundSound, path: Path) -> Clipped | str:
    name = shown(found.name)
    try:
        sound = load_recording(tree.sound(found.name), name, BEGINNING_SECONDS)
    except (AudioError, DatasetError) as error:
        return str(error)
    samples = fixed_length(sound.samples)
    if np.abs(samples).max() < _SMALLEST:
        return f"{name} is silent: there is nothing to learn from it."
    path.write_bytes(wav_of(within_full_scale(samples)))
    return Clipped(found, path, sound.seconds)
