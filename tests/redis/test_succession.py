"""What became of cited passages, and where they are in the version that replaced theirs."""

from typing import Any

from tests.doubles.citing_fixtures import Archive
from tests.doubles.ingest_fixtures import SHIPS, TRAINS

OTHERS = [
    "Grain came from the northern farms and left on barges before the frost set in that autumn.",
    "The council voted to repair the eastern pier, which storms had damaged in three winters.",
    "Fishing boats landed herring, cod and mackerel worth more than in any year since the war.",
]


async def test_a_passage_that_stayed_is_the_same(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS, OTHERS[0])
    await archive.put(SHIPS, OTHERS[1])
    found = await archive.standing(passage_id)

    assert found.state == "superseded"
    assert found.now is not None
    assert found.now.passage_id == await archive.passage(SHIPS) != passage_id
    assert (found.now.change, found.now.page) == ("same", 1)
    assert found.now.url == f"/documents/{found.now.doc_id}/file#page=1"


async def test_a_passage_on_another_page_has_moved(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS, OTHERS[0])
    await archive.put(*OTHERS, SHIPS)
    found = await archive.standing(passage_id)

    assert found.now is not None
    assert (found.now.change, found.now.page) == ("moved", 4)


async def test_words_added_above_that_move_where_passages_begin_change_nothing(
    archive: Archive,
) -> None:
    page = "\n".join([SHIPS, *OTHERS, TRAINS])
    await archive.put(page)
    texts = await archive.texts()
    passage_id = next(one for one, text in texts.items() if text.startswith(SHIPS))
    await archive.cite(passage_id)
    await archive.put(f"In short all went well that year.\n{page}")
    found = await archive.standing(passage_id)

    assert texts[passage_id] not in (await archive.texts()).values()
    assert found.now is not None
    assert found.now.change == "same"


async def test_a_passage_with_another_figure_was_changed(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS, OTHERS[0])
    await archive.put(OTHERS[0], SHIPS.replace("four hundred", "five hundred"))
    found = await archive.standing(passage_id)

    assert found.now is not None
    assert (found.now.change, found.now.page) == ("changed", 2)


async def test_a_passage_that_was_dropped_is_nowhere(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS, OTHERS[0])
    await archive.put(*OTHERS)
    found = await archive.standing(passage_id)

    assert (found.state, found.now) == ("superseded", None)
    assert "not in the new version" in str(found.note)


async def test_of_a_passage_that_nobody_cites_only_what_is_known_is_told(archive: Archive) -> None:
    await archive.cited(SHIPS, OTHERS[0])
    uncited = await archive.passage(OTHERS[0])
    await archive.put(*OTHERS)
    found = await archive.standing(uncited)

    assert (found.state, found.now) == ("gone", None)
    assert found.note == "The report was replaced or removed."


async def test_states_of_current_and_removed_reports_are_told(archive: Archive) -> None:
    passage_id = await archive.cited(SHIPS)
    before = await archive.standing(passage_id)
    await archive.remove()
    after = await archive.standing(passage_id)

    assert (before.state, before.now, before.note) == ("current", None, None)
    assert (after.state, after.now) == ("gone", None)
    assert "removed" in str(after.note)


async def test_a_vector_of_another_size_than_the_index_takes_is_not_searched_with(
    archive: Archive,
) -> None:
    passage_id = await archive.cited(SHIPS, OTHERS[0])
    client: Any = archive.client
    snapshot = f"{archive.namespace}:snapshot:{passage_id}"
    await client.hset(snapshot, "vector", 2 * await client.hget(snapshot, "vector"))
    await archive.put(*OTHERS, SHIPS)
    found = await archive.standing(passage_id)

    assert found.now is not None
    assert (found.now.change, found.now.page) == ("moved", 4)


async def test_after_a_change_of_the_embedding_model_words_are_searched_for(
    archive: Archive,
) -> None:
    passage_id = await archive.cited(SHIPS, OTHERS[0])
    client: Any = archive.client
    await client.hset(f"{archive.namespace}:snapshot:{passage_id}", "embedding", "another")
    await client.hset(f"{archive.namespace}:snapshot:{passage_id}", "vector", b"12")
    await archive.put(*OTHERS, SHIPS)
    found = await archive.standing(passage_id)

    assert found.now is not None
    assert (found.now.change, found.now.page) == ("moved", 4)
