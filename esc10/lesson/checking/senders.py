"""Who sent a file, from the name that a course server gave it when all were downloaded at once.

Moodle's *Download all submissions* begins the name of each person's folder, or of each file, with
`Full name_1234567_assignsubmission_file_`; where names are hidden, with
`Participant_1234567_assignsubmission_file_`. Source: `mod/assign/locallib.php` of Moodle,
`download_submissions`. What somebody typed into the page itself comes as
`…_assignsubmission_onlinetext_`, and is no file that was handed in.

Canvas' *Download Submissions* names a file `lastnamefirst_[LATE_]userid_fileid_filename.ext`, or
`anon_id_fileid_filename.ext` where names are hidden. Source: `lib/content_zipper.rb` of Canvas,
`get_filename` and `add_upload_submission`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d{1,12})_assignsubmission_file(_[^/]*)?")
_ONLINE_TEXT = re.compile(r"[^/]+_\d{1,12}_assignsubmission_onlinetext(_[^/]*)?")
_CANVAS = re.compile(r"(?P<name>\w+?)(?P<late>_LATE)?_(?P<id>\d{1,20})_\d{1,20}_[^/]+")
_CANVAS_HIDDEN = re.compile(r"anon_(?P<id>[A-Za-z0-9]{5})_\d{1,20}_[^/]+")


@dataclass(frozen=True)
class Sender:
    """Who sent a file.

    Attributes:
        server: `Moodle` or `Canvas`.
        id: the server's number for the person: of Moodle's participant, of Canvas' user; of Canvas
            with hidden names five letters and digits.
        name: the person's, as the server writes it in file names.
        late: whether the server calls it late, which only Canvas does.
    """

    server: str
    id: str
    name: str
    late: bool = False


def sender_of(path: str) -> Sender | None:
    """Who sent a file; None where no course server named it.

    Args:
        path: of the file below the folder of all hand-ins, with forward slashes. Moodle names the
            file or a folder around it, Canvas the file.
    """
    *folders, name = path.split("/")
    for part in (name, *reversed(folders)):
        if match := _MOODLE.fullmatch(part):
            return Sender("Moodle", match["id"], match["name"])
    if match := _CANVAS_HIDDEN.fullmatch(name):
        return Sender("Canvas", match["id"], "")
    if match := _CANVAS.fullmatch(name):
        return Sender("Canvas", match["id"], match["name"], late=match["late"] is not None)
    return None


def is_online_text(path: str) -> bool:
    """Whether Moodle wrote a file, of what somebody typed; the path is as for `sender_of`."""
    return any(_ONLINE_TEXT.fullmatch(part) for part in path.split("/"))
