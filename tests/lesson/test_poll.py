"""A class votes: none is lost, none counts twice, and nothing is asked behind its back."""

from __future__ import annotations

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.cookiejar import CookieJar

import numpy as np
import pytest

from esc10.errors import LessonError
from esc10.evaluation.metrics import evaluate_part
from esc10.lesson import poll as polls
from esc10.lesson.poll import Poll, Room, Rooms, address_here, confusions, most_confused
from esc10.lesson.poll_server import PollServer

CLASSES = ("dog", "rain", "sea waves & <surf>")
BROWSERS = 30
WAITING_SECONDS = 120


def pair_poll() -> Poll:
    return Poll("Which two?", ("One", "The other"), CLASSES)


@pytest.fixture
def server() -> Iterator[PollServer]:
    server = PollServer(0)
    yield server
    server.close()


class Phone:
    """A browser of its own, which keeps its cookies."""

    def __init__(self, server: PollServer, room: Room) -> None:
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opened = urllib.request.build_opener(cookies)
        self.url = f"http://127.0.0.1:{server.port}/{room.code}"

    def look(self, more: str = "") -> str:
        with self.opened.open(self.url + more) as answer:
            return str(answer.read().decode())

    def vote(self, *choice: str, number: int = 1) -> str:
        fields = {f"field{place}": option for place, option in enumerate(choice)}
        sent = urllib.parse.urlencode({"number": number, **fields}).encode()
        try:
            with self.opened.open(self.url, sent) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refusal:
            return str(refusal.read().decode())


def test_thirty_browsers_at_once_have_a_vote_each(server: PollServer) -> None:
    room = server.rooms.open()
    poll = room.ask(pair_poll())
    ready = threading.Barrier(BROWSERS)

    def one(number: int) -> None:
        phone = Phone(server, room)
        phone.look()
        ready.wait(WAITING_SECONDS)
        for _ in range(1 + number % 3):  # some press more than once
            assert "Your vote: " in phone.vote(CLASSES[number % 3], CLASSES[(number + 1) % 3])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(BROWSERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(poll.votes()) == {
        (CLASSES[place], CLASSES[(place + 1) % 3]): BROWSERS // 3 for place in range(3)
    }


def test_a_vote_can_be_changed_until_the_poll_is_closed(server: PollServer) -> None:
    room = server.rooms.open()
    poll = room.ask(pair_poll())
    phone = Phone(server, room)
    assert "Which two?" in phone.look()
    phone.vote("dog", "rain")
    assert "Your vote: dog, rain." in phone.look()
    assert '<option value="rain" selected>rain</option>' in phone.look("?change")
    phone.vote("rain", CLASSES[2])
    assert poll.votes() == [("rain", CLASSES[2])]
    room.close()
    assert "Closed. Look at the screen." in phone.look()
    assert "This question is closed." in phone.vote("dog", "rain")
    assert poll.votes() == [("rain", CLASSES[2])]


def test_names_are_text_and_no_html(server: PollServer) -> None:
    room = server.rooms.open()
    room.ask(pair_poll())
    page = Phone(server, room).look()
    assert "sea waves &amp; &lt;surf&gt;" in page
    assert "<surf>" not in page


def test_a_browser_without_cookies_is_told_so(server: PollServer) -> None:
    room = server.rooms.open()
    poll = room.ask(pair_poll())
    assert "Allow cookies" in Phone(server, room).vote("dog", "rain")
    assert poll.votes() == []


@pytest.mark.parametrize("choice", [(), ("dog",), ("dog", "dog"), ("dog", "wolf"), ("dog",) * 3])
def test_what_cannot_be_chosen_does_not_count(server: PollServer, choice: tuple[str, ...]) -> None:
    room = server.rooms.open()
    poll = room.ask(pair_poll())
    phone = Phone(server, room)
    phone.look()
    assert "To the question" in phone.vote(*choice)
    assert poll.votes() == []


def test_a_vote_on_the_question_before_does_not_count_for_the_next(server: PollServer) -> None:
    room = server.rooms.open()
    first = room.ask(pair_poll())
    phone = Phone(server, room)
    phone.look()
    second = room.ask(pair_poll())
    assert "Another question is asked by now." in phone.vote("dog", "rain", number=1)
    assert not first.is_open
    assert (first.votes(), second.votes()) == ([], [])


def test_more_than_a_vote_is_refused_unread(server: PollServer) -> None:
    room = server.rooms.open()
    room.ask(pair_poll())
    assert "This is no vote." in Phone(server, room).vote("dog", "x" * 10_000)


def test_another_address_leads_nowhere(server: PollServer) -> None:
    room = server.rooms.open()
    phone = Phone(server, Room("nope"))
    with pytest.raises(urllib.error.HTTPError, match="404"):
        phone.look()
    assert "Nothing is asked yet." in Phone(server, room).look()


def test_where_its_port_is_taken_it_listens_on_another(server: PollServer) -> None:
    other = PollServer(server.port)
    room = other.rooms.open()
    assert other.port != server.port
    assert "Nothing is asked yet." in Phone(other, room).look()
    assert other.url(room) == f"http://{address_here()}:{other.port}/{room.code}"
    other.close()


def test_looking_takes_nobodys_place_and_voting_takes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polls, "MOST_VOTERS", 1)
    room = Room("abcd")
    poll = room.ask(pair_poll())
    voter, other = room.admit(None), room.admit(None)
    assert room.admit(voter) == voter
    for choice in (("dog", "rain"), ("rain", "dog")):
        room.vote(voter, 1, choice)
    with pytest.raises(LessonError, match="As many have voted as can"):
        room.vote(other, 1, ("dog", "rain"))
    assert poll.votes() == [("rain", "dog")]


