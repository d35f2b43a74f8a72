"""What is said above an extract that is only the nearest to a question, and when it is that."""

import re
from collections.abc import Sequence

from citewire.services.models.extractive.figures import share_said
from citewire.services.models.extractive.passages import Sentence
from citewire.services.models.extractive.question import Wanted, is_light, roots
from citewire.text.words import fold, stems

_NEAR = 0.5
"""Similarity to what is asked and half the share of its words, below which a sentence is far."""

_APART = 0.15
"""Similarity below which a sentence only shares words with a question."""

_PARTS = (
    r"(?:pages|charts|figures|tables|photos|images|pictures|maps|plots|graphs|diagrams|icons|logos"
    r"|signatures|slides|footnotes|chapters|colou?rs)"
)
_LOOKS = re.compile(
    rf"\bhow many (?:[\w-]{{1,20}} ){{0,3}}{_PARTS}\b|\bcolou?rs?\b|\bcover page\b"
    rf"|\b(?:list|enumerate|name)\b[^?]{{0,80}}\b(?:{_PARTS}|chapter names)\b"
    r"|\bcuant[oa]s (?:\w{1,20} ){0,3}(?:paginas|graficos|figuras|tablas|fotos|mapas|capitulos)\b"
)
"""Asks how a document looks, or to count what it is made of."""

_FIGURE_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|half"
    r"|third|quarter|double[ds]?|doubling|tripled|twice|none|no|never|all|un[ao]?|dos|tres|cuatro"
    r"|cinco|seis|siete|ocho|nueve|diez|mitad|tercio|ningun[ao]?|nunca)\b"
)

_LEADS = {
    False: "No sentence or row that was found answers this directly. The nearest is:",
    True: "Ninguna frase ni fila encontrada responde directamente. La más cercana es:",
}
_PART_LEADS = {
    False: "No calculation is made here. This is what was found for it:",
    True: "Aquí no se hace ningún cálculo. Esto es lo que se ha encontrado:",
}
_MISSING_LEADS = {
    False: "No row that says this was found for: {}.",
    True: "No se ha encontrado ninguna fila que lo diga de: {}.",
}
_UNNAMED_LEADS = {
    False: "No report that was found names {}. The nearest is:",
    True: "Ningún informe encontrado nombra a {}. Lo más cercano es:",
}
_LOOKS_LEADS = {
    False: "Pages, charts and pictures are not counted or looked at here. The nearest passage is:",
    True: "Aquí no se cuentan ni se miran páginas, gráficos ni imágenes. El pasaje más cercano es:",
}


def asks_for_looks(wanted: Wanted) -> bool:
    """Whether a question is about how a document looks, or how many of its parts there are."""
    return bool(_LOOKS.search(fold(wanted.text)))


def lead_of(wanted: Wanted) -> str:
    """What is said above the nearest extract, in the language of the question."""
    leads = _LOOKS_LEADS if asks_for_looks(wanted) else _LEADS
    return leads[wanted.is_spanish]


def lead_of_parts(wanted: Wanted) -> str:
    """What is said above rows from which that would be calculated which is asked for."""
    return _PART_LEADS[wanted.is_spanish]


def lead_of_missing(missing: Sequence[str], wanted: Wanted) -> str:
    """What is said above rows of some reports where others that were named have none."""
    lead = _MISSING_LEADS[wanted.is_spanish]
    return lead.format(", ".join(missing).removesuffix(".")) if missing else ""


def lead_of_unnamed(name: str, wanted: Wanted) -> str:
    """What is said above an extract where nothing names the firm that is asked about."""
    return _UNNAMED_LEADS[wanted.is_spanish].format(name.removesuffix("."))


def is_far(wanted: Wanted, sentence: Sentence, similarity: float) -> bool:
    """Whether a sentence has too little of what is asked to be called its answer.

    Args:
        wanted: what is asked.
        sentence: that would be told.
        similarity: of its meaning to the question without names.
    """
    subject = frozenset(word for word in wanted.stems if not is_light(word))
    said = share_said(subject, roots(stems(sentence.text)))
    return similarity < _APART or similarity + said / 2 < _NEAR


def has_amount(text: str) -> bool:
    """Whether a text says how many or how much: in digits, in words, or that there is none."""
    return any(char.isdigit() for char in text) or bool(_FIGURE_WORDS.search(fold(text)))
