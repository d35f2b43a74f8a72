"""The dashboard and the rules ask for metrics, labels and values that there are."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from citewire.services.citations.model import VerificationStatus
from citewire.services.telemetry.metrics import described
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import FinishReason

FOLDER = Path(__file__).parents[2] / "deploy/monitoring"
HISTOGRAM = ("_bucket", "_sum", "_count")
OF_PROMETHEUS = {"job", "instance"}
NAME = re.compile(r"\bcitewire_\w+")

Json = dict[str, Any]


def series() -> dict[str, set[str]]:
    """The labels of every series, by its name as it is queried."""
    found: dict[str, set[str]] = {}
    for one in described():
        labels = {*one.labels, *OF_PROMETHEUS}
        if one.kind == "histogram":
            found |= {one.name + end: labels | {"le"} for end in HISTOGRAM}
        else:
            found[one.name] = labels
    return found


def panels() -> list[Json]:
    board = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    return [one for one in board["panels"] if one["type"] != "row"]


def rules() -> list[Json]:
    groups = yaml.safe_load((FOLDER / "rules.yaml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    """What is asked, and where."""
    for panel in panels():
        for target in panel["targets"]:
            asked = target["expr"].replace("$window", "1h").replace("$__range", "1d")
            yield panel["title"], asked.replace("$job", ".+")
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]


EXPRESSIONS = list(expressions())


@pytest.mark.parametrize(("place", "asked"), EXPRESSIONS)
def test_every_metric_that_is_asked_for_is_there(place: str, asked: str) -> None:
    names = set(NAME.findall(asked))

    assert names <= series().keys(), place
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert set(re.findall(r"\bcitewire:[\w:]+", asked)) <= recorded
    assert names or "citewire:" in asked or asked.startswith("up{")


@pytest.mark.parametrize(("place", "asked"), EXPRESSIONS)
def test_every_label_that_is_asked_for_is_there(place: str, asked: str) -> None:
    known = series()
    for name, matchers in re.findall(r"(citewire_\w+)\{([^}]*)\}", asked):
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)) <= known[name], place
    labels = set().union(*(known[name] for name in NAME.findall(asked))) | OF_PROMETHEUS
    for grouped in re.findall(r"\b(?:by|ignoring|on)\s*\(([^)]*)\)", asked):
        assert {one.strip() for one in grouped.split(",")} <= labels, place


@pytest.mark.parametrize(("place", "asked"), EXPRESSIONS)
def test_every_query_can_be_parsed(place: str, asked: str) -> None:
    promql = pytest.importorskip("promql_parser", reason="of the group dev")

    promql.parse(asked)


def test_statuses_and_ends_are_those_of_the_code() -> None:
    asked = " ".join(expression for _, expression in EXPRESSIONS)
    words = {
        label: set(re.split(r"\|", "|".join(re.findall(rf'{label}(?:=|=~|!=)"([^"]+)"', asked))))
        for label in ("status", "reason", "level", "end")
    }

    assert words["status"] <= {
        *get_args(VerificationStatus),
        *("new", "changed", "failed"),
    }
    assert words["reason"] <= set(get_args(FinishReason))
    assert words["level"] - {""} <= set(get_args(Evidence))
    assert words["end"] <= {"done", "stopped", "error"}


def test_every_metric_is_shown_or_alarmed_of_or_named_as_left_out() -> None:
    asked = {name for _, expression in EXPRESSIONS for name in NAME.findall(expression)}
    shown = {one.name for one in described() if any(name.startswith(one.name) for name in asked)}
    left_out = {
        *("citewire_build_info", "citewire_warnings_total", "citewire_open_requests"),
        *("citewire_ingested_passages_total", "citewire_reused_vectors_total"),
        "citewire_suggestions_total",
    }

    assert {one.name for one in described()} - shown == left_out


def test_alerts_say_what_is_wrong_and_how_bad_it_is() -> None:
    for rule in rules():
        if "alert" in rule:
            assert rule["annotations"]["summary"]
            assert rule["labels"]["severity"] in ("warning", "critical")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")
def test_prometheus_takes_the_rules_and_they_fire_when_they_should() -> None:
    for command in (["check", "rules", "rules.yaml"], ["test", "rules", "alerts_test.yaml"]):
        done = subprocess.run(
            ["promtool", *command], cwd=FOLDER, capture_output=True, text=True, check=False
        )

        assert done.returncode == 0, done.stdout + done.stderr
