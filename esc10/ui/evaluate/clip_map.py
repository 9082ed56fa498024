"""A map of all clips, as the network's last hidden layer sees them; any of them can be heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from esc10.datasets import Clip, Dataset
from esc10.datasets.clips import class_label
from esc10.errors import DatasetError
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import JudgedClip
from esc10.features.cache import cache_path, feature_set
from esc10.features.inputs import inputs_of
from esc10.inference.predictor import embeddings_of
from esc10.inference.projection import Plane, plane_of
from esc10.runs.run import Run
from esc10.training.results import PARTS
from esc10.ui.clip_cards import show_clips
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.clip_map import POINT, TRAINING, plane_columns, plane_spec
from esc10.ui.server import HASHES, dataset, engine
from esc10.ui.words import in_markdown

_KEPT = 32
_UNUSED = "not used"
_CHART, _CHOSEN = "map of clips", "clip on the map"


def show_clip_map(run: Run, weights: str) -> None:
    """The map, and beside it the chosen clip with its sound; the choice by a click or by a box."""
    try:
        sounds = dataset(run.config.train.dataset)
        with st.spinner(_describe_waiting(sounds, run), show_time=True):
            plane, probabilities = _plane(run, weights, sounds)
    except DatasetError as error:
        st.info(f"The map needs its sounds; filters and layers do not. {in_markdown(str(error))}")
        return
    clips = sounds.clips
    judged = _verdicts(probabilities, clips, run.config.classes)
    parts = _parts(run, clips)
    _keep_choice(judged, parts)
    left, right = st.columns([2.1, 1], gap="medium")
    with right:
        chosen = _choose_clip(judged, parts)
        if chosen is not None:
            show_clips([chosen], run, weights, "map")
    with left:
        _draw_map(plane, sounds, judged, parts, chosen)


def _describe_waiting(sounds: Dataset, run: Run) -> str:
    text = f"The network hears all {len(sounds.clips)} clips"
    if not cache_path(sounds, run.config.mel).exists():
        text += ", once their spectrograms are computed: some ten seconds"
    return f"{text} …"


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=HASHES)
def _plane(run: Run, weights: str, sounds: Dataset) -> tuple[Plane, NDArray[np.float32]]:
    """All clips of the run's dataset, in their order, and the network's answers to them."""
    config = run.config
    power = feature_set(sounds, config.mel).power
    learnt = set(config.clips["train"])
    heard = embeddings_of(
        engine().networks.trained(run, weights),
        lambda indices: inputs_of(power, indices, config.train.features, config.scaling),
        len(sounds.clips),
    )
    training = np.array([clip.filename in learnt for clip in sounds.clips])
    return plane_of(heard.values, training), heard.probabilities


def _verdicts(
    probabilities: NDArray[np.float32], clips: Sequence[Clip], classes: Sequence[str]
) -> list[JudgedClip]:
    """What the network says of each clip."""
    return [
        JudgedClip(
            clip.filename,
            clip.category,
            classes[int(chances.argmax())],
            float(chances.max()),
            tuple(map(float, chances)),
        )
        for clip, chances in zip(clips, probabilities, strict=True)
    ]


def _parts(run: Run, clips: Sequence[Clip]) -> dict[str, str]:
    """What the run used each clip for, by file name."""
    parts = {clip.filename: _UNUSED for clip in clips}
    for part in PARTS:
        parts.update(dict.fromkeys(run.config.clips[part], part))
    return {**parts, **dict.fromkeys(run.config.clips["train"], TRAINING)}


def _keep_choice(judged: Sequence[JudgedClip], parts: Mapping[str, str]) -> None:
    """The clip chosen before, if this dataset has it; else the surest mistake on a test clip.

    It stays while runs are changed: so the same clip is seen where another network puts it.
    """
    if _CHOSEN in st.session_state and st.session_state[_CHOSEN] in (None, *parts):
        return
    tested = [clip for clip in _mistakes_first(judged) if parts[clip.filename] == PARTS[-1]]
    st.session_state[_CHOSEN] = tested[0].filename if tested else None


def _mistakes_first(judged: Sequence[JudgedClip]) -> list[JudgedClip]:
    return sorted(judged, key=lambda clip: (clip.right, -clip.probability))


def _choose_clip(judged: Sequence[JudgedClip], parts: Mapping[str, str]) -> JudgedClip | None:
    """The choice of a clip by a box: all that a click does, for the keyboard."""
    by_name = {clip.filename: clip for clip in _mistakes_first(judged)}

    def in_one_line(name: str) -> str:
        clip = by_name[name]
        what = class_label(clip.true)
        if not clip.right:
            what += f", taken for {class_label(clip.predicted)} ({percent(clip.probability)}%)"
        return f"{what} · {parts[name]} · {name.removesuffix('.wav')}"

    name = st.selectbox(
        "Click a point, or choose a clip, mistakes first",
        list(by_name),
        index=None,
        placeholder="any clip",
        format_func=in_one_line,
        key=_CHOSEN,
        persist_state="session",
    )
    return None if name is None else by_name[name]


def _draw_map(
    plane: Plane,
    sounds: Dataset,
    judged: Sequence[JudgedClip],
    parts: Mapping[str, str],
    chosen: JudgedClip | None,
) -> None:
    name = None if chosen is None else chosen.filename
    columns = plane_columns(plane.points, sounds.clips, judged, parts, name)
    st.vega_lite_chart(
        pa.table(columns),
        plane_spec(sounds.classes, ink(), chart_pixels() - 2, 340 if in_projector_mode() else 460),
        key=_CHART,
        on_select=_take_click,
        selection_mode=POINT,
        width="stretch",
        alt="Every clip as a point, by the values of the network's last hidden layer",
    )
    st.caption(
        "**Ringed:** named wrongly. **Thick ring:** the chosen clip. **Small and faint:** "
        f"{TRAINING} clips. Neighbours look alike to the network's last hidden layer, as far as a "
        f"plane can show it: these two directions hold {percent(plane.explained)}% of what differs "
        f"between {TRAINING} clips. In the others, neighbours may be far apart."
    )


def _take_click() -> None:
    """Choose the clicked clip, or none if it was chosen already.

    The chart tells its selection, not the click; and the box may have changed the choice since.
    """
    before_key = f"{_CHART} before"
    selected = st.session_state[_CHART]["selection"].get(POINT) or []
    clicked = selected or st.session_state.get(before_key) or []
    st.session_state[before_key] = selected
    for point in clicked:
        name = point["filename"]
        st.session_state[_CHOSEN] = None if st.session_state.get(_CHOSEN) == name else name
