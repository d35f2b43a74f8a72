"""The words under which reports tell what a question asks for, from lists of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self, TypeVar

from citewire.errors import ConfigurationError
from citewire.text.words import search_terms

MAX_BYTES = 1_000_000
MAX_RELATED = 32
"""So many words are added to a question at most."""

Terms = tuple[str, ...]

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What stands for what.

    Args:
        entries: by the first term of what is asked for: its terms, and the terms that are added.
        phrases: by the terms of what is asked for: under what it is told, as it is written.
    """

    entries: Mapping[str, Sequence[tuple[Terms, Terms]]]
    phrases: Mapping[Terms, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def from_lines(cls, lines: Iterable[str], source: str) -> Self:
        """Read lines of the form `asked for, or so = told as, or so`; `#` begins a comment.

        Raises:
            ConfigurationError: a line has another form; the message says which.
        """
        entries: dict[str, list[tuple[Terms, Terms]]] = {}
        phrases: dict[Terms, list[str]] = {}
        for number, line in enumerate(lines, start=1):
            said = line.strip()
            if not said or said.startswith("#"):
                continue
            left, equals, right = said.partition("=")
            related = tuple(search_terms(right))
            names = [tuple(search_terms(name)) for name in left.split(",")]
            if not (equals and related and all(names)):
                raise ConfigurationError(
                    f"{source}, line {number}: write `name, other name = words of reports`"
                )
            for name in names:
                entries.setdefault(name[0], []).append((name, related))
                phrases.setdefault(name, []).extend(one.strip() for one in right.split(","))
        return cls(entries, phrases)

    def told_as(self, asked: Sequence[str]) -> tuple[str, ...]:
        """What reports call the things that are asked for; of names within names the longest.

        Args:
            asked: the terms of a question, in order.
        """
        named = [name for name, _ in self._named(asked)]
        longest = [
            name
            for name in named
            if not any(len(name) < len(other) and {*name} <= {*other} for other in named)
        ]
        told = (phrase for name in longest for phrase in self.phrases.get(name, ()))
        return tuple(dict.fromkeys(told))[:MAX_RELATED]

    def related(self, asked: Sequence[str]) -> Terms:
        """The terms that stand for what is asked for, without those that are asked for already.

        Args:
            asked: the terms of a question, in order.
        """
        known = set(asked)
        told = dict.fromkeys(term for term in self._related(asked) if term not in known)
        return tuple(told)[:MAX_RELATED]

    def _related(self, asked: Sequence[str]) -> Iterator[str]:
        for _, related in self._named(asked):
            yield from related

    def _named(self, asked: Sequence[str]) -> Iterator[tuple[Terms, Terms]]:
        """The names of its entries that are asked for, and what is added for each."""
        for place, term in enumerate(asked):
            for name, related in self.entries.get(term, ()):
                if tuple(asked[place : place + len(name)]) == name:
                    yield name, related


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
    shipped = shipped_vocabulary()
    if own is None:
        return shipped
    more = Vocabulary.from_lines(_lines_of(own), str(own))
    return Vocabulary(
        _joined(shipped.entries, more.entries), _joined(shipped.phrases, more.phrases)
    )


def _joined(
    one: Mapping[Key, Sequence[Value]], other: Mapping[Key, Sequence[Value]]
) -> Mapping[Key, Sequence[Value]]:
    return {key: [*one.get(key, ()), *other.get(key, ())] for key in {**one, **other}}


def _lines_of(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"CITEWIRE_VOCABULARY: {path} cannot be read: {error}") from error
