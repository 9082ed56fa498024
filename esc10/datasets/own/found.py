"""Files that may become clips, and what their names and folders tell of class, recording and fold.

The name of a file may tell what it was cut from:

    1-100032-A-0.wav               fold 1, recording 100032, as ESC-50 names its clips
    7061-6-0-2.wav                 recording 7061, as UrbanSound8K names its slices
    dog-12-a.wav, dog-12-b.wav     recording dog-12: a letter after a number
    barking_take1.wav, barking-take 2.wav    recording barking: the word take and a number
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

NO_SOUNDS = frozenset(
    {".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".toml", ".ini"}
    | {".log", ".html", ".htm", ".css", ".js", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".xls"}
    | {".xlsx", ".ods", ".ppt", ".pptx", ".jpg", ".jpeg", ".png", ".gif", ".svg", ".bmp", ".tif"}
    | {".tiff", ".webp", ".heic", ".ico", ".py", ".ipynb", ".m", ".r", ".sh", ".bat", ".exe"}
    | {".dll", ".mat", ".npy", ".npz", ".pkl", ".h5", ".hdf5", ".keras", ".db", ".sqlite"}
    | {".lnk", ".url", ".textgrid", ".lab", ".jams", ".eaf", ".cue", ".m3u", ".m3u8", ".pls"}
    | {".asd", ".sfk", ".pk", ".peak", ".reapeaks", ".rpp", ".aup", ".aup3", ".bib", ".cff"}
)
"""Endings of what nobody means as a sound. All else is tried, and told by its content."""

ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"})

_NO_SOUNDS_NAMED = frozenset(
    {"readme", "license", "licence", "copying", "notice", "authors", "changelog", "citation"}
    | {"makefile", "thumbs.db"}
)

TRAINING, VALIDATION, TEST = "train", "validation", "test"

_PARTS = {
    **dict.fromkeys(("train", "training", "trn"), TRAINING),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "development"), VALIDATION),
    **dict.fromkeys(("test", "testing", "tst", "eval", "evaluation", "holdout"), TEST),
}
"""What the parts of a split are called."""

_BESIDE_PART = frozenset(
    {"audio", "clips", "data", "dataset", "files", "folder", "samples", "set", "sounds", "split"}
    | {"wav", "wavs"}
)
"""What may stand beside a part's name in that of a folder: train_data, audio_train."""

_FOLD = re.compile(r"(?:fold|split|cv)[ _.-]*(\d{1,2})", re.IGNORECASE)

_RATE = re.compile(
    r"\d{1,3}([.,_]\d+)? ?k(hz)?|(8000|11025|16000|22050|24000|32000|44100|48000|96000)( ?hz)?",
    re.IGNORECASE,
)

ESC50_NAME = re.compile(r"(?P<fold>[1-5])-(?P<source>\d+)-[A-Z](?:-(?P<target>\d+))?", re.ASCII)
URBANSOUND_NAME = re.compile(r"(?P<source>\d+)-(?P<class>\d)-\d+-\d+", re.ASCII)
_TAKE = re.compile(r"(?P<recording>.+?)[-_ ]+take[-_ ]?\d+", re.IGNORECASE)
_LETTER = re.compile(r"(?P<recording>.*\d)[-_ ][A-Za-z]")


@dataclass(frozen=True, slots=True)
class FoundSound:
    """A file that may become a clip.

    Attributes:
        name: its path in the tree.
        category: its class, as its folder or table calls it.
        recording: what it was cut from, where its name or its table tells; else None.
        fold: its number, where its name, its folder or its table tells; else None.
        part: `TRAINING`, `VALIDATION` or `TEST`, where its folder or its table tells; else None.
    """

    name: str
    category: str
    recording: str | None = None
    fold: int | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which a tree of files can be understood.

    Attributes:
        key: a short name, by which a person chooses it.
        understood: a sentence that says where the classes are taken from.
        sounds: the files that are sounds of a class.
        aside: each sound that this reading leaves out, and why, as a sentence goes on after its
            name.
        tables: the tables that were read for it.
    """

    key: str
    understood: str
    sounds: tuple[FoundSound, ...]
    aside: tuple[tuple[str, str], ...] = ()
    tables: tuple[str, ...] = ()

    @property
    def categories(self) -> set[str]:
        """The classes, as their folders or table call them."""
        return {sound.category for sound in self.sounds}


def is_sound(name: str) -> bool:
    """Whether a file may be meant as a sound: its name does not say that it is something else."""
    path = PurePosixPath(name)
    if path.stem.lower() in _NO_SOUNDS_NAMED or path.name.lower() in _NO_SOUNDS_NAMED:
        return False
    return path.suffix.lower() not in NO_SOUNDS | ARCHIVES


def part_of(word: str) -> str | None:
    """The part of a split that a folder, a table, or a word in it names."""
    words = re.split(r"[\W_]+", word.strip().lower())
    parts = [one for one in words if one not in _BESIDE_PART]
    return _PARTS.get(parts[0]) if len(parts) == 1 else None


def part_in(text: str) -> str | None:
    """The only part of a split that a text names in one of its words."""
    parts = {_PARTS[word] for word in re.split(r"[\W_]+", text.lower()) if word in _PARTS}
    return parts.pop() if len(parts) == 1 else None


def is_rate(folder: str) -> bool:
    """Whether a folder is named after a sampling rate."""
    return _RATE.fullmatch(folder.strip()) is not None


def fold_of(word: str) -> int | None:
    """The fold that a folder names, from whatever number on."""
    found = _FOLD.fullmatch(word.strip())
    return int(found[1]) if found else None


def named(name: str, category: str) -> FoundSound:
    """What the file's own name tells of its recording and its fold."""
    path = PurePosixPath(name)
    esc50 = ESC50_NAME.fullmatch(path.stem)
    if esc50:
        return FoundSound(name, category, f"source {esc50['source']}", int(esc50["fold"]))
    urban = URBANSOUND_NAME.fullmatch(path.stem)
    if urban:
        return FoundSound(name, category, f"source {urban['source']}")
    told = _TAKE.fullmatch(path.stem) or _LETTER.fullmatch(path.stem)
    # Of its folder: that of another class may have a recording of the same name.
    recording = f"{path.parent}/{told['recording'].lower()}" if told else None
    return FoundSound(name, category, recording)
