"""A trained network answers, from its configuration and its weights alone."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.engine import worker
from esc10.errors import RunError
from esc10.inference.classifier import Classifier
from esc10.inference.predictor import Embeddings
from esc10.training.loop import weights_file
from esc10.training.networks import MODELS
from tests.support.made_runs import made_config
from tests.support.refusals import in_use

BANDS, CLASSES, FRAMES = 128, 10, 216


@pytest.fixture(scope="module")
def weights() -> dict[str, bytes]:
    """Weights of every network, none of them as they were made."""
    files = {}
    for key, network in MODELS.items():
        model = network.build(FRAMES, BANDS, CLASSES)
        rng = np.random.default_rng(3)
        model.set_weights(
            [rng.uniform(0.05, 0.2, weight.shape) for weight in model.get_weights()]
            if key == "cnn"
            else [rng.normal(scale=0.2, size=weight.shape) ** 2 for weight in model.get_weights()]
        )
        files[key] = weights_file(model)
    return files


def classifier(key: str, content: bytes) -> Classifier:
    return Classifier(made_config(model=key), content)


def sounds(clips: int = 2, frames: int = FRAMES) -> NDArray[np.float32]:
    return np.random.default_rng(4).normal(size=(clips, frames, BANDS)).astype(np.float32)


@pytest.mark.parametrize("key", MODELS)
def test_the_answer_is_the_networks(key: str, weights: dict[str, bytes]) -> None:
    x = sounds(clips=3)
    answer = classifier(key, weights[key]).answer(x)
    assert answer.clip.shape == (3, CLASSES)
    np.testing.assert_allclose(answer.clip.sum(axis=1), 1, atol=1e-5)
    one_by_one = [classifier(key, weights[key]).answer(clip[np.newaxis]).clip[0] for clip in x]
    np.testing.assert_allclose(answer.clip, one_by_one, atol=1e-5)


def test_the_answer_comes_from_the_weights(weights: dict[str, bytes]) -> None:
    model = MODELS["td_cnn"].build(FRAMES, BANDS, CLASSES)
    untrained = classifier("td_cnn", weights_file(model)).answer(sounds()).clip
    np.testing.assert_allclose(untrained, np.asarray(model(sounds())), atol=1e-6)
    trained = classifier("td_cnn", weights["td_cnn"]).answer(sounds()).clip
    assert np.abs(trained - untrained).max() > 0.01


def test_the_frames_average_to_the_clip(weights: dict[str, bytes]) -> None:
    answer = classifier("td_cnn", weights["td_cnn"]).answer(sounds())
    assert answer.frames is not None
    assert answer.frames.shape == (2, FRAMES, CLASSES)
    np.testing.assert_allclose(answer.frames.sum(axis=2), 1, atol=1e-5)
    np.testing.assert_allclose(answer.frames.mean(axis=1), answer.clip, atol=1e-5)
    assert np.ptp(answer.frames, axis=1).max() > 1e-4, "frames differ in their answers"


@pytest.mark.parametrize("key", ["cnn", "cnn_rnn"])
def test_the_others_have_no_frames(key: str, weights: dict[str, bytes]) -> None:
    assert classifier(key, weights[key]).answer(sounds()).frames is None


@pytest.mark.parametrize("frames", [1, 7, 216, 500])
def test_the_time_distributed_network_takes_any_number_of_frames(
    frames: int, weights: dict[str, bytes]
) -> None:
    answer = classifier("td_cnn", weights["td_cnn"]).answer(sounds(1, frames))
    assert answer.frames is not None
    assert answer.frames.shape == (1, frames, CLASSES)
    np.testing.assert_allclose(answer.frames.mean(axis=1), answer.clip, atol=1e-5)


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.5, 0.99])
def test_weights_that_were_cut_off_are_a_sentence(keep: float, weights: dict[str, bytes]) -> None:
    content = weights["cnn"][: int(len(weights["cnn"]) * keep)]
    with pytest.raises(RunError, match="are damaged or belong to another network"):
        classifier("cnn", content)


@pytest.mark.filterwarnings("ignore:Skipping nested container:UserWarning")
def test_weights_with_an_emptied_page_are_a_sentence(weights: dict[str, bytes]) -> None:
    """HDF5 notices damage to its own structures, page by page in its own way."""
    content, page = weights["cnn"], 4096
    noticed = 0
    for start in range(0, len(content), page):
        end = min(start + page, len(content))
        try:
            classifier("cnn", content[:start] + bytes(end - start) + content[end:])
        except RunError as error:
            noticed += 1
            assert "are damaged" in str(error)
    assert noticed >= 2


def test_bytes_that_are_no_weights_are_a_sentence() -> None:
    with pytest.raises(RunError, match=made_config().run_id):
        classifier("cnn", b"these are no weights" * 1000)


@pytest.mark.filterwarnings("ignore:Skipping nested container:UserWarning")
@pytest.mark.parametrize("key", MODELS)
@pytest.mark.parametrize("other", MODELS)
def test_weights_of_another_network_are_a_sentence(
    key: str, other: str, weights: dict[str, bytes]
) -> None:
    if key == other:
        assert classifier(key, weights[other])
    else:
        with pytest.raises(RunError, match="belong to another network"):
            classifier(key, weights[other])


def network(key: str, content: bytes, tmp_path: Path) -> keras.Model:
    """The network with those weights, by Keras' own means."""
    model = MODELS[key].build(FRAMES, BANDS, CLASSES)
    path = tmp_path / "given.weights.h5"
    path.write_bytes(content)
    model.load_weights(path)
    return model


