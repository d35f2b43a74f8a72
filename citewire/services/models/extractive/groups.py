"""Countries and groups of people that a question asks about; what others do is no answer."""

import re
from collections.abc import Iterator, Sequence

from citewire.services.citations.verdicts.entities import ALIASES
from citewire.services.models.extractive.passages import Passage
from citewire.text.words import fold

_SAME = """
infant infants baby babies newborn newborns toddler toddlers bebe bebes saugling sauglinge
child children kid kids minor minors boy boys girl girls nino ninos nina ninas kind kinder \
enfant enfants
teen teens teenager teenagers adolescent adolescents adolescente adolescentes jugendliche \
jugendlichen
woman women female females mujer mujeres frau frauen femme femmes
man men male males hombre hombres mann manner homme hommes
student students pupil pupils undergraduate undergraduates estudiante estudiantes alumno alumnos \
studierende schuler etudiant etudiants
veteran veterans veterano veteranos
widow widows widower widowers widowed viuda viudas viudo viudos verwitwet
refugee refugees refugiado refugiados gefluchtete refugie refugies
immigrant immigrants migrant migrants inmigrante inmigrantes migrante migrantes zuwanderer \
einwanderer
prisoner prisoners inmate inmates preso presos
"""
_GROUPS = {
    word: frozenset(row.split()) for row in _SAME.strip().splitlines() for word in row.split()
}
_WORD = re.compile(r"[^\W\d_]+")
_PEOPLE = (
    r"(?:respondents?|adults?|people|publics?|voters?|consumers?|citizens?|residents?|households?)"
)
_OF_COUNTRY = re.compile(rf"\b([^\W\d_]{{4,20}}) {_PEOPLE}\b")
_SHORT = 3
"""Countries by so few letters are words, too: `us`, `who`."""
_BY_COUNTRY: dict[str, frozenset[str]] = {}
for _alias, _country in ALIASES.items():
    _BY_COUNTRY[_country] = _BY_COUNTRY.get(_country, frozenset()) | {_alias}


def lacks_group(question: str, passages: Sequence[Passage]) -> bool:
    """Whether a question is about a country or a group of people that no passage speaks of."""
    asked = list(_asked(fold(question)))
    if not asked:
        return False
    told = fold(
        " ".join(f"{p.title} {p.organisation} {p.file_name} {p.section} {p.text}" for p in passages)
    )
    said = frozenset(_WORD.findall(told))
    return any(not names & said for names in asked)


def _asked(question: str) -> Iterator[frozenset[str]]:
    """What each country and group is called that a folded question asks about."""
    for word in _WORD.findall(question):
        if word in _GROUPS:
            yield _GROUPS[word]
        if len(word) > _SHORT and (country := ALIASES.get(word)):
            yield _BY_COUNTRY[country]
    for found in _OF_COUNTRY.finditer(question):
        country = ALIASES.get(found[1], "")
        # "Chinese respondents": a text that names China alone says nothing of what they say.
        if names := _BY_COUNTRY.get(country, frozenset()) - {country}:
            yield names
