"""How a run that is over is shown in a terminal, and what is different when it is done again."""

from collections.abc import Mapping, Sequence
from textwrap import shorten

from rich.console import Console
from rich.table import Table
from rich.text import Text

from citewire.services.past_runs.generation import GenerationDiff, Piece
from citewire.services.past_runs.prompts import Prompt
from citewire.services.past_runs.recall import PastRun
from citewire.services.past_runs.retrieval import Found, RetrievalDiff

HEAD_CHARS = 600
QUOTE_CHARS = 120
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
# Also without colours it must be seen what was and what is.
_MARKS = {"same": ("", "", ""), "then": ("[-", "-]", "red"), "now": ("{+", "+}", "green")}


def print_run(run: PastRun, prompts: Sequence[Prompt], *, whole_prompts: bool) -> None:
    """A run from the question to the end."""
    console = _console()
    _print_head(console, run)
    _print_timings(console, run)
    _print_query(console, run)
    _print_passages(console, run)
    for prompt in prompts:
        _print_prompt(console, prompt, whole=whole_prompts)
    _title(console, "Answer")
    console.print(_shown(run.answer or "(nothing was said)"))
    _print_citations(console, run)
    _print_end(console, run)


def print_retrieval(diff: RetrievalDiff) -> None:
    """Each passage with its rank and score then and now."""
    console = _console()
    _title(console, "Retrieval again")
    _print_changes(console, diff.setup)
    table = _table("now", "then", "score now", "then", "passage", "")
    for one in diff.found:
        table.add_row(
            _number(one.rank_now),
            _number(one.rank),
            _score(one.score_now),
            _score(one.score),
            _place(one.source.title, one.source.page_label),
            one.why or _moved(one),
        )
    console.print(table)
    console.print("The same passages in the same order." if diff.is_same else "Not the same.")


def print_generation(diff: GenerationDiff, run: PastRun) -> None:
    """Both answers, word by word, and the verdicts of what they cite."""
    console = _console()
    _title(console, "Answer again")
    if diff.is_same_prompt is not None:
        told = "the same, byte by byte" if diff.is_same_prompt else "not the same"
        console.print(f"prompt: {told}")
    _print_changes(console, diff.parameters)
    console.print(_marked(diff.words))
    if all(piece.kind == "same" for piece in diff.words):
        console.print("The same words.")
    sources = {source.passage_id: source for source in run.sources}
    table = _table("n", "cited passage", "then", "now")
    for one in diff.cited:
        source = sources[one.passage_id]
        place = _place(source.title, source.page_label)
        table.add_row(str(source.n), place, ", ".join(one.then) or "-", ", ".join(one.now) or "-")
    console.print(table)
    console.print(f"ended with: {diff.finish_reason}")


def _print_head(console: Console, run: PastRun) -> None:
    record = run.record
    _title(console, f"Run {record.ids.run_id}")
    console.print(f"chat {record.ids.chat_id}, {record.asked_at}")
    setup = record.setup
    console.print(
        f"Citewire {setup.version}, answers: {setup.model}, embeddings: {setup.embedding}, "
        f"index {setup.index}, similarity_top_k {setup.similarity_top_k}"
    )
    for name, ids in (("documents", record.doc_ids), ("folders", record.folder_ids)):
        if ids:
            console.print(f"only these {name}: {', '.join(ids)}")


def _print_timings(console: Console, run: PastRun) -> None:
    timings = run.answered["timings"] or {}  # of a run whose worker died nobody knows them
    points = [(f"{stage} begins", at) for stage, at in run.record.stages]
    points += [
        (told, timings[name])
        for name, told in (
            ("retrieve_ms", "passages found"),
            ("first_token_ms", "first token"),
            ("total_ms", "end"),
        )
        if timings.get(name) is not None
    ]
    told = ", ".join(f"{name} {at:g}" for name, at in sorted(points, key=lambda one: one[1]))
    console.print(f"ms from the start: {told}")


