"""Checking claims against their sources, never in an answer's way.

By rules alone a check takes a tenth of a millisecond, less than waking a thread and being woken by
it, and the event loop would wait for the interpreter just as long: it is done at once. What takes
longer, embedding and looking for the sources of unmarked sentences, has one thread per process. A
claim that rules alone decide never waits for another one's vectors: it has its verdict even where
the machine is so busy that the others stay unchecked.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import NoReturn

from citewire.services.citations.alignment import Alignment, align
from citewire.services.citations.claims import Claim
from citewire.services.citations.judging import Around, Checked, Embed, SourceText, check
from citewire.services.citations.locating import FoundQuote, found_quote, placed
from citewire.services.citations.model import ContextPassage, Quote, Source, Verification
from citewire.services.citations.quotes import supporting_quote
from citewire.services.citations.source_table import address_of

KEPT = 256
"""So many passages, quotes and verdicts are kept: the same question gets much the same answer, and
answers of one library cite the same passages again and again."""

AT_ONCE = 2000
"""So many characters of claims, one for each source, are judged at once: ten times what is usual.
A claim of 1,500 characters that is made of numbers takes 10 ms for each of its sources."""

PAUSE_S = 0.001
"""Pause after each check in the thread, in seconds: checks one right after the other would hold the
interpreter for 5 ms at a time, and the event loop would wait so long after each write to a socket.
"""

UNCHECKED = Verification("unchecked", None, "none")

QUOTED = Verification("unchecked", None, "quoted")
"""Of words that were taken from the passage: that they stand there proves nothing."""


class _NeedsVectorsError(Exception):
    """Rules alone do not decide: the claim is judged in the thread."""


class Checker:
    """Judges claims.

    Args:
        executor: where it does what takes long, and judges unless that is done at once.
        at_once: whether what rules decide is judged by whoever asks, before `check` returns.
        judges: whether claims are judged; sentences without a marker are aligned in any case.
        embed: vectors of texts, where the embedding model is local and costs no round trip.
    """

    def __init__(
        self,
        executor: ThreadPoolExecutor,
        *,
        judges: bool = True,
        at_once: bool = False,
        embed: Embed | None = None,
    ) -> None:
        self._executor = executor
        self._judges = judges
        self._at_once = at_once
        self._embed = embed
        self._read: dict[tuple[str, str, str, Sequence[float]], SourceText] = {}
        self._quote = lru_cache(maxsize=KEPT)(_quote)
        self._checks: dict[tuple[object, ...], Future[Checked]] = {}

    def source(
        self,
        source: Source | ContextPassage,
        beside: Source | None = None,
        scales: tuple[float, ...] = (),
    ) -> SourceText:
        """The text of a source, or of its context; it may have been read for another answer.

        What is `beside` a source is of the same document; `scales` are those that this tells.
        """
        named = source if isinstance(source, Source) else beside
        about = "" if named is None else named.about
        key = source.readable, source.passage_id, about, scales
        if (known := self._read.pop(key, None)) is None:
            table = source.table
            cells = None if table is None else table.in_text(source.text)
            known = SourceText(key[0], cells, source.passage_id, about, scales)
        self._read[key] = known
        if len(self._read) > KEPT:
            del self._read[next(iter(self._read))]
        return known

    def quote(self, claim: str, source: Source | ContextPassage) -> Quote:
        """The words of the source, or of a passage beside it, that carry the claim."""
        return _told(self._quote(claim, self.source(source)), source)

    def quote_at(self, words: str, start: int, source: Source | ContextPassage) -> Quote | None:
        """These very words of the source, which begin at that character; None if they do not."""
        text, end = source.readable, start + len(words)
        if not words or text[start:end] != words:
            found = placed(words, self.source(source).quotable)
            if found is None:
                return None
            start, end = found[:2]
        return _told(found_quote(text, start, end, "exact"), source)

    def check(
        self, claim: str, sources: Sequence[SourceText], around: Around = ()
    ) -> Future[Checked] | None:
        """Judge a claim against the sources that it cites; None if nothing is to be checked.

        The future may be another answer's, too: it is not to be cancelled.

        Args:
            claim: what is said.
            sources: that it cites.
            around: what was shown beside each of them; empty if nothing was.
        """
        if not self._judges or not claim:
            return None
        key = (claim, *sources, *around)
        future = self._checks.get(key)
        if future is None or future.cancelled():
            texts = len(sources) + sum(map(len, around))
            short = self._at_once and len(claim) * texts <= AT_ONCE
            future = self._done(claim, sources, around) if short else None
            if future is None:
                future = self._executor.submit(_checked, claim, sources, around, self._embed)
            self._checks[key] = future
            if len(self._checks) > KEPT:
                del self._checks[next(iter(self._checks))]
        return future

    def _done(
        self, claim: str, sources: Sequence[SourceText], around: Around
    ) -> Future[Checked] | None:
        """A check that was made already; what went wrong is told to whoever takes it in.

        None if rules alone do not decide.
        """
        future: Future[Checked] = Future()
        try:
            future.set_result(check(claim, sources, self._embed and _no_vectors, around))
        except _NeedsVectorsError:
            return None
        except Exception as error:
            future.set_exception(error)
        return future

    def align(
        self, sentences: Sequence[Claim], sources: Sequence[SourceText]
    ) -> Future[list[Alignment]]:
        """Find the sources of sentences that the model left unmarked."""
        return self._executor.submit(_aligned, sentences, sources)


def _aligned(sentences: Sequence[Claim], sources: Sequence[SourceText]) -> list[Alignment]:
    return align(sentences, [source.digest for source in sources])


def _quote(claim: str, source: SourceText) -> FoundQuote:
    return supporting_quote(claim, source.quotable)


def _told(found: FoundQuote, source: Source | ContextPassage) -> Quote:
    """A quote as it is told, with its page and the cells that it stands in."""
    address = ""
    if source.table is not None and source.table.sheet and found.match != "none":
        address = address_of(source.table.in_text(source.text), found.start, found.end)
    page = source.page_start if isinstance(source, Source) else source.page
    return Quote(found.text, page, found.match, address)


def _no_vectors(_: list[str]) -> NoReturn:
    raise _NeedsVectorsError


def _checked(
    claim: str, sources: Sequence[SourceText], around: Around, embed: Embed | None
) -> Checked:
    try:
        return check(claim, sources, embed, around)
    finally:
        time.sleep(PAUSE_S)


@contextmanager
def open_checker(*, judges: bool, embed: Embed | None) -> Iterator[Checker]:
    """The checker of a process; what it still has to do at the end is dropped."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="verdicts")
    try:
        yield Checker(executor, judges=judges, at_once=True, embed=embed)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
