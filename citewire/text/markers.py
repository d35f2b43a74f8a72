r"""What a marker looks like: the grammar of what may stand between the brackets.

Numbers alone: `1`, `1, 2`, `1-3`, `1†source`, `1, p. 3`, `^1^`. Behind a word for a source, in
many languages: `Source 1`, `Sources 1 and 3`, `Source 1 (Annual report, p. 3)`, `来源1、2`. In
round brackets the word must be there and say "source" itself: `(1)` and `(Document 2)` are prose.
A number above `MAX_SOURCE` cannot be a source, nor can one that begins with a zero, nor what
counts from 0 in a list (an interval). One such number leaves the whole bracket alone.
"""

import re
from collections.abc import Iterable

from citewire.text.alphabets import normal_form

MAX_MARKER = 100
"""Longest text, in characters, that is held back as a possible marker."""

MAX_LIST = 400
"""The same for a list of nothing but numbers and words for sources, in square or wide brackets."""

LEFTOVERS = ("cite_start", "cite_end")
"""What some models write between brackets around what they cite: it says nothing to anybody."""

MAX_SOURCE = 99
"""A bracketed number above this cannot be a source and is ordinary text, such as a year."""

CLOSERS = {"[": "]", "【": "】", "［": "］", "(": ")", "（": "）"}
ROUND = "(（"

_SOURCE = """
    sources source fuentes fuente quellen quelle fontes fonte fonti bronnen bron källa källor
    kilde kilder źródło źródła zdroj kaynak источники источник джерело πηγή lähde
    来源 來源 出处 出處 出典 ソース 출처 المصدر مصدر
""".split()
_DOCUMENT = """
    documents document docs doc documentos documento dokumente dokument passages passage pasajes
    pasaje excerpts excerpt references reference refs ref referencias referencia citations
    citation cites cite context src 资料 資料 文档 文檔 文献 文獻 参考 參考 引用 문서 참고
""".split()
_AND_WORDS = "and y e et und og och en ve и та".split()
_AND_SIGNS = "和 与 與 及 と 및".split()
_SPAN = "to through bis al à 至 到".split()
_PAGE = """
    pages page pgs pg pp p páginas página págs pág pag seiten seite s side sidor blz 页 頁 ページ
    tables table figures figure figs fig sections section sec chapter ch paragraphs paragraph para
    lines line l n
""".split()
_SEE = "see cf véase ver siehe vgl voir cfr vedi 见 見 参见".split()


