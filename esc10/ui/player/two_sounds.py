"""Two sounds that run together, of which one is heard: a comparison by ear, moment by moment."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from esc10.ui.remembered import remembered

_FOLDER = Path(__file__).parent

_HTML = """
<div class="two" data-player tabindex="-1" role="group" aria-label="Two sounds that run together">
  <div class="moment">
    <button type="button" class="play"><span aria-hidden="true"></span></button>
    <div class="line"><div class="done"></div></div>
    <span class="clock" role="timer"></span>
  </div>
  <div class="choices">
    <button type="button" aria-pressed="true"><b></b><small></small></button>
    <button type="button" aria-pressed="false"><b></b><small></small></button>
  </div>
  <p>Space plays; x, ← or → switches.</p>
  <p class="trouble" role="alert" hidden></p>
</div>
"""

_CSS = """
.two { color: var(--st-text-color); font-family: var(--st-font); font-size: 1rem; outline: none;
  padding: 0.3rem; }
.two[aria-current]:not(:focus-within) { outline: 0.2rem solid #D55E00; outline-offset: 0.1rem; }
button { font: inherit; color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-gray-color); border-radius: var(--st-button-radius); cursor: pointer; }
button:hover:enabled { border-color: var(--st-primary-color); }
button:focus-visible { outline: 0.15rem solid var(--st-text-color); outline-offset: 0.1rem; }
button:disabled { opacity: 0.5; cursor: not-allowed; }

.moment { display: grid; grid-template-columns: auto minmax(4rem, 1fr) auto; align-items: center;
  gap: 0.75rem; }
.play { width: 3rem; height: 3rem; display: grid; place-items: center; }
.play span { width: 1.1rem; height: 1.2rem; background: currentColor;
  clip-path: polygon(10% 0, 100% 50%, 10% 100%); }
.play[aria-label=Pause] span {
  clip-path: polygon(0 0, 35% 0, 35% 100%, 65% 100%, 65% 0, 100% 0, 100% 100%, 0 100%); }
.line { height: 1.1rem; cursor: pointer; background: var(--st-secondary-background-color);
  border: 1px solid var(--st-gray-color); border-radius: 0.2rem; overflow: hidden; }
.done { height: 100%; width: 0; background: #D55E00; pointer-events: none; }
.clock { font-variant-numeric: tabular-nums; }

/* Told apart by a disc that is full, not by colour alone. */
.choices { display: grid; gap: 0.6rem; margin-top: 0.6rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); }
.choices button { display: grid; grid-template-columns: auto 1fr; align-content: center;
  column-gap: 0.6rem; min-height: 4.5rem; padding: 0.5rem 0.8rem; text-align: left; }
.choices button::before { content: ""; grid-row: 1 / 3; align-self: center; width: 0.9rem;
  height: 0.9rem; border: 0.15rem solid currentColor; border-radius: 50%; }
.choices b { font-size: 1.25rem; line-height: 1.3; }
.choices b::first-letter { text-transform: uppercase; }
.choices small { grid-column: 2; font-size: 0.9rem; }
.choices button[aria-pressed=true] { color: #fff; background: var(--st-primary-color);
  border-color: var(--st-primary-color); }
.choices button[aria-pressed=true]::before { background: currentColor; }
p { margin: 0.5rem 0 0; font-size: 0.9rem; }
.trouble { padding: 0.6rem 0.8rem; font-size: 1rem; background: var(--st-orange-background-color);
  border-left: 0.3rem solid var(--st-orange-color); }
[hidden] { display: none; }
"""

_two_sounds = st.components.v2.component(
    "esc10.two_sounds",
    html=_HTML,
    css=_CSS,
    js=(_FOLDER / "two_sounds.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Sound:
    """A sound to compare: what it is called, what is said of it, its file or that one's bytes."""

    name: str
    about: str
    content: Path | bytes

    @property
    def words(self) -> str:
        """Name and what is said of it, in one line."""
        return ": ".join(filter(None, (self.name, self.about)))

    def read(self) -> bytes:
        """The whole file."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


def compare_by_ear(sound: Sound, others: Sequence[Sound], key: str) -> None:
    """Let a sound and another one be compared: they run together, and one of them is heard.

    Nothing is sent to the browser before it is asked for. Where a file is missing there is nothing
    to compare; its player says so.
    """
    files = (each.content for each in (sound, *others))
    if not all(file.exists() for file in files if isinstance(file, Path)):
        return
    if st.toggle(
        "Compare moment by moment",
        key=key,
        help="Both sounds run together, and you hear one: switch, and the same moment goes on.",
    ):
        _show(sound, others[0] if len(others) == 1 else _chosen(others, key), key)


def _chosen(others: Sequence[Sound], key: str) -> Sound:
    """The one to compare with."""
    return others[
        st.selectbox(
            "Compare with",
            range(len(others)),
            format_func=lambda place: f"{place + 1}. {others[place].words}",  # each once
            key=f"{key}, {len(others)}",
            label_visibility="collapsed",
        )
    ]


def _show(sound: Sound, other: Sound, key: str) -> None:
    contents = [sound.read(), other.read()]
    digest = hashlib.blake2b(repr((sound.words, other.words)).encode())
    for content in contents:
        digest.update(hashlib.blake2b(content).digest())
    name = digest.hexdigest()

    def data() -> dict[str, Any]:
        return {
            "id": name,
            "sounds": [
                {
                    "name": each.name,
                    "about": each.about,
                    "audio": base64.b64encode(content).decode(),
                }
                for each, content in zip((sound, other), contents, strict=True)
            ],
        }

    _two_sounds(key=f"{key} sounds", data=remembered("players", name, data))
