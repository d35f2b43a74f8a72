"""A response synthesiser without a language model: it quotes the sentences that answer best."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import AsyncStreamingResponse
from llama_index.core.llms.mock import MockLLM
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, QueryType
from numpy.typing import NDArray

from citewire.content.table_record import TABLE, table_from_json
from citewire.services.models.extractive.acronyms import written_out
from citewire.services.models.extractive.asked import focus, lacks_evidence
from citewire.services.models.extractive.choosing import ChosenExtract, Scored, choose, extract_of
from citewire.services.models.extractive.figures import FittingRow
from citewire.services.models.extractive.named import firm_unnamed, names_of, reports_named
from citewire.services.models.extractive.nearest import lead_of_unnamed
from citewire.services.models.extractive.passages import Passage, Sentence, candidates
from citewire.services.models.extractive.question import Wanted, read_question
from citewire.services.models.extractive.rows import rows_that_answer
from citewire.services.models.extractive.scoring import score
from citewire.services.models.extractive.superlatives import extreme_rows, is_only_one_of
from citewire.services.models.extractive.word_cells import cells_that_answer
from citewire.text.markers import MAX_SOURCE
from citewire.text.scanner import MarkerScanner
from citewire.text.words import search_terms
from citewire.workflows.evidence import Evidence, abstention
from citewire.workflows.run_context import Extracted, Generation, RunContext
from citewire.workflows.shown import context_of
from citewire.workflows.synthesiser import StreamedSynthesiser
from citewire.workflows.vocabulary.widening import Vocabulary, shipped_vocabulary

SHOWN = 3
"""Of so many sources is read what stands beside them."""

_STOP = re.compile(r"(?<![.!?…。！？])[.!?…。！？]++$")
_FOOTNOTE = re.compile(r"\[(\d[\d\s,;–-]*)\]")
# What may open a marker, code or mathematics, as signs that look alike and may not.
_HARMLESS = str.maketrans("[【［(（]】］)）`\\$", "⟨⟨⟨⟨⟨⟩⟩⟩⟩⟩'⧵＄")
_PIECE = re.compile(r"\s*\S+")
_MARKER = re.compile(r"\[(\d{1,2})\](?= \|$)", re.MULTILINE)

Vectors = NDArray[np.float32]


class ExtractiveSynthesiser(StreamedSynthesiser):
    """Answers with what the sources say: the rows of tables and the sentences that were asked for.

    A row is told as a sentence, with the piece of its table below; sentences stand as they are,
    each with its marker. Other sources are told where they answer, too.

    Where nothing fits it says so in the language of the question, and the generation's
    `finish_reason` is `no_evidence`. It holds no state: one serves all requests at once.

    Args:
        embed_model: embeds question and sentences; the thresholds are set for all-MiniLM-L6-v2.
        vocabulary: what reports call what is asked for; the shipped one unless given.
    """

    def __init__(self, embed_model: BaseEmbedding, vocabulary: Vocabulary | None = None) -> None:
        # The base class wants a language model and would look for OpenAI's if given none.
        super().__init__(MockLLM())
        self._embed_model = embed_model
        self._vocabulary = vocabulary or shipped_vocabulary()

    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        *,
        run: RunContext | None = None,
        evidence: Evidence = "weak",
        **response_kwargs: Any,
    ) -> AsyncStreamingResponse:
        """Return at once; the sentences are looked for when the stream is read.

        Args:
            query: the standalone question.
            nodes: the citation nodes, of which the nth is source n.
            additional_source_nodes: further nodes to report as sources, not read.
            run: whose generation is filled in while the stream is read.
            evidence: how strong the sources are; where it is strong, something is told.
            response_kwargs: what other synthesisers take; not used.
        """
        question = query.query_str if isinstance(query, QueryBundle) else query
        generation = (run or RunContext()).generation
        return AsyncStreamingResponse(
            response_gen=self._stream(question, nodes, generation, is_strong=evidence == "strong"),
            source_nodes=[*nodes, *(additional_source_nodes or ())],
        )

    async def _stream(
        self,
        question: str,
        nodes: Sequence[NodeWithScore],
        generation: Generation,
        *,
        is_strong: bool,
    ) -> AsyncGenerator[str, None]:
        """The answer word by word; `generation` is filled in on the way."""
        extracts = await self._find(question, to_passages(nodes), is_strong=is_strong)
        answer = extracts.text
        generation.quotes, generation.extracted = bool(answer), extracts.places
        if not answer:
            generation.finish_reason = "no_evidence"
            answer = abstention(question, nodes)
        for piece in _PIECE.findall(answer):
            generation.add((piece,))
            yield piece

    async def _find(
        self, question: str, passages: Sequence[Passage], *, is_strong: bool
    ) -> "Extracts":
        """The extracts to answer with; reading and scoring stay off the event loop."""
        material = await asyncio.to_thread(self._read, question, passages)
        if material is None:
            return Extracts()
        if material.named:
            return Extracts([extract_of(name, material.passages) for name in material.named])
        vectors = _to_vectors(await self._embed_model.aget_text_embedding_batch(material.to_embed))
        return await asyncio.to_thread(_chosen, material, vectors, is_strong=is_strong)

    def _read(self, question: str, passages: Sequence[Passage]) -> "Material | None":
        """What may answer; None if nothing can."""
        if lacks_evidence(question, passages):
            return None
        unnamed = firm_unnamed(question, passages)
        if unnamed and all(one.organisation for one in passages):
            return None
        if names := written_out(question, passages):
            return Material(read_question(question), passages, named=names)
        named = reports_named(question, passages)
        kept = [one for one in passages if not named or one.document in named]
        wanted = read_question(question, names_of(question, kept))
        if cells := cells_that_answer(wanted, kept):
            return Material(wanted, kept, named=cells)
        told_as = self._vocabulary.told_as(search_terms(wanted.text))
        groups = [[one] for one in named] if len(named) > 1 else [[one.document for one in kept]]
        rows = [] if wanted.wants_text else extreme_rows(wanted, kept)
        if not rows and not wanted.wants_text:
            rows = rows_that_answer(wanted, kept, told_as, groups)
            rows = [] if is_only_one_of(rows, wanted) else rows
        told = {row.source.passage.document for row in rows}
        lacking = [one for one in named if one not in told] if rows and len(named) > 1 else []
        missing = _called(lacking, kept)
        return Material(wanted, kept, rows, candidates(kept), missing=missing, unnamed=unnamed)


@dataclass(frozen=True, slots=True)
class Material:
    """What may answer a question: rows that fit it, and sentences that are still to be scored."""

    wanted: Wanted
    passages: Sequence[Passage]
    rows: Sequence[FittingRow] = ()
    sentences: Sequence[Sentence] = ()
    missing: Sequence[str] = ()
    """Whose reports the question names, too, that have no such row."""
    named: Sequence[Sentence] = ()
    """Names written out, where the question asks what letters stand for; cells of words."""
    unnamed: str = ""
    """The firm that is asked about, if none of the passages names it."""

    @property
    def to_embed(self) -> list[str]:
        """The question, its focus, and the sentences."""
        asked = self.wanted.text
        return [asked, focus(asked, self.passages), *(one.text for one in self.sentences)]


def to_passages(nodes: Sequence[NodeWithScore]) -> list[Passage]:
    """The sources as the scoring sees them, numbered by their order, then what stands beside them.

    What stands beside a source is on its page, and is told with the marker of that source.
    """
    numbered = list(enumerate((found.node for found in nodes), 1))
    sources = [_to_passage(number, node) for number, node in numbered]
    beside = [
        _to_passage(number, other, is_beside=True)
        for number, node in numbered[:SHOWN]
        for other in context_of(node)
    ]
    return [*sources, *beside]


def _to_passage(number: int, node: BaseNode, *, is_beside: bool = False) -> Passage:
    facts = node.metadata
    stored = facts.get(TABLE)
    return Passage(
        number,
        node.get_content(),
        title=str(facts.get("title", "")),
        table=table_from_json(stored) if stored else None,
        section=str(facts.get("section", "")),
        organisation=str(facts.get("organisation") or ""),
        document=node.ref_doc_id or str(facts.get("file_name", "")),
        file_name=str(facts.get("file_name", "")),
        page=int(facts.get("page", 0)),
        start=int(facts.get("start", 0)),
        end=int(facts.get("end", 0)),
        is_beside=is_beside,
        passage_id=node.node_id,
    )


def _chosen(material: Material, vectors: Vectors, *, is_strong: bool) -> "Extracts":
    """The extracts; the first rows of `vectors` are the question's and its focus'."""
    similarities = vectors[2:] @ vectors[:2].mean(axis=0)
    wanted, passages, sentences = material.wanted, material.passages, material.sentences
    scores = score(wanted, passages, sentences, similarities)
    scored = Scored(sentences, scores, vectors[2:], vectors[2:] @ vectors[1])
    rows, missing = material.rows, material.missing
    choice = choose(wanted, passages, rows, scored, is_strong=is_strong, missing=missing)
    if material.unnamed and choice.extracts:
        return Extracts(choice.extracts[:1], lead_of_unnamed(material.unnamed, wanted))
    return Extracts(choice.extracts, choice.lead)


def _called(documents: Sequence[str], passages: Sequence[Passage]) -> list[str]:
    """Whose reports these are, each once."""
    names = {one.document: one.organisation or one.title or one.file_name for one in passages}
    return list(dict.fromkeys(names[document] for document in documents))


def _to_vectors(embeddings: Sequence[Sequence[float]]) -> Vectors:
    """As rows of length one, whatever the model gives."""
    vectors = np.asarray(embeddings, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


@dataclass(frozen=True, slots=True)
class Extracts:
    """The extracts that answer; none if nothing fits."""

    chosen: Sequence[ChosenExtract] = ()
    lead: str = ""
    """What is said above them, if they are only the nearest."""

    @property
    def text(self) -> str:
        """The answer: each extract with its marker, all of which count."""
        answer = self._written()
        if _numbers_read(answer) == self._numbers:
            return answer
        # A sentence opens code or mathematics, say, in which a marker would be left alone.
        return self._written(_HARMLESS)

    @property
    def places(self) -> tuple[Extracted | None, ...]:
        """Where that stands which each marker of the answer is of, in their order."""
        found: list[Extracted | None] = []
        for extract in self.chosen:
            markers = 1 + len(extract.items) + len(_MARKER.findall(extract.piece))
            known = len(extract.places) == markers
            found += extract.places if known else [None] * markers
        return tuple(found)

    @property
    def _numbers(self) -> list[int]:
        return [
            number
            for extract in self.chosen
            for number in [extract.number] * (1 + len(extract.items))
            + [int(marker) for marker in _MARKER.findall(extract.piece)]
        ]

    def _written(self, signs: Mapping[int, int] = MappingProxyType({})) -> str:
        """A paragraph for the sentences of each source, a list where there are several rows."""
        blocks: list[str] = [self.lead]
        paragraph: list[str] = []
        last = 0
        for extract in self.chosen:
            if paragraph and (extract.number != last or extract.piece):
                blocks.append(" ".join(paragraph))
                paragraph = []
            paragraph.append(_marked(extract.text.translate(signs), extract.number))
            last = extract.number
            if extract.items or extract.piece:
                blocks.append(" ".join(paragraph))
                paragraph = []
                items = [_marked(item.translate(signs), extract.number) for item in extract.items]
                blocks.append("\n".join(f"- {item}" for item in items))
                blocks.append(extract.piece)
        blocks.append(" ".join(paragraph))
        return "\n\n".join(filter(None, blocks))


def _numbers_read(answer: str) -> list[int]:
    scanner = MarkerScanner(MAX_SOURCE)
    found = [*scanner.feed(answer), *scanner.release()]
    return [item.n for item in found if not isinstance(item, str)]


def _marked(sentence: str, number: int) -> str:
    """The sentence with its marker before the last stop, where readers expect it."""
    # A footnote in square brackets would read as a marker of ours.
    # At the start of a line, the border of a cell would make a table of it.
    text = _FOOTNOTE.sub(r"(\1)", sentence).lstrip("| ")
    stop = _STOP.search(text)
    body = text[: stop.start()] if stop else text.rstrip(":;, ")
    return f"{body} [{number}]{stop[0] if stop else '.'}"
