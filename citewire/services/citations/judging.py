"""Judging a claim by each of the sources that it cites, by all together, and by what is beside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from citewire.content.table import Table
from citewire.services.citations.model import (
    Operand,
    Verification,
    VerificationStatus,
    WorkedFigure,
)
from citewire.services.citations.quotes import PassageText, contents_of, supporting_quote
from citewire.services.citations.verdicts import Digest, Judgement, digest, judge
from citewire.services.citations.verdicts.calculations import Calculated
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.fitting import label_of
from citewire.services.citations.verdicts.reasons import NO_REASON, Reason
from citewire.text.offsets import utf16_length

Embed = Callable[[list[str]], Sequence[Sequence[float]]]
"""Vectors of texts, in their order; called in the checking thread."""


class SourceText:
    """A passage with what checking needs of it, each made when it is first asked for.

    `quotable` is used on the event loop only, `vector` in the checking thread only.

    Args:
        text: of the passage.
        table: its cells, by their places in the text, if it is one.
        passage_id: of the passage.
        about: what its document is called.
        scales: those in which its document tells its figures, for what tells none itself.
    """

    def __init__(
        self,
        text: str,
        table: Table | None = None,
        passage_id: str = "",
        about: str = "",
        scales: Sequence[float] = (),
    ) -> None:
        self.scales = scales
        self.passage_id = passage_id
        self.about = about
        self.text = text
        self.table = table
        self.vector: Sequence[float] | None = None

    @cached_property
    def quotable(self) -> PassageText:
        """Its text, ready to be searched for quotes."""
        return PassageText(self.text)

    @cached_property
    def contents(self) -> frozenset[str]:
        """The stems of its words, and its numbers."""
        return contents_of(self.text)

    @cached_property
    def digest(self) -> Digest:
        """Its text, read for verdicts."""
        return digest(self.text, self.table, self.about, self.scales)


Around = Sequence[tuple[SourceText, ...]]
"""What was shown beside each of some sources."""

LIKELY = 3
"""So many passages beside a source are looked at, those that have most of what it lacks."""

AMONG = 1 / 3
"""The part of a claim's words among which its figure must stand beside the source."""

