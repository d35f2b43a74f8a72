"""Old chats over HTTP: their passages and pages after reports were replaced, removed, restored."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pypdfium2
import pytest

from tests.doubles.chat_client import problem
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

Json = dict[str, Any]


class Reader(UploadClient):
    """Uploads versions of a report of its own, and reads what became of its passages."""

    def __init__(self, url: str, tmp_path: Path, folder: str) -> None:
        super().__init__(url)
        self._made = tmp_path / "made.pdf"
        self.folder = folder
        self.ships = f"The harbour of {folder} counted four hundred ships last year."
        self.other = f"The council of {folder} voted to repair the eastern pier."

    def put(self, *pages: str) -> None:
        """Upload a version of the report."""
        content = write_pdf(self._made, pages).read_bytes()
        assert self.ingest(self.folder, ("report.pdf", content))["status"] == "done"

    def ask(self) -> Json:
        """The source of an answer that counts ships."""
        asked = {"message": "How many ships?", "filters": {"folders": [self.folder]}}
        done = self.http.post("/chat", json=asked).json()
        [source] = [one for one in done["sources"] if one["text"] == self.ships]
        return dict(source)

    def state(self, passage_id: str) -> Json:
        """What became of a passage."""
        answer = self.http.get("/passages", params={"ids": passage_id}).raise_for_status()
        [found] = answer.json()["passages"]
        return dict(found)

    def passage(self, passage_id: str) -> Json:
        """The passage itself."""
        found: Json = self.http.get(f"/passages/{passage_id}").raise_for_status().json()
        return found

    def page(self, url: str) -> str:
        """The text of a page that is a PDF of its own."""
        with pypdfium2.PdfDocument(self.http.get(url).raise_for_status().content) as document:
            assert len(document) == 1
            return str(document[0].get_textpage().get_text_bounded())

    def rectangles(self, passage_id: str) -> list[Json]:
        """Where two words of the passage stand."""
        asked = {"quote": "four hundred"}
        answer = self.http.get(f"/passages/{passage_id}/highlights", params=asked).json()
        assert answer["match"] == "exact"
        return list(answer["rectangles"])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Json:
    return {"namespace": "oldchats", "data_dir": tmp_path_factory.mktemp("old")}


@pytest.fixture(scope="module")
def old_server(start_server: StartServer, settings: Json) -> Iterator[Server]:
    with start_server(**settings) as server:
        yield server


@pytest.fixture
def reader(old_server: Server, standin: Standin, tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(old_server.url, tmp_path, f"folder-{uuid4().hex[:8]}")
    with reader.http:
        yield reader


def test_an_old_chat_opens_its_page_after_its_report_was_replaced_and_the_service_restarted(
    reader: Reader, start_server: StartServer, settings: Json
) -> None:
    reader.put(reader.other, reader.ships)
    source = reader.ask()
    passage_id, page = source["passage_id"], f"/documents/{source['doc_id']}/pages"
    before, rectangles = reader.passage(passage_id), reader.rectangles(passage_id)
    _until_copied(settings["data_dir"], source)
    reader.put(reader.other, reader.other, reader.ships)
    with start_server(**settings) as server:
        reader.http.base_url = httpx.URL(server.url)
        after = reader.passage(passage_id)

        fate = dict.fromkeys(("url", "state", "now", "note"))
        assert {**after, **fate} == {**before, **fate}
        assert (before["state"], before["now"], before["note"]) == ("current", None, None)
        assert (after["state"], after["now"]["change"]) == ("superseded", "moved")
        assert reader.passage(after["now"]["passage_id"])["page"] == 3
        assert reader.rectangles(passage_id) == rectangles != []
        assert after["url"] == f"{page}/2"
        assert reader.page(f"{page}/2") == reader.ships
        assert problem(reader.http.get(f"{page}/1"))[0] == 404


def test_an_old_chat_opens_its_page_after_its_report_is_gone(
    reader: Reader, settings: Json
) -> None:
    reader.put(reader.other, reader.ships)
    source = reader.ask()
    _until_copied(settings["data_dir"], source)
    [original] = (settings["data_dir"] / "uploads").rglob(f"{reader.folder}/report.pdf")
    original.unlink()
    missing = reader.state(source["passage_id"])
    page = f"/documents/{source['doc_id']}/pages/2"
    assert (missing["state"], reader.page(page)) == ("current", reader.ships)

    reader.http.delete(f"/documents/{source['doc_id']}").raise_for_status()
    removed = reader.passage(source["passage_id"])
    assert (removed["state"], removed["now"], removed["text"]) == ("gone", None, reader.ships)
    assert reader.page(page) == reader.ships


def test_what_are_no_ids_is_refused_and_unknown_ones_are_gone(reader: Reader) -> None:
    for ids in ("", "a,,b", "a b", ",".join(["a"] * 101), None):
        asked = {"ids": ids} if ids is not None else None
        assert problem(reader.http.get("/passages", params=asked))[2] == "invalid_request"
    assert reader.state("never-heard-of")["state"] == "gone"


def _until_copied(data_dir: Path, source: Json) -> None:
    name = f"{source['doc_id']}/{source['page_start']}.pdf"
    deadline = time.monotonic() + 5
    while not list(data_dir.glob(f"pages/*/{name}")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
