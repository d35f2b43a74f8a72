"""Word files: what Word shows is read: Read, each thing once and in its place, and nothing else."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from citewire.content.report import Report
from citewire.content.table import Grid, Table, rows_of
from citewire.errors import UnreadableDocument
from citewire.services.reading.read import read_report
from tests.doubles.word_files import NAMES, cell, p, part, row, run, tbl, write_word
from tests.grids import broken, grids, marked, rows_of_grid, shape

Read = Callable[..., Report]

STRIKE, RAISED = "<w:strike/>", '<w:vertAlign w:val="superscript"/>'
BOX = "<w:txbxContent>{}</w:txbxContent>"


def styled(name: str) -> str:
    return f'<w:pStyle w:val="{name}"/>'


def style(identity: str, inside: str, kind: str = "paragraph") -> str:
    return f'<w:style w:type="{kind}" w:styleId="{identity}">{inside}</w:style>'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reader(body: str, types: dict[str, str] | None = None, **parts: str | bytes) -> Report:
        named = {name.replace("__", "."): content for name, content in parts.items()}
        return read_report(write_word(tmp_path / "a.docx", body, named, types))

    return reader


def texts(report: Report) -> list[str]:
    return [page.text[block.start : block.end] for page in report.pages for block in page.blocks]


def table_of(report: Report, page: int = 0, block: int = 0) -> Table:
    table = report.pages[page].blocks[block].table
    assert table is not None
    return table


def shown(report: Report) -> list[str]:
    """The texts of all pages without what is withheld."""
    hidden = {(page.number, one.start) for page in report.pages for one in page.withheld}
    return [
        page.text[block.start : block.end]
        for page in report.pages
        for block in page.blocks
        if (page.number, block.start) not in hidden
    ]


SYMBOL = '<w:r><w:sym w:font="Symbol" w:char="F0{}"/></w:r>'
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (p("in 2023", "<w:r><w:noBreakHyphen/><w:t>24</w:t></w:r>"), "in 2023-24"),
        (p("<w:r><w:noBreakHyphen/><w:t>15 million</w:t></w:r>"), "-15 million"),
        (p("har<w:softHyphen/>bour".replace("<w:", "</w:t><w:").replace("/>b", "/><w:t>b")),
         "harbour"),
        (p("<w:r><w:t>one</w:t><w:cr/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r>"),
         "one\ntwo\nthree"),
        (p("Left", '<w:r><w:ptab w:alignment="right"/></w:r>', "Right"), "Left\tRight"),
        (p("is ", SYMBOL.format("B1"), "5 and ", SYMBOL.format("B3"), "40"), "is ±5 and ≥40"),
        (p('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t> done</w:t></w:r>'), "✓ done"),
        (p('a<w:x/>'.replace("<w:x/>", ""), '<w:r><w:sym w:font="Wingdings" w:char="F030"/></w:r>',
           "b"), "a b"),
        (p(run("m", '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'), "g"), "μg"),
        (p("5 \uf0b3 4"), "5 ≥ 4"),
        (p("Revenue 12.5", run("1", RAISED), " million"), "Revenue 12.5 [1] million"),
        (p("Price 320", run("3", RAISED), "a ton"), "Price 320 [3] a ton"),
        (p("10", run("-6", RAISED), " bar, 10", run("6", RAISED), " m", run("2", RAISED)),
         "10^-6 bar, 10^6 m^2"),
        (p("CO", run("2", '<w:vertAlign w:val="subscript"/>')), "CO2"),
        (p("the 1", run("st", RAISED), " of May"), "the 1st of May"),
        (p("price ", run("40", STRIKE), "55"), "price 55"),
        (p("price ", run("40", "<w:dstrike/>"), "55"), "price 55"),
        (p("price ", run("40", '<w:strike w:val="0"/>')), "price 40"),
        (p("A ", "<w:del><w:r><w:delText>40</w:delText></w:r></w:del>",
           f"<w:ins>{run('55')}</w:ins>"), "A 55"),
        (p("B", f"<w:moveFrom>{run('gone')}</w:moveFrom>", f"<w:moveTo>{run(' here')}</w:moveTo>"),
         "B here"),
        (p(f'<w:fldSimple w:instr="REF x">{run("Table 3")}</w:fldSimple>', " shows"),
         "Table 3 shows"),
        (p(FIELD.format("begin"), "<w:r><w:instrText>PAGEREF x</w:instrText></w:r>",
           run("no"), FIELD.format("separate"), run("12"), FIELD.format("end"), " pages"),
         "12 pages"),
        (p(FIELD.format("begin"), run("IF"), FIELD.format("begin"), run("x"),
           FIELD.format("separate"), run("y"), FIELD.format("end"), FIELD.format("separate"),
           run("result"), FIELD.format("end")), "result"),
        (p('<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="1"/>'
           "</w:checkBox></w:ffData></w:fldChar></w:r>", FIELD.format("end"), " yes"), "☒ yes"),
        (p(f"<w:hyperlink><w:smartTag><w:smartTagPr/>{run('link')}</w:smartTag></w:hyperlink>",
           f"<w:sdt><w:sdtContent>{run(' held')}</w:sdtContent></w:sdt>",
           f"<w:customXml>{run(' custom')}</w:customXml>", f"<w:bdo>{run(' turned')}</w:bdo>"),
         "link held custom turned"),
        (p(run("Capitals", "<w:caps/>"), run(" small", "<w:smallCaps/>")), "Capitals small"),
        (p("<w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r>"
           "<w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r>", "は"), "東京は"),
        (f"<w:customXml>{p('block in custom')}</w:customXml>", "block in custom"),
        (f"<w:ins>{p('inserted')}</w:ins><w:del>{p('taken out')}</w:del>", "inserted"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{p('held')}</w:sdtContent></w:sdt>", "held"),
        (f"<mc:AlternateContent><mc:Choice>{p('one')}</mc:Choice><mc:Fallback>{p('one')}"
         "</mc:Fallback></mc:AlternateContent>", "one"),
        (p("Price is ", look="<w:rPr><w:del/></w:rPr>") + p("55 euros"), "Price is 55 euros"),
    ],
)  # fmt: skip
def test_the_text_of_a_paragraph_is_what_word_shows(
    read: Read, paragraph: str, expected: str
) -> None:
    assert texts(read(paragraph)) == [expected]


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        (p("price ", run("40", STRIKE), "55"), True),
        (p("A ", "<w:del><w:r><w:delText>40</w:delText></w:r></w:del>"), True),
        (p("A ") + f"<w:del>{p('taken out')}</w:del>", True),
        (p("B", f"<w:moveFrom>{run('x')}</w:moveFrom>", f"<w:moveTo>{run('x')}</w:moveTo>"), False),
        (p("A ", f"<w:ins>{run('55')}</w:ins>"), False),
    ],
)
def test_struck_and_deleted_text_is_told(read: Read, body: str, is_told: bool) -> None:
    told = "text that is struck out, or was deleted by a tracked change, is left out"

    assert read(body).notes == (told,) * is_told


STYLES = part(
    "w:styles",
    style("Old", '<w:name w:val="Old"/><w:rPr><w:strike/></w:rPr>')
    + style("Older", '<w:name w:val="Older"/><w:basedOn w:val="Old"/>')
    + style("New", '<w:basedOn w:val="Older"/><w:rPr><w:strike w:val="0"/></w:rPr>')
    + style("Crossed", "<w:rPr><w:strike/></w:rPr>", "character")
    + style("Mark", f"<w:rPr>{RAISED}</w:rPr>", "character")
    + style("Secret", "<w:rPr><w:vanish/></w:rPr>", "character")
    + style("Loop", '<w:basedOn w:val="Loop2"/>')
    + style("Loop2", '<w:basedOn w:val="Loop"/>')
    + style("H", '<w:name w:val="heading 1"/>')
    + style("Own", '<w:name w:val="Chapter"/><w:basedOn w:val="H"/>')
    + style("Outlined", '<w:name w:val="X"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr>')
    + style("NotInToc", '<w:basedOn w:val="Outlined"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
    + style("Caption", '<w:name w:val="caption"/>'),
)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (p("a", look=styled("Old")) + p("kept"), ["kept"]),
        (p("a", look=styled("Older")) + p("kept"), ["kept"]),
        (p("a", look=styled("New")), ["a"]),
        (p(run("a", '<w:rStyle w:val="Crossed"/>'), "kept"), ["kept"]),
        # Word: two styles that both switch it on switch it off.
        (p(run("a", '<w:rStyle w:val="Crossed"/>'), "b", look=styled("Old")), ["a"]),
        (p("12.5", run("1", '<w:rStyle w:val="Mark"/>')), ["12.5 [1]"]),
        (p("a", run("b", '<w:rStyle w:val="Secret"/>')), ["a"]),
        (p("a", look=styled("Loop")), ["a"]),
    ],
)
def test_looks_are_inherited_through_styles(
    read: Read, paragraph: str, expected: list[str]
) -> None:
    assert shown(read(paragraph, styles__xml=STYLES)) == expected


def test_headings_are_told_by_name_base_and_outline(read: Read) -> None:
    body = "".join(p(name, look=styled(name)) for name in ("H", "Own", "Outlined", "NotInToc"))
    direct = p("direct", look='<w:outlineLvl w:val="0"/>')
    blocks = read(body + direct, styles__xml=STYLES).pages[0].blocks

    assert [block.kind for block in blocks] == ["heading"] * 3 + ["text", "heading"]


SHAPE = f"<w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict>"
FLOATING = (
    "<w:drawing><wp:anchor><wps:wsp><wps:txbx>{}</wps:txbx></wps:wsp></wp:anchor></w:drawing>"
)
FORMS = (
    "<mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback>"
    "</mc:AlternateContent>"
)


def test_text_boxes_stand_after_their_paragraph_and_once(read: Read) -> None:
    inside = p("Key figures") + p("Revenue 12") + p("34 staff left")
    box = FORMS.format(FLOATING.format(BOX.format(inside)), SHAPE.format(inside))
    body = p("Revenue grew in all", f"<w:r>{box}</w:r>", " regions.") + p("Next.")

    assert texts(read(body)) == [
        "Revenue grew in all regions.", "Key figures", "Revenue 12", "34 staff left", "Next.",
    ]  # fmt: skip


def test_boxes_in_groups_and_in_boxes_are_read(read: Read) -> None:
    inner = f"<w:r>{SHAPE.format(p('inner'))}</w:r>"
    group = f"<w:r><w:pict><v:group>{SHAPE.format(p('a', inner))}{SHAPE.format(p('b'))}"
    table = SHAPE.format(tbl(row("x", "1"), row("y", "2")))
    body = p("Text", f"{group}</v:group></w:pict></w:r>", f"<w:r>{table}</w:r>")

    assert texts(read(body)) == ["Text", "a", "inner", "b", "x | 1\ny | 2"]


def test_a_box_in_the_line_is_told_in_the_line(read: Read) -> None:
    box = FLOATING.replace("anchor", "inline").format(BOX.format(p("OK")))

    assert texts(read(p("Press", f"<w:r>{box}</w:r>", "twice"))) == ["Press OK twice"]


def test_wordart_is_text_in_the_body_and_a_watermark_in_a_header(read: Read) -> None:
    art = '<w:r><w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict></w:r>'
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1.xml"/></w:sectPr>'

    assert texts(read(p("Words", art))) == ["Words", "DRAFT"]
    assert texts(read(p("Words") + section, header1__xml=part("w:hdr", p(art)))) == ["Words"]


def note(identity: int, text: str, tag: str = "footnote") -> str:
    return f'<w:{tag} w:id="{identity}">{p("<w:r><w:footnoteRef/></w:r>", text)}</w:{tag}>'


def reference(identity: int, tag: str = "footnote", more: str = "") -> str:
    look = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    return f'<w:r>{look}<w:{tag}Reference w:id="{identity}" {more}/></w:r>'


def test_notes_stand_at_the_end_with_their_marks(read: Read) -> None:
    footnotes = part("w:footnotes", note(0, "line") + note(7, "Without oil.") + note(9, "Net."))
    endnotes = part("w:endnotes", note(3, "See annex.", "endnote"))
    body = p("Traffic rose by 8", reference(9), " per cent", reference(7), "(net)") + p(
        "More", reference(3, "endnote")
    )

    assert texts(read(body, footnotes__xml=footnotes, endnotes__xml=endnotes)) == [
        "Traffic rose by 8 [1] per cent [2](net)", "More [i]",
        "[1] Net.", "[2] Without oil.", "[i] See annex.",
    ]  # fmt: skip


def test_footnotes_stand_on_the_page_of_their_mark(read: Read) -> None:
    footnotes = part("w:footnotes", note(1, "First.") + note(2, "Second.") + note(3, "Third."))
    new_page = "<w:r><w:lastRenderedPageBreak/></w:r>"
    table = tbl(row("a", cell(p("1", reference(2)))), row(cell(p(new_page, "b")), "2"))
    body = p("One", reference(1)) + table + p("Two", reference(3))

    assert [page.text for page in read(body, footnotes__xml=footnotes).pages] == [
        "One [1]\n\na | 1 [2]\n\n[1] First.\n\n[2] Second.",
        "b | 2\n\nTwo [3]\n\n[3] Third.",
    ]


def test_a_mark_of_the_authors_own_is_kept_and_not_counted(read: Read) -> None:
    own = '<w:r><w:footnoteReference w:id="1" w:customMarkFollows="1"/><w:t>*</w:t></w:r>'
    footnotes = part("w:footnotes", note(1, "Estimated.") + note(2, "Net."))

    assert texts(read(p("12", own, " and 13", reference(2)), footnotes__xml=footnotes)) == [
        "12 [*] and 13 [1]", "[*] Estimated.", "[1] Net.",
    ]  # fmt: skip


def test_notes_that_are_missing_are_told(read: Read) -> None:
    report = read(p("12", reference(1)))

    assert (texts(report), report.notes) == (
        ["12 [1]"],
        ("the file is damaged: its footnotes cannot be found",),
    )


def test_comments_are_told_as_such_at_the_end(read: Read) -> None:
    comment = f'<w:comment w:id="0" w:author="A. Ruiz">{p("Wrong:")}{p("6 per cent.")}</w:comment>'
    body = p("Traffic rose.", '<w:r><w:commentReference w:id="0"/></w:r>') + p("End.")

    assert texts(read(body, comments__xml=part("w:comments", comment))) == [
        "Traffic rose.", "End.", "Comment (A. Ruiz): Wrong: 6 per cent.",
    ]  # fmt: skip


def margins(*references: str, more: str = "") -> str:
    rows = "".join(
        f'<w:{tag}Reference w:type="{kind}" r:id="{name}.xml"/>'
        for tag, kind, name in (one.split() for one in references)
    )
    return f"<w:sectPr>{rows}{more}</w:sectPr>"


def test_headers_and_footers_are_told_once_on_the_first_page_that_shows_them(read: Read) -> None:
    new_page = "<w:r><w:lastRenderedPageBreak/></w:r>"
    first = margins("header default header1", "footer default footer1")
    second = margins("header first header2", "header even header3", more="<w:titlePg/>")
    body = (
        p("One") + p(new_page, "Two", look=first) + p(new_page, "Three") + p(new_page, "Four")
    ) + second
    report = read(
        body,
        header1__xml=part("w:hdr", p("Preliminary figures")),
        header2__xml=part("w:hdr", p("Annex")),
        header3__xml=part("w:hdr", p("never shown")),
        footer1__xml=part("w:ftr", p("3")),
    )

    assert [page.text for page in report.pages] == [
        "One\n\nPreliminary figures", "Two", "Three\n\nAnnex", "Four",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("equation", "expected"),
    [
        ("<m:f><m:num>{480}</m:num><m:den>{12}</m:den></m:f>", "480/12"),
        ("{C=}<m:f><m:num>{a+b}</m:num><m:den>{2c}</m:den></m:f>", "C = (a+b)/2c"),
        ("<m:sSup><m:e>{x}</m:e><m:sup>{2}</m:sup></m:sSup>{+1}", "x^2+1"),
        ("<m:sSub><m:e>{x}</m:e><m:sub>{i+1}</m:sub></m:sSub>", "x_(i+1)"),
        ("<m:rad><m:deg/><m:e>{n}</m:e></m:rad>", "√n"),
        ("<m:rad><m:deg>{3}</m:deg><m:e>{8}</m:e></m:rad>", "8^(1/3)"),
        ('<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{i=1}</m:sub><m:sup>{n}</m:sup>'
         "<m:e>{x}</m:e></m:nary>", "∑_(i = 1)^n x"),
        ("<m:d><m:e>{a}</m:e><m:e>{b}</m:e></m:d>", "(a|b)"),
        ('<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr><m:e>{a}</m:e></m:d>', "[a"),
        ("<m:func><m:fName>{log}</m:fName><m:e><m:d><m:e>{x}</m:e></m:d></m:e></m:func>",
         "log(x)"),
        ("<m:m><m:mr><m:e>{1}</m:e><m:e>{2}</m:e></m:mr><m:mr><m:e>{3}</m:e><m:e>{4}</m:e></m:mr>"
         "</m:m>", "[1, 2; 3, 4]"),
        ("<m:unknown>{39.5}</m:unknown>{1}", "39.5 1"),
    ],
)  # fmt: skip
def test_equations_are_told_on_one_line(read: Read, equation: str, expected: str) -> None:
    inside = re.sub(r"\{([^}]*)\}", r"<m:r><m:t>\1</m:t></m:r>", equation)

    assert texts(read(p("Cost", f"<m:oMath>{inside}</m:oMath>", "euros"))) in (
        [f"Cost {expected} euros"], [f"Cost {expected}euros"], [f"Cost{expected} euros"],
        [f"Cost{expected}euros"],
    )  # fmt: skip
    assert texts(read(f"<m:oMathPara><m:oMath>{inside}</m:oMath></m:oMathPara>")) == [expected]


def level(number: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


LISTS = part(
    "w:numbering",
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "decimal", "%1.", '<w:pStyle w:val="H1"/>')
    + level(1, "decimal", "%1.%2", '<w:pStyle w:val="H2"/>')
    + level(2, "lowerLetter", "%3)")
    + level(3, "lowerRoman", "(%4)", '<w:suff w:val="nothing"/>')
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "\uf0b7")
    + level(1, "upperRoman", "%2.")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/>'
    + '</w:abstractNum><w:abstractNum w:abstractNumId="3"><w:numStyleLink w:val="Round"/>'
    + "</w:abstractNum>"
    + '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    + '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    + '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    + '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    + '<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>'
    + '<w:num w:numId="5"><w:abstractNumId w:val="3"/></w:num>',
)
LIST_STYLES = part(
    "w:styles",
    style("H1", '<w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
    + style("H2", '<w:basedOn w:val="H1"/>')
    + style("L", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>', "numbering")
    + style("Round", '<w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr>', "numbering"),
)


def item(text: str, number: int, at: int = 0) -> str:
    return p(text, look=f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>')


def test_lists_and_headings_have_the_numbers_that_word_shows(read: Read) -> None:
    body = (
        p("Purpose", look=styled("H1")) + p("Scope", look=styled("H2"))
        + p("Terms", look=styled("H2")) + item("a", 1, 2) + item("b", 1, 2) + item("c", 1, 3)
        + p("Method", look=styled("H1")) + p("Data", look=styled("H2")) + item("a", 1, 2)
        + item("dot", 2) + item("two", 2, 1) + item("five", 3) + item("six", 3)
        + item("linked", 4) + item("round", 5) + item("none", 0)
        + p("off", look=styled("H1") + '<w:numPr><w:numId w:val="0"/></w:numPr>')
    )  # fmt: skip

    assert texts(read(body, styles__xml=LIST_STYLES, numbering__xml=LISTS)) == [
        "1. Purpose", "1.1 Scope", "1.2 Terms", "a) a", "b) b", "(i)c", "2. Method", "2.1 Data",
        "a) a", "• dot", "I. two", "5. five", "6. six", "7. linked", "round", "none", "off",
    ]  # fmt: skip


SPAN, START, ON = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def grid(report: Report, number: int = 0) -> list[str]:
    return [
        page.text[block.start : block.end]
        for page in report.pages
        for block in page.blocks
        if block.table is not None
    ][number].split("\n")


def test_merged_and_empty_cells_keep_their_places(read: Read) -> None:
    table = tbl(
        row(cell("Unit", START), cell("2023", SPAN), cell("2024", SPAN)),
        row(cell("", ON), "Plan", "Actual", "Plan", "Actual"),
        row("Steel", "10", "", "12", "13"),
        row("last", "9", look='<w:gridBefore w:val="3"/>'),
        row("first", "8", look='<w:gridAfter w:val="3"/>'),
    )
    report = read(table)
    found = report.pages[0].blocks[0].table

    assert grid(report) == [
        "Unit | 2023 | 2023 | 2024 | 2024", "Unit | Plan | Actual | Plan | Actual",
        "Steel | 10 |  | 12 | 13", " |  |  | last | 9", "first | 8 |  |  | ",
    ]  # fmt: skip
    assert found is not None
    assert (found.header_rows, found.header_columns) == (2, 1)


def test_rows_and_cells_in_wrappers_are_rows_and_cells(read: Read) -> None:
    held = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    table = tbl(
        row("Region", "Orders", "Margin"),
        row("North", held.format(cell("410")), "12 %"),
        held.format(f"<w:customXml>{row('South', '275', '9 %')}</w:customXml>"),
        f"<w:ins>{row('East', '80', '1 %')}</w:ins>",
        row("Gone", "1", "2", look="<w:del/>"),
    )

    assert grid(read(table)) == [
        "Region | Orders | Margin", "North | 410 | 12 %", "South | 275 | 9 %", "East | 80 | 1 %",
    ]  # fmt: skip


def test_what_stands_in_the_hidden_cells_of_a_merged_one_is_hidden(read: Read) -> None:
    report = read(tbl(row(cell("a", START), "1"), row(cell("secret", ON), "2")))

    assert grid(report) == ["a | 1", "a | 2"]
    assert [one.reason for one in report.pages[0].withheld] == ["hidden"]


def test_a_table_in_a_cell_follows_its_table_or_is_text(read: Read) -> None:
    inner = tbl(row("x", "1"), row("y", "2"))
    small = tbl(row("only", "line"))
    table = tbl(row("Name", "Value"), row(cell(p("a") + inner + p("")), cell(small + p("b"))))

    assert texts(read(table)) == ["Name | Value\na | only line b", "x | 1\ny | 2"]


def test_a_frame_of_one_cell_is_no_table(read: Read) -> None:
    report = read(tbl(row(cell(p("One.") + p("Two.")))))

    assert [(block.kind, block.table) for block in report.pages[0].blocks] == [("text", None)] * 2


def test_heads_are_those_that_repeat_on_each_page(read: Read) -> None:
    head = "<w:tblHeader/>"
    rows = [row("12", "13", look=head), row("14", "15", look=head), row("a", "1"), row("b", "2")]

    assert table_of(read(tbl(*rows))).header_rows == 2


def test_heads_are_those_that_the_style_shows_otherwise(read: Read) -> None:
    shown_otherwise = '<w:tblStylePr w:type="{}"><w:rPr><w:b/></w:rPr></w:tblStylePr>'
    inside = shown_otherwise.format("firstRow") + shown_otherwise.format("firstCol")
    styles = part("w:styles", style("T", inside, "table"))
    look = '<w:tblStyle w:val="T"/><w:tblLook w:val="00A0"/>'
    found = read(tbl(row("1", "2"), row("3", "4"), look=look), styles__xml=styles)

    assert table_of(found).header_rows == 1


def test_captions_belong_to_the_table_below_or_above(read: Read) -> None:
    table, caption = tbl(row("a", "1"), row("b", "2")), styled("Caption")
    body = (
        p("Table 1: Ships", look=caption) + table + p("Words.") + table
        + p("Table 2: Grain", look=caption) + p("Figure 1: Map", look=caption) + table
    )  # fmt: skip
    page = read(body, styles__xml=STYLES).pages[0]
    tables = [block.table for block in page.blocks if block.table]
    captions = [page.text[slice(*table.caption)] if table.caption else "" for table in tables]

    assert captions == ["Table 1: Ships", "Table 2: Grain", ""]
    assert page.text.count("Figure 1: Map") == page.text.count("Table 2") == 1


def test_a_table_over_pages_is_on_its_pages(read: Read) -> None:
    new_page = "<w:r><w:lastRenderedPageBreak/></w:r>"
    report = read(
        p("Before")
        + tbl(
            row("Year", "Ships"),
            row("2021", "1"),
            row(cell(p(new_page, "2022")), "2"),
            row(cell(p("20") + p(new_page, "23")), "3"),
            row("2024", "4"),
        )
        + p("After")
    )

    assert [page.text for page in report.pages] == [
        "Before\n\nYear | Ships\n2021 | 1", "2022 | 2\n20 23 | 3", "2024 | 4\n\nAfter",
    ]  # fmt: skip
    tables = table_of(report, 0, 1), table_of(report, 1), table_of(report, 2)
    assert [table.continues for table in tables] == [False, True, True]


CHART = part(
    "c:chartSpace",
    "<c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Ships by year</a:t></a:r></a:p></c:rich>"
    "</c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'>"
    "<c:v>Grain</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache>"
    "<c:pt idx='0'><c:v>2023</c:v></c:pt><c:pt idx='1'><c:v>2024</c:v></c:pt></c:strCache>"
    "</c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx='0'><c:v>400</c:v></c:pt>"
    "<c:pt idx='1'><c:v>410</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart>"
    "</c:plotArea></c:chart>",
)
DIAGRAM = part(
    "dgm:dataModel",
    "<dgm:ptLst><dgm:pt modelId='1'><dgm:t><a:bodyPr/><a:p><a:r><a:t>Plan</a:t></a:r></a:p>"
    "</dgm:t></dgm:pt></dgm:ptLst>",
)


def drawn(inside: str) -> str:
    return (
        f"<w:r><w:drawing><wp:inline><a:graphic>{inside}</a:graphic></wp:inline></w:drawing></w:r>"
    )


def test_charts_and_diagrams_are_read_where_they_stand(read: Read) -> None:
    body = p("See:", drawn('<c:chart r:id="chart1.xml"/>')) + p(
        drawn('<dgm:relIds r:dm="diagram1.xml"/>')
    )

    assert texts(read(body, chart1__xml=CHART, diagram1__xml=DIAGRAM)) == [
        "See:", "Ships by year\n | Grain\n2023 | 400\n2024 | 410", "Plan",
    ]  # fmt: skip


def test_what_cannot_be_read_is_told(read: Read) -> None:
    picture, missing = drawn("<pic:pic/>"), drawn('<c:chart r:id="chart9.xml"/>')
    thing = "<w:r><w:object><v:shape><v:imagedata/></v:shape><o:OLEObject/></w:object></w:r>"
    body = p("Words", picture, picture, missing, thing) + '<w:altChunk r:id="gone"/>'

    assert read(body).notes == (
        "2 pictures were not read",
        "an embedded object was not read",
        "an included file was not read",
        "the file is damaged: its chart cannot be found",
    )


def test_what_a_person_wrote_of_a_picture_is_a_figure(read: Read) -> None:
    frame = '<wp:docPr descr="{}"/><pic:pic/>'
    ships, nothing = "Ships by year: 400 in 2023", "Picture 3"
    image = f'<w:r><w:pict><v:shape alt="{ships}"><v:imagedata/></v:shape></w:pict></w:r>'
    table = tbl(row("a", cell(p("1", drawn(frame.format("A crane"))))), row("b", "2"))
    body = p("x", drawn(frame.format(ships)), drawn(frame.format(nothing)), image) + table
    report = read(body)

    assert texts(report) == ["x", ships, ships, "a | 1\nb | 2", "A crane"]
    assert [block.kind for block in report.pages[0].blocks][1:3] == ["figure"] * 2
    assert report.notes == ("4 pictures were not read",)


def test_included_files_are_read_through_their_readers(read: Read, tmp_path: Path) -> None:
    inner = write_word(tmp_path / "inner.docx", p("From Word") + tbl(row("a", "1"), row("b", "2")))
    page = "<html><body><p>From HTML</p><table><tr><td>x<td>1<tr><td>y<td>2</table>"
    mail = f"MIME-Version: 1.0\nContent-Type: text/html\n\n{page.replace('From', 'Old')}"
    body = "".join(
        p(name) + f'<w:altChunk r:id="{name}"/>' for name in ("c1.html", "c2.docx", "c3.txt")
    )
    report = read(
        body + '<w:altChunk r:id="c4.mht"/>',
        {"html": "text/html", "mht": "message/rfc822", "txt": "text/plain"},
        c1__html=page, c2__docx=inner.read_bytes(), c3__txt="From text", c4__mht=mail,
    )  # fmt: skip

    assert texts(report) == [
        "c1.html", "From HTML", "x | 1\ny | 2", "c2.docx", "From Word", "a | 1\nb | 2",
        "c3.txt", "From text", "Old HTML", "x | 1\ny | 2",
    ]  # fmt: skip
    assert report.notes == ()


def test_files_in_files_end(read: Read, tmp_path: Path) -> None:
    data = b""
    for number in range(8):
        parts = {"c.docx": data} if data else {}
        more = '<w:altChunk r:id="c.docx"/>' if data else ""
        path = write_word(tmp_path / f"{number}.docx", p(f"depth {number}") + more, parts)
        data = path.read_bytes()

    report = read_report(path)

    assert texts(report) == [f"depth {n}" for n in (7, 6, 5, 4)]


def test_hidden_text_is_withheld(read: Read) -> None:
    body = p("Seen", run("unseen", "<w:vanish/>"), run("white", '<w:color w:val="FFFFFF"/>'))
    report = read(body)

    assert shown(report) == ["Seen"]
    assert texts(report) == ["Seen", "unseenwhite"]


def test_properties_tell_title_and_date(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.core_properties.title = "Ships"
    document.add_paragraph("Words of a report")
    file = BytesIO()
    document.save(file)
    (tmp_path / "a.docx").write_bytes(file.getvalue())

    assert read_report(tmp_path / "a.docx").title == "Ships"


def test_all_namespaces_are_declared() -> None:
    assert NAMES.count("xmlns:") == 12


def as_word(drawn: Grid) -> str:
    """A table of Word's that is `drawn`, its cells on several lines and their marks raised."""
    rows: list[dict[int, str]] = [{} for _ in range(drawn.rows)]
    for placed in drawn.cells:
        text, mark = marked(placed.cell.text)
        lines = broken(text, 12)
        words = [
            *(p(line) for line in lines[:-1]),
            p(*lines[-1:], *[run(mark, RAISED)] * bool(mark)),
        ]
        span = f'<w:gridSpan w:val="{placed.cell.columns}"/>'
        is_merged = placed.cell.rows > 1
        rows[placed.row][placed.column] = cell("".join(words), span + START * is_merged)
        for below in range(placed.row + 1, placed.row + placed.cell.rows):
            rows[below][placed.column] = cell("", span + ON)
    heads = "<w:tblHeader/>"
    return tbl(
        *(
            row(*(cells[column] for column in sorted(cells)), look=heads * (n < drawn.header_rows))
            for n, cells in enumerate(rows)
        )
    )


