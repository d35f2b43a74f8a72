"""Passages that say the same: the best one is given, and told to stand elsewhere, too.

Libraries repeat themselves: a policy stands word for word in every year's report, a notice on
every third page, and ten sources were three. Two passages are one only where nothing is lost: the
words that mean something, the figures with their signs, and how often it is denied are all in the
one that is kept, and in its order. The same sentence with another year's figure, another company's
name or a "not" is another source.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from llama_index.core.schema import BaseNode, NodeWithScore

from citewire.storage.library.passage_node import ALSO_IN
from citewire.text.words import search_terms

SAME_WORDS = 0.95
"""The part of a passage's words that the other one must have, to be looked at at all."""

SAME_ORDER = 0.8
"""The part of a passage's runs of three words that the other one must have."""

MOST_ALSO = 8
"""So many passages that say the same are told."""

_WORD = re.compile(r"\w+")
_SIGNS = "’‘“”–—•…"
"""What stands in nearly all texts that are not of ASCII alone; none is of a word."""
_BLANKS = {code: " " for code in range(128) if not _WORD.match(chr(code))}
_FIGURE = re.compile(r"[-−(]?\d[\d.,]*+%?")
_DENIALS = frozenset(
    "no not nor never none neither without cannot t ni nunca sin ningun ninguna nicht kein keine "
    "ne pas aucun aucune nao non".split()
)

KnownWords = dict[str, tuple[Sequence[str], frozenset[str]]]
"""The words of texts, in their order and as a set."""


@dataclass(slots=False)
class _Said:
    """What a passage says, each part made when it is first asked for."""

    node: BaseNode
    known: KnownWords
    also: list[BaseNode] = field(default_factory=list)

    @cached_property
    def organisation(self) -> str:
        return str(self.node.metadata.get("organisation", ""))

    @property
    def words(self) -> Sequence[str]:
        return self._both[0]

    @property
    def vocabulary(self) -> frozenset[str]:
        return self._both[1]

    @cached_property
    def _both(self) -> tuple[Sequence[str], frozenset[str]]:
        text = self.node.get_content()
        if (both := self.known.get(text)) is None:
            said = words_in(text)
            both = self.known[text] = said, frozenset(said)
        return both

    @cached_property
    def denials(self) -> int:
        return sum(word in _DENIALS for word in self.words)

    @cached_property
    def contents(self) -> frozenset[str]:
        text = self.node.get_content()
        return frozenset(search_terms(text)) | frozenset(
            figure.rstrip(".,") for figure in _FIGURE.findall(text)
        )

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        return frozenset(zip(self.words, self.words[1:], self.words[2:], strict=False))


def distinct(
    nodes: Sequence[NodeWithScore], *, limit: int, known: KnownWords | None = None
) -> list[NodeWithScore]:
    """The first passages that say different things, each with where else it stands.

    Args:
        nodes: best first; those after the last that is given are looked at, too.
        limit: so many are given at most.
        known: the words of passages that were looked at before; those of these are added.
    """
    known = {} if known is None else known
    kept: list[tuple[NodeWithScore, _Said]] = []
    for found in nodes:
        said = _Said(found.node, known)
        same = next((other for _, other in kept if _says_no_more(said, other)), None)
        if same is not None:
            same.also.append(found.node)
        elif len(kept) < limit:
            kept.append((found, said))
    return [_told(found, said.also) for found, said in kept]


def words_in(text: str) -> list[str]:
    """List the folded words of a text; of ASCII in a quarter of the time that a pattern takes."""
    plain = text
    if not text.isascii():
        for sign in _SIGNS:
            plain = plain.replace(sign, " ")
    if plain.isascii():
        return plain.lower().translate(_BLANKS).split()
    return _WORD.findall(text.casefold())


def _says_no_more(said: _Said, other: _Said) -> bool:
    """Whether `other` says all that `said` does, in its order."""
    mine, theirs = said.organisation, other.organisation
    if (mine and theirs and mine != theirs) or _lacks_words(said, other):
        return False
    shared = len(said.vocabulary & other.vocabulary)
    if shared < SAME_WORDS * len(said.vocabulary) or said.denials != other.denials:
        return False
    if not said.contents <= other.contents:
        return False
    return len(said.runs & other.runs) >= SAME_ORDER * len(said.runs)


def _lacks_words(said: _Said, other: _Said) -> bool:
    """Whether `other` clearly lacks too many words of `said`, as nearly all pairs: soon seen."""
    missing: set[str] = set()
    theirs = other.vocabulary
    # Of all words, those that occur again among them: at least as many as may be missing.
    allowed = (1 - SAME_WORDS) * len(said.words)
    for word in said.words:
        if word not in theirs:
            missing.add(word)
            if len(missing) > allowed:
                return True
    return False


def _told(found: NodeWithScore, also: Sequence[BaseNode]) -> NodeWithScore:
    if not also:
        return found
    metadata = {**found.node.metadata, ALSO_IN: list(also[:MOST_ALSO])}
    return NodeWithScore(
        node=found.node.model_copy(update={"metadata": metadata}), score=found.score
    )
