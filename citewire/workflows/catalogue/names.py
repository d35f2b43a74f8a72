"""The names of organisations that reports are of, and which of them a question speaks of.

Made once for all documents, and looked up by the words of a question: the time that a question
takes does not grow with their number.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from citewire.content.identity import Identity
from citewire.text.organisations import name_words, normal_name
from citewire.text.words import fold, is_stop_word, listed

MOST_WORDS = 60
"""So many words of a question are looked up, the first ones."""
SHORT = 2
FIRST_LETTERS = 5
"""A word of so many letters may be misspelt."""

_WORD = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
_SIGNS = re.compile(r"[^\w]+")
_ORDINARY = listed("""
american national general first united international global world best north south east west new
royal public standard central federal research institute university bank capital energy health
digital home real american european advanced applied union pacific atlantic state city people
target visa apple block gap match chase shell progressive prudential discover
""")
"""First words of names that mean something else where nothing follows and no capital tells."""


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation that a question speaks of.

    Args:
        name: as it is compared (`text.organisations.normal_name`).
        words: of its name, those by which it is called.
    """

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportNames:
    """The names that reports go by.

    Args:
        whole: organisations by the words of their names run together, or the first few of these.
        signs: organisations by what their shares are traded by.
        words: how words of names may be misspelt: words by what is left of them without a letter.
    """

    whole: Mapping[str, frozenset[str]] = field(default_factory=dict)
    signs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, identities: Iterable[Identity]) -> "ReportNames":
        """The names of all organisations among `identities`."""
        whole, signs, words = (defaultdict[str, set[str]](set) for _ in range(3))
        for identity in identities:
            if not identity.organisation:
                continue
            parts, name = name_words(identity.organisation), normal_name(identity.organisation)
            for count in range(1, len(parts) + 1):
                whole["".join(parts[:count])].add(name)
            for sign in identity.aliases:
                signs[sign].add(name)
            for word in parts:
                if len(word) >= FIRST_LETTERS:
                    for rest in _without_a_letter(word):
                        words[rest].add(word)
        return cls(
            *({key: frozenset(kept) for key, kept in one.items()} for one in (whole, signs, words))
        )

    @classmethod
    def merged(cls, several: Sequence["ReportNames"]) -> "ReportNames":
        """The names of several libraries together."""
        return cls(*(_merged(kinds) for kinds in zip(*map(_tables, several), strict=True)))

    def named_in(self, question: str) -> tuple[Named, ...]:
        """The organisations that `question` speaks of, in its order; misspelt ones, too.

        One that several are called by names none of them: "American" is no company.
        """
        said = _WORD.findall(question)[:MOST_WORDS]
        found: dict[str, Named] = {}
        place = 0
        while place < len(said):
            count, name, called = self._at(said, place)
            if name and name not in found:
                found[name] = Named(name, _words_of(name, called))
            place += count
        return tuple(found.values())

    def respelt(self, question: str) -> tuple[str, ...]:
        """The words of names that `question` has with a wrong letter."""
        found: dict[str, None] = {}
        for said in _WORD.findall(question)[:MOST_WORDS]:
            found.update(dict.fromkeys(self._respelt(said, _run_together(said))))
        return tuple(found)

    def _at(self, said: Sequence[str], place: int) -> tuple[int, str, str]:
        """How many words from `place` on are a name, the longest one, whose, and how called."""
        if signed := self.signs.get(said[place].removesuffix("'s").removesuffix("’s")):
            return 1, next(iter(signed)) if len(signed) == 1 else "", ""
        best = (1, "", "")
        for spelling in self._spellings(said[place]):
            joined = spelling
            for count in range(1, len(said) - place + 1):
                if count > 1:
                    joined += _run_together(said[place + count - 1])
                called = self.whole.get(joined)
                if called is None:
                    break
                [name, *others] = called
                if not others and (count > 1 or _is_name(said[place], joined, name)):
                    best = (count, name, joined)
        return best

    def _spellings(self, said: str) -> Iterator[str]:
        plain = _run_together(said)
        yield plain
        if plain not in self.whole:
            yield from self._respelt(said, plain)

    def _respelt(self, said: str, plain: str) -> tuple[str, ...]:
        if len(plain) < FIRST_LETTERS or plain in self.whole or is_stop_word(said):
            return ()
        near = {word for rest in _without_a_letter(plain) for word in self.words.get(rest, ())}
        # Of its forms ("targets") nothing is misspelt.
        kept = [word for word in near if word[0] == plain[0] and f"{word}s" != plain]
        if not said[:1].isupper():
            kept = [word for word in kept if word not in _ORDINARY]
        return tuple(sorted(kept)) if plain not in near else ()


def _tables(names: ReportNames) -> tuple[Mapping[str, frozenset[str]], ...]:
    return names.whole, names.signs, names.words


def _merged(tables: Iterable[Mapping[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    merged: dict[str, frozenset[str]] = {}
    for table in tables:
        for key, kept in table.items():
            merged[key] = merged[key] | kept if key in merged else kept
    return merged


NO_NAMES = ReportNames()


def _is_name(said: str, joined: str, name: str) -> bool:
    """Whether one word alone names an organisation: all of its name, or no ordinary word."""
    if joined == name.replace(" ", "") and said[:1].isupper():
        return True
    return len(joined) > SHORT and joined not in _ORDINARY and not is_stop_word(said)


def _words_of(name: str, called: str) -> tuple[str, ...]:
    """The words of a name by which it is called; all of them where that is another name."""
    parts = name.split()
    counts = range(1, len(parts) + 1)
    return next((tuple(parts[:n]) for n in counts if "".join(parts[:n]) == called), tuple(parts))


def _run_together(word: str) -> str:
    joined = fold(word).removesuffix("'s").removesuffix("’s")
    return joined if joined.isalnum() else _SIGNS.sub("", joined)


def _without_a_letter(word: str) -> list[str]:
    """A word, and what is left of it without each of its letters: two that share one are near."""
    return [word, *(word[:at] + word[at + 1 :] for at in range(len(word)))]
