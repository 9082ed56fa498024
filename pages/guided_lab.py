"""The guided lab: seven exercises on one's own sounds and runs, each with a check."""

from __future__ import annotations

from functools import partial

import streamlit as st

from esc10.datasets import Dataset
from esc10.errors import LessonError
from esc10.lesson.answers import Answered, answers_json, read_answers
from esc10.lesson.exercises import accepts
from esc10.lesson.snippets import snippets
from esc10.runs.run import Run
from esc10.ui.clip_view import synthetic_badge
from esc10.ui.fragments import live
from esc10.ui.frame import guarded, open_page, show_no_sounds
from esc10.ui.guided_lab.exercises import EXERCISES
from esc10.ui.guided_lab.objects import Subject, show_training_to_come
from esc10.ui.lab_answers import About, LabAnswers, given_answers, lab_answers
from esc10.ui.links import follow, point
from esc10.ui.server import all_runs, dataset, datasets_here, engine, with_weights
from esc10.ui.settings import choose_data, choose_run
from esc10.ui.words import in_markdown

_CHOSEN = "exercise"
_GIVEN_UP = "guided lab given up"
_MEGABYTES = 4
_LOADED = "guided lab file taken up"

_ELSEWHERE = ("", "")
"""What was answered in another session: about which data and run is not known."""


def main() -> None:
    open_page("Guided lab")
    engine()  # warms up while people look at sounds
    here = datasets_here()
    if not here:
        show_no_sounds("The guided lab")
        return
    answers = lab_answers()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        follow("exercise", _CHOSEN, list(EXERCISES))
        key = st.segmented_control(
            "Exercises",
            list(EXERCISES),
            format_func=partial(_title, answers),
            default=next(iter(EXERCISES)),
            required=True,
            key=_CHOSEN,
            label_visibility="collapsed",
            persist_state="session",
        )
        point("exercise", _CHOSEN, key)
        st.space("stretch")
        _progress(answers)
        if len(here) > 1:
            with st.container(width=240):
                sounds = dataset(choose_data(here, "guided lab data"))
        else:
            follow("data", "guided lab data", here)
            sounds = dataset(here[0])
    _show(key, sounds, answers)


def _solved(key: str, answers: LabAnswers) -> bool:
    return key in answers and answers[key][0].right


def _title(answers: LabAnswers, key: str) -> str:
    """An exercise's number and name; a mark instead of the number if it is solved."""
    number = ":material/check:" if _solved(key, answers) else list(EXERCISES).index(key) + 1
    return f"{number} {EXERCISES[key].title}"


def _progress(answers: LabAnswers) -> None:
    """How many exercises are solved; what was answered as a file, to go on with or to hand in."""
    solved = sum(answered.right for answered, _ in answers.values())
    with st.popover(f"{solved} of {len(EXERCISES)} solved"):
        st.markdown(
            "Your answers live in this tab of the browser. **Save them** to go on later, or to "
            "hand them in with a run: *Evaluate*, *Take it along*."
        )
        st.download_button(
            "Save",
            answers_json(given_answers()),
            "answers.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            disabled=not answers,
        )
        saved = st.file_uploader(
            "Go on with saved answers", "json", key="saved answers", max_upload_size=_MEGABYTES
        )
        if saved is not None and st.session_state.get(_LOADED) != saved.file_id:
            try:
                _take_up(saved.getvalue(), saved.name, answers)
            except LessonError as error:
                st.error(in_markdown(str(error)))
            else:
                st.session_state[_LOADED] = saved.file_id
                st.rerun()


def _take_up(content: bytes, name: str, answers: LabAnswers) -> None:
    """Go on with answers from a file; LessonError where it holds none."""
    answers |= {
        answered.exercise: (answered, _ELSEWHERE)
        for answered in read_answers(content, name)
        if answered.exercise in EXERCISES and not _solved(answered.exercise, answers)
    }


