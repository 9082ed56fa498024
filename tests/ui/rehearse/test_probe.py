"""What a browser may say of itself, and what is believed of it."""

from __future__ import annotations

import pytest

from esc10.lesson.rehearsal import Browser
from esc10.ui.rehearse.probe import browser_of


@pytest.mark.parametrize("permission", ["granted", "denied", "prompt"])
def test_an_answer_arrives_as_it_was_sent(permission: str) -> None:
    sent = {"secure": True, "able": False, "permission": permission}
    assert browser_of(sent) == Browser(True, False, permission)


@pytest.mark.parametrize("permission", [None, "maybe", 3, ["granted"]])
def test_a_permission_that_nobody_knows_is_unknown(permission: object) -> None:
    sent = {"secure": False, "able": True, "permission": permission}
    assert browser_of(sent) == Browser(False, True, "unknown")


@pytest.mark.parametrize(
    "sent", [None, "secure", {}, {"secure": 1, "able": True}, {"secure": True, "able": "yes"}]
)
def test_what_is_no_answer_is_none(sent: object) -> None:
    assert browser_of(sent) is None