@given(drawn=grids())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_table_is_read_as_it_was_written(read: Read, drawn: Grid) -> None:
    page = read(p("Before") + as_word(drawn) + p("After")).pages[0]
    found = page.blocks[1].table

    assert found is not None
    assert list(rows_of(found, page.text)) == rows_of_grid(drawn)
    assert shape(found) == shape(drawn)
    assert (found.header_rows, found.header_columns) == (drawn.header_rows, drawn.header_columns)


LOOPS = part(
    "w:styles",
    "".join(
        style(
            f"S{n}",
            f'<w:basedOn w:val="S{(n + 1) % 500}"/>'
            f'<w:pPr><w:numPr><w:numId w:val="{n}"/></w:numPr></w:pPr>',
        )
        for n in range(500)
    ),
)
LISTS_IN_CIRCLES = part(
    "w:numbering",
    "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:numStyleLink w:val="S{(n + 1) % 500}"/>'
        f'</w:abstractNum><w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>'
        for n in range(500)
    ),
)
WIDE = cell("x", '<w:gridSpan w:val="999999999"/><w:vMerge w:val="restart"/>')
BEGIN = FIELD.format("begin")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (p(*[run("x")] * 50_000), 50_000),
        (p("x") + p(BEGIN * 20_000) + p("x", BEGIN) * 5_000, 5_001),
        (tbl(row(*[WIDE] * 2_000), row("x")), None),
        (tbl(row("x", cell("x", START)) + row("x", cell("", ON)) * 3_000), None),
        (p("x") + p("<w:r><w:lastRenderedPageBreak/></w:r>" * 5_000), 1),
        (p(*["<w:r><w:t>x</w:t><w:footnoteReference w:id='1'/></w:r>"] * 3_000), None),
        ("".join(p("x", look=styled(f"S{n}")) for n in range(500)), 500),
        (p("x", drawn('<c:chart r:id="chart1.xml"/>') * 3_000), None),
        (p("", look="<w:rPr><w:del/></w:rPr>") * 5_000 + p("x"), 1),
    ],
    ids=["runs", "fields", "wide", "merged", "breaks", "notes", "loops", "charts", "ends"],
)
def test_hostile_files_take_little_time(read: Read, body: str, words: int | None) -> None:
    report = read(
        body,
        styles__xml=LOOPS,
        numbering__xml=LISTS_IN_CIRCLES,
        chart1__xml=CHART,
        footnotes__xml=part("w:footnotes", note(1, "x " * 3_000)),
    )

    found = sum(page.text.count("x") for page in report.pages)
    assert found == words if words is not None else 0 < found < 1_000_000


