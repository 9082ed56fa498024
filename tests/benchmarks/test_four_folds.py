"""Training on four folds: what learns, what is kept, and that nothing is chosen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import four_folds
from esc10.datasets import load_dataset
from esc10.features.cache import feature_set
from esc10.features.inputs import scaling_of
from esc10.features.mel import MelConfig
from esc10.training import loop
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run

CONFIG = TrainConfig("practice", "cnn", epochs=2, seed=3, patience=1)


def test_the_clips_that_would_validate_are_learnt_from_and_fit_the_scaling(
    practice_home: Path,
) -> None:
    run = four_folds.with_four_folds(plan_run(CONFIG))
    clips = load_dataset("practice").clips
    learnt = [place for place, clip in enumerate(clips) if clip.fold != CONFIG.test_fold]
    assert run.clips["train"] == tuple(clips[place].filename for place in learnt)
    assert set(run.clips["validation"]) < set(run.clips["train"])
    assert not set(run.clips["test"]) & set(run.clips["train"])
    features = feature_set(load_dataset("practice"), MelConfig())
    assert run.scaling == scaling_of(features.power, np.array(learnt))


def test_what_a_training_gave_is_kept(practice_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = four_folds.result_of(CONFIG)
    assert len(result.right) == 80
    monkeypatch.setattr(loop, "train", None)
    assert four_folds.result_of(CONFIG) == result
    (path,) = (practice_home / "four-folds").iterdir()
    kept = json.loads(path.read_bytes())
    del kept["settings"]["width"]  # as if it had been kept before there was such a setting
    path.write_text(json.dumps(kept))
    assert four_folds.result_of(CONFIG) == result
    with pytest.raises(TypeError):
        four_folds.result_of(TrainConfig("practice", "cnn", epochs=2, seed=4))
