"""Values that do not fit an expression: what is wrong is said in words."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from citewire.api.app import create_app
from citewire.api.patterns import WORDS, mismatch
from citewire.api.schemas import Filters
from citewire.settings import load_settings


def patterns(schema: Any) -> Iterator[str]:
    """All expressions that values of a schema must fit."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for value in schema.values():
            yield from patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from patterns(value)


def test_every_expression_of_the_contract_has_its_words() -> None:
    assert set(patterns(create_app(load_settings()).openapi())) <= WORDS.keys()


def test_a_bad_collection_is_told_in_words() -> None:
    with pytest.raises(ValidationError) as raised:
        Filters(collections=["no such one"])
    [problem] = raised.value.errors()

    assert mismatch(problem["ctx"]["pattern"]).startswith("must be private or the id of a shared")


def test_no_words_are_of_an_expression() -> None:
    for words in WORDS.values():
        assert not set(words) & set("^$[]{}\\")
