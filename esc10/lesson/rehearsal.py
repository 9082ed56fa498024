"""What is to be seen to on the day before a lesson: each is ready, or one sentence on what to do.

Nothing is asked here: whoever has asked the browser, the disk or a host says what it answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE
from esc10.training.networks import MODELS

NEEDED_BYTES = 10**9
"""The largest dataset takes 0.4 GB while it is fetched, its spectrograms and an hour's runs 0.1."""

_TONES = (250.0, 1_000.0, 4_000.0)
_TONE_SECONDS, _FADE_SECONDS = 0.6, 0.05
_TONE_AMPLITUDE = 0.05
"""Full scale is 1: 26 dB below it, for a hall's loudspeakers may be turned up."""


@dataclass(frozen=True)
class Check:
    """One thing to be seen to.

    Attributes:
        title: what it is.
        ok: whether it is ready.
        sentence: what it is like, or what to do, in Markdown.
    """

    title: str
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Browser:
    """What a browser says of itself.

    Attributes:
        secure: whether it counts this page's address as secure: https, or its own machine.
        able: whether it can hand over what a microphone hears.
        permission: `granted`, `denied` or `prompt`; `unknown` where it does not say.
    """

    secure: bool
    able: bool
    permission: str


def three_tones() -> NDArray[np.float32]:
    """Three quiet tones, low to high, one after the other: shape (samples,), at `SAMPLE_RATE`.

    Of 250, 1,000 and 4,000 Hz: small loudspeakers leave out the first, ceilings often the last.
    """
    time = np.arange(round(_TONE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE  # (samples of a tone,)
    from_an_end = np.minimum(time, time[::-1])
    fade = np.minimum(1, from_an_end / _FADE_SECONDS)  # or each would begin with a click
    tones = [_TONE_AMPLITUDE * fade * np.sin(2 * np.pi * pitch * time) for pitch in _TONES]
    return np.concatenate(tones).astype(np.float32)


def address_check(browser: Browser | None) -> Check:
    """Whether this address is given a microphone; None where the browser has not answered."""
    if browser is None:
        return Check("Address", False, "The browser has not said yet. Reload the page.")
    if not browser.secure:
        return Check(
            "Address",
            False,
            "Browsers give no microphone to this address. Open the lab as localhost on the "
            "machine it runs on, or serve https: the recorder shows the commands.",
        )
    return Check("Address", True, "Https or localhost: browsers give it a microphone.")


def microphone_check(browser: Browser | None, taken: bool, trouble: str = "") -> Check:
    """Whether the microphone has been heard.

    Args:
        browser: None where it has not answered.
        taken: whether something was recorded.
        trouble: what is wrong with it; empty where nothing is.
    """
    title = "Microphone"
    if taken:
        heard = "It was heard. Play the recording: is that the right microphone?"
        return Check(title, not trouble, trouble or heard)
    if browser is None or not browser.secure:
        return Check(title, False, "There is none until the address is a secure one.")
    if not browser.able:
        return Check(title, False, "This browser cannot hand over sound. Use another one.")
    if browser.permission == "denied":
        return Check(
            title,
            False,
            "The browser may not use it. Allow it beside the page's address, then reload the page.",
        )
    allowed = "It is allowed. " if browser.permission == "granted" else ""
    return Check(title, False, f"{allowed}Record some seconds, and see the level move.")


def sound_check(heard: bool) -> Check:
    """Whether somebody has heard the test tones."""
    if heard:
        return Check("Loudspeakers", True, "All three tones were heard.")
    return Check(
        "Loudspeakers",
        False,
        "Play the three tones, low to high, and go to the last row: are all three heard there?",
    )


def disk_check(free: int, folder: str) -> Check:
    """Whether there is room for a lesson: `free` bytes, in the data folder."""
    room = f"{free / 1e9:.1f} GB are free in {folder}"
    if free >= NEEDED_BYTES:
        return Check("Disk", True, f"{room}.")
    return Check(
        "Disk",
        False,
        f"Only {room}: make room for {NEEDED_BYTES / 1e9:.0f} GB, or set ESC10_HOME to a folder "
        "elsewhere.",
    )


def datasets_check(gone: Mapping[str, int]) -> Check:
    """Whether there are sounds: for each dataset's title how many of its clips are gone."""
    title = "Sounds"
    if not gone:
        return Check(title, False, "There are none yet. Make the practice sounds, or fetch ESC-10.")
    damaged = [name for name, clips in gone.items() if clips]
    if damaged:
        clips = gone[damaged[0]]
        are = "1 clip" if clips == 1 else f"{clips} clips"
        return Check(
            title,
            False,
            f"Of {damaged[0]} {are} cannot be found on the disk. Press *Verify every "
            "clip again*, under *More* on its card; own sounds: make them again.",
        )
    return Check(title, True, f"Every clip is here: {', '.join(gone)}.")


def networks_check(models: Sequence[str]) -> Check:
    """Whether there is a network to judge and to replay: those trained here, the newest first."""
    title = "Trained networks"
    if not models:
        return Check(
            title,
            False,
            "None was trained here. Train all three today: should nothing work tomorrow, *Replay* "
            "shows them.",
        )
    titles = ", ".join(network.title for key, network in MODELS.items() if key in models)
    are = "1 run is" if len(models) == 1 else f"{len(models)} runs are"
    return Check(title, True, f"{are} here to judge and to replay: {titles}.")


def engine_check(warm: bool, trouble: str | None) -> Check:
    """Whether a run would begin at once; `trouble` is a sentence on what somebody has to do."""
    title = "Training engine"
    if trouble:
        return Check(title, False, trouble)
    if not warm:
        return Check(title, False, "It is warming up. Wait: it comes by itself.")
    return Check(title, True, "It is warm: a run begins at once.")


def host_check(
    asked: bool, trouble: str | None, missing: Sequence[str], *, sounds_here: bool
) -> Check:
    """Whether the internet is there, where it is needed.

    Args:
        asked: whether the host of ESC-10 was asked.
        trouble: why it does not answer; None where it does.
        missing: the titles of the datasets that would have to be fetched.
        sounds_here: whether a dataset is here: then a lesson can do without.
    """
    title = "Internet"
    if not missing:
        return Check(title, True, "It is not needed: every dataset that is fetched is here.")
    to_fetch = " and ".join(missing)
    if asked and trouble is None:
        return Check(title, True, f"The host answers: {to_fetch} can be fetched.")
    said = f"{trouble} " if trouble else ""
    if sounds_here:
        return Check(title, True, f"{said}All works without it but fetching {to_fetch}.")
    if not asked:
        return Check(
            title,
            False,
            f"It is needed to fetch {to_fetch}, and for nothing else. Ask whether the host "
            "answers, or make the practice sounds.",
        )
    return Check(
        title,
        False,
        f"{said}All works without it but fetching {to_fetch}: make the practice sounds, or bring a "
        "zip on a stick.",
    )


def epochs_check(seconds_per_epoch: Mapping[str, float | None]) -> Check:
    """Whether it is known how long an epoch takes.

    Args:
        seconds_per_epoch: of each network, None where it is not known; empty where there are no
            sounds to learn from.
    """
    known = [
        f"{MODELS[model].title} {_short(seconds)}"
        for model, seconds in seconds_per_epoch.items()
        if seconds is not None
    ]
    unknown = [
        MODELS[model].title for model, seconds in seconds_per_epoch.items() if seconds is None
    ]
    title = "An epoch's time"
    if not seconds_per_epoch:
        return Check(title, False, "It can be measured once there are sounds.")
    if not unknown:
        return Check(title, True, f"{', '.join(known)}.")
    so_far = f"{', '.join(known)}. " if known else ""
    return Check(
        title, False, f"{so_far}Not known of the {', '.join(unknown)}. Measure it: two epochs each."
    )


def _short(seconds: float) -> str:
    digits = 0 if seconds >= 10 else 1 if seconds >= 1 else 2
    return f"{seconds:.{digits}f} s"
