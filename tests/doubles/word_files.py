"""Word files written part by part, as no library for writing them would."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

_SCHEMAS = "http://schemas.openxmlformats.org"
_OFFICE = f"{_SCHEMAS}/officeDocument/2006/relationships"
_PACKAGE = f"{_SCHEMAS}/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

NAMES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": f"{_SCHEMAS}/wordprocessingml/2006/main",
        "r": _OFFICE,
        "m": f"{_SCHEMAS}/officeDocument/2006/math",
        "mc": f"{_SCHEMAS}/markup-compatibility/2006",
        "wp": f"{_SCHEMAS}/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "a": f"{_SCHEMAS}/drawingml/2006/main",
        "c": f"{_SCHEMAS}/drawingml/2006/chart",
        "dgm": f"{_SCHEMAS}/drawingml/2006/diagram",
        "pic": f"{_SCHEMAS}/drawingml/2006/picture",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)


def part(tag: str, content: str) -> str:
    """A part whose root is `tag`, with all namespaces."""
    return f"<{tag} {NAMES}>{content}</{tag}>"


def run(text: str, look: str = "") -> str:
    """A run of text with properties."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs: str, look: str = "") -> str:
    """A paragraph of runs; those that are no XML are texts."""
    inside = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p><w:pPr>{look}</w:pPr>{inside}</w:p>"


def cell(text: str, look: str = "") -> str:
    """A cell of a table; what is no XML is its text."""
    inside = text if text.startswith("<") else p(text)
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{inside}</w:tc>"


def row(*cells: str, look: str = "") -> str:
    """A row of a table; those that are no XML are texts of cells."""
    inside = "".join(one if one.startswith("<") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{look}</w:trPr>{inside}</w:tr>"


def tbl(*rows: str, look: str = "") -> str:
    """A table of rows."""
    return f"<w:tbl><w:tblPr>{look}</w:tblPr>{''.join(rows)}</w:tbl>"


def write_word(
    path: Path,
    body: str,
    parts: Mapping[str, str | bytes] | None = None,
    types: Mapping[str, str] | None = None,
) -> Path:
    """A Word file of a body.

    Args:
        path: of the file.
        body: what stands in `w:body`.
        parts: others by name; one like `styles.xml` is related by that kind, with its name as id.
        types: their media types by ending, where these are not XML.
    """
    parts = parts or {}
    rows = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{_kind(name)}" Target="{name}"/>'
        for name in parts
    )
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        **(types or {}),
    }
    kinds = "".join(f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items())
    main = f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    root = f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types">{kinds}{main}</Types>',
        )
        archive.writestr("_rels/.rels", _relations(root))
        archive.writestr("word/document.xml", part("w:document", f"<w:body>{body}</w:body>"))
        archive.writestr("word/_rels/document.xml.rels", _relations(rows))
        for name, content in parts.items():
            archive.writestr(f"word/{name}", content)
    return path


def _relations(rows: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _kind(name: str) -> str:
    return name.partition(".")[0].rstrip("0123456789")
