"""Who may import whom, and who loads Keras."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from tests.support import ROOT

LOADS_KERAS = {
    "esc10.training.epochs",
    "esc10.training.layers",
    "esc10.training.learner",
    "esc10.training.loop",
    "esc10.inference.classifier",
}
"""The modules that import Keras at their top; all others are imported below, in one process."""

IMPORT_ALL = f"""
import importlib, pkgutil, sys
import esc10

names = {{found.name for found in pkgutil.walk_packages(esc10.__path__, "esc10.")}}
assert {LOADS_KERAS!r} < names
for name in sorted(names - {LOADS_KERAS!r} - {{"esc10.__main__"}}):
    importlib.import_module(name)
    assert not {{"keras", "tensorflow"}} & set(sys.modules), name
"""

LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def program(code: str) -> subprocess.CompletedProcess[str]:
    """What became of some code in a process of its own, in the repository."""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_the_import_contracts_are_kept() -> None:
    done = program(LINT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_keras_is_loaded_where_it_runs_and_nowhere_else() -> None:
    done = program(IMPORT_ALL)
    assert done.returncode == 0, done.stderr


@pytest.mark.engine
def test_who_says_it_loads_keras_does() -> None:
    loaded = {name: vars(importlib.import_module(name)).keys() for name in LOADS_KERAS}
    assert {name for name, names in loaded.items() if names & {"keras", "tf"}} == LOADS_KERAS