@pytest.mark.parametrize("made_up", ["", "x", "0123.4567", "."])
def test_a_number_that_was_not_given_here_is_nobodys(made_up: str) -> None:
    room = Room("abcd")
    room.ask(pair_poll())
    assert room.admit(made_up) != made_up
    with pytest.raises(LessonError, match="Allow cookies"):
        room.vote(made_up, 1, ("dog", "rain"))
    with pytest.raises(LessonError, match="Allow cookies"):
        room.vote(Room("efgh").admit(None), 1, ("dog", "rain"))


def test_a_browser_has_one_vote_in_each_room_however_often_it_goes_there(
    server: PollServer,
) -> None:
    rooms = [server.rooms.open() for _ in range(2)]
    asked = [room.ask(pair_poll()) for room in rooms]
    phone = Phone(server, rooms[0])
    for choice in (("dog", "rain"), ("rain", "dog")):
        for room in rooms:
            phone.url = f"http://127.0.0.1:{server.port}/{room.code}"
            phone.look()
            phone.vote(*choice)
    assert [poll.votes() for poll in asked] == [[("rain", "dog")]] * 2


def test_whoever_leaves_takes_the_votes_along(server: PollServer) -> None:
    room = server.rooms.open("what it is about")
    room.ask(pair_poll())
    phone = Phone(server, room)
    phone.look()
    assert server.rooms.resume(room.key) is room
    server.rooms.leave(room)
    assert server.rooms.resume(room.key) is None
    assert "no such poll" in phone.vote("dog", "rain")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        phone.look()


def test_another_cookie_of_this_host_is_in_nobodys_way(server: PollServer) -> None:
    room = server.rooms.open()
    poll = room.ask(pair_poll())
    phone = Phone(server, room)
    phone.opened.addheaders = [("Cookie", 'theme={"a":1}; voter=' + room.admit(None))]
    assert "Your vote: dog, rain." in phone.vote("dog", "rain")
    assert poll.votes() == [("dog", "rain")]


def test_the_oldest_room_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polls, "MOST_ROOMS", 2)
    rooms = Rooms()
    first, *others = (rooms.open() for _ in range(3))
    assert rooms.find(first.code) is None
    assert [rooms.find(room.code) for room in others] == others


def test_scores_are_those_of_whoever_answered() -> None:
    room = Room("abcd")
    ada, ben, _ = (room.admit(None) for _ in range(3))
    for number, (of_ada, of_ben) in enumerate([("dog", "dog"), ("rain", None)], 1):
        room.ask(Poll("What was that?", ("It was",), CLASSES))
        room.vote(ada, number, (of_ada,))
        if of_ben:
            room.vote(ben, number, (of_ben,))
    assert room.scores([("dog",), ("rain",)]) == [(2, 2), (1, 1)]


def test_two_classes_are_confused_in_either_direction() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    answers = np.eye(3, dtype=np.float32)[[1, 0, 0, 2, 2, 0]]
    names = [f"5-{place}-A-0.wav" for place in range(6)]
    judged = evaluate_part(labels, answers, names, ("a", "b", "c"))
    assert confusions(judged) == {frozenset("ab"): 2, frozenset("bc"): 1, frozenset("ac"): 1}
    assert most_confused(judged) == [frozenset("ab")]
    right = evaluate_part(labels, np.eye(3, dtype=np.float32)[labels], names, ("a", "b", "c"))
    assert most_confused(right) == []
