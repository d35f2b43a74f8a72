"""Whether the row that holds a claim's figure may be the one that the claim speaks of.

`Total liabilities were $59,268 million` shares a word with the row `Total assets`, and the table
speaks of liabilities elsewhere; `Total liabilities and equity` has a part that it does not name.
"""

import re

from citewire.services.citations.verdicts.asked_figures import AskedFigures
from citewire.services.citations.verdicts.cells import CellTrace
from citewire.services.citations.verdicts.fitting import SURE
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import ALIKE, words_of
from citewire.text.words import listed

_AND = re.compile(r"\s(?:and|y|und|et)\s|\s&\s")
_IN_BRACKETS = re.compile(r"\([^()]{0,200}\)")

QUALIFIERS = words_of(
    """net total totals gross other current annual quarterly consolidated reported overall related
    similar equivalents amount amounts value number ended fiscal period year quarter month neto
    total netto gesamt declared paid"""
)
"""Words of a head that a claim may leave out."""


def is_other_row(cell: CellTrace, asked: AskedFigures, told: frozenset[str] = frozenset()) -> bool:
    """Whether the row that holds a figure is likely another one than the claim speaks of.

    What is `told` is of the rows of other figures of the claim.
    """
    table, line = cell.table.table, cell.table.table.lines[cell.line]
    if _leaves_out(line.label, asked.words):
        return True
    if cell.table.lines[cell.line].precision >= SURE or not line.words:
        return False
    head = table.heads[cell.figure.head]
    own = line.words | line.group | head.words | head.group
    missing = {
        word
        for word in (asked.named & (table.of_lines | table.of_heads)) - own - told - QUALIFIERS
        if not own & ALIKE.get(word, listed(""))
    }
    # What the row says besides is not said of the claim either.
    return bool(missing) and bool(line.words - asked.words - QUALIFIERS)


def _leaves_out(label: str, words: frozenset[str]) -> bool:
    """Whether a label names two things, of which the claim names one."""
    parts = _AND.split(_IN_BRACKETS.sub(" ", flatten(label)))
    if len(parts) != 2 or "," in parts[0]:
        return False
    told = [words_of(part) - QUALIFIERS for part in parts]
    if not all(told):
        return False
    said = [_names(part, words) for part in told]
    return any(said) and not all(said)


def _names(part: frozenset[str], words: frozenset[str]) -> bool:
    return any(word in words or words & ALIKE.get(word, listed("")) for word in part)
