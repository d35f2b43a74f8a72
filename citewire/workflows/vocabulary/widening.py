"""The words under which reports tell what a question asks for, from lists of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from citewire.errors import ConfigurationError
from citewire.text.signposts import signposts_named
from citewire.text.words import search_terms, sought_terms

MAX_BYTES = 1_000_000
MAX_RELATED = 32
"""So many words are added to a question at most."""

Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What stands for what.

    Args:
        entries: by the first term of what is asked for: its terms, and the words that are added.
    """

    entries: Mapping[str, Sequence[tuple[Terms, str]]]

    @classmethod
    def from_lines(cls, lines: Iterable[str], source: str) -> Self:
        """Read lines of the form `asked for, or so = told as, or so`; `#` begins a comment.

        After `==` all that it is told as is one thing.

        Raises:
            ConfigurationError: a line has another form; the message says which.
        """
        entries: dict[str, list[tuple[Terms, str]]] = {}
        for number, line in enumerate(lines, start=1):
            said = line.strip()
            if not said or said.startswith("#"):
                continue
            left, equals, related = said.partition("=")
            names = [tuple(search_terms(name)) for name in left.split(",")]
            if not (equals and (signposts_named(related) or search_terms(related)) and all(names)):
                raise ConfigurationError(
                    f"{source}, line {number}: write `name, other name = words of reports`"
                )
            for name in names:
                entries.setdefault(name[0], []).append((name, related))
        return cls(entries)

    def related(self, asked: Sequence[str], languages: Iterable[str] = ()) -> Terms:
        """The terms that stand for what is asked for, without those that are asked for already.

        With the signposts of what they name: a balance sheet is found by more than these words.

        Args:
            asked: the terms of a question, in order.
            languages: of the documents that are searched.
        """
        known = set(asked)
        several = tuple(languages)
        told = dict.fromkeys(
            term
            for _, related in self._named(asked)
            for term in _sought(related, several)
            if term not in known
        )
        return tuple(told)[:MAX_RELATED]

    def told_as(self, asked: Sequence[str]) -> tuple[str, ...]:
        """What reports call the things that are asked for, as it is written.

        Of names within names the longest counts. What is among its own names is called so: the
        others only help to find it, unless all are of one thing.

        Args:
            asked: the terms of a question, in order.
        """
        named = list(self._named(asked))
        told: dict[str, None] = {}
        for name, related in named:
            if any(len(name) < len(other) and {*name} <= {*other} for other, _ in named):
                continue
            phrases = [phrase.strip() for phrase in related.lstrip("= ").split(",")]
            own = [phrase for phrase in phrases if tuple(search_terms(phrase)) == name]
            is_one = related.startswith("=")
            told |= dict.fromkeys([*own, *phrases] if is_one else own or phrases)
        return tuple(told)[:MAX_RELATED]

    def _named(self, asked: Sequence[str]) -> Iterator[tuple[Terms, str]]:
        """The names of its entries that are asked for, and what is added for each."""
        for place, term in enumerate(asked):
            for name, related in self.entries.get(term, ()):
                if tuple(asked[place : place + len(name)]) == name:
                    yield name, related


@lru_cache(4096)  # of the lists of a vocabulary, which are read again and again
def _sought(related: str, languages: tuple[str, ...]) -> Terms:
    """What is searched for where `related` is what reports say."""
    return (*signposts_named(related), *sought_terms(related, languages))


@cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary of accounting and finance that comes with the package."""
    shipped = files(__package__).joinpath("finance.txt").read_text("utf-8")
    return Vocabulary.from_lines(shipped.splitlines(), "finance.txt")


def load_vocabulary(own: Path | None) -> Vocabulary:
    """The shipped vocabulary, with that of a file of one's own.

    Raises:
        ConfigurationError: the file cannot be read, or a line of it has another form.
    """
    shipped = shipped_vocabulary().entries
    if own is None:
        return Vocabulary(shipped)
    more = Vocabulary.from_lines(_lines_of(own), str(own)).entries
    names = shipped.keys() | more.keys()
    return Vocabulary({name: [*shipped.get(name, ()), *more.get(name, ())] for name in names})


def _lines_of(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"CITEWIRE_VOCABULARY: {path} cannot be read: {error}") from error
