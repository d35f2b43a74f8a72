"""What is said of documents, in the languages in which they may be asked about."""

from dataclasses import dataclass

from citewire.text.places import ENGLISH, PlaceWords
from citewire.workflows.routing.catalogue_words import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of one language; each of a pair is for one and for several.

    Args:
        here: how many reports there are.
        chosen: how many there are among those that may be asked.
        first: that only the first are listed.
        folders: in which folders they lie.
        called: how many are called by what was asked for.
        none: that none is called so.
        nearest: what stands before those that are called by a part of it.
        written: what stands before those that write of it.
        which: that one is to be chosen.
        empty: that there are no reports.
        empty_scope: that there are none among those that may be asked.
        pages: how many pages it has.
        slides: how many slides, if it is a deck.
        begins: what stands before sentences of its beginning.
        unread: that nothing could be read.
        headings: what stands before its headings.
        more: how many there are besides.
        place: where a heading stands.
    """

    here: tuple[str, str]
    chosen: tuple[str, str]
    first: str
    folders: str
    called: tuple[str, str]
    none: tuple[str, str]
    nearest: str
    written: str
    which: str
    empty: str
    empty_scope: str
    pages: tuple[str, str]
    slides: tuple[str, str]
    begins: str
    unread: str
    headings: str
    more: str
    place: PlaceWords


WORDINGS: dict[Language, Wording] = {
    "en": Wording(
        here=("There is one report in this library.", "There are {n} reports in this library."),
        chosen=(
            "One report is chosen to be asked.",
            "{n} reports are chosen to be asked.",
        ),
        first="The first {n} by title:",
        folders="By folder: {list}.",
        called=(
            "One of {all} reports matches “{words}”:",
            "{n} of {all} reports match “{words}”.",
        ),
        none=(
            "The one report here does not match “{words}” by its name or date.",
            "None of the {n} reports here matches “{words}” by its name or date.",
        ),
        nearest="These come nearest:",
        written="These write of it:",
        which="Which report do you mean?",
        empty="There are no reports in this library yet. Add some, then ask about them.",
        empty_scope="There are no reports in what was chosen to be asked.",
        pages=("1 page", "{n} pages"),
        slides=("1 slide", "{n} slides"),
        begins="From its beginning:",
        unread="No text could be read in it.",
        headings="Headings:",
        more="and {n} more",
        place=ENGLISH,
    ),
    "es": Wording(
        here=("Hay un informe en esta biblioteca.", "Hay {n} informes en esta biblioteca."),
        chosen=(
            "Se ha elegido un informe para preguntar.",
            "Se han elegido {n} informes para preguntar.",
        ),
        first="Los primeros {n} por título:",
        folders="Por carpeta: {list}.",
        called=(
            "Uno de {all} informes corresponde a «{words}»:",
            "{n} de {all} informes corresponden a «{words}».",
        ),
        none=(
            "El único informe que hay no corresponde a «{words}» por su nombre o fecha.",
            "Ninguno de los {n} informes corresponde a «{words}» por su nombre o fecha.",
        ),
        nearest="Los más parecidos:",
        written="Estos escriben sobre ello:",
        which="¿A qué informe te refieres?",
        empty="Todavía no hay informes en esta biblioteca. Añade algunos y pregunta por ellos.",
        empty_scope="No hay informes entre lo que se ha elegido.",
        pages=("1 página", "{n} páginas"),
        slides=("1 diapositiva", "{n} diapositivas"),
        begins="De su comienzo:",
        unread="No se ha podido leer texto en él.",
        headings="Apartados:",
        more="y {n} más",
        place=PlaceWords("p. {}", "diapositiva {}", "hoja {}"),
    ),
    "de": Wording(
        here=(
            "In dieser Bibliothek ist ein Bericht.",
            "In dieser Bibliothek sind {n} Berichte.",
        ),
        chosen=("Ein Bericht ist ausgewählt.", "{n} Berichte sind ausgewählt."),
        first="Die ersten {n} nach Titel:",
        folders="Nach Ordnern: {list}.",
        called=(
            "Einer von {all} Berichten passt zu „{words}“:",
            "{n} von {all} Berichten passen zu „{words}“.",
        ),
        none=(
            "Der einzige Bericht hier passt nach Namen und Datum nicht zu „{words}“.",
            "Keiner der {n} Berichte hier passt nach Namen und Datum zu „{words}“.",
        ),
        nearest="Am nächsten kommen:",
        written="Diese schreiben davon:",
        which="Welcher Bericht ist gemeint?",
        empty="In dieser Bibliothek sind noch keine Berichte. Füge welche hinzu und frage dann.",
        empty_scope="In der Auswahl sind keine Berichte.",
        pages=("1 Seite", "{n} Seiten"),
        slides=("1 Folie", "{n} Folien"),
        begins="Aus seinem Anfang:",
        unread="Es war kein Text darin zu lesen.",
        headings="Überschriften:",
        more="und {n} weitere",
        place=PlaceWords("S. {}", "Folie {}", "Blatt {}"),
    ),
    "fr": Wording(
        here=(
            "Il y a un rapport dans cette bibliothèque.",
            "Il y a {n} rapports dans cette bibliothèque.",
        ),
        chosen=("Un rapport est sélectionné.", "{n} rapports sont sélectionnés."),
        first="Les {n} premiers par titre :",
        folders="Par dossier : {list}.",
        called=(
            "Un rapport sur {all} correspond à « {words} » :",
            "{n} rapports sur {all} correspondent à « {words} ».",
        ),
        none=(
            "Le seul rapport présent ne correspond pas à « {words} » par son nom ou sa date.",
            "Aucun des {n} rapports ne correspond à « {words} » par son nom ou sa date.",
        ),
        nearest="Les plus proches :",
        written="Ceux-ci en parlent :",
        which="De quel rapport s'agit-il ?",
        empty=(
            "Il n'y a pas encore de rapports dans cette bibliothèque. Ajoutez-en, puis posez vos "
            "questions."
        ),
        empty_scope="Il n'y a pas de rapports dans la sélection.",
        pages=("1 page", "{n} pages"),
        slides=("1 diapositive", "{n} diapositives"),
        begins="Extrait de son début :",
        unread="Aucun texte n'a pu y être lu.",
        headings="Titres :",
        more="et {n} autres",
        place=PlaceWords("p. {}", "diapositive {}", "feuille {}"),
    ),
}


def counted(pair: tuple[str, str], n: int, **told: object) -> str:
    """The sentence for one or for several."""
    return pair[0 if n == 1 else 1].format(n=f"{n:,}", **told)
