"""What is said in place of an answer that is refused, in English and Spanish."""

from typing import Literal

from citewire.text.words import is_spanish

Concern = Literal["harm", "self_harm", "abuse", "unchecked"]

_ENGLISH: dict[Concern, str] = {
    "harm": "I can't help with that. I answer questions about the reports in this library.",
    "self_harm": (
        "I'm sorry that you are going through this. Please talk to someone now: your local "
        "emergency number or a crisis line. I can only answer questions about reports."
    ),
    "abuse": "Let's keep this civil. I answer questions about the reports in this library.",
    "unchecked": "Your question could not be checked just now, so it is not answered. Try again.",
}
_SPANISH: dict[Concern, str] = {
    "harm": "No puedo ayudar con eso. Respondo preguntas sobre los informes de esta biblioteca.",
    "self_harm": (
        "Siento que estés pasando por esto. Por favor, habla ahora con alguien: el número de "
        "emergencias de tu país o una línea de ayuda. Yo solo puedo responder sobre informes."
    ),
    "abuse": ("Mantengamos el respeto. Respondo preguntas sobre los informes de esta biblioteca."),
    "unchecked": (
        "Tu pregunta no se ha podido revisar en este momento y no se responde. Inténtalo de nuevo."
    ),
}


def refusal(concern: Concern, message: str) -> str:
    """The fixed reply for `concern`, in the language of `message` as far as there is one."""
    return (_SPANISH if is_spanish(message) else _ENGLISH)[concern]
