"""Sentences of a passage as a PDF gives it: broken lines, bullets, headings and table rows."""

import re
from collections.abc import Iterator

from citewire.text.words import listed

_BULLET = re.compile(r"^\s*(?:[•▪●○◦‣∙·■□➢➤✓✔*–—-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])\s+")
_NUMBERED = re.compile(r"^\s*\(?\w")
_FINISHED = re.compile(r"[.!?:;…。！？][\"”’»)\]]*$")
_LEADER = re.compile(r"(?:\.\s?){4,}|_{4,}|…{2,}")
_NUMBER = re.compile(r"^[-+($€£¥]*\d[\d.,]*[%)]*$|^[$€£¥%)(–—-]+$")
SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"”’»)\]]*+(?=\s)|[。！？]+[」』”）]*")
_SPACE = re.compile(r"\s+")

# Written with a full stop that does not end a sentence.
_ABBREVIATIONS = listed(
    """
    mr mrs ms dr prof sr sra srta dra d dña jr st mt inc ltd co corp llc vs v e.g i.e eg ie etc al
    cf ca approx est dept u.s u.k u.n d.c ee.uu e.u a.m p.m a.c d.c ph.d no nos nº núm num fig figs
    p pp pág pag págs vol vols sec secs art arts cap caps ch eq ed eds av avda gral lic ing ej
    jan feb mar apr jun jul aug sep sept oct nov dec ene abr ago dic nr bzw z.b u.a mme m
    janv févr avr juil okt dez mio mrd tsd
    """
)

AHEAD = 40
"""So many characters after a full stop tell whether a sentence ends with it."""

_LAST_WORD = 40
"""So many characters before a full stop hold the word that it may belong to."""

_SHORT_LINE = 0.6
"""A line shorter than this part of the longest ones did not reach the margin."""


def split_sentences(text: str) -> list[str]:
    """The sentences of `text` in order, each verbatim but for white space, which becomes one blank.

    Headings, bullets and table rows come as units of their own; bullets lose their sign; lines of
    a table of contents are left out.
    """
    return [sentence for block in _blocks(text) for sentence in _split_block(block) if sentence]


def _blocks(text: str) -> Iterator[str]:
    """Lines that belong together, joined."""
    lines = [line.strip() for line in text.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    margin = lengths[int(len(lengths) * 0.9)] if lengths else 0
    block: list[str] = []
    for line in lines:
        if block and _starts_block(block[-1], line, margin):
            yield " ".join(block)
            block = []
        if line and not _LEADER.search(line):
            block.append(_BULLET.sub("", line) if not block else line)
    yield " ".join(block)


def _starts_block(previous: str, line: str, margin: int) -> bool:
    if not line or _LEADER.search(line):
        return True
    if _BULLET.match(line):
        # "… the wall at Berth" / "6. In November …" is a sentence that a line break cuts in two.
        return (
            not _NUMBERED.match(line)
            or bool(_FINISHED.search(previous))
            or _short(previous, margin)
        )
    if _is_table_row(line) or _is_table_row(previous):
        return True
    return _short(previous, margin) and not line[0].islower() and not previous[-1:].isdigit()


def _short(line: str, margin: int) -> bool:
    return len(line) < _SHORT_LINE * margin and not line.endswith((",", "-", ";"))


def _is_table_row(line: str) -> bool:
    parts = line.split()
    numbers = sum(bool(_NUMBER.match(part)) for part in parts)
    return numbers >= 2 and numbers >= 0.4 * len(parts)


def _split_block(block: str) -> Iterator[str]:
    start = 0
    for end in SENTENCE_END.finditer(block):
        if ends_sentence(block, start, end):
            yield _SPACE.sub(" ", block[start : end.end()]).strip()
            start = end.end()
    yield _SPACE.sub(" ", block[start:]).strip()


def ends_sentence(block: str, start: int, end: re.Match[str]) -> bool:
    """Whether a sentence of `block` that began at `start` ends with `end`, a `SENTENCE_END`."""
    if end[0][0] in "。！？":
        return True
    following = block[end.end() : end.end() + AHEAD].lstrip()
    if not following or following[0].islower():
        return not following
    if end[0] != ".":
        return True
    near = max(start, end.start() - _LAST_WORD)
    before = block[near : end.start()].rsplit(maxsplit=1)
    word = before[-1].strip("(\"“«'").lower() if before else ""
    # An initial, a list number at the start, or an abbreviation.
    is_initial = len(word) == 1 and word.isalpha()
    is_list_number = near == start and len(before) <= 1 and word.isdigit()
    return not (is_initial or is_list_number or word in _ABBREVIATIONS)
