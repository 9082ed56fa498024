"""Jobs: threads that report, hear a wish to stop, and end in a sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from esc10.engine.jobs import Job, JobBoard
from esc10.errors import DatasetError
from esc10.progress import OnProgress, Progress, ShouldStop, Tally

SECONDS = 10
"""More than any of these threads needs; whoever waits this long has failed."""


class Gate:
    """Work that says it has begun, and goes on when it is let."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.open = threading.Event()
        self.times = 0

    def __call__(self, on_progress: OnProgress, should_stop: ShouldStop) -> None:
        self.times += 1
        self.begun.set()
        assert self.open.wait(SECONDS)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


def ended(job: Job) -> Job:
    job.wait(SECONDS)
    assert not job.running
    return job


def running(board: JobBoard) -> list[Job]:
    """The jobs that have not ended, oldest first."""
    return [job for job in board.named("").values() if job.running]


def test_a_job_reports_and_ends() -> None:
    reported, go_on = threading.Event(), threading.Event()

    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        on_progress(Progress("Counting", 1, 4))
        reported.set()
        assert go_on.wait(SECONDS)
        on_progress(Progress("Counting", 4, 4))

    job = Job("count", work)
    assert reported.wait(SECONDS)
    assert job.running
    assert job.progress == Progress("Counting", 1, 4)
    assert job.seconds_left is not None
    assert job.seconds_left >= 0
    go_on.set()
    assert ended(job).progress == Progress("Counting", 4, 4)
    assert (job.error, job.cancelled) == (None, False)
    assert job.seconds_left is None


def test_before_the_first_report_there_is_nothing_to_show(gate: Gate) -> None:
    job = Job("count", gate)
    assert gate.begun.wait(SECONDS)
    assert job.progress is None
    assert job.seconds_left is None


def test_a_job_hears_that_it_is_cancelled() -> None:
    begun, asked = threading.Event(), threading.Event()

    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        tally = Tally(Progress("Counting", 0, 2), on_progress, should_stop)
        tally.raise_if_stopped()
        tally.add(files=1)
        begun.set()
        assert asked.wait(SECONDS)
        tally.raise_if_stopped()
        tally.add(files=1)

    job = Job("count", work)
    assert begun.wait(SECONDS)
    job.cancel()
    asked.set()
    assert ended(job).cancelled
    assert job.error is None
    assert job.progress == Progress("Counting", 1, 2)


def test_a_known_error_is_its_own_sentence() -> None:
    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        raise DatasetError("The host is asleep. Try again.")

    job = ended(Job("fetch", work))
    assert job.error == "The host is asleep. Try again."
    assert not job.cancelled


def test_an_unforeseen_error_is_a_sentence_too_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        raise ZeroDivisionError("nothing to share")

    job = ended(Job("share", work))
    assert job.error is not None
    assert "unforeseen" in job.error
    assert "ZeroDivisionError: nothing to share" in job.error
    assert "job share failed" in caplog.text
    assert "Traceback" in caplog.text


def test_one_name_runs_once_at_a_time(gate: Gate) -> None:
    board, second = JobBoard(), Gate()
    job = board.start("fetch", gate)
    assert gate.begun.wait(SECONDS)
    assert board.start("fetch", second) is job
    assert board.get("fetch") is job
    assert running(board) == [job]
    gate.open.set()
    ended(job)
    assert running(board) == []
    second.open.set()
    again = board.start("fetch", second)
    assert again is not job
    assert ended(board.start("other", second)) is not again
    ended(again)
    assert (gate.times, second.times) == (1, 2)


def test_many_threads_that_start_one_name_start_it_once(gate: Gate) -> None:
    board, barrier = JobBoard(), threading.Barrier(8)
    jobs: list[Job] = []

    def start() -> None:
        barrier.wait(SECONDS)
        jobs.append(board.start("fetch", gate))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert len(jobs) == 8
    assert len(set(jobs)) == 1
    gate.open.set()
    ended(jobs[0])
    assert gate.times == 1


def test_different_names_run_at_the_same_time(gate: Gate) -> None:
    board, other = JobBoard(), Gate()
    first, second = board.start("one", gate), board.start("two", other)
    assert gate.begun.wait(SECONDS)
    assert other.begun.wait(SECONDS)
    assert running(board) == [first, second]
    other.open.set()
    ended(second)
    assert running(board) == [first]


def test_a_job_that_ended_can_be_forgotten_and_a_running_one_cannot(gate: Gate) -> None:
    board = JobBoard()
    job = board.start("fetch", gate)
    board.clear("fetch")
    assert board.get("fetch") is job
    gate.open.set()
    ended(job)
    assert board.get("fetch") is job
    board.clear("fetch")
    assert board.get("fetch") is None
    board.clear("never started")


# Progress


@pytest.mark.parametrize(
    ("progress", "fraction"),
    [
        (Progress("", 0, 0), 0),
        (Progress("", 1, 4), 0.25),
        (Progress("", 4, 4), 1),
        (Progress("", 0, 4, 50, 100), 0.475),
        (Progress("", 3, 4, 50, 100), 0.75),
        (Progress("", 0, 4, 500, 100), 0.95),
        (Progress("", 4, 4, 100, 100), 1),
    ],
)
def test_the_part_that_is_done(progress: Progress, fraction: float) -> None:
    assert progress.fraction == pytest.approx(fraction)


def test_a_tally_counts_for_several_threads() -> None:
    seen: list[Progress] = []
    tally = Tally(Progress("Counting", 0, 400), seen.append)

    def count() -> None:
        for _ in range(100):
            tally.add(files=1, fetched_bytes=3)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert [progress.files for progress in seen] == list(range(401))
    assert seen[-1].fetched_bytes == 1200
