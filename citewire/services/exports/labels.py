"""The words around an exported answer, in the languages of the client."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from citewire.services.citations.verdicts.reasons import REASONS
from citewire.text.places import ENGLISH, PlaceWords

Language = Literal["en", "es"]


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of one language; `{}` stands for what is told.

    Args:
        untitled: the name of a chat without one.
        searched_for: above the parts of a question.
        sources: above the footnotes, where they stand below an answer.
        place: a page, a slide or a sheet by what it is called.
        page_of_file: the page as it is printed, and its number in the file.
        open_passage: the words of the link to a passage.
        withheld: in place of words whose report was taken away.
        verdicts: what the check of a citation found, by its sign.
        calculated: before the formulas of figures that no source states.
        beside: before the words of a passage beside the source.
        evidence: how strong the sources are.
        strengths: that in words.
        answered_by: which model answered.
        ends: how an answer ended that is not whole.
        reasons: why a citation has its verdict, by its code; of other codes its own sentence is
            told.
        sides: the two sides of an opposite, by the words of the server.
        alone: before a reason of a source that carries a claim with others.
        warnings: what a run warns of by its code; of other codes its own message is told.
        left_out: of a PDF, how many characters its fonts do not have.
    """

    untitled: str
    searched_for: str
    sources: str
    place: PlaceWords
    page_of_file: str
    open_passage: str
    withheld: str
    verdicts: Mapping[str, str]
    calculated: str
    beside: str
    evidence: str
    strengths: Mapping[str, str]
    answered_by: str
    ends: Mapping[str, str]
    reasons: Mapping[str, str]
    sides: Mapping[str, str]
    alone: str
    warnings: Mapping[str, str]
    left_out: str


