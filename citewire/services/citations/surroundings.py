"""What an answer was shown around each of its sources, and what of it speaks for a claim."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from citewire.services.citations.checking import Checker
from citewire.services.citations.judging import Checked, SourceText
from citewire.services.citations.model import (
    ContextPassage,
    FoundBeside,
    Quote,
    Source,
    Verification,
)
from citewire.services.citations.quotes import contents_of
from citewire.services.citations.verdicts.table_scales import scales_of_text
from citewire.services.citations.verdicts.tokens import flatten

CLEARLY = 3
"""So many times oftener is the scale of a document told than another one."""

Shown = ContextPassage | Source


class Surroundings:
    """What an answer was shown around each of its sources, by their pages.

    A passage is shown with one source alone, and the parts of a long table as sources of their own.

    Args:
        sources: of the answer, in order.
        checker: finds quotes.
    """

    def __init__(self, sources: Sequence[Source], checker: Checker) -> None:
        self._sources = sources
        self._checker = checker
        self._scales: dict[str, tuple[float, ...]] = {}
        self._pages: defaultdict[tuple[str, int], list[Shown]] = defaultdict(list)
        for source in sources:
            self._pages[source.doc_id, source.page_start] += source.context
            if source.kind == "table":
                self._pages[source.doc_id, source.page_start].append(source)

    def scales(self, n: int) -> tuple[float, ...]:
        """The scales in which what was shown of the document of source `n` tells its figures.

        "(amounts in millions)" stands once above the notes, and holds for all of their pages.
        """
        doc_id = self._sources[n - 1].doc_id
        if doc_id not in self._scales:
            shown: list[Shown] = []
            for source in self._sources:
                if source.doc_id == doc_id:
                    shown += source, *source.context
            told: Counter[float] = Counter(
                scale for one in shown for scale in scales_of_text(flatten(one.readable)).plain
            )
            usual = told.most_common(2)
            is_clear = len(usual) == 1 or (usual and usual[0][1] >= CLEARLY * usual[1][1])
            self._scales[doc_id] = (usual[0][0],) if is_clear else tuple(sorted(told))
        return self._scales[doc_id]

    def read(self, n: int) -> SourceText:
        """Source `n`, ready to be judged by."""
        return self._checker.source(self._sources[n - 1], scales=self.scales(n))

    def read_around(self, n: int) -> tuple[SourceText, ...]:
        """What was shown of its page, ready to be judged by."""
        source, scales = self._sources[n - 1], self.scales(n)
        return tuple(self._checker.source(one, source, scales) for one in self.of(n))

    def of(self, n: int) -> list[Shown]:
        """What was shown of the page of source `n`; of other sources, tables beside a table."""
        source = self._sources[n - 1]
        shown = self._pages[source.doc_id, source.page_start]
        is_table = source.kind == "table"
        return [one for one in shown if one is not source and (is_table or type(one) is not Source)]

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

    def quoted(self, claim: str, n: int, quote: Quote) -> FoundBeside | None:
        """Words beside source `n` that have more of a quotation than those of the source have."""
        wanted = contents_of(claim)
        most, found = len(wanted & contents_of(quote.text)), None
        for passage in self.of(n):
            text = self._checker.source(passage, self._sources[n - 1])
            if len(wanted & text.contents) <= most:
                continue
            told = self._checker.quote(claim, passage)
            if (held := len(wanted & contents_of(told.text))) > most:
                most, found = held, FoundBeside(passage.passage_id, told)
        return found

    def _told(self, claim: str, n: int, passage_id: str) -> FoundBeside | None:
        for passage in self.of(n):
            if passage.passage_id == passage_id:
                return FoundBeside(passage_id, self._checker.quote(claim, passage))
        return None
