"""What the citations of an answer are worth: one answer examined, and many summed up. No I/O.

A statement, in ALCE's sense, is a sentence of the answer.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles

from citewire.services.answers.events import Done
from citewire.services.citations.model import Citation, Span
from citewire.services.citations.units import CELL, units_of
from citewire.services.evaluation.alce import CitationScore, Statement, mean_score, score_answer
from citewire.services.evaluation.questions import AskedQuestion

_MARKER = re.compile(r"\[\d{1,2}\]")
_LEADING = re.compile(r"(?:\[\d{1,2}\]\s*)+")


@dataclass(frozen=True, slots=True)
class Examined:
    """One answer, measured against its question.

    Args:
        name: of the question.
        answerable: whether the reports answer it.
        answered: whether an answer was attempted.
        has_pages: whether the pages that answer are known.
        in_sources: whether one of them is among the sources.
        cited_right: whether one of them is cited.
        markers: how many the answer shows.
        valid_markers: how many of them a citation explains, span for span.
        dropped_markers: how many the model wrote for sources that do not exist.
        citations: how many there are.
        quotes_placed: of how many the quote stands in its passage, word for word.
        claims_with_numbers_untraced: how many claims have a number that no cited passage has.
        statements: sentences of the answer.
        score: ALCE's citation recall and precision, None if no answer was attempted.
        evidence: what `sources` said.
        first_token_ms: until the first text.
        total_ms: until the end.
    """

    name: str
    answerable: bool
    answered: bool
    has_pages: bool
    in_sources: bool
    cited_right: bool
    markers: int
    valid_markers: int
    dropped_markers: int
    citations: int
    quotes_placed: int
    claims_with_numbers_untraced: int
    statements: int
    score: CitationScore | None
    evidence: str
    first_token_ms: float | None
    total_ms: float | None


def examine(
    question: AskedQuestion, done: Done, *, evidence: str, warnings: Sequence[str]
) -> Examined:
    """Measure the answer to `question`.

    Args:
        question: with the pages that answer it.
        done: the answer's terminal event.
        evidence: the level that `sources` told.
        warnings: the codes of its warnings.
    """
    texts = {source.passage_id: source.text for source in done.sources}
    places = {source.passage_id: (source.file_name, source.page_start) for source in done.sources}
    cited = {places[citation.passage_id] for citation in done.citations}
    statements = statements_of(done.answer, done.citations, texts)
    shown = {match.span() for match in _MARKER.finditer(done.answer)}
    explained = {_code_points(done.answer, citation.marker_span) for citation in done.citations}
    answered = done.finish_reason != "no_evidence"
    return Examined(
        name=question.name,
        answerable=question.answerable,
        answered=answered,
        has_pages=bool(question.pages),
        in_sources=not question.pages.isdisjoint(places.values()),
        cited_right=not question.pages.isdisjoint(cited),
        markers=len(shown),
        valid_markers=len(shown & explained),
        dropped_markers=warnings.count("dropped_marker"),
        citations=len(done.citations),
        quotes_placed=sum(_is_placed(citation, texts) for citation in done.citations),
        claims_with_numbers_untraced=warnings.count("unsupported_number"),
        statements=len(statements),
        score=score_answer(statements) if answered else None,
        evidence=evidence,
        first_token_ms=done.timings.first_token_ms,
        total_ms=done.timings.total_ms,
    )


def statements_of(
    answer: str, citations: Sequence[Citation], texts: dict[str, str]
) -> list[Statement]:
    """The sentences of an answer without their markers, each with the passages that it cites."""
    places = [_code_points(answer, citation.marker_span)[0] for citation in citations]
    # In an answer, unlike on a page, a line with cells is a line of sentences: extracts have some.
    units = [
        # A marker after the full stop belongs to the sentence before.
        (leading.end() if (leading := _LEADING.match(answer, start)) else start, end)
        for start, end in units_of(answer.replace(CELL, CELL.replace("|", "/")))
    ]
    found = []
    for at, (start, end) in enumerate(units):
        begin = start if at else 0
        until = units[at + 1][0] if at + 1 < len(units) else len(answer) + 1
        own = [one for one, place in zip(citations, places, strict=True) if begin <= place < until]
        said = _MARKER.sub("", answer[start:end]).strip()
        if any(sign.isalnum() for sign in said):
            passages = tuple(dict.fromkeys(texts[citation.passage_id] for citation in own))
            found.append(Statement(said, passages))
    return found


def _code_points(text: str, span: Span) -> tuple[int, int]:
    units = text.encode("utf-16-le")
    start, end = (len(units[: 2 * at].decode("utf-16-le")) for at in (span.start, span.end))
    return start, end


def _is_placed(citation: Citation, texts: dict[str, str]) -> bool:
    quote = citation.quote
    return quote.match != "none" and bool(quote.text) and quote.text in texts[citation.passage_id]


def sum_up(examined: Sequence[Examined]) -> dict[str, float | int | None]:
    """The figures of all answers; shares are None where there is nothing to divide by."""
    answerable = [answer for answer in examined if answer.answerable]
    answered = [answer for answer in answerable if answer.answered and answer.has_pages]
    known = [answer for answer in answerable if answer.has_pages]
    unanswerable = [answer for answer in examined if not answer.answerable]
    first = [answer.first_token_ms for answer in examined if answer.first_token_ms is not None]
    total = [answer.total_ms for answer in examined if answer.total_ms is not None]
    citations = sum(answer.citations for answer in examined)
    statements = sum(answer.statements for answer in examined if answer.answered)
    score = mean_score([answer.score for answer in examined if answer.score is not None])
    return {
        "questions": len(examined),
        "answerable": len(answerable),
        "answered, of the answerable": _share(
            sum(answer.answered for answer in answerable), answerable
        ),
        "declined, of the unanswerable": _share(
            sum(not answer.answered for answer in unanswerable), unanswerable
        ),
        "evidence page among the sources": _share(
            sum(answer.in_sources for answer in known), known
        ),
        "cited page right": _share(sum(answer.cited_right for answer in known), known),
        "answered: evidence page among the sources": _share(
            sum(answer.in_sources for answer in answered), answered
        ),
        "answered: cited page right": _share(
            sum(answer.cited_right for answer in answered), answered
        ),
        "marker validity": _ratio(
            sum(answer.valid_markers for answer in examined),
            sum(answer.markers + answer.dropped_markers for answer in examined),
        ),
        "quotes placed": _ratio(sum(answer.quotes_placed for answer in examined), citations),
        "citations per answer": _ratio(citations, sum(answer.answered for answer in examined)),
        "citation recall": round(score.recall, 4),
        "citation precision": round(score.precision, 4),
        "unsupported numbers per statement": _ratio(
            sum(answer.claims_with_numbers_untraced for answer in examined), statements
        ),
        "first token p50, ms": _percentile(first, 50),
        "first token p95, ms": _percentile(first, 95),
        "total p50, ms": _percentile(total, 50),
        "total p95, ms": _percentile(total, 95),
    }


def to_json(examined: Sequence[Examined]) -> dict[str, object]:
    """The figures with all that they were made from."""
    return {"summary": sum_up(examined), "questions": [asdict(answer) for answer in examined]}


def _share(count: int, of: Sequence[Examined]) -> float | None:
    return _ratio(count, len(of))


def _ratio(count: int, of: int) -> float | None:
    return round(count / of, 4) if of else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    if len(values) < 2:
        return values[0] if values else None
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 1)
