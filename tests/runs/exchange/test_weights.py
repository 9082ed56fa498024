"""Imported weights: numbers get in, and nothing that could do anything."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from esc10.features.mel import MelConfig
from esc10.runs.exchange.weights import check_hdf5
from esc10.training.loop import weights_file
from esc10.training.networks import MODELS
from tests.support.made_zips import Files, packed, refused

# The weights


WEIGHTS = "val_accuracy.weights.h5"


def with_h5(files: Files, change: Callable[[h5py.File], object]) -> bytes:
    """The zip with weights into which something was put."""
    content = io.BytesIO(files[WEIGHTS])
    with h5py.File(content, "r+") as file:
        change(file)
    return packed({**files, WEIGHTS: content.getvalue()})


def external_link(file: h5py.File) -> None:
    file["layers/elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(file: h5py.File) -> None:
    file["layers/elsewhere"] = h5py.SoftLink("/layers/dense/vars/0")


def virtual_dataset(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(10,), dtype="f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "numbers", shape=(10,))
    file.create_virtual_dataset("numbers", layout)


def circle(file: h5py.File) -> None:
    file["layers/again"] = file["/"]


def many_groups(file: h5py.File) -> None:
    for number in range(1001):
        file.create_group(f"layers/group {number}")


def not_a_number(file: h5py.File) -> None:
    file["layers/dense/vars/0"][3, 3] = np.nan


@pytest.mark.parametrize("key", MODELS)
def test_the_weights_of_every_network_get_in(key: str) -> None:
    network = MODELS[key].build(MelConfig().frames, MelConfig().n_mels, 10)
    check_hdf5(weights_file(network), WEIGHTS)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (external_link, "holds links"),
        (soft_link, "holds links"),
        (virtual_dataset, "lies elsewhere"),
        (circle, "more arrays than any network"),
        (many_groups, "more arrays than any network"),
        (not_a_number, "not finite"),
        (lambda file: file.create_dataset("x", (10**9,), "f4"), "claims more numbers"),
        (lambda file: file.create_dataset("x", (10**9,), "f4", chunks=(9,)), "is packed"),
        (lambda file: file.create_dataset("x", (9,), "f4", compression="gzip"), "is packed"),
        (lambda file: file.create_dataset("x", data=[1, 2]), "no array of numbers"),
        (lambda file: file.create_dataset("x", data="text"), "no array of numbers"),
        (lambda file: file.create_dataset("x", (3,), h5py.ref_dtype), "no array of numbers"),
        (lambda file: file.create_dataset("x", (3,), h5py.vlen_dtype("f4")), "no array of"),
        (lambda file: file.create_dataset("x", (3,), [("a", "f4")]), "no array of numbers"),
        (lambda file: file.__setitem__("x", np.dtype("f4")), "no array of numbers"),
        (lambda file: file.attrs.__setitem__("model_config", "{}"), "more than weights"),
        (lambda file: file["vars"].attrs.__setitem__("layer", "x"), "more than weights"),
    ],
)
def test_weights_that_hold_anything_else_are_refused(
    change: Callable[[h5py.File], object], expected: str, files: Files
) -> None:
    sentence = refused(with_h5(files, change))
    assert WEIGHTS in sentence
    assert expected in sentence


def test_numbers_in_another_file_are_refused(files: Files, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(400))

    def change(file: h5py.File) -> None:
        file.create_dataset("x", (100,), "f4", external=[(str(secret), 0, 400)])

    # h5py makes such a file on the disk only; what matters is that it is refused.
    path = tmp_path / "weights.h5"
    path.write_bytes(files[WEIGHTS])
    with h5py.File(path, "r+") as file:
        change(file)
    sentence = refused(packed({**files, WEIGHTS: path.read_bytes()}))
    assert f"{WEIGHTS} holds an array that lies elsewhere" in sentence


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" * 99]
)
def test_weights_that_are_no_hdf5_are_refused(content: bytes, files: Files) -> None:
    assert WEIGHTS in refused(packed({**files, WEIGHTS: content}))


@pytest.mark.parametrize("keep", [0.01, 0.5, 0.99])
def test_weights_that_were_cut_off_are_refused(keep: float, files: Files) -> None:
    content = files[WEIGHTS]
    sentence = refused(packed({**files, WEIGHTS: content[: int(len(content) * keep)]}))
    assert f"{WEIGHTS} is damaged" in sentence


def test_the_second_weights_are_checked_too(files: Files) -> None:
    assert "val_loss.weights.h5" in refused(packed({**files, "val_loss.weights.h5": b"hello"}))


def test_what_another_epoch_was_best_by_must_be_there_and_nothing_else(files: Files) -> None:
    lacking = {name: content for name, content in files.items() if "val_loss" not in name}
    assert "val_loss.weights.h5 and outcome.json do not agree" in refused(packed(lacking))
    more = {**files, "last.weights.h5": files[WEIGHTS]}
    assert "last.weights.h5 and outcome.json do not agree" in refused(packed(more))


# A layer that is a program


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A network with a Lambda layer that leaves a trace when it runs, saved in both formats."""
    folder = tmp_path_factory.mktemp("trap")
    trace = folder / "sprung"

    path = str(trace)
    # A lambda, which Keras saves as its bytecode; of a function it would save the name.
    layer = keras.layers.Lambda(lambda x: (__import__("pathlib").Path(path).touch(), x)[1])
    model = keras.Sequential([keras.Input((4,)), layer])
    saved = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("network.keras", "network.h5"):
            model.save(folder / name)
            saved[name] = (folder / name).read_bytes()
        trace.unlink()
        keras.saving.load_model(folder / "network.keras", safe_mode=False)(np.zeros((1, 4)))
    assert trace.exists(), "the trap does not work, so it would prove nothing"
    trace.unlink()
    return trace, saved


@pytest.mark.parametrize("name", ["network.keras", "network.h5"])
def test_a_layer_that_is_a_program_in_place_of_weights_never_runs(
    name: str, trap: tuple[Path, dict[str, bytes]], files: Files
) -> None:
    trace, saved = trap
    expected = "no file of weights" if name == "network.keras" else "such as a whole network"
    assert expected in refused(packed({**files, WEIGHTS: saved[name]}))
    assert not trace.exists()


@pytest.mark.parametrize("name", ["network.keras", "network.h5"])
def test_a_layer_that_is_a_program_beside_the_weights_never_runs(
    name: str, trap: tuple[Path, dict[str, bytes]], files: Files
) -> None:
    trace, saved = trap
    assert f"{name}', which is no file of a run" in refused(packed({**files, name: saved[name]}))
    assert not trace.exists()


def test_a_layer_that_is_a_program_as_the_title_never_runs(
    trap: tuple[Path, dict[str, bytes]], files: Files
) -> None:
    trace, saved = trap
    assert "label.json" in refused(packed({**files, "label.json": saved["network.keras"]}))
    assert not trace.exists()
