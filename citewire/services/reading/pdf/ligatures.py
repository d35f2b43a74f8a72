"""Ligatures that a file maps to other signs: "only one in !ve" for "five".

Some programs leave the ligatures of a font without a map to Unicode. What such a sign stands for
is told by the name of its glyph, where the font gives one to its code, or else by the words that
it makes: those of the report itself and of the word list that comes with the embedding model.
What neither tells is left as it is, and both are told in the notes.
"""

import ctypes
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from citewire.services.reading.cleaning import LIGATURES
from citewire.services.reading.notes import pages
from citewire.services.reading.pdf.chars import MAX_FONT_NAME, Chars, prototype, read_text
from citewire.services.reading.pdf.glyph_names import GlyphNames, glyph_names
from citewire.services.reading.pdf.unmapped import find_unmapped
from citewire.services.reading.word_list import known_words

MAX_PAGES = 40
"""So many pages, evenly spread, are looked at for the words of a report."""

MAX_WORDS = 100
"""So many different words of a sign tell what it stands for."""

ENOUGH = 2
"""So many different words, or one long one against none, tell what a sign stands for."""

AGAINST = 0.34
"""The next best ligature makes at most this share of the words of a page."""

LONG = 5
MAX_SIGNS = 200
MAX_TOLD = 16
MAX_VOCABULARY = 1_000_000
MAX_FONT = 1_000_000
"""Bytes; fonts of parts of words are small, and larger ones are not looked into."""

_WORD = re.compile(r"[^\W\d_]+")
_BEFORE, _AFTER = re.compile(r"[^\W\d_]{0,30}\Z"), re.compile(r"[^\W\d_]{0,30}")
_AROUND = 32
_CODES = {"uniFB00": "ff", "uniFB01": "fi", "uniFB02": "fl", "uniFB03": "ffi", "uniFB04": "ffl"}

_FONT = prototype(pdfium.FPDFTextObj_GetFont, ctypes.c_void_p, ctypes.c_void_p)
_OBJECT = prototype(pdfium.FPDFText_GetTextObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)

_Halves = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Font:
    """A font of a document, the same on all pages.

    Args:
        name: with the letters that tell subsets apart.
        size: of its data; the same font comes in the same subset.
        names: of its glyphs.
    """

    name: str
    size: int
    names: GlyphNames = field(compare=False)


_Sign = tuple[_Font, str, int]
"""With the address of its font, which only counts within a page."""


