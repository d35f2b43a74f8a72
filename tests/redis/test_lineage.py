"""Which document took the place of which: remembered as long as a chat cites it, no longer."""

import hashlib
import json
import os
import random

import pytest

from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import PassageStore
from tests.doubles.citing_fixtures import REPORT, Archive
from tests.doubles.ingest_fixtures import DIMS, MODEL, SHIPS, TRAINS, search
from tests.doubles.small_pdfs import write_pdf

THIRD = "The library lent maps and seventy violins to its readers."


async def test_a_cited_passage_is_kept_with_its_rectangles_and_no_search_finds_it(
    archive: Archive, store: PassageStore
) -> None:
    passage_id = await archive.cited(SHIPS)
    await archive.remove()

    kept = (await archive.snapshots.read([passage_id, "unknown-1-0-3"]))[passage_id]
    assert (kept.fields["text"], kept.embedding) == (SHIPS, MODEL)
    assert len(json.loads(kept.layout)["lines"]) == 1
    assert len(kept.vector) == 2 * DIMS
    assert await search(store, SHIPS) == []


async def test_a_replaced_report_is_superseded_by_its_latest_version_wherever_that_lies(
    archive: Archive, documents: DocumentStore
) -> None:
    passage_id = await archive.cited(SHIPS)
    await archive.put(TRAINS)
    await archive.put(THIRD)
    (archive.folder / REPORT).rename(archive.folder / "b.pdf")
    await archive.ingest(archive.folder)

    [now] = await documents.list()
    lineage = await archive.lineage(passage_id)
    assert (lineage.state, lineage.heir) == ("superseded", now.doc_id)


async def test_a_removed_report_is_gone_until_another_lies_at_its_place(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS)
    await archive.remove()
    await archive.put(THIRD, name="other.pdf")
    before = await archive.lineage(passage_id)
    await archive.put(TRAINS)

    assert before.state == "gone"
    assert (await archive.lineage(passage_id)).state == "superseded"


async def test_a_moved_report_and_one_that_is_missing_but_not_pruned_are_current(
    archive: Archive,
) -> None:
    passage_id = await archive.cited(SHIPS)
    (archive.folder / REPORT).rename(archive.folder / "b.pdf")
    await archive.ingest(archive.folder)
    moved = await archive.lineage(passage_id)
    (archive.folder / "b.pdf").unlink()
    await archive.ingest(archive.folder)

    assert moved.state == (await archive.lineage(passage_id)).state == "current"


async def test_a_report_that_comes_back_is_current_again(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS)
    await archive.put(TRAINS)
    await archive.put(SHIPS)

    assert (await archive.lineage(passage_id)).state == "current"
    # The version between is remembered by nobody.
    assert not {"retired", "vacated"} & set(await archive.remembered())


async def test_what_two_chats_cite_goes_with_the_second(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS)
    for _ in range(2):
        await archive.cite(passage_id, chat_id="other")

    assert await archive.forget("chat") == set()
    assert passage_id in await archive.snapshots.read([passage_id])
    assert await archive.forget("other") == {passage_id.split("-")[0]}
    assert await archive.remembered() == []


@pytest.mark.parametrize("texts", [[TRAINS], [TRAINS, THIRD], [TRAINS, SHIPS], [""], ["", TRAINS]])
async def test_nothing_is_left_when_the_last_chat_is_forgotten(
    archive: Archive, texts: list[str]
) -> None:
    await archive.put(THIRD + " Another report, which stays.", name="other.pdf")
    await archive.cited(SHIPS)
    for text in texts:
        await (archive.put(text) if text else archive.remove())
    await archive.forget("chat")

    assert await archive.remembered() == []


async def test_a_chain_is_remembered_for_the_sake_of_its_first_document(archive: Archive) -> None:
    first = await archive.cited(SHIPS)
    await archive.put(TRAINS)
    await archive.cite(await archive.passage(TRAINS), chat_id="second")
    await archive.put(THIRD)
    await archive.forget("second")

    assert (await archive.lineage(first)).state == "superseded"
    await archive.forget("chat")
    assert await archive.remembered() == []


async def test_nothing_is_remembered_of_reports_that_nobody_cites(archive: Archive) -> None:
    await archive.put(THIRD, name="other.pdf")
    await archive.put(SHIPS)
    await archive.put(TRAINS)
    await archive.remove()

    assert await archive.remembered() == []


async def test_a_passage_deleted_before_the_turn_is_stored_is_left_out(archive: Archive) -> None:
    await archive.cite("gone-1-0-9")

    assert await archive.remembered() == []
    assert (await archive.lineage("gone-1-0-9")).state == "gone"


class History:
    """What became of documents, worked out in another way: step by step, from what lay where."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        self.heirs: dict[str, str] = {}
        self.vacated: dict[str, str] = {}

    def step(self, places: dict[str, str]) -> None:
        """The folder is like this now: the document at each place."""
        before, self.places = self.places, places
        for place, doc_id in places.items():
            self.heirs.pop(doc_id, None)
            self.vacated = {p: one for p, one in self.vacated.items() if one != doc_id}
            if place in self.vacated:
                self.heirs[self.vacated.pop(place)] = doc_id
        for place, doc_id in before.items():
            if doc_id not in places.values():
                self.heirs[doc_id] = places.get(place, "")
                if place not in places:
                    self.vacated[place] = doc_id

    def heir(self, doc_id: str) -> str:
        while doc_id and doc_id not in self.places.values():
            doc_id = self.heirs.get(doc_id, "")
        return doc_id


@pytest.mark.parametrize("seed", range(int(os.environ.get("PROPERTY_RUNS", "2"))))
async def test_random_histories_of_a_folder_end_where_they_should(
    archive: Archive, seed: int
) -> None:
    chance, history, cited = random.Random(seed), History(), set()
    for _ in range(12):
        _work(archive, chance)
        await archive.ingest(archive.folder, prune=True, prune_empty=True)
        history.step(
            {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:32]
                for path in archive.folder.iterdir()
            }
        )
        if there := sorted(await archive.texts()):
            cited.add(chance.choice(there))
            await archive.cite(*cited)
        found = await archive.snapshots.lineages(sorted(cited), (DEFAULT_OWNER,))
        assert {one: lineage.heir for one, lineage in found.items()} == {
            one: history.heir(one.split("-")[0]) for one in cited
        }
    await archive.forget("chat")

    assert await archive.remembered() == []


def _work(archive: Archive, chance: random.Random) -> None:
    """A few random changes; no two files are alike."""
    names = [f"{letter}.pdf" for letter in "abcd"]
    for _ in range(chance.randint(1, 2)):
        path, other = (archive.folder / chance.choice(names) for _ in range(2))
        change = chance.choice(["write", "write", "delete", "rename"])
        if change == "write":
            text = f"Report {chance.randint(1, 6)} of {path.name} tells of ships."
            write_pdf(path, [text])
        elif path.exists():
            path.unlink() if change == "delete" else path.rename(other)
