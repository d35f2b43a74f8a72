"""Letters of any alphabet: their normal forms in linear time, and the Latin ones they look like."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

MOST_MARKS = 30
"""So many marks stand on one letter at most, as in Unicode's "Stream-Safe Text Format"."""

_PILE = re.compile(rf"(?<![^\w\s])[^\w\s]{{{MOST_MARKS + 1},}}")
"""Where marks may be piled up: none of them is a letter, a digit or a space."""

Form = Literal["NFC", "NFKC", "NFKD"]


def normal_form(form: Form, text: str) -> str:
    """`text` in a normal form of Unicode, without the marks that are too many on one letter.

    Python sorts the marks on a letter in quadratic time: 16,000 of them take 0.2 s.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _PILE.sub(_cleared, text))


def _cleared(pile: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in pile[0]:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


_PAIRS = (
    # Cyrillic
    ("авеԍһіјкӏмոԛ", "abeghijklmnq"),
    ("орсѕтυѵԝхуԁг", "opcstuvwxydr"),
    ("АВЕԌНІЈКМОРԚЅТԜХҮСԀ", "ABEGHIJKMOPQSTWXYCD"),
    # Greek
    ("αβεηικνορτυχγω", "abenikvoptuxyw"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    # Armenian
    ("սօհզցյք", "uohqgjp"),
    # Latin letters of other forms: small capitals, those of phonetics, with a stroke
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz"),
    ("ɑɡıȷƖøđłħŧɩʋɓɗɛɨʟ", "agijlodlhtivbdeil"),
    # Cherokee
    ("ᎪᏴᏟᎠᎬᎻᎥᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "ABCDEHIJKLMPRSTVWZ"),
)
_ALIKE = {
    sign: plain for signs, plains in _PAIRS for sign, plain in zip(signs, plains, strict=True)
}
# Letters in black circles and squares, and those that flags are made of, have no normal form.
_ROWS = (0x1F150, 0x1F170, 0x1F1E6)
_ALIKE |= {chr(row + at): chr(0x61 + at) for row in _ROWS for at in range(26)}

_OTHERS = re.compile(r"[^\x00-\x7f]+")

_UNSEEN = ("Mn", "Me", "Cf")
"""Marks on a letter, and what only tells how to write."""


def latin_look(text: str) -> tuple[str, Sequence[int]]:
    """What `text` looks like in plain Latin letters, and where each of them stands in it.

    Fullwidth and mathematical letters, accents, and letters of other alphabets that look alike
    are taken for the Latin ones; what shows nothing is left out.
    """
    if text.isascii():
        return text, range(len(text))
    looks: list[str] = []
    places: list[int] = []
    end = 0
    # Sign by sign only where it is needed: of a usual text, quotation marks and dashes.
    for other in _OTHERS.finditer(text):
        looks.append(text[end : other.start()])
        places += range(end, other.start())
        for place, sign in enumerate(other[0], start=other.start()):
            looks.append(_LOOKS[sign])
            places += [place] * len(_LOOKS[sign])
        end = other.end()
    looks.append(text[end:])
    places += range(end, len(text))
    return "".join(looks), places


class _Looks(dict[str, str]):
    """What single signs look like, each worked out once."""

    def __missing__(self, sign: str) -> str:
        look = self[sign] = "".join(
            _ALIKE.get(part, part)
            for part in unicodedata.normalize("NFKD", _ALIKE.get(sign, sign))
            if unicodedata.category(part) not in _UNSEEN
        )
        return look


_LOOKS = _Looks()