@dataclass(slots=True)
class Ligatures:
    """What the signs of a document stand for; looked for when the first one is met."""

    document: pypdfium2.PdfDocument
    _vocabulary: set[str] = field(default_factory=set)
    _words: dict[tuple[_Font, str], dict[_Halves, None]] = field(default_factory=dict)
    _known: dict[tuple[_Font, str], str] = field(default_factory=dict)
    _fonts: dict[tuple[str, int], _Font] = field(default_factory=dict)
    _mended: defaultdict[tuple[str, str], set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _left: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def mended(self, chars: Chars, places: Sequence[int], number: int) -> Chars:
        """`chars` of the page `number` with the letters that the signs at `places` stand for."""
        signs = self._signs(chars, places)
        here = self._told_here(chars.text, places, signs)
        text = list(chars.text)
        for place, sign in zip(places, signs, strict=True):
            ligature = here.get(sign) or self._known.get(sign[:2])
            if ligature is None:
                # Before anything but a small letter it may as well be a sign of its own.
                if chars.text[place + 1 : place + 2].islower():
                    self._left[sign[1]].add(number)
            else:
                self._mended[sign[1], ligature].add(number)
                text[place] = LIGATURES[ligature]
        return replace(chars, text="".join(text))

    def _told_here(
        self, text: str, places: Sequence[int], signs: Sequence[_Sign]
    ) -> dict[_Sign, str]:
        """What the page itself tells: one font may be used with different codes elsewhere."""
        told = {sign: name for sign in signs if (name := _by_name(sign)) is not None}
        if all(sign in told for sign in signs):
            return told
        if not self._vocabulary:
            self._look_ahead()
        self._learn(text, places, signs)
        self._tell()
        words: dict[_Sign, dict[_Halves, None]] = {}
        for sign, halves in zip(signs, _halves(text, places), strict=True):
            words.setdefault(sign, {})[halves] = None
        for sign, found in words.items():
            ligature = _told(found, sign[0].names, self._vocabulary)
            if sign not in told and ligature is not None:
                told[sign] = ligature
        return told

    def notes(self) -> Iterator[str]:
        """What was put right, and what could not be."""
        if self._mended:
            pairs = sorted({f"{_shown(sign)} → “{letters}”" for sign, letters in self._mended})
            listed = ", ".join(pairs[:MAX_TOLD]) + ", …" * (len(pairs) > MAX_TOLD)
            where = pages(sorted(set().union(*self._mended.values())), "", "").strip()
            yield f"letters that the file stores wrongly were put right: {listed} ({where})"
        if self._left:
            listed = ", ".join(sorted(set(map(_shown, self._left)))[:MAX_TOLD])
            where = pages(sorted(set().union(*self._left.values())), "has", "have")
            yield f"{where} {listed} where letters should be; which ones could not be told"

    def _signs(self, chars: Chars, places: Sequence[int]) -> list[_Sign]:
        here: dict[int, _Font] = {}
        signs = []
        for place in places:
            address = _FONT(_OBJECT(chars.handle, place)) or 0
            if address not in here:
                here[address] = self._font(address)
            signs.append((here[address], chars.text[place], address))
        return signs

    def _font(self, address: int) -> _Font:
        handle, size = ctypes.cast(address, pdfium.FPDF_FONT), ctypes.c_size_t()
        name = _font_name(handle)
        pdfium.FPDFFont_GetFontData(handle, None, 0, size)
        if (name, size.value) not in self._fonts:
            names = glyph_names(_font_data(handle, size.value))
            self._fonts[name, size.value] = _Font(name, size.value, names)
        return self._fonts[name, size.value]

    def _look_ahead(self) -> None:
        self._vocabulary |= known_words()
        for index in range(0, len(self.document), -(-len(self.document) // MAX_PAGES)):
            try:
                with closing(self.document[index]) as page, closing(page.get_textpage()) as opened:
                    chars = read_text(opened)
                    unmapped = find_unmapped(chars)
                    places = unmapped.signs if unmapped else []
                    self._learn(chars.text, places, self._signs(chars, places))
            except pypdfium2.PdfiumError:
                continue
        self._tell()

    def _learn(self, text: str, places: Sequence[int], signs: Sequence[_Sign]) -> None:
        plain = list(text)
        found = _halves(text, places)
        for place, (font, written, _), halves in zip(places, signs, found, strict=True):
            words = self._words.get((font, written))
            if words is None and len(self._words) < MAX_SIGNS:
                words = self._words.setdefault((font, written), {})
            if words is not None and len(words) < MAX_WORDS:
                words[halves] = None
            # The halves of a word are none.
            for at in range(place - len(halves[0]), place + len(halves[1]) + 1):
                plain[at] = " "
        if len(self._vocabulary) < MAX_VOCABULARY:
            self._vocabulary.update(_WORD.findall("".join(plain).lower()))

    def _tell(self) -> None:
        """Find out what the signs stand for of which enough words are known."""
        while found := {
            sign: ligature
            for sign, halves in self._words.items()
            if sign not in self._known
            and (ligature := _told(halves, sign[0].names, self._vocabulary, 0)) is not None
        }:
            self._known |= found
            # Words that are put right tell of others.
            for sign, ligature in found.items():
                self._vocabulary |= {f"{a}{ligature}{b}".lower() for a, b in self._words[sign]}


def _shown(sign: str) -> str:
    return f"“{sign}”" if sign.isprintable() else "“□”"


def _by_name(sign: _Sign) -> str | None:
    """The ligature that the font says."""
    font, written, _ = sign
    return _ligature(font.names.by_code.get(ord(written), ""))


def _ligature(name: str) -> str | None:
    letters = name.partition(".")[0].replace("_", "")
    coded = _CODES.get(letters)
    return letters if letters in LIGATURES else coded


def _halves(text: str, places: Sequence[int]) -> list[_Halves]:
    """What stands before and after signs in their words."""
    found = []
    for place in places:
        before = _BEFORE.search(text[max(place - _AROUND, 0) : place])
        after = _AFTER.match(text[place + 1 : place + 1 + _AROUND])
        found.append(((before[0] if before else "").lower(), (after[0] if after else "").lower()))
    return found


def _told(
    halves: Iterable[_Halves], names: GlyphNames, vocabulary: set[str], against: float = AGAINST
) -> str | None:
    """The ligature that makes words of halves of words, None if that is not clear.

    The next best one makes at most the share `against` of its words.
    """
    named = {ligature for name in names.all if (ligature := _ligature(name)) is not None}
    made = {
        ligature: [
            word
            for before, after in halves
            if (word := f"{before}{ligature}{after}".lower()) in vocabulary
        ]
        for ligature in LIGATURES
        if ligature in named or not named
    }
    best, *others = sorted(made, key=lambda ligature: -len(made[ligature]))
    count, second = len(made[best]), len(made[others[0]]) if others else 0
    is_enough = count >= ENOUGH or (
        count == 1 and not second and (bool(named) or len(made[best][0]) >= LONG)
    )
    return best if is_enough and second <= against * count else None


def _font_name(handle: Any) -> str:
    name = ctypes.create_string_buffer(MAX_FONT_NAME)
    length = pdfium.FPDFFont_GetBaseFontName(handle, name, MAX_FONT_NAME)
    return name.raw[: min(length, MAX_FONT_NAME)].rstrip(b"\0").decode("utf-8", "replace")


def _font_data(handle: Any, size: int) -> bytes:
    if not 0 < size <= MAX_FONT:
        return b""
    buffer, length = (ctypes.c_uint8 * size)(), ctypes.c_size_t()
    pdfium.FPDFFont_GetFontData(handle, buffer, size, length)
    return bytes(buffer)
