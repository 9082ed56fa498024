"""What the tests of pages share: one engine, and networks that were really trained with it."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner

from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.ui import local_paths, server
from tests.conftest import link_tree
from tests.support.pages import end_jobs
from tests.support.waiting import WARM_SECONDS

NETWORKS = (("cnn", "mel"), ("cnn", "logmel"), ("td_cnn", "logmel"), ("cnn_rnn", "logmel"))
"""What is trained, the oldest first: the network, and the features it is given."""

Trained = Callable[..., dict[str, Run]]


@pytest.fixture(scope="package", autouse=True)
def one_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The engine of this process, as pages start it when they need one; closed at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(tmp_path_factory.mktemp("engine")))
        engine = server.engine()
        for thread in threading.enumerate():
            if thread.name == "load ahead":
                thread.join()
    with pytest.MonkeyPatch.context() as patch:
        # Each AppTest would read what every installed package says of itself: half a second.
        found = manifest_scanner.scan_component_manifests()
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        # After each it would reset the Keras that tests of training loaded into this process, which
        # the app never does into its own: a third of a second.
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        # An AppTest has no browser that could be anywhere.
        patch.setattr(local_paths, "is_here", lambda: True)
        yield
    engine.close()
    # Else whoever comes to these tests again, from others in between, would find it closed.
    vars(sys)["esc10 engine"][1].clear()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(autouse=True)
def nothing_under_way(one_engine: None) -> Iterator[None]:
    """No test leaves a job to the next."""
    yield
    end_jobs()


@pytest.fixture(scope="package")
def trained_master(
    one_engine: None, practice_master: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home with `NETWORKS`, really trained."""
    master = tmp_path_factory.mktemp("trained") / "home"
    link_tree(practice_master, master)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(master))
        engine = server.engine()
        assert engine.wait_until_warm(WARM_SECONDS)
        for model, kind in NETWORKS:
            engine.submit(plan_run(TrainConfig("practice", model, kind, epochs=2)))
        assert engine.wait_until_idle(WARM_SECONDS)
    return master


@pytest.fixture
def trained(trained_master: Path, home: Path) -> Trained:
    """Brings some of `NETWORKS` into this test's home, and gives the runs by their networks."""

    def brought(*networks: tuple[str, str]) -> dict[str, Run]:
        link_tree(trained_master, home)
        for run in list_runs()[0]:
            if (run.config.train.model, run.config.train.features) not in networks:
                shutil.rmtree(run.folder)
        return {run.config.train.model: run for run in list_runs()[0]}

    return brought
