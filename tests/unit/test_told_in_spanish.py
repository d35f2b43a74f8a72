"""What is told by its code has words in every language, in the client and in exports."""

import re
from pathlib import Path

import pytest

from citewire.services.citations.verdicts.reasons import REASONS, Reason
from citewire.services.citations.verdicts.sides import OPPOSITES
from citewire.services.exports.labels import LABELS
from citewire.services.exports.proof import _reason
from citewire.text.report_kinds import KINDS

STRINGS = Path(__file__).parents[2] / "frontend" / "src" / "strings"


def told_by(language: str, name: str) -> dict[str, str]:
    """The words of the client by their codes."""
    text = (STRINGS / f"{language}.ts").read_text("utf-8")
    block = re.search(rf"^  {name}: {{\n(.*?)^  }},", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    return dict(re.findall(r'^    "?([\w -]+)"?: "(.*)",$', block[1], re.MULTILINE))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_client_and_exports_have_the_same_words_for_every_reason(language: str) -> None:
    reasons = LABELS[language].reasons  # type: ignore[index]

    assert reasons.keys() == REASONS.keys()
    assert told_by(language, "reasons") == dict(reasons)


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_tells_of_the_same_in_both_languages(code: str) -> None:
    english, spanish = (LABELS[one].reasons[code] for one in ("en", "es"))

    assert sorted(re.findall(r"\{\d\}", english)) == sorted(re.findall(r"\{\d\}", spanish))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_client_has_words_for_every_kind_of_report(language: str) -> None:
    assert told_by(language, "kinds").keys() == set(KINDS)


def test_an_export_says_why_in_its_language_and_of_before_as_it_was_said() -> None:
    reason = Reason("not_held_here", ("11",), is_alone=True)
    sent = {"code": reason.full_code, "facts": list(reason.facts), "reason": str(reason)}

    assert _reason(sent, LABELS["en"]) == str(reason) == "alone: “11” is not in this source"
    assert _reason(sent, LABELS["es"]) == "por sí sola: «11» no está en esta fuente"
    assert _reason({"reason": "it was so"}, LABELS["es"]) == "it was so"


def test_the_sides_of_an_opposite_have_spanish_words_in_the_client_and_in_exports() -> None:
    reason = Reason("opposite", ("down", "up"))
    sent = {"code": reason.full_code, "facts": list(reason.facts), "reason": str(reason)}

    assert LABELS["es"].sides.keys() == OPPOSITES.keys()
    assert told_by("es", "sides") == dict(LABELS["es"].sides)
    assert _reason(sent, LABELS["es"]) == "el pasaje dice lo contrario: bajada, no subida"
    assert _reason(sent, LABELS["en"]) == str(reason)
