"""Sound files that are traps, and three hundred damaged ones: each a sound or one sentence."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from esc10.audio.decoding import READERS
from esc10.audio.loading import SAMPLE_RATE
from esc10.audio.recording import load_recording
from esc10.errors import AudioError
from tests.support import ROOT
from tests.support.odd_sounds import encoded, hiss
from tests.support.phone_sounds import KINDS, Kind, bursts, envelope, phone_sound

RATE = 44_100


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A port, and who has called there."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                calls.append(str(address))
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], calls
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


TRAPS = {
    "a playlist.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n",
    "a list.m3u": "#EXTM3U\n#EXTINF:5,sound\n{target}\n",
    "a list.pls": "[playlist]\nFile1={target}\nNumberOfEntries=1\n",
    "a script.ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "a session.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=audio {port} RTP/AVP 0\n",
    "a manifest.mpd": "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><Period>"
    "<AdaptationSet mimeType='audio/wav'><Representation id='1'><BaseURL>{target}</BaseURL>"
    "</Representation></AdaptationSet></Period></MPD>",
    "a list.asx": "<asx version='3.0'><entry><ref href='{target}'/></entry></asx>",
    "a list.xspf": "<playlist xmlns='http://xspf.org/ns/0/'><trackList><track><location>{target}"
    "</location></track></trackList></playlist>",
    "a name.wav": "{target}",
}


@pytest.mark.parametrize("name", TRAPS)
@pytest.mark.parametrize("way", ["path", "file", "http", "/etc/passwd"])
def test_a_file_that_leads_elsewhere_reads_nothing_but_itself(
    name: str, way: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(encoded(bursts(5), RATE))
    with listening() as (port, calls):
        target = {
            "path": str(secret),
            "file": secret.as_uri(),
            "http": f"http://127.0.0.1:{port}/secret.wav",
            "/etc/passwd": "/etc/passwd",
        }[way]
        trap = tmp_path / name
        trap.write_text(TRAPS[name].format(target=target, port=port))
        for source in (trap, trap.read_bytes()):
            with pytest.raises(AudioError, match="holds no sound that can be decoded"):
                load_recording(source, name)
        assert calls == []


def test_a_film_that_refers_to_another_file_reads_nothing_but_itself(tmp_path: Path) -> None:
    """QuickTime may leave its samples in a file of their own, and name that."""
    secret = tmp_path / "secret.wav"
    secret.write_bytes(encoded(hiss(5), RATE))
    film = phone_sound(bursts(5), Kind("mov", "mov", "pcm_s16le", sample_format="s16"))
    here = film.index(b"dref")
    assert film[here + 12 : here + 24] == struct.pack(">I4sI", 12, b"url ", 1)
    # In place of 'in this file' (flag 1) the address of another, and all boxes around it as long.
    address = secret.as_uri().encode() + b"\0"
    longer = struct.pack(">I4sI", 12 + len(address), b"url ", 0) + address
    content = bytearray(film[: here + 12] + longer + film[here + 24 :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = content.index(box) - 4
        content[at : at + 4] = struct.pack(
            ">I", struct.unpack(">I", content[at : at + 4])[0] + len(address)
        )
    try:
        recording = load_recording(bytes(content), "film.mov")
    except AudioError:
        return
    # Its own samples, if any: the other file has no silence in it.
    heard, own = envelope(recording.samples), envelope(bursts(5, SAMPLE_RATE)[:, 0])
    shared = min(len(heard), len(own))
    assert np.corrcoef(heard[:shared], own[:shared])[0, 1] > 0.9
    assert heard.min() < 1e-3


def own_order(labels: list[int]) -> bytes:
    """A CAF that says of each of its channels what it is: 1 the left one, 2 the right one."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack(">q", len(content)) + content

    count = len(labels)
    samples = (32_767 * hiss(1, RATE, count)).astype(">i2").tobytes()
    kind = struct.pack(">d4s5I", RATE, b"lpcm", 0, 2 * count, 1, count, 16)
    order = b"".join(struct.pack(">2I3f", label, 0, 0, 0, 0) for label in labels)
    return (
        b"caff\0\1\0\0"
        + chunk(b"desc", kind)
        + chunk(b"chan", struct.pack(">3I", 0, 0, count) + order)
        + chunk(b"data", bytes(4) + samples)
    )


HEAR = """
import sys
from pathlib import Path
from esc10.audio.recording import load_recording
for path in map(Path, sys.argv[1:]):
    print(load_recording(path, path.name).channels)
"""


def test_an_order_of_channels_that_nobody_else_has_takes_nothing_down(tmp_path: Path) -> None:
    """In a process of its own: what is freed twice ends it."""
    paths = []
    for labels in ([2, 1], [3, 1, 2], [0, 0], [1, 1], [2, 1, *[0] * 6]):
        paths.append(tmp_path / f"{len(paths)}.caf")
        paths[-1].write_bytes(own_order(labels))
    done = subprocess.run(
        [sys.executable, "-c", HEAR, *paths], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2", "3", "2", "2", "8"]


def test_no_reader_of_other_files_is_allowed() -> None:
    followers = {"hls", "concat", "dash", "sdp", "rtsp", "image2", "lavfi", "imf", "alias_pix"}
    assert not followers & set(READERS)


def test_three_hundred_cuts_and_flips_are_sounds_or_sentences() -> None:
    rng = np.random.default_rng(3)
    files = {
        f"{name}.{kind.ending}": phone_sound(bursts(1, kind.rate), kind)
        for name, kind in KINDS.items()
    }
    for ending in ("wav", "flac", "ogg", "mp3", "aiff"):
        files[f"sound.{ending}"] = encoded(bursts(1), RATE, ending.upper())
    assert len(files) >= 10
    outcomes = {"sound": 0, "sentence": 0}
    for turn in range(300):
        name, content = list(files.items())[turn % len(files)]
        damaged = bytearray(content[: rng.integers(1, len(content))] if turn % 2 else content)
        for _ in range(int(rng.integers(1, 30))):
            damaged[int(rng.integers(len(damaged)))] = int(rng.integers(256))
        try:
            recording = load_recording(bytes(damaged), name)
        except AudioError as error:
            assert str(error).startswith(f"{name} ") and "\n" not in str(error)
            outcomes["sentence"] += 1
        else:
            assert np.isfinite(recording.samples).all()
            assert 0 < len(recording.samples) <= 600 * SAMPLE_RATE
            outcomes["sound"] += 1
    assert min(outcomes.values()) > 20, outcomes
