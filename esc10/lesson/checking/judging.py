"""One hand-in after the other: what it says, and what its weights give on the dataset's clips.

What networks are fed is computed once for hand-ins of one split. Weights are tried in this process,
which then loads Keras, or where whoever checks says: a page has its worker do it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from esc10.archives.trees import shown
from esc10.errors import (
    DamagedReportError,
    DamagedRunError,
    LessonError,
    RunError,
    reason_of,
)
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import PartEvaluation, evaluate_part
from esc10.inference.trying import Trials, TrialsHere
from esc10.lesson.answers import answers_json
from esc10.lesson.checking.checked import CHECKED, DAMAGED, DIFFERS, READ, REFUSED, Checked
from esc10.lesson.checking.folder import ZIP, Found
from esc10.lesson.checking.held_out import HeldOut, HeldOutClips, NotHereError
from esc10.lesson.exercises import EXERCISES
from esc10.lesson.report.reading import ReportParts, is_page, parts_of, seal_of
from esc10.lesson.words import right_of
from esc10.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from esc10.runs.exchange import run_aside
from esc10.runs.run import Run
from esc10.training.results import PARTS

TOLERANCE = 0.01
"""By how much a stored probability may be off.

Machines round differently: judged anew with SSE4.1, with AVX2, with AVX-512 and without oneDNN, all
four networks gave what had been stored to within 0.000005. A sound decoded or resampled by another
version may add to that. A hundredth leaves room for two thousand times as much, and is what a page
shows as one percent; within it, a clip changes its class only where two are as good as equal.
"""

_UNSEALED = "The page does not show the seal of the run inside."
"""Shown, not judged: no figure depends on it."""


@dataclass(frozen=True)
class _Anew:
    """What a run's weights give.

    Attributes:
        digests: of each of the weights.
        off: by how much a stored probability is off at most.
        test: of the weights that are spoken of, on the test clips; None where those are not here.
    """

    digests: frozenset[str]
    off: float
    test: PartEvaluation | None


class Checker:
    """Checks hand-ins, one at a time: memory holds one, and what the next may need again."""

    def __init__(
        self,
        on_progress: OnProgress = ignore_progress,
        should_stop: ShouldStop = never_stop,
        trials: Trials | None = None,
    ) -> None:
        """Nothing is loaded yet.

        Args:
            on_progress: hears of mel spectrograms that are not cached.
            should_stop: asked while these are computed.
            trials: where weights are tried; None for this process.
        """
        self._clips = HeldOutClips(on_progress, should_stop)
        self._trials = trials or TrialsHere()

    def check(self, found: Found) -> Checked:
        """What a hand-in says, and what is so. Whatever is wrong with it is in what comes back.

        Raises:
            DatasetError: a dataset is here, and its mel spectrograms cannot be computed.
            LessonError: there is no room for it among the system's temporary files.
            UnansweredError: no worker is there to try its weights.
            Cancelled: `should_stop` said so.
        """
        try:
            checked = self._read(found)
        except OSError as cause:
            raise LessonError(
                f"{shown(found.name)} cannot be looked at: {reason_of(cause)}. Make room in "
                f"{tempfile.gettempdir()}, then try again."
            ) from cause
        return replace(checked, sender=found.sender)

    def _read(self, found: Found) -> Checked:
        try:
            content = found.read()
        except DamagedRunError as error:
            return Checked(found.name, DAMAGED, str(error))
        except RunError as error:
            cause = error.__cause__
            if isinstance(cause, OSError):
                return Checked(found.name, DAMAGED, f"It cannot be read: {reason_of(cause)}.")
            return Checked(found.name, REFUSED, str(error))
        try:
            is_report = is_page(content) or not found.name.lower().endswith(ZIP)
            page = parts_of(content) if is_report else None
            zipped = page.zipped if page else content
            del content
            with run_aside(zipped) as run:
                return self._judged(_told(found.name, run, page, seal_of(zipped)), run, page)
        except (DamagedReportError, DamagedRunError) as error:
            return Checked(found.name, DAMAGED, str(error))
        except (LessonError, RunError) as error:
            return Checked(found.name, REFUSED, str(error))

    def _judged(self, told: Checked, run: Run, page: ReportParts | None) -> Checked:
        """What is told of a run, with what its weights give."""
        try:
            heard, why_not = self._clips.of(run.config), ""
        except NotHereError as error:
            heard, why_not = None, str(error)
        anew = self._anew(run, _criterion(run, page), heard)
        told = replace(told, weights_digests=anew.digests)
        of_page = list(_differing_on(page, run))
        unsealed = [] if told.sealed is not False else [_UNSEALED]
        if heard is None or anew.test is None:
            said = f"It is whole, but was not judged anew: {why_not}"
            return replace(told, sentence=" ".join([said, *of_page, *unsealed]))
        differs = [*of_page, *_differing(anew.off, heard.of_split)]
        said = f"Judged anew on the test clips: {right_of(anew.test)}"
        said = f"{said}." if differs else f"{said}, as it says."
        return replace(
            told,
            state=DIFFERS if differs else CHECKED,
            sentence=" ".join([said, *differs, *unsealed]),
            accuracy=anew.test.accuracy,
            interval=anew.test.interval,
            difference=anew.off,
        )

    def _anew(self, run: Run, criterion: str, heard: HeldOut | None) -> _Anew:
        """Try all of a run's weights, and have them answer where there is something to hear."""
        test, digests, differences = None, set(), [0.0]
        for name in sorted(set(run.weight_files.values())):
            criteria = [each for each, file in run.weight_files.items() if file == name]
            parts = heard.x if heard else {}
            tried = self._trials.tried(run.config, run.weights(criteria[0]), parts)
            digests.add(tried.digest)
            if heard is None:
                continue
            given = tried.probabilities
            for each in criteria:
                stored = run.answers(each)
                differences += [_off(given[part], stored.probabilities[part]) for part in PARTS]
            if criterion in criteria:
                labels = run.answers(criterion).labels["test"]
                clips = run.config.clips["test"]
                test = evaluate_part(labels, given["test"], clips, run.config.classes)
        return _Anew(frozenset(digests), max(differences), test)


