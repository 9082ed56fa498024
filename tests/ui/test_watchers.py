"""Who watches, and how often they are drawn for."""

from __future__ import annotations

from esc10.ui.watchers import Watchers, tick_seconds


def test_everybody_counts_once() -> None:
    watchers = Watchers()
    assert [watchers.count(name, 10.0) for name in ("a", "b", "a", "c")] == [1, 2, 2, 3]


def test_who_has_gone_is_forgotten() -> None:
    watchers = Watchers()
    watchers.count("a", 0.0)
    watchers.count("b", 4.0)
    assert watchers.count("c", 5.0) == 2
    assert watchers.count("c", 30.0) == 1


def test_a_crowd_is_drawn_for_less_often_but_within_two_seconds() -> None:
    alone, crowded = tick_seconds(1, None), tick_seconds(30, None)
    assert alone < crowded < 2


def test_one_who_comes_or_goes_changes_nothing_for_the_others() -> None:
    few, many = tick_seconds(1, None), tick_seconds(30, None)
    for count in (8, 10, 12):
        assert tick_seconds(count, few) == few
        assert tick_seconds(count, many) == many
    assert tick_seconds(13, few) == many
    assert tick_seconds(7, many) == few
