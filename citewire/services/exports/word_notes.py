"""Real footnotes in a Word document, which python-docx has no words for (ECMA-376, 17.11)."""

from copy import deepcopy
from typing import Any, Final

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
TEXT, REFERENCE = "footnote text", "footnote reference"
"""What Word calls the styles of footnotes."""
_EMPTY: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    b'<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    b'<w:footnote w:type="continuationSeparator" w:id="0">'
    b"<w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote></w:footnotes>"
)


class Footnotes:
    """The footnotes of a document, numbered by Word in the order of the text.

    Args:
        document: in whose text they are referred to.
    """

    def __init__(self, document: Document) -> None:
        _add_styles(document)
        part = document.part
        self._root = parse_xml(_EMPTY)
        self._part = XmlPart(PackURI("/word/footnotes.xml"), CONTENT_TYPE, self._root, part.package)
        part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        _name_separators(document)

    def refer(self, paragraph: Paragraph, number: int) -> None:
        """Put the number of a footnote at the end of a paragraph, for the first time."""
        run = _styled_run("FootnoteReference")
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(number))
        run.append(reference)
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for mark in (start, end):
            mark.set(qn("w:id"), str(number))
        start.set(qn("w:name"), _bookmark(number))
        for element in (start, run, end):
            paragraph._p.append(element)

    def refer_again(self, paragraph: Paragraph, number: int) -> None:
        """Put the number there once more: a footnote has one place, to which this one leads."""
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _bookmark(number))
        run = _styled_run("FootnoteReference")
        # In brackets: unlike Word's own numbers it is copied with the text, and is no digit there.
        run.append(_text(f"[{number}]"))
        link.append(run)
        paragraph._p.append(link)

    def add(self, number: int, text: str, link: str, link_text: str) -> None:
        """Write what a footnote says.

        Args:
            number: of the footnote, from 1.
            text: what it says.
            link: where the passage is shown; may be empty.
            link_text: the words of that link.
        """
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), str(number))
        paragraph = OxmlElement("w:p")
        properties = OxmlElement("w:pPr")
        style = OxmlElement("w:pStyle")
        style.set(qn("w:val"), "FootnoteText")
        properties.append(style)
        own = _styled_run("FootnoteReference")
        own.append(OxmlElement("w:footnoteRef"))
        words = OxmlElement("w:r")
        words.append(_text(f" {text}; " if link else f" {text}"))
        for element in (properties, own, words):
            paragraph.append(element)
        if link:
            paragraph.append(self._link(link, link_text))
        note.append(paragraph)
        self._root.append(note)

    def _link(self, address: str, text: str) -> Any:
        return hyperlink(self._part, address, text)


def hyperlink(part: XmlPart, address: str, text: str, looks: Any = None) -> Any:
    """A link to the web as an element; `looks` are the properties of its run."""
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = OxmlElement("w:r")
    properties = deepcopy(looks) if looks is not None else OxmlElement("w:rPr")
    colour, line = OxmlElement("w:color"), OxmlElement("w:u")
    colour.set(qn("w:val"), "0B57D0")
    line.set(qn("w:val"), "single")
    properties.append(colour)
    properties.append(line)
    run.append(properties)
    run.append(_text(text))
    element.append(run)
    return element


def _text(text: str) -> Any:
    element = OxmlElement("w:t")
    element.set(qn("xml:space"), "preserve")
    element.text = text
    return element


def _bookmark(number: int) -> str:
    return f"note_{number}"


def _styled_run(style: str) -> Any:
    run, properties, name = (OxmlElement(tag) for tag in ("w:r", "w:rPr", "w:rStyle"))
    name.set(qn("w:val"), style)
    properties.append(name)
    run.append(properties)
    return run


def _add_styles(document: Document) -> None:
    text = document.styles.add_style(TEXT, WD_STYLE_TYPE.PARAGRAPH)
    text.element.set(qn("w:styleId"), "FootnoteText")
    text.base_style = document.styles["Normal"]
    text.font.size = Pt(9)
    text.paragraph_format.space_after = Pt(2)
    reference = document.styles.add_style(REFERENCE, WD_STYLE_TYPE.CHARACTER)
    reference.element.set(qn("w:styleId"), "FootnoteReference")
    reference.font.superscript = True


def _name_separators(document: Document) -> None:
    """Tell the settings of the two lines above footnotes, as Word wants it (17.11.9)."""
    settings = document.settings.element
    named = OxmlElement("w:footnotePr")
    for number in ("-1", "0"):
        one = OxmlElement("w:footnote")
        one.set(qn("w:id"), number)
        named.append(one)
    # Where the schema has it: before what Word's own template ends with.
    after = settings.find(qn("w:compat"))
    if after is None:
        settings.append(named)
    else:
        after.addprevious(named)
