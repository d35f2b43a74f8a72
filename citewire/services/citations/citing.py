"""The citations of one answer as it grows: labels, claims, quotes, and verdicts as they come in."""

import logging
import re
from collections.abc import Collection, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace

from citewire.services.citations.alignment import Alignment
from citewire.services.citations.checking import QUOTED, UNCHECKED, Checker
from citewire.services.citations.claims import Claim, Claims, sentences_of
from citewire.services.citations.judging import Checked
from citewire.services.citations.model import (
    Citation,
    ContextPassage,
    FoundBeside,
    Origin,
    Quote,
    Source,
    Span,
    Verdict,
    Verification,
    Warned,
)
from citewire.services.citations.model_verdicts import MAX_CLAIMS, AskedClaim
from citewire.services.citations.surroundings import Surroundings
from citewire.services.citations.verdicts.cell_findings import cells_for
from citewire.text.places import placed
from citewire.workflows.catalogue.model import DocumentName
from citewire.workflows.run_context import Extracted

_DIGITS = re.compile(r"\d(?:[\d.,]*\d)?")

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class ClaimCheck:
    """A claim with the citations, by their places in the list, that are judged together."""

    claim: Claim
    citations: list[int] = field(default_factory=list)
    is_submitted: bool = False
    future: Future[Checked] | None = None