def _print_query(console: Console, run: PastRun) -> None:
    _title(console, "Question")
    console.print(_shown(run.question))
    if run.standalone != run.question:
        console.print(_shown(f"searched for: {run.standalone}"))
    for part in run.record.parts:
        console.print(_shown(f"part: {part}"))
    if run.record.is_fallback:
        console.print(_shown(f"fallback: {run.record.fallback or '(the reason is not kept)'}"))


def _print_passages(console: Console, run: PastRun) -> None:
    if not run.sources:
        return
    _title(console, f"Passages (evidence: {run.answered['evidence']})")
    labels = {citation.n: str(citation.label) for citation in run.citations}
    table = _table("n", "label", "score", "passage", "id")
    for source in run.sources:
        place = _place(source.title, source.page_label)
        label = labels.get(source.n, "")
        table.add_row(str(source.n), label, _score(source.score), place, source.passage_id)
    console.print(table)


def _print_prompt(console: Console, prompt: Prompt, *, whole: bool) -> None:
    call = prompt.call
    _title(console, f"Prompt: {call.purpose}")
    plain = {name: value for name, value in call.parameters.items() if name != "tools"}
    console.print(_shown(", ".join(f"{name}: {value}" for name, value in plain.items())))
    console.print(f"sha256 {call.prompt_sha256}")
    if prompt.messages is None:
        console.print(f"its text cannot be shown: {prompt.missing}")
        return
    text = "\n\n".join(f"{one['role']}: {one['content']}" for one in prompt.messages)
    shown = text if whole else text[:HEAD_CHARS]
    console.print(_shown(shown))
    if len(shown) < len(text):
        console.print(f"… {len(text) - len(shown)} characters more: --prompt")


def _print_citations(console: Console, run: PastRun) -> None:
    if not run.citations:
        return
    _title(console, "Citations")
    table = _table("label", "verdict", "method", "quote", "match")
    for one in run.citations:
        verdict = one.verification
        quote = _shown(shorten(one.quote.text, QUOTE_CHARS, placeholder=" …"))
        table.add_row(str(one.label), verdict.status, verdict.method, quote, one.quote.match)
    console.print(table)


def _print_end(console: Console, run: PastRun) -> None:
    turn, usage = run.answered, run.record.usage
    how = turn["finish_reason"] or turn.get("stopped_by") or turn["error"] or ""
    console.print(_shown(f"\nended: {turn['status']} ({how}), by way of {turn['route']}"))
    if run.record.calls:
        told = f"tokens: {usage.prompt_tokens} in, {usage.completion_tokens} out"
        after = f", {usage.tokens_after_stop} after the stop" if usage.tokens_after_stop else ""
        console.print(told + after)
    for warning in turn["warnings"]:
        console.print(_shown(f"warning: {warning['code']}: {warning['message']}"))


def _print_changes(console: Console, changes: Mapping[str, tuple[object, object]]) -> None:
    for name, (then, now) in changes.items():
        console.print(_shown(f"{name}: {then} then, {now} now"))


def _marked(words: Sequence[Piece]) -> Text:
    marked = Text()
    for piece in words:
        start, end, style = _MARKS[piece.kind]
        marked.append(f"{start}{piece.text}{end}".translate(_CONTROLS), style)
    return marked


def _moved(one: Found) -> str:
    if one.rank is None:
        return "new"
    return "" if one.rank == one.rank_now else f"was {one.rank}"


def _place(title: str, page_label: str) -> str:
    return f"{shorten(title, 60, placeholder=' …')}, p. {page_label}".translate(_CONTROLS)


def _shown(text: str) -> Text:
    """What others wrote, without what a terminal would obey."""
    return Text(text.translate(_CONTROLS))


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _title(console: Console, text: str) -> None:
    console.print(Text(f"\n{text}".translate(_CONTROLS), "bold"))


def _table(*columns: str) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(Text(name), overflow="fold")
    return table


def _console() -> Console:
    # Text of reports and chats is shown as it is: brackets are no styles.
    return Console(highlight=False, markup=False)