# From inside


@pytest.fixture(scope="module")
def lively() -> dict[str, bytes]:
    """Weights under which every network gives `different_sounds` different answers."""
    files = {}
    for key, network in MODELS.items():
        keras.utils.set_random_seed(5)
        model = network.build(FRAMES, BANDS, CLASSES)
        rng = np.random.default_rng(6)
        # Biases and batch statistics that are not all 0 or 1, and kernels that let more through.
        model.set_weights(
            [
                weight + rng.uniform(0, 0.2, weight.shape) if weight.ndim == 1 else 1.4 * weight
                for weight in model.get_weights()
            ]
        )
        files[key] = weights_file(model)
    return files


def different_sounds(clips: int) -> NDArray[np.float32]:
    """Noise that is louder in some bands, in each clip in others."""
    x = sounds(clips)
    for place, clip in enumerate(x):
        clip[:, 3 * place : 3 * place + 20] += 2
    return x


@pytest.mark.parametrize(("key", "layer"), [("cnn", "DENSE"), ("cnn_rnn", "AVERAGE")])
def test_an_embedding_is_the_last_hidden_layers(
    key: str, layer: str, lively: dict[str, bytes], tmp_path: Path
) -> None:
    model, x = network(key, lively[key], tmp_path), different_sounds(clips=3)
    by_hand = keras.Model(model.input, model.get_layer(layer).output)
    heard = classifier(key, lively[key]).embeddings(x)
    assert heard.values.shape == (3, model.get_layer(layer).output.shape[1])
    assert heard.values.dtype == np.float32
    np.testing.assert_allclose(heard.values, np.asarray(by_hand(x)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(heard.probabilities, np.asarray(model(x)), atol=1e-6)


def test_embeddings_of_frames_are_averaged(lively: dict[str, bytes], tmp_path: Path) -> None:
    model, x = network("td_cnn", lively["td_cnn"], tmp_path), different_sounds(clips=3)
    by_hand = keras.Model(model.input, model.get_layer("DENSE").output)
    frames = np.asarray(by_hand(x))
    assert frames.shape == (3, FRAMES, 32)
    heard = classifier("td_cnn", lively["td_cnn"]).embeddings(x)
    assert heard.values.shape == (3, 32)
    np.testing.assert_allclose(heard.values, frames.mean(axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(heard.probabilities, np.asarray(model(x)), atol=1e-6)


@pytest.mark.parametrize("key", ["cnn", "cnn_rnn"])
def test_the_last_layer_decides_on_the_hidden_features(
    key: str, lively: dict[str, bytes], tmp_path: Path
) -> None:
    kernel, bias = network(key, lively[key], tmp_path).get_layer("SOFTMAX").get_weights()
    heard = classifier(key, lively[key]).embeddings(different_sounds(clips=3))
    scores = heard.values.astype(np.float64) @ kernel + bias
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    by_hand = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(by_hand, heard.probabilities, atol=1e-5)


@pytest.mark.parametrize("key", MODELS)
def test_many_sounds_give_what_each_gives_alone(key: str, lively: dict[str, bytes]) -> None:
    trained, x = classifier(key, lively[key]), different_sounds(clips=35)
    heard = trained.embeddings(x)
    assert len(heard.values) == len(heard.probabilities) == 35
    for place in (0, 15, 16, 34):
        alone = trained.embeddings(x[place : place + 1])
        np.testing.assert_allclose(heard.values[place], alone.values[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(heard.probabilities[place], alone.probabilities[0], atol=1e-5)


@pytest.mark.parametrize("key", MODELS)
def test_two_threads_may_ask_the_same_classifier(key: str, lively: dict[str, bytes]) -> None:
    trained, x = classifier(key, lively[key]), different_sounds(clips=20)
    alone = trained.embeddings(x)
    answers: dict[int, Embeddings] = {}
    files: dict[int, bytes] = {}

    def ask(number: int) -> None:
        answers[number] = trained.embeddings(x)
        files[number] = trained.keras_file()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files.keys() == {0, 1}
    for heard in answers.values():
        np.testing.assert_allclose(heard.values, alone.values, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(heard.probabilities, alone.probabilities, atol=1e-6)


@pytest.mark.parametrize("key", MODELS)
def test_a_network_can_be_given_other_weights(
    key: str, weights: dict[str, bytes], lively: dict[str, bytes]
) -> None:
    one, other = classifier(key, weights[key]), classifier(key, lively[key])
    assert one.digest() != other.digest()
    one.reload(made_config(model=key), lively[key])
    assert one.digest() == other.digest()
    np.testing.assert_array_equal(one.answer(sounds()).clip, other.answer(sounds()).clip)
    inside = one.embeddings(sounds()).probabilities
    np.testing.assert_array_equal(inside, other.embeddings(sounds()).probabilities)


def test_nothing_is_left_of_the_weights_before(lively: dict[str, bytes]) -> None:
    one, parts = classifier("cnn", lively["cnn"]), io.BytesIO(lively["cnn"])
    with h5py.File(parts, "r+") as file:
        del file["layers"]["dense"]["vars"]["1"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Keras, of what is not there
        with pytest.raises(RunError, match="belong to another network"):
            one.reload(made_config(), parts.getvalue())
    assert not np.isfinite(one.answer(sounds()).clip).all()
    one.reload(made_config(), lively["cnn"])
    assert one.digest() == classifier("cnn", lively["cnn"]).digest()


def test_weights_that_stay_open_are_refused_with_their_own_sentence(
    lively: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = classifier("cnn", lively["cnn"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with in_use(), pytest.raises(RunError, match="belong to another network"):
        one.reload(made_config(), b"no weights")


@pytest.mark.parametrize(
    ("key", "shape"), [("cnn", (16, 128, 9)), ("td_cnn", (16, 9, 1)), ("cnn_rnn", (16, 9, 1))]
)
def test_the_filters_are_the_first_kernels(
    key: str, shape: tuple[int, int, int], lively: dict[str, bytes], tmp_path: Path
) -> None:
    kernel, _ = network(key, lively[key], tmp_path).get_layer("CONV1").get_weights()
    filters = classifier(key, lively[key]).filters()
    assert filters is not None
    assert (filters.shape, filters.dtype) == (shape, np.float32)
    for place, one in enumerate(filters):
        expected = kernel[:, :, place].T if key == "cnn" else kernel[:, :, 0, place].T
        np.testing.assert_array_equal(one, expected)


def test_a_network_without_a_convolution_has_no_filters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def build(frames: int, n_mels: int, classes: int) -> keras.Model:
        inputs = keras.Input((frames, n_mels))
        x = keras.layers.Flatten()(inputs)
        outputs = keras.layers.Dense(classes, activation="softmax", name="SOFTMAX")(x)
        return keras.Model(inputs, outputs)

    monkeypatch.setitem(MODELS, "cnn", dataclasses.replace(MODELS["cnn"], build=build))
    flat = classifier("cnn", weights_file(build(FRAMES, BANDS, CLASSES)))
    assert flat.filters() is None
    assert flat.embeddings(different_sounds(clips=2)).values.shape == (2, FRAMES * BANDS)


# Elsewhere

ELSEWHERE = """
import sys

sys.modules["esc10"] = None  # whoever imports it fails
import keras
import numpy as np

for key in sys.argv[1:]:
    model = keras.models.load_model(f"{key}.keras", safe_mode=True)
    assert {type(layer).__module__.partition(".")[0] for layer in model.layers} == {"keras"}
    np.save(f"{key}.npy", model.predict(np.load("x.npy"), verbose=0))
"""


def test_plain_keras_loads_the_file_and_answers_the_same(
    lively: dict[str, bytes], tmp_path: Path
) -> None:
    """In a process that cannot have this package, with Keras' safe mode."""
    x = different_sounds(clips=4)
    np.save(tmp_path / "x.npy", x)
    answers = {}
    for key in MODELS:
        trained = classifier(key, lively[key])
        (tmp_path / f"{key}.keras").write_bytes(trained.keras_file())
        answers[key] = trained.answer(x).clip
        assert np.ptp(answers[key], axis=0).max() > 0.02, "the sounds differ in their answers"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", ELSEWHERE, *MODELS],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    for key, answer in answers.items():
        np.testing.assert_allclose(np.load(tmp_path / f"{key}.npy"), answer, rtol=0, atol=1e-6)


def test_making_a_file_leaves_the_network_as_it_was(lively: dict[str, bytes]) -> None:
    trained = classifier("cnn_rnn", lively["cnn_rnn"])
    before = trained.answer(different_sounds(clips=2)).clip
    trained.keras_file()
    np.testing.assert_array_equal(trained.answer(different_sounds(clips=2)).clip, before)


# A stranger's weights


@pytest.mark.parametrize("key", MODELS)
def test_weights_that_fit_pass_the_check(key: str, weights: dict[str, bytes]) -> None:
    kept = dict(worker._classifiers._kept)
    worker.check_weights(made_config(model=key), weights[key])
    assert worker._classifiers._kept == kept, "a stranger's network was kept"


@pytest.mark.filterwarnings("ignore:Skipping nested container:UserWarning")
def test_weights_that_do_not_fit_are_a_sentence(weights: dict[str, bytes]) -> None:
    unfit = {
        "cut off": weights["cnn"][:5000],
        "nothing": b"",
        "no weights": b"PK these are no weights",
        "another network's": weights["td_cnn"],
        "of fewer classes": weights_file(MODELS["cnn"].build(FRAMES, BANDS, CLASSES - 1)),
    }
    for name, content in unfit.items():
        with pytest.raises(RunError, match=made_config().run_id) as raised:
            worker.check_weights(made_config(), content)
        assert str(raised.value).endswith("."), name


def test_a_clip_too_short_for_the_network_is_a_sentence(weights: dict[str, bytes]) -> None:
    config = made_config()
    config = dataclasses.replace(config, mel=dataclasses.replace(config.mel, seconds=0.1))
    with pytest.raises(RunError, match="do not fit the network"):
        worker.check_weights(config, weights["cnn"])