_BY_CELL = ("cell", "calculated")
_RANKS = {"unsupported": 0, "unchecked": 1, "partial": 2, "supported": 3}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one claim: a verification per source and one by all of them together.

    Also the numbers that none of them holds.

    The numbers are given by their places in the claim, in characters.
    """

    verifications: tuple[Verification, ...]
    together: Verification
    untraced: tuple[tuple[int, int], ...] = ()
    messages: tuple[Reason, ...] = ()
    """What is wrong with each of them."""
    beside: tuple[str, ...] = ()
    """Of each source, the id of the passage beside it with which it was judged; empty for none."""


def check(
    claim: str, sources: Sequence[SourceText], embed: Embed | None, around: Around = ()
) -> Checked:
    """Judge a claim by each of its sources, and once by all of them together.

    A source that does not carry the claim alone, but does with the others, is `partial`. What the
    model was shown beside a source is looked at where the source does not carry the claim.
    """
    embed = embed and _remembering(embed)
    checked = _by_sources(claim, sources, embed)
    is_open = any(one.status != "supported" for one in checked.verifications)
    return _look_beside(claim, sources, around, embed, checked) if is_open and around else checked


def _look_beside(
    claim: str,
    sources: Sequence[SourceText],
    around: Around,
    embed: Embed | None,
    checked: Checked,
) -> Checked:
    """Judge each source that does not carry the claim with one passage beside it."""
    found, beside = list(checked.verifications), [""] * len(sources)
    likely = [_likely(claim, *pair) for pair in zip(sources, around, strict=True)]
    for at, source in enumerate(sources):
        for near in likely[at]:
            alone = found[at]
            judged = _with_one_beside(claim, source, near, embed)
            if _RANKS[judged.status] > _RANKS[alone.status]:
                found[at], beside[at] = judged, near.passage_id
            elif alone.status == judged.status == "unsupported" and _score(judged) > _score(alone):
                found[at] = judged  # its figure may be there: something else is wrong with it
    untraced = list(zip(checked.untraced, checked.messages, strict=True))
    if untraced:
        shown = dict.fromkeys((*sources, *chain.from_iterable(likely)))
        missing = set(_judged(claim, list(shown), embed).untraced)
        untraced = [(span, told) for span, told in untraced if span in missing]
    return replace(
        checked,
        verifications=tuple(found),
        untraced=tuple(span for span, _ in untraced),
        messages=tuple(told for _, told in untraced),
        beside=tuple(beside),
    )


def _with_one_beside(
    claim: str, source: SourceText, near: SourceText, embed: Embed | None
) -> Verification:
    """What a source says of a claim with a passage beside it.

    A page has many figures: one that the source lacks must stand among words of the claim, or in
    the cell that it means.
    """
    judged = _verification(_judged(claim, [source, near], embed), [source, near])
    alone = judge(claim, [source.digest])
    is_figure_beside = bool(alone.untraced) or alone.status == "unchecked"
    if judged.status == "unsupported" or not is_figure_beside or judged.method in _BY_CELL:
        return judged
    said = {content for content in contents_of(claim) if not content[0].isdigit()}
    there = said & contents_of(supporting_quote(claim, PassageText(near.text)).text)
    if len(there) >= AMONG * len(said):
        return judged
    status: VerificationStatus = "partial" if there else "unsupported"
    return _because(replace(judged, status=status), Reason("figure_beside"))


def _likely(claim: str, source: SourceText, near: Sequence[SourceText]) -> list[SourceText]:
    """The passages beside a source that have most of what it lacks of the claim."""
    said = contents_of(claim)
    lacking = said - source.contents

    def worth(one: SourceText) -> tuple[int, int, int]:
        gained = lacking & one.contents
        figures = sum(content[0].isdigit() for content in gained)
        return figures, len(gained), len(said & one.contents)

    return sorted(near, key=worth, reverse=True)[:LIKELY]


def _score(verification: Verification) -> float:
    return verification.score or 0.0


def _by_sources(claim: str, sources: Sequence[SourceText], embed: Embed | None) -> Checked:
    together = _judged(claim, sources, embed)
    alone = [together] if len(sources) == 1 else [_judged(claim, [one], embed) for one in sources]
    found = [
        _verification(judgement, sources) if judgement is together else _alone(judgement, one)
        for judgement, one in zip(alone, sources, strict=True)
    ]
    if together.status == "supported":
        found = [
            _in_part(one, _verification(together, sources))
            if _RANKS[one.status] < _RANKS["partial"]
            else one
            for one in found
        ]
    return Checked(
        tuple(found), _verification(together, sources), together.untraced, together.messages
    )


def _judged(claim: str, sources: Sequence[SourceText], embed: Embed | None) -> Judgement:
    """By rules; the embedding, which costs more, only speaks where words alone did not suffice."""
    digests = [source.digest for source in sources]
    judgement = judge(claim, digests)
    if embed is None or judgement.status == "supported" or judgement.method != "words":
        return judgement
    return judge(claim, digests, similarity=_nearest(claim, sources, embed))


def _remembering(embed: Embed) -> Embed:
    """Vectors, each text being embedded once: a claim is held against many groups of passages."""
    known: dict[str, Sequence[float]] = {}

    def vectors(texts: list[str]) -> Sequence[Sequence[float]]:
        if missing := [text for text in dict.fromkeys(texts) if text not in known]:
            known.update(zip(missing, embed(missing), strict=True))
        return [known[text] for text in texts]

    return vectors


def _nearest(claim: str, sources: Sequence[SourceText], embed: Embed) -> float:
    """The cosine of the claim and its nearest source; sources are embedded once each."""
    missing = [source for source in sources if source.vector is None]
    ours, *theirs = embed([claim, *(source.text for source in missing)])
    for source, vector in zip(missing, theirs, strict=True):
        source.vector = vector
    return max(_cosine(ours, source.vector or ours) for source in sources)


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    a, b = np.asarray(one, dtype=np.float32), np.asarray(other, dtype=np.float32)
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))


def _alone(judgement: Judgement, source: SourceText) -> Verification:
    """What one of several sources says of a claim: what it lacks another one may have."""
    found = _verification(judgement, [source])
    return _because(found, judgement.against.of_one()) if found.code else found


def _in_part(alone: Verification, together: Verification) -> Verification:
    """What one source says of a claim that all of its sources carry together."""
    reason = Reason(alone.code, tuple(alone.facts), is_alone=True) if alone.code else NO_REASON
    in_part = replace(alone, status="partial", calculations=together.calculations)
    return _because(in_part, reason)


def _verification(judgement: Judgement, sources: Sequence[SourceText]) -> Verification:
    is_supported = judgement.status == "supported"
    worked = [_worked(one, sources) for one in judgement.calculations]
    found = Verification(judgement.status, judgement.score, judgement.method, calculations=worked)
    return _because(found, NO_REASON if is_supported else judgement.against)


def _because(found: Verification, reason: Reason) -> Verification:
    facts = list(reason.facts)
    return replace(found, reason=str(reason), code=reason.full_code, facts=facts)


def _worked(calculated: Calculated, sources: Sequence[SourceText]) -> WorkedFigure:
    operands = [
        _operand(sources[fit.table.sources[line]], label_of(fit.table, line, figure), figure)
        for fit, (line, figure) in calculated.of_operands()
    ]
    return WorkedFigure(calculated.calculation.formula, operands)


def _operand(source: SourceText, label: str, figure: CellFigure) -> Operand:
    row, column = figure.place or (None, None)
    start, end = (utf16_length(source.text[:at]) for at in figure.span)
    return Operand(source.passage_id, label, figure.text, row, column, start, end)
