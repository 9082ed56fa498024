"""The benchmarks, but for their clocks: the floor, the other sides, and how results are said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from benchmarks import floor, keras_steps, report
from benchmarks.__main__ import NAMES, main
from benchmarks.contender import Contender
from benchmarks.fresh import answers_of, say
from benchmarks.instruction_sets import FULL
from benchmarks.memory import Watch
from benchmarks.spread import seconds, spread
from esc10.training.networks import MODELS, layer_table

CLIPS, FRAMES, BANDS, CLASSES = 32, 216, 128, 10
MACHINE = {"cpu": "A Processor", "cores": "2", "system": "Linux x86_64", "numpy": "2.4"}


def built(network: str) -> keras.Model:
    return MODELS[network].build(FRAMES, BANDS, CLASSES)


# Saying what was measured


def test_a_table_reads_from_the_left_in_its_first_column_alone() -> None:
    assert report.markdown_table(["a", "b", "c"], [["1", "2", "3"]]).splitlines() == [
        "| a | b | c |",
        "| --- | ---: | ---: |",
        "| 1 | 2 | 3 |",
    ]


def test_a_table_replaces_the_one_before_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    places = [f"<!-- {name} -->\nold {name}\n<!-- end of {name} -->" for name in ("one", "two")]
    readme.write_text("before\n{}\nbetween\n{}\nafter\n".format(*places), "utf-8")
    monkeypatch.setattr(report, "README", readme)
    for table in ("first", "second"):
        report.write_table("one", table, MACHINE)
    assert readme.read_text("utf-8") == (
        "before\n<!-- one -->\n\nsecond\n\nOn: A Processor, cores 2, Linux x86_64, numpy 2.4.\n\n"
        f"<!-- end of one -->\nbetween\n{places[1]}\nafter\n"
    )
    with pytest.raises(ValueError, match="three"):
        report.write_table("three", "table", MACHINE)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_has_a_place_for_every_benchmark(name: str) -> None:
    lines = report.README.read_text("utf-8").splitlines()
    assert lines.index(f"<!-- {name} -->") < lines.index(f"<!-- end of {name} -->")


def test_a_spread_is_a_median_between_extremes() -> None:
    measured = spread([3.0, 0.5, 2.0, 1.0])
    assert measured == {"median": 1.5, "low": 0.5, "high": 3.0, "count": 4}
    assert seconds(measured) == "1.5 s (0.5–3)"
    assert (seconds(0.012345), seconds(2), seconds(None)) == ("0.0123 s", "2 s", "–")


# The floor


def test_the_floor_counts_the_work_of_the_time_distributed_cnn() -> None:
    frames = 6_912
    assert frames == CLIPS * FRAMES
    first = frames * 120 * 16 * 9
    further = frames * (58 * 16 * 3 * 16 + 27 * 32 * 3 * 16 + 32 * 448 + CLASSES * 32)
    pooled = frames * (60 * 16 + 29 * 16 + 14 * 32)
    work = floor.work_of(layer_table(built("td_cnn")), CLIPS, FRAMES, BANDS)
    assert work.operations == 2 * (2 * first + 3 * further)
    assert work.moved_bytes == 4 * (2 * frames * BANDS + 5 * pooled)


def test_the_floor_counts_the_four_gates_of_the_hybrid() -> None:
    frames = CLIPS * FRAMES
    first = frames * 120 * 16 * 9
    recurrent = frames * 4 * 16 * (448 + 16)
    further = frames * (58 * 16 * 3 * 16 + 27 * 32 * 3 * 16) + recurrent + CLIPS * CLASSES * 16
    pooled = frames * (60 * 16 + 29 * 16 + 14 * 32)
    work = floor.work_of(layer_table(built("cnn_rnn")), CLIPS, FRAMES, BANDS)
    assert work.operations == 2 * (2 * first + 3 * further)
    assert work.moved_bytes == 4 * (2 * frames * BANDS + 5 * (pooled + frames * 4 * 16))


def test_the_floor_counts_positions_in_time_for_the_cnn() -> None:
    first = CLIPS * 208 * 16 * 9 * BANDS
    further = CLIPS * (102 * 16 * 3 * 16 + 49 * 32 * 3 * 16 + 32 * 800 + CLASSES * 32)
    work = floor.work_of(layer_table(built("cnn")), CLIPS, FRAMES, BANDS)
    assert work.operations == 2 * (2 * first + 3 * further)


def test_the_floor_is_the_slower_of_computing_and_moving() -> None:
    work = floor.Work(operations=6e9, moved_bytes=2e9)
    assert work.seconds(operations_rate=1e9, bandwidth=1e9) == 6
    assert work.seconds(operations_rate=1e10, bandwidth=1e9) == 2


# The other sides


@pytest.mark.parametrize("network", ["td_cnn", "cnn_rnn"])
def test_the_labs_own_code_has_our_parameters(network: str) -> None:
    literal = {"td_cnn": keras_steps._td_cnn, "cnn_rnn": keras_steps._cnn_rnn}[network](BANDS)
    ours = built(network)
    assert literal.count_params() == ours.count_params()
    sizes = [int(np.prod(weight.shape)) for weight in literal.trainable_weights]
    assert sizes == [int(np.prod(weight.shape)) for weight in ours.trainable_weights]


def test_a_side_that_fails_says_why(tmp_path: Path) -> None:
    batch = tmp_path / "batch.npz"
    np.savez(batch, x=np.zeros((2, 3, 4), np.float32), y=np.zeros(2, np.int64))
    with pytest.raises(RuntimeError, match="KeyError: 'no such side'"):
        Contender("no such side", "cnn", batch, FULL)


def test_a_benchmark_that_fails_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("a contender ended: out of memory")

    monkeypatch.setattr("benchmarks.features.measure", fail)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "features"])
    with pytest.raises(SystemExit, match="features was not measured: a contender ended: out of me"):
        main()


def test_a_fresh_process_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'no such side'"):
        list(answers_of("benchmarks.features", "no such side", "practice", "file.npy"))


def test_an_answer_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    say({"seconds": 0.5})
    assert json.loads(capsys.readouterr().out) == {"seconds": 0.5}


def test_a_watch_remembers_the_most_that_was_held() -> None:
    large = 200_000_000
    program = f"held = b'1' * {large}; print(1, flush=True); input(); "
    program += "del held; print(2, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        watch = Watch(process.pid)
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()
        most, since = watch.lap(), watch.lap()
        process.communicate("\n")
        watch.close()
    assert most.server > large > since.server > 0
    assert (most.worker, most.together) == (0, most.server)
    assert watch.now().together == 0
