"""What is said after an answer, where it depends on how a run went."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from esc10.training.results import EpochRow
from esc10.ui.guided_lab.explanations import describe_lowest

FALLING = (0.9, 0.8, 0.7, 0.6, 0.5)


def history(losses: Sequence[float], validation: Sequence[float]) -> list[EpochRow]:
    """Epochs with these losses."""
    return [
        EpochRow(epoch, loss, 0.5, val_loss, 0.5, seconds=1.0)
        for epoch, (loss, val_loss) in enumerate(zip(losses, validation, strict=True), 1)
    ]


@pytest.mark.parametrize(
    ("losses", "validation", "said"),
    [
        (
            FALLING,
            (2.0, 1.5, 1.4, 1.7, 2.0),
            "from 1.40 to 2.00: what it learned then",
        ),
        (
            FALLING,
            (2.0, 1.7, 1.4, 1.7, 1.5),
            "1.40 to 1.50: no more than from one epoch",
        ),
        ((0.9, 0.8, 0.7, 0.8, 0.9), (2.0, 1.5, 1.4, 1.7, 2.0), "1.40 to 2.00."),
        (FALLING, (2.0, 1.7, 1.4, 1.3, 1.2), "In **epoch 5**. It is the last one"),
    ],
)
def test_a_rise_counts_where_it_is_more_than_the_curve_s_own_unrest(
    losses: Sequence[float], validation: Sequence[float], said: str
) -> None:
    assert said in describe_lowest(history(losses, validation))
