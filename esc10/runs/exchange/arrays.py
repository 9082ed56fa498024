"""A stranger's stored answers: arrays whose names, types and shapes are known beforehand."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.clips import categories_of, clip_from_name
from esc10.runs.exchange.members import Members, damaged, refused
from esc10.runs.outcome import OPTIONAL, Kind, kinds_of_arrays
from esc10.training.plan import RunConfig
from esc10.training.results import PARTS

FILE = "probabilities.npz"

_MAX_HEADER_BYTES = 1024
"""Of an array in the .npy format; those of a run have 128."""

_TOLERANCE = 1e-3
"""By which probabilities may miss a sum of one: they are single precision."""


def check_probabilities(content: bytes, config: RunConfig, epochs: int, *, whole: bool) -> None:
    """Refuse stored answers that are not those of such a run.

    Nothing is allocated at a size that the file claims: it must be the size we expect. No object
    is ever built, so a pickle has nowhere to be.

    Args:
        content: of probabilities.npz.
        config: the run's configuration.
        epochs: how many epochs it has.
        whole: whether what earlier versions did not store must be there.

    Raises:
        RunError: an array is missing, unknown, or of another type or shape; labels are not the
            clips'; or rows are no probabilities.
    """
    expected = kinds_of_arrays(config, epochs)
    limits = {f"{name}.npy": _MAX_HEADER_BYTES + _bytes(kind) for name, kind in expected.items()}
    optional = [] if whole else [f"{name}.npy" for name in OPTIONAL]
    files = Members(content, FILE).read(limits, optional)
    for name, kind in expected.items():
        if f"{name}.npy" not in files:
            continue
        array = _array(files[f"{name}.npy"], name, kind)
        part = name.removesuffix("_labels")
        if part in PARTS:
            if array.tolist() != _labels(config, part):
                raise refused(f"the labels in {FILE} are not the classes of the {part} clips")
        elif not ((array >= 0).all() and (abs(array.sum(axis=-1) - 1) <= _TOLERANCE).all()):
            raise refused(f"{name} in {FILE} holds numbers that are no probabilities")


def _bytes(kind: Kind) -> int:
    dtype, shape = kind
    return int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize


def _array(content: bytes, name: str, kind: Kind) -> NDArray[Any]:
    dtype, shape = kind
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0(file) if version == (1, 0) else None
    except Exception as cause:  # NumPy's, Python's parser's and the tokenizer's
        raise damaged(f"{name} in {FILE} is damaged") from cause
    if header != (shape, False, np.dtype(dtype)) or len(content) - file.tell() != _bytes(kind):
        raise refused(f"{name} in {FILE} has another shape or type than the run gives it")
    return np.frombuffer(content, dtype, offset=file.tell()).reshape(shape)


def _labels(config: RunConfig, part: str) -> list[int]:
    categories = categories_of(config.train.dataset, config.classes)
    return [
        config.classes.index(clip_from_name(name, Path(), categories).category)
        for name in config.clips[part]
    ]