EN: Final = Labels(
    untitled="Untitled chat",
    searched_for="Searched for:",
    sources="Sources",
    place=ENGLISH,
    page_of_file="p. {} ({} of the file)",
    open_passage="Open the passage",
    withheld="you may no longer read this report, so its words are left out",
    verdicts=MappingProxyType(
        {
            "supported": "supported by this source",
            "partial": "only partly supported by this source",
            "unsupported": "not supported by this source",
            "unchecked": "not checked",
            "quoted": "quoted word for word",
        }
    ),
    calculated="calculated: {}",
    beside="with, beside it in the report, “{}”",
    evidence="evidence: {}",
    strengths=MappingProxyType({"strong": "strong", "weak": "weak", "none": "none"}),
    answered_by="answered by {}",
    ends=MappingProxyType(
        {
            "length": "cut short: it reached the maximum length",
            "content_filter": "cut short by the model's provider: content filter",
            "error": "error",
            "stopped": "stopped",
            "running": "running",
        }
    ),
    reasons=REASONS,
    sides=MappingProxyType({}),
    alone="alone: {}",
    warnings=MappingProxyType({}),  # they are written in English
    left_out="The fonts of this PDF lack {} of the characters below; in their place stands the "
    "number of each in Unicode, such as [U+0905]. The export for Word has them all.",
)
ES: Final = Labels(
    untitled="Conversación sin título",
    searched_for="Se buscó:",
    sources="Fuentes",
    place=PlaceWords("pág. {}", "diapositiva {}", "hoja {}"),
    page_of_file="pág. {} ({} del archivo)",
    open_passage="Abrir el pasaje",
    withheld="ya no puedes leer este informe, así que se omiten sus palabras",
    verdicts=MappingProxyType(
        {
            "supported": "respaldado por esta fuente",
            "partial": "respaldado solo en parte por esta fuente",
            "unsupported": "no respaldado por esta fuente",
            "unchecked": "sin comprobar",
            "quoted": "citado literalmente",
        }
    ),
    calculated="calculado: {}",
    beside="junto con, al lado en el informe, «{}»",
    evidence="pruebas: {}",
    strengths=MappingProxyType({"strong": "sólidas", "weak": "débiles", "none": "ninguna"}),
    answered_by="respondido por {}",
    ends=MappingProxyType(
        {
            "length": "cortada: alcanzó la longitud máxima",
            "content_filter": "cortada por el proveedor del modelo: filtro de contenido",
            "error": "error",
            "stopped": "detenida",
            "running": "en curso",
        }
    ),
    reasons=MappingProxyType(
        {
            "not_held": "«{0}» no está en ninguna de las fuentes que cita esta frase",
            "not_held_here": "«{0}» no está en esta fuente",
            "loose_number": "«{0}» está, pero no con su escala, unidad, signo o precisión",
            "scale_untold": "«{0}» está, pero nada dice en qué escala",
            "direction_untold": "«{0}» está, pero nada dice si subió o bajó",
            "year_end_untold": "«{0}» está, pero nada dice cuándo acaba el ejercicio",
            "told_of_another": "«{0}» se dice de «{1}»; de «{2}» es {3}",
            "wrong_multiple": "según sus cifras no es «{0}»: {1}",
            "calculated_sign": "«{0}» tiene el signo equivocado: {1}",
            "other_cell": "«{0}» es la cifra de otra celda ({1}); la afirmación se refiere a {2}",
            "other_period": "«{0}» es la cifra de otro período ({1})",
            "wrong_sign": "«{0}» tiene el signo equivocado ({1})",
            "other_scale": "«{0}» tiene otra escala que su celda ({1})",
            "other_row": "«{0}» es la cifra de otra fila: {1}",
            "only_operand": "«{0}» es solo una de las cifras con que se calcula ({1})",
            "operands_untold": "«{0}» es un cálculo, y la afirmación no dice de qué cifras",
            "told_other_way": "las fuentes dicen de «{0}» que fue en sentido contrario",
            "opposite": "el pasaje dice lo contrario: {0}, no {1}",
            "one_denies": "solo uno de los dos, la afirmación o el pasaje, lo niega («{0}…»)",
            "words_apart": "las fuentes tienen sus palabras, pero no dicen esto de una misma cosa",
            "words_missing": "las fuentes no dicen nada de {0}",
            "nothing_rose": "según estas cifras, nada subió",
            "nothing_fell": "según estas cifras, nada bajó",
            "name_missing": "«{0}» no está en ningún pasaje citado",
            "figure_beside": "su cifra está al lado, entre otras palabras",
        }
    ),
    sides=MappingProxyType(
        {
            "up": "subida",
            "down": "bajada",
            "profit": "beneficio",
            "loss": "pérdida",
            "approve": "aprobar",
            "reject": "rechazar",
            "allow": "permitir",
            "ban": "prohibir",
            "above": "por encima",
            "below": "por debajo",
            "open": "abrir",
            "close": "cerrar",
            "most": "lo más alto",
            "least": "lo más bajo",
            "include": "incluir",
            "exclude": "excluir",
            "widen": "ensanchado",
            "narrow": "estrechado",
            "secured": "garantizado",
            "unsecured": "sin garantía",
            "audited": "auditado",
            "unaudited": "sin auditar",
            "realized": "realizado",
            "unrealized": "no realizado",
            "funded": "financiado",
            "unfunded": "sin financiar",
            "restricted": "restringido",
            "unrestricted": "sin restricciones",
            "favorable": "favorable",
            "unfavorable": "desfavorable",
            "vested": "consolidado",
            "unvested": "sin consolidar",
            "recurring": "recurrente",
            "nonrecurring": "no recurrente",
            "hedged": "cubierto",
            "unhedged": "sin cobertura",
            "insured": "asegurado",
            "uninsured": "sin seguro",
            "strong": "más fuerte",
            "weak": "más débil",
            "won": "ganado",
            "lost": "perdido",
            "must": "obligatorio",
            "may": "voluntario",
            "positive": "positivo",
            "negative": "negativo",
            "success": "logrado",
            "failure": "no logrado",
            "buy": "compra",
            "sell": "venta",
            "import": "importación",
            "export": "exportación",
        }
    ),
    alone="por sí sola: {}",
    warnings=MappingProxyType(
        {
            "dropped_marker": "se quitó una referencia a una fuente que no existe",
            "unsupported_number": "un número de esta respuesta no está en sus fuentes, o allí se "
            "refiere a otra cosa",
            "no_citation": "esta respuesta no cita ninguna fuente; compruébala con cuidado",
            "truncated": "la respuesta está incompleta",
            "condense_fallback": "se buscó la pregunta sin la conversación anterior, o completada "
            "con reglas sencillas",
            "model_fallback": "el modelo no respondió; estos son extractos de los informes",
            "not_reranked": "el modelo de reordenación no respondió; las fuentes están en el orden "
            "de la búsqueda",
            "ambiguous_document": "la pregunta no dice a qué informe se refiere",
            "outdated_document": "un archivo cambió y no se pudo leer; se cita la versión anterior",
        }
    ),
    left_out="A las fuentes tipográficas de este PDF les faltan {} de los caracteres que siguen; "
    "en su lugar está su número en Unicode, como [U+0905]. La exportación a Word los tiene todos.",
)
LABELS: Final[Mapping[Language, Labels]] = MappingProxyType({"en": EN, "es": ES})
