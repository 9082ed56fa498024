"""What networks are given of an upload: for a clip of a dataset, what they were judged on."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from esc10.audio.loading import load_clip
from esc10.audio.recording import load_recording
from esc10.features.mel import MelConfig, decibels, mel_power
from esc10.inference.prediction import hear

LONGER = "1-172649-F.ogg"
"""One of the seven real clips that are longer than five seconds by more than a frame."""


def test_a_real_clip_is_heard_as_it_was_evaluated(real_archive: Path, tmp_path: Path) -> None:
    config, longer = MelConfig(), []
    with zipfile.ZipFile(real_archive) as archive:
        clips = [name for name in archive.namelist() if name.endswith(".ogg")]
        for name in [*clips[::20], *(clip for clip in clips if clip.endswith(LONGER))]:
            path = Path(archive.extract(name, tmp_path))
            heard = hear(load_recording(path.read_bytes(), name).samples, config)
            judged = decibels(mel_power(load_clip(path).samples, config))
            assert np.abs(decibels(heard.windows[0]) - judged).max() < 0.02
            if heard.is_long:
                longer.append(path.name)
            else:
                np.testing.assert_array_equal(heard.windows, heard.whole[np.newaxis])
    assert longer == [LONGER], "all others are judged as clips, and this one whole"