def _either(words: list[str]) -> str:
    """A pattern for any of the words, longest first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


_NAME = rf"{_either(_SOURCE + _DOCUMENT)}(?![^\W\d_])[\s:.#_-]{{0,3}}"
_ONE = r"(?<!\d)\d{1,4}(?!\d)"
_TO = rf"\s?(?:[-–—‑~]|{_either(_SPAN)})\s?"
_SHORT = r"(?:S(?=\d))?"  # `S1`; a page is `S. 1`
_RANGE = rf"{_ONE}(?:{_TO}{_SHORT}{_ONE})?"
_LOCATOR = rf"(?:\s?[,:]?\s?(?!S\d)(?:{_either(_PAGE)}\.?|§)\s?\d{{1,4}}(?:\s?[-–]\s?\d{{1,4}})?)?"
_ITEM = rf"(?:{_NAME}|{_SHORT})#?{_RANGE}{_LOCATOR}"
_AND = (
    rf"(?:\s?(?:[,;&+、]|{_either(_AND_SIGNS)})\s{{0,2}}(?:{_either(_AND_WORDS)}\s)?"
    rf"|\s{_either(_AND_WORDS)}\s)"
)
_LIST = re.compile(
    rf"(?:{_either(_SEE)}\.?\s(?={_NAME}))?{_ITEM}(?:{_AND}{_ITEM}){{0,98}}\.?", re.IGNORECASE
)
_NUMBERS = re.compile(
    rf"(?P<first>{_ONE})(?:{_TO}{_SHORT}(?P<last>{_ONE}))?{_LOCATOR}", re.IGNORECASE
)
_NAMED = re.compile(rf"(?:{_either(_SEE)}\.?\s)?{_NAME}#?{_ONE}", re.IGNORECASE)
_TOLD = re.compile(rf"{_NAME}#?(?P<first>{_ONE})(?P<last>)(?=$|\s?[(:,;|†–—-])", re.IGNORECASE)
_DAGGER = re.compile(rf"(?<!:)(?P<first>{_ONE})(?P<last>)(?=†)")
_TURN = re.compile(rf"(?P<first>{_ONE})(?P<last>):\d{{1,4}}(?=†)")
"""`1:0†source`, with the number of a part of the source, or of the turn of the chat."""
_SAYS_SOURCE = re.compile(
    rf"(?:{_either(_SEE)}\.?\s)?{_either(_SOURCE)}(?![^\W\d_])", re.IGNORECASE
)

_NEVER = re.compile(r"[\n\[【]|\s{4}")
_WRAPPED = re.compile(r"(?<=[,;&+、])[ \t]?\n[ \t]?(?=[^\s\]】])")
"""Where a list goes on in the next line."""
_WRAPPED_END = re.compile(r"[,;&+、][ \t]?\n[ \t]?\Z")
"""The same, as long as nothing stands there yet."""
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = frozenset(_SOURCE + _DOCUMENT + _AND_WORDS + _AND_SIGNS + _SPAN + _PAGE + _SEE)


def _beginnings(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:end] for word in words for end in range(1, len(word) + 1))


_BEGINNINGS = _beginnings(_WORDS)
_SOURCE_BEGINNINGS = _beginnings(_SOURCE + _SEE)
_PLAIN = re.compile(r"[\w\s,;&+、:.#§^~‑–—-]*")
_FREE = re.compile(rf"\s?\d{{1,4}}(?::\d{{1,4}})?†|{_NAMED.pattern}\s?[(:,;|†–—-]", re.IGNORECASE)


def numbers_in(opener: str, body: str) -> list[int] | None:
    """The sources that a bracket names, in its order and each once; None if it is no marker.

    Args:
        opener: the bracket that was opened.
        body: what stands between it and its closing bracket.
    """
    if len(body) == 1 and body in "123456789" and opener not in ROUND:  # nearly every marker
        return [int(body)]
    body = _WRAPPED.sub(" ", normal_form("NFKC", body))
    if _NEVER.search(body):
        return None
    is_long = len(body) > MAX_MARKER
    body = body.strip()
    if opener in ROUND and not _SAYS_SOURCE.match(body):
        return None
    if body.startswith("^") and body.endswith("^"):
        body = body[1:-1]  # `[^1^]`; without the second sign it is a footnote
    if _LIST.fullmatch(body):
        return _expanded(_NUMBERS, body)
    return None if is_long else _told(opener, body)


def _told(opener: str, body: str) -> list[int] | None:
    """The sources of what is more than a list."""
    if opener == "【" and _TURN.match(body):
        return _expanded(_TURN, body)
    if _NAMED.match(body):
        return _expanded(_TOLD, body)
    return _expanded(_DAGGER, body) if "†" in body else None


def closing(text: str, start: int, closer: str) -> int:
    """Where a bracket is closed, within the longest marker; -1 if it is not."""
    if closer not in CLOSERS["("] + CLOSERS["（"]:
        return text.find(closer, start, start + MAX_LIST)
    limit = start + MAX_MARKER
    depth = 0
    for at in range(start, min(limit, len(text))):
        if text[at] in ROUND:
            depth += 1
        elif text[at] in ")）":
            if depth == 0:
                return at if text[at] == closer else -1
            depth -= 1
    return -1


def may_grow(opener: str, body: str) -> bool:
    """Whether a bracket that is not closed yet may still become a marker."""
    if opener not in ROUND and (body in "123456789" or _begins_leftover(body)):
        return True
    body = _WRAPPED.sub(" ", normal_form("NFKC", body))
    if _NEVER.search(_WRAPPED_END.sub(",", body)):
        return False
    is_short = len(body) <= MAX_MARKER
    body = body.lstrip()
    if is_short and _FREE.match(body):
        return opener not in ROUND or bool(_SAYS_SOURCE.match(body))
    runs = [found[0].lower() for found in _LETTERS.finditer(body)]
    if opener in ROUND and body and not (runs and runs[0] in _SOURCE_BEGINNINGS):
        return False
    if runs and body[-1:].isalpha() and runs[-1] not in _WORDS and runs.pop() not in _BEGINNINGS:
        return False
    return all(run in _WORDS for run in runs) and bool(_PLAIN.fullmatch(body))


def _begins_leftover(body: str) -> bool:
    return any(word.startswith(body) for word in LEFTOVERS)


def _expanded(pattern: re.Pattern[str], body: str) -> list[int] | None:
    numbers: dict[int, None] = {}
    for found in pattern.finditer(body):
        first = found["first"]
        last = found["last"] or first
        if not all(_may_be_a_source(number) for number in (first, last)) or int(last) < int(first):
            return None
        numbers |= dict.fromkeys(range(int(first), int(last) + 1))
    if 0 in numbers and len(numbers) > 1:
        return None
    return list(numbers) or None


def _may_be_a_source(number: str) -> bool:
    return int(number) <= MAX_SOURCE and (len(number) == 1 or not number.startswith("0"))


_INDEXED = re.compile(
    r"""(?:^|(?<=[^\w]))(?:
        [a-z] | [a-z]+\d+ | [^\W\d_]\w*_\w* | [a-z]{2,}[a-z]*[A-Z][a-z]\w*
      | arrays? | arr | lists? | lst | vec(?:tor)? | matrix | args | argv | kwargs | params | items
      | tuple | dict | buf(?:fer)? | ptr | nums? | vals? | idx | index | df | obj | elems? | tmp
    )$""",
    re.VERBOSE,
)


def is_index(before: str) -> bool:
    """Whether a bracket right after `before` reads as code or an address, as in `array[1]`.

    Words of prose may stand right before a marker too (`ships[1]`), so only what looks like a
    variable counts: one small letter, small letters with digits, with an underscore, in
    camelCase, or a name that programs like to use.
    """
    if not before or before[-1].isspace():
        return False
    return bool(_INDEXED.search(before)) or "://" in before.rsplit(maxsplit=1)[-1]
