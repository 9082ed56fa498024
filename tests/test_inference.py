"""A trained network answers, from its configuration and its weights alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.inference import Classifier
from esc10.models import MODELS
from esc10.training import weights_file
from tests.made_runs import made_config

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
