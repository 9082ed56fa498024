"""What one or several runs say of one sound, side by side, and when they do not know it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SECONDS
from esc10.datasets.clips import class_label
from esc10.errors import NoWorkerError, RunError
from esc10.evaluation.intervals import percent
from esc10.features.mel import MelConfig
from esc10.inference.novelty import LEVEL
from esc10.inference.prediction import HeardSound
from esc10.runs.run import Run
from esc10.ui.fragments import live, show_trouble
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.player.player import show_playhead
from esc10.ui.plots.bars import run_columns, run_spec, top_classes
from esc10.ui.plots.palette import BLUE, LETTERS, RUN_COLOURS
from esc10.ui.predict.inputs import Given
from esc10.ui.predict.judging import Judged, heard, judge
from esc10.ui.predict.windows import show_windows
from esc10.ui.run_marks import mark
from esc10.ui.words import in_markdown, network_title, short_name

_PANELS_IN_A_ROW = 3
_NOT_KNOWN = "I don't know this"
_LEARNED = ":material/school: **Trained on this clip.**"
_LEARNED_MEANS = "So the answer says little about sounds that it has never heard."


def show_answers(
    given: Given, samples: NDArray[np.float32], runs: Sequence[Run], weights: str
) -> None:
    """The runs' answers side by side, the sound under a playhead, and what its windows say.

    `samples` are the whole sound, mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,), up
    to ten minutes; one of less than five seconds is padded as a clip is.
    """
    live(_answers)(given, samples, runs, weights)


def _answers(given: Given, samples: NDArray[np.float32], runs: Sequence[Run], weights: str) -> None:
    sound = heard(given, samples, MelConfig())
    judged = _all_judged(given, samples, runs, weights)
    if judged:
        with st.container(gap="small"):
            _show_panels(judged, several=len(runs) > 1)
            _explain_refusals(judged)
    _show_sound(sound, judged, several=len(runs) > 1)
    if judged and sound.is_long:
        show_windows(sound, judged)


def _all_judged(
    given: Given, samples: NDArray[np.float32], runs: Sequence[Run], weights: str
) -> list[Judged]:
    """What each run says; a sentence for each that cannot."""
    judged = []
    for slot, run in enumerate(runs):
        try:
            judged.append(judge(given, samples, run, weights, slot))
        except NoWorkerError as error:
            show_trouble(error)
            break  # the other runs would be asked for nothing
        except RunError as error:
            name = f"{mark(slot)} {short_name(run)}: " if len(runs) > 1 else ""
            st.error(f"{name}{in_markdown(str(error))}")
    return judged


def _show_panels(judged: Sequence[Judged], several: bool) -> None:
    """For each run a verdict and bars: the same classes in the same order for all."""
    classes = top_classes([each.by_class for each in judged])
    for begin in range(0, len(judged), _PANELS_IN_A_ROW):
        row = judged[begin : begin + _PANELS_IN_A_ROW]
        width = min(len(judged), _PANELS_IN_A_ROW)
        # The bars in columns of their own: so they are level where a verdict takes two lines.
        for column, each in zip(st.columns(width, gap="medium"), row, strict=False):
            with column.container(gap=None):
                if several:
                    st.markdown(f"{mark(each.slot)} {short_name(each.run)}")
                st.markdown(_verdict(each, "###" if several else "##"), help=_reason(each))
                if each.learned:
                    st.caption(_LEARNED, help=_LEARNED_MEANS)
        for column, each in zip(st.columns(width, gap="medium"), row, strict=False):
            with column:
                _show_bars(each, classes, several)


def _show_bars(judged: Judged, classes: Sequence[str], several: bool) -> None:
    pixels = chart_pixels()
    colour = RUN_COLOURS[judged.slot] if several else BLUE
    st.vega_lite_chart(
        pa.table(run_columns(judged.by_class, classes)),
        run_spec(classes, colour, ink(), pixels, round(1.55 * pixels * len(classes))),
        key=f"answer {judged.slot} {len(classes)}",
        width="stretch",
        alt=f"Probabilities by {LETTERS[judged.slot]}" if several else "Probabilities",
    )


def _verdict(judged: Judged, size: str) -> str:
    name, probability = judged.best
    answer = f"{in_markdown(class_label(name))}, {percent(probability)}%"
    return f"{size} {answer}" if judged.unknown is None else f"{size} {_NOT_KNOWN} ({answer})"


def _reason(judged: Judged) -> str | None:
    return None if judged.unknown is None else str(judged.unknown)


def _explain_refusals(judged: Sequence[Judged]) -> None:
    """Where a network has said 'I don't know this': when it does, and what that costs."""
    refusing = [each for each in judged if each.unknown is not None]
    if not refusing:
        return
    counts = {(each.novelty.refused, each.novelty.validation) for each in refusing}
    prices = " or ".join(f"{refused} of {clips}" for refused, clips in sorted(counts))
    text = (
        f"A network says *{_NOT_KNOWN}* when its answer is less probable than {100 - LEVEL}% of "
        "its answers to validation clips, or when the sound is farther from its training clips, in "
        f"the last hidden layer, than {100 - LEVEL}% of the validation clips. So it also refuses "
        f"sounds it should know: {prices} validation clips."
    )
    if any(each.novelty.training is None for each in refusing):
        text += (
            " Where a network's own sounds are not on this machine, only the probability decides."
        )
    st.caption(text)


def _show_sound(sound: HeardSound, judged: Sequence[Judged], several: bool) -> None:
    """The sound under a playhead, with the votes of the first network whose frames have some."""
    voting = next((each for each in judged if each.answer.votes is not None), None)
    if voting is not None:
        network = network_title(voting.run.config.train)
        whose = f"{mark(voting.slot)} " if several else ""
        st.markdown(f"**What each frame votes for** · {whose}{network}")
    show_playhead(
        sound.samples,
        sound.whole,
        () if voting is None else voting.run.config.classes,
        None if voting is None else voting.answer.votes,
        key="playhead",
    )
    st.caption(
        "This is what a network hears: mono, nothing above 11 kHz"
        + ("." if sound.is_long else f", {CLIP_SECONDS:g} s long.")
        + " Click a picture to go there."
    )
