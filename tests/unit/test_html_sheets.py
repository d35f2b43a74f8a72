"""What a style sheet in an HTML page switches off is withheld, what it crosses out is left out."""

from pathlib import Path

import pytest

from citewire.content.report import Report
from citewire.services.reading.html import read_html

GHOST = "Ghost of 66 million"


def read(folder: Path, sheet: str, element: str, tag: str = "<style>") -> Report:
    path = folder / "page.html"
    page = f"<html><head>{tag}{sheet}</style></head><body><p>Seen first.</p>{element}<p>Seen last."
    path.write_text(page, "utf-8")
    return read_html(path)


def withheld(report: Report) -> list[str]:
    return [page.text[span.start : span.end] for page in report.pages for span in page.withheld]


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{display:none}",
        ".X, .x , h6 { color: red; Display : NONE !important }",
        "#top{visibility:hidden}",
        "p.x{display:none}",
        ".y.x{display:none}",
        "/* } */ a{content:'}'} .x{display:none}",
        "@import 'a.css'; .x{display:none}",
        "@media screen{.x{display:none}}",
        ".x{display:block} p.x{display:none}",
        ".x{display:none} .x:hover{display:block}",
        ".x{display:none",
    ],
)
def test_what_a_sheet_switches_off_is_withheld(tmp_path: Path, sheet: str) -> None:
    sheet += "}" if sheet.endswith("none") else ""
    report = read(tmp_path, sheet, f"<p class='x y' id=top>{GHOST}</p>")

    assert withheld(report) == [GHOST]


@pytest.mark.parametrize(
    ("sheet", "tag"),
    [
        (".z{display:none}", "<style>"),
        ("p.x.z, div.x{display:none}", "<style>"),
        ("@media print{.x{display:none}}", "<style>"),
        ("@media (max-width:600px){.x{display:none}}", "<style>"),
        (".x{display:none}", "<style media=print>"),
        (".x{display:none} .y{display:block}", "<style>"),
        (".x{display:none} .tabs .y{display:block}", "<style>"),
        (".menu .x{display:none}", "<style>"),
        (".x:empty{display:none}", "<style>"),
        (":not(.a, .x, .b){display:none}", "<style>"),
        ("body{display:none} *{display:none}", "<style>"),
        ("/* .x{display:none} */", "<style>"),
    ],
)
def test_what_a_screen_shows_is_read(tmp_path: Path, sheet: str, tag: str) -> None:
    report = read(tmp_path, sheet, f"<p class='x y'>{GHOST}</p>", tag)

    assert GHOST in report.pages[0].text
    assert not withheld(report)


def test_what_an_element_says_itself_counts_more(tmp_path: Path) -> None:
    report = read(tmp_path, ".x{display:none}", f"<p class=x style='display:block'>{GHOST}</p>")

    assert not withheld(report)


def test_what_a_sheet_crosses_out_is_left_out_and_told(tmp_path: Path) -> None:
    sheet = ".old{text-decoration: line-through red}"
    report = read(tmp_path, sheet, "<p>It was <span class=old>99</span> 98.</p>")

    assert "It was 98." in report.pages[0].text
    assert any("struck out" in note for note in report.notes)


def test_a_hostile_sheet_is_read_in_time(tmp_path: Path) -> None:
    names = " ".join(f"n{n}" for n in range(300))
    sheet = "".join(f".n{n}.n{m}{{display:none}}" for n in range(150) for m in range(150))
    body = f"<p class='{names[:100]} z'>a</p>" * 3000
    report = read(tmp_path, "{" * 50_000 + "/*" + "}" * 100 + "*/" + sheet, body)

    assert "Seen last." in "".join(page.text for page in report.pages)
