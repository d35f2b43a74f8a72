"""How the parts of a replayed run are laid out in a terminal."""

from textwrap import shorten

from rich.console import Console
from rich.table import Table
from rich.text import Text

from citewire.services.run_events import Source

CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
"""What a terminal would obey, for `str.translate`: reports are other people's text."""


def place(source: Source) -> str:
    """Where a passage stands, on one line."""
    return f"{shorten(source.title, 60, placeholder=' …')}, p. {source.page_label}".translate(
        CONTROLS
    )


def shown(text: str) -> Text:
    """What others wrote, without what a terminal would obey."""
    return Text(text.translate(CONTROLS))


def score(value: float | None) -> str:
    """As it is compared; a dash where there is none."""
    return "-" if value is None else f"{value:.4f}"


def print_title(console: Console, text: str) -> None:
    """The head of a section."""
    console.print(Text(f"\n{text}".translate(CONTROLS), "bold"))


def build_table(*columns: str) -> Table:
    """A table without lines, from which nothing is cut."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(Text(name), overflow="fold")
    return table


def build_console() -> Console:
    """Standard output, where brackets in reports and chats are no styles."""
    return Console(highlight=False, markup=False)
