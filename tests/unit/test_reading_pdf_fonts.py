"""Fonts that do not say what they write: no map to Unicode, ligatures as signs, no font at all."""

import struct
from pathlib import Path

import pytest

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.pdf.glyph_names import glyph_names
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import page_of, pdf_of, stream

PLAIN = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
SENTENCE = "The harbour counted many ships that carried grain"


def drawn_font(names: dict[int, str], glyph: int) -> bytes:
    """A font of squares whose glyphs, by code, are called `names`; `glyph` draws the square."""
    differences = b" ".join(b"%d /%s" % (code, name.encode()) for code, name in names.items())
    procedures = b" ".join(b"/%s %d 0 R" % (name.encode(), glyph) for name in names.values())
    first, last = min(names), max(names)
    widths = b" ".join([b"600"] * (last - first + 1))
    return (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 600 700]/FontMatrix[.001 0 0 .001 0 0]"
        b"/CharProcs<<%s>>/Encoding<</Differences[%s]>>/FirstChar %d/LastChar %d/Widths[%s]>>"
        % (procedures, differences, first, last, widths)
    )


SQUARE = stream(b"600 0 0 0 600 700 d1 0 0 600 700 re f")


def text(*lines: str, font: int, y: int = 700) -> bytes:
    """Operators that show lines of Latin-1 in a font."""
    return b"".join(
        b"BT /F%d 12 Tf 60 %d Td <%s> Tj ET\n"
        % (font, y - 16 * n, line.encode("latin-1").hex().encode())
        for n, line in enumerate(lines)
    )


def read(tmp_path: Path, *objects: bytes) -> Report:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(objects))
    return read_pdf(path, ocr="off")


def coded(sentence: str) -> str:
    """`sentence` in the codes of a font without a map."""
    return "".join(chr(1 + ord(letter) % 90) for letter in sentence)


UNMAPPED = drawn_font({code: f"g{code}" for code in range(1, 92)}, 7)


def test_a_file_whose_fonts_have_no_map_is_not_read_silently(tmp_path: Path) -> None:
    content = text(*[coded(SENTENCE)] * 3, font=5)

    with pytest.raises(UnreadableDocument, match="fonts do not say which characters"):
        read(tmp_path, *page_of(content, UNMAPPED, PLAIN), SQUARE)


def test_text_in_one_font_without_a_map_is_left_out_and_told(tmp_path: Path) -> None:
    content = text(coded(SENTENCE), font=5) + text(*[SENTENCE] * 4, font=6, y=600)

    report = read(tmp_path, *page_of(content, UNMAPPED, PLAIN), SQUARE)

    assert report.pages[0].text == "\n".join([SENTENCE] * 4)
    assert any(
        "page 1 has text whose letters the file does not name" in note for note in report.notes
    )


def test_a_font_without_a_map_that_keeps_to_the_usual_codes_is_read(tmp_path: Path) -> None:
    usual = drawn_font({code: f"g{code}" for code in range(32, 127)}, 7)

    report = read(tmp_path, *page_of(text(SENTENCE, font=5), usual, PLAIN), SQUARE)

    assert report.pages[0].text == SENTENCE
    assert report.notes == ()


LIGATURES = (
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
    b"/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[33/g33/g34]>>>>"
)
FIVE = ["!ve of the !rst", "bene!ts were !ne", 'they re"ect a con"ict', "and in" + '"uence o!ces']


def test_signs_in_the_place_of_ligatures_are_put_right_and_told(tmp_path: Path) -> None:
    content = text(*[line.replace(" ", "  ") for line in FIVE], font=5) + text(
        "the benefits of influence", "five offices reflect the first conflict", font=6, y=500
    )

    report = read(tmp_path, *page_of(content, LIGATURES, PLAIN))

    read_text = " ".join(report.pages[0].text.split())
    for word in (
        "five",
        "first",
        "benefits",
        "fine",
        "reflect",
        "conflict",
        "influence",
        "offices",
    ):
        assert word in read_text
    assert "!" not in read_text
    assert any("“!” → “fi”" in note and '“"” → “fl”' in note for note in report.notes)


def test_a_sign_that_makes_no_words_is_left_and_told(tmp_path: Path) -> None:
    report = read(tmp_path, *page_of(text("qa!xz", "bo!kk", font=5), LIGATURES, PLAIN))

    assert "qa!xz" in report.pages[0].text
    assert any("could not be told" in note for note in report.notes)


def test_an_exclamation_mark_that_is_one_stays(tmp_path: Path) -> None:
    lines = ["What a year!", "!rst of all we thank you", "the first of all"]

    report = read(tmp_path, *page_of(text(*lines, font=5), PLAIN))

    assert report.pages[0].text == "\n".join(lines)
    assert report.notes == ()


