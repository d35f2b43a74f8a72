"""What is different when a part of a run is done again, shown in a terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from citewire.scripts.plain_text import harmless
from citewire.scripts.replay.layout import (
    build_console,
    build_table,
    place,
    print_title,
    score,
    shown,
)
from citewire.services.replay.generation import DiffSpan, GenerationDiff
from citewire.services.replay.prompts import NOT_KEPT
from citewire.services.replay.recall import PastRun
from citewire.services.replay.retrieval import RankedPassage, RetrievalDiff

# Also without colours it must be seen what was and what is.
_MARKS = {"same": ("", "", ""), "then": ("[-", "-]", "red"), "now": ("{+", "+}", "green")}


def print_retrieval(diff: RetrievalDiff) -> None:
    """Each passage with its rank and score then and now."""
    console = build_console()
    print_title(console, "Retrieval again")
    _print_changes(console, diff.setup)
    table = build_table("now", "then", "score now", "then", "passage", "")
    for one in diff.found:
        table.add_row(
            _number(one.rank_now),
            _number(one.rank),
            score(one.score_now),
            score(one.score),
            place(one.source),
            one.why or _moved(one),
        )
    console.print(table)
    console.print("The same passages in the same order." if diff.is_same else "Not the same.")


def print_generation(diff: GenerationDiff, run: PastRun) -> None:
    """Both answers, word by word, and the verdicts of what they cite."""
    console = build_console()
    print_title(console, "Answer again")
    if diff.is_same_prompt is not None:
        told = "the same, byte by byte" if diff.is_same_prompt else "not the same"
        console.print(f"prompt: {told}")
    elif run.record.calls and not run.record.has_text:
        console.print(f"prompt: cannot be compared: {NOT_KEPT}")
    _print_changes(console, diff.parameters)
    console.print(_marked(diff.words))
    if all(piece.kind == "same" for piece in diff.words):
        console.print("The same words.")
    sources = {source.passage_id: source for source in run.sources}
    table = build_table("n", "cited passage", "then", "now")
    for one in diff.cited:
        source = sources[one.passage_id]
        then, now = ", ".join(one.then) or "-", ", ".join(one.now) or "-"
        table.add_row(str(source.n), place(source), then, now)
    console.print(table)
    console.print(f"ended with: {diff.finish_reason}")


def _print_changes(console: Console, changes: Mapping[str, tuple[object, object]]) -> None:
    for name, (then, now) in changes.items():
        console.print(shown(f"{name}: {then} then, {now} now"))


def _marked(words: Sequence[DiffSpan]) -> Text:
    marked = Text()
    for piece in words:
        start, end, style = _MARKS[piece.kind]
        marked.append(harmless(f"{start}{piece.text}{end}"), style)
    return marked


def _moved(one: RankedPassage) -> str:
    if one.rank is None:
        return "new"
    return "" if one.rank == one.rank_now else f"was {one.rank}"


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
