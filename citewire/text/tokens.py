"""How many tokens a text has, estimated without a tokenizer."""

import re

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LATIN = r"A-Za-z\u00c0-\u024f"
TOKEN = re.compile(
    rf"(?P<cjk>[{_CJK}])|(?P<digits>\d+)|(?P<latin>[{_LATIN}]+)"
    rf"|(?P<other>[^\W\d_{_CJK}{_LATIN}]+)|[^\w\s]|_"
)
"""A token, or a word of several; only words, numbers and CJK characters have a named group."""

_ALONE = re.compile(rf"[{_LATIN}]+|[^\w\s]|\d+|_|[{_CJK}]|[^\W\d_{_CJK}{_LATIN}]+")
"""The same without groups and the usual first, which finds them three times as fast."""

_KEPT_WORDS = 50_000
_KEPT_CHARS = 32


class _Weights(dict[str, int]):
    """The tokens of single words, each worked out once as long as there are not too many."""

    def __init__(self, *, english: bool) -> None:
        super().__init__()
        self._english = english

    def __missing__(self, word: str) -> int:
        found = TOKEN.match(word)
        kind, length = found.lastgroup if found else None, len(word)
        weight = 1
        if kind == "latin":
            weight += max(length - 9, 0) // 2 if self._english else (length - 1) // 3
        elif kind in ("digits", "other"):
            weight = (length + 1) // 2
        if length <= _KEPT_CHARS:
            if len(self) >= _KEPT_WORDS:
                self.clear()
            self[word] = weight
        return weight


_WEIGHTS = {english: _Weights(english=english) for english in (False, True)}


def count_tokens(text: str, *, english: bool = True) -> int:
    """Estimate the tokens of `text`.

    Made to fit MiniLM's word pieces, within about 5 % on whole English reports and 10 % on a
    Spanish one, which breaks into more pieces.
    """
    return sum(map(_WEIGHTS[english].__getitem__, _ALONE.findall(text)))
