"""The keeper's worker gives way at first, and no longer once somebody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed.security import Security

from esc10.engine import keeper as room
from esc10.engine.cluster import Cluster
from esc10.engine.keeper import Keeper

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/autogroup").exists(),
    reason="this system does not share its processors by session",
)

NOWHERE = "tcp://127.0.0.1:1"


@pytest.fixture
def keeper(home: Path) -> Iterator[Keeper]:
    """One whose scheduler does not exist: its worker never comes."""
    keeper = Keeper(NOWHERE, Security())
    yield keeper
    keeper.close()


def niceness(keeper: Keeper) -> int:
    """Of the keeper's session, from 0 for any other program's to 19."""
    process = keeper._process
    assert process is not None
    return int(Path(f"/proc/{process.pid}/autogroup").read_text().rpartition("nice ")[2])


def test_a_worker_gives_way_until_somebody_waits_for_it(keeper: Keeper) -> None:
    keeper.revive()
    assert niceness(keeper) == 19
    keeper.revive()
    assert niceness(keeper) == 19
    keeper.hurry()
    assert niceness(keeper) == 0


def test_a_worker_gives_way_for_a_while_at_most(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.revive()
    monkeypatch.setattr(room, "_GIVES_WAY_SECONDS", 0)
    keeper.revive()
    assert niceness(keeper) == 0


def test_a_worker_that_was_waited_for_does_not_give_way_when_it_is_started_anew(
    keeper: Keeper,
) -> None:
    keeper.revive()
    keeper.hurry()
    assert keeper._process is not None
    keeper._process.kill()
    keeper._process.wait()
    keeper.revive()
    assert niceness(keeper) == 0


def test_who_asks_before_a_worker_is_there_hurries_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried: list[Keeper] = []
    monkeypatch.setattr(Keeper, "hurry", lambda keeper: hurried.append(keeper))
    monkeypatch.setattr(Keeper, "revive", lambda _: None)
    cluster = Cluster()
    try:
        cluster.no_worker()
        assert hurried == [cluster._keeper]
    finally:
        cluster.close()
