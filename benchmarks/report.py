"""A benchmark's table in `benchmarks/README.md`, between the two marks that carry its name."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).parent / "README.md"


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """A table whose first column reads from the left, the others from the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def rows_of(name: str) -> list[list[str]]:
    """The rows of a benchmark's table in the README, cell by cell."""
    _, _, rest = README.read_text("utf-8").partition(f"<!-- {name} -->")
    lines = rest.partition(f"<!-- end of {name} -->")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return rows[2:]


def write_table(name: str, table: str, machine: dict[str, str]) -> None:
    """Replace a benchmark's table in the README.

    Raises:
        ValueError: the README has no place for it.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    text = README.read_text("utf-8")
    before, found, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{README} has no lines {begin} and {end}")
    measured = ", ".join(
        value if key in ("cpu", "system") else f"{key} {value}" for key, value in machine.items()
    )
    README.write_text(f"{before}{begin}\n\n{table}\n\nOn: {measured}.\n\n{end}{after}", "utf-8")
