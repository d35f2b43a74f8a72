"""What the docs say of the code in lists is made from the code: the marked blocks, and their text.

`python -m tests.docs_blocks` writes them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from citewire.services.reading.formats import FORMATS

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"(<!-- generated: ([\w -]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def blocks() -> dict[str, str]:
    """The text of each block by its name."""
    return {"formats": _formats()}


def filled(page: str) -> str:
    """`page` with its blocks as they should be."""
    known = blocks()
    return BLOCK.sub(lambda block: f"{block[1]}{known[block[2]]}{block[4]}", page)


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _formats() -> str:
    rows = (
        (
            row.label,
            " ".join(f"`{suffix}`" for suffix in row.media_types),
            " ".join(f"`{kind}`" for kind in dict.fromkeys(row.media_types.values())),
        )
        for row in FORMATS
    )
    return table(("Format", "Endings", "Media type"), rows)


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
