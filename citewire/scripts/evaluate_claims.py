"""`citewire eval claims`: judges the labelled claims of a file and counts the verdicts."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from citewire.services.evaluation.labelled_claims import (
    STATUSES,
    agreements,
    count_verdicts,
    read_labelled_claims,
    verdict_on,
)

WIDTH = 120
"""Columns of the table where it is not printed to a terminal."""


def evaluate_claims(path: Path, *, output: Path | None) -> int:
    """Judge the claims in `path`, print the verdicts by kind of claim; gives the exit code.

    Args:
        path: the claims.
        output: where the counts are written as JSON.

    Raises:
        CitewireError: the claims cannot be read.
    """
    kinds = count_verdicts((claim.kind, verdict_on(claim)) for claim in read_labelled_claims(path))
    table = Table(header_style="bold")
    agreed = agreements(kinds)
    table.add_column("kind")
    for name in ("claims", *STATUSES, *(("precision", "recall") if agreed else ())):
        table.add_column(name, justify="right")
    for kind, counts in sorted(kinds.items()):
        whole = sum(counts.values())
        shares = (f"{counts[status]} ({counts[status] / whole:.2f})" for status in STATUSES)
        told = (f"{one:.2f}" if one is not None else "" for one in agreed.get(kind, ()))
        table.add_row(kind, str(whole), *shares, *told)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table)
    if output is not None:
        output.write_text(json.dumps({"kinds": kinds}, ensure_ascii=False, indent=1), "utf-8")
    return 0
