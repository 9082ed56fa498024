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
        ("width", 0.5),
        ("width", float("nan")),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, value: object) -> None:
    name = setting.replace("_", " ").replace("model", "network")
    with pytest.raises(RunError, match=f"not a usable {name}. Choose from"):
        TrainConfig(**{"dataset": "practice", "model": "cnn", setting: value})  # type: ignore[arg-type]


def test_only_a_network_with_widths_takes_one() -> None:
    assert TrainConfig("practice", "cnn").width == 1
    assert TrainConfig("practice", "td_cnn", width=4.0).width == 4
    with pytest.raises(
        RunError, match=r"3 is not a usable width\. Choose from: 0\.25, 0\.5, 1, 2, 4\."
    ):
        TrainConfig("practice", "td_cnn", width=3)
