"""The clips: where they come from, how they are fetched and verified or made, what a clip is.

clips         a clip and the class names
sources       the sources, their licences and files
metadata      ESC-50's own table
downloads     bytes from a host
supplies      bytes from a zip, a folder, or synthesis
opening       which of these serves a fetch
verification  is a file what it should be
fetching      all of that, until the dataset is whole
places        where datasets are, and which are whole
library       the datasets that are whole
naming        what an own dataset and its classes may be called
described     how an own dataset describes itself
trees         a stranger's folder, read file by file; zip_trees a stranger's zip
layouts       which sounds lie in it, of which class and recording
folding       five folds for them
clipping      a sound as a clip of five seconds
own           all of that, until the own dataset is whole; own_words what is said of it
kept          recordings that somebody kept, and a dataset made of them
"""

from esc10.datasets.clips import CATEGORIES, Clip
from esc10.datasets.fetch import fetch
from esc10.datasets.library import Dataset, load_dataset
from esc10.datasets.places import dataset_folder, is_whole
from esc10.datasets.sources import SOURCES, Source, source_of, sources

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
]