def cjk(encoding: bytes, ordering: bytes, code: bytes, *, apart: bool) -> list[bytes]:
    pieces = [code[n : n + 2] for n in range(0, len(code), 2)] if apart else [code]
    shown = b"".join(
        b"1 0 0 1 %d 700 Tm <%s> Tj " % (60 + 14 * n, piece.hex().encode())
        for n, piece in enumerate(pieces)
    )
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/%s/DescendantFonts[<<"
        b"/Type/Font/Subtype/CIDFontType2/BaseFont/Song/DW 1000/CIDSystemInfo<<"
        b"/Registry(Adobe)/Ordering(%s)/Supplement 2>>/FontDescriptor<</Type/FontDescriptor"
        b"/FontName/Song/Flags 4/FontBBox[0 -200 1000 900]/Ascent 859/Descent -140>>>>]>>"
        % (encoding, ordering)
    )
    return page_of(b"BT /F5 14 Tf %s ET" % shown, font)


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    ("encoding", "ordering", "codec", "sentence"),
    [
        (b"GBK-EUC-H", b"GB1", "gbk", "公司营业收入比上年增长百分之十五"),
        (b"UniGB-UCS2-H", b"GB1", "utf-16-be", "公司营业收入比上年增长百分之十五"),
        (b"90ms-RKSJ-H", b"Japan1", "cp932", "売上高は前年比で増加し営業利益は"),
        (b"KSCms-UHC-H", b"Korea1", "cp949", "매출액은전년대비증가하였다"),
        (b"ETen-B5-H", b"CNS1", "big5", "公司營業收入比上年增長"),
    ],
)
def test_text_whose_font_is_nowhere_is_read(
    tmp_path: Path, encoding: bytes, ordering: bytes, codec: str, sentence: str, *, apart: bool
) -> None:
    report = read(tmp_path, *cjk(encoding, ordering, sentence.encode(codec), apart=apart))

    [line] = report.pages[0].blocks[0].lines
    assert report.pages[0].text == sentence
    assert (line.x1 - line.x0) * 600 == pytest.approx(14 * len(sentence), abs=15)


def test_columns_from_top_to_bottom_are_read_from_the_right(tmp_path: Path) -> None:
    columns = ["売上高は前年比で十五", "工場は二つあります。"]
    objects = cjk(b"90ms-RKSJ-V", b"Japan1", b"", apart=False)
    shown = b"".join(
        b"BT /F5 14 Tf %d 760 Td <%s> Tj ET "
        % (480 - 24 * n, column.encode("cp932").hex().encode())
        for n, column in enumerate(columns)
    )
    objects[3] = stream(shown)

    [page] = read(tmp_path, *objects).pages

    lines = [line for block in page.blocks for line in block.lines]
    assert [page.text[line.start : line.end] for line in lines] == columns
    assert all(line.y1 - line.y0 > line.x1 - line.x0 and line.turn == 1 for line in lines)


def index(*entries: bytes) -> bytes:
    ends = [1]
    for entry in entries:
        ends.append(ends[-1] + len(entry))
    return struct.pack(">HB", len(entries), 1) + bytes(ends) + b"".join(entries)


def compact_font() -> bytes:
    """Two glyphs after the empty one: f_i at code 33 and f_l at code 36."""
    head, name, strings, rest = b"\1\0\4\1", index(b"A"), index(b"f_i", b"f_l"), index()[:2]

    def top(charset: int, encoding: int, glyphs: int) -> bytes:
        numbers = ((charset, 15), (encoding, 16), (glyphs, 17))
        return b"".join(b"\x1c" + struct.pack(">hB", value, code) for value, code in numbers)

    start = len(head + name + index(top(0, 0, 0)) + strings + rest)
    charset, encoding = b"\0" + struct.pack(">HH", 391, 392), bytes([0, 2, 33, 36])
    glyphs = index(b"\x0e", b"\x0e", b"\x0e")
    places = top(start, start + len(charset), start + len(charset) + len(encoding))
    return head + name + index(places) + strings + rest + charset + encoding + glyphs


def test_the_names_of_glyphs_are_read_from_a_compact_font() -> None:
    names = glyph_names(compact_font())

    assert names.by_code == {33: "f_i", 36: "f_l"}
    assert names.all == {"f_i", "f_l"}


@pytest.mark.parametrize("cut", range(0, len(compact_font()), 7))
def test_a_broken_compact_font_says_nothing_wrong(cut: int) -> None:
    font = compact_font()

    for broken in (font[:cut], font[:cut] + b"\xff" * 9 + font[cut:]):
        assert set(glyph_names(broken).by_code) <= set(range(256))
