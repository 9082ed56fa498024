"""The command line writes a run as a notebook."""

from __future__ import annotations

import json
from pathlib import Path

from esc10.runs.writing import create_run
from tests.support.command_line import Json, answer, esc10, refusal
from tests.support.made_runs import made_config


def test_a_run_is_written_as_a_notebook(trained: tuple[Path, Json, Json], tmp_path: Path) -> None:
    home, cnn, td_cnn = trained
    path = tmp_path / "lab.ipynb"
    assert answer(home, "notebook", cnn["run_id"], "-o", path) == {
        "run_id": cnn["run_id"],
        "file": str(path),
    }
    first = json.loads(path.read_text("utf-8"))["cells"][0]["source"]
    assert first.startswith("# 1D-CNN on ESC-10\n")
    words = esc10(home, "notebook", "latest", "--output", path).stdout
    assert words == f"{td_cnn['run_id']} is in {path}\n"
    assert "# Time-distributed 1D-CNN on " in path.read_text("utf-8")


def test_what_cannot_be_a_notebook_is_a_sentence(
    trained: tuple[Path, Json, Json], home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "lab.ipynb"
    nowhere = tmp_path / "nowhere" / "lab.ipynb"
    line = refusal(trained[0], "notebook", "latest", "-o", nowhere)
    assert f"{nowhere} cannot be written: no such file or directory." in line
    assert "There is no run 'nothing'" in refusal(home, "notebook", "nothing", "-o", path)
    create_run(made_config())
    assert "has not ended yet" in refusal(home, "notebook", made_config().run_id, "-o", path)
    assert not path.exists()
    assert "-o" in esc10(home, "notebook", "latest", status=2).stderr
