"""Titles of chats, made from the first question or tidied from what a model or a person said."""

import re
import unicodedata

FROM_QUESTION_CHARS = 60
# What turns the direction of writing, tags, lone surrogates. The joiners stay: scripts need them.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_TRIMMED = " \t\"'“”‘’«»„`*#_.,;:!?…-–—。，、；：！？「」『』()[]{}（）¿¡"


def title_from_question(question: str) -> str:
    """A title of at most 60 characters: cut at the end of a word, without punctuation there."""
    plain = tidy_title(question)
    if len(plain) <= FROM_QUESTION_CHARS:
        return plain
    cut = plain[: FROM_QUESTION_CHARS + 1]
    # Without a space in its second half it is not written with spaces.
    space = cut.rfind(" ", FROM_QUESTION_CHARS // 2)
    return tidy_title(cut[:space] if space > 0 else cut[:FROM_QUESTION_CHARS])


def tidy_title(text: str) -> str:
    """One line, without control characters, and without punctuation or quotes at its ends."""
    one_line = plain_line(text)
    return one_line.strip(_TRIMMED) or one_line


def plain_line(text: str) -> str:
    """One line without control characters, and without what turns it or shows nothing."""
    if not text.isprintable():
        signs = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
        text = _UNSEEN.sub("", "".join(signs))
    return " ".join(text.split())
