"""What the Evaluate page says of a network's confidence must not contradict its figures."""

from __future__ import annotations

from esc10.evaluation.calibration import ReliabilityBin
from esc10.ui.evaluate.calibration import describe_calibration


def a_bin(clips: int, confidence: float, accuracy: float) -> ReliabilityBin:
    return ReliabilityBin(0.0, 1.0, clips, confidence, accuracy, (0.0, 1.0))


def test_points_apart_are_those_of_the_bins_and_said_to_be() -> None:
    # 40 % sure and 67 % right: 27 points for all clips together, 52 within the bins.
    said = describe_calibration([a_bin(1, 0.38, 0.0), a_bin(2, 0.41, 1.0)])
    assert said == (
        "It is **40%** sure on average. Bin by bin, confidence and accuracy are **52 points** "
        "apart on average."
    )


def test_one_point_is_one_point() -> None:
    assert "**1 point** apart" in describe_calibration([a_bin(10, 0.51, 0.5)])
