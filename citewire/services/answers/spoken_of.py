"""Which documents an answer spoke of, so that the next question may say "this report"."""

from collections import Counter
from collections.abc import Sequence

from citewire.services.citations.model import Citation, Source
from citewire.text.words import stems
from citewire.workflows.catalogue.model import MOST_SPOKEN_OF, SpokenOf


def spoken_of(
    question: str,
    sources: Sequence[Source],
    citations: Sequence[Citation],
    *,
    by_catalogue: bool,
) -> SpokenOf:
    """Find the documents that an answer spoke of; just one if it is clear which one was meant.

    That is the one that is cited, that the question names best, or that most citations are of.

    Args:
        question: as it stands alone.
        sources: of the answer.
        citations: of the answer.
        by_catalogue: whether it was about the documents themselves.
    """
    found = dict.fromkeys(source.doc_id for source in sources)
    cited = dict.fromkeys(source.doc_id for source in sources if source.cited)
    told = list(cited or found)
    if len(told) > 1 and (
        meant := _named(question, sources, told) or _cited_most(sources, citations)
    ):
        told = [meant]
    return SpokenOf(told[:MOST_SPOKEN_OF], alone=len(found) == 1, by_catalogue=by_catalogue)


def _named(question: str, sources: Sequence[Source], doc_ids: Sequence[str]) -> str | None:
    """The one document that is called by more words of the question than any other."""
    asked = frozenset(stems(question))
    called = {
        source.doc_id: len(asked.intersection(stems(_called(source))))
        for source in sources
        if source.doc_id in doc_ids
    }
    return _first_alone(Counter(called))


def _called(source: Source) -> str:
    return f"{source.title} {source.file_name}".replace("_", " ")


def _cited_most(sources: Sequence[Source], citations: Sequence[Citation]) -> str | None:
    """The document that more than half of the citations are of."""
    by_number = {source.n: source.doc_id for source in sources}
    counts = Counter(by_number[citation.n] for citation in citations)
    most = _first_alone(counts)
    return most if most is not None and 2 * counts[most] > counts.total() else None


def _first_alone(counts: Counter[str]) -> str | None:
    """What is counted most, if nothing else is as often."""
    (first, most), (_, next_most) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    return first if most > next_most else None
