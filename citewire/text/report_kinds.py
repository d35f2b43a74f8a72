"""What kinds of reports there are, and under which names texts speak of them.

English, Spanish, German and French. A kind is its English name.
"""

import re

from citewire.text.words import with_few_signs

_NAMES = {
    "10-K": r"10-?ks?|form 10-k405",
    "10-Q": r"10-?qs?",
    "8-K": r"8-?ks?",
    "20-F": r"20-?f",
    "40-F": r"40-?f",
    "6-K": r"6-?k",
    "proxy statement": r"proxy statement|def ?14a",
    "prospectus": r"prospectus|folleto informativo|(?:wertpapier|verkaufs)prospekt|form s-1",
    "earnings release": (
        r"earnings? (?:press )?(?:release|report|announcement)s?"
    ),
    "ESG report": (
        r"esg (?:\w+ )?(?:report|review|disclosure)s?"
        r"|environmental,? social,?(?: and| &) (?:corporate )?governance(?: \(esg\))?"
        r" (?:\w+ )?report"
        r"|(?:sustainability|corporate (?:social )?responsibility|csr|climate|impact|citizenship"
        r"|tcfd) (?:\w+ )?(?:report|review)s?"
        r"|(?:informe|memoria) de (?:sostenibilidad|responsabilidad social|impacto)"
        r"|estado de información no financiera|nachhaltigkeitsberichte?s?|csr-bericht"
        r"|rapport (?:de durabilité|développement durable|de développement durable|rse|esg|climat)"
    ),
    "interim report": (
        r"(?:interim|half-?year(?:ly)?|semi-?annual|six-month) (?:\w+ )?"
        r"(?:report|statement|account)s?"
        r"|informe (?:semestral|financiero semestral)|halbjahres(?:finanz)?berichte?s?"
        r"|zwischenberichte?s?|rapport (?:financier )?semestriel"
    ),
    "quarterly report": (
        r"quarterly (?:\w+ )?(?:report|statement|update)s?|informe trimestral"
        r"|quartals(?:bericht|mitteilung)e?s?|rapport trimestriel"
    ),
    "annual report": (
        r"annual (?:\w+ ){0,3}reports?|annual report(?: and| &) accounts"
        r"|(?:informe|memoria)s? anual(?:es)?|cuentas anuales|informe de gestión"
        r"|(?:geschäfts|jahres(?:finanz)?)berichte?s?|jahresabschluss"
        r"|rapports? (?:financier )?annuels?|document d[’']enregistrement universel"
    ),
    "research paper": (
        r"(?:research|working|conference|scientific|this|the) papers?|preprints?"
        r"|artículo (?:de investigación|científico)|forschungsarbeit|article scientifique"
    ),
    "presentation": r"presentations?|slide ?decks?|slides|presentación|präsentation|présentation",
    "white paper": r"white ?papers?|libro blanco|weißbuch|livre blanc",
    "policy brief": r"policy (?:brief|paper)s?|issue briefs?",
    "press release": (
        r"(?:press|news|media) releases?|(?:for )?immediate release|nota de prensa"
        r"|pressemitteilung|communiqué de presse"
    ),
    "survey": r"survey reports?|informe de (?:la )?encuesta|umfragebericht|rapport d[’']enquête",
    "audit report": (
        r"audit(?:or[’']?s)? reports?|informe de auditoría|prüfungsbericht|rapport d[’']audit"
    ),
    "inspection report": r"inspection reports?|informe de inspección|inspektionsbericht",
    "court filing": r"complaint|indictment|court filing|demanda judicial|klageschrift",
    "hearing": r"congressional hearing|hearing before|audiencia pública|anhörung",
}  # fmt: skip

_IN_TITLES = {
    "earnings release": (
        r"(?:announces|reports) [^\n.]{0,80}\b(?:results|earnings)|earnings"
        r"|(?:quarter|year|annual|interim|half-year|financial)\b[^\n.]{0,40}\bresults"
        r"|resultados (?:del|de) [^\n.]{0,30}(?:trimestre|semestre|ejercicio)"
        r"|(?:quartals|halbjahres|jahres)ergebnis(?:se)?"
        r"|résultats (?:du|de|annuels|semestriels|trimestriels)[^\n.]{0,30}"
    ),
    "hearing": r"^hearing$",
    "ESG report": r"esg|sustainability|sostenibilidad|nachhaltigkeit|durabilité",
}
"""What tells a kind in a title or the name of a file, but not in a question."""

BROADER = {
    "10-K": "annual report",
    "20-F": "annual report",
    "40-F": "annual report",
    "10-Q": "quarterly report",
    "quarterly report": "interim report",
    "earnings release": "press release",
}
"""What a kind is one of: who asks for annual reports means the filings, too."""

OF_A_PERIOD = frozenset(
    ("10-K", "10-Q", "20-F", "40-F", "annual report", "interim report", "quarterly report")
) | {"earnings release", "ESG report"}
"""Kinds that report on a period, which is another than when they came out."""


LONGEST_HEAD = 200
LITTLE_ELSE = 4
"""A head of a kind has at most so many times its letters."""

_LETTER = re.compile(r"[^\W\d_]")
_ALONE = r"(?<![^\W_])(?:{})(?![^\W_]|-\w)"
KINDS = tuple(_NAMES)
"""All kinds, by their English names."""

_KINDS = {kind: re.compile(_ALONE.format(names), re.I) for kind, names in _NAMES.items()}
_TITLES = {kind: re.compile(_ALONE.format(names), re.I) for kind, names in _IN_TITLES.items()}


def kinds_in(text: str) -> tuple[str, ...]:
    """The kinds of reports that `text` speaks of, in the order in which it names them."""
    # No name has so many signs in a row, and each would be tried for every kind.
    brief = with_few_signs(text)
    found = [
        (match.start(), kind) for kind, name in _KINDS.items() if (match := name.search(brief))
    ]
    return tuple(kind for _, kind in sorted(found))


def kind_of_title(title: str) -> str:
    """The kind of report that a title or the name of a file tells; empty if it tells none."""
    if told := kinds_in(title):
        return told[0]
    return next((kind for kind, name in _TITLES.items() if name.search(title)), "")


def kind_of_head(line: str) -> str:
    """The kind of report that a line of a first page tells which is made of little else.

    It begins or ends with the kind, but for years and numbers, and is no sentence and no row.
    """
    letters = [found.start() for found in _LETTER.finditer(line[:LONGEST_HEAD])]
    plain = line[letters[0] : letters[-1] + 1] if letters else ""
    if "|" in line or "\t" in line or line.rstrip().endswith((".", ",", ";", ":")):
        return ""
    kind = kind_of_title(plain)
    if not kind:
        return ""
    names = _KINDS[kind].search(plain) or _TITLES[kind].search(plain)
    assert names is not None
    is_edge = names.start() == 0 or names.end() == len(plain)
    return kind if is_edge and LITTLE_ELSE * len(names[0]) >= len(plain) else ""


def with_broader(kind: str) -> tuple[str, ...]:
    """`kind`, and what it is one of."""
    kinds = [kind]
    while wider := BROADER.get(kinds[-1]):
        kinds.append(wider)
    return tuple(kinds)


def kind_term(kind: str) -> str:
    """A kind as the word by which a report is found."""
    return "kind_" + re.sub(r"\W+", "_", kind.lower())
