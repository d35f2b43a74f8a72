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
from citewire.services.models.extractive.asked import focus, lacks_evidence
from citewire.services.models.extractive.passages import (
    Passage,
    Sentence,
    candidates,
    rows_told,
)
from citewire.services.models.extractive.scoring import pick, pick_further, score
from citewire.text.markers import MAX_SOURCE
from citewire.text.scanner import MarkerScanner
from citewire.workflows.evidence import abstention
from citewire.workflows.run_context import Generation, RunContext
from citewire.workflows.synthesiser import StreamedSynthesiser

_STOP = re.compile(r"(?<![.!?…。！？])[.!?…。！？]++$")
_FOOTNOTE = re.compile(r"\[(\d[\d\s,;–-]*)\]")
# What may open a marker, code or mathematics, as signs that look alike and may not.
_HARMLESS = str.maketrans("[【［(（]】］)）`\\$", "⟨⟨⟨⟨⟨⟩⟩⟩⟩⟩'⧵＄")
_PIECE = re.compile(r"\s*\S+")

Vectors = NDArray[np.float32]


class ExtractiveSynthesiser(StreamedSynthesiser):
    """Answers with one to four sentences of the sources, verbatim, each with its marker.

    The best sentence of each further source follows as a list: the reader sees what the sources
    say, for nobody here can tell which of them was meant.

    Where no sentence fits it says so in the language of the question, and the generation's
    `finish_reason` is `no_evidence`. It holds no state: one serves all requests at once.

    Args:
        embed_model: embeds question and sentences; the thresholds are set for all-MiniLM-L6-v2.
    """

    def __init__(self, embed_model: BaseEmbedding) -> None:
        # The base class wants a language model and would look for OpenAI's if given none.
        super().__init__(MockLLM())
        self._embed_model = embed_model

    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        *,
        run: RunContext | None = None,
        **response_kwargs: Any,
    ) -> AsyncStreamingResponse:
        """Return at once; the sentences are looked for when the stream is read.

        Args:
            query: the standalone question.
            nodes: the citation nodes, of which the nth is source n.
            additional_source_nodes: further nodes to report as sources, not read.
            run: whose generation is filled in while the stream is read.
            response_kwargs: what other synthesisers take; not used.
        """
        question = query.query_str if isinstance(query, QueryBundle) else query
        generation = (run or RunContext()).generation
        return AsyncStreamingResponse(
            response_gen=self._stream(question, nodes, generation),
            source_nodes=[*nodes, *(additional_source_nodes or ())],
        )

    async def _stream(
        self, question: str, nodes: Sequence[NodeWithScore], generation: Generation
    ) -> AsyncGenerator[str, None]:
        """The answer word by word; `generation` is filled in on the way."""
        answer = (await self._find(question, to_passages(nodes))).text
        if not answer:
            generation.finish_reason = "no_evidence"
            answer = abstention(question, nodes)
        for piece in _PIECE.findall(answer):
            generation.add((piece,))
            yield piece

    async def _find(self, question: str, passages: Sequence[Passage]) -> "Extracts":
        """The sentences to answer with; reading and scoring stay off the event loop."""
        sentences = await asyncio.to_thread(_read, question, passages)
        if not sentences:
            return Extracts()
        texts = _to_embed(question, passages, sentences)
        vectors = _to_vectors(await self._embed_model.aget_text_embedding_batch(texts))
        return await asyncio.to_thread(_choose, question, passages, sentences, vectors)


def to_passages(nodes: Sequence[NodeWithScore]) -> list[Passage]:
    """The sources as the scoring sees them, numbered by their order."""
    return [
        Passage(
            number,
            found.node.get_content(),
            f"{found.node.metadata.get('title', '')} {found.node.metadata.get('file_name', '')}",
            _rows(found.node),
        )
        for number, found in enumerate(nodes, 1)
    ]


def _rows(node: BaseNode) -> Sequence[tuple[str, str]]:
    stored = node.metadata.get(TABLE)
    return rows_told(table_from_json(stored), node.get_content()) if stored else ()


def _read(question: str, passages: Sequence[Passage]) -> list[Sentence]:
    return [] if lacks_evidence(question, passages) else candidates(passages)


def _to_embed(
    question: str, passages: Sequence[Passage], sentences: Sequence[Sentence]
) -> list[str]:
    return [question, focus(question, passages), *(sentence.text for sentence in sentences)]


def _choose(
    question: str, passages: Sequence[Passage], sentences: Sequence[Sentence], vectors: Vectors
) -> "Extracts":
    """Pick from `sentences`; the first rows of `vectors` are the question's and its focus'."""
    if not sentences:
        return Extracts()
    similarities = vectors[2:] @ vectors[:2].mean(axis=0)
    scores = score(question, passages, sentences, similarities)
    picked = pick(sentences, scores, vectors[2:])
    return Extracts(picked, pick_further(sentences, scores, picked)) if picked else Extracts()


def _to_vectors(embeddings: Sequence[Sequence[float]]) -> Vectors:
    """As rows of length one, whatever the model gives."""
    vectors = np.asarray(embeddings, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


@dataclass(frozen=True, slots=True)
class Extracts:
    """The sentences that answer, and the best ones of further sources; none if nothing fits."""

    picked: Sequence[Sentence] = ()
    further: Sequence[Sentence] = ()

    @property
    def text(self) -> str:
        """The answer: the sentences as they stand, then a list; all their markers count."""
        answer = self._written()
        if _numbers_read(answer) == [sentence.number for sentence in (*self.picked, *self.further)]:
            return answer
        # A sentence opens code or mathematics, say, in which a marker would be left alone.
        return self._written(_HARMLESS)

    def _written(self, signs: Mapping[int, int] = MappingProxyType({})) -> str:
        picked = [
            _marked(sentence.text.translate(signs), sentence.number) for sentence in self.picked
        ]
        further = [
            _marked(sentence.text.translate(signs), sentence.number) for sentence in self.further
        ]
        items = "\n".join(f"- {' '.join(item.split())}" for item in further)
        return "\n\n".join(filter(None, (" ".join(picked), items)))


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