NESTS = {
    "tables": ("<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc>", "</w:tc></w:tr></w:tbl>"),
    "controls": ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    "boxes": ("<w:p><w:r><w:pict><w:txbxContent>", "</w:txbxContent></w:pict></w:r></w:p>"),
}


@pytest.mark.parametrize("nest", NESTS)
@pytest.mark.parametrize("depth", [300, 20_000])
def test_what_is_nested_without_end_is_read_or_refused(read: Read, nest: str, depth: int) -> None:
    opens, closes = NESTS[nest]
    body = p("above") + opens * depth + p("deep") + closes * depth
    if depth > 1000:
        with pytest.raises(UnreadableDocument, match="nested too deeply"):
            read(body)
        return

    report = read(body)

    assert texts(report) == ["above", "deep"]
    assert report.notes == ("nested too deeply: parts of it are told as plain text",)


@pytest.mark.parametrize(
    "form", ["<m:f><m:num>{}</m:num></m:f>", "<m:sSub><m:sub>{}</m:sub></m:sSub>"]
)
def test_formulas_in_formulas_end(read: Read, form: str) -> None:
    equation = "<m:r><m:t>7</m:t></m:r>"
    for _ in range(200):
        equation = form.format(equation)

    assert "7" in texts(read(p("x", f"<m:oMath>{equation}</m:oMath>")))[0]


