"""A run in one zip: what is exported is imported equal, and a zip of another shape is refused."""

from __future__ import annotations

import io
import json
import struct
import threading
import warnings
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from esc10.errors import RunError
from esc10.evaluation.metrics import evaluate
from esc10.inference.classifier import Classifier
from esc10.runs.captions import set_caption
from esc10.runs.exchange import import_run, run_zip
from esc10.runs.exchange.exporting import FILES
from esc10.runs.exchange.importing import MAX_ZIP_BYTES
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import list_runs, load_run, runs_folder
from esc10.runs.writing import create_run, end_run
from esc10.training.plan import RunConfig
from esc10.training.results import CRITERIA
from tests.support.made_zips import (
    Files,
    anything,
    fit,
    never,
    packed,
    refusal,
    refused,
    refused_in_little_memory,
    sounds,
    valid_config,
    with_json,
    zipped,
)
from tests.support.refusals import lock

# Round trip


def test_runs_that_cannot_be_entered_are_a_sentence(
    trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = run_zip(trained)
    lock(monkeypatch, runs_folder())
    with pytest.raises(RunError, match=f"Storing run {trained.run_id} failed: permission denied"):
        import_run(content, never)


def test_a_run_that_travelled_is_judged_the_same(trained: Run) -> None:
    imported = import_run(run_zip(trained), fit)
    assert imported.folder == runs_folder() / trained.run_id
    assert imported.folder != trained.folder
    assert imported.config == trained.config
    assert imported.events() == trained.events()
    assert imported.history() == trained.history()
    assert imported.outcome == trained.outcome
    for criterion in CRITERIA:
        assert imported.weights(criterion) == trained.weights(criterion)
        there, here = evaluate(trained, criterion), evaluate(imported, criterion)
        np.testing.assert_equal(asdict(here), asdict(there))
    assert [run.run_id for run in list_runs()[0]] == [trained.run_id]


def test_a_network_that_travelled_answers_the_same(trained: Run) -> None:
    imported = import_run(run_zip(trained), fit)
    x = sounds(4, seed=9)
    for criterion in CRITERIA:
        there = Classifier(trained.config, trained.weights(criterion)).answer(x)
        here = Classifier(imported.config, imported.weights(criterion)).answer(x)
        np.testing.assert_allclose(here.clip, there.clip, atol=1e-6)
        assert here.frames is not None
        np.testing.assert_allclose(here.frames, there.frames, atol=1e-6)


def test_every_file_but_the_process_travels(trained: Run, files: Files) -> None:
    imported = import_run(run_zip(trained), fit)
    there = {path.name: path.read_bytes() for path in trained.folder.iterdir()}
    here = {path.name: path.read_bytes() for path in imported.folder.iterdir()}
    assert set(there) - set(here) == {"process.json"}
    assert set(files) - set(here) == {"history.csv"}
    assert here == {name: content for name, content in there.items() if name in here}


def test_an_imported_run_is_exported_the_same(trained: Run) -> None:
    content = run_zip(trained)
    assert run_zip(import_run(content, fit)) == content


def test_a_zip_on_the_disk_is_imported(trained: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    path.write_bytes(run_zip(trained))
    assert import_run(path, fit).state == "finished"


def test_a_title_and_a_note_travel(trained: Run, files: Files) -> None:
    first = import_run(packed(files), anything)
    label = set_caption(first.folder, "Größe: 学", "One line\nand\tanother 🐕")
    content = run_zip(first)
    first.folder.rename(first.folder.with_name("renamed"))
    assert import_run(content, anything).caption == label
    assert load_run(trained.run_id).caption.note == "One line\nand\tanother 🐕"


def test_a_strangers_table_of_epochs_is_not_kept(trained: Run, files: Files) -> None:
    imported = import_run(packed({**files, "history.csv": b"=cmd|' /C calc'!A1"}), anything)
    assert not (imported.folder / "history.csv").exists()
    assert run_zip(imported) == run_zip(trained)


def test_a_run_that_is_here_is_not_written_over(trained: Run, files: Files) -> None:
    folder = import_run(packed(files), anything).folder
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(RunError, match=f"Run {trained.run_id} is here already"):
        import_run(packed(files), never)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_what_a_crash_left_is_in_nobodys_way(trained: Run, files: Files) -> None:
    for name in (f".{trained.run_id}.part", f".{trained.run_id}.1-2.part"):
        (runs_folder() / name).mkdir(parents=True)
        (runs_folder() / name / "config.json").write_text("{")
    assert import_run(packed(files), anything).state == "finished"
    assert list_runs()[1] == []


def test_one_zip_imported_by_many_at_once_is_one_run(trained: Run, files: Files) -> None:
    together = threading.Barrier(4)
    said: list[str] = []

    def wait(_: RunConfig, weights: bytes) -> None:
        if weights == files["val_loss.weights.h5"]:
            together.wait(30)

    def one() -> None:
        try:
            said.append(import_run(packed(files), wait).run_id)
        except RunError as error:
            said.append(str(error))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count(trained.run_id) == 1
    assert sum("is here already" in sentence for sentence in said) == 3
    assert [path.name for path in runs_folder().iterdir()] == [trained.run_id]


def test_weights_that_do_not_fit_are_refused(files: Files) -> None:
    def change(config: dict[str, Any]) -> None:
        config["train"]["model"] = "cnn"

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Keras, of layers that are not there
        sentence = refusal(with_json(files, "config.json", change), fit)
    assert "belong to another network" in sentence


def test_a_full_disk_leaves_nothing(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("esc10.runs.exchange.importing.write_whole", full)
    assert "no space left on device" in refusal(packed(files), anything)


def test_another_run_of_the_same_kind_is_another_run(files: Files) -> None:
    other = valid_config(2).run_id
    config = {**json.loads(files["config.json"]), "run_id": other}
    import_run(packed(files), anything)
    import_run(packed({**files, "config.json": json.dumps(config).encode()}, other), anything)
    assert len(list_runs()[0]) == 2


# What is exported


def ended(outcome: Outcome | None) -> Run:
    run = create_run(valid_config())
    if outcome:
        end_run(run, outcome)
    return run


def test_only_a_run_with_weights_is_exported() -> None:
    with pytest.raises(RunError, match="has not ended yet"):
        run_zip(ended(None))


@pytest.mark.parametrize("state", ["failed", "interrupted", "cancelled", "stopped"])
def test_a_run_without_weights_says_why_it_is_not_exported(state: str) -> None:
    with pytest.raises(RunError, match=f"is {state} and has no weights: the lights went out"):
        run_zip(ended(Outcome(state, "the lights went out", {})))


@pytest.mark.parametrize("name", sorted(set(FILES) - {"label.json", "history.csv"}))
def test_a_damaged_run_is_not_exported(name: str, files: Files) -> None:
    run = import_run(packed(files), anything)
    (run.folder / name).unlink()
    with pytest.raises(RunError):
        run_zip(run)


def test_a_zip_without_the_table_of_epochs_is_as_good(trained: Run, files: Files) -> None:
    del (others := dict(files))["history.csv"]
    assert run_zip(import_run(packed(others), anything)) == run_zip(trained)


def test_the_bounds_of_the_files_are_those_of_the_zip() -> None:
    assert sum(FILES.values()) < MAX_ZIP_BYTES


# The zip


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "../../runs/x/config.json",
        "/etc/passwd",
        "C:\\x",
        "C:/x",
        "..\\x",
        "x\\config.json",
        f"{valid_config().run_id}/../x",
        f"{valid_config().run_id}\\config.json",
        f"{valid_config().run_id}/process.json",
        f"{valid_config().run_id}/sub/config.json",
        f"{valid_config().run_id}/",
        f"{valid_config().run_id}/CONFIG.JSON",
        "config.json",
        "",
        "x" * 5000,
        "two\nlines \u202e",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_file_that_no_run_has_is_refused(name: str, first: bool, files: Files) -> None:
    whole = {f"{valid_config().run_id}/{key}": content for key, content in files.items()}
    extra = {name: b"hello"}
    sentence = refused(zipped({**extra, **whole} if first else {**whole, **extra}))
    assert "which is no file of a run" in sentence
    assert ascii(name)[1:20].rstrip("'") in sentence


def test_a_second_run_in_the_zip_is_refused(files: Files) -> None:
    whole = {f"{valid_config().run_id}/{name}": content for name, content in files.items()}
    sentence = refused(zipped({**whole, "another/config.json": files["config.json"]}))
    assert "holds 'another/config.json', which is no file of a run" in sentence


def test_a_name_with_a_zero_byte_is_refused(files: Files) -> None:
    name = f"{valid_config().run_id}/label.json"
    content = packed({**files, "label.json": b"{}"})
    content = content.replace(name.encode(), name[:-5].encode() + b"\0json")
    assert "which is no file of a run" in refused(content)


@pytest.mark.parametrize("name", sorted(set(FILES) - {"label.json", "history.csv"}))
def test_a_missing_file_is_named(name: str, files: Files) -> None:
    there = {key: content for key, content in files.items() if key != name}
    assert f"lacks {valid_config().run_id}/{name}" in refused(packed(there))


def test_a_file_that_is_there_twice_is_refused(files: Files) -> None:
    content = io.BytesIO(packed(files))
    with warnings.catch_warnings(), zipfile.ZipFile(content, "a") as archive:
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(f"{valid_config().run_id}/config.json", files["config.json"])
    assert "config.json twice" in refused(content.getvalue())


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o020666])
def test_a_link_is_refused(mode: int, files: Files) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(f"{valid_config().run_id}/{name}")
            info.external_attr = (mode if name == "outcome.json" else 0o100644) << 16
            archive.writestr(info, data)
    assert "outcome.json is a link or a device" in refused(content.getvalue())


def directory_entry(content: bytes, name: str) -> int:
    """Where the zip's list of files begins to speak of a file of the run."""
    path = f"{valid_config().run_id}/{name}".encode()
    place = content.rindex(path) - 46
    assert content[place : place + 4] == b"PK\1\2"
    return place


def test_an_encrypted_file_is_refused(files: Files) -> None:
    content = bytearray(packed(files))
    content[directory_entry(content, "config.json") + 8] |= 1
    assert "config.json is encrypted" in refused(bytes(content))


def test_an_unusual_compression_is_refused(files: Files) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in files.items():
            archive.writestr(f"{valid_config().run_id}/{name}", data)
    assert "packed in a way that no export uses" in refused(content.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK", b"hello" * 1000, b"PK\5\6" + bytes(5)])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert "no zip archive" in refused(content)


def test_an_empty_zip_is_refused() -> None:
    assert "it is empty" in refused(zipped({}))


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99, 0.9999])
def test_a_zip_that_was_cut_off_is_refused(keep: float, files: Files) -> None:
    content = packed(files)
    assert "only a part of one" in refused(content[: int(len(content) * keep)])


