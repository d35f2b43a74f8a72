"""What a question says about the form of its answer: no passage answers to that.

"Round to two decimal places", "answer in USD millions", "if it is not a useful metric, say so":
searched for, such words find pages that speak of rounding and of answers.
"""

import re

from citewire.text.words import search_terms

LONG = 4000
"""A longer question is taken as it is."""
_FEWEST = 1
"""So many terms must be left."""

_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_BEGINS = re.compile(
    r"(?:please\b|answer\b|(?:the|your) (?:answer|response)\b|round\b|give\b|write\b|express\b"
    r"|respond\b|return\b|base\b|state\b|report\b|use\b|if\b|show your\b|do not\b|don['’]t\b"
    r"|responde\b|redondea\b|si\b|expresa\b)",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\b(?:answers?|response|round(?:ed)?|decimals?|formats?|formatted|integer|string|float"
    r"|judge?ments?|question|solution|explain|state that|say so|percentage terms?|nearest|redondea"
    r"|decimales|respuesta|d[ií]|indica)\b",
    re.IGNORECASE,
)
_AMOUNT = (
    r"(?:usd|us\$|dollars?|euros?|thousands?|millions?|billions?|percents?|percentages?|units?)"
)
_PHRASES = re.compile(
    # In brackets, at the end of a clause, and as a clause of its own.
    r"\([^()]{0,60}\b(?:round|decimal|" + _AMOUNT + r")\b[^()]{0,80}\)"
    r"|,? (?:and )?round(?:ed)? (?:your answer |the answer |it )?to [\w ]{1,24}"
    r"(?:decimals?(?: places?)?|places?|digits?|integer|number|percent)\b"
    r"|\banswer in (?:[\w$]{1,12} ){0,3}[\w$]{1,12}\b",
    re.IGNORECASE,
)


def without_wishes(question: str) -> str:
    """`question` without what it says of the form of its answer, if enough is left.

    The first sentence is always kept, and each that asks something.
    """
    if len(question) > LONG:
        return question
    sentences = _SENTENCE.split(question.strip())
    kept = [one for place, one in enumerate(sentences) if place == 0 or not _is_wish(one)]
    bare = _PHRASES.sub(" ", " ".join(kept))
    return bare if len(search_terms(bare)) >= _FEWEST else question


def _is_wish(sentence: str) -> bool:
    return "?" not in sentence and bool(_BEGINS.match(sentence) and _FORM.search(sentence))
