"""`citewire doctor` asks the models for real, and says what to change where they do not answer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from citewire.scripts.doctor import doctor
from tests.doubles.server_fixtures import KEY, environment

Examine = Callable[..., tuple[int, str]]
THINKS = 'data: {"choices": [{"index": 0, "delta": {"reasoning": "secret"}}]}\n\n'
MARCH = 'data: {"choices": [{"index": 0, "delta": {"content": "%sMarch"}}]}\n\ndata: [DONE]\n\n'


@pytest.fixture
def told_to(standin_url: str) -> Iterator[Callable[..., None]]:
    """Sets knobs of the stand-in, which are put back."""

    def configure(**knobs: Any) -> None:
        httpx.post(f"{standin_url}/config", json=knobs, trust_env=False).raise_for_status()

    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    yield configure
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()


@pytest.fixture
def usual(redis_url: str, standin_url: str, corpus: str, tmp_path: Path) -> dict[str, object]:
    """The settings of a service that works."""
    return {
        "redis_url": redis_url,
        "namespace": corpus,
        "openai_base_url": f"{standin_url}/v1",
        "openai_api_key": KEY,
        "data_dir": tmp_path / "data",
        "model_retries": 0,
    }


@pytest.fixture
def examine(
    usual: dict[str, object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Examine:
    """Runs doctor on the corpus; what it gave and what it said."""

    def run(**settings: object) -> tuple[int, str]:
        for name, value in environment({**usual, **settings}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        return doctor(), capsys.readouterr().out

    return run


def asked(standin_url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{standin_url}/requests", trust_env=False).json()
    return found


def test_it_asks_for_a_completion_and_an_embedding(
    examine: Examine, told_to: Callable[..., None], standin_url: str
) -> None:
    code, said = examine()

    assert (code, "All is well." in said) == (0, True)
    paths = [request["path"] for request in asked(standin_url)]
    assert paths == ["/v1/chat/completions", "/v1/embeddings"]
    assert asked(standin_url)[0]["body"]["max_tokens"] >= 1000  # enough to think first


@pytest.mark.parametrize(
    ("writes", "told"),
    [([THINKS, MARCH % ""], "after thinking"), ([MARCH % "secret</think>"], "after thinking")],
)
def test_it_says_that_a_model_thinks(
    examine: Examine, told_to: Callable[..., None], writes: list[str], told: str
) -> None:
    told_to(scripts={"": {"writes": writes}})

    code, said = examine()

    assert code == 0
    assert told in said
    assert "secret" not in said


def test_it_says_when_thinking_has_to_be_held_back(
    examine: Examine, told_to: Callable[..., None]
) -> None:
    half = 'data: {"choices": [{"index": 0, "delta": {"content": "secret"}}]}\n\n'
    told_to(scripts={"": {"writes": [half, 0.3, MARCH % "</think>"]}})

    assert "set CITEWIRE_THINKING=open" in " ".join(examine()[1].split())


def test_an_unknown_model_is_told_with_those_there_are(
    examine: Examine, told_to: Callable[..., None]
) -> None:
    told_to(only_models=["qwen3:8b", "text-embedding-3-small"])

    code, said = examine()

    assert code == 1
    assert "CITEWIRE_MODEL" in said
    assert "the provider has no gpt-4o-mini, but qwen3:8b, text-embedding-3-small" in said


def test_a_base_url_without_v1_is_told_with_the_right_one(
    examine: Examine, told_to: Callable[..., None], standin_url: str
) -> None:
    code, said = examine(openai_base_url=standin_url)

    assert code == 1
    assert f"OPENAI_BASE_URL={standin_url}/v1" in said


@pytest.mark.parametrize("more", ["/chat/completions", "?api-version=2024"])
def test_a_base_url_that_is_no_base_is_told(
    examine: Examine, told_to: Callable[..., None], standin_url: str, more: str
) -> None:
    code, said = examine(openai_base_url=f"{standin_url}/v1{more}")

    assert code == 1
    assert "OPENAI_BASE_URL" in said


def test_trouble_with_the_account_is_told(examine: Examine, told_to: Callable[..., None]) -> None:
    told_to(fail="402", fail_kind="chat")

    code, said = examine()

    assert code == 1
    assert "billing" in said
