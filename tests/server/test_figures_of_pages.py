"""Figures of an answer on the whole path: a PDF goes in, a question is asked, verdicts come out."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from citewire.content.table import grid_of
from tests.doubles.chat_client import ChatClient, Json, open_chat_client
from tests.doubles.pdf_tables import draw_aligned
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import draw_pdf
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

EARNINGS = [
    ["Years ended March 31,", "2023", "2022"],
    ["Revenue", "$46,298", "$51,761"],
    ["Cost of sales", "36,386", "40,121"],
    ["Gross profit", "9,912", "11,640"],
    ["Net earnings", "1,419", "2,454"],
    ["Total assets", "15,803", "17,504"],
    ["Total liabilities", "13,008", "14,484"],
]
TOLD = [
    "Tarnholt Stores operated 815 shops in 2023, compared to 795 shops in 2022.",
    "The shops of Tarnholt Stores are open on six days of the week.",
]
OF_TABLE = "What were the revenue, gross profit, net earnings and total liabilities of Tarnholt?"
OF_TEXT = "How many shops did Tarnholt Stores operate?"


def _draw(canvas: Canvas) -> None:
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(50, 780, "Tarnholt Stores: Annual Report 2023")
    canvas.setFont("Helvetica", 10)
    for line, text in enumerate(TOLD):
        canvas.drawString(50, 740 - 14 * line, text)
    canvas.drawString(50, 690, "Consolidated statements (in millions)")
    draw_aligned(canvas, grid_of(EARNINGS, header_rows=1, header_columns=1), 665, gap=40)


@pytest.fixture(scope="module")
def server(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("figures")
    report = draw_pdf(folder / "tarnholt.pdf", _draw).read_bytes()
    with start_server(namespace="figures", model_retries=0) as started:
        client = UploadClient(started.url)
        with client.http:
            assert client.ingest("reports", ("tarnholt.pdf", report))["status"] == "done"
        yield started


@pytest.fixture
async def chat(server: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(server.url) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "said", "status"),
    [
        ((OF_TABLE, "46,298"), "Revenue was $46,298 million in 2023", "supported"),
        ((OF_TABLE, "46,298"), "Tarnholt had $46.3 billion of revenue in 2023", "supported"),
        ((OF_TABLE, "1,419"), "Net earnings fell by 42.2% to $1,419 million in 2023", "supported"),
        (
            (OF_TABLE, "9,912"),
            "Gross profit fell from $11,640 million to $9,912 million",
            "supported",
        ),
        (
            (OF_TABLE, "13,008"),
            "Total assets were $15,803 million and total liabilities $13,008 million in 2023",
            "supported",
        ),
        ((OF_TABLE, "46,298"), "Revenue was $51,761 million in 2023", "unsupported"),
        ((OF_TABLE, "46,298"), "Revenue was $46,298 billion in 2023", "unsupported"),
        ((OF_TABLE, "46,298"), "Revenue was $46,398 million in 2023", "unsupported"),
        ((OF_TABLE, "13,008"), "Total liabilities were $15,803 million in 2023", "unsupported"),
        ((OF_TABLE, "1,419"), "Net earnings fell by 52.2% in 2023", "unsupported"),
        ((OF_TEXT, "815"), "Tarnholt Stores operated 815 shops in 2023", "supported"),
        ((OF_TEXT, "815"), "Tarnholt Stores operated 816 shops in 2023", "unsupported"),
        ((OF_TEXT, "815"), "Tarnholt Stores operated 795 shops in 2023", "unsupported"),
    ],
)
async def test_a_right_sentence_is_supported_and_a_wrong_one_is_not(
    chat: ChatClient, standin: Standin, asked: tuple[str, str], said: str, status: str
) -> None:
    assert (await _judged(chat, standin, asked, said))["status"] == status


async def test_figures_in_running_text_that_are_calculated_with_have_their_place_on_the_page(
    chat: ChatClient, standin: Standin
) -> None:
    said = "The shops of Tarnholt Stores rose by 20 from 2022 to 2023"
    verification = await _judged(chat, standin, (OF_TEXT, "815"), said)

    [worked] = verification["calculations"]
    assert (verification["status"], worked["formula"]) == ("supported", "815 − 795")
    assert [(one["text"], one["row"]) for one in worked["operands"]] == [
        ("815", None),
        ("795", None),
    ]
    [new, old] = worked["operands"]
    spans = ",".join(f"{one['start']}-{one['end']}" for one in (new, old))
    answer = await chat.http.get(f"/passages/{new['passage_id']}/places", params={"at": spans})
    [[first], [second]] = [place["rectangles"] for place in answer.json()["places"]]
    assert (first["y0"], first["y1"]) == (second["y0"], second["y1"])  # on one line
    assert first["x1"] < second["x0"]


async def _judged(chat: ChatClient, standin: Standin, asked: tuple[str, str], said: str) -> Json:
    """The verdict on a sentence that cites the first source which has a figure."""
    question, held = asked
    await standin.configure(text="Nothing.")
    sources = (await chat.ask(question)).sources
    n = next(source["n"] for source in sources if held in source["text"])
    await standin.configure(text=f"{said} [{n}].")
    done = (await chat.ask(question)).last.data
    [citation] = done["citations"]
    found: Json = citation["verification"]
    return found
