"""A model that is asked for verdicts is given the cells that a claim may speak of."""

import json
from collections.abc import Sequence
from typing import Any, cast

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.llms import LLM
from llama_index.core.schema import NodeWithScore

from citewire.services.citations.checking import open_checker
from citewire.services.citations.citing import Citing
from citewire.services.citations.model import Source
from citewire.services.citations.model_verdicts import ask_model
from tests.doubles.cited_tables import table_nodes

ROWS = [
    ["(in millions)", "2023", "2022"],
    ["Net sales", "$46,298", "$51,761"],
    ["Net earnings", "1,419", "2,454"],
]


class Asked:
    """A model that keeps what it is told and calls the first claim supported."""

    def __init__(self) -> None:
        self.told: list[ChatMessage] = []

    async def achat(self, messages: Sequence[ChatMessage]) -> ChatResponse:
        self.told += messages
        answer = ChatMessage(role=MessageRole.ASSISTANT, content='{"1": "supported"}')
        return ChatResponse(message=answer)


async def test_a_model_sees_the_cells_with_their_heads_beside_the_passage() -> None:
    (node,) = table_nodes(ROWS)
    node.metadata |= {"title": "Books"}
    source = Source.from_node(1, NodeWithScore(node=node))
    said = "The average sale to stores was up by 12% in 2023 "
    model = Asked()
    with open_checker(judges=True, embed=None) as checker:
        citing = Citing("c", [source], checker)
        citing.mark(1, said, 0, len(said))
        citing.submit()
        citing.take_in()
        doubtful = citing.doubtful()
        verdicts = await ask_model(cast(LLM, model), list(doubtful.values()))

    pair: dict[str, Any] = json.loads(str(model.told[-1].content))["1"]
    assert pair["claim"] == said.strip()
    assert pair["passage"] == source.text
    assert "Net sales, 2023: $46,298" in pair["cells"]
    assert "Net sales, 2022: $51,761" in pair["cells"]
    assert "cells" in str(model.told[0].content)
    assert verdicts == {0: "supported"}
