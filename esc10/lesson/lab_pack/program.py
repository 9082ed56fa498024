"""The program itself, to be started on a machine without a network: its files and its packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from esc10.archives.trees import FolderTree
from esc10.errors import PackError, reason_of
from esc10.lesson.lab_pack.layout import Platform
from esc10.progress import OnProgress, Progress, ShouldStop, Tally

ROOT = Path(__file__).resolve().parents[3]
"""The folder that holds `app.py`."""

_REQUIREMENTS = "requirements.txt"
_PROGRAM = (
    *("app.py", "pages", "esc10", "assets", ".streamlit/config.toml"),
    *(_REQUIREMENTS, "constraints.txt", "pyproject.toml", "README.md", "LICENSE"),
)
"""What it takes to start it. Named, as keys and secrets may lie beside it."""

_COMPILED = "__pycache__"
_LONGEST_REASON = 200

_WINDOWS = "Windows"


def program_files() -> Iterator[tuple[str, Path]]:
    """For each file of the program its path, with forward slashes, and where it is.

    Raises:
        PackError: one is missing, as where the lab was installed as a package.
    """
    for part in _PROGRAM:
        path = ROOT / part
        if path.is_dir():
            for name in FolderTree(path).names:
                if _COMPILED not in name.split("/"):
                    yield f"{part}/{name}", path / name
        elif path.is_file():
            yield part, path
        else:
            raise PackError(
                f"{ROOT} lacks {part}, so the program cannot come along. Pack from the folder it "
                "was downloaded to, or without --wheels."
            )


def download_wheels(folder: Path, on_progress: OnProgress, should_stop: ShouldStop) -> list[Path]:
    """Have pip bring the packages that the program needs, for this platform and this Python.

    Args:
        folder: where they go.
        on_progress: told how many it has found.
        should_stop: polled whenever it has found one.

    Returns:
        Where they are, in order.

    Raises:
        PackError: pip has them not, or cannot be started.
        Cancelled: `should_stop` said so.
    """
    tally = Tally(Progress("Fetching packages", 0, 0), on_progress, should_stop)
    complaints = []
    with _pip(folder) as process:
        try:
            for line in process.stdout or ():
                tally.raise_if_stopped()
                tally.add(files=line.startswith("Collecting "))
                if "ERROR: " in line or "No module named pip" in line:
                    complaints.append(line)
        except BaseException:
            process.terminate()
            raise
    wheels = sorted(folder.glob("*.whl"))
    if process.returncode or not wheels:
        raise PackError(
            f"pip could not get the packages: {_shown(complaints)}. Check the internet connection, "
            "or pack without --wheels."
        )
    return wheels


def _pip(folder: Path) -> subprocess.Popen[str]:
    """A pip that brings the packages into a folder.

    Raises:
        PackError: it cannot be started.
    """
    try:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "pip", "download", "--only-binary", ":all:", "--no-input"),
                *("--disable-pip-version-check", "--progress-bar", "off"),
                *("--dest", str(folder.resolve()), "-r", _REQUIREMENTS),
            ],
            cwd=ROOT,  # the list of packages names the pinned versions by a path
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as cause:
        # Said here, or it would be taken for trouble with the disk that is written to.
        raise PackError(
            f"pip cannot be started with {sys.executable}: {reason_of(cause)}. Mend that Python, "
            "or pack without --wheels."
        ) from cause


def _shown(complaints: list[str]) -> str:
    """The first thing that pip complained of, as part of a sentence."""
    first = complaints[0].rpartition("ERROR: ")[2] if complaints else "it did not say why"
    printable = "".join(sign if sign.isprintable() else " " for sign in first)
    return printable.strip().rstrip(".")[:_LONGEST_REASON]


def start_text(name: str, wheels: Platform) -> bytes:
    """How to start the program where nothing but Python is, with the packages that came along.

    Args:
        name: what the pack is called.
        wheels: what the packages are made for.
    """
    python, activate = f"python{wheels.python}", ". .venv/bin/activate"
    if wheels.system == _WINDOWS:
        python, activate = f"py -{wheels.python}", ".venv\\Scripts\\activate"
    text = f"""\
Machines that hear: the lab, packed for {wheels}.

Nothing else is needed, no network either. In a terminal, in the folder of {name}:

1. Unpack it into a folder of its own.

    {python} -m zipfile -e "{name}" lab
    cd lab

2. Make a virtual environment, and install the packages that came along into it.

    {python} -m venv .venv
    {activate}
    python -m pip install --no-index --find-links wheels -r requirements.txt

3. Bring in the sounds and the runs: every file is checked, and what is there already stays.

    python -m esc10 unpack "../{name}"

4. Start the lab. The browser opens; later on step 4 is enough, in that environment.

    streamlit run app.py

On another system, or with another Python, the packages do not fit: install requirements.txt from
the internet instead of step 2. The sounds and the runs fit everywhere.
"""
    return text.encode()
