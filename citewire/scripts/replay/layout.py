"""How the parts of a replayed run are laid out in a terminal."""

from textwrap import shorten

from rich.console import Console
from rich.table import Table
from rich.text import Text

from citewire.scripts.plain_text import PIPED_WIDTH, harmless
from citewire.services.citations.model import Source
from citewire.text.places import placed


def place(source: Source) -> Text:
    """Where a passage stands, on one line."""
    label = " ".join(source.page_label.split()) or str(source.page_start)
    title = shorten(source.title, 60, placeholder=" …")
    return shown(placed(title, source.file_name, label, section=source.section))


def shown(text: str) -> Text:
    """What others wrote, without what a terminal would obey."""
    return Text(harmless(text))


def score(value: float | None) -> str:
    """As it is compared; a dash where there is none."""
    return "-" if value is None else f"{value:.4f}"


def print_title(console: Console, text: str) -> None:
    """The head of a section."""
    console.print(Text(f"\n{harmless(text)}", "bold"))


def build_table(*columns: str) -> Table:
    """A table without lines, from which nothing is cut."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(Text(name), overflow="fold")
    return table


def build_console() -> Console:
    """Standard output, where brackets are no styles; between pipes no line is folded."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width, console.soft_wrap = PIPED_WIDTH, True
    return console
