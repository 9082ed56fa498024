"""Tables as CSV files."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet computes a text that begins so, whoever wrote it."""


def csv_of(table: pa.Table) -> bytes:
    """A table as CSV: numbers as numbers, and no text that a spreadsheet would compute."""
    columns = {
        field.name: [_harmless(text) for text in table[field.name].to_pylist()]
        if pa.types.is_string(field.type)
        else table[field.name]
        for field in table.schema
    }
    content = pa.BufferOutputStream()
    pyarrow.csv.write_csv(pa.table(columns), content)
    return bytes(content.getvalue().to_pybytes())


def _harmless(text: str | None) -> str | None:
    return f"'{text}" if text and text.startswith(_FORMULA) else text
