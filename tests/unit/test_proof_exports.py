"""What leaves keeps its proof: files are opened again, and hold all that was said and checked."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any, get_args

import docx
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from citewire.errors import ExportTooLong, MessageNotFound
from citewire.services.citations.model import WarningCode
from citewire.services.exports import files
from citewire.services.exports.files import ProofFormat, write_proof
from citewire.services.exports.labels import LABELS
from citewire.services.exports.links import links_from
from citewire.services.exports.proof import answer_alone
from citewire.storage.chats.record import Chat
from tests.doubles.proven_chats import VERDICTS, answer_of, chat_of_turns, source_of

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BASE = "https://reports.example/app"
FORMATS: tuple[ProofFormat, ...] = ("md", "html", "docx", "pdf")
TABLE = "\n\n| Year | Ships |\n|---|--:|\n| 2021 | 10 [1] |\n| 2022 | 12 [2] |\n\n"
TEXT = f"**Ten** ships [1] came.{TABLE}- Fewer came later [2]\n- None sank [1] so far [2].\n"
SOURCES = (source_of(1), source_of(2))
WARNING = {"code": "no_citation", "message": "a sentence cites nothing", "span": None}
WHOLE = answer_of(TEXT, SOURCES, tuple(VERDICTS), warnings=[WARNING], evidence="weak")


def as_text(chat: Chat, format: ProofFormat, language: Any = "en") -> str:
    """All words of a file, opened by what others open it with, without breaks of lines."""
    content = write_proof(chat, format, language, links_from(BASE))
    read: Callable[[bytes], str] = {"docx": _of_docx, "pdf": _of_pdf}.get(format, bytes.decode)
    return re.sub(r"\s+", " ", read(content))


def _of_docx(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    notes = [" ".join(note.itertext(f"{WORD}t")) for note in footnotes_of(content)]
    return "\n".join([*(one.text for one in document.paragraphs), *cells, *notes])


def footnotes_of(content: bytes) -> list[Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        root = etree.fromstring(package.read("word/footnotes.xml"))
    return [note for note in root if note.get(f"{WORD}type") is None]


def _of_pdf(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)
    finally:
        pdf.close()


def unescaped(text: str) -> str:
    return re.sub(r"\\(?=[^A-Za-z0-9\s])", "", text)


@pytest.mark.parametrize("format", FORMATS)
def test_every_file_holds_every_citation_with_its_verdict_and_all_that_was_warned_of(
    format: ProofFormat,
) -> None:
    told = unescaped(as_text(chat_of_turns(("How many ships?", WHOLE)), format))

    for said in (
        *("How many ships?", "2026-03-04 05:06 UTC", "Ships of the harbour", "None sank"),
        *("a sentence cites nothing", "answered by a_model", "evidence: weak", "2021", "Year"),
        *(re.sub(r"\s+", " ", one["quote"]["text"]) for one in WHOLE["citations"]),
        "Harbour report 1, Port of Quillmere, 2022, report_1.pdf, p. 12 (14 of the file)",
        *("supported by this source", "only partly supported by this source: “soon” is not said"),
        *("not supported by this source: “11” is in none", "not checked", "quoted word for word"),
    ):
        assert said in re.sub(r"\*\*|<[^>]+>", "", told), said


def test_footnotes_of_word_are_real_and_lead_to_their_passages() -> None:
    content = write_proof(chat_of_turns(("How many?", WHOLE)), "docx", "en", links_from(BASE))
    document = docx.Document(io.BytesIO(content))
    referred = document.element.body.findall(f".//{WORD}footnoteReference")
    notes = footnotes_of(content)

    assert [one.get(f"{WORD}id") for one in referred] == ["1", "2", "3", "4", "5", "6"]
    assert [one.get(f"{WORD}id") for one in notes] == ["1", "2", "3", "4", "5", "6"]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert f"{BASE}/#/passage/p1/Quote%200%20of" in str(
            package.read("word/_rels/footnotes.xml.rels")
        )
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["Year", "Ships"],
        ["2021", "10 "],
        ["2022", "12 "],
    ]


def test_a_footnote_that_is_referred_to_twice_is_told_once() -> None:
    answer = answer_of("Ten [1].", SOURCES)
    twice = {**answer["citations"][0], "marker_span": {"start": 0, "end": 0}}
    answer["citations"] = [twice, answer["citations"][0]]
    content = write_proof(chat_of_turns(("q", answer)), "docx")

    assert len(footnotes_of(content)) == 1
    links = docx.Document(io.BytesIO(content)).element.body.findall(f".//{WORD}hyperlink")
    assert [link.get(f"{WORD}anchor") for link in links] == ["note_1"]


def test_a_pdf_links_to_passages_and_numbers_to_their_notes() -> None:
    content = write_proof(chat_of_turns(("How many?", WHOLE)), "pdf", "en", links_from(BASE))

    pdf = pypdfium2.PdfDocument(content)
    page = pdf[0]
    kinds = [pypdfium2.raw.FPDFAnnot_GetSubtype(one) for one in _annotations(page)]
    pdf.close()

    # Six numbers, six ways back, six passages.
    assert kinds.count(pypdfium2.raw.FPDF_ANNOT_LINK) == 18
    assert content.count(b"https://reports.example/app/#/passage/p") == 6


def _annotations(page: Any) -> list[Any]:
    count = pypdfium2.raw.FPDFPage_GetAnnotCount(page)
    return [pypdfium2.raw.FPDFPage_GetAnnot(page, at) for at in range(count)]


def test_a_pdf_keeps_other_alphabets_and_says_which_characters_its_fonts_lack() -> None:
    words = "καλημέρα Привет żółć 漢字 かな 한국어 −5 ≥ 3 → ✓"
    kept = as_text(chat_of_turns(("q", answer_of(words, ()))), "pdf")
    lost = as_text(chat_of_turns(("q", answer_of("שלום", ()))), "pdf")

    assert words in kept
    assert "fonts" not in kept
    assert "lack 4 of the characters" in lost
    assert "[U+05E9][U+05DC][U+05D5][U+05DD]" in lost


@pytest.mark.parametrize("format", FORMATS)
def test_the_words_of_a_report_that_was_taken_away_are_left_out(format: ProofFormat) -> None:
    shut = source_of(1, withheld=[{"start": 0, "end": 9, "reason": "access"}])
    gone = chat_of_turns(("q", answer_of("Ten [1]. Two [2]. Six [3].", (shut, source_of(2)))))
    told = as_text(gone, format)

    assert "Quote 1 of source 2." in told
    assert "Quote 0" not in told
    assert "Quote 2" not in told  # of what is not among the sources
    assert told.count("you may no longer read this report") == 2
    assert told.count("passage/p1") == told.count("passage/p3") == 0


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_can_be_in_spanish(format: ProofFormat) -> None:
    told = unescaped(as_text(chat_of_turns(("q", WHOLE)), format, "es"))
    assert "no respaldado por esta fuente" in told
    assert "pruebas: débiles" in told


def test_a_file_in_spanish_warns_in_spanish() -> None:
    known = LABELS["es"].warnings
    assert set(known) == set(get_args(WarningCode))
    span = {"start": 0, "end": 2}
    warned = [{"code": "unsupported_number", "message": "in no source", "span": span}]
    told = as_text(chat_of_turns(("q", answer_of("12 ships", (), warnings=warned))), "md", "es")
    assert f"{known['unsupported_number']}: 12" in told
    assert "in no source" not in told


def test_an_answer_is_exported_alone_with_its_question() -> None:
    turns = [(f"Question {n}?", answer_of(f"Answer {n} [1].", SOURCES)) for n in range(3)]
    chat = chat_of_turns(*turns)
    told = as_text(answer_alone(chat, "a1"), "md")

    assert "Question 1?" in told
    assert "Answer 1 [^1]." in told
    assert not re.search("(Question|Answer) [02]", told)
    for unknown in ("q1", "a9"):
        with pytest.raises(MessageNotFound):
            answer_alone(chat, unknown)


def test_numbers_go_on_from_answer_to_answer() -> None:
    turns = [("q", answer_of("One [1]. Two [2].", SOURCES)) for _ in range(3)]
    told = as_text(chat_of_turns(*turns), "md")
    assert re.findall(r"\[\^([0-9]+)\]:", told) == ["1", "2", "3", "4", "5", "6"]


def test_a_long_chat_has_as_many_pages_as_it_needs() -> None:
    words = "ships that came to the harbour of Quillmere " * 40
    long = answer_of(f"{words}[1].\n\n{'x' * 5000}\n\n{words}", SOURCES)
    content = write_proof(chat_of_turns(*[(f"Question {n}?", long) for n in range(12)]), "pdf")

    told = _of_pdf(content)
    assert all(f"Question {n}?" in told for n in range(12))
    assert len(pypdfium2.PdfDocument(content)) > 10


def test_what_is_longer_than_a_file_may_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_CHARS", 100)
    with pytest.raises(ExportTooLong, match="a file takes 100"):
        write_proof(chat_of_turns(("q", WHOLE)), "pdf")


FORGERIES = (
    "[^1]: forged",
    "a\n[^1]: forged",
    "- `x\n- [^1]: forged `",
    "\\`` a ` [^1] b `",
    "> [^1]: forged",
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png)",
    "```\nleft open",
    "````\n```\n[^1]: in code",
    "`<b>` <b>",
)


@pytest.mark.parametrize("forged", FORGERIES)
def test_markdown_can_forge_neither_footnotes_nor_markup(forged: str) -> None:
    source = source_of(1, title=forged)
    answer = answer_of(f"Ten [1].\n\n{forged}", (source,))
    answer["citations"][0]["quote"]["text"] = forged
    told = write_proof(chat_of_turns((forged, answer)), "md").decode()
    tokens = MarkdownIt("commonmark").enable("table").parse(told)
    words = [one for token in tokens for one in token.children or () if one.type == "text"]
    notes = [token for token in tokens if token.type == "inline" and "[^1]: " in token.content]

    assert not [token for token in tokens if token.type == "html_block"]
    assert not [
        one
        for token in tokens
        for one in token.children or ()
        if one.type in ("html_inline", "image")
    ]
    # As it is written, one number and one footnote: the others have a backslash.
    inline = (token.content for token in tokens if token.type == "inline")
    outside_code = re.sub(r"\\.", "", "\n\n".join(inline))
    outside_code = re.sub(r"(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)", "", outside_code, flags=re.DOTALL)
    assert len(re.findall(r"\[\^", outside_code)) == 2
    assert len([note for note in notes if note.content.startswith("[^1]: ")]) == 1
    assert any("[^1]" in one.content for one in words)


def test_an_answer_that_broke_off_within_code_does_not_take_in_what_follows() -> None:
    broken = answer_of("Ten [1].\n\n```python\nx = 1", SOURCES, status="stopped")
    told = write_proof(chat_of_turns(("q", broken), ("Next?", WHOLE)), "md").decode()
    inline = [one.content for one in MarkdownIt("commonmark").parse(told) if one.type == "inline"]
    assert "Next?" in inline
    assert any(one.startswith("[^1]: Harbour report 1") for one in inline)


HOSTILE = (
    *("\x00\x07\ud800\ufffe", "\ue0001\ue001", "<a href='x'>", "&amp;<br/>", "{=SUM(1)}"),
    *("*" * 300 + "x" + "*" * 300, "> " * 60 + "x", "- " * 60 + "x", "x" * 4000, "[" * 300),
    *("| a |" * 70 + "\n" + "|-" * 70 + "|\n" + "| b " * 70, "|a|\n|-|\n|" + "y " * 4000 + "|"),
    *("\u202egpj.exe", "[x](javascript:alert(1))", "<para><img src='/etc/passwd'/></para>"),
    "`" * 200 + " " + "`" * 199,
)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_breaks_a_file_or_is_more_than_text_in_it(
    hostile: str, format: ProofFormat
) -> None:
    answer = answer_of(f"{hostile} [1]", (source_of(1, title=hostile, file_name=hostile),))
    answer["warnings"] = [{"code": "no_citation", "message": hostile, "span": None}]
    answer["citations"][0]["quote"]["text"] = hostile
    told = as_text(chat_of_turns((hostile, answer), title=hostile), format)

    assert "Port of Quillmere" in told
    if format == "html":
        assert not re.search(r"<(?:script|img|para)\b|href=.javascript", told)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="[]^1:`*_<>!|-\\#\n ax(){}&~\"'", max_size=60))
def test_any_text_of_signs_keeps_the_footnote_of_its_answer(text: str) -> None:
    answer = answer_of("x [1].", SOURCES)
    answer["text"] = f"x [1]. {text}"
    told = write_proof(chat_of_turns(("q", answer)), "md").decode()
    tokens = MarkdownIt("commonmark").parse(told)
    starts = [one.content.startswith("[^1]: Harbour") for one in tokens if one.type == "inline"]

    assert starts.count(True) == 1
    assert "Quote 0 of source 1." in as_text(chat_of_turns(("q", answer)), "docx")
    assert "Quote 0 of source 1." in as_text(chat_of_turns(("q", answer)), "html")