def _show(key: str, sounds: Dataset, answers: LabAnswers) -> None:
    """What the exercise is about on the left, what is asked on the right."""
    exercise = EXERCISES[key]
    runs = _runs_of(sounds) if exercise.needs_run else []
    left, right = st.columns([1.5, 1], gap="medium")
    with right:
        st.markdown(f"#### {exercise.title}")
        st.markdown(exercise.question)
    if exercise.needs_run and not runs:
        with left:
            show_training_to_come(sounds)
        return
    with left:
        look, code = st.tabs(["Look and listen", "In Python"], key=f"guided lab {key}")
    with look:
        synthetic_badge(sounds.source)
        run = choose_run(runs, "Run", key="guided lab run") if exercise.needs_run else None
        about = (sounds.source.key, run.run_id if run else "")
        known = _solved(key, answers) or (key, about) in st.session_state.get(_GIVEN_UP, ())
        subject = Subject(sounds, run, known)
        live(_look)(key, subject)
    with code:
        st.code(snippets(sounds)[key], language="python", wrap_lines=True)
        st.caption(
            "It continues the lines of the exercises before it. All of it as one program: "
            "*Evaluate*, *Take it along*, the notebook."
        )
    with right:
        live(_answer)(key, subject, about, answers)


def _runs_of(sounds: Dataset) -> list[Run]:
    """The runs that have learned from these sounds, the newest first."""
    return [
        run
        for run in with_weights(all_runs())
        if run.config.train.dataset == sounds.source.key and len(run.history()) > 1
    ]


def _look(key: str, subject: Subject) -> None:
    EXERCISES[key].show(subject)


def _answer(key: str, subject: Subject, about: About, answers: LabAnswers) -> None:
    """Where the answer goes, and what is to be said of the last one."""
    exercise = EXERCISES[key]
    solution = exercise.solution(subject)
    if solution is None:
        st.info(exercise.unanswerable, icon=":material/info:")
        return
    with st.form(f"answer {key}", border=False):
        given = exercise.ask(subject)
        pressed = st.form_submit_button("Check", type="primary", icon=":material/check:")
    st.caption(exercise.accepted)
    if pressed:
        if None in given.values():
            st.warning("There is a field without an answer yet.", icon=":material/edit:")
            return
        question = exercise.question.replace("*", "")
        right = accepts(solution, given)
        if not right and _solved(key, answers):
            st.warning(exercise.hint, icon=":material/lightbulb:")
            return  # what was solved stays solved
        words = exercise.words(given)
        if any(exercise == key for exercise, _ in st.session_state.get(_GIVEN_UP, ())):
            words += " (after the answer was shown)"
        answers[key] = (Answered(key, question, words, right), about)
        st.rerun()
    if key in answers:
        _comment(key, subject, about, answers)


def _comment(key: str, subject: Subject, about: About, answers: LabAnswers) -> None:
    exercise = EXERCISES[key]
    answered, of = answers[key]
    if of == _ELSEWHERE:
        st.caption(f"Answered earlier: {in_markdown(answered.given)}.")
    elif of != about:
        st.caption(f"Answered with other data or another run: {in_markdown(answered.given)}.")
    elif answered.right:
        st.success(f"**Right.** {exercise.explain(subject)}", icon=":material/check:")
    elif subject.known:
        st.info(exercise.explain(subject), icon=":material/visibility:")
    else:
        st.warning(
            f"**Not yet:** {in_markdown(answered.given)}. {exercise.hint}",
            icon=":material/lightbulb:",
        )
        if st.button("Show the answer", type="tertiary", icon=":material/visibility:"):
            st.session_state.setdefault(_GIVEN_UP, set()).add((key, about))
            st.rerun()
    following = _following(key)
    if (
        following
        and (answered.right or subject.known)
        and st.button(
            f"Next: {EXERCISES[following].title}",
            icon=":material/arrow_forward:",
            on_click=st.session_state.__setitem__,
            args=(_CHOSEN, following),
        )
    ):
        st.rerun()  # the whole page, not this part of it alone


def _following(key: str) -> str | None:
    keys = list(EXERCISES)
    number = keys.index(key) + 1
    return keys[number] if number < len(keys) else None


if __name__ == "__main__":
    guarded(main)
