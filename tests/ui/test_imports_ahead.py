"""Either a page is drawn, or something is imported ahead, of which no page waits for all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from esc10.ui import imports_ahead
from esc10.ui.imports_ahead import being_drawn, import_ahead
from tests.support.pages import PAGE_SECONDS
from tests.support.waiting import wait_for


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is imported, of three modules, without any quiet time."""
    names: list[str] = []
    monkeypatch.setattr(imports_ahead, "_MODULES", ("one", "two", "three"))
    monkeypatch.setattr(imports_ahead, "_QUIET_SECONDS", 0)
    monkeypatch.setattr(imports_ahead, "import_module", names.append)
    return names


def test_nothing_is_imported_while_a_page_is_drawn(imported: list[str]) -> None:
    with ThreadPoolExecutor(1) as thread:
        with being_drawn():
            ahead = thread.submit(import_ahead)
            with pytest.raises(TimeoutError):
                ahead.result(0.1)
            assert imported == []
        ahead.result(PAGE_SECONDS)
    assert imported == ["one", "two", "three"]


def test_a_page_waits_for_one_module_at_most(
    imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, done = Event(), Event(), []

    def import_module(name: str) -> None:
        imported.append(name)
        begun.set()
        assert go_on.wait(PAGE_SECONDS)

    def page() -> None:
        with being_drawn():
            done.append(list(imported))

    monkeypatch.setattr(imports_ahead, "import_module", import_module)
    with ThreadPoolExecutor(2) as threads:
        ahead = threads.submit(import_ahead)
        assert begun.wait(PAGE_SECONDS)
        drawn = threads.submit(page)
        wait_for(lambda: imports_ahead._pages, PAGE_SECONDS, "the page to wait")
        go_on.set()
        drawn.result(PAGE_SECONDS)
        ahead.result(PAGE_SECONDS)
    assert done == [["one"]]
    assert imported == ["one", "two", "three"]


def test_a_module_that_cannot_be_imported_keeps_no_page_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imports_ahead, "_MODULES", ("no_such_module_of_ours",))
    with pytest.raises(ModuleNotFoundError):
        import_ahead()
    with being_drawn():
        pass


def test_what_is_imported_ahead_exists() -> None:
    for module in imports_ahead._MODULES:
        imports_ahead.import_module(module)
