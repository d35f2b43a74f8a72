"""What tells a follow-up from a question that stands alone, in English and Spanish: no model."""

import re

from citewire.text.words import fold, is_stop_word, listed, stem, words, years

NAME = re.compile(
    r"[A-ZÁÉÍÓÚÑÜ][\w&’-]*(?:'(?!s\b)\w+)?"
    r"(?: (?:(?:of|de|del|la|las|los|and|y|&) )?[A-ZÁÉÍÓÚÑÜ][\w&’-]*)*"
)
"""One name: capitalised words in a row."""

_LEAD = re.compile(
    r"^[¿¡\s]*(?:(?:ok(?:ay)?|so|well|then|vale|bueno|entonces|pues)[,.!]?\s+)*"
    r"(?:(?:and|but|also|y|e|pero)\b[,\s]*(?:then\s+)?)?"
    r"(?:(?:what|how) about\b|what of\b|qué (?:hay|pasa|me dices) (?:de|con)\b"
    r"|and\b|but\b|also\b|y\b|e\b|pero\b)[,\s]*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|"
    r"could|will|would|should|tell|list|show|explain|describe|give|que|cual|cuales|quien|quienes|"
    r"cuando|donde|como|cuanto|cuanta|cuantos|cuantas|por que|es|son|fue|hay|dime|explica)\b"
)
_POSSESSIVE = re.compile(r"\b(?:its|their|his|her|theirs|hers|su|sus)\b")
_PERSONAL = re.compile(r"\b(?:it|they|them|he|she|him|ellos?|ellas?|both|former|latter)\b")
# "this" and "that" refer back when they stand for a thing, not when they open a clause.
_POINTING = re.compile(
    r"(?:^|\b(?:is|are|was|were|did|does|do|can|will|has|have|about|of|for|to|on|at|with|by|from|"
    r"than|in|like|after|before|why|how|when|sobre|de|con|para|por|en|a|es|fue)\s)"
    r"(?:this|that|these|those|est[aeo]s?|es[aeo]s?|aquell?[oa]s?)\b"
    r"(?!\s(?:report|document|year|folder|file|informe|documento|ano|carpeta|archivo))"
)
_OTHER_REFERENCE = re.compile(
    r"\b(?:the same|the others?(?! \w)|which ones?|the (?:\w+ )?ones?|another one|else|alli|ahi|"
    r"el mismo|la misma|l[oa]s otr[oa]s)\b"
    r"|\b(?:quien(?:es)?|cuando|donde|como|por que) (?:lo|la|los|las|le|les)\b"
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was) it (?:true|possible|likely|known|necessary|worth|important|safer?|better|ok|okay"
    r"|legal|hard|easy|difficult|common|normal|a good idea)\b"
)
_NEW_CLAUSE = re.compile(r"[,;:.?!]|\b(?:and|but|so|if|when|because)\b")
_EARLIER = re.compile(
    r"\b(?:the )?(?:previous|preceding|prior) year\b|\b(?:the )?year (?:before|earlier)\b"
    r"|\b(?:el )?ano (?:anterior|previo|antes)\b"
)
_LATER = re.compile(
    r"\b(?:the )?(?:next|following) year\b|\b(?:the )?year (?:after|later)\b"
    r"|\b(?:el )?ano (?:siguiente|despues|posterior)\b"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|except|excluding|besides|apart|other than)\b|n't\b"
    r"|\b(?:sin|excepto|salvo|nunca)\b"
)
# "What is inflation?" and "¿Qué es la inflación?" bring a topic; "what are the risks?" needs one.
_DEFINITION = re.compile(
    r"^(?:(?:what|who) (?:is|are|was|were) (?!the\b)|(?:que|quien) (?:es|son|fue) )"
)
_COMPARING = re.compile(
    r"\b(?:compar\w*|than|versus|vs|differ\w*|chang\w*|since|cambi\w*|diferen\w*|frente a)\b"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# "it", "they", "this", "that", "then", "what about …", and questions too short to have a topic.
_CJK_REFERENCE = re.compile(
    r"它|[他她]们?|这(?:个|些|家|是|样|里|项)|那(?:个|些|家|是|样|里|么|项)?|该|上述|其(?!他|中|它)|呢[？?]?\s*$"
    r"|^(?:还有|以及|再|另外)"
)
_CJK_BRIEF = 7
_CHATTER = listed("thanks thank hello hi bye ok okay great gracias hola adios vale")


def without_lead(question: str) -> str:
    """`question` without "and", "what about" and the like at its start."""
    return _LEAD.sub("", question, count=1).strip().lstrip("¿¡ ")


def has_lead(question: str) -> bool:
    """Whether `question` begins with "and", "what about" and the like."""
    return bool(_LEAD.match(question))


def has_own_subject(question: str) -> bool:
    """Whether `question` is whole but for a word like "and" at its start."""
    rest = without_lead(question)
    return len(content(rest)) >= 2 and not refers_back(rest) and not shifted_year(rest)


def is_cjk(question: str) -> bool:
    """Whether `question` is written without spaces between its words."""
    return bool(_CJK.search(question))


def cjk_refers_back(question: str) -> bool:
    """Whether a question in Chinese leaves open what it is about."""
    asked = question.strip(" ?？。！!")
    return bool(_CJK_REFERENCE.search(question)) or len(asked) <= _CJK_BRIEF


def is_brief(question: str) -> bool:
    """Whether `question` names so little that whom it is about must be known already."""
    if _is_definition(question):
        return False
    return len(content(question)) <= 2 and not names(question) and not years(question)


def _is_definition(question: str) -> bool:
    return bool(content(question) and _DEFINITION.match(fold(question).lstrip("¿¡ ")))


def compares(question: str) -> bool:
    """Whether `question` sets what it names against what was said before."""
    return bool(_COMPARING.search(fold(question)))


def is_chatter(question: str) -> bool:
    """Whether `question` only thanks or greets."""
    found = content(question)
    return bool(found) and all(fold(word) in _CHATTER for word in found)


def is_elliptic(question: str) -> bool:
    """Whether `question` only names what is to be changed in the one before: "and in Spain?"."""
    rest = without_lead(question)
    asks = _ASKING.match(fold(rest))
    has_lead = bool(_LEAD.match(question))
    # "Not in 2024 but in 2020" says nothing but when.
    few_words = len(words(rest)) <= 4 or all(years(word) for word in content(rest))
    return bool(rest) and not asks and (has_lead or few_words) and not refers_back(rest)


def is_standalone(question: str) -> bool:
    """Whether `question` can be understood without those before it."""
    if is_elliptic(question) or _LEAD.match(question) or refers_back(question):
        return False
    if shifted_year(question):
        return False
    if _is_definition(question):
        return True
    # "Why?", "How much was it?", "What are the risks?" lack a topic of their own.
    return len(content(question)) >= 2 or bool(names(question))


def refers_back(question: str) -> bool:
    """Whether a pronoun in `question` has nothing in it that it could stand for."""
    folded = fold(question)
    if _POINTING.search(folded.lstrip("¿¡ ")) or _OTHER_REFERENCE.search(folded):
        return True
    possessive = _POSSESSIVE.search(folded)
    if possessive and not content(question[: possessive.start()]):
        return True
    folded = _EXPLETIVE.sub("", folded)
    personal = _PERSONAL.search(folded)
    return bool(personal and not _is_named_before(question, folded, personal.start()))


def _is_named_before(question: str, folded: str, at: int) -> bool:
    """Whether the pronoun at `at` can stand for a name, or for what another clause is about."""
    clauses = _NEW_CLAUSE.split(folded[:at])
    is_told = len(clauses) > 1 and len(content(" ".join(clauses[:-1]))) >= 2
    return is_told or bool(names(question[: at + 1]))


def shifted_year(question: str) -> int:
    """-1 where `question` says "the year before", 1 for the year after, else 0."""
    folded = fold(question)
    if years(question):
        return 0
    return -1 if _EARLIER.search(folded) else 1 if _LATER.search(folded) else 0


def without_shift(question: str) -> str:
    """`question` without the words that `shifted_year` understood."""
    folded = fold(question)
    if len(folded) != len(question):  # a sign that folds into two
        return ""
    found = _EARLIER.search(folded) or _LATER.search(folded)
    return question[: found.start()] + question[found.end() :] if found else question


def has_negation(question: str) -> bool:
    """Whether `question` excludes something."""
    return bool(_NEGATION.search(fold(question)))


def content(text: str) -> list[str]:
    """The words of `text` that mean something alone."""
    return [word for word in words(text) if not is_stop_word(word)]


def names(question: str) -> list[str]:
    """The names in `question`; what only opens the sentence is none."""
    found = []
    begin = len(question) - len(question.lstrip(" ¿¡\"'("))
    for match in NAME.finditer(question):
        opens = match.start() <= begin
        name = match[0]
        if opens and is_stop_word(words(name)[0] if words(name) else name):
            name = name.partition(" ")[2]
        elif opens and " " not in name and not name.isupper():
            name = ""
        if name and not is_stop_word(name) and stem(name) not in {"q1", "q2", "q3", "q4", "fy"}:
            found.append(name)
    return found
