"""The safety net under condensing: what a rewritten question must not have lost."""

import re

from citewire.text.words import fold, is_spanish, stems, words
from citewire.workflows.routing import followups

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f]")
_CJK_NEGATION = re.compile(r"[不没沒无無未非]|除了|以外|除外")
_ENGLISH = frozenset("the of in is are was were what which who how did does do and to".split())

LONG = 1000
"""No rewritten question needs more characters, unless the original has."""


def lost(original: str, rewritten: str) -> str:
    """What of `original` is lost in `rewritten`, in words; empty when nothing is.

    Args:
        original: the message as it was written.
        rewritten: what a model or a rule made of it.
    """
    if len(rewritten) > max(LONG, 2 * len(original)):
        return "it has become too long"
    if _script(original) != _script(rewritten) or _changed_language(original, rewritten):
        return "another language"
    left = fold(rewritten)
    kept = frozenset(words(left))  # sooner looked up than searched for
    numbers = set(_NUMBER.findall(rewritten))
    if gone := [number for number in _NUMBER.findall(original) if number not in numbers]:
        return f"{gone[0]} is missing"
    for name in followups.names(original):
        for word in words(name):
            bare = fold(word).removesuffix("'s")
            if bare not in kept and bare not in left:
                return f"{word} is missing"
    if _negates(original) and not _negates(rewritten):
        return "the negation is missing"
    return ""


def _script(text: str) -> str:
    if _CJK.search(text):
        return "cjk"
    found = _OTHER_SCRIPT.search(text)
    return f"{ord(found[0]) >> 8:x}" if found else "latin"


def _changed_language(original: str, rewritten: str) -> bool:
    """Between English and Spanish, or from a language that is neither into English."""
    if is_spanish(original) != is_spanish(rewritten):
        spanish = original if is_spanish(original) else rewritten
        other = rewritten if spanish is original else original
        return _is_english(other) and not _is_english(spanish)
    said = stems(original)
    is_foreign = len(said) >= 4 and not _is_english(original) and not is_spanish(original)
    kept = set(said) & set(stems(rewritten))
    return is_foreign and _is_english(rewritten) and len(kept) < len(said) / 2


def _is_english(text: str) -> bool:
    return any(fold(word) in _ENGLISH for word in words(text))


def _negates(text: str) -> bool:
    return followups.has_negation(text) or bool(_CJK_NEGATION.search(text))
