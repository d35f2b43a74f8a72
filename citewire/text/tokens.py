"""How many tokens a text has, estimated without a tokenizer."""

import re

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
TOKEN = re.compile(
    rf"(?P<cjk>[{_CJK}])|(?P<digits>\d+)|(?P<latin>[A-Za-z\u00c0-\u024f]+)"
    rf"|(?P<other>[^\W\d_{_CJK}A-Za-z\u00c0-\u024f]+)|[^\w\s]|_"
)
"""A token, or a word of several; only words, numbers and CJK characters have a named group."""


def count_tokens(text: str, *, english: bool = True) -> int:
    """Estimate the tokens of `text`.

    Made to fit MiniLM's word pieces, within about 5 % on whole English reports and 10 % on a
    Spanish one, which breaks into more pieces.
    """
    return sum(_weight(match, english) for match in TOKEN.finditer(text))


def _weight(match: re.Match[str], english: bool) -> int:
    kind, length = match.lastgroup, match.end() - match.start()
    if kind == "latin":
        return 1 + (max(length - 9, 0) // 2 if english else (length - 1) // 3)
    if kind in ("digits", "other"):
        return (length + 1) // 2
    return 1
