"""Questions that do not say which of several reports they mean, although these answer alike.

Who asks "what was the gross margin?" of a library of annual reports means one of them. Reports
about a subject are another matter: what several of them say of a trend is one answer.
"""

import re
from collections.abc import Callable, Sequence

from llama_index.core.schema import NodeWithScore

from citewire.text.organisations import name_words
from citewire.text.report_kinds import OF_A_PERIOD, kinds_in, with_broader
from citewire.text.words import fold, listed, stems, years
from citewire.workflows.catalogue.model import DocumentName
from citewire.workflows.catalogue.narrowing import points_at_report, sets_against
from citewire.workflows.evidence import STRONG

ALIKE = 0.83
"""Documents answer alike if none is less likely to than this share of the likeliest."""

_SEVERAL = re.compile(
    r"\b(?:companies|firms|corporations|organi[sz]ations|banks|retailers|peers|competitors"
    r"|reports|documents|filings|papers|studies|(?:which|what|each|every|any) (?:company|firm|bank)"
    r"|empresas|companias|bancos|informes|documentos|(?:que|cual|cada) (?:empresa|compania)"
    r"|unternehmen|firmen|banken|berichte|dokumente|(?:welche|jede) (?:firma|bank)"
    r"|entreprises|societes|banques|rapports|(?:quelle|chaque) (?:entreprise|societe))\b"
)
"""What asks several, or which of them it is; folded."""
_NAME = re.compile(r"(?<![^\W_])[A-ZÁÉÍÓÚÑÄÖÜ][^\W\d_]+")
_OF_CALENDARS = listed(
    "january february march april may june july august september october november december"
    " fiscal year quarter item note form table figure appendix section page"
)


def candidates_of(
    question: str,
    nodes: Sequence[NodeWithScore],
    likely: Callable[[str, Sequence[NodeWithScore]], float],
) -> list[DocumentName]:
    """Find the documents of which a question may mean one, best first; none if it is clear.

    Args:
        question: as it stands alone.
        nodes: what was found for it.
        likely: how likely it is that passages answer a question.
    """
    by_document: dict[str, list[NodeWithScore]] = {}
    for found in nodes:
        by_document.setdefault(found.node.ref_doc_id or "", []).append(found)
    if len(by_document) < 2 or not _means_one(question):
        return []
    asked = years(question)
    fitting = [found for found in by_document.values() if asked <= _years_of(found[0])]
    if _tells_apart(question, [found[0] for found in fitting]):
        return []
    chances = [(likely(question, found), found) for found in fitting]
    best = max((chance for chance, _ in chances), default=0.0)
    if best < STRONG:  # nothing that was found is likely to answer
        return []
    alike = [found[0] for chance, found in chances if chance >= ALIKE * best]
    if not points_at_report(question):
        alike = _of_one_kind(alike)
    return [_name_of(found) for found in alike] if len(alike) > 1 else []


def _means_one(question: str) -> bool:
    """Whether a question is about one report, and does not name it."""
    if sets_against(question) or _SEVERAL.search(fold(question)):
        return False
    return points_at_report(question) or not _names_one(question)


def _names_one(question: str) -> bool:
    """Whether capitalised words may name whose report is meant: no month, and no SG&A or FY2022."""
    for match in _NAME.finditer(question):
        word = match[0]
        opens = question[: match.start()].rstrip(" (\"'“¿¡")[-1:] in ("", ".", "?", "!", ":")
        if not opens and not word.isupper() and fold(word) not in _OF_CALENDARS:
            return True
    return False


def _tells_apart(question: str, documents: Sequence[NodeWithScore]) -> bool:
    """Whether the question has a word by which some of the documents are called, and others not."""
    asked = frozenset(stems(question))
    called = [frozenset(stems(" ".join(name_words(_called(found))))) & asked for found in documents]
    kinds = kinds_in(question)
    return len(set(called)) > 1 or any(
        kind in kinds for found in documents for kind in _kinds_of(found)
    )


def _called(found: NodeWithScore) -> str:
    at = found.node.metadata
    names = (at.get(name, "") for name in ("title", "file_name", "organisation"))
    return " ".join(names).replace("_", " ")


def _years_of(found: NodeWithScore) -> frozenset[str]:
    at = found.node.metadata
    return years(f"{_called(found)} {at.get('periods', '').replace('-', ' ')}")


def _of_one_kind(documents: Sequence[NodeWithScore]) -> list[NodeWithScore]:
    """Those that are of the same kind as the first; none if that reports on no period."""
    first = frozenset(_kinds_of(documents[0])) if documents else frozenset[str]()
    if not first & OF_A_PERIOD:
        return []
    return [found for found in documents if first & frozenset(_kinds_of(found)) & OF_A_PERIOD]


def _kinds_of(found: NodeWithScore) -> tuple[str, ...]:
    kind = str(found.node.metadata.get("document_kind", ""))
    return with_broader(kind) if kind else ()


def _name_of(found: NodeWithScore) -> DocumentName:
    return DocumentName(found.node.ref_doc_id or "", str(found.node.metadata.get("title", "")))
