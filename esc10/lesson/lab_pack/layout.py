"""What lies where in a lab pack.

    pack/pack.json           what a lab pack is known by; its first file
    START.txt                how to begin on the other machine, where the program came along
    pack/CREDITS.txt         whose sounds they are
    pack/runs/<run id>.zip   as `esc10.runs.exchange` makes it
    pack/datasets/<key>/     the files of a dataset; of practice sounds the table of clips alone
    app.py, esc10/, …        the program, and
    wheels/                  its packages: both on request

What is first and small is whole even where a copy was cut off.
"""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from esc10.storage import STRICT

MANIFEST = "pack/pack.json"
RUNS = "pack/runs/"
DATASETS = "pack/datasets/"
CREDITS = "pack/CREDITS.txt"
WHEELS = "wheels/"
START = "START.txt"

MAX_MANIFEST_BYTES = 4096
MAX_DATASETS = 200
MAX_RUNS = 10_000

_VERSION = 1
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Platform:
    """What packages with code for a processor in them are made for.

    Attributes:
        system: "Linux", "Windows" or "Darwin", which is macOS.
        machine: the kind of processor, as the system calls it.
        python: the first two numbers of Python's version, as "3.12".
    """

    system: str
    machine: str
    python: str

    def __str__(self) -> str:
        """As part of a sentence."""
        system = "macOS" if self.system == "Darwin" else self.system
        return f"{system} ({self.machine}) and Python {self.python}"


@dataclass(frozen=True, slots=True)
class _Manifest:
    version: int
    wheels: Platform | None


# The union carries STRICT into the dataclasses, which by themselves know no Pydantic.
_MANIFEST: TypeAdapter[_Manifest | None] = TypeAdapter(_Manifest | None, config=STRICT)


def this_platform() -> Platform:
    """What this machine and this Python are."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Platform(platform.system(), platform.machine(), python)


def manifest_of(wheels: Platform | None) -> bytes:
    """The bytes of `MANIFEST`.

    Args:
        wheels: what the packages in it are made for; None without any.
    """
    return json.dumps(asdict(_Manifest(_VERSION, wheels)), indent=1).encode()


def read_manifest(content: bytes) -> Platform | None:
    """What the packages in a lab pack are made for; None without any.

    Raises:
        ValueError: it is no manifest of this version, or a word in it cannot be shown.
    """
    manifest = _MANIFEST.validate_json(content)
    if manifest is None or manifest.version != _VERSION:
        raise ValueError("it is of another version")
    words = asdict(manifest.wheels).values() if manifest.wheels else ()
    if not all(word.isprintable() and 0 < len(word) <= _LONGEST_WORD for word in words):
        raise ValueError("a word in it cannot be shown")
    return manifest.wheels
