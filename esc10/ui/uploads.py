"""Letting go of what a browser has sent: Streamlit itself keeps it until the session ends."""

from __future__ import annotations

from collections.abc import Iterable

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def let_go(files: Iterable[UploadedFile]) -> None:
    """Have the server forget some files of this session's, of which the box is not drawn again."""
    session = get_script_run_ctx()
    if session is None or not isinstance(session.uploaded_file_mgr, MemoryUploadedFileManager):
        return
    for file in files:
        session.uploaded_file_mgr.remove_file(session_id=session.session_id, file_id=file.file_id)
