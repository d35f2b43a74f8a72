"""Questions about the reports themselves, by rule: which there are, and what one is about.

A message is taken for one only if all of it is understood: "which reports of the auditor were
qualified?" asks the reports. Where a report may be asked as well ("are there reports on fraud?"),
the request is not `sure`: it holds only if documents are called so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from citewire.text.words import fold, words
from citewire.workflows.routing.catalogue_words import (
    ABOUT,
    ABOUT_THIS,
    ASKS,
    FILLERS,
    HAVES,
    LANGUAGES,
    NOUNS,
    POINTS,
    POLITE,
    PREPOSITIONS,
    PRONOUNS,
    RELATES,
    SHOWS,
    SUMS_UP,
    SURE,
    UNSURE,
    WHOLE,
    Language,
)

MOST_CHARACTERS = 400
MOST_WORDS = 40
"""A message of more words asks for more than that."""
MOST_QUALIFIERS = 6
"""So many words may stand before the noun: "which of your other annual Costco reports"."""
MOST_SUBJECT = 10
"""By so many words a report may be told."""

_FORM_LETTERS = ("k", "ks", "q", "qs")
_LONGEST = 8
"""So many words the longest phrase has."""

Pointing = Literal["", "report", "pronoun"]
Words = list[str]


@dataclass(frozen=True, slots=True)
class CatalogueRequest:
    """What a message wants to know of the reports themselves.

    Args:
        wants: `list`: which there are; `about`: what one is about.
        language: of the message.
        subject: folded words of those that are meant; empty: all, or the one pointed at.
        points: whether it only points at one: `report` ("this report"), `pronoun` ("it").
        sure: whether it can ask for nothing else; if not, only if documents are called so.
        sums_up: whether a model should rather answer it from the report.
    """

    wants: Literal["list", "about"]
    language: Language
    subject: tuple[str, ...] = ()
    points: Pointing = ""
    sure: bool = True
    sums_up: bool = False


def catalogue_request(message: str) -> CatalogueRequest | None:
    """Read what `message` wants to know of the reports themselves; None for all else."""
    if len(message) > MOST_CHARACTERS:
        return None
    said = words(fold(message))
    if len(said) > MOST_WORDS:
        return None
    readings = (_LanguageReading(language).request(said) for language in LANGUAGES)
    return next((request for request in readings if request is not None), None)


class _LanguageReading:
    """A message read as one of a language."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def request(self, said: Words) -> CatalogueRequest | None:
        """What it wants."""
        for bare in self._without_polite_words(said):
            if " ".join(bare) in WHOLE[self._language]:
                return CatalogueRequest("list", self._language)
            if found := self._about(bare) or self._listing(bare):
                return found
        return None

    def _without_polite_words(self, said: Words) -> Iterator[Words]:
        """The message, and then less and less of it."""
        polite = POLITE[self._language]
        while said:
            yield said
            if sizes := _heads(said, polite):
                said = said[sizes[0] :]
            elif sizes := _tails(said, polite):
                said = said[: -sizes[0]]
            else:
                return

    def _about(self, said: Words) -> CatalogueRequest | None:
        for frames in (ABOUT, ABOUT_THIS, SUMS_UP):
            for frame in frames[self._language]:
                before, after = _sides(frame)
                if before and said[:1] != before[:1]:
                    continue  # nearly always
                meant = _framed(said, before, after)
                found = None if meant is None else self._meant(meant, may_be_named=frames is ABOUT)
                if found:
                    return replace(found, sums_up=frames is SUMS_UP)
        return None

    def _meant(self, meant: Words, *, may_be_named: bool) -> CatalogueRequest | None:
        """The report that is asked about."""
        size = self._noun(meant, len(meant) - 1)
        if size and " ".join(meant[:-size]) in POINTS[self._language]:
            return CatalogueRequest("about", self._language, points="report")
        if not may_be_named:
            return None
        if not meant or " ".join(meant) in PRONOUNS[self._language]:
            return CatalogueRequest("about", self._language, points="pronoun", sure=False)
        subject = self._subject(meant)
        # "What is inflation about?" may be called like a report; it does not ask for one.
        is_told = any(self._noun(meant, at) for at in range(len(meant))) or len(subject or ()) > 1
        if not subject or not is_told:
            return None
        return CatalogueRequest("about", self._language, subject, sure=False)

    def _listing(self, said: Words) -> CatalogueRequest | None:
        for opening in (HAVES, ASKS, SHOWS):
            for size in _heads(said, opening[self._language]):
                is_there = " ".join(said[:size]) in UNSURE[self._language]
                mark = "" if opening is not HAVES else "unsure" if is_there else "sure"
                found = self._named(said[size:], mark)
                if found and (opening is SHOWS or found[1]):
                    subject, mark = found
                    sure = mark == "sure" or not subject
                    return CatalogueRequest("list", self._language, subject, sure=sure)
        return None

    def _named(self, rest: Words, mark: str) -> tuple[tuple[str, ...], str] | None:
        """Of qualifiers, the noun and what is behind it: which reports, and by what mark."""
        for at in range(min(len(rest), MOST_QUALIFIERS + 2)):
            size = self._noun(rest, at)
            if not size:
                continue
            before, behind = rest[: at + 1 if size > 1 else at], rest[at + 1 :]
            if size > 1 and self._noun(behind, 0):  # "10-K filings"
                behind = behind[1:]
            if any(word in UNSURE[self._language] for word in before):
                mark = mark or "unsure"
            read = self._behind(behind, mark)
            subject = self._subject(before)
            if read is None or subject is None:
                return None
            return (*subject, *read[0]), read[1]
        return None

    def _behind(self, tail: Words, mark: str) -> tuple[tuple[str, ...], str] | None:
        """What stands behind the noun: marks, and one thing that the reports are about."""
        subject: tuple[str, ...] = ()
        while tail:
            if size := self._mark(tail):
                mark = _surer(mark, "sure" if self._is_sure(tail[:size]) else "unsure")
                tail = tail[size:]
                continue
            if subject:
                return None
            relation = next(iter(_heads(tail, RELATES[self._language])), 0)
            size = relation or next(iter(_heads(tail, PREPOSITIONS[self._language])), 0)
            mark = mark or ("unsure" if relation else "")
            end = self._first_mark(tail, size)
            if not size and not self._is_adjective(tail[:end]):
                return None
            found = self._subject(tail[size:end])
            if not found:
                return None
            subject, tail = found, tail[end:]
        return subject, mark

    def _mark(self, tail: Words) -> int:
        """How many words at the beginning say that reports are here."""
        marks = SURE[self._language] | UNSURE[self._language]
        return next(iter(_heads(tail, marks)), 0)

    def _is_sure(self, mark: Words) -> bool:
        return " ".join(mark) in SURE[self._language]

    def _first_mark(self, tail: Words, start: int) -> int:
        """Where a mark is that goes on to the end; else the end."""
        for at in range(max(start, 1), len(tail)):
            if self._mark(tail[at:]) == len(tail) - at:
                return at
        return len(tail)

    def _is_adjective(self, between: Words) -> bool:
        """Whether it may stand behind a noun and tell which: "informes anuales tienes"."""
        return self._language in ("es", "fr") and len(between) == 1

    def _noun(self, said: Words, at: int) -> int:
        """How many words up to `at` name reports; 0 if they do not: "10-Ks" is two."""
        if not 0 <= at < len(said):
            return 0
        if said[at] in NOUNS[self._language]:
            return 1
        is_form = at > 0 and said[at - 1].isdigit() and said[at] in _FORM_LETTERS
        return 2 if is_form else 0

    def _subject(self, said: Words) -> tuple[str, ...] | None:
        """The words that tell which reports are meant; None if they are too many for that."""
        roles = (FILLERS, NOUNS, PREPOSITIONS, POLITE)
        fillers = frozenset[str]().union(*(role[self._language] for role in roles))
        bare = (word.removesuffix("'s").removeprefix("l'").removeprefix("d'") for word in said)
        told: list[str] = []
        for word in bare:
            if word in _FORM_LETTERS and told and told[-1].isdigit():
                told[-1] += word[0]  # "10-K" is one word to whoever asks for it
            elif word not in fillers:
                told.append(word)
        return tuple(told) if len(told) <= MOST_SUBJECT else None


def _surer(one: str, other: str) -> str:
    return "sure" if "sure" in (one, other) else other


def _framed(said: Words, before: Words, after: Words) -> Words | None:
    """What stands between the sides of a frame; None if the message is not of its form."""
    begin, end = len(before), len(said) - len(after)
    is_framed = end >= begin and said[:begin] == before and said[end:] == after
    return said[begin:end] if is_framed else None


@cache  # of the frames of the lists, which are few
def _sides(frame: str) -> tuple[Words, Words]:
    """What stands before the x of a frame, and what behind it."""
    parts = frame.split()
    at = parts.index("x")
    return parts[:at], parts[at + 1 :]


def _heads(said: Words, phrases: frozenset[str]) -> list[int]:
    """Of how many words the phrases are with which it begins, the longest first."""
    sizes = range(min(len(said), _LONGEST), 0, -1)
    return [size for size in sizes if " ".join(said[:size]) in phrases]


def _tails(said: Words, phrases: frozenset[str]) -> list[int]:
    """The same of its end."""
    sizes = range(min(len(said), _LONGEST), 0, -1)
    return [size for size in sizes if " ".join(said[-size:]) in phrases]
