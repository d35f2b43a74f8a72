"""What a passage offers a claim's names to be matched with, and whether it has them."""

from collections.abc import Sequence
from functools import cached_property

from citewire.services.citations.verdicts.entities import ALIASES, TITLES, Name, find_names, forms
from citewire.text.words import is_stop_word


class Names:
    """What a passage offers a name to be matched with, all of it flat and when it is asked for.

    Args:
        text: the passage.
        tokens: its tokens.
    """

    def __init__(self, text: str, tokens: Sequence[str]) -> None:
        self._text = text
        self._tokens = tokens

    @cached_property
    def spelt(self) -> frozenset[str]:
        """Its words."""
        return frozenset(token.removesuffix("'s") for token in self._tokens)

    @cached_property
    def _found(self) -> Sequence[Name]:
        return list(find_names(self._text))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, and those of its names, which are divided otherwise."""
        return self.spelt.union(*(name.parts for name in self._found))

    @cached_property
    def initials(self) -> frozenset[str]:
        """Of its names with several words."""
        several = (name.parts for name in self._found if len(name.parts) > 1)
        return frozenset("".join(part[0] for part in parts) for parts in several)

    @cached_property
    def letters(self) -> str:
        """The first letter of every word, in order."""
        return "".join(token[0] for token in self._tokens if token[0].isalpha())

    @cached_property
    def known(self) -> frozenset[str]:
        """What its names are also called."""
        called = (form for name in self._found for form in forms(name.parts))
        return frozenset(ALIASES[form] for form in called if form in ALIASES)

    @cached_property
    def sure(self) -> frozenset[str]:
        """The words that are surely part of names."""
        sure = (name.parts for name in self._found if not name.is_doubtful)
        return frozenset(part for parts in sure for part in parts)


def has_name(name: Name, offered: Names) -> bool:
    """Whether a passage has a claim's name, by its words, its initials or another name of it."""
    wanted = [part for part in name.parts if part not in TITLES and not is_stop_word(part)]
    if offered.spelt.issuperset(wanted):  # nearly every name that is there
        return True
    if any(ALIASES.get(form, "") in offered.known for form in forms(name.parts)):
        return True
    initials = "".join(part[0] for part in name.parts)
    if len(initials) > 1 and initials in offered.words:
        return True
    if len(name.parts) == 1 and _stands_for(name, offered):
        return True
    missing = [at for at, part in enumerate(wanted) if not _has_word(part, offered.words)]
    # A middle name may be left out.
    return not missing or (len(missing) == 1 and 0 < missing[0] < len(wanted) - 1)


def _stands_for(name: Name, offered: Names) -> bool:
    """Whether an acronym has the initials of a name, or of words that follow each other."""
    letters = name.parts[0].rstrip("0123456789")
    if letters in offered.initials:
        return True
    written = name.text.split()[-1]  # without the article of "The CET1"
    return len(letters) > 2 and written[: len(letters)].isupper() and letters in offered.letters


def _has_word(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    if word[-1].isdigit() and word[0].isalpha():
        return word.rstrip("0123456789") in words  # "IFRS9" beside "IFRS 9"
    if len(word) < 5:
        return False
    others = {
        word + "s",
        word + "n",
        word + "an",
        word.removesuffix("s"),
        word.removesuffix("n"),
        word.removesuffix("an"),
    }
    return not others.isdisjoint(words)
