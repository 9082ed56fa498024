"""Labelled clips: where they come from, how they are fetched and verified or made, and split.

names        what an own dataset and its classes may be called
folders      where datasets are, and which are whole
clips        a clip and the class names
source       what a source is; esc10, esc50, practice.source: the three that are fixed
description  how an own dataset describes itself
sources      all of them, with the own datasets on this machine
download     bytes from a host
library      the datasets that are whole
fetch        a source's files brought in and verified, until the dataset is whole
splits       who trains, who validates, who tests
practice/    the practice sounds: their plan and their synthesis
own/         own sounds: found in a folder or a zip, fixed to five seconds, put into folds
"""

from esc10.datasets.clips import CATEGORIES, Clip
from esc10.datasets.fetch import fetch
from esc10.datasets.folders import dataset_folder, is_whole
from esc10.datasets.library import Dataset, load_dataset
from esc10.datasets.source import Source
from esc10.datasets.sources import SOURCES, source_of, sources, whole_datasets

__all__ = [
    "CATEGORIES",
    "SOURCES",
    "Clip",
    "Dataset",
    "Source",
    "dataset_folder",
    "fetch",
    "is_whole",
    "load_dataset",
    "source_of",
    "sources",
    "whole_datasets",
]
