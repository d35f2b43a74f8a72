"""Old chats over HTTP: their passages and pages after reports were replaced, removed, restored."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest

from tests.chat_client import problem
from tests.server_fixtures import StartServer
from tests.small_pdfs import write_pdf
from tests.standin_fixtures import Standin
from tests.upload_client import UploadClient

SHIPS = "The harbour authority of Quillmere counted four hundred ships last year."
OTHER = "The council of Quillmere voted to repair the eastern pier after three winters."
FOLDER = "harbours"
Json = dict[str, Any]
Serve = Callable[[], Any]


class Reader(UploadClient):
    """Uploads reports and reads what became of passages."""

    def __init__(self, url: str, tmp_path: Path) -> None:
        super().__init__(url)
        self._made = tmp_path / "made.pdf"

    def put(self, *pages: str) -> None:
        """Upload a version of the report."""
        content = write_pdf(self._made, pages).read_bytes()
        assert self.ingest(FOLDER, ("report.pdf", content))["status"] == "done"

    def ask(self) -> tuple[str, Json]:
        """A chat, and the source of its answer that counts ships."""
        done = self.http.post("/chat", json={"message": "How many ships?"}).json()
        [source] = [one for one in done["sources"] if one["text"] == SHIPS]
        return done["chat_id"], source

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


@pytest.fixture
def serve(start_server: StartServer, tmp_path: Path, standin: Standin) -> Serve:
    namespace = f"old{uuid4().hex[:8]}"

    @contextmanager
    def serving() -> Iterator[Reader]:
        settings = {"namespace": namespace, "data_dir": tmp_path / "data"}
        with start_server(**settings) as server:
            reader = Reader(server.url, tmp_path)
            with reader.http:
                yield reader

    return serving


def test_an_old_chat_tells_what_became_of_its_passage_also_after_a_restart(serve: Serve) -> None:
    with serve() as reader:
        reader.put(SHIPS, OTHER)
        _, source = reader.ask()
        current = reader.state(source["passage_id"])
        reader.put(OTHER, SHIPS)
    with serve() as reader:
        moved = reader.state(source["passage_id"])
        reader.put(OTHER, SHIPS.replace("four", "five"))
        changed = reader.state(source["passage_id"])
        reader.put(OTHER)
        dropped = reader.state(source["passage_id"])
        reader.put(SHIPS, OTHER)
        back = reader.state(source["passage_id"])
        reader.http.delete(f"/documents/{source['doc_id']}").raise_for_status()
        gone = reader.state(source["passage_id"])

    assert (current["state"], current["now"], current["note"]) == ("current", None, None)
    assert (moved["state"], moved["now"]["change"], moved["now"]["page"]) == (
        "superseded",
        "moved",
        2,
    )
    assert changed["now"]["change"] == "changed"
    assert (dropped["state"], dropped["now"]) == ("superseded", None)
    assert back == current
    assert (gone["state"], gone["now"]) == ("gone", None)


@pytest.mark.parametrize("end", ["replaced", "removed", "missing"])
def test_an_old_chat_still_opens_its_page(serve: Serve, tmp_path: Path, end: str) -> None:
    with serve() as reader:
        reader.put(OTHER, SHIPS)
        _, source = reader.ask()
        passage_id = source["passage_id"]
        before, rectangles = reader.passage(passage_id), reader.rectangles(passage_id)
        _until_copied(tmp_path / "data", source)
        if end == "replaced":
            reader.put(OTHER)
        elif end == "removed":
            reader.http.delete(f"/documents/{source['doc_id']}").raise_for_status()
        else:
            [original] = (tmp_path / "data" / "uploads").rglob("report.pdf")
            original.unlink()
    with serve() as reader:
        after = reader.passage(passage_id)

        fate = {"url", "state", "now", "note"}
        assert {**after, **dict.fromkeys(fate)} == {**before, **dict.fromkeys(fate)}
        states = {"replaced": "superseded", "removed": "gone", "missing": "current"}
        assert (before["state"], after["state"]) == ("current", states[end])
        assert reader.rectangles(passage_id) == rectangles != []
        assert reader.page(f"/documents/{source['doc_id']}/pages/2") == SHIPS
        if end != "missing":
            assert reader.page(after["url"]) == SHIPS
        other = reader.http.get(f"/documents/{source['doc_id']}/pages/1")
        assert problem(other)[0] == 404


def _until_copied(data_dir: Path, source: Json) -> None:
    name = f"{source['doc_id']}/{source['page_start']}.pdf"
    deadline = time.monotonic() + 5
    while not list(data_dir.glob(f"pages/*/{name}")):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_are_no_ids_is_refused_and_unknown_ones_are_gone(serve: Serve) -> None:
    with serve() as reader:
        for ids in ("", "a,,b", "a b", ",".join(["a"] * 101), None):
            asked = {"ids": ids} if ids is not None else None
            assert problem(reader.http.get("/passages", params=asked))[2] == "invalid_request"
        assert reader.state("never-heard-of")["state"] == "gone"
