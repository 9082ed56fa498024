"""Judging a run, and letting it judge sounds."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from esc10 import datasets
from esc10.audio.recording import load_recording
from esc10.cli.figures import Answer, format_accuracy
from esc10.cli.runs import weights_of
from esc10.errors import AudioError
from esc10.evaluation.intervals import cautions
from esc10.inference.prediction import answer_sound, hear
from esc10.runs.run import Run
from esc10.runs.store import find_run
from esc10.training.results import LAST

if TYPE_CHECKING:
    from esc10.evaluation.metrics import Evaluation, JudgedClip
    from esc10.inference.classifier import Classifier


def evaluate(options: Namespace) -> Answer:
    """Judge a run on its validation and test clips."""
    from esc10.evaluation.metrics import evaluate as evaluate_run

    run = find_run(options.run)
    verdict = evaluate_run(run, _weights_of(run, options))
    parts = {
        name: {
            "accuracy": part.accuracy,
            "interval": list(part.interval),
            "confusion": part.confusion.tolist(),
            "report": part.report,
            "misclassified": [_clip(clip) for clip in part.mistakes],
            "clips": [_clip(clip) for clip in part.judged],
        }
        for name, part in verdict.parts.items()
    }
    source = datasets.source_of(run.config.train.dataset)
    said = cautions(run.config.clips, source, chosen=verdict.weights != LAST)
    answer = {
        "run_id": verdict.run_id,
        "weights": verdict.weights,
        "epoch": verdict.epoch,
        "synthetic": source.synthetic,
        "classes": list(verdict.classes),
        "cautions": list(said),
        **parts,
    }
    return answer, "\n".join([_format_evaluation(verdict), "", *said])


def _weights_of(run: Run, options: Namespace) -> str:
    """Those asked for, else those by which the run is judged."""
    return options.weights or weights_of(run)


def _clip(clip: JudgedClip) -> dict[str, Any]:
    return {
        "filename": clip.filename,
        "true": clip.true,
        "predicted": clip.predicted,
        "probability": clip.probability,
    }


def _format_evaluation(verdict: Evaluation) -> str:
    """The accuracies with their intervals, and the reports."""
    lines = [f"{verdict.run_id}, weights of epoch {verdict.epoch} (by {verdict.weights})"]
    for name, part in verdict.parts.items():
        lines += [
            "",
            f"{name}: accuracy {format_accuracy(part.accuracy, part.interval)}, "
            f"{len(part.mistakes)} misclassified",
            f"{'':16}precision  recall      f1  support",
        ]
        for row, figures in part.report.items():
            precision, recall, f1, support = figures.values()
            lines.append(f"{row:16}{precision:9.3f}{recall:8.3f}{f1:8.3f}{support:9.0f}")
    return "\n".join(lines)


def predict(options: Namespace) -> Answer:
    """Classify sound files, in all their length, with one of the weights that a run has kept."""
    run = find_run(options.run)
    criterion = _weights_of(run, options)
    weights = run.weights(criterion)
    from esc10.inference.classifier import Classifier

    classifier = Classifier(run.config, weights)
    files = [_predict_file(path, classifier, run) for path in options.files]
    lines = [
        f"{item['file']}: "
        + ", ".join(f"{best['name']} {best['probability']:.2f}" for best in item["classes"][:3])
        for item in files
        if "classes" in item
    ]
    return {"run_id": run.run_id, "weights": criterion, "files": files}, "\n".join(lines)


def _predict_file(path: Path, classifier: Classifier, run: Run) -> dict[str, Any]:
    try:
        sound = load_recording(path, path.name)
    except AudioError as error:
        return {"file": str(path), "error": str(error)}
    heard = hear(sound.samples, run.config.mel)
    probabilities = answer_sound(run, classifier, heard).probabilities
    best_first = np.argsort(-probabilities)
    return {
        "file": str(path),
        "classes": [
            {"name": run.config.classes[label], "probability": float(probabilities[label])}
            for label in best_first
        ],
        "seconds": sound.seconds,
        "remarks": [*(fault.sentence for fault in sound.faults), *sound.remarks],
    }
