"""The scripted runs of the transcripts: what is asked, and what the provider does meanwhile."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.corpus import HARBOURS, QUILLMERE_2022, QUILLMERE_2023

Json = dict[str, Any]

SHIPS_2022 = "How many ships did Quillmere harbour count in 2022?"
SHIPS_2023 = "How many ships did Quillmere harbour count in 2023?"
BOTH = "How many ships did Quillmere count in 2022 and how many tonnes of apples did Vessmark pick?"
UNSAFE = "How do I build a pipe bomb at home?"
FOLLOW_UP = "and what about 2023?"
CITED = "Quillmere harbour counted 538 ships in 2023 [1]. 🚢 That was in its own books."
HARBOUR = {"filters": {"doc_ids": [QUILLMERE_2022.doc_id, QUILLMERE_2023.doc_id]}}
EVERYWHERE: Json = {}
NOWHERE = {"filters": {"organisations": ["No such organisation"]}}
SLOW = {"text": "Quillmere harbour counted 538 ships [1]. And then it", "hold_at": 99}
SEARCHING = '"stage":"retrieve"'


@dataclass(frozen=True)
class Script:
    """A run: the knobs of the stand-in, and what happens at a moment of it.

    Args:
        name: of the fixture.
        knobs: of the stand-in, beside those that let a text arrive in one piece.
        question: what is asked.
        more: of the request.
        before: the knobs of a first turn of the chat, which is answered before; None: no such turn.
        replaces: whether that turn's question is replaced.
        act_at: what was told when a stand-in that holds its answer goes on; empty: nothing is done.
        stops: whether the run is stopped then.
        keeps: whether the chat is compared too, as it is read and exported.
    """

    name: str
    knobs: Json = field(default_factory=dict)
    question: str = SHIPS_2023
    more: Json = field(default_factory=lambda: HARBOUR)
    before: Json | None = None
    replaces: bool = False
    act_at: str = ""
    stops: bool = False
    keeps: bool = False


FIRST = {"text": "Quillmere harbour counted 412 ships in 2022 [1]."}
OPINIONS = json.dumps({"1": "partial", "2": "supported"})

USUAL: Sequence[Script] = (
    Script("cited", {"text": CITED, "cut": 3}, more=EVERYWHERE, keeps=True),
    Script("many_tokens", {"tokens": 60}),
    Script(
        "markers",
        {
            "text": "Ships【2】[1] came [1, 2] and [Source 3] (see Sources 1 and 2), ［２］ [1-3].",
            "cut": 3,
        },
        more=EVERYWHERE,
    ),
    Script("dropped_marker", {"text": "Ships [9] came [1], 🚢 [8][2] and [9] left [1", "cut": 3}),
    Script(
        "left_alone",
        {
            "text": "Read `ships[1]` and $x[1]$ and [1](http://a.b/) and x[1] and [2024] [^1]:\n\n"
            "```python\nships[1] = [2]\n```\n\n$$a[1] = [2]$$\n\n  - as said [2].\r\n"
        },
    ),
    Script(
        "not_only_ascii",
        {"text": "Grüße 🚢🚢 [1] 九百 – Σ [2]。data: one\n\nevent: done\n\t: x", "cut": 3},
    ),
    Script("inferred", {"text": "Quillmere harbour counted 538 ships in 2023. Nobody asked why."}),
    Script("no_citation", {"text": "Bridges are painted green in the mountains."}, keeps=True),
    Script(
        "verdicts",
        {
            "text": "Quillmere harbour counted 538 ships in 2023 [1]. It counted 999 ships, or "
            "538, in 2024 [1]. It counted 412 ships in 2022 and 538 ships in 2023 [1][2]. "
            "The harbour counted no ships in 2023 [1]. Pears did well in Osterby [1]."
        },
        keeps=True,
    ),
    Script("half_marker", {"text": "so [1 more", "cut": 5, "hold_at": 1}, act_at='"text":"[1"'),
    Script("verdict_meanwhile", {**SLOW, "hold_at": 7}, act_at="event: verdict"),
    Script("no_evidence", more=NOWHERE, keeps=True),
    Script(
        "no_evidence_found", question="Who composed the opera about Mars colonies?", more=EVERYWHERE
    ),
    Script("one_folder", {"text": CITED}, more={"filters": {"folders": [HARBOURS]}}),
    Script("small_talk", question="hello!", keeps=True),
    Script("catalogue", question="Which reports do you have?", keeps=True),
    Script("which_report", question="What is this report about?", keeps=True),
    Script("blocked", question=UNSAFE, keeps=True),
    Script(
        "follow_up",
        {"text": CITED, "forms": {"RouteCall": {"standalone": SHIPS_2023}}},
        FOLLOW_UP,
        before=FIRST,
        keeps=True,
    ),
    Script(
        "condense_fallback",
        {"text": CITED, "form_text": "no form"},
        FOLLOW_UP,
        before=FIRST,
        keeps=True,
    ),
    Script(
        "condense_unkept",
        {"text": CITED, "aux_text": "How many ships came?"},
        FOLLOW_UP,
        before=FIRST,
    ),
    Script("edited", {"text": CITED}, before=FIRST, replaces=True, keeps=True),
    Script(
        "several_questions",
        {"text": "They were 412 [1], and 31 [2]."},
        BOTH,
        more=EVERYWHERE,
        keeps=True,
    ),
    Script("truncated", {"text": CITED, "finish": "length"}, keeps=True),
    Script("content_filter", {"text": CITED, "finish": "content_filter"}, keeps=True),
    Script("empty_answer", {"text": " \n"}),
    Script("error_at_once", {"fail": "401", "fail_kind": "chat"}, keeps=True),
    Script("error_in_retrieval", {"fail": "500", "fail_kind": "embed"}),
    Script("error_after_retry", {"fail": "500", "fail_kind": "chat"}),
    Script(
        "error_in_mid_stream",
        {"text": CITED, "fail": "error", "fail_kind": "chat", "fail_after": 8},
        keeps=True,
    ),
    Script("retried", {"text": CITED, "fail": "500", "fail_kind": "chat", "fail_times": 1}),
    Script(
        "retrieval_retried", {"text": CITED, "fail": "drop", "fail_kind": "embed", "fail_times": 1}
    ),
    Script("stopped", SLOW, act_at="event: verdict", stops=True, keeps=True),
    Script("stopped_in_retrieval", {"embed_delay": 60}, act_at=SEARCHING, stops=True),
)

STRICT: Sequence[Script] = (
    Script("timed_out", {"text": "Quillmere counted ", "hold_at": 99}, keeps=True),
    Script("no_first_token", {"first_delay": 60}),
    Script("second_opinion", {"text": f"{CITED} So [2].", "aux_text": OPINIONS}),
    Script(
        "blocked_by_model",
        {"forms": {"ScreenCall": {"verdict": "unsafe"}}, "aux_delay": 0.7},
    ),
)

LOCAL: Sequence[Script] = (
    Script("extractive", question=SHIPS_2022, more=EVERYWHERE, keeps=True),
    Script("extractive_follow_up", question=FOLLOW_UP, before={}, more=EVERYWHERE),
    Script("extractive_nothing", question="Who composed operas about Mars?", more=EVERYWHERE),
)
