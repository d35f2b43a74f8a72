"""The outline of a document has every heading, as deep as its file says that it lies."""

from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import anyio
import pytest
from docx import Document

from citewire.content.report import Block, LineBox, Page, Report, WithheldText
from citewire.services.passages.headings import KeptHeading, from_json, to_json
from citewire.services.passages.splitting import build_passages
from citewire.services.passages.through import read_contents
from citewire.services.reading.read import read_report
from citewire.storage.library.passage_read import StoredPassage

BODY = "The harbour of Quillmere was dredged by two barges in the spring of that year. " * 3


def stored(report: Report, *, is_old: bool = False) -> list[StoredPassage]:
    built = build_passages(
        report, doc_id="d", folder="f", file_name="n", max_tokens=200, overlap=20
    )
    return [
        StoredPassage(
            passage_id=one.node.node_id,
            doc_id="d",
            title=report.title,
            file_name="n",
            folder="f",
            page=one.node.metadata["page"],
            page_label=one.node.metadata["page_label"],
            section=one.node.metadata["section"],
            kind=one.node.metadata["kind"],
            text=one.node.text,
            layout=None,
            headings="" if is_old else one.node.metadata.get("headings", ""),
        )
        for one in built
    ]


def outline(passages: list[StoredPassage]) -> list[tuple[str, int, int]]:
    """Titles, pages and levels."""

    async def batches() -> AsyncIterator[list[StoredPassage]]:
        for passage in passages:
            yield [passage]

    async def read() -> list[tuple[str, int, int]]:
        contents = await read_contents(batches())
        return [(one.title, one.page, one.level) for one in contents.headings]

    return anyio.run(read)


def page_of(number: int, *parts: tuple[str, str]) -> Page:
    def placed() -> Iterator[Block]:
        start = 0
        for kind, text in parts:
            yield Block("heading" if kind == "heading" else "text", start, start + len(text))
            start += len(text) + 2

    return Page(number, str(number), "\n\n".join(text for _, text in parts), blocks=(*placed(),))


def report_of(*pages: Page) -> Report:
    return Report("Ports", "en", pages)


def read_as(name: str, content: bytes, folder: Path) -> Report:
    path = folder / name
    path.write_bytes(content)
    return read_report(path)


def test_a_heading_right_above_another_is_in_the_outline() -> None:
    pages = (
        page_of(1, ("heading", "Item 7"), ("heading", "Discussion"), ("text", BODY)),
        page_of(2, ("heading", "Item 8"), ("heading", "Financial statements"), ("text", BODY)),
    )
    told = outline(stored(report_of(*pages)))
    assert told == [
        ("Item 7", 1, 0),
        ("Discussion", 1, 1),
        ("Item 8", 2, 0),
        ("Financial statements", 2, 1),
    ]


def test_headings_in_the_midst_of_a_passage_and_at_the_end_are_in_the_outline() -> None:
    page = page_of(
        1,
        *(("heading", "Quays"), ("text", "Two of them."), ("heading", "Cranes")),
        *(("text", BODY), ("heading", "Left blank")),
    )
    assert [title for title, *_ in outline(stored(report_of(page)))] == [
        "Quays",
        "Cranes",
        "Left blank",
    ]


def test_a_heading_at_the_foot_of_a_page_keeps_its_page() -> None:
    pages = page_of(1, ("text", BODY), ("heading", "Quays")), page_of(2, ("text", BODY))
    assert outline(stored(report_of(*pages))) == [("Quays", 1, 0)]


def test_a_heading_that_readers_do_not_see_is_in_no_outline() -> None:
    page = page_of(1, ("heading", "Unseen"), ("text", BODY))
    hidden = Page(1, "1", page.text, None, page.blocks, (WithheldText(0, 6, "hidden"),))
    assert outline(stored(report_of(hidden))) == []


def test_what_earlier_versions_stored_is_read_by_what_passages_stand_under() -> None:
    pages = page_of(1, ("heading", "Quays"), ("text", BODY)), page_of(2, ("text", BODY))
    assert outline(stored(report_of(*pages), is_old=True)) == [("Quays", 1, 0)]


def test_larger_letters_of_a_laid_out_page_hold_smaller_ones() -> None:
    page = page_of(1, ("heading", "Quays"), ("heading", "Cranes"), ("text", BODY))
    heights = (0.04, 0.02, 0.01)
    blocks = tuple(
        Block(b.kind, b.start, b.end, (LineBox(b.start, b.end, 0.1, 0.1, 0.5, 0.1 + height),))
        for b, height in zip(page.blocks, heights, strict=True)
    )
    laid = Page(1, "1", page.text, (600, 800), blocks)
    assert outline(stored(report_of(laid))) == [("Quays", 1, 0), ("Cranes", 1, 1)]


def test_headings_are_read_as_they_were_kept() -> None:
    kept = [KeptHeading("Número 1", 3, 2, 12.5), KeptHeading('"Ports"', 4)]
    assert from_json(to_json(kept)) == kept
    assert from_json("") == []


EXPECTED = [("Ports", 0), ("Quays", 1), ("Cranes", 2), ("Ships", 1)]


def docx() -> bytes:
    document = Document()
    for title, level in EXPECTED:
        document.add_heading(title, level + 1)
    document.add_paragraph(BODY)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


HTML = "".join(f"<h{level + 1}>{title}</h{level + 1}>" for title, level in EXPECTED)
ROLES = "".join(
    f'<div role="heading" aria-level="{level + 2}">{title}</div>' for title, level in EXPECTED
)
MARKDOWN = "".join(f"{'#' * (level + 1)} {title}\n\n" for title, level in EXPECTED)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", docx()),
        ("a.html", f"<html><body>{HTML}<p>{BODY}</p></body></html>".encode()),
        ("b.html", f"<html><body>{ROLES}<p>{BODY}</p></body></html>".encode()),
        ("a.md", f"{MARKDOWN}{BODY}\n".encode()),
    ],
)
def test_headings_lie_as_deep_as_their_file_says(name: str, content: bytes, tmp_path: Path) -> None:
    told = outline(stored(read_as(name, content, tmp_path)))
    assert [(title, level) for title, _, level in told] == EXPECTED


def test_a_title_of_a_word_file_lies_beside_its_highest_headings(tmp_path: Path) -> None:
    document = Document()
    document.add_heading("On ports", 0)
    document.add_heading("Quays", 1)
    document.add_heading("Cranes", 3)
    document.add_paragraph(BODY)
    document.save(str(tmp_path / "t.docx"))
    told = outline(stored(read_report(tmp_path / "t.docx")))
    assert told == [("On ports", 1, 0), ("Quays", 1, 0), ("Cranes", 1, 1)]
