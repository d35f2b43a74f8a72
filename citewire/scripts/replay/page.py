"""A run that is over, as it is shown in a terminal."""

from collections.abc import Sequence
from textwrap import shorten

from rich.console import Console

from citewire.scripts.replay.layout import (
    build_console,
    build_table,
    place,
    print_title,
    score,
    shown,
)
from citewire.services.replay.prompts import Prompt
from citewire.services.replay.recall import PastRun

HEAD_CHARS = 600
QUOTE_CHARS = 120


def print_run(run: PastRun, prompts: Sequence[Prompt], *, whole_prompts: bool) -> None:
    """A run from the question to the end."""
    console = build_console()
    _print_head(console, run)
    _print_timings(console, run)
    _print_query(console, run)
    _print_passages(console, run)
    for prompt in prompts:
        _print_prompt(console, prompt, whole=whole_prompts)
    print_title(console, "Answer")
    console.print(shown(run.answer or "(nothing was said)"))
    _print_citations(console, run)
    _print_end(console, run)


def _print_head(console: Console, run: PastRun) -> None:
    record = run.record
    print_title(console, f"Run {record.ids.run_id}")
    console.print(f"chat {record.ids.chat_id}, {record.asked_at}")
    setup = record.setup
    console.print(
        f"Citewire {setup.version}, answers: {setup.model}, embeddings: {setup.embedding}, "
        f"index {setup.index}, similarity_top_k {setup.similarity_top_k}"
    )
    named = [("documents", record.doc_ids), ("folders", record.folder_ids)]
    for name, ids in (*named, *(("labels", some) for some in record.labels)):
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
    print_title(console, "Question")
    console.print(shown(run.question))
    if run.standalone != run.question:
        console.print(shown(f"searched for: {run.standalone}"))
    for part in run.parts:
        console.print(shown(f"part: {part}"))
    if run.record.is_fallback:
        console.print(shown(f"fallback: {run.record.fallback or '(the reason is not kept)'}"))


def _print_passages(console: Console, run: PastRun) -> None:
    if not run.sources:
        return
    print_title(console, f"Passages (evidence: {run.answered['evidence']})")
    labels = {citation.n: str(citation.label) for citation in run.citations}
    table = build_table("n", "label", "score", "passage", "id")
    for source in run.sources:
        label = labels.get(source.n, "")
        where, rank = place(source), str(source.n)
        table.add_row(rank, label, score(source.score), where, source.passage_id)
    console.print(table)


def _print_prompt(console: Console, prompt: Prompt, *, whole: bool) -> None:
    call = prompt.call
    print_title(console, f"Prompt: {call.purpose}")
    parameters = (f"{name}: {value}" for name, value in call.parameters.items())
    console.print(shown(", ".join(parameters)))
    console.print(f"sha256 {call.prompt_sha256}")
    if prompt.messages is None:
        console.print(f"its text cannot be shown: {prompt.missing}")
        return
    text = "\n\n".join(f"{message['role']}: {message['content']}" for message in prompt.messages)
    cut = len(text) if whole else HEAD_CHARS
    console.print(shown(text[:cut]))
    if len(text) > cut:
        console.print(f"… {len(text) - cut} characters more: --prompt")


def _print_citations(console: Console, run: PastRun) -> None:
    if not run.citations:
        return
    print_title(console, "Citations")
    table = build_table("label", "verdict", "method", "quote", "match")
    for citation in run.citations:
        verdict = citation.verification
        quote = shown(shorten(citation.quote.text, QUOTE_CHARS, placeholder=" …"))
        table.add_row(
            str(citation.label), verdict.status, verdict.method, quote, citation.quote.match
        )
    console.print(table)


def _print_end(console: Console, run: PastRun) -> None:
    turn, usage = run.answered, run.record.usage
    how = turn["finish_reason"] or turn.get("stopped_by") or turn["error"] or ""
    console.print(shown(f"\nended: {turn['status']} ({how}), by way of {turn['route']}"))
    if run.record.calls:
        told = f"tokens: {usage.prompt_tokens} in, {usage.completion_tokens} out"
        after = f", {usage.tokens_after_stop} after the stop" if usage.tokens_after_stop else ""
        console.print(told + after)
    for warning in turn["warnings"]:
        console.print(shown(f"warning: {warning['code']}: {warning['message']}"))
