"""The sample reports: rebuilt byte for byte, marked as fictional, and readable where promised."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
REPORTS = sorted((SAMPLES / "reports").glob("*.pdf"))
LABELS = {
    "annual-report-2023.pdf": ["i", "ii", "1", "2", "3"],
    "annual-report-2024.pdf": ["i", "ii", "1", "2", "3"],
    "informe-sostenibilidad-2024.pdf": ["i", "1", "2", "3"],
    "quay-power-2024.pdf": ["", "", ""],
}
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]


@contextmanager
def opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    with closing(pypdfium2.PdfDocument(path)) as pdf:
        yield pdf


def page_texts(path: Path) -> list[str]:
    """Return the text of each page with every run of white space as one space."""
    with opened(path) as pdf:
        texts = []
        for page in pdf:
            with closing(page), closing(page.get_textpage()) as text:
                texts.append(" ".join(text.get_text_range().split()))
        return texts


def contents(front: str) -> dict[str, str]:
    """Return the pages promised by the table of contents, by heading."""
    listed = front.partition("| Section | Page |\n")[2].partition("\n\n")[0].splitlines()[1:]
    return dict([cell.strip() for cell in line.strip("|").split("|")] for line in listed)


def test_building_the_texts_gives_the_committed_bytes(tmp_path: Path) -> None:
    command = [sys.executable, str(SAMPLES / "build.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)

    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert {path.name: path.read_bytes() for path in REPORTS} == built


def test_the_reports_stay_small() -> None:
    assert sum(path.stat().st_size for path in REPORTS) < 200_000


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_page_says_that_it_is_fictional(path: Path) -> None:
    texts = page_texts(path)

    assert [
        text for text in texts if "Fictional sample. Not a real organisation." not in text
    ] == []


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_cover_opens_with_the_notice(path: Path) -> None:
    assert "FICTIONAL SAMPLE" in page_texts(path)[0][:60]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_page_labels_are_the_ones_intended(path: Path) -> None:
    with opened(path) as pdf:
        assert [pdf.get_page_label(page) for page in range(len(pdf))] == LABELS[path.name]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_metadata_names_title_and_author(path: Path) -> None:
    with opened(path) as pdf:
        metadata = pdf.get_metadata_dict()

    assert metadata["Title"]
    assert metadata["Author"].startswith("Trevanza Harbour Trust (")


@pytest.mark.parametrize("year", [2023, 2024])
def test_contents_name_the_labels_of_the_pages_with_the_headings(year: int) -> None:
    path = SAMPLES / "reports" / f"annual-report-{year}.pdf"
    source = (SAMPLES / "text" / f"annual-report-{year}.md").read_text(encoding="utf-8")
    pages = dict(zip(LABELS[path.name], page_texts(path), strict=True))

    promised = contents(source)

    assert promised
    assert [name for name, label in promised.items() if name not in pages[label]] == []


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_answers_can_be_read_on_the_pages_named(question: dict[str, Any]) -> None:
    texts = page_texts(SAMPLES / "reports" / question["document"])
    named = " ".join(texts[page - 1] for page in question["pages"])

    assert [phrase for phrase in question["answer_contains"] if phrase not in named] == []


def test_accents_survive_extraction() -> None:
    text = page_texts(SAMPLES / "reports" / "informe-sostenibilidad-2024.pdf")[2]

    assert "Íñigo Salvatierra-Moss, biólogo" in text
    assert "cigüeñuela" in text


def test_columns_are_read_one_after_the_other() -> None:
    text = page_texts(SAMPLES / "reports" / "quay-power-2024.pdf")[0]

    assert "which is described under faults. 1 Definitions Shore power" in text


def test_follow_ups_name_the_question_before_them() -> None:
    before = dict(zip((q["id"] for q in QUESTIONS[1:]), QUESTIONS, strict=False))

    follow_ups = {q["id"]: q["follow_up"] for q in QUESTIONS if "follow_up" in q}

    assert follow_ups == {"cargo-2023": before["cargo-2023"]["id"]}