def _off(given: NDArray[np.float32], stored: NDArray[np.float32]) -> float:
    """The largest difference of two probabilities; what is no number is off by all there is."""
    with np.errstate(invalid="ignore"):
        return float(np.nan_to_num(abs(given - stored), nan=1.0).max())


def _criterion(run: Run, page: ReportParts | None) -> str:
    """What chose the weights that the page speaks of; where none speaks, that of the run."""
    named = page.weights if page else None
    return named if named in run.criteria else run.criteria[0]


def _stored_accuracy(run: Run, page: ReportParts | None) -> float:
    """Of the test clips, by the answers that came with the run."""
    answers = run.answers(_criterion(run, page))
    return float((answers.probabilities["test"].argmax(axis=1) == answers.labels["test"]).mean())


def _told(file: str, run: Run, page: ReportParts | None, seal: str) -> Checked:
    """What a hand-in says of itself; it has been read, and not judged."""
    answers = page.answers if page else ()
    of_lab = [answer for answer in answers if answer.exercise in EXERCISES]
    stored = _stored_accuracy(run, page)
    claimed: float | None = stored
    if page and page.accuracy != percent(stored):
        claimed = None if page.accuracy is None else page.accuracy / 100
    return Checked(
        file=file,
        state=READ,
        sentence="",
        run_id=run.run_id,
        owner=run.config.train.owner,
        title=run.caption.title,
        claimed=claimed,
        accepted=sum(answer.right for answer in of_lab),
        answered=len(of_lab),
        seal=seal,
        sealed=None if page is None else page.seal == seal,
        answers_digest=hashlib.sha256(answers_json(answers)).hexdigest() if answers else None,
    )


def _differing_on(page: ReportParts | None, run: Run) -> Iterator[str]:
    """What a report's page does not say as its run does, in sentences; a zip has no page."""
    if page is None:
        return
    stored = percent(_stored_accuracy(run, page))
    if page.accuracy is None or page.weights is None:
        # People may read another figure in its place.
        yield "The page names no test accuracy that can be read."
    elif page.weights not in run.criteria:
        yield "The page speaks of weights that are not in its run."
    elif page.accuracy != stored:
        yield f"The page says {page.accuracy}%, and the answers stored in it give {stored}%."


def _differing(off: float, of_split: bool) -> Iterator[str]:
    """What is not as a run says, in sentences."""
    if off > TOLERANCE:
        yield f"A stored probability is off by {off:.2f} from what the weights give."
    if not of_split:
        yield "Its clips are not shared out as its split does it."
