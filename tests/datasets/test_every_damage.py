"""Whatever is wrong in a dataset's folder, whoever asks gets an answer or a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from esc10 import datasets
from esc10.datasets import dataset_folder, load_dataset
from esc10.datasets.description import own_descriptions
from esc10.datasets.own.build import make_own
from esc10.errors import DatasetError
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig
from tests.support.damage import WRONG_JSON, asked, changed
from tests.support.own_sounds import folder_of, numbered, sounds


@pytest.fixture
def key(tmp_path: Path) -> str:
    """An own dataset."""
    return make_own(folder_of(sounds(numbered(("dog", "rain"), 3)), tmp_path / "mine"), "Mine")


def ask_everything(about: str, key: str) -> None:
    own_descriptions()
    datasets.sources()
    asked(f"{about}: load", lambda: load_dataset(key).labels)
    asked(f"{about}: source", lambda: datasets.source_of(key).classes)


@pytest.mark.parametrize("name", ["complete.json", "source.json"])
def test_a_marker_or_a_description_with_anything_wrong_in_it(key: str, name: str) -> None:
    path = dataset_folder(key) / name
    whole = path.read_bytes()
    texts = [*changed(whole.decode(), lines=False), *((text[:9], text) for text in WRONG_JSON)]
    for about, text in (*texts, ("half", whole.decode()[: len(whole) // 2])):
        path.write_text(text, "utf-8")
        ask_everything(f"{name}: {about}", key)
    path.unlink()
    ask_everything(f"no {name}", key)


def test_a_marker_of_clips_of_other_classes_is_a_sentence(key: str) -> None:
    path = dataset_folder(key) / "complete.json"
    path.write_text(path.read_text("utf-8").replace("-0.wav", "-7.wav"), "utf-8")
    with pytest.raises(DatasetError):
        load_dataset(key)


def test_a_clip_that_is_gone_is_a_sentence(key: str) -> None:
    sounds_here = load_dataset(key)
    (dataset_folder(key) / "audio").rename(dataset_folder(key) / "elsewhere")
    with pytest.raises(DatasetError, match="is missing"):
        feature_set(sounds_here, MelConfig())
