"""What is ready for a lesson, and the sentence on what to do where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from esc10.audio.loading import SAMPLE_RATE
from esc10.lesson.rehearsal import (
    NEEDED_BYTES,
    Browser,
    Check,
    address_check,
    datasets_check,
    disk_check,
    engine_check,
    epochs_check,
    host_check,
    microphone_check,
    networks_check,
    sound_check,
    three_tones,
)

HERE = Browser(secure=True, able=True, permission="granted")
ELSEWHERE = Browser(secure=False, able=False, permission="unknown")


@pytest.mark.parametrize(
    ("check", "ok", "said"),
    [
        (address_check(HERE), True, "browsers give it a microphone"),
        (address_check(ELSEWHERE), False, "Open the lab as localhost"),
        (address_check(None), False, "Reload the page"),
        (microphone_check(HERE, True), True, "It was heard"),
        (microphone_check(HERE, True, "It is silent."), False, "It is silent."),
        (microphone_check(HERE, False), False, "It is allowed. Record some seconds"),
        (microphone_check(Browser(True, True, "prompt"), False), False, "Record some seconds"),
        (microphone_check(Browser(True, True, "denied"), False), False, "Allow it beside"),
        (microphone_check(Browser(True, False, "unknown"), False), False, "Use another one"),
        (microphone_check(ELSEWHERE, False), False, "until the address is a secure one"),
        (sound_check(True), True, "were heard"),
        (sound_check(False), False, "go to the last row"),
        (disk_check(NEEDED_BYTES, "/data"), True, "1.0 GB are free in /data."),
        (disk_check(NEEDED_BYTES - 1, "/data"), False, "make room for 1 GB"),
        (datasets_check({}), False, "Make the practice sounds"),
        (datasets_check({"ESC-10": 0, "Ours": 0}), True, "Every clip is here: ESC-10, Ours."),
        (datasets_check({"ESC-10": 0, "Ours": 3}), False, "Of Ours 3 clips cannot be found"),
        (networks_check([]), False, "Train all three today"),
        (networks_check(["cnn"]), True, "1 run is here to judge and to replay: 1D-CNN."),
        (networks_check(["td_cnn", "cnn", "cnn"]), True, "3 runs are here"),
        (engine_check(True, None), True, "a run begins at once"),
        (engine_check(False, None), False, "It is warming up"),
        (engine_check(True, "Start the app again."), False, "Start the app again."),
    ],
)
def test_each_is_ready_or_says_what_to_do(check: Check, ok: bool, said: str) -> None:
    assert check.ok is ok
    assert said in check.sentence


def test_the_internet_is_needed_for_what_is_not_here_alone() -> None:
    gone = "the host cannot be reached."
    assert host_check(False, None, [], sounds_here=True).ok
    assert host_check(True, None, ["ESC-10"], sounds_here=False).ok
    assert not host_check(False, None, ["ESC-10"], sounds_here=False).ok
    assert host_check(True, gone, ["ESC-10"], sounds_here=True) == Check(
        "Internet", True, f"{gone} All works without it but fetching ESC-10."
    )
    nothing = host_check(True, gone, ["ESC-10", "Animals"], sounds_here=False)
    assert not nothing.ok
    assert "fetching ESC-10 and Animals: make the practice sounds" in nothing.sentence


def test_what_an_epoch_takes_is_ready_once_it_is_known_of_every_network() -> None:
    seconds = {"cnn": 0.123, "td_cnn": 1.0, "cnn_rnn": 123.4}
    assert epochs_check(seconds) == Check(
        "An epoch's time",
        True,
        "1D-CNN 0.12 s, Time-distributed 1D-CNN 1.0 s, Hybrid CNN-RNN 123 s.",
    )
    assert "once there are sounds" in epochs_check({}).sentence
    some = epochs_check({**seconds, "cnn_rnn": None})
    assert not some.ok
    assert "1D-CNN 0.12 s" in some.sentence
    assert "Not known of the Hybrid CNN-RNN." in some.sentence


def test_the_three_tones_are_quiet_and_as_high_as_they_say() -> None:
    samples = three_tones()
    assert samples.dtype == np.float32
    assert 0.04 < np.abs(samples).max() <= 0.05
    for pitch, tone in zip((250, 1_000, 4_000), np.split(samples, 3), strict=True):
        assert tone[0] == tone[-1] == 0  # no click
        loudest = np.fft.rfftfreq(len(tone), 1 / SAMPLE_RATE)[np.abs(np.fft.rfft(tone)).argmax()]
        assert abs(loudest - pitch) < 2
