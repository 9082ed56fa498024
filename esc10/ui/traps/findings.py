"""What each experiment has found: one figure, one sentence, and what can be heard of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import streamlit as st

from esc10.datasets import source_of
from esc10.datasets.clips import recording_of
from esc10.datasets.splits import leaking
from esc10.errors import DatasetError
from esc10.evaluation.comparison import holm
from esc10.evaluation.cross_validation import compare_verdicts
from esc10.evaluation.experiments import (
    figures_by_epoch,
    figures_by_leak,
    figures_of,
    share_of_other_orders,
)
from esc10.evaluation.intervals import percent
from esc10.inference.changed_clips import COPIES
from esc10.lesson.words import TRAP_TITLES
from esc10.runs.run import Run
from esc10.training.networks import MODELS
from esc10.ui.clip_view import draw_picture, player, sound_to_compare
from esc10.ui.player.page_players import show_keys
from esc10.ui.player.two_sounds import compare_by_ear
from esc10.ui.server import dataset
from esc10.ui.trainings import judged
from esc10.ui.traps.asked import show_copies, show_order
from esc10.ui.traps.figure import Ways, draw_ways, figure
from esc10.ui.traps.widths import show_widths
from esc10.ui.words import class_words, finding

_MOST_PAIRS = 6


@dataclass(frozen=True)
class Trap:
    """An experiment as people meet it: title, question, what is done, and what shows its result.

    One that `asks` has its trained networks answer anew.
    """

    title: str
    question: str
    plan: str
    show: Callable[[Ways], None]
    asks: bool = False


def _show_decibels(ways: Ways) -> None:
    verdicts = {way: judged(runs) for way, runs in ways.items()}
    figures = {way: figures_of(verdict) for way, verdict in verdicts.items()}
    test = compare_verdicts(verdicts["decibels"], verdicts["power"])
    said = "" if test is None else f": **{finding(test.p_value, 'McNemar’s test')}**"
    st.markdown(
        f"On decibels the 1D-CNN recognises {figure(figures['decibels'])} of the test clips, on "
        f"power {figure(figures['power'])}{said}."
    )
    draw_ways(figures)


def _show_networks(ways: Ways) -> None:
    verdicts = {MODELS[key].title: judged(runs) for key, runs in ways.items()}
    figures = {title: figures_of(verdict) for title, verdict in verdicts.items()}
    if min(len(each.by_seed) for each in figures.values()) < 2:
        st.markdown("With one seed of each nobody can say: wait for the second.")
        draw_ways(figures)
        return
    tests = {
        pair: test
        for pair in combinations(verdicts, 2)
        if (test := compare_verdicts(*(verdicts[title] for title in pair))) is not None
    }
    p_values = holm([test.p_value for test in tests.values()])
    found = "; ".join(
        f"{one} and {other}: {finding(p_value)}"
        for (one, other), p_value in zip(tests, p_values, strict=True)
    )
    widest = max(figures, key=lambda title: figures[title].spread)
    st.markdown(
        f"The best and the worst seed of the {widest} are "
        f"**{100 * figures[widest].spread:.0f} points** apart. Whoever trains each network once "
        f"gets another order in **{percent(share_of_other_orders([*figures.values()]))}%** of all "
        f"cases. Clip by clip, corrected for {len(tests)} comparisons: {found}."
    )
    draw_ways(figures)


def _show_epochs(ways: Ways) -> None:
    (runs,) = ways.values()
    by_choice = figures_by_epoch(runs)
    words = {
        "last": "the last epoch",
        "val_accuracy": "best val_accuracy",
        "val_loss": "best val_loss",
        "test": "best on the test clips",
    }
    last, peeked = by_choice["last"], by_choice["test"]
    st.markdown(
        f"Whoever looks at the test clips to choose the epoch reports {figure(peeked)}: "
        f"**{100 * (peeked.mean - last.mean):.0f} points** more than the last epoch with "
        f"{figure(last)}, for the very same networks. Of new sounds they recognise no more. By "
        f"val_accuracy it is {figure(by_choice['val_accuracy'])}, by val_loss "
        f"{figure(by_choice['val_loss'])}."
    )
    draw_ways({words[name]: figures for name, figures in by_choice.items()})


def _show_leaks(ways: Ways) -> None:
    verdicts = {way: judged(runs) for way, runs in ways.items()}
    figures = {way: figures_of(verdict) for way, verdict in verdicts.items()}
    run = ways["the lab's split"][0]
    split = figures_by_leak(verdicts["the lab's split"], run)
    fold, lab = figures["by fold"], figures["the lab's split"]
    text = (
        f"By fold the network recognises {figure(fold)} of {fold.clips} test clips, by the lab's "
        f"split {figure(lab)} of {lab.clips}."
    )
    if "leaking" in split:
        leaky = split["leaking"]
        text += (
            f" There **{leaky.clips}** share a recording with a training clip: of these it "
            f"recognises {figure(leaky)}"
        )
        text += f", of the others {figure(split['others'])}." if "others" in split else "."
        names = {"leaking": "of it, clips that leak", "others": "of it, the others"}
        figures |= {names[name]: found for name, found in split.items()}
    elif source_of(run.config.train.dataset).recordings_known:
        text += " Of these sounds no test clip shares a recording with a training clip."
    else:
        text += " Nobody knows which of these clips come from one recording."
    st.markdown(text)
    draw_ways(figures)
    _show_pairs(run)


def _show_pairs(run: Run) -> None:
    """Test clips that leak, each beside a take of its recording that trained the network."""
    leaky = leaking(run.config.clips, "test")
    if not leaky:
        return
    try:
        sounds = dataset(run.config.train.dataset)
    except DatasetError:
        return  # the figures stay; nothing can be played
    st.markdown("**One recording on both sides**")
    show_keys()
    trained = {recording_of(name): name for name in reversed(run.config.clips["train"])}
    for name in leaky[:_MOST_PAIRS]:
        pair = {"tested on": name, "trained on": trained[recording_of(name)]}
        clips = {part: sounds.clip(each) for part, each in pair.items()}
        for column, (part, clip) in zip(st.columns(2), clips.items(), strict=True):
            with column.container(border=True, gap="xsmall"):
                st.markdown(f"**{class_words(clip.category)}**, {part}")
                player(clip)
                draw_picture(st.empty(), clip)
        tested, learnt = (sound_to_compare(part, clip) for part, clip in clips.items())
        compare_by_ear(tested, [learnt], f"compare {name}")


TRAPS = {
    "decibels": Trap(
        TRAP_TITLES["decibels"],
        "Does it matter whether a network sees decibels, or power as in the lab?",
        "Five 1D-CNNs learn from decibels and five from power, each pair from the same seed.",
        _show_decibels,
    ),
    "leaks": Trap(
        TRAP_TITLES["leaks"],
        "What do takes of one recording on both sides of a split do to the figure?",
        "Five 1D-CNNs are tested on a fold of their own, and five by the lab's random split, which "
        "puts some takes of a recording into training and others into the test.",
        _show_leaks,
    ),
    "epochs": Trap(
        TRAP_TITLES["epochs"],
        "Of a hundred epochs you report one. Which, and what does looking at the test clips add?",
        "Five 1D-CNNs learn. Of each the test accuracy of four epochs is read: the last, the two "
        "that validation would choose, and the one that is best on the test clips.",
        _show_epochs,
    ),
    "networks": Trap(
        TRAP_TITLES["networks"],
        "One network beats another. Would it with another seed?",
        "Each of the lab's three networks learns five times, from other first weights and with "
        "another order of the clips. So that it takes minutes they learn for few epochs: the slow "
        "ones are not at their end, nor has batch normalisation settled.",
        _show_networks,
    ),
    "order": Trap(
        TRAP_TITLES["order"],
        "Hear a sound with its moments shuffled. Would the networks notice?",
        "The lab's three networks are those of *Network or luck?*. Each is given the test clips "
        "three times: as they are, with every clip's frames shuffled in an order of its own, and "
        "backwards.",
        show_order,
        asks=True,
    ),
    "widths": Trap(
        TRAP_TITLES["widths"],
        "A quarter of the filters, or four times as many: what does a network gain?",
        "The time-distributed 1D-CNN learns at five widths, three times each. That takes about "
        "three minutes on two cores, more than half of it for the widest; so that it is no more, "
        "they learn for few epochs, in small batches.",
        show_widths,
    ),
    "copies": Trap(
        TRAP_TITLES["copies"],
        f"80 test clips are few. What if each is copied {COPIES} times, each copy changed?",
        "The 1D-CNNs are those of *Which epoch?*. Each is given the test clips, and "
        f"{COPIES} copies of each: faster or slower, higher or lower, louder or softer, brighter "
        "or duller, and with gaps.",
        show_copies,
        asks=True,
    ),
}
"""Each experiment of `esc10.runs.experiments.EXPERIMENTS`, in the order of a lesson."""