class Citing:
    """Makes the citations of an answer and takes in what is found of them.

    Args:
        prefix: what the ids of its citations begin with.
        sources: the answer's sources, in order.
        checker: judges the claims.
    """

    def __init__(self, prefix: str, sources: Sequence[Source], checker: Checker) -> None:
        self._prefix = prefix
        self._sources = sources
        self._checker = checker
        self._surroundings = Surroundings(sources, checker)
        self._claims = Claims()
        self._labels: dict[int, int] = {}
        self._open: ClaimCheck | None = None
        self._under_way: list[ClaimCheck] = []
        self._warned: set[Span] = set()
        self.quotes = False
        """Whether what is said is taken from the sources: it is not held against them again."""
        self.extracted: Sequence[Extracted | None] = ()
        """Of each marker that is put to a quotation, what is quoted, if that is known."""
        self._quotations = 0  # so many markers were
        self.warnings: list[Warned] = []
        self._outdated: set[str] = set()
        self._untold: list[Warned] = []
        self._said: list[str] = []  # the claims of the citations
        self.citations: list[Citation] = []

    def label(self, n: int) -> int:
        """The number that markers of source `n` show, counted by first use."""
        return self._labels.setdefault(n, len(self._labels) + 1)

    def mark(self, n: int, before: str, since: int, at: int) -> Citation:
        """A marker of source `n`.

        Args:
            n: the source's number in the prompt.
            before: what was said since the last marker.
            since: where that begins, in UTF-16 code units of the answer.
            at: where the marker will stand.
        """
        claim = self._claims.close(before, since)
        marker = Span(at, at + len(str(self.label(n))) + 2)
        return self._cite(n, claim, marker, "marked")

    def infer(self, found: Sequence[Alignment]) -> list[Citation]:
        """Citations of sentences that were left unmarked; they have empty markers."""
        return [
            self._cite(one.n, one.claim, Span(one.claim.end, one.claim.end), "inferred")
            for one in found
        ]

    def _cite(self, n: int, claim: Claim, marker: Span, origin: Origin) -> Citation:
        source = self._sources[n - 1]
        source.cited = True
        self._warn_of_age(source)
        quote, verification = self._quote(claim.text, n)
        citation = Citation(
            citation_id=f"{self._prefix}-{len(self.citations) + 1}",
            n=n,
            label=self.label(n),
            passage_id=source.passage_id,
            claim_span=Span(claim.start, claim.end),
            marker_span=marker,
            quote=quote,
            verification=verification,
            origin=origin,
        )
        if not self.quotes:
            self._join(claim)
        self.citations.append(citation)
        self._said.append(claim.text)
        return citation

    def _warn_of_age(self, source: Source) -> None:
        """Once a document: its file is not what is cited any more, and could not be read."""
        if source.outdated is None or source.doc_id in self._outdated:
            return
        self._outdated.add(source.doc_id)
        told = source.outdated.sentence(f"the file of “{source.title}”")
        name = DocumentName(source.doc_id, source.title)
        warned = Warned("outdated_document", told, documents=[name])
        self.warnings.append(warned)
        self._untold.append(warned)

    def _quote(self, claim: str, n: int) -> tuple[Quote, Verification]:
        """The words of source `n` for a claim, and what is said of it at first.

        Of what was extracted, they are known, and may stand beside the source, not in it.
        """
        source = self._sources[n - 1]
        if not self.quotes:
            return self._checker.quote(claim, source), UNCHECKED
        known = self.extracted[self._quotations : self._quotations + 1]
        self._quotations += 1
        if known and (extracted := known[0]) is not None:
            if quote := self._extracted(extracted, source):
                return quote, QUOTED
            for passage in self._surroundings.of(n):
                if quote := self._extracted(extracted, passage):
                    beside = FoundBeside(passage.passage_id, quote)
                    return Quote("", source.page_start, "none"), replace(QUOTED, beside=beside)
        quote = self._checker.quote(claim, source)
        return quote, self._quotation(claim, n, quote)

    def _extracted(self, extracted: Extracted, source: Source | ContextPassage) -> Quote | None:
        if extracted.passage_id != source.passage_id:
            return None
        return self._checker.quote_at(extracted.words, extracted.start, source)

    def _quotation(self, claim: str, n: int, quote: Quote) -> Verification:
        """What is said of a quotation, which may stand beside its source, not in it."""
        told = self._surroundings.quoted(claim, n, quote)
        return QUOTED if told is None else replace(QUOTED, beside=told)

    def _join(self, claim: Claim) -> None:
        """Judge the coming citation together with those before it that share its claim."""
        check = self._open
        if check is None or check.claim is not claim:
            self.submit()
            check = self._open = ClaimCheck(claim)
        elif check.is_submitted:  # too early, without this one
            self._under_way = [other for other in self._under_way if other is not check]
            check.is_submitted = False
        check.citations.append(len(self.citations))

    def submit(self) -> None:
        """Have the last claim judged; no further marker is expected to share it."""
        check = self._open
        if check is not None and not check.is_submitted:
            check.is_submitted = True
            cited = dict.fromkeys(self.citations[at].n for at in check.citations)
            evidence = [self._surroundings.read(n) for n in cited]
            around = [self._surroundings.read_around(n) for n in cited]
            check.future = self._checker.check(
                check.claim.text, evidence, around if any(around) else ()
            )
            if check.future is not None:
                self._under_way.append(check)

    @property
    def is_busy(self) -> bool:
        """Whether there is something to submit or to take in."""
        is_open = self._open is not None and not self._open.is_submitted
        return is_open or bool(self._under_way or self._untold)

    def take_in(self) -> list[Verdict | Warned]:
        """What was found since the last time."""
        untold, self._untold = self._untold, []
        done = [check for check in self._under_way if check.future and check.future.done()]
        if not done:
            return [*untold]
        finished = set(done)
        self._under_way = [check for check in self._under_way if check not in finished]
        return [*untold, *(event for check in done for event in self._found(check))]

    def _found(self, check: ClaimCheck) -> list[Verdict | Warned]:
        assert check.future is not None
        try:
            checked = check.future.result()
        except CancelledError:
            return []
        except Exception:
            # A verdict that cannot be found must not cost the answer.
            logger.exception("a claim could not be checked")
            return []
        cited = dict.fromkeys(self.citations[at].n for at in check.citations)
        by_source = dict(
            zip(
                cited,
                self._surroundings.verifications(check.claim.text, cited, checked),
                strict=True,
            )
        )
        events: list[Verdict | Warned] = []
        for at in check.citations:
            events.extend(self.verify(at, by_source[self.citations[at].n]))
        return [*events, *self._numbers(check.claim, checked, cited)]

    def doubtful(self) -> dict[int, AskedClaim]:
        """What a model may be asked about, by its place in the list.

        A number that no source holds, or that is another cell's, is not a matter of opinion, and
        neither is a quotation.
        """
        found: dict[int, AskedClaim] = {}
        for at, one in enumerate(self.citations):
            is_settled = one.verification.method == QUOTED.method or (
                one.verification.status == "unsupported"
                and one.verification.method in ("numbers", "cell", "calculated")
            )
            if self._said[at] and not is_settled and len(found) < MAX_CLAIMS:
                source = self._checker.source(self._sources[one.n - 1])
                cells = cells_for(self._said[at], source.digest) if source.table else []
                shown = self._surroundings.evidence(one.n, one.verification)
                found[at] = AskedClaim(self._said[at], shown, tuple(cells))
        return found

    def verify(self, at: int, verification: Verification) -> list[Verdict]:
        """Put a verification to the citation at this place of the list."""
        citation = self.citations[at]
        if citation.verification == verification:
            return []
        self.citations[at] = replace(citation, verification=verification)
        return [Verdict(citation.citation_id, verification)]

    def _numbers(self, claim: Claim, checked: Checked, cited: Collection[int]) -> list[Warned]:
        new: list[Warned] = []
        for (start, end), told in zip(checked.untraced, checked.messages, strict=True):
            span = Span(*claim.place(start, end))
            if span not in self._warned:
                self._warned.add(span)
                is_unheld = told.code == "not_held"
                others = self._holding(claim.text[start:end], cited) if is_unheld else ""
                new.append(Warned("unsupported_number", f"{told}{others}", span))
        self.warnings += new
        return new

    def _holding(self, number: str, cited: Collection[int]) -> str:
        """Which other source of the answer has the digits of a number, if any has."""
        match = _DIGITS.search(number)
        if match is None:
            return ""
        written = re.compile(rf"(?<![\d.,]){re.escape(match[0])}(?![\d]|[.,]\d)")
        for n, source in enumerate(self._sources, start=1):
            if n not in cited and written.search(source.readable):
                place = placed(f"“{source.title}”", source.file_name, source.page_label)
                return f"; {place}, has it"
        return ""

    @property
    def outstanding(self) -> list[Future[Checked]]:
        """What is still to be found."""
        return [check.future for check in self._under_way if check.future is not None]

    def drop(self) -> None:
        """Nobody waits for what is outstanding: its citations stay unchecked."""
        self._under_way = []

    def align(self, text: str) -> Future[list[Alignment]]:
        """Look for the sources of an answer without a marker."""
        evidence = [self._checker.source(source) for source in self._sources]
        return self._checker.align(sentences_of(text), evidence)
