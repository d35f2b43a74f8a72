"""`citewire eval claims`: labelled claims are read, judged and counted by kind."""

import json
from pathlib import Path

import pytest

from citewire.errors import ConfigurationError
from citewire.scripts.evaluate_claims import evaluate_claims
from citewire.services.evaluation.labelled_claims import (
    Agreement,
    agreements,
    count_verdicts,
    read_labelled_claims,
    verdict_on,
)

TABLE = [
    ["(in millions)", "2023", "2022"],
    ["Net sales", "$4,210", "$3,987"],
    ["Operating income", "612", "540"],
]


def _file(folder: Path, *lines: object) -> Path:
    path = folder / "claims.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_counts_verdicts_by_kind(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        {
            "claim": "Net sales were $4,210 million in 2023.",
            "label": "right",
            "kind": "stated",
            "table": TABLE,
            "paragraphs": ["All figures are of the whole group."],
        },
        {
            "claim": "Net sales were $4,310 million in 2023.",
            "label": "wrong",
            "kind": "digit",
            "table": TABLE,
            "paragraphs": [],
        },
        {
            "claim": "The plant employs 45 people.",
            "label": "wrong",
            "kind": "digit",
            "passages": ["The plant employs 54 people."],
        },
    )
    output = tmp_path / "out.json"
    assert evaluate_claims(path, output=output) == 0
    assert json.loads(output.read_text("utf-8")) == {
        "kinds": {
            "right stated": {"supported": 1, "partial": 0, "unsupported": 0, "unchecked": 0},
            "wrong digit": {"supported": 0, "partial": 0, "unsupported": 2, "unchecked": 0},
        }
    }


def test_takes_a_table_as_the_reader_gives_it(tmp_path: Path) -> None:
    rows = [TABLE[0], *([f"Line {number}", "1", "2"] for number in range(200))]
    line = {"claim": "x", "label": "right", "kind": "stated", "table": rows}
    (claim,) = read_labelled_claims(_file(tmp_path, line))
    assert len(claim.sources) > 1
    for source in claim.sources:
        assert source.table is not None
        assert (source.table.header_rows, source.table.header_columns) == (1, 1)
        assert source.text.startswith("(in millions) | 2023 | 2022\n")


def test_tells_which_line_is_no_claim(tmp_path: Path) -> None:
    path = _file(tmp_path, {"claim": "x", "label": "right", "kind": "y"})
    with pytest.raises(ConfigurationError, match="line 1"):
        list(read_labelled_claims(path))


def test_precision_is_against_the_claims_of_the_other_label() -> None:
    none = {"supported": 0, "partial": 0, "unsupported": 0, "unchecked": 0}
    counts = {
        "right stated": none | {"supported": 8, "partial": 1, "unchecked": 1},
        "wrong digit": none | {"supported": 2, "unsupported": 3},
        "wrong scale": none | {"unchecked": 4},
        "of no label": none | {"supported": 4},
    }
    assert agreements(counts) == {
        "right stated": Agreement(0.8, 0.8),
        "wrong digit": Agreement(0.75, 0.6),
        "wrong scale": Agreement(0.0, 0.0),
    }


def test_the_pairs_of_the_project_are_judged_right_by_kind() -> None:
    path = Path(__file__).with_name("verdict_pairs.jsonl")
    kinds = count_verdicts((one.kind, verdict_on(one)) for one in read_labelled_claims(path))
    agreed = agreements(kinds)
    least = {
        "right verbatim": (0.8, 0.95),
        "right paraphrase": (0.9, 0.9),
        "wrong wrong_number": (0.85, 0.95),
        "wrong negated": (0.8, 0.75),
    }
    too_low = {
        kind: got
        for kind, got in agreed.items()
        for precision, recall in [least.get(kind, (0.75, 0.9))]
        if (got.precision or 0) < precision or got.recall < recall
    }
    assert too_low == {}
    assert sum(sum(counts.values()) for counts in kinds.values()) == 252
