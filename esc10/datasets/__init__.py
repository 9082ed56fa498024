"""The clips: three sources, how each is fetched and verified, and what a clip is.

clips         a clip and the class names
sources       the three sources, their licences and files
metadata      ESC-50's own table
downloads     bytes from a host
supplies      bytes from a zip, a folder, or synthesis
opening       which of these serves a fetch
verification  is a file what it should be
fetching      all of that, until the dataset is whole
library       the datasets that are whole
"""

from esc10.datasets.clips import CATEGORIES, Clip
from esc10.datasets.fetching import fetch
from esc10.datasets.library import Dataset, dataset_folder, is_whole, load_dataset
from esc10.datasets.sources import SOURCES, Source, source_of

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
]
