"""Markdown: written out as the HTML that it stands for, and read as that."""

import re
from pathlib import Path

from markdown_it.token import Token

from citewire.content.report import Report
from citewire.services.reading.dates import iso_date
from citewire.services.reading.encoding import read_text
from citewire.services.reading.flow import flow_report
from citewire.services.reading.html import parsed
from citewire.services.reading.html_walk import blocks_of
from citewire.services.reading.markdown_rules import markdown_of_reports

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_YAML_ENTRY = re.compile(r"[\"']?[\w.-]{1,40}(?: [\w.-]{1,40}){0,2}[\"']?:(?:[ \t]|$)")
_TOML_ENTRY = re.compile(r"[\w\"'.-]{1,60}[ \t]*=|\[")
_ENTRY = re.compile(r"[\"']?([\w.-]{1,40}(?: [\w.-]{1,40}){0,2})[\"']?[ \t]*[:=](.*)")
_GOES_ON = re.compile(r"[ \t]|- |-$|#|[\]})]|$")
_USUAL = frozenset("title subtitle author authors date tags description version status".split())
"""Keys that a text would hardly have; all in small letters are keys too."""


def read_markdown(path: Path) -> Report:
    """Read the Markdown file at `path`, put on pages of about 3,000 characters.

    Title and date are taken from its front matter where it has one.

    Raises:
        UnreadableDocument: it cannot be opened, is too large, empty or no text.
    """
    read = read_text(path)
    text = read.text.replace("\r\n", "\n").replace("\r", "\n")
    front, end = _front_matter(text)
    entries = _entries(front)
    root, notes = parsed(f"<body>{_as_html(text[end:])}</body>")
    return flow_report(
        path,
        blocks_of(root),
        title=entries.get("title", ""),
        date=iso_date(entries.get("date", "")),
        notes=(*read.notes, *notes),
    )


def _front_matter(text: str) -> tuple[str, int]:
    """Its lines, and where the text behind it begins; between two rules may stand text as well."""
    for pattern, entry in ((_FRONT_MATTER, _YAML_ENTRY), (_TOML, _TOML_ENTRY)):
        found = pattern.match(text)
        lines = found[1].split("\n") if found else []
        if not found or not all(entry.match(line) or _GOES_ON.match(line) for line in lines):
            continue
        keys = [key[1] for line in lines if (key := _ENTRY.match(line))]
        if any(key.lower() in _USUAL or (key.islower() and " " not in key) for key in keys):
            return found[1], found.end()
    return "", 0


def _entries(front_matter: str) -> dict[str, str]:
    """The plain entries of front matter; what is nested is of no use here."""
    found = map(_ENTRY.match, front_matter.split("\n"))
    return {entry[1].lower(): entry[2].strip().strip("\"'") for entry in found if entry}


def _as_html(text: str) -> str:
    """The page that a browser shows for `text`, footnotes at its end."""
    markdown = markdown_of_reports()
    env: dict[str, object] = {}
    tokens = markdown.parse(text, env)
    return str(markdown.renderer.render(_notes_last(tokens), markdown.options, env))


def _notes_last(tokens: list[Token]) -> list[Token]:
    """`tokens` with the footnotes behind all others, each beginning with its mark."""
    others: list[Token] = []
    notes: list[Token] = []
    depth, mark = 0, ""
    for token in tokens:
        if token.type == "note_open":
            depth, mark = depth + 1, f"[{token.meta['label']}] "
        elif token.type == "inline" and mark and token.children is not None:
            token.children.insert(0, Token("text", "", 0, content=mark))
            mark = ""
        (notes if depth else others).append(token)
        depth -= token.type == "note_close"
    return others + notes
