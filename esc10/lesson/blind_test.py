"""Ten clips to recognise by ear, and how well people do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from esc10.evaluation.metrics import JudgedClip

CLIPS = 10

HUMAN = {
    "esc10": "Listeners recognised 95.7% of ESC-10",
    "animals": "Listeners recognised 81.3% of ESC-50, of whose fifty classes these are ten",
}
"""By dataset, as a sentence begins: K. J. Piczak, ESC: Dataset for Environmental Sound
Classification, ACM Multimedia 2015, section 3."""


def blind_clips(judged: Sequence[JudgedClip], seed: int) -> list[JudgedClip]:
    """Ten clips drawn at random, or as many as there are, in an order drawn at random.

    Args:
        judged: clips that a network did not learn from.
        seed: of the draw.
    """
    return random.Random(seed).sample(list(judged), min(CLIPS, len(judged)))


def majority(votes: Sequence[tuple[str, ...]]) -> tuple[str, int] | None:
    """What most have voted, and how many; of equals what was voted first. None without a vote."""
    counted = Counter(option for option, *_ in votes)
    return counted.most_common(1)[0] if counted else None
