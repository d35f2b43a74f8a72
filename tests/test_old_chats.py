"""Old chats over HTTP: their passages and pages after reports were replaced, removed, restored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

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


def test_what_are_no_ids_is_refused_and_unknown_ones_are_gone(serve: Serve) -> None:
    with serve() as reader:
        for ids in ("", "a,,b", "a b", ",".join(["a"] * 101), None):
            asked = {"ids": ids} if ids is not None else None
            assert problem(reader.http.get("/passages", params=asked))[2] == "invalid_request"
        assert reader.state("never-heard-of")["state"] == "gone"
