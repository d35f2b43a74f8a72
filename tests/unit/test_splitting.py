"""Passages: exact places, bounded size, overlap, and what makes none."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import TextNode

from citewire.content.report import Block, Kind, LineBox, Page, Report
from citewire.services.passages.cutting import Cut, split_page
from citewire.services.passages.layout import PassageLayout
from citewire.services.passages.splitting import BuiltPassage, build_passages, embedded_text
from citewire.storage.index.schema import folder_id
from citewire.text.tokens import count_tokens
from tests.doubles.growth import NOT_QUADRATIC, growth

SENTENCES = [f"Sentence number {n} tells of ships and grain in the harbour." for n in range(60)]
TEXT = " ".join(SENTENCES)


def texts(text: str, spans: list[Cut]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def report(*pages: str, language: str = "en") -> Report:
    made = tuple(Page(number, f"p{number}", text) for number, text in enumerate(pages, start=1))
    return Report(title="Harbour Report", language=language, pages=made)


def passages(made: Report) -> list[str]:
    built = build_passages(
        made, doc_id="d" * 32, folder="ships", file_name="a.pdf", max_tokens=50, overlap=10
    )
    return [one.node.text for one in built]


@given(st.text(alphabet="ab .!?\n\t,;-–•1漢字。àЖ\u0301", max_size=400), st.integers(1, 40))
def test_passages_are_pieces_of_the_page(text: str, limit: int) -> None:
    for piece in texts(text, split_page(text, max_tokens=limit, overlap=limit // 3)):
        assert piece == piece.strip()
        assert count_tokens(piece) <= limit


@given(st.text(alphabet="ab .\n1漢。", min_size=1, max_size=400))
def test_nothing_between_passages_is_lost(text: str) -> None:
    covered: set[int] = set()
    for span in split_page(text, max_tokens=8, overlap=0, min_words=0):
        covered.update(range(span.start, span.end))

    assert {n for n, c in enumerate(text) if not c.isspace()} <= covered


def test_passages_end_where_sentences_end() -> None:
    pieces = texts(TEXT, split_page(TEXT, max_tokens=50, overlap=0))

    assert all(piece.endswith("harbour.") for piece in pieces)


def test_neighbours_share_sentences() -> None:
    spans = split_page(TEXT, max_tokens=60, overlap=20)

    assert all(b.start < a.end for a, b in itertools.pairwise(spans))


def test_without_overlap_neighbours_share_nothing() -> None:
    spans = split_page(TEXT, max_tokens=60, overlap=0)

    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


def test_initials_and_abbreviations_do_not_end_a_sentence() -> None:
    text = "Sales in the U.S. Market grew by approx. five percent in all of last year. Next one."
    pieces = texts(text, split_page(text, max_tokens=22, overlap=0, min_words=1))

    assert pieces[-1] == "Next one."


def test_chinese_sentences_are_cut_at_their_full_stops() -> None:
    text = "港口去年接待了四百艘船。大部分船运载粮食。其余的船运载石油。"
    pieces = texts(text, split_page(text, max_tokens=14, overlap=0))

    assert pieces[0] == "港口去年接待了四百艘船。"


def test_an_endless_word_is_cut() -> None:
    assert len(split_page("x" * 5000, max_tokens=100, overlap=10, min_words=0)) >= 10


@pytest.mark.parametrize("text", ["", " \n ", "17", "Page 17", "- 17 -"])
def test_a_page_number_makes_no_passage(text: str) -> None:
    assert split_page(text, max_tokens=100, overlap=10) == []


@pytest.mark.parametrize("piece", ["word ", "x", "1,", ". ", "\n", "a.\n", ".\t", "• ", "漢"])
def test_time_grows_with_the_length_only(piece: str) -> None:
    def split(size: int) -> None:
        split_page(piece * (size // len(piece)), max_tokens=220, overlap=30)

    assert growth(split, 15_000, 60_000) < NOT_QUADRATIC


def test_nodes_carry_their_place() -> None:
    [one] = build_passages(
        report("  Ships carry grain to the harbour.  "),
        doc_id="d" * 32,
        folder="ships",
        file_name="a.pdf",
        max_tokens=50,
        overlap=10,
    )
    node = one.node

    assert f"{'d' * 32}-1-2-35" == node.id_
    assert node.ref_doc_id == "d" * 32
    assert node.text == "Ships carry grain to the harbour."
    assert {
        "folder_id": folder_id("ships"),
        "folder": "ships",
        "file_name": "a.pdf",
        "title": "Harbour Report",
        "page": 1,
        "page_label": "p1",
        "language": "en",
        "start": 2,
        "end": 35,
        "kind": "text",
        "section": "",
    } == node.metadata


def test_metadata_is_not_part_of_what_models_read() -> None:
    [one] = build_passages(
        report("Ships carry grain."),
        doc_id="d" * 32,
        folder="ships",
        file_name="a.pdf",
        max_tokens=50,
        overlap=10,
    )

    node = one.node
    assert set(node.metadata) == set(node.excluded_embed_metadata_keys)
    assert set(node.metadata) == set(node.excluded_llm_metadata_keys)


def test_a_passage_never_crosses_pages() -> None:
    assert passages(report("Ships carry grain.", "Trains carry coal.")) == [
        "Ships carry grain.",
        "Trains carry coal.",
    ]


def test_a_report_of_a_few_words_is_still_found() -> None:
    assert passages(report("Hello", "")) == ["Hello"]


def blocks_page(number: int, *parts: tuple[Kind, str], header: str = "") -> Page:
    """A page of blocks; each line of theirs has a box a tenth of the page high."""
    text, blocks = header, []
    for kind, part in parts:
        text += "\n\n" if text else ""
        start = len(text)
        lines: list[LineBox] = []
        for line in part.split("\n"):
            height = 0.1 * len(lines)
            lines.append(
                LineBox(len(text), len(text) + len(line), 1 / 3, height, 0.9, height + 0.1)
            )
            text += line + "\n"
        text = text[:-1]
        blocks.append(Block(kind, start, len(text), tuple(lines)))
    return Page(number, str(number), text, (595.276, 841.89), tuple(blocks))


def nodes_of(*pages: Page, max_tokens: int = 50) -> list[TextNode]:
    return [one.node for one in built_of(*pages, max_tokens=max_tokens)]


def built_of(*pages: Page, max_tokens: int = 50) -> list[BuiltPassage]:
    made = Report(title="Harbour Report", language="en", pages=pages)
    return build_passages(
        made, doc_id="d" * 32, folder="ships", file_name="a.pdf", max_tokens=max_tokens, overlap=10
    )


ROWS = "\n".join(f"Row {n} of the table | {n} | {n * n}" for n in range(30))


def test_a_table_is_a_passage_of_its_own() -> None:
    page = blocks_page(
        1,
        ("text", "Ships carry grain."),
        ("table", "Year | Ships\n2024 | 400"),
        ("text", "And oil too."),
    )

    assert [(node.text, node.metadata["kind"]) for node in nodes_of(page)] == [
        ("Ships carry grain.", "text"),
        ("Year | Ships\n2024 | 400", "table"),
        ("And oil too.", "text"),
    ]


def test_a_long_table_is_cut_between_rows_and_no_row_is_told_twice() -> None:
    nodes = nodes_of(blocks_page(1, ("table", ROWS)))

    assert len(nodes) > 2
    assert "\n".join(node.text for node in nodes) == ROWS


def test_the_section_is_the_nearest_heading_before() -> None:
    pages = [
        blocks_page(1, ("text", SENTENCES[0]), ("heading", "1 Ships"), ("table", "a | b\nc | d")),
        blocks_page(2, ("text", SENTENCES[1]), ("heading", "2 Grain"), ("table", "e | f\ng | h")),
    ]

    assert [node.metadata["section"] for node in nodes_of(*pages)] == [
        "",
        "1 Ships",
        "1 Ships",
        "2 Grain",
    ]


def test_what_is_in_no_block_is_in_no_passage() -> None:
    page = blocks_page(1, ("text", "Ships carry grain."), header="Annual Report of the Harbour")

    assert [node.text for node in nodes_of(page)] == ["Ships carry grain."]


def test_the_layout_of_a_passage_is_its_lines() -> None:
    page = blocks_page(3, ("text", "Ships carry grain\nand coal."), header="Header")
    [one] = built_of(page)

    assert json.loads(one.layout.to_json()) == {
        "page": 3,
        "size": [595.28, 841.89],
        "lines": [[0, 17, 3333, 0, 9000, 1000, ""], [18, 27, 3333, 1000, 9000, 2000, ""]],
    }


def test_the_lines_of_a_passage_are_those_that_it_touches() -> None:
    page = blocks_page(1, ("table", ROWS))
    for one in built_of(page):
        assert len(one.layout.lines) == one.node.text.count("\n") + 1


def test_a_report_without_layout_has_no_lines() -> None:
    made = report("Ships carry grain.")
    built = build_passages(
        made, doc_id="d" * 32, folder="ships", file_name="a.txt", max_tokens=50, overlap=10
    )

    assert [one.layout for one in built] == [PassageLayout(1, None, ())]


def test_title_and_heading_are_embedded_with_a_passage() -> None:
    nodes = nodes_of(blocks_page(1, ("heading", "1 Ships"), ("table", "Year | All\n2024 | 400")))

    assert embedded_text(nodes[-1]) == "Harbour Report\n1 Ships\nYear | All\n2024 | 400"


def test_a_heading_that_a_passage_holds_is_embedded_once() -> None:
    [node] = nodes_of(blocks_page(1, ("heading", "1 Ships"), ("text", "They carry grain.")))

    assert embedded_text(node) == "Harbour Report\n1 Ships\n\nThey carry grain."
