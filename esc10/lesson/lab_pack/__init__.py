"""Datasets, runs, and on request the program and its packages, in one zip for another machine.

layout     what lies where in the zip, and what its packages are made for
program    the program's own files, its packages, and how to start it elsewhere
packing    the zip, written
unpacking  a stranger's zip: each thing in it lands whole or not at all

Practice sounds stay behind, and are computed anew, in seconds. So do mel spectrograms: a dataset's
take 44 MB, more than the sounds of ESC-10, and seconds to compute; and they are good for the same
versions of some packages alone. Of neither could anybody tell a stranger's from true ones but by
computing them.
"""

from esc10.lesson.lab_pack.packing import Packed, pack
from esc10.lesson.lab_pack.unpacking import Unpacked, unpack

__all__ = ["Packed", "Unpacked", "pack", "unpack"]
