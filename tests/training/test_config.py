"""Settings out of range are refused."""

from __future__ import annotations

import pytest

from esc10.errors import RunError
from esc10.training.config import TrainConfig


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("model", "transformer"),
        ("features", "mfcc"),
        ("split", "random"),
        ("epochs", 0),
        ("epochs", 10_001),
        ("patience", 0),
        ("batch_size", 0),
        ("batch_size", 1025),
        ("learning_rate", 0.0),
        ("learning_rate", 1.5),
        ("learning_rate", float("nan")),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, value: object) -> None:
    name = setting.replace("_", " ").replace("model", "network")
    with pytest.raises(RunError, match=f"not a usable {name}. Choose from"):
        TrainConfig(**{"dataset": "practice", "model": "cnn", setting: value})  # type: ignore[arg-type]
