"""Passages over HTTP: what they say, where a quote stands, and single pages of their PDFs."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.doubles.chat_client import problem
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import draw_lines, draw_pdf
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

SECOND = "Quays were built for grain, and the harbour gave\nwork to many."
PROBLEM = "application/problem+json"
FIRST = "Zarnholm counted 712 ships."
NOTES = (
    "# Harbour\n\nThe \U0001f6a2 harbour counted 712 ships.\n\nIt was a good year for all of them."
)


@pytest.fixture(scope="module")
def passage_server(
    start_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    data_dir = tmp_path_factory.mktemp("passages")
    with start_server(namespace="passages", data_dir=data_dir) as server:
        yield server


@pytest.fixture
def client(passage_server: Server, standin: Standin) -> Iterator[UploadClient]:
    client = UploadClient(passage_server.url)
    with client.http:
        yield client


def first_page(canvas: Canvas) -> None:
    draw_lines(canvas, 60, 600, [FIRST])


def second_page(canvas: Canvas) -> None:
    canvas.setPageRotation(90)
    canvas.setCropBox((0, 0, 500, 700))
    draw_lines(canvas, 60, 600, SECOND.split("\n"))


@pytest.fixture
def doc_id(client: UploadClient, tmp_path: Path) -> str:
    path = draw_pdf(tmp_path / "a.pdf", first_page, second_page, size=(700, 700))
    job = client.ingest("harbours", ("a.pdf", path.read_bytes()))
    found: str = job["files"][0]["doc_id"]
    return found


@pytest.fixture
def notes_id(client: UploadClient) -> str:
    job = client.ingest("notes", ("notes.md", NOTES.encode()))
    found: str = job["files"][0]["doc_id"]
    return found


def second_passage(doc_id: str) -> str:
    return f"{doc_id}-2-0-{len(SECOND)}"


def highlights(client: UploadClient, passage_id: str, quote: str) -> dict[str, Any]:
    asked = {"quote": quote}
    answer = client.http.get(f"/passages/{passage_id}/highlights", params=asked)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_a_passage_tells_what_it_says_and_where(client: UploadClient, doc_id: str) -> None:
    passage_id = f"{doc_id}-1-0-{len(FIRST)}"
    found = client.http.get(f"/passages/{passage_id}").raise_for_status().json()
    [line] = found.pop("lines")

    assert found == {
        "passage_id": passage_id,
        "doc_id": doc_id,
        "title": FIRST,
        "file_name": "a.pdf",
        "folder": "harbours",
        "page_start": 1,
        "page_end": 1,
        "page_label": "1",
        "section": "",
        "kind": "text",
        "text": FIRST,
        "page": 1,
        "page_size": [700, 700],
        "table": None,
        "figure": None,
        "url": f"/documents/{doc_id}/file#page=1",
        "state": "current",
        "now": None,
        "note": None,
    }
    assert 0 < line["x0"] < line["x1"] < 1
    assert 0 < line["y0"] < line["y1"] < 0.2


def test_a_quote_gets_a_rectangle_per_line(client: UploadClient, doc_id: str) -> None:
    found = highlights(client, second_passage(doc_id), "the harbour gave work")

    assert (found["page"], found["page_size"]) == (2, [700, 500])
    assert (found["match"], found["quote"]) == ("normalised", "the harbour gave\nwork")
    assert (found["start"], found["end"]) == (32, 53)
    above, below = found["rectangles"]
    assert below["x1"] <= above["x0"]  # lines run down the displayed page
    assert above["y0"] > below["y0"]


def test_what_the_passage_does_not_say_is_highlighted_nowhere(
    client: UploadClient, doc_id: str
) -> None:
    found = highlights(client, second_passage(doc_id), "nobody wrote these words anywhere")

    assert (found["match"], found["quote"], found["rectangles"]) == ("none", "", [])
    assert (found["start"], found["end"], found["page"]) == (0, 0, 2)


def test_without_a_layout_a_quote_has_its_place_in_the_text(
    client: UploadClient, notes_id: str
) -> None:
    text = f"Harbour{NOTES[9:]}"
    passage_id = f"{notes_id}-1-0-{len(text)}"
    passage = client.http.get(f"/passages/{passage_id}").raise_for_status().json()
    found = highlights(client, passage_id, "harbour counted 712 ships")
    units = text.encode("utf-16-le")

    assert (passage["text"], passage["lines"], passage["page_size"]) == (text, [], None)
    assert (found["match"], found["rectangles"]) == ("exact", [])
    assert units[2 * found["start"] : 2 * found["end"]].decode("utf-16-le") == found["quote"]


def test_parts_of_a_passage_have_their_places_on_the_page(
    client: UploadClient, doc_id: str
) -> None:
    passage_id = second_passage(doc_id)
    found = highlights(client, passage_id, "the harbour gave work")
    answer = client.http.get(f"/passages/{passage_id}/places", params={"at": "32-53,0-3,9-9"})
    told = answer.raise_for_status().json()

    assert (told["passage_id"], told["page"]) == (passage_id, 2)
    whole, first, empty = told["places"]
    assert (whole["start"], whole["end"], whole["rectangles"]) == (32, 53, found["rectangles"])
    assert len(first["rectangles"]) == 1
    assert empty == {"start": 9, "end": 9, "rectangles": []}


@pytest.mark.parametrize("at", ["", "1", "2-", "a-b", "1-2;3-4", ",".join(["1-2"] * 51)])
def test_places_are_pairs_of_numbers(client: UploadClient, doc_id: str, at: str) -> None:
    answer = client.http.get(f"/passages/{second_passage(doc_id)}/places", params={"at": at})

    assert problem(answer) == (422, PROBLEM, "invalid_request")


GRAIN = (
    "<p>Table 3: Grain \U0001f6a2</p><table><tr><th>Harbour<th>2024<tr><td>Zarnholm<td>{}</table>"
)


def test_a_table_is_told_as_a_grid_and_a_quote_by_its_cells(client: UploadClient) -> None:
    job = client.ingest("tables", ("grain.html", GRAIN.format(712).encode()))
    doc_id = job["files"][0]["doc_id"]
    caption, rows = "Table 3: Grain \U0001f6a2", "Harbour | 2024\nZarnholm | 712"
    start = len(caption) + 2
    passage_id = f"{doc_id}-1-{start}-{start + len(rows)}"
    found = client.http.get(f"/passages/{passage_id}").raise_for_status().json()
    table = found["table"]
    cells = table.pop("cells")
    units = found["text"].encode("utf-16-le")

    assert (found["kind"], found["text"]) == ("table", f"{caption}\n{rows}")
    assert table == {
        "caption": caption, "unit": "", "sheet": "", "header_rows": 1, "header_columns": 1,
        "rows": 2, "columns": 2,
    }  # fmt: skip
    assert [(cell["row"], cell["column"], cell["text"]) for cell in cells] == [
        (0, 0, "Harbour"), (0, 1, "2024"), (1, 0, "Zarnholm"), (1, 1, "712")
    ]  # fmt: skip
    for cell in cells:
        said = units[2 * cell["start"] : 2 * cell["end"]].decode("utf-16-le")
        assert (said, cell["rectangle"], cell["address"]) == (cell["text"], None, "")
    assert highlights(client, passage_id, "| Zarnholm | 712 |")["cells"] == cells[2:]
    assert highlights(client, passage_id, "nobody wrote these words")["cells"] == []


@pytest.mark.parametrize("path", ["", "/highlights?quote=ships", "/places?at=1-2"])
def test_an_unknown_passage_is_not_found(client: UploadClient, path: str) -> None:
    answer = client.http.get(f"/passages/{'0' * 32}-1-0-9{path}")

    assert problem(answer) == (404, PROBLEM, "passage_not_found")


@pytest.mark.parametrize("query", ["", "?quote=", f"?quote={'x' * 4001}"])
def test_a_quote_has_a_length(client: UploadClient, doc_id: str, query: str) -> None:
    answer = client.http.get(f"/passages/{second_passage(doc_id)}/highlights{query}")

    assert problem(answer) == (422, PROBLEM, "invalid_request")


def test_one_page_is_a_pdf_of_its_own(client: UploadClient, doc_id: str) -> None:
    answer = client.http.get(f"/documents/{doc_id}/pages/2").raise_for_status()

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"].startswith("private")
    with pypdfium2.PdfDocument(io.BytesIO(answer.content)) as document:
        assert len(document) == 1
        page = document[0]
        text_page = page.get_textpage()
        assert "Quays were built" in text_page.get_text_bounded()
        assert page.get_size() == pytest.approx((700, 500))
        text_page.close()
        page.close()


def test_a_page_that_the_client_has_is_not_sent_again(client: UploadClient, doc_id: str) -> None:
    path = f"/documents/{doc_id}/pages/1"
    tag = client.http.get(path).headers["ETag"]
    answer = client.http.get(path, headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)


def test_what_has_no_such_page_says_so(client: UploadClient, doc_id: str, notes_id: str) -> None:
    for path in (f"{doc_id}/pages/3", f"{notes_id}/pages/1"):
        answer = client.http.get(f"/documents/{path}")
        assert problem(answer) == (404, PROBLEM, "page_not_found")


def test_pages_are_counted_from_one(client: UploadClient, doc_id: str) -> None:
    assert problem(client.http.get(f"/documents/{doc_id}/pages/0")) == (
        422,
        PROBLEM,
        "invalid_request",
    )


def test_pages_and_passages_go_with_their_document(client: UploadClient, doc_id: str) -> None:
    page, passage = f"/documents/{doc_id}/pages/1", f"/passages/{second_passage(doc_id)}"
    client.http.get(page).raise_for_status()
    client.http.get(passage).raise_for_status()
    client.http.delete(f"/documents/{doc_id}").raise_for_status()

    assert problem(client.http.get(page)) == (404, PROBLEM, "document_not_found")
    assert problem(client.http.get(passage)) == (404, PROBLEM, "passage_not_found")


def test_a_document_is_read_from_its_first_passage_to_its_last(
    client: UploadClient, doc_id: str
) -> None:
    path = f"/documents/{doc_id}/passages"
    first = client.http.get(path, params={"limit": 1}).raise_for_status().json()
    rest = client.http.get(path, params={"offset": 1}).raise_for_status().json()

    assert (first["total"], rest["total"]) == (2, 2)
    told = [
        (one["n"], one["page_start"], one["text"])
        for one in (*first["passages"], *rest["passages"])
    ]
    assert told == [(1, 1, FIRST), (2, 2, SECOND)]


def test_words_are_found_in_a_document_over_the_ends_of_lines(
    client: UploadClient, doc_id: str
) -> None:
    path = f"/documents/{doc_id}/hits"
    found = client.http.get(path, params={"query": "GAVE work"}).raise_for_status().json()
    nothing = client.http.get(path, params={"query": " "}).raise_for_status().json()

    [hit] = found["hits"]
    assert (hit["page"], hit["text"], hit["passage"]) == (2, "gave\nwork", 1)
    assert hit["before"].endswith("the harbour ")
    assert len(hit["rectangles"]) == 2
    assert not found["more"]
    assert nothing["hits"] == []


def test_an_outline_tells_headings_and_pages(
    client: UploadClient, doc_id: str, notes_id: str
) -> None:
    pdf = client.http.get(f"/documents/{doc_id}/outline").raise_for_status().json()
    notes = client.http.get(f"/documents/{notes_id}/outline").raise_for_status().json()

    assert pdf["page_sizes"] == [[700, 700], [700, 500]]
    assert pdf["entries"] == []
    assert notes["page_sizes"] == []
    assert notes["origin"] == "headings"
    assert notes["entries"] == [{"title": "Harbour", "level": 0, "page": 1, "passage": 0}]