def test_noise_anywhere_in_the_zip_never_gets_past(files: Files) -> None:
    content = packed(files)
    rng = np.random.default_rng(6)
    for start in rng.integers(0, len(content) - 40, 100):
        noisy = content[:start] + rng.bytes(40) + content[start + 40 :]
        refusal(noisy)


def test_too_many_files_are_refused_before_they_are_listed(files: Files) -> None:
    content = zipped({f"file {number}": b"" for number in range(2000)})
    assert "lists more files than a run has" in refused(content)


def test_the_other_kind_of_end_is_refused(files: Files) -> None:
    """Of a zip with 64-bit sizes, whose list of files may be as long as it likes."""
    content = packed(files)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(content), 1)
    assert "no zip archive" in refused(content[:-22] + locator + content[-22:])


def test_a_zip_larger_than_any_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(MAX_ZIP_BYTES + 1)
    assert "larger than any run" in refusal(path)
    assert "larger than any run" in refused(bytes(MAX_ZIP_BYTES + 1))


def test_a_path_to_nowhere_is_a_sentence(tmp_path: Path) -> None:
    assert "nothing.zip cannot be read" in refusal(tmp_path / "nothing.zip")
    assert "cannot be read" in refusal(tmp_path)


BOMB = 2**30


@pytest.fixture(scope="module")
def bomb(files: Files) -> bytes:
    """A run's zip whose configuration unpacks to a gigabyte of zeros."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            path = f"{valid_config().run_id}/{name}"
            if name != "config.json":
                archive.writestr(path, data)
                continue
            with archive.open(path, "w") as member:
                for _ in range(BOMB // 2**24):
                    member.write(bytes(2**24))
    return content.getvalue()


def test_a_bomb_that_says_so_is_refused(bomb: bytes) -> None:
    assert "config.json claims 1,073,741,824 bytes" in refused_in_little_memory(bomb)


@pytest.mark.parametrize("claimed", [1000, 200_000])
def test_a_bomb_that_claims_to_be_small_is_refused(claimed: int, bomb: bytes) -> None:
    content = bomb.replace(struct.pack("<L", BOMB), struct.pack("<L", claimed))
    assert content != bomb
    assert "config.json is damaged" in refused_in_little_memory(content)


def test_a_bomb_that_fits_what_it_claims_is_read_no_further(bomb: bytes) -> None:
    """Its checksum is that of its first bytes, so only reading on would tell."""
    content = bytearray(bomb.replace(struct.pack("<L", BOMB), struct.pack("<L", 1000)))
    place = directory_entry(content, "config.json")
    struct.pack_into("<L", content, place + 16, zlib.crc32(bytes(1000)))
    assert "config.json is no configuration" in refused_in_little_memory(bytes(content))


def test_a_file_that_claims_to_be_larger_than_it_is_is_refused(files: Files) -> None:
    content = bytearray(packed(files))
    place = directory_entry(content, "config.json")
    struct.pack_into("<L", content, place + 24, len(files["config.json"]) + 1000)
    assert "config.json" in refused(bytes(content))
