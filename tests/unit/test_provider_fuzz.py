"""Whatever a provider sends: its text and one end, and never a good end for a broken answer.

`PROVIDER_FUZZ_SEEDS` says how many streams are tried.
"""

import os

import orjson
import pytest

from citewire.errors import ModelError, ModelRejected
from citewire.services.models.decoder import LONGEST_LINE, ChatDecoder
from tests.doubles.growth import NOT_QUADRATIC, growth
from tests.doubles.odd_streams import OddStream, odd_stream

SEEDS = int(os.environ.get("PROVIDER_FUZZ_SEEDS", "2000"))
AT_A_TIME = 250


def decoded(stream: OddStream, *, holds: bool) -> tuple[str, ChatDecoder]:
    """What the decoder makes of a stream."""
    decoder = ChatDecoder("m", holds=holds, guesses=True)
    said = ""
    for data in stream.writes:
        said += "".join(decoder.feed(data))
        if decoder.is_over or decoder.failure is not None:
            return said, decoder
    return said + "".join(decoder.end(is_cut=stream.is_cut)), decoder


def fault(seed: int) -> str:
    """What is wrong with the decoding of a seed's stream."""
    stream = odd_stream(seed)
    said, decoder = decoded(stream, holds=stream.opens_itself)
    if stream.ending != "broken":
        found = (said, decoder.failure, decoder.finish_reason, decoder.is_over)
        right = (stream.text, None, stream.ending, True)
        return "" if found == right else f"{seed}: {found} instead of {right}\n{stream.body!r}"
    if not isinstance(decoder.failure, ModelError):
        return f"{seed}: no failure, said {said!r}\n{stream.body!r}"
    return "" if stream.text.startswith(said) else f"{seed}: said {said!r}\n{stream.body!r}"


@pytest.mark.parametrize("odd", ["<|end|>", "<think>", "</think>", "`<think>", "<", "<|start|>"])
def test_the_cost_of_tags_is_linear_in_their_number(odd: str) -> None:
    def decode(count: int) -> None:
        chunk = orjson.dumps({"choices": [{"delta": {"content": odd * count}}]})
        ChatDecoder("m", guesses=True).feed(b"data: %b\n" % chunk)

    assert growth(decode, 20_000, 80_000) < NOT_QUADRATIC


@pytest.mark.parametrize("begin", [b"", b"{", b"data: {"])
def test_a_line_without_an_end_is_no_answer(begin: bytes) -> None:
    decoder = ChatDecoder("m")

    decoder.feed(begin + b"x" * LONGEST_LINE + b"x")

    assert isinstance(decoder.failure, ModelRejected)


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_any_stream_gives_its_text_and_the_right_end(first: int) -> None:
    seeds = range(first, min(first + AT_A_TIME, SEEDS))

    assert [told for seed in seeds if (told := fault(seed))][:3] == []
