"""Every disturbance keeps a sound whole; an answer holds until the first other one."""

from __future__ import annotations

import numpy as np
import pytest

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.inference.explain.robustness import DISTURBANCES, Disturbance, held_span

TIMES = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
TONE = np.asarray(0.3 * np.sin(2 * np.pi * 440 * TIMES), np.float32)
SILENCE = np.zeros(CLIP_SAMPLES, np.float32)


@pytest.mark.parametrize("disturbance", DISTURBANCES.values(), ids=DISTURBANCES)
def test_every_disturbance_has_a_neutral_value_and_keeps_the_shape(
    disturbance: Disturbance,
) -> None:
    assert 9 <= len(disturbance.values) <= 13
    assert len({disturbance.label(value) for value in disturbance.values}) == len(
        disturbance.values
    )
    np.testing.assert_allclose(disturbance.apply(TONE, disturbance.neutral), TONE, atol=1e-7)
    for value in (disturbance.values[0], disturbance.values[-1]):
        for sound in (TONE, SILENCE):
            disturbed = disturbance.apply(sound, value)
            assert disturbed.shape == sound.shape
            assert disturbed.dtype == np.float32
            assert np.isfinite(disturbed).all()


def test_the_span_that_holds_ends_at_the_first_other_answer() -> None:
    values = (-2.0, -1.0, 0.0, 1.0, 2.0)
    right, wrong = [0.8, 0.2], [0.2, 0.8]

    def span(*answers: list[float]) -> tuple[float, float]:
        return held_span(np.array(answers, np.float32), values, 0.0)

    assert span(right, right, right, right, right) == (-2, 2)
    assert span(right, wrong, right, right, wrong) == (0, 1)
    assert span(wrong, wrong, right, wrong, right) == (0, 0)
    with pytest.raises(ValueError, match="not in tuple"):
        held_span(np.array([right]), values, 0.5)
