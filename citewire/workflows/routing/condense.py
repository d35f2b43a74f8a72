"""A follow-up made into a question that stands alone, by rule: no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from citewire.text.words import listed, stem, words, years
from citewire.workflows.routing import followups
from citewire.workflows.routing.safety_net import LONG

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_IN_YEAR = re.compile(r"(?<!\s)\s+(?:in|for|during|of|en|de|durante)\s+(?:19|20)\d\d(?!\d)", re.I)
_QUARTER = re.compile(r"\b(?:Q[1-4]|[1-4]Q|[1-4]T|T[1-4])\b", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?P<word>in|en|at|for|para|de|of|from|by)\s+(?:the |el |la )?$", re.IGNORECASE
)
_ASKED_THING = re.compile(
    r"(?P<start>\b(?:was|were|is|are|fue|fueron|es|son|era|eran)\s+(?:the|el|la|los|las)\s+)"
    r"(?P<thing>[^?,.;]+?)(?=(?<!\s)\s+(?:of|in|for|at|by|during|from|de|del|en|para|por|durante)\b|[?,.;]|$)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|el|la|los|las)\s+", re.IGNORECASE)
_PREPOSED = re.compile(
    r"(?:in|en|at|for|para|de|of|from|by|during|on|con|with|the|el|la|los|las)\b", re.IGNORECASE
)
_NEAR = 40
"""So many characters before a name hold the word that it stands behind."""
MOST_WORDS = 6
"""Of a topic so many words are added to a question that has none of its own."""
_PREPOSITIONS = listed("in en at for para de of from by during on con with sobre about")


@dataclass(frozen=True, slots=True)
class _Thread:
    """Where the talk stands: the last question as it stands alone, and what it is about."""

    question: str
    topic: tuple[str, ...]


def condense(question: str, history: Sequence[ChatMessage]) -> str:
    """`question` as it can be understood without `history`.

    A question that stands alone comes back unchanged. A follow-up takes what it lacks from the
    user's questions before it, resolved in order, and keeps all that it says itself.

    Args:
        question: the user's new message.
        history: the turns before it, oldest first; only the user's are read.
    """
    thread: _Thread | None = None
    for message in history:
        if message.role == MessageRole.USER and message.content:
            thread = _follow(message.content.strip(), thread)
    return _follow(question, thread).question if thread else question


def _follow(question: str, thread: _Thread | None) -> _Thread:
    if thread is None:
        return _Thread(question, _topic_of(question))
    if followups.is_chatter(question):
        return _Thread(question, thread.topic)
    follow = _follow_cjk if followups.is_cjk(question) else _resolve
    resolved = follow(question, thread)
    # What only grows with each turn is no question any more: a new thread begins.
    is_too_long = len(resolved.question) > max(LONG, 2 * len(question))
    return _Thread(question, _topic_of(question)) if is_too_long else resolved


def _resolve(question: str, thread: _Thread) -> _Thread:
    if followups.is_standalone(question):
        # "What are the main risks?" after a question about Acme is about Acme.
        whom = (
            (followups.names(thread.question) or thread.topic[:3])
            if followups.is_brief(question)
            else ()
        )
        whole = _with_topic(question, whom)
        return _Thread(whole, _topic_of(whole))
    if followups.is_elliptic(question):
        changed = _change(question, thread)
        if changed is not None:
            return _Thread(changed, _topic_of(changed))
        # A bare heading: the thread stays where it was, or each turn would water it down.
        return _Thread(_with_topic(question, thread.topic), thread.topic)
    own = followups.has_own_subject(question)
    topic = followups.names(thread.question) if own else thread.topic
    resolved = _with_topic(question, topic)
    if own:
        return _Thread(resolved, _topic_of(resolved))
    # The topic stays that of the question which had one, or every turn would water it down.
    return _Thread(resolved, thread.topic)


def _follow_cjk(question: str, thread: _Thread) -> _Thread:
    """Without words to take apart, the question before stands behind the new one."""
    if not followups.cjk_refers_back(question):
        return _Thread(question, _topic_of(question))
    asked = thread.question.strip(" ?？。")
    # The thread stays at the question that had a topic, or each turn would make it longer.
    return _Thread(f"{question}（{asked}）", thread.topic)


def _topic_of(question: str) -> tuple[str, ...]:
    """Names whole, and the other words that mean something, in their order."""
    whole: dict[str, str] = {}  # by the stem of each of its words, the first name that has it
    for name in followups.names(question):
        for word in words(name):
            whole.setdefault(stem(word), name)
    return tuple(dict.fromkeys(whole.get(stem(word), word) for word in followups.content(question)))


def _with_topic(question: str, topic: Sequence[str]) -> str:
    """`question` with the words of `topic` that it lacks behind it."""
    own = {stem(word) for word in words(question)}
    lacking = [part for part in topic if not {stem(word) for word in words(part)} <= own]
    lacking = _most_telling(lacking, room=MOST_WORDS - len(followups.content(question)) // 2)
    if years(question) and not followups.compares(question):
        lacking = [part for part in lacking if not years(part)]
    elif (shift := followups.shifted_year(question)) and (known := years(" ".join(lacking))):
        lacking = [_YEAR.sub(lambda year: str(int(year[0]) + shift), part) for part in lacking]
        question = followups.without_shift(question) if len(known) == 1 else question
    return f"{question} ({' '.join(lacking)})" if lacking else question


def _most_telling(topic: list[str], *, room: int) -> list[str]:
    """As much of a topic as leaves the question its own weight: names and years go first."""
    first = sorted(topic, key=lambda part: not (part[:1].isupper() or part[:1].isdigit()))
    kept = first[: max(2, room)]
    return [part for part in topic if part in kept]


def _change(follow_up: str, thread: _Thread) -> str | None:
    """The question before with what `follow_up` names put in the place of its like.

    None where it has no like: a bare heading such as "clearing period".
    """
    rest = followups.without_lead(follow_up).strip(" ?¿.!")
    if followups.has_negation(rest):
        return _append(thread.question, rest)
    question = thread.question
    shift = followups.shifted_year(rest)
    if shift and len(set(_YEAR.findall(question))) == 1:
        question = _YEAR.sub(lambda year: str(int(year[0]) + shift), question)
        rest = _tidy(followups.without_shift(rest))
    if len(set(_YEAR.findall(rest))) > 1:
        question = _IN_YEAR.sub("", question)
    question, rest = _swap(_YEAR, question, rest)
    question, rest = _swap(_QUARTER, question, rest)
    question, rest = _swap_name(question, rest)
    if not followups.content(rest):
        return question
    is_bare = question == thread.question and not followups.has_lead(follow_up)
    return None if is_bare and not _PREPOSED.match(rest) else _swap_thing(question, rest)


def _swap(kind: re.Pattern[str], question: str, rest: str) -> tuple[str, str]:
    """Put the one `kind` of `rest` in the place of the one in `question`."""
    new, old = set(kind.findall(rest)), set(kind.findall(question))
    if len(new) != 1 or len(old) != 1:
        return question, rest
    (value,) = new
    return kind.sub(value, question), _tidy(kind.sub("", rest))


def _swap_name(question: str, rest: str) -> tuple[str, str]:
    """Put the one name of `rest` in the place of the one that stands behind a like word."""
    new = list(followups.NAME.finditer(rest))
    if len(new) != 1:
        return question, rest
    wanted = _word_before(rest, new[0].start())
    names = frozenset(followups.names(question))
    places = [match for match in followups.NAME.finditer(question) if match[0] in names]
    # "in Spain" takes the place of another "in ..."; a bare name that of one without "in".
    fit = [
        place
        for place in places
        if (_word_before(question, place.start()) in ("in", "en")) == (wanted in ("in", "en"))
    ]
    if len(fit) != 1:
        return question, rest
    changed = question[: fit[0].start()] + new[0][0] + question[fit[0].end() :]
    left = rest[: new[0].start()] + rest[new[0].end() :]
    return changed, _tidy(left.replace("'s", ""))


def _word_before(text: str, at: int) -> str:
    found = _PLACE.search(text, max(0, at - _NEAR), at)
    return found["word"].lower() if found else ""


def _swap_thing(question: str, rest: str) -> str:
    """Put `rest` in the place of what was asked for, or behind the question."""
    found = _ASKED_THING.search(question)
    first = words(rest)[0].lower()
    is_thing = first not in _PREPOSITIONS and not _YEAR.search(rest) and not _QUARTER.search(rest)
    if not found or not is_thing or not _ARTICLE.match(rest):
        return _append(question, rest)
    return (
        question[: found.start("thing")] + _ARTICLE.sub("", rest) + question[found.end("thing") :]
    )


def _append(question: str, rest: str) -> str:
    body = question.rstrip(" ?.!")
    return f"{body}{' ' if words(rest)[0].lower() in _PREPOSITIONS else ', '}{rest}?"


def _tidy(rest: str) -> str:
    """What is left of a follow-up after a swap, without the prepositions that hang in the air."""
    left = words(rest)
    while left and (left[-1].lower() in _PREPOSITIONS or left[-1].lower() in ("the", "el", "la")):
        left.pop()
    return rest.strip(" ,") if len(left) == len(words(rest)) else " ".join(left)
