"""Answers about the documents themselves, from a catalogue in Redis."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode
from redis.asyncio import Redis

from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.keys import DEFAULT_OWNER, folder_id
from citewire.storage.library.documents import DocumentRecord, DocumentStore, Location
from citewire.storage.library.outline import OutlineReader
from citewire.storage.library.vector_store import build_vector_store
from citewire.workflows.catalogue.catalogue import Catalogue
from citewire.workflows.catalogue.model import CatalogueAnswer, SpokenOf
from citewire.workflows.catalogue.narrowing import narrowed
from citewire.workflows.catalogue.survey import SHOWN, is_within
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing.catalogue import catalogue_request
from tests.doubles.passages import show, write_passages

ALL = PassageFilter(DEFAULT_OWNER)
COSTCO = "Costco Wholesale"
SAYS = "We operate membership warehouses in many countries and sell food to all who pay."


def record(
    title: str, *, file_name: str = "", folder: str = "filings", owner: str = DEFAULT_OWNER
) -> DocumentRecord:
    name = file_name or f"{title}.pdf"
    place = Location(folder, f"/{owner}", name, 1, 1, owner)
    return DocumentRecord(
        doc_id=sha256(f"{owner}{title}{name}".encode()).hexdigest()[:32],
        title=title,
        language="en",
        pages=3,
        passages=1,
        locations=(place,),
        ingested_at="2026-01-01T00:00:00+00:00",
    )


def passage(of: DocumentRecord, page: int, section: str, text: str) -> TextNode:
    metadata = {
        **of.tags,
        "page": page,
        "page_label": str(page),
        "section": section,
        "kind": "text",
        "language": "en",
        "start": 0,
        "end": len(text),
    }
    return TextNode(
        id_=f"{of.doc_id}-{page}-0-{len(text)}",
        text=text,
        metadata=metadata,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=of.doc_id)},
        embedding=[1.0, 0.0],
    )


class Asked:
    """A catalogue over documents of a namespace, and what was searched for."""

    def __init__(self, client: Redis, namespace: str) -> None:
        self.documents = DocumentStore(client, namespace)
        self.searched: list[str] = []
        self.found: list[NodeWithScore] = []
        self.catalogue = Catalogue(
            self.documents, OutlineReader(client, namespace), self._search, sums_up=True
        )

    async def _search(self, about: str, within: PassageFilter) -> Sequence[NodeWithScore]:
        self.searched.append(about)
        return self.found

    async def add(self, *records: DocumentRecord, owner: str = DEFAULT_OWNER) -> None:
        await show(self.documents.owned_by(owner), *records)

    async def ask(
        self, message: str, within: PassageFilter = ALL, spoken_of: SpokenOf | None = None
    ) -> CatalogueAnswer | None:
        request = catalogue_request(message)
        assert request is not None
        return await self.catalogue.answer(request, message, within, spoken_of or SpokenOf())

    async def text(self, message: str, within: PassageFilter = ALL) -> str:
        answer = await self.ask(message, within)
        assert answer is not None
        return answer.text


@pytest.fixture
async def asked(redis_client: Redis, namespace: str) -> Asked:
    await ensure_index(redis_client, build_schema(namespace=namespace, dims=2), embedding="m")
    return Asked(redis_client, namespace)


async def write(asked: Asked, namespace: str, *nodes: TextNode) -> None:
    schema = build_schema(namespace=namespace, dims=2)
    await write_passages(build_vector_store(asked.documents.client, schema), nodes)


async def test_all_documents_of_the_owner_are_listed_and_no_other_s(asked: Asked) -> None:
    await asked.add(record(COSTCO), record("Best Buy"))
    await asked.add(record("Secret plans", owner="ann"), owner="ann")

    text = await asked.text("Which reports do you have?")

    assert text.startswith("There are 2 reports in this library.")
    assert COSTCO in text
    assert "Best Buy" in text
    assert "Secret" not in text


async def test_an_empty_library_says_so(asked: Asked) -> None:
    assert "no reports in this library yet" in await asked.text("Which reports do you have?")
    assert await asked.catalogue.is_empty(ALL)


async def test_only_those_that_may_be_asked_are_listed(asked: Asked) -> None:
    costco, best_buy = record(COSTCO), record("Best Buy", folder="other")
    await asked.add(costco, best_buy)

    by_id = await asked.text("List all reports", replace(ALL, doc_ids=(costco.doc_id,)))
    by_folder = await asked.text("List all reports", replace(ALL, folder_ids=(folder_id("other"),)))
    by_none = await asked.text("List all reports", replace(ALL, folder_ids=("f" * 16,)))

    assert (COSTCO in by_id, "Best Buy" in by_id) == (True, False)
    assert (COSTCO in by_folder, "Best Buy" in by_folder) == (False, True)
    assert "no reports in what was chosen" in by_none


async def test_of_very_many_the_first_are_listed_and_all_counted(asked: Asked) -> None:
    records = [
        record(f"Report {n:04}", folder="even" if n % 2 == 0 else "odd") for n in range(1, 451)
    ]
    await asked.add(*records)

    text = await asked.text("Which reports do you have?")

    assert "450 reports" in text
    assert "even (225), odd (225)" in text
    assert text.count("\n- ") == SHOWN
    assert "Report 0001" in text
    assert len(text) < 4000


async def test_reports_are_picked_by_name_file_and_date(asked: Asked) -> None:
    await asked.add(
        record("Annual report", file_name="COSTCO_2021_10K.pdf"),
        record("Costco news"),
        record("Best Buy"),
    )

    text = await asked.text("Which reports about Costco do you have?")

    assert text.startswith("2 of 3 reports match “Costco”")
    assert "Best Buy" not in text
    assert asked.searched == []


async def test_the_one_that_is_called_so_is_told_with_its_own_words(
    asked: Asked, namespace: str
) -> None:
    costco = record(COSTCO)
    await asked.add(costco, record("Best Buy"))
    await write(
        asked,
        namespace,
        passage(costco, 1, "", "FORM 10-K"),
        passage(costco, 2, "Business", SAYS),
        passage(costco, 3, "Risk factors", "Prices may change."),
    )

    answer = await asked.ask("Do you have a report about Costco?")

    assert answer is not None
    assert f"> {SAYS[:-1]} [1]." in answer.text
    assert [node.node.ref_doc_id for node in answer.nodes] == [costco.doc_id]
    assert "Business (p. 2), Risk factors (p. 3)" in answer.text


async def test_a_report_that_is_not_there_is_told_with_those_that_write_of_it(
    asked: Asked,
) -> None:
    costco = record(COSTCO)
    await asked.add(costco)
    told = "The rising price of coffee beans has been a burden for all of our warehouses."
    asked.found = [NodeWithScore(node=passage(costco, 2, "Risks", told), score=0.5)]

    answer = await asked.ask("Do you have reports about coffee beans?")
    nothing = await asked.text("Do you have reports about volcanoes?")

    assert answer is not None
    assert "does not match “coffee beans”" in answer.text
    assert f"> {told[:-1]} [1]." in answer.text
    assert asked.searched == ["coffee beans", "volcanoes"]
    assert "[1]" not in nothing


async def test_reports_that_are_nearly_called_so_are_named(asked: Asked) -> None:
    await asked.add(
        record("Costco 10-K 2021"), record("Best Buy 10-K 2023", file_name="BB_2023_10K.pdf")
    )

    text = await asked.text("Do you have Costco's 2023 10-K?")

    assert "None of the 2 reports here matches “Costco 2023 10K”" in text
    assert "**Costco 10-K 2021**" in text
    assert "Best Buy" not in text


async def test_what_may_ask_the_reports_is_left_to_them_if_none_is_called_so(asked: Asked) -> None:
    await asked.add(record(COSTCO), record("Fraud survey"))

    assert await asked.ask("Is there a report on internal control?") is None
    assert await asked.ask("What is the Clean Air Act about?") is None
    assert await asked.ask("What is it about?") is None
    assert await asked.ask("Are there any reports on fraud?") is not None


async def test_this_report_is_the_one_that_was_spoken_of(asked: Asked) -> None:
    costco, best_buy = record(COSTCO), record("Best Buy")
    await asked.add(costco, best_buy)
    spoken_of = SpokenOf([best_buy.doc_id], by_catalogue=True)

    for question in ("What is this report about?", "What is it about?"):
        answer = await asked.ask(question, spoken_of=spoken_of)
        assert answer is not None
        assert answer.text.startswith("**Best Buy**")


async def test_which_report_is_meant_is_asked_for_if_nobody_said(asked: Asked) -> None:
    await asked.add(record(COSTCO), record("Best Buy"))

    answer = await asked.ask("What is this report about?")

    assert answer is not None
    assert answer.text.startswith("Which report do you mean?")
    assert [one.title for one in answer.candidates] == ["Best Buy", COSTCO]


async def test_the_only_report_is_meant_without_a_word(asked: Asked) -> None:
    await asked.add(record(COSTCO))

    answer = await asked.ask("¿De qué trata este informe?")

    assert answer is not None
    assert answer.text.startswith(f"**{COSTCO}**")
    assert "3 páginas" in answer.text


async def test_a_question_that_points_at_a_report_is_asked_of_that_alone(asked: Asked) -> None:
    costco, best_buy = record(COSTCO), record("Best Buy", folder="other")
    await asked.add(costco, best_buy)
    of_costco = SpokenOf([costco.doc_id])

    async def doc_ids(question: str, within: PassageFilter, spoken_of: SpokenOf) -> Sequence[str]:
        searched, document = await narrowed(question, within, spoken_of, asked.documents)
        assert (document is None) == (searched == within)
        return searched.doc_ids

    risks = "What are the risks in this report?"
    assert await doc_ids(risks, ALL, of_costco) == (costco.doc_id,)
    assert await doc_ids(risks, ALL, SpokenOf()) == ()
    assert await doc_ids(risks, ALL, SpokenOf([costco.doc_id, best_buy.doc_id])) == ()
    assert await doc_ids("What are the risks of Best Buy?", ALL, of_costco) == ()
    assert await doc_ids("What are its risks?", ALL, of_costco) == ()
    assert await doc_ids("What are its risks?", ALL, SpokenOf([costco.doc_id], alone=True)) == (
        costco.doc_id,
    )
    by_catalogue = SpokenOf([costco.doc_id], by_catalogue=True)
    assert await doc_ids("What does it say of coffee?", ALL, by_catalogue) == (costco.doc_id,)
    chosen = replace(ALL, doc_ids=(best_buy.doc_id,))
    assert await doc_ids(risks, chosen, of_costco) == chosen.doc_ids
    in_other = replace(ALL, folder_ids=(folder_id("other"),))
    assert await doc_ids(risks, in_other, of_costco) == ()
    of_ann = PassageFilter("ann")
    assert await doc_ids(risks, of_ann, of_costco) == ()


async def test_another_year_is_asked_of_all_reports_of_the_organisation(asked: Asked) -> None:
    of_2022 = replace(record("Mu 2022"), organisation="Mu SA", periods=("2022",))
    of_2023 = replace(record("Mu 2023"), organisation="Mu SA", periods=("2023",))
    await asked.add(of_2022, of_2023, record(COSTCO))
    before = SpokenOf([of_2022.doc_id], alone=True)

    searched, document = await narrowed("And in 2023?", ALL, before, asked.documents)
    assert (searched.doc_ids, document) == ((), None)
    assert [is_within(one, searched) for one in (of_2022, of_2023)] == [True, True]
    assert not is_within(record(COSTCO), searched)

    for question in ("And in 2022?", "What does this report say of 2023?"):
        searched, document = await narrowed(question, ALL, before, asked.documents)
        assert searched.doc_ids == (of_2022.doc_id,)


async def test_another_year_of_nobody_known_is_asked_of_all_reports(asked: Asked) -> None:
    of_2022 = replace(record("Mu 2022"), organisation="", periods=("2022",))
    await asked.add(of_2022, record("Mu 2023"))
    before = SpokenOf([of_2022.doc_id], alone=True)

    assert await narrowed("And in 2023?", ALL, before, asked.documents) == (ALL, None)
    searched, _ = await narrowed("And in 2022?", ALL, before, asked.documents)
    assert searched.doc_ids == (of_2022.doc_id,)
