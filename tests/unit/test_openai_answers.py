"""Ends of runs in the words of OpenAI: what broke off is never told as a whole answer."""

from collections.abc import AsyncGenerator
from typing import get_args

import orjson
import pytest

from citewire.api.compat.openai_answers import Completion, chunks
from citewire.services.answers.events import StoppedBy
from citewire.services.runs.log import ToldBatch


async def told_of(name: str, **data: object) -> AsyncGenerator[ToldBatch, None]:
    yield ((1, name, orjson.dumps(data)),)


@pytest.mark.parametrize("by", sorted({*get_args(StoppedBy)} - {"user", "disconnect"}))
async def test_what_the_user_did_not_stop_is_an_error(by: str) -> None:
    completion = Completion("run", "citewire", "http://localhost")
    told = [one async for one in chunks(completion, told_of("stopped", by=by), with_usage=False)]

    assert "error" in orjson.loads(told[0].removeprefix(b"data: "))
