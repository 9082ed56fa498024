"""ESC-10 as its author published it: 400 field recordings, each with a known SHA-256."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from esc10.datasets.clips import ESC10_TARGETS
from esc10.datasets.remote_archive import remote_archive
from esc10.datasets.source import ExpectedFile, Opened, Source
from esc10.progress import Tally

ESC10_COMMIT = "553c8f1743b9dba6b282e1323c3ca8fa76923448"
ESC10_ARCHIVE_URL = f"https://github.com/karolpiczak/ESC-10/archive/{ESC10_COMMIT}.zip"

CREDIT = "K. J. Piczak, 2015. Each clip links to its recording on Freesound."
ATTRIBUTION = (
    "K. J. Piczak: ESC: Dataset for Environmental Sound Classification. ACM Multimedia 2015, "
    "DOI 10.1145/2733373.2806390. Clips by the Freesound authors each clip links to."
)

_TARGET_OF_FOLDER = {
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


@cache
def esc10_files() -> tuple[ExpectedFile, ...]:
    """ESC-10's 400 files with their SHA-256, from the list shipped beside this module."""
    listing = resources.files("esc10.datasets").joinpath("esc10.sha256").read_text("utf-8")
    files = []
    for line in listing.splitlines():
        sha256, _, path = line.partition("  ")
        folder, _, basename = path.partition("/")
        name = f"{basename.removesuffix('.ogg')}-{_TARGET_OF_FOLDER[folder]}.wav"
        files.append(ExpectedFile(filename=name, path=path, sha256=sha256))
    return tuple(files)


def _open_online(stage: Path, tally: Tally) -> Opened:
    return esc10_files(), remote_archive(ESC10_ARCHIVE_URL, stage, tally)


ESC10 = Source(
    key="esc10",
    title="ESC-10",
    summary="The official ESC-10: 400 field recordings of ten well-separated classes.",
    targets=ESC10_TARGETS,
    fetched_bytes=41_046_076,
    licence="CC BY 3.0",
    licence_url="https://creativecommons.org/licenses/by/3.0/",
    credit=CREDIT,
    attribution=ATTRIBUTION,
    hashed=True,
    homepage="https://github.com/karolpiczak/ESC-10",
    open_online=_open_online,
    files_in=lambda _: esc10_files(),
)
