"""The sources of clips: where each comes from, what it holds, what its licence asks.

Three are fixed, and beside them stands every own dataset on this machine.

A source also knows the files that make it complete. For ESC-10 we have the SHA-256 of each clip;
for ESC-50 the exact size (every file is five seconds of 16-bit PCM); the practice sounds are made
here, so their size is known too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from esc10.datasets.clips import ANIMAL_TARGETS, CATEGORIES, ESC10_TARGETS, Clip
from esc10.datasets.description import Description, description_of, own_descriptions
from esc10.datasets.names import is_own
from esc10.errors import DatasetError

ESC10_COMMIT = "553c8f1743b9dba6b282e1323c3ca8fa76923448"
ESC10_ARCHIVE_URL = f"https://github.com/karolpiczak/ESC-10/archive/{ESC10_COMMIT}.zip"
ESC50_COMMIT = "33c8ce9eb2cf0b1c2f8bcf322eb349b6be34dbb6"
ESC50_URL = f"https://raw.githubusercontent.com/karolpiczak/ESC-50/{ESC50_COMMIT}"
ESC50_CLIP_BYTES = 441_044
"""A 44-byte header and 220,500 samples of 16 bits."""

_ESC10_TARGET_OF_FOLDER = {
    "001 - Dog bark": 0,
    "002 - Rain": 10,
    "003 - Sea waves": 11,
    "004 - Baby cry": 20,
    "005 - Clock tick": 38,
    "006 - Person sneeze": 21,
    "007 - Helicopter": 40,
    "008 - Chainsaw": 41,
    "009 - Rooster": 1,
    "010 - Fire crackling": 12,
}


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that a complete dataset has.

    Attributes:
        filename: the clip's ESC-50 name.
        path: the file, relative to the dataset's folder, with forward slashes.
        sha256: its hash, where one is known.
        size: its exact size in bytes, where that is known.
    """

    filename: str
    path: str
    sha256: str | None = None
    size: int | None = None

    @property
    def basename(self) -> str:
        """The last part of the path; no two files of a source share one."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset comes from, in the words its card shows.

    Attributes:
        key: its name in paths, settings and on the command line.
        title: its name for people.
        summary: one sentence on what it holds.
        targets: the targets of its classes, ascending; of a fixed source they are ESC-50's.
        fetched_bytes: what travels over the network; 0 where nothing does.
        licence: the licence's short name.
        licence_url: its text.
        credit: whom to credit, in a few words.
        attribution: the same in full.
        homepage: where the dataset is described.
        synthetic: True where the sounds were made by a program.
        own: True where somebody here, or elsewhere, made it from sounds of their own.
        own_classes: the names of an own dataset's classes; empty where it is not on this machine.
    """

    key: str
    title: str
    summary: str
    targets: tuple[int, ...]
    fetched_bytes: int
    licence: str
    licence_url: str
    credit: str
    attribution: str
    homepage: str
    synthetic: bool = False
    own: bool = False
    own_classes: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in the order of their targets."""
        return self.own_classes or tuple(CATEGORIES[target] for target in self.targets)

    def recording_url(self, clip: Clip) -> str | None:
        """The page of the recording a clip was cut from; None for a synthetic or an own one."""
        return None if self.synthetic or self.own else f"https://freesound.org/s/{clip.src_file}/"


_CREDIT = "K. J. Piczak, 2015. Each clip links to its recording on Freesound."
_PICZAK = (
    "K. J. Piczak: ESC: Dataset for Environmental Sound Classification. ACM Multimedia 2015, "
    "DOI 10.1145/2733373.2806390. Clips by the Freesound authors each clip links to."
)

SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        Source(
            key="practice",
            title="Practice sounds (synthetic)",
            summary="Ten classes named as ESC-10's, synthesised on this machine without a network.",
            targets=ESC10_TARGETS,
            fetched_bytes=0,
            licence="CC0 1.0",
            licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
            credit="Computed by this program; nobody recorded them.",
            attribution="Synthetic: computed by this program from a seed; nobody recorded them.",
            homepage="",
            synthetic=True,
        ),
        Source(
            key="esc10",
            title="ESC-10",
            summary="The official ESC-10: 400 field recordings of ten well-separated classes.",
            targets=ESC10_TARGETS,
            fetched_bytes=41_046_076,
            licence="CC BY 3.0",
            licence_url="https://creativecommons.org/licenses/by/3.0/",
            credit=_CREDIT,
            attribution=_PICZAK,
            homepage="https://github.com/karolpiczak/ESC-10",
        ),
        Source(
            key="animals",
            title="ESC-50 animals",
            summary="The lab's own ten classes: the 400 animal recordings of ESC-50.",
            targets=ANIMAL_TARGETS,
            fetched_bytes=400 * ESC50_CLIP_BYTES,
            licence="CC BY-NC 3.0",
            licence_url="https://creativecommons.org/licenses/by-nc/3.0/",
            credit=_CREDIT,
            attribution=_PICZAK,
            homepage="https://github.com/karolpiczak/ESC-50",
        ),
    )
}
"""The fixed sources, the embedded default first."""


def sources() -> dict[str, Source]:
    """Every source: the fixed ones, then the own datasets on this machine, the oldest first."""
    own = {key: _own_source(key, described) for key, described in own_descriptions().items()}
    return {**SOURCES, **own}


def source_of(key: str) -> Source:
    """The source with that key.

    An own dataset that is not on this machine has one too, without classes: a run outlives its
    dataset, and travels without it.

    Raises:
        DatasetError: there is none.
    """
    if key in SOURCES:
        return SOURCES[key]
    if is_own(key):
        return _own_source(key, description_of(key))
    raise DatasetError(f"There is no dataset '{key}'. Choose one of: {', '.join(sources())}.")


def _own_source(key: str, described: Description | None) -> Source:
    classes = described.classes if described else ()
    return Source(
        key=key,
        title=described.title if described else f"{key} (not here)",
        summary=described.summary if described else "Own sounds that are not on this machine.",
        targets=tuple(range(len(classes))),
        fetched_bytes=0,
        licence="own sounds",
        licence_url="",
        credit="Own sounds.",
        attribution="Own sounds; their rights are their authors'.",
        homepage="",
        own=True,
        own_classes=classes,
    )


def mirrored(url: str) -> str:
    """The address to ask: `url` itself, or the same path on `ESC10_MIRROR` where that is set.

    Raises:
        DatasetError: `ESC10_MIRROR` is not an http address.
    """
    mirror = os.environ.get("ESC10_MIRROR")
    if not mirror:
        return url
    try:
        parts = urlsplit(mirror)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, or a port that is no number
        usable = False
    if not usable:
        raise DatasetError(
            f"ESC10_MIRROR is '{mirror}', which is not an address. "
            "Write it as http://host:port, or unset it to use the public hosts."
        )
    return mirror.rstrip("/") + urlsplit(url).path


@cache
def esc10_files() -> tuple[ExpectedFile, ...]:
    """ESC-10's 400 files with their SHA-256, from the list shipped beside this module."""
    listing = resources.files("esc10.datasets").joinpath("esc10.sha256").read_text("utf-8")
    files = []
    for line in listing.splitlines():
        sha256, _, path = line.partition("  ")
        folder, _, basename = path.partition("/")
        name = f"{basename.removesuffix('.ogg')}-{_ESC10_TARGET_OF_FOLDER[folder]}.wav"
        files.append(ExpectedFile(filename=name, path=path, sha256=sha256))
    return tuple(files)


@cache
def practice_files() -> tuple[ExpectedFile, ...]:
    """The files of the practice sounds: 16-bit PCM, so their sizes are known beforehand."""
    from esc10.datasets.practice import (
        plan as practice,  # loads SciPy's signal processing, which pages do without
    )

    size = 44 + 2 * practice.SAMPLES
    return tuple(ExpectedFile(name, f"audio/{name}", size=size) for name in practice.filenames())
