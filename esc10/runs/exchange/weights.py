"""A stranger's weights: an HDF5 file may hold numbers under names, and nothing else.

HDF5 can point to other files on the disk, compute datasets from others, and claim any size; a full
Keras model in it carries layers, of which one can be a program. A `.weights.h5` file as Keras
writes it has none of that.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from esc10.errors import RunError
from esc10.runs.exchange.members import damaged, refused

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MAX_OBJECTS = 1000
"""Groups and datasets; the largest of our networks has 70."""

_MAX_BYTES = 32 * 2**20
_ATTRIBUTES = {"name"}
"""Keras notes the layer's name; a full model has its layers in `model_config`."""


def check_hdf5(content: bytes, name: str) -> None:
    """Refuse a file that holds anything but plain arrays of finite floating-point numbers.

    Args:
        content: the file.
        name: what a sentence calls it.

    Raises:
        RunError: it is no HDF5 file, is damaged, or holds something else.
    """
    if not content.startswith(_SIGNATURE):
        raise refused(f"{name} is no file of weights")
    import h5py  # HDF5's library; only an import needs it

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            _check_objects(file, name)
    except RunError:
        raise
    except Exception as cause:  # h5py passes on whatever HDF5 stumbles over
        raise damaged(f"{name} is damaged") from cause


def _check_objects(file: Any, name: str) -> None:
    """Walk through all groups; one may contain itself, so objects are counted as they are found."""
    import h5py

    waiting, objects, bytes_left = [file], 1, _MAX_BYTES
    while waiting:
        thing = waiting.pop()
        if not set(thing.attrs) <= _ATTRIBUTES:
            raise refused(f"{name} holds more than weights, such as a whole network")
        if not isinstance(thing, h5py.Group):
            bytes_left -= _checked_bytes(thing, name, bytes_left)
            continue
        objects += len(thing)
        if objects > _MAX_OBJECTS:
            raise refused(f"{name} holds more arrays than any network")
        # A link is looked at before it is followed.
        if not all(type(thing.get(key, getlink=True)) is h5py.HardLink for key in thing):
            raise refused(f"{name} holds links, which can lead outside the file")
        waiting += [thing[key] for key in thing]


def _checked_bytes(dataset: Any, name: str, bytes_left: int) -> int:
    """The bytes of a dataset that lies in the file, in one piece, as plain numbers."""
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "f":
        raise refused(f"{name} holds something that is no array of numbers")
    layout = dataset.id.get_create_plist().get_layout()
    if dataset.external or layout not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT):
        raise refused(f"{name} holds an array that lies elsewhere, or is packed")
    if dataset.nbytes > bytes_left:
        raise refused(f"{name} claims more numbers than any network has")
    if not np.isfinite(dataset[()]).all():
        raise refused(f"{name} holds numbers that are not finite")
    return int(dataset.nbytes)
