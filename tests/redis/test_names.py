"""Whatever a file is called: it is ingested, found by its folder, removed, and leaves nothing."""

from pathlib import Path

import pytest

from citewire.services.ingest.removal import remove
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import PassageStore
from tests.doubles.ingest_fixtures import SHIPS, TRAINS, Ingest, keys_of, search, statuses
from tests.doubles.small_pdfs import write_pdf

NAMES = {
    "comma": "Q1, 2024",
    "pipe": "a|b",
    "quotes": "\"double\" and 'single'",
    "brackets": "[a] (b) {c} <d>",
    "backtick": "`ls`",
    "leading space": "  leading",
    "trailing space": "trailing  ",
    "emoji": "🚢🇵🇪👩‍🔬",
    "long": "é" * 125 + "x",  # 255 bytes with .pdf
    "right to left": "تقرير السنة \u202e2024",
    "question": "what? $*%\\ -@:;~",
    "markup": "[red]not[bold] <b>",
    "newline": "a\nb\tc",
}
TWINS = {
    "case": ("Report", "REPORT"),
    "normal forms": ("Caf\u00e9", "Cafe\u0301"),
    "spaces": ("a b", "a  b"),
    "trailing": ("a", "a "),
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_any_name_comes_in_is_found_and_goes(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    tmp_path: Path,
    name: str,
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    write_pdf(folder / f"{name}.pdf", [SHIPS])
    await ingest(folder)
    [record] = await documents.list()

    assert record.locations[0].path == f"{name}.pdf"
    assert [one["file_name"] for one in await search(store, SHIPS, name)] == [f"{name}.pdf"]
    assert list(statuses(await ingest(folder)).values()) == ["unchanged"]
    await remove(str(folder / f"{name}.pdf"), documents=documents)
    assert await keys_of(documents.client, documents.namespace) == []


@pytest.mark.parametrize("twins", TWINS.values(), ids=TWINS.keys())
async def test_twins_are_two(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    tmp_path: Path,
    twins: tuple[str, str],
) -> None:
    folders = [tmp_path / name for name in twins]
    for folder, text in zip(folders, (SHIPS, TRAINS), strict=True):
        folder.mkdir()
        for name in twins:
            write_pdf(folder / f"{name}.pdf", [f"{text} {name.encode().hex()}"])
    await ingest(*folders)

    assert len(await documents.list()) == 4
    for name, text in zip(twins, (SHIPS, TRAINS), strict=True):
        found = await search(store, text, name)
        assert {one["folder"] for one in found} == {name}
        assert {one["file_name"] for one in found} == {f"{twin}.pdf" for twin in twins}
    await remove(twins[0], documents=documents)
    assert len(await search(store, TRAINS, twins[1])) == 2
    assert await search(store, SHIPS, twins[0]) == []
    await remove(str(folders[1]), documents=documents)
    assert await keys_of(documents.client, documents.namespace) == []
