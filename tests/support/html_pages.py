"""An HTML page as its reader meets it: headings, tables, links, what it would fetch or run."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "link", "img", "br", "hr", "input", "source"}
DATA = ("application/json", "application/zip")
"""Types of scripts that no browser runs."""


@dataclass
class Table:
    """A table: its caption, and its rows' cells as texts."""

    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Element:
    """An element with its attributes and the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Page(HTMLParser):
    """A page that is well-formed: what is opened is closed, in order.

    Attributes:
        elements: all of them, in the order in which they begin.
        tables: likewise.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.tables: list[Table] = []
        self._open: list[Element] = []
        self.feed(content.decode())
        self.close()
        assert not self._open, self._open[-1].tag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append(element)
        if tag == "table":
            self.tables.append(Table())
        if tag == "tr":
            self.tables[-1].rows.append([])
        if tag not in EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # of SVG
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        assert closed.tag == tag, f"<{closed.tag}> is closed by </{tag}>"
        text = " ".join(closed.text.split())
        if tag == "caption":
            self.tables[-1].caption = text
        if tag in ("td", "th"):
            self.tables[-1].rows[-1].append(text)

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """All elements with that tag."""
        return [element for element in self.elements if element.tag == tag]

    def one(self, name: str) -> Element:
        """The element of that id."""
        (found,) = (each for each in self.elements if each.attributes.get("id") == name)
        return found

    @property
    def words(self) -> str:
        """All that the body says, with single spaces; not what lies in its scripts."""
        (body,) = self.all("body")
        text = body.text
        for script in self.all("script"):
            text = text.replace(script.text, "")
        return " ".join(text.split())