def test_a_report_is_read_whole_and_in_its_places(read: Read) -> None:
    new_page = "<w:r><w:lastRenderedPageBreak/></w:r>"
    body = (
        p("Harbour report", look=styled("H"))
        + p("Revenue was 12.5", run("1", RAISED), " million, 2023", reference(1), ".")
        + p(new_page, "Table 1: Ships by year, in thousands", look=styled("Caption"))
        + tbl(
            row(cell("Year", START), cell("Ships", SPAN)),
            row(cell("", ON), "Grain", "Oil"),
            row("2022", "", "(3)"),
            row("2023", "400", "12"),
        )
        + item("Grain rose", 1)
        + item("Oil fell", 1)
        + margins("header default header1")
    )
    report = read(
        body,
        styles__xml=STYLES,
        numbering__xml=LISTS,
        footnotes__xml=part("w:footnotes", note(1, "Unaudited.")),
        header1__xml=part("w:hdr", p("Port of Vigo")),
    )

    assert [page.text for page in report.pages] == [
        "Harbour report\n\nRevenue was 12.5 [1] million, 2023 [1].\n\n[1] Unaudited.\n\n"
        "Port of Vigo",
        "Table 1: Ships by year, in thousands\nYear | Ships | Ships\nYear | Grain | Oil\n"
        "2022 |  | (3)\n2023 | 400 | 12\n\n1. Grain rose\n\n2. Oil fell",
    ]
    assert report.title == "Harbour report"
    table = table_of(report, 1)
    assert (table.header_rows, table.header_columns, table.caption) == (2, 1, (0, 36))
