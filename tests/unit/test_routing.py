"""Routing and condensing on the labelled messages, by rule and on a model's scripted replies."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from citewire.services.models.openai_chat import WireOpenAI
from citewire.services.models.wire import open_provider
from citewire.workflows.retriever import MAX_TERMS, sought_words
from citewire.workflows.routing.parts import parts_of
from citewire.workflows.routing.plan import Plan, Reply
from citewire.workflows.routing.routers import TERMS_CHARS, ModelRouter, RouteCall, build_router
from citewire.workflows.routing.safety_net import lost
from citewire.workflows.routing.small_talk import wanting_of
from citewire.workflows.screening.rules import concern_of
from citewire.workflows.screening.screens import ModelScreen, ScreenCall
from citewire.workflows.vocabulary.widening import Vocabulary
from tests.doubles.standin_fixtures import Standin
from tests.unit.routing_accuracy import Labelled, accuracy, by_rule, faults, read_messages

FLOORS = {"all": 0.95, "unsafe": 0.9, "injection": 1.0, "question": 0.95, "follow_up": 0.9}
WANTS = {"small_talk": "greeting", "thanks": "thanks", "about": "about"}


@pytest.fixture
async def model(standin: Standin) -> AsyncIterator[WireOpenAI]:
    """The model of the stand-in."""
    async with open_provider(
        base_url=standin.base_url,
        api_key="",
        retries=0,
        first_token_timeout_s=5,
        idle_timeout_s=5,
    ) as provider:
        yield WireOpenAI(provider=provider, model="gpt-4o-mini")


def test_there_are_enough_messages_of_every_kind() -> None:
    told = read_messages()

    assert len(told) >= 150
    assert {one.language for one in told} == {"en", "es", "zh"}
    assert len({one.message for one in told}) == len(told)


@pytest.mark.parametrize("half", ["dev", "held"])
def test_the_rules_are_right_often_enough(half: str) -> None:
    told = accuracy((one, faults(one, by_rule(one))) for one in read_messages(half))

    assert {kind: told[kind] for kind in FLOORS if told[kind] < FLOORS[kind]} == {}


def script(one: Labelled) -> dict[str, Any]:
    """What a model that is right says of a message, in its two forms."""
    verdict = "unsafe" if one.route == "refuse" else "safe"
    standalone = f"{one.message} ({' '.join(one.keeps)})" if one.follow_up else one.message
    parts = [f"{one.message} ({n})" for n in range(one.parts)] if one.parts > 1 else []
    wants = WANTS.get(one.kind, "question")
    called = {"wants": wants, "standalone": standalone, "sub_questions": parts}
    return {"ScreenCall": {"verdict": verdict}, "RouteCall": called}


async def test_the_model_path_follows_what_the_model_says(
    model: WireOpenAI, standin: Standin
) -> None:
    told: list[tuple[Labelled, Sequence[str]]] = []
    screen, router = ModelScreen(model, "answer"), ModelRouter(model, always=True)
    for one in read_messages():
        await standin.configure(forms=script(one))
        assert router.at_once(one.message, one.chat) is None
        decided = await router.ask(one.message, one.chat)
        kept: str | Plan = "reply" if isinstance(decided, Reply) else decided
        refused = screen.refusal(one.message) or await screen.ask(one.message)
        told.append((one, faults(one, "refuse" if refused else kept)))

    assert accuracy(told)["all"] == 1.0


async def test_the_model_may_say_what_to_search_for_beside_the_question(
    model: WireOpenAI, standin: Standin
) -> None:
    called = {"wants": "question", "standalone": "How liquid is Acme?", "sub_questions": []}
    terms = ["current assets", "balance sheet", "x" * 9000]
    await standin.configure(forms={"RouteCall": {**called, "search_terms": terms}})
    plan = await ModelRouter(model).ask("and how liquid?", CHAT)

    assert isinstance(plan, Plan)
    assert plan.terms.startswith("current assets balance sheet")
    assert len(plan.terms) <= TERMS_CHARS
    words = sought_words("How liquid is Acme?", Vocabulary({}), terms=plan.terms)
    assert "balance_sheet" in words.asked
    assert "asset" in words.related
    assert len(words.related) <= MAX_TERMS


async def test_forms_have_a_strict_schema(model: WireOpenAI, standin: Standin) -> None:
    await ModelRouter(model).ask("why?", [])

    [asked] = [one["body"] for one in await standin.requests()]
    [tool] = asked["tools"]
    schema = tool["function"]["parameters"]
    assert (tool["function"]["strict"], schema["additionalProperties"]) == (True, False)
    assert set(schema["required"]) == set(schema["properties"]) == set(RouteCall.model_fields)
    assert asked["tool_choice"]["function"]["name"] == "RouteCall"
    assert not asked.get("stream")


def test_what_the_rules_decide_asks_no_model() -> None:
    router = build_router("auto", forms=NoModel())
    long_ago = read_messages()[-1].chat

    assert isinstance(router.at_once("thanks!", long_ago), Reply)
    assert isinstance(router.at_once("How many ships came to Porto in 2022?", []), Plan)
    assert isinstance(router.at_once("How many ships came to Porto in 2022?", CHAT), Plan)
    assert router.at_once("and in 2023?", CHAT) is None
    assert router.at_once("Who pays for it and what does it cost?", CHAT) is None
    first = router.at_once("Who leads Acme and where is its seat?", [])
    assert isinstance(first, Plan)
    assert len(first.parts) == 2


class NoModel:
    """A model that must not be asked."""

    async def afill(self, messages: object, form: object) -> Any:
        """Fail."""
        raise AssertionError


CHAT = Labelled("", "", "", "", "", history=["What was Acme's revenue in 2024?"]).chat


def test_with_rules_alone_the_plain_prompt_condenses() -> None:
    router = build_router("rules", forms=NoModel())

    plan = router.at_once("and in 2023?", CHAT)

    assert plan == Plan(None, was_condensed=True)


@pytest.mark.parametrize(
    ("original", "rewritten", "missing"),
    [
        ("and in 2023?", "What was the revenue in 2023?", ""),
        ("and in 2023?", "What was the revenue in 2024?", "2023 is missing"),
        ("and 3.5 %?", "What of 35 %?", "3.5 is missing"),
        ("and for Acme Lines?", "What was the revenue of Borealis?", "Acme is missing"),
        ("and for ACME?", "What was the revenue of Acme?", ""),
        ("and not in Spain?", "What was the revenue in Spain?", "the negation is missing"),
        ("and without Porto?", "What was the revenue excluding Porto?", ""),
        ("¿y en 2022?", "What was the revenue in 2022?", "another language"),
        ("and in 2022?", "¿Cuáles fueron los ingresos en 2022?", "another language"),
        ("¿y en 2022?", "¿Cuáles fueron los ingresos en 2022?", ""),
        ("那2022年呢？", "What was the revenue in 2022?", "another language"),
        ("那2022年呢？", "远洋集团2022年的营业收入是多少？", ""),
        ("没有分红的是哪些？", "远洋集团有分红的公司是哪些？", "the negation is missing"),
        ("Wie hoch waren die Kosten des Hafens 2022?", "What did it cost in 2022?", "another"),
        ("and in 2022?", f"What was the revenue in 2022? {'More of it. ' * 100}", "it has become"),
        ("", "", ""),
    ],
)
def test_a_rewritten_question_may_lose_nothing(original: str, rewritten: str, missing: str) -> None:
    told = lost(original, rewritten)

    assert told.startswith(missing) if missing else told == ""


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("Where and when was it founded?", 0),
        ("Really? What did they do?", 0),
        ("What was the profit? Round your answer to two decimals?", 0),
        ("I like how it looks and how it works", 0),
        ("Who leads it? When did she start? And where?", 2),
        ("apples? pears? plums? figs? olives?", 0),
        ("", 0),
        ("???", 0),
    ],
)
def test_only_real_questions_are_parts(message: str, count: int) -> None:
    assert len(parts_of(message)) == count


@pytest.mark.parametrize(
    "message",
    [
        "What does the report say about how to make bombs safe after the war?",
        "How many bombs did the navy make in 2021?",
        "Who was killed in the explosion at the plant?",
        "What is the company's policy on harassment and abuse?",
        "How did malware get into the servers of the port?",
        "¿Cuántas personas murieron por bombas en 1938?",
        "Did the auditors kill the project?",
        "Is the idiot board mentioned?",
    ],
)
def test_reports_may_be_about_terrible_things(message: str) -> None:
    assert concern_of(message) is None


@pytest.mark.parametrize(
    "message", ["hi " * 2000, "how do i " * 900, "a" * 8000, "what and " * 900, "你" * 8000]
)
def test_long_messages_take_no_time(message: str) -> None:
    concern_of(message)
    wanting_of(message)
    parts_of(message)
    lost(message, message)


def test_every_form_can_be_filled_in() -> None:
    assert ScreenCall(verdict="safe").verdict == "safe"
