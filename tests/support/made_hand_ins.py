"""Three hand-ins that were checked: one in order, one that differs, one that is damaged."""

from __future__ import annotations

from esc10.evaluation.intervals import wilson_interval
from esc10.lesson.checking import Checked
from esc10.lesson.checking.senders import Sender

INTERVAL = wilson_interval(1, 2)
ADA = Checked(
    file="ada/run.html",
    state="checked",
    sentence="Judged anew, and fine.",
    sender=Sender("Moodle", "7", "Ada Lovelace"),
    run_id="run-1",
    owner="Ada",
    title="My run",
    claimed=0.5,
    accuracy=0.5,
    interval=INTERVAL,
    difference=0.000002,
    accepted=3,
    answered=7,
    seal="ab" * 32,
    sealed=True,
    weights_digests=frozenset({"w1", "w2"}),
    answers_digest="a1",
)
GEORGE = Checked(
    file="boolegeorge_LATE_17_4711_run.zip",
    state="differs",
    sentence="Other.",
    sender=Sender("Canvas", "17", "boolegeorge", late=True),
    weights_digests=frozenset({"w2"}),
)
BROKEN = Checked("broken.zip", "damaged", "It breaks off.")
CLASS = (ADA, GEORGE, BROKEN)
