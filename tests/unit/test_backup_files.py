"""Files that come, go and change while a backup is made: the one is kept that Redis speaks of."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from citewire.services.backup.archive import ArchiveWriter, compressing
from citewire.services.backup.files import FileSaver
from citewire.services.backup.moving import Moved
from citewire.services.backup.tally import Tally
from citewire.storage.backup.entries import KeyEntry

NAMES = ("stays", "goes", "replaced", "awaited", "retired")


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads" / "f" / "ships"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_text(f"first {name}")
    return tmp_path / "uploads"


@pytest.fixture
def writer() -> Iterator[ArchiveWriter]:
    with compressing(io.BytesIO()) as writer:
        yield writer


def tally_of(uploads: Path, *names: str, awaited: str = "") -> Tally:
    """What Redis says: documents lie at these names as they are now, a job awaits another."""
    places = {}
    for name in names:
        status = (uploads / "f" / "ships" / name).stat()
        root = f"{uploads}/f/ships"
        places[name] = {
            **{"root": root, "path": name},
            **{"size": status.st_size, "mtime_ns": status.st_mtime_ns},
        }
    tally = Tally(str(uploads))
    document = orjson.dumps({"locations": places})
    job = {"status": "queued", "folder": "ships", "uploaded": [{"path": awaited, "doc_id": "d"}]}
    tally.note([KeyEntry("document:d", "json", None, document)])
    tally.note([KeyEntry("job:j", "string", None, orjson.dumps(job))])
    return tally


def replace(uploads: Path, name: str, text: str) -> None:
    fresh = uploads.parent / "fresh"
    fresh.write_text(text)
    os.replace(fresh, uploads / "f" / "ships" / name)


def taken(writer: ArchiveWriter) -> list[str]:
    return [member.name.rpartition("/")[2] for member in writer.members]


def test_what_documents_speak_of_is_kept(uploads: Path, writer: ArchiveWriter) -> None:
    files = FileSaver(writer, {"uploads": uploads})
    files.take_all()
    tally = tally_of(uploads, "stays", "goes", "replaced", "awaited", awaited="awaited")
    for name in ("replaced", "awaited"):
        replace(uploads, name, f"a second {name}")
    for name in ("goes", "retired"):
        (uploads / "f" / "ships" / name).unlink()
    (uploads / "f" / "ships" / "new").write_text("new")
    first = len(writer.members)

    assert files.take_news(tally) == []
    assert taken(writer)[first:] == ["awaited", "new"]
    assert files.removed(tally) == ["uploads/f/ships/retired"]


def test_of_what_was_gone_before_it_is_told(uploads: Path, writer: ArchiveWriter) -> None:
    tally = tally_of(uploads, "stays", "goes")
    (uploads / "f" / "ships" / "goes").unlink()
    files = FileSaver(writer, {"uploads": uploads})
    files.take_all()

    assert files.take_news(tally) == ["f/ships/goes"]


def test_a_file_is_taken_again_if_redis_speaks_of_the_newer_one(
    uploads: Path, writer: ArchiveWriter
) -> None:
    files = FileSaver(writer, {"uploads": uploads})
    files.take_all()
    replace(uploads, "replaced", "a second one")
    first = len(writer.members)

    assert files.take_news(tally_of(uploads, *NAMES)) == []
    assert taken(writer)[first:] == ["replaced"]


def test_values_of_any_bytes_are_lines_of_text() -> None:
    value = [b"name", "Straße \u2028\x00".encode(), b"\xff\x80", b'{"base64": "x"}']
    entry = KeyEntry("run:r", "hash", 17, value)
    stream = KeyEntry("run:r:log", "stream", None, [(b"3-0", [b"block", b"\x80\n"])])

    assert KeyEntry.from_line(entry.to_line()) == entry
    assert KeyEntry.from_line(stream.to_line()).to_line() == stream.to_line()
    assert entry.to_line().count(b"\n") == 1


def test_places_in_folders_of_ones_own_stay() -> None:
    place = {"folder": "a", "root": "/reports/a", "path": "x.pdf", "size": 1, "mtime_ns": 2}
    document = orjson.dumps({"locations": {"k": place}})
    moved = Moved("one", "two", "/old/uploads/one", "/new/uploads/two")
    entry = KeyEntry("document:d", "json", None, document)
    staging = KeyEntry("staging", "hash", None, [b"d", b"ann/old/uploads/one/f/a", b"e", b"/x"])

    assert moved.entry(entry) == entry
    assert moved.entry(staging).value == [b"d", b"ann/new/uploads/two/f/a", b"e", b"/x"]
