"""What a document says of itself: sentences of its beginning, and its headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from llama_index.core.schema import NodeWithScore

from citewire.storage.library.outline import Heading, Outline
from citewire.text.sentences import split_sentences
from citewire.text.words import fold, stems, words
from citewire.workflows.shown import readable

MOST_QUOTED = 2
"""So many passages are quoted, of the first one two sentences."""
MOST_SENTENCES = 2
MOST_HEADINGS = 12
MOST_LETTERS = 400
_FEWEST_WORDS = 9
_LONGEST_HEADING = 90

_TELLS = re.compile(
    r"\b(?:overview|introduc\w*|summary|abstract|about this|description of (?:the )?business"
    r"|purpose|scope|(?:key|main) (?:findings|messages)|highlights|at a glance|business"
    r"|general|who we are"
    r"|foreword|preface"
    r"|resumen|presentacion|panorama|objetivos?|alcance|einleitung|zusammenfassung|uberblick"
    r"|vorwort|resume|synthese|avant propos|apercu)\b"
)
"""Headings under which a report says what it is about; folded."""
_OF_ITSELF = re.compile(
    r"\b(?:this|the present|our) (?:\w+ )?(?:report|study|paper|survey|document|assessment|analysis"
    r"|outlook|edition|article|book|work)\b|\bwe (?:are|operate|provide|present|propose|examine"
    r"|introduce|study|offer)\b|\b(?:este|el presente) (?:informe|documento|estudio|trabajo)\b"
    r"|\b(?:dieser bericht|diese studie|dieses dokument|diese arbeit)\b"
    r"|\b(?:ce|le present) (?:rapport|document|travail)\b|\bcette etude\b"
)
_FORMAL = re.compile(
    r"\b(?:forward.looking|indicate by check mark|registrant|all rights reserved|copyright"
    r"|aggregate market value|incorporated (?:herein )?by reference|no part of this|isbn|https?"
    r"|www|safe harbor|suggested citation|contact)\b"
)
"""What stands on covers and says nothing of what follows; folded."""
_SIGNS = frozenset("[]【】［］（）`$\\|*<>")
_NUMBERED = re.compile(r"(?:part|item|chapter|section|capitulo|kapitel|chapitre|teil|\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Sentences of a passage, as they stand there."""

    passage: NodeWithScore
    sentences: Sequence[str]


def extracts_of(outline: Outline, title: str) -> list[Excerpt]:
    """The sentences of its beginning that best say what a document is about."""
    named = frozenset(stems(title))
    found: list[tuple[int, int, Excerpt]] = []
    for at, node in enumerate(outline.passages):
        if node.metadata.get("kind", "text") != "text":
            continue
        passage = NodeWithScore(node=node, score=0.0)
        text = readable(passage).node.get_content()
        told = [sentence for sentence in split_sentences(text) if is_prose(sentence)]
        if told:
            tells = 2 * bool(_TELLS.search(fold(str(node.metadata.get("section", "")))))
            first = next((n for n, one in enumerate(told) if _says_what(one, named)), None)
            weight = tells + (first is not None)
            found.append((-weight, at, Excerpt(passage, told[first or 0 :][:MOST_SENTENCES])))
    best = [extract for _, _, extract in sorted(found, key=lambda one: one[:2])[:MOST_QUOTED]]
    return [*best[:1], *(replace(other, sentences=other.sentences[:1]) for other in best[1:])]


def _says_what(sentence: str, named: frozenset[str]) -> bool:
    """Whether a sentence is about the document itself, or about whom it is called by."""
    return bool(_OF_ITSELF.search(fold(sentence)) or named.intersection(stems(sentence)))


def is_prose(sentence: str) -> bool:
    """Whether it is a sentence that says something, and no line of a cover.

    Not one with signs that may open a marker, code or mathematics, either.
    """
    text = " ".join(sentence.split())
    if not (text[:1].isupper() and text.endswith(".") and len(text) <= MOST_LETTERS):
        return False
    if not _SIGNS.isdisjoint(text):
        return False
    said = words(text)
    small = sum(word.islower() for word in said)
    return (
        len(said) >= _FEWEST_WORDS and small * 3 >= len(said) * 2 and not _FORMAL.search(fold(text))
    )


def headings_of(outline: Outline, title: str) -> tuple[list[Heading], int]:
    """The headings that tell most, in their order, and how many there are besides."""
    known = {fold(title).strip()}
    told: list[Heading] = []
    for heading in outline.headings:
        name = fold(heading.text).strip()
        if name not in known and _is_heading(heading.text):
            known.add(name)
            told.append(heading)
    numbered = [heading for heading in told if _NUMBERED.match(fold(heading.text))]
    best = numbered if len(numbered) >= 4 else told
    shown = best[:MOST_HEADINGS]
    return shown, len(told) - len(shown)


def _is_heading(text: str) -> bool:
    said: Sequence[str] = words(text)
    has_letters = any(word.isalpha() and len(word) > 2 for word in said)
    return has_letters and len(text) <= _LONGEST_HEADING and text[:1].isalnum()
