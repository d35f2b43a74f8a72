"""Questions made from tables and headings of reports, and the one that is answered."""

from llama_index.core.schema import TextNode

from citewire.content.table import Grid, GridCell, PlacedCell
from citewire.content.table_record import TABLE, table_to_json
from citewire.services.suggestions.figures import figures_of
from citewire.services.suggestions.questions import (
    best_heading,
    is_title,
    name_of,
    of_both,
    of_figure,
    of_heading,
    of_whole,
)
from citewire.storage.library.documents import DocumentRecord

WANTED = frozenset({"2024"})


def passage(*rows: str, header_rows: int = 1) -> TextNode:
    """A passage that is a table, its cells with bars between."""
    texts = [row.split("|") for row in rows]
    cells = tuple(
        PlacedCell(row, column, GridCell(text.strip()))
        for row, line in enumerate(texts)
        for column, text in enumerate(line)
    )
    grid = Grid(len(texts), len(texts[0]), cells, header_rows=header_rows, header_columns=1)
    text, table = grid.written()
    return TextNode(id_="p", text=text, metadata={TABLE: table_to_json(table), "page": 3})


def record(
    title: str = "Annual Report 2024",
    organisation: str = "ACME WIDGETS, INC.",
    *,
    doc_id: str = "d1",
    language: str = "en",
) -> DocumentRecord:
    """A report of 2024."""
    return DocumentRecord(
        doc_id,
        title,
        language,
        pages=1,
        passages=1,
        locations=(),
        ingested_at="",
        organisation=organisation,
        periods=("2024",),
    )


def test_a_figure_is_a_row_that_all_know_under_the_year_of_the_report() -> None:
    table = passage("|2024|2023", "Total revenue (1)|$ 1,204|$ 1,106", "Widgets|3|4")

    [figure] = figures_of([table], WANTED)

    assert (figure.phrase, figure.year, figure.value) == ("total revenues", "2024", "$ 1,204")
    assert figure.quote == "Total revenue (1) | $ 1,204 | $ 1,106"
    assert figure.quote in table.get_content()


def test_a_figure_is_certain_only_if_several_tables_state_it_alike() -> None:
    one = passage("|2024|2023", "Net income|1,204|1,106")
    other = passage("|2024|2022", "Net income|1,204|900")
    parent = passage("|2024|2023", "Net income|77|66")

    assert [figure.is_certain for figure in figures_of([one], WANTED)] == [False]
    assert [figure.is_certain for figure in figures_of([one, other], WANTED)] == [True]
    assert [figure.is_certain for figure in figures_of([one, other, parent], WANTED)] == [False]


def test_what_does_not_stand_under_one_column_of_its_year_is_no_figure() -> None:
    twice = passage("|2024|2024", "Total assets|1|2")
    other_year = passage("|2023|2022", "Total assets|1|2")
    no_head = passage("Total assets|1|2", "Net income|3|4", header_rows=0)
    words = passage("|2024|2023", "Total assets|see note|2")

    assert figures_of([twice, other_year, no_head, words], WANTED) == []


def test_names_are_said_without_their_legal_form_and_not_in_capitals() -> None:
    assert name_of("ACME WIDGETS, INC.") == "Acme Widgets"
    assert name_of("Costco Wholesale Corporation") == "Costco Wholesale"
    assert name_of("The Boeing Company") == "The Boeing Company"
    assert name_of("OECD") == "OECD"


def test_questions_are_put_in_the_language_of_the_report() -> None:
    [figure] = figures_of([passage("|2024|2023", "Total revenue|1,204|1,106")], WANTED)
    [ventas] = figures_of([passage("|2024|2023", "Ingresos|1.204|1.106")], WANTED)
    spanish = record("Informe anual 2024", "Acme, S.A.", language="es", doc_id="d2")

    asked = of_figure(record(), figure)
    assert asked is not None
    assert asked.text == "What were the total revenues of Acme Widgets in 2024?"
    assert asked.doc_ids == ("d1",)
    preguntado = of_figure(spanish, ventas)
    assert preguntado is not None
    assert preguntado.text == "¿Cuáles fueron los ingresos de Acme en 2024?"
    assert of_heading(record(), "Risk management").text == (
        "What does “Annual Report 2024” say about “Risk management”?"
    )
    assert of_heading(spanish, "Riesgos").text == "¿Qué dice «Informe anual 2024» sobre «Riesgos»?"
    assert of_whole(spanish).text == "¿De qué trata «Informe anual 2024»?"


def test_two_reports_are_asked_at_once_for_the_same_figure_of_different_organisations() -> None:
    [figure] = figures_of([passage("|2024|2023", "Total revenue|1,204|1,106")], WANTED)
    [assets] = figures_of([passage("|2024|2023", "Total assets|7|6")], WANTED)
    other = record(organisation="Bolts plc", doc_id="d2")

    both = of_both(record(), other, figure, figure)

    assert both is not None
    assert both.text == "What were the total revenues of Acme Widgets and of Bolts in 2024?"
    assert both.doc_ids == ("d1", "d2")
    assert of_both(record(), other, figure, assets) is None
    assert of_both(record(), record(organisation="Acme Widgets"), figure, figure) is None
    assert of_figure(record(organisation=""), figure) is None


def test_a_heading_that_says_something_is_asked_about() -> None:
    headings = ["Contents", "Item 1A. Risk Factors", "ANNUAL REPORT OF THE TRUST", "2. Water use"]
    covers = ["Acme Widgets", "www.acme.example | page", "About this report", "One"]

    assert best_heading(headings, besides="Annual Report 2024 Acme") == "Water use"
    openings = ["Message from the President & CEO", "How we did this", "Leases (continued)"]
    assert best_heading(openings, besides="") is None
    assert best_heading(covers, besides="Acme Widgets report") is None


def test_what_reads_like_a_title_is_told_from_names_of_files_and_covers() -> None:
    assert is_title(record("Tech Trends 2024"))
    assert not is_title(record("PG_2020.05.21_FINAL"))
    assert not is_title(record("(Exact name of Registrant)"))
