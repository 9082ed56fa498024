"""The verdict on a cross-validation, from the answers its runs have stored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from esc10.datasets.splits import fold_before
from esc10.errors import RunError
from esc10.evaluation.comparison import McNemar
from esc10.evaluation.cross_validation import compare_verdicts, judge_runs
from esc10.evaluation.intervals import wilson_interval
from esc10.runs.run import Run
from esc10.runs.writing import create_run, finish_run
from esc10.training.config import TrainConfig
from tests.support.made_runs import CLASSES, SIZES, made_config, made_labels, made_result

CLIPS = SIZES["test"]


def made_fold(number: int, fold: int, right: int, seed: int = 1) -> Run:
    """A run whose last epoch is right on so many of its test clips, and whose best is on none."""
    names = tuple(f"{fold}-{place}-A-{place}.wav" for place in range(CLIPS))
    made = made_config(number)
    settings = TrainConfig(
        "practice", "cnn", seed=seed, test_fold=fold, validation_fold=fold_before(fold)
    )
    config = replace(made, train=settings, clips={**made.clips, "test": names})
    labels = np.arange(CLIPS)
    answered = np.where(labels < right, labels, labels + 1)
    answers = np.full((3, CLIPS, len(CLASSES)), 0.01, np.float32)
    answers[-1, labels, answered] = 0.91
    answers[:-1, labels, (labels + 2) % 10] = 0.91
    result = made_result(3)
    run = create_run(config)
    finish_run(run, replace(result, by_epoch={**result.by_epoch, "test": answers}), made_labels())
    return run


def test_the_last_epoch_of_every_fold_is_judged() -> None:
    rights = {1: 6, 2: 5, 3: 4, 4: 6, 5: 3}
    verdict = judge_runs([made_fold(fold, fold, right) for fold, right in rights.items()])
    assert [(each.fold, each.test.accuracy) for each in verdict.folds] == [
        (fold, right / CLIPS) for fold, right in rights.items()
    ]
    accuracies = np.array([*rights.values()]) / CLIPS
    assert verdict.mean == pytest.approx(accuracies.mean())
    assert verdict.deviation == pytest.approx(accuracies.std(ddof=1))
    assert verdict.clips == 30
    assert verdict.interval == wilson_interval(24, 30)
    assert verdict.pooled.confusion.sum() == 30
    assert verdict.pooled.confusion.trace() == 24
    # Of the clips that three folds and two folds got wrong, each was taken for the class after it.
    assert verdict.pooled.confusion[5, 6] == 3
    assert verdict.seed_means == {1: pytest.approx(accuracies.mean())}


def test_peeking_is_told_apart_from_choosing_by_validation() -> None:
    run = made_fold(1, 1, 4)
    stored = run.folder / "probabilities.npz"
    with np.load(stored) as found:
        arrays = dict(found)
    labels = arrays["test_labels"]
    # Right on 2, on all 6 and on 4 clips after the first, the second and the third epoch.
    for epoch, right in enumerate((2, 6, 4)):
        answered = np.where(np.arange(CLIPS) < right, labels, labels + 1)
        arrays["test_by_epoch"][epoch] = 0.01
        arrays["test_by_epoch"][epoch, np.arange(CLIPS), answered] = 0.91
    np.savez_compressed(stored, **arrays)
    chosen = run.answers("val_accuracy").epoch
    verdict = judge_runs([run])
    assert verdict.mean == pytest.approx(4 / 6)
    assert verdict.mean_peeked == 1
    assert verdict.mean_chosen == pytest.approx((2, 6, 4)[chosen - 1] / 6)


def test_more_seeds_make_no_more_clips() -> None:
    runs = [
        made_fold(10 * seed + fold, fold, right, seed)
        for seed, right in ((1, 6), (2, 4))
        for fold in (1, 2)
    ]
    verdict = judge_runs(reversed(runs))
    assert [(each.seed, each.fold) for each in verdict.folds] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert verdict.clips == 12
    assert verdict.interval == wilson_interval(10, 12)
    assert verdict.seed_means == {1: 1.0, 2: pytest.approx(4 / 6)}


def test_two_are_compared_clip_by_clip_however_many_seeds() -> None:
    first = judge_runs([made_fold(1, 1, 6), made_fold(2, 1, 4, seed=2), made_fold(3, 2, 3)])
    second = judge_runs([made_fold(4, 1, 5), made_fold(5, 2, 6), made_fold(6, 3, 6)])
    assert first.right["1-5-A-5.wav"] == [True, False]
    # The second has one seed, and so the first's first counts: 6 against 5 of fold 1, 3 against 6.
    found = compare_verdicts(first, second)
    assert found is not None
    assert (found.only_first, found.only_second) == (1, 3)
    both = judge_runs([made_fold(8, 1, 6), made_fold(9, 1, 3, seed=2)])
    found = compare_verdicts(both, judge_runs([made_fold(10, 1, 4), made_fold(11, 1, 4, seed=2)]))
    # 2, 2, 2, 1, 1, 1 times right against 2, 2, 2, 2, 0, 0.
    assert found == McNemar(2, 1, 1.0)
    assert compare_verdicts(first, first) == McNemar(0, 0, 1.0)
    assert compare_verdicts(first, judge_runs([made_fold(7, 3, 1)])) is None


def test_sounds_of_other_datasets_are_others_whatever_their_names() -> None:
    first = judge_runs([made_fold(1, 1, 5)])
    mine, theirs = replace(first, dataset="own-a-1"), replace(first, dataset="own-b-2")
    assert compare_verdicts(mine, theirs) is None
    assert compare_verdicts(mine, mine) is not None


def test_folds_count_by_their_clips() -> None:
    small = made_fold(1, 1, 0)
    verdict = judge_runs([small, *(made_fold(fold, fold, 6) for fold in (2, 3))])
    (first, *others) = verdict.folds
    few = replace(first.test, judged=first.test.judged[:1])
    uneven = replace(verdict, folds=(replace(first, test=few), *others))
    assert uneven.mean == pytest.approx(12 / 13)
    low, high = uneven.interval
    assert low < uneven.mean < high


def test_without_a_finished_fold_there_is_a_sentence() -> None:
    with pytest.raises(RunError, match="No fold is finished yet"):
        judge_runs([])


def test_one_fold_has_no_deviation() -> None:
    assert judge_runs([made_fold(1, 1, 5)]).deviation is None


def test_a_run_from_before_test_answers_were_kept_is_a_sentence() -> None:
    run = made_fold(1, 1, 5)
    path = run.folder / "probabilities.npz"
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored if name != "test_by_epoch"}
    np.savez_compressed(path, **kept)
    with pytest.raises(RunError, match=f"^Run {run.run_id} is from before .* Train it again"):
        judge_runs([run])


def test_runs_that_know_other_classes_are_a_sentence() -> None:
    run, other = made_fold(1, 1, 5), made_fold(2, 2, 5)
    changed = replace(other, config=replace(other.config, classes=(*CLASSES[:-1], "class k")))
    with pytest.raises(RunError, match="The dataset has changed"):
        judge_runs([run, changed])
