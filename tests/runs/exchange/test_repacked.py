"""A run's zip that somebody unpacked and packed again."""

from __future__ import annotations

from esc10.runs.exchange import import_run, run_zip
from esc10.runs.exchange.exporting import FILES
from esc10.runs.run import Run
from tests.support.made_zips import Files, anything, valid_config, zipped


def test_a_run_that_a_mac_unpacked_and_packed_again_is_imported(trained: Run, files: Files) -> None:
    folder = valid_config().run_id
    members = {f"{folder}/": b""}
    for name, content in files.items():
        members |= {f"{folder}/{name}": content, f"__MACOSX/{folder}/._{name}": bytes(163)}
    members |= {f"{folder}/.DS_Store": b"Bud1", "__MACOSX/": b"", f"__MACOSX/._{folder}": b"x"}
    assert run_zip(import_run(zipped(members), anything)) == run_zip(trained)


def test_what_a_system_hides_is_never_read(files: Files) -> None:
    folder = valid_config().run_id
    hidden = {f"{folder}/.config.json": b"{", "__MACOSX/../../../config.json": b"{"}
    whole = {f"{folder}/{name}": content for name, content in files.items()}
    run = import_run(zipped({**hidden, **whole}), anything)
    assert {path.name for path in run.folder.iterdir()} <= set(FILES) | {"label.json"}
