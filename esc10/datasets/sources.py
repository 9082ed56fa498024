"""All sources of clips: the fixed ones, and beside them every own dataset on this machine."""

from __future__ import annotations

from esc10.datasets.description import Description, description_of, own_descriptions
from esc10.datasets.esc10 import ESC10
from esc10.datasets.esc50 import ANIMALS
from esc10.datasets.folders import is_whole
from esc10.datasets.names import is_own
from esc10.datasets.practice.source import PRACTICE
from esc10.datasets.source import Source
from esc10.errors import DatasetError

SOURCES: dict[str, Source] = {source.key: source for source in (PRACTICE, ESC10, ANIMALS)}
"""The fixed sources, the one that needs no internet first."""


def sources() -> dict[str, Source]:
    """Every source: the fixed ones, then the own datasets on this machine, the oldest first."""
    own = {key: _own_source(key, described) for key, described in own_descriptions().items()}
    return {**SOURCES, **own}


def whole_datasets() -> list[str]:
    """The keys of the datasets that are on this machine and whole."""
    return [key for key in sources() if is_whole(key)]


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
        recordings_known=described is not None and described.recordings_known,
        own_classes=classes,
    )
