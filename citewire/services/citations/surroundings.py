"""What an answer was shown around each of its sources, and what of it speaks for a claim."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from citewire.services.citations.checking import Checker
from citewire.services.citations.judging import Checked
from citewire.services.citations.model import ContextPassage, FoundBeside, Source, Verification


class Surroundings:
    """The context of an answer's sources, by their pages: a passage is shown with one source alone.

    Args:
        sources: of the answer, in order.
        checker: finds quotes.
    """

    def __init__(self, sources: Sequence[Source], checker: Checker) -> None:
        self._sources = sources
        self._checker = checker
        self._pages: defaultdict[tuple[str, int], list[ContextPassage]] = defaultdict(list)
        for source in sources:
            self._pages[source.doc_id, source.page_start] += source.context

    def of(self, n: int) -> list[ContextPassage]:
        """What was shown of the page of source `n`, other sources aside."""
        source = self._sources[n - 1]
        return self._pages[source.doc_id, source.page_start]

    def evidence(self, n: int, verification: Verification) -> str:
        """What a verification speaks of: the source, and a passage beside it that tells more."""
        texts = [self._sources[n - 1].readable]
        if told := verification.beside:
            texts += [one.readable for one in self.of(n) if one.passage_id == told.passage_id]
        return "\n\n".join(texts)

    def verifications(
        self, claim: str, cited: Iterable[int], checked: Checked
    ) -> list[Verification]:
        """What was found of each cited source, with the words beside it that tell."""
        if not any(checked.beside):
            return list(checked.verifications)
        return [
            replace(verification, beside=self._told(claim, n, passage_id))
            for n, verification, passage_id in zip(
                cited, checked.verifications, checked.beside, strict=True
            )
        ]

    def _told(self, claim: str, n: int, passage_id: str) -> FoundBeside | None:
        for passage in self.of(n):
            if passage.passage_id == passage_id:
                return FoundBeside(passage_id, self._checker.quote(claim, passage))
        return None
