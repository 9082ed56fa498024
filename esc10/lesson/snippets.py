"""The lines of librosa, scikit-learn and Keras that do what an exercise is about, to be copied.

Each continues those before it. What to train on is not among them: a program that does all is
`esc10.lesson.notebook`'s.
"""

from __future__ import annotations

import json

from esc10.datasets import Dataset
from esc10.datasets.splits import LAB_HELD_OUT, LAB_SEED, LAB_TEST_OF_HELD_OUT
from esc10.features.mel import MelConfig
from esc10.training.config import TrainConfig

_SOUNDS = """\
from collections import Counter
from pathlib import Path

folder = Path({folder})
{targets}files = sorted(folder.rglob({pattern}), key=lambda file: file.stem)
labels = [{label} for file in files]
guess = max(Counter(labels).values()) / len(labels)
print(f"{{len(files)}} clips; always the same answer is right for {{guess:.0%}}")"""

_SPECTROGRAM = """\
import librosa

samples, rate = librosa.load(files[0], sr={rate})
samples = librosa.util.fix_length(samples, size=round({seconds} * rate))
mel = librosa.feature.melspectrogram(
    y=samples, sr=rate, n_fft={n_fft}, hop_length={hop}, n_mels={bands}
)
decibels = librosa.power_to_db(mel)
print(mel.shape)"""

_SPLIT = """\
from sklearn.model_selection import train_test_split

train, held_out = train_test_split(
    range(len(files)), test_size={held_out}, stratify=labels, random_state={seed}
)
validation, test = train_test_split(
    held_out, test_size={test}, stratify=[labels[i] for i in held_out], random_state={seed}
)
recordings = [file.stem.split("-")[1] for file in files]
trained = {{recordings[i] for i in train}}
leaking = sum(recordings[i] in trained for i in test)
print(f"{{leaking}} of {{len(test)}} test clips leak")"""

_NETWORK = """\
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input(({frames}, {bands})),
        layers.Conv1D(16, 9, activation="relu"),
        layers.MaxPooling1D(2, padding="same"),
        layers.BatchNormalization(),
        layers.Conv1D(16, 3, activation="relu"),
        layers.MaxPooling1D(2, padding="same"),
        layers.BatchNormalization(),
        layers.Conv1D(32, 3, activation="relu"),
        layers.MaxPooling1D(2, padding="same"),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dense({classes}, activation="softmax"),
    ]
)
model.summary()"""

_CURVES = """\
import numpy as np

# x: decibels as (clips, frames, mel bands), scaled by the training clips' mean and deviation
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x_train, y_train, {batch}, epochs, validation_data=(x_validation, y_validation)
).history
lowest = int(np.argmin(history["val_loss"])) + 1
print(f"lowest validation loss in epoch {{lowest}}")"""

_MISTAKES = """\
from sklearn.metrics import classification_report, confusion_matrix

predicted = model.predict(x_test).argmax(axis=1)
print(classification_report(y_test, predicted, zero_division=0))
matrix = confusion_matrix(y_test, predicted, labels=range({classes}))
np.fill_diagonal(matrix, 0)
true, taken_for = np.unravel_index(matrix.argmax(), matrix.shape)
print(f"class {{true}} is taken for {{taken_for}} most often: {{matrix.max()}} times")"""

_LISTENING = """\
before = model.get_weights()
answer = model.predict(x_test[:1])
same = all(map(np.array_equal, before, model.get_weights()))
order = np.random.default_rng(1).permutation(x_test.shape[1])
moved = np.abs(model.predict(x_test[:1, order]) - answer).max()
print(f"weights unchanged: {{same}}; shuffled frames move a class by {{100 * moved:.1f}} points")"""


def snippets(dataset: Dataset) -> dict[str, str]:
    """For each exercise its lines of Python, for the clips of a dataset on this machine.

    Those of `curves` and after it need `epochs`, and `x_` and `y_` of `train`, `validation` and
    `test`: spectrograms and labels, as the comment says.
    """
    mel = MelConfig()
    first = dataset.clips[0].path
    # ESC-10 names a class in its folder's name, all others in the clip's.
    targets = {clip.path.parent.name: clip.target for clip in dataset.clips}
    by_folder = len(targets) > 1
    rows = "".join(
        f"    {json.dumps(name)}: {target},\n" for name, target in sorted(targets.items())
    )
    values = {
        "folder": json.dumps((first.parents[1] if by_folder else first.parent).as_posix()),
        "pattern": json.dumps(f"*{first.suffix}"),
        "targets": f"targets = {{\n{''.join(rows)}}}\n" if by_folder else "",
        "label": "targets[file.parent.name]" if by_folder else 'int(file.stem.split("-")[-1])',
        "rate": mel.sample_rate,
        "seconds": mel.seconds,
        "n_fft": mel.n_fft,
        "hop": mel.hop_length,
        "bands": mel.n_mels,
        "frames": mel.frames,
        "held_out": LAB_HELD_OUT,
        "test": LAB_TEST_OF_HELD_OUT,
        "seed": LAB_SEED,
        "classes": len(dataset.classes),
        "batch": TrainConfig(dataset.source.key, "cnn").batch_size,
    }
    by_exercise = {
        "sounds": _SOUNDS,
        "spectrogram": _SPECTROGRAM,
        "split": _SPLIT,
        "network": _NETWORK,
        "curves": _CURVES,
        "mistakes": _MISTAKES,
        "listening": _LISTENING,
    }
    return {key: code.format(**values) for key, code in by_exercise.items()}
