"""A scheduler that is named and not to be had: each reason in a sentence of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dask
import pytest
from distributed.security import Security

from esc10.engine import cluster
from esc10.engine.cluster import Cluster
from esc10.errors import RunError
from tests.support.stored_runs import emptied, removed, zeroed

ADDRESS = "tls://127.0.0.1:9"
"""Nobody listens there."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", ADDRESS, "127.0.0.1:no"])
def test_no_scheduler_is_a_sentence(address: str) -> None:
    with pytest.raises(RunError, match="No Dask scheduler answers"):
        Cluster(address)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (removed, "no such file"),
        (emptied, "there is no key with its certificate"),
        (zeroed, "there is no key with its certificate"),
    ],
)
def test_a_key_that_cannot_be_read_is_named(
    damage: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    """The scheduler was not even asked: nobody has to look whether it runs."""
    made = Security.temporary()
    good, wrong = tmp_path / "lab.pem", tmp_path / "lap.pem"
    for path in (good, wrong):
        path.write_text(f"{made.tls_client_key}{made.tls_ca_file}")
    damage(wrong)
    for ca, cert in ((good, wrong), (wrong, good), (wrong, wrong)):
        keys = {"comm.tls.ca-file": str(ca), "comm.tls.client.cert": str(cert)}
        named = {f"distributed.{key}": path for key, path in keys.items()}
        with dask.config.set(named), pytest.raises(RunError, match=reason) as raised:
            Cluster(ADDRESS)
        assert str(wrong) in str(raised.value)
        assert ADDRESS not in str(raised.value)
