"""Retrieval by words and by meaning together: who is found, in which order, and who never is."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.schema import NodeWithScore
from redis.asyncio import Redis

from citewire.errors import ConfigurationError, ModelUnavailable
from citewire.services.ingest.correction import correct_document
from citewire.storage.keys import DEFAULT_OWNER, folder_id
from citewire.storage.library import frequencies, search
from citewire.storage.library.counts import PassageCounts
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.filters import to_filter
from citewire.storage.library.search import Words, read_found
from citewire.storage.library.vector_store import PassageStore
from citewire.workflows.reranking import Reranking
from citewire.workflows.retriever import (
    PassageFilter,
    PassageRetriever,
    ReportQuery,
    sought_words,
)
from citewire.workflows.vocabulary.widening import (
    Vocabulary,
    load_vocabulary,
    shipped_vocabulary,
)
from tests.doubles.ingest_fixtures import HashingEmbedding, Ingest

FILLING = [f"Report number {n} speaks of weather and of nothing else at all." for n in range(30)]
NO_WORDS = Vocabulary({})


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")


Retrieve = Callable[..., Awaitable[list[NodeWithScore]]]


@pytest.fixture
def retrieve(store: PassageStore, embed_model: HashingEmbedding) -> Retrieve:
    async def run(
        question: str,
        *,
        top_k: int = 3,
        filter: PassageFilter = PassageFilter(DEFAULT_OWNER),  # noqa: B008  (frozen)
        vocabulary: Vocabulary = NO_WORDS,
    ) -> list[NodeWithScore]:
        retriever = PassageRetriever(
            store, embed_model, top_k=top_k, filter=filter, vocabulary=vocabulary
        )
        return await retriever.aretrieve(question)

    return run


def names(found: Sequence[NodeWithScore]) -> list[str]:
    return [one.node.metadata["file_name"] for one in found]


async def test_a_rare_word_finds_its_passage_although_others_are_nearer(
    ingest: Ingest, retrieve: Retrieve, ships: Path
) -> None:
    write(ships, **{f"filling{n}": text for n, text in enumerate(FILLING)})
    write(ships, needle="The quay of Zarnholm has a crane. " + "It is red and old. " * 3)
    await ingest(ships)
    found = await retrieve("Does the weather matter in Zarnholm?")

    assert "needle.txt" in names(found)


async def test_of_a_large_library_what_has_the_rarest_words_is_ranked_by_all(
    ingest: Ingest, retrieve: Retrieve, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ships, **{f"filling{n}": f"{text} {n}" for n, text in enumerate(FILLING)})
    write(ships, needle="The quay of Zarnholm has a crane. Reports speak of its weather.")
    write(ships, other="The quay of Zarnholm has a crane, a ferry and a market.")
    await ingest(ships)
    question = "Do reports speak of the weather at the quay of Zarnholm?"
    whole = await retrieve(question, top_k=2)
    monkeypatch.setattr(frequencies, "LARGE", 20)
    monkeypatch.setattr(search, "MOST_RANKED", 5)
    monkeypatch.setattr(search, "FEWEST_RARE", 1)
    thinned = await retrieve(question, top_k=2)

    assert names(thinned) == names(whole) == ["needle.txt", "other.txt"]


async def test_words_are_counted_in_large_libraries_only(
    ingest: Ingest,
    store: PassageStore,
    redis_client: Redis,
    ships: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(ships, **{f"filling{n}": f"{text} {n}" for n, text in enumerate(FILLING)})
    await ingest(ships)
    told = partial(frequencies.frequencies, PassageCounts(redis_client, store.schema.index.name))
    mine = to_filter(PassageFilter(DEFAULT_OWNER).to_metadata_filters())
    of_one = f"@doc_id:{{{'0' * 32}}} {mine}"
    words = ["@terms|about:weather", "@terms|about:zarnholm"]
    few = await told(words, mine)
    monkeypatch.setattr(frequencies, "LARGE", 20)

    assert few == await told(words, of_one) == {}
    assert await told(words, mine) == {words[0]: len(FILLING), words[1]: 0}


def test_what_is_common_is_sought_only_where_all_is_ranked() -> None:
    words = Words(("weather", "quay"), ("crane",), ("zarnholm", "harbour"))
    counts = {word: 9000 for word, _ in words.fielded()} | {"@terms|about:quay": 7}
    query = words.to_query(counts=counts)
    rare, _, common = query.partition(") ~")

    assert "quay" in rare
    assert rare.count("quay") * 3 >= 20
    assert sum(f":{word})" in common for word in ("weather", "crane", "zarnholm", "harbour")) == 2
    assert "~" not in words.to_query().replace("~nosuchword", "")


async def test_forms_of_a_word_find_each_other(
    ingest: Ingest, retrieve: Retrieve, ships: Path
) -> None:
    write(ships, a="Receivables rose.", b="Inventories fell.", c="Nobody came here.")
    await ingest(ships)
    [first, *_] = await retrieve("What happened to the inventory?")

    assert first.node.metadata["file_name"] == "b.txt"


async def test_words_of_the_trade_widen_a_question(
    ingest: Ingest, retrieve: Retrieve, ships: Path
) -> None:
    write(
        ships,
        a="Current assets were 5 and current liabilities 4; inventories were 1.",
        b="The quick brown fox has a ratio of legs to ears.",
        c="Nobody came.",
    )
    await ingest(ships)
    plain = sought_words("What is the quick ratio?", NO_WORDS)
    widened = sought_words("What is the quick ratio?", shipped_vocabulary())
    found = await retrieve("What is the quick ratio?", vocabulary=shipped_vocabulary())

    assert plain.related == ()
    assert "current" in widened.related
    assert "a.txt" in names(found)[:2]


async def test_the_report_that_a_question_names_comes_first(
    ingest: Ingest, retrieve: Retrieve, ships: Path
) -> None:
    text = "Total assets were {} million at the end of the year."
    for company, figure in (("Costco", 59), ("Walmart", 252), ("Target", 53)):
        write(ships, **{f"{company}_2021_10K": text.format(figure)})
    await ingest(ships)
    for company in ("Walmart", "Target", "Costco"):
        [first, *_] = await retrieve(f"What were the total assets of {company} in 2021?")
        assert first.node.metadata["file_name"] == f"{company}_2021_10K.txt"


async def test_a_corrected_title_is_found_at_once(
    ingest: Ingest, retrieve: Retrieve, documents: DocumentStore, ships: Path
) -> None:
    write(ships, a="It counted many ships in the year.", b="It counted many trains in the year.")
    await ingest(ships)
    record = next(r for r in await documents.list() if r.locations[0].path == "b.txt")
    await correct_document(
        record.doc_id, {"title": "Harbour of Zarnholm"}, documents=documents, wait_s=1
    )
    [first, *_] = await retrieve("Zarnholm?")

    assert first.node.metadata["file_name"] == "b.txt"


async def test_filters_hold_for_what_is_found_by_words(
    ingest: Ingest, retrieve: Retrieve, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "trains").mkdir()
    write(ships, a="Zarnholm counted ships.")
    write(tmp_path / "trains", b="Zarnholm counted trains.")
    await ingest(ships, tmp_path / "trains")
    trains = PassageFilter(DEFAULT_OWNER, folder_ids=(folder_id("trains"),))

    assert names(await retrieve("Zarnholm", filter=trains)) == ["b.txt"]
    assert await retrieve("Zarnholm", filter=PassageFilter("somebody-else")) == []


async def test_a_passage_found_by_its_words_alone_has_no_similarity(
    store: PassageStore, ingest: Ingest, retrieve: Retrieve, ships: Path
) -> None:
    write(ships, **{f"filling{n}": f"{text} {n}" for n, text in enumerate(FILLING * 3)})
    write(ships, needle="Zarnholm")
    await ingest(ships)
    found = await retrieve("weather nothing else at all Zarnholm", top_k=5)
    [needle] = [one for one in found if one.node.metadata["file_name"] == "needle.txt"]

    assert needle.score is not None
    assert 0 <= needle.score <= 1
    assert any((one.score or 0) > 0 for one in found)


@pytest.mark.parametrize("question", ["?!", "of the and", "@terms:(x) | -*", "a" * 5000, "'"])
async def test_any_question_may_be_asked(
    ingest: Ingest, retrieve: Retrieve, ships: Path, question: str
) -> None:
    write(ships, a="Zarnholm counted ships.")
    await ingest(ships)

    assert len(await retrieve(question)) == 1


def test_a_file_of_ones_own_adds_to_the_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# ours\n\nchurn rate, attrition = customers lost, cancellations\n", "utf-8")
    vocabulary = load_vocabulary(path)
    churn = sought_words("How high was the churn rate?", vocabulary)

    assert churn.related == ("custome", "lost", "cancell")
    assert sought_words("capex in 2021?", vocabulary).related


@pytest.mark.parametrize("line", ["no sign", "= words", "name =", "name, = words"])
def test_a_line_of_another_form_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"capital = words\n{line}\n", "utf-8")

    with pytest.raises(ConfigurationError, match="line 2"):
        load_vocabulary(path)


def test_nothing_is_sought_where_nothing_is_asked() -> None:
    assert Words(()).to_query() == ""


FORMS = {
    "es": (
        "Los ingresos aumentaron durante el ejercicio gracias a las ventas en los mercados nuevos.",
        "La plantilla de la compañía vive en varias ciudades de la costa y viaja poco.",
        "¿Qué ingreso aumentó?",
    ),
    "de": (
        "Die Umsatzerlöse des Unternehmens sind im vergangenen Jahr in allen Ländern gestiegen.",
        "Der Hafen hat einen neuen Kran bekommen, der rot ist und bei jedem Wetter arbeiten kann.",
        "Umsatzerlös vieler Unternehmen?",
    ),
    "fr": (
        "Les sociétés du groupe ont augmenté leurs investissements dans l’entreprise cette année.",
        "Le port a reçu une grue neuve, qui est rouge et qui travaille par tous les temps.",
        "Quel investissement augmentera, et dans quelle entreprise ?",
    ),
    "ru": (
        "Выручка компаний группы выросла за прошедший год во всех странах, где они работают.",
        "Порт получил новый кран, он красный и может работать при любой погоде круглый год.",
        "Какая выручка у компании?",
    ),
    "zh": (
        "本公司全年营业收入比上年增长百分之五,主要原因是海外市场的销售额有所提高。",
        "港口新装了一台红色的起重机,在任何天气条件下都可以工作,由三名工人操作。",
        "营业收入是多少?",
    ),
    "ja": (
        "当社の売上高は前年度に比べて増加しました。主な理由は海外市場での販売の伸びです。",
        "港には新しい赤いクレーンが設置され、どんな天気でも三人の作業員が動かしています。",
        "売上高はどう変わった?",
    ),
    "th": (
        "รายได้ของบริษัทเพิ่มขึ้นจากปีก่อนเพราะยอดขายในตลาดต่างประเทศสูงขึ้นมาก",
        "ท่าเรือมีปั้นจั่นสีแดงตัวใหม่ซึ่งทำงานได้ทุกสภาพอากาศโดยมีคนงานสามคน",
        "บริษัทมีรายได้เท่าไร",
    ),
    "ko": (
        "회사의 매출액은 전년보다 증가하였으며 해외 시장의 판매가 주요 원인이었다.",
        "항구에는 어떤 날씨에도 일할 수 있는 빨간 크레인이 새로 설치되어 있습니다.",
        "매출액이 얼마입니까?",
    ),
    "hi": (
        "कंपनियों की आय पिछले वर्ष की तुलना में सभी देशों में बढ़ी है और बिक्री भी बढ़ी है।",
        "बंदरगाह पर एक नया लाल क्रेन लगाया गया है जो हर मौसम में काम कर सकता है।",
        "कंपनी की आय?",
    ),
}
"""By its language: what answers, what does not, and a question with other forms of the words."""


@pytest.mark.parametrize("language", FORMS)
async def test_a_passage_is_found_by_other_forms_of_its_words_in_its_language(
    redis_client: Redis, store: PassageStore, ingest: Ingest, ships: Path, language: str
) -> None:
    answers, other, question = FORMS[language]
    write(ships, answers=answers, other=other, english="Nobody came here, and no ships were seen.")
    await ingest(ships)
    sought = sought_words(question, NO_WORDS, await store.languages()).to_query()
    index = store.schema.index.name
    reply = await redis_client.execute_command(  # type: ignore[no-untyped-call]
        *("FT.SEARCH", index, sought, "SCORER", "BM25STD", "RETURN", 1, "file_name", "DIALECT", 2)
    )
    found = [fields["file_name"] for fields in read_found(reply)]

    assert found[0] == "answers.txt"
    assert "english.txt" not in found


async def test_a_name_is_found_in_reports_of_any_language(
    ingest: Ingest, retrieve: Retrieve, ships: Path
) -> None:
    write(
        ships,
        de=f"Siemens hat die Anlagen in allen Ländern des Konzerns erneuert. {FORMS['de'][0]}",
        en="The harbour was renewed in all countries of the group during the year.",
    )
    await ingest(ships)
    [first, *_] = await retrieve("Which sites did Siemens renew?")

    assert first.node.metadata["file_name"] == "de.txt"


async def test_a_reranking_model_orders_what_was_found_and_its_fault_changes_nothing(
    ingest: Ingest, store: PassageStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write(
        ships, a="Zarnholm counted ships.", b="Zarnholm counted its ships with care, quay by quay."
    )
    await ingest(ships)

    async def longest(_: str, texts: Sequence[str]) -> list[float]:
        return [len(text) for text in texts]

    async def shortest(_: str, texts: Sequence[str]) -> list[float]:
        return [-len(text) for text in texts]

    async def fails(_: str, texts: Sequence[str]) -> list[float]:
        raise ModelUnavailable("the reranking model cannot be reached")

    told = {}
    for scores in (longest, shortest, fails):
        retriever = PassageRetriever(
            store,
            embed_model,
            top_k=2,
            filter=PassageFilter(DEFAULT_OWNER),
            reranking=Reranking(scores, 30),
        )
        for query in (
            "Zarnholm?",
            ReportQuery("Zarnholm?", forms=("And it?",)),
            ReportQuery("Zarnholm?", parts=("Zarnholm?", "Ships?")),
        ):
            told[scores, str(query)] = names(await retriever.aretrieve(query))
        assert bool(retriever.fault) == (scores is fails)

    for (scores, _), found in told.items():
        assert len(found) == 2
        if scores is not fails:
            assert found[0] == ("b.txt" if scores is longest else "a.txt")


async def test_a_passage_tells_what_it_was_found_by(
    ingest: Ingest, retrieve: Retrieve, ships: Path
) -> None:
    write(ships, **{f"filling{n}": f"{text} {n}" for n, text in enumerate(FILLING * 3)})
    write(ships, needle="Zarnholm")
    await ingest(ships)
    [first, *_] = await retrieve("Zarnholm")

    assert "words" in first.node.metadata["found_by"]


async def test_a_passage_that_goes_after_it_was_ranked_is_left_out(
    ingest: Ingest,
    retrieve: Retrieve,
    ships: Path,
    *,
    store: PassageStore,
    redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(ships, kept="Herring is sold in barrels.", gone="Herring is sold in tins.")
    await ingest(ships)
    before = names(await retrieve("Who sells herring?"))
    client: Any = redis_client
    search = store._search

    async def removed_meanwhile(*queries: Any) -> Any:
        found = await search(*queries)
        for fields in found[0]:
            key = store.passages.key(fields["id"])
            if await client.hget(key, "file_name") == b"gone.txt":
                await client.delete(key)
        return found

    monkeypatch.setattr(store, "_search", removed_meanwhile)
    assert "gone.txt" in before
    assert names(await retrieve("Who sells herring?")) == [
        name for name in before if name != "gone.txt"
    ]
