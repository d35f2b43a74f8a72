"""Short replies to what wants no report, in English and Spanish; all else gets English."""

from typing import Literal

from citewire.text.words import fold, is_spanish, listed, words

Wanting = Literal["greeting", "thanks", "farewell", "about"]

_ENGLISH: dict[Wanting, str] = {
    "greeting": "Hello! Ask me anything about the reports in this library.",
    "thanks": "You're welcome. Ask on whenever you like.",
    "farewell": "Goodbye!",
    "about": (
        "I answer questions from the reports in this library, and show for each statement the "
        "page it comes from. If the reports do not say it, I say so. Ask in your own language; "
        "you can go on from an answer with a short follow-up."
    ),
}
_SPANISH: dict[Wanting, str] = {
    "greeting": "¡Hola! Pregúntame lo que quieras sobre los informes de esta biblioteca.",
    "thanks": "De nada. Sigue preguntando cuando quieras.",
    "farewell": "¡Hasta luego!",
    "about": (
        "Respondo preguntas a partir de los informes de esta biblioteca y muestro la página de "
        "la que sale cada afirmación. Si los informes no lo dicen, lo digo. Puedes preguntar en "
        "tu idioma y seguir una respuesta con una pregunta corta."
    ),
}
_SPANISH_WORDS = listed("hola gracias adios buenos buenas vale saludos chao")


def reply_to(wanting: Wanting, message: str) -> str:
    """The reply, in the language of `message` as far as there is one."""
    is_known = any(fold(word) in _SPANISH_WORDS for word in words(message))
    return (_SPANISH if is_known or is_spanish(message) else _ENGLISH)[wanting]
