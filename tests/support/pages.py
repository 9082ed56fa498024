"""What a page says, as people read it."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Sequence

import numpy as np
import soundfile
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets import Clip, load_dataset
from esc10.runs.run import Run
from esc10.ui import server
from esc10.ui.datasets.own import OWN_SOUNDS
from esc10.ui.hand_ins import class_checks
from esc10.ui.microphone.microphone import FILTERS
from esc10.ui.microphone.recorder import Take, _Kept
from tests.support import ROOT

PAGE_SECONDS = 120
"""How long a page may take, on a busy machine."""

Sounds = Sequence[tuple[str, bytes]]
"""Files by their names."""


def open_page(name: str) -> AppTest:
    """A page of the app, not yet run."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PAGE_SECONDS)
    if name != "app.py":
        test.switch_page(name)
    return test


def predict(way: str) -> AppTest:
    """The Predict page with one of its ways in which a sound comes, not yet run."""
    test = open_page("pages/predict.py")
    test.session_state["way"] = way
    return test


def uploaded(sounds: Sounds, *judges: Run) -> AppTest:
    """The Predict page with uploads, before they are drawn; the newest run judges unless told."""
    test = predict("Upload")
    if judges:
        test.session_state["judges 6"] = [run.run_id for run in judges]
    box = drawn(test).file_uploader(key="upload")
    for name, content in sounds:
        box.upload(name, content)
    return test


def told(test: AppTest) -> list[str]:
    """What the one network says of each sound in the table of several."""
    return list(test.dataframe[0].value["answer"])


def clip_of(fold: int) -> Clip:
    """The first practice clip of a fold."""
    return next(clip for clip in load_dataset("practice").clips if clip.fold == fold)


def choose(page: AppTest, boxes: str, clip: Clip) -> None:
    """Choose a practice clip in some boxes."""
    page.session_state[f"{boxes} data"] = "practice"
    page.session_state[f"{boxes} class practice"] = clip.category
    page.session_state[f"{boxes} clip practice {clip.category}"] = clip


def recorded(page: AppTest, recorder: str, content: bytes) -> AppTest:
    """The page with a take of some recorder, drawn."""
    take = Take(content, SAMPLE_RATE, dict.fromkeys(FILTERS))
    page.session_state[f"{recorder} kept"] = _Kept(take=take)
    return drawn(page)


def own_sounds_section() -> AppTest:
    """The section on own sounds by itself, open, drawn once."""

    def script() -> None:
        from esc10.ui.datasets.own import show_own_sounds

        show_own_sounds()

    test = AppTest.from_function(script, default_timeout=PAGE_SECONDS)
    test.session_state[OWN_SOUNDS] = True
    return drawn(test)


def drawn(test: AppTest) -> AppTest:
    """The page after a run without an uncaught error."""
    test.run()
    assert not test.exception, test.exception
    return test


def pressed(test: AppTest, label: str) -> AppTest:
    """The page after its one button of that label was pressed."""
    (button,) = [button for button in test.button if button.label == label]
    button.click()
    return drawn(test)


def plain(markdown: str) -> str:
    """A text without what keeps Markdown from obeying a stranger's words."""
    return re.sub(r"\\|\u2060", "", markdown)


def texts(test: AppTest) -> list[str]:
    """All that the page says in words."""
    elements = (
        *(*test.markdown, *test.caption, *test.info),
        *(*test.error, *test.success, *test.warning),
    )
    return [plain(element.value) for element in elements]


def says(test: AppTest, sentence: str) -> bool:
    """Whether a sentence, or a part of one, is on the page."""
    return any(sentence in text for text in texts(test))


def end_jobs() -> None:
    """End and forget what a test left under way: jobs belong to the server, checks to browsers."""
    checks = class_checks._checks()
    for check in checks.values():
        check.job.cancel()
        check.job.wait(PAGE_SECONDS)
    checks.clear()
    for name, job in server.jobs().named("").items():
        job.cancel()
        job.wait(PAGE_SECONDS)
        server.jobs().clear(name)


def compared(test: AppTest, place: int = 0) -> list[str]:
    """The names of the two sounds of which one is heard, after that place's were asked for."""
    asked = [one for one in test.toggle if one.label == "Compare moment by moment"]
    asked[place].set_value(True)
    drawn(test)
    told = [json.loads(one.proto.json or "{}") for one in test.get("bidi_component")]
    ((first, second),) = [each["sounds"] for each in told if "sounds" in each]
    # What is sent is whole sound files.
    for sound in (first, second):
        assert soundfile.info(io.BytesIO(base64.b64decode(sound["audio"]))).frames > 0
    return [": ".join(filter(None, (each["name"], each["about"]))) for each in (first, second)]


def _judging(name, samples, models) -> None:  # a script's names are its own
    """A script: what a part of Predict says of a sound for the newest runs of some networks."""
    from importlib import import_module

    from esc10.runs.store import list_runs
    from esc10.ui.predict.inputs import given_sound

    runs = {run.config.train.model: run for run in list_runs()[0]}
    show = getattr(import_module(f"esc10.ui.predict.{name}"), f"show_{name}")
    given = given_sound("a sound", samples.tobytes)
    show(given, samples, [runs[model] for model in models], "val_accuracy")


def judging(name: str, samples: NDArray[np.float32], *models: str) -> AppTest:
    """Such a part alone, drawn: `answers` or `reminders`."""
    script = AppTest.from_function(
        _judging, default_timeout=PAGE_SECONDS, args=(name, samples, models)
    )
    return drawn(script)
