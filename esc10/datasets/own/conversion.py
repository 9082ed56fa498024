"""Own sounds as clips: five seconds of mono at 22,050 Hz, in 16 bits."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from esc10.archives.trees import Tree, shown
from esc10.audio.loading import BEGINNING_SECONDS, fixed_length
from esc10.audio.recording import SilentError, load_recording
from esc10.audio.wav import wav_of, within_full_scale
from esc10.datasets.own.folds import Folds
from esc10.datasets.own.found import FoundSound
from esc10.datasets.own.left_out import COPY, SILENT, TWO_CLASSES, UNREADABLE, LeftOut
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
) -> tuple[list[Clipped], list[LeftOut]]:
    """The clips of all sounds, in their order; and the sounds that became none.

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

    def clip(index: int, sound: FoundSound) -> Clipped | LeftOut:
        if should_stop():
            raise Cancelled(f"Making {title}: cancelled. Nothing of it is kept.")
        done = _clip(tree, sound, folder / f"{index}.part")
        tally.add(files=1)
        return done

    with ThreadPoolExecutor(_PARALLEL_FILES) as pool:
        done = list(pool.map(clip, range(len(found)), found))  # none are tried after a trouble
    clips = [one for one in done if isinstance(one, Clipped)]
    return clips, [one for one in done if isinstance(one, LeftOut)]


def _clip(tree: Tree, found: FoundSound, path: Path) -> Clipped | LeftOut:
    try:
        content, seconds = clip_of(tree.sound(found.name), shown(found.name))
    except SilentError as error:
        return LeftOut(found.name, SILENT, str(error))
    except (AudioError, DatasetError) as error:
        return LeftOut(found.name, UNREADABLE, str(error))
    path.write_bytes(content)
    return Clipped(found, path, seconds)


def clip_of(source: Path | bytes, name: str) -> tuple[bytes, float]:
    """What a sound becomes as a clip: a WAV file's bytes, always the same of the same sound.

    Args:
        source: a file, or a file's bytes.
        name: what to call it in a sentence.

    Returns:
        The bytes, and how long the sound is in seconds, up to `BEGINNING_SECONDS`.

    Raises:
        SilentError: there is nothing in it to learn from.
        AudioError: it is empty, or no audio.
    """
    sound = load_recording(source, name, BEGINNING_SECONDS)
    samples = fixed_length(sound.samples)
    if np.abs(samples).max() < _SMALLEST:
        raise SilentError(f"{name} is silent: there is nothing to learn from it.")
    return wav_of(within_full_scale(samples)), sound.seconds


def without_copies(
    clips: Sequence[Clipped], names: Mapping[str, str]
) -> tuple[list[Clipped], list[LeftOut]]:
    """Each clip once, by its samples; those that are of two classes not at all.

    Args:
        clips: the clips, as files.
        names: for each class as its folder calls it, its name.
    """
    same: dict[bytes, list[Clipped]] = defaultdict(list)
    for clip in clips:
        same[hashlib.sha256(clip.path.read_bytes()).digest()].append(clip)
    kept, left_out = [], []
    for first, *others in same.values():
        known = sorted({names[clip.found.category] for clip in (first, *others)})
        if len(known) > 1:
            files = " and ".join(shown(clip.found.name) for clip in (first, *others)[:2])
            sentence = f"{files} are the same sound, and of two classes ({', '.join(known[:3])})."
            left_out += [
                LeftOut(clip.found.name, TWO_CLASSES, sentence) for clip in (first, *others)
            ]
            continue
        kept.append(first)
        left_out += [
            LeftOut(
                clip.found.name,
                COPY,
                f"{shown(clip.found.name)} is a copy of {shown(first.found.name)}.",
            )
            for clip in others
        ]
    return kept, left_out


def name_clips(
    clips: Sequence[Clipped], labels: Sequence[int], folds: Folds, stage: Path
) -> list[dict[str, str]]:
    """Give each clip its ESC-50 name; what the marker lists of it."""
    numbers: dict[str, int] = {}
    takes: Counter[int] = Counter()
    files = []
    for clip, label, fold in zip(clips, labels, folds.folds, strict=True):
        recording = clip.found.recording or f"\0{clip.found.name}"
        number = numbers.setdefault(recording, len(numbers) + 1)
        name = f"{fold}-{number}-{_letters(takes[number])}-{label}.wav"
        takes[number] += 1
        path = clip.path.replace(stage / "audio" / name)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append({"filename": name, "path": f"audio/{name}", "sha256": sha256})
    return files


def _letters(number: int) -> str:
    """A to Z, then AA to ZZ, then AAA: the takes of a recording, from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
