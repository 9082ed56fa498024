"""A run as one zip, which another installation imports.

exporting  what the zip holds
members    a stranger's zip: its files, each read no further than its bound
checks     what its configuration, events, outcome and caption say, checked
arrays     the stored answers, checked
weights    the weights' HDF5 files, checked
importing  all of that, before anything is written; a run to keep, or one to look at
"""

from esc10.runs.exchange.exporting import run_zip
from esc10.runs.exchange.importing import import_run, run_aside

__all__ = ["import_run", "run_aside", "run_zip"]
