"""Office files judged by their relationships: what is found, whatever its name."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from pptx import Presentation

from citewire.errors import UnreadableDocument
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.read import read_report

BODY = "Traffic at the harbour rose by 8 per cent in the year under review."
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHOW = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def word_file(path: Path) -> Path:
    document = Document()
    document.add_heading("Harbour report", 1)
    document.add_paragraph(BODY)
    document.save(str(path))
    return path


def slides(path: Path) -> Path:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Harbour report"
    slide.placeholders[1].text = BODY
    presentation.save(str(path))
    return path


MAKERS = {".docx": word_file, ".pptx": slides}


def repacked(
    source: Path,
    name: Callable[[str], str] = lambda name: name,
    content: Callable[[str, bytes], bytes | None] = lambda _, content: content,
) -> Path:
    """A copy of the package with other names and contents; those that are None are left out."""
    path = source.with_name(f"changed{source.suffix}")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            changed = content(part, old.read(part))
            if changed is not None:
                new.writestr(name(part), changed)
    return path


@pytest.fixture(params=MAKERS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return MAKERS[request.param](tmp_path / f"a{request.param}")


def said(path: Path) -> list[str]:
    return [page.text for page in read_report(path).pages]


EXPECTED = [f"Harbour report\n\n{BODY}"]


def test_the_main_part_is_found_wherever_it_lies(source: Path) -> None:
    def moved(name: str) -> str:
        return re.sub(r"(document|presentation)\.xml", r"\g<1>22.xml", name)

    def content(name: str, content: bytes) -> bytes:
        if name.startswith(("_rels", "[")):
            return moved(content.decode()).encode()
        return content

    assert said(repacked(source, moved, content)) == EXPECTED


@pytest.mark.parametrize("change", [str.upper, lambda name: name.replace("/", "\\")])
def test_parts_are_found_in_any_case_and_with_backslashes(
    source: Path, change: Callable[[str], str]
) -> None:
    assert said(repacked(source, change)) == EXPECTED


@pytest.mark.parametrize(
    ("made", "ending", "kind"),
    [
        (".docx", ".docm", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        (".docx", ".dotx", WORD.replace(".document.main", ".template.main")),
        (".docx", ".dotm", "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        (".docx", ".docx", "application/xml"),
        (".pptx", ".pptx", SHOW.replace(".presentation.main", ".slideshow.main")),
        (".pptx", ".pptx", SHOW.replace(".presentation.main", ".template.main")),
        (".pptx", ".pptx", "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
    ],
)
def test_macros_templates_and_shows_are_read(
    tmp_path: Path, made: str, ending: str, kind: str
) -> None:
    def content(name: str, content: bytes) -> bytes:
        if name.startswith("["):
            content = content.replace(WORD.encode(), kind.encode())
            return content.replace(SHOW.encode(), kind.encode())
        return content

    path = repacked(MAKERS[made](tmp_path / f"a{made}"), content=content)

    assert said(path.rename(tmp_path / f"b{ending}")) == EXPECTED


@pytest.mark.parametrize("target", ["NULL", "../media/gone.png", "/word/media/gone.png"])
def test_targets_that_are_missing_are_passed_over(source: Path, target: str) -> None:
    def content(name: str, content: bytes) -> bytes:
        if name.endswith(("document.xml.rels", "slide1.xml.rels")):
            kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
            added = f'<Relationship Id="rId99" Type="{kind}" Target="{target}"/></Relationships>'
            return content.replace(b"</Relationships>", added.encode())
        return content

    assert said(repacked(source, content=content)) == EXPECTED


def strict(_: str, content: bytes) -> bytes:
    rooms = rb"(wordprocessingml|presentationml|drawingml|officeDocument)"
    return re.sub(
        rb"http://schemas.openxmlformats.org/" + rooms + rb"/2006/",
        rb"http://purl.oclc.org/ooxml/\1/",
        content,
    )


def test_strict_open_xml_is_read(source: Path) -> None:
    assert said(repacked(source, content=strict)) == EXPECTED


@pytest.mark.parametrize("coding", ["utf-16", "latin-1"])
def test_parts_in_other_codes_are_read(source: Path, coding: str) -> None:
    def content(name: str, content: bytes) -> bytes:
        if name.endswith(".xml"):
            text = re.sub(r"<\?xml[^>]*\?>", "", content.decode())
            content = f'<?xml version="1.0" encoding="{coding}"?>{text}'.encode(coding, "ignore")
        return content

    assert said(repacked(source, content=content)) == EXPECTED


def test_without_relationships_the_content_type_tells_the_main_part(source: Path) -> None:
    path = repacked(source, content=lambda name, data: None if name == "_rels/.rels" else data)

    assert said(path) == EXPECTED


def test_a_part_with_a_password_is_said_to_have_one(source: Path) -> None:
    data = bytearray(source.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    source.write_bytes(data)

    with pytest.raises(UnreadableDocument, match="password"):
        read_report(source)


def test_a_package_tells_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    def content(name: str, content: bytes) -> bytes | None:
        return None if name == "word/styles.xml" else content

    with OfficePackage.open(repacked(word_file(tmp_path / "a.docx"), content=content)) as package:
        states = {one.kind: one.state for one in package.relations(package.main).values()}

        assert (package.main, package.kind) == ("word/document.xml", WORD.removesuffix(".main+xml"))
        assert (states["styles"], states["settings"]) == ("missing", "part")
        assert package.related(package.main, "settings") == "word/settings.xml"
        assert package.xml("word/styles.xml") is None


def test_declared_types_are_not_followed(tmp_path: Path) -> None:
    def content(name: str, content: bytes) -> bytes:
        if name != "word/settings.xml":
            return content
        head = b'<?xml version="1.0" encoding="UTF-7"?>'
        return head + '<!DOCTYPE x [<!ENTITY a "ha">]><x b="&a;"/>'.encode("utf-7")

    with OfficePackage.open(repacked(word_file(tmp_path / "a.docx"), content=content)) as package:
        assert package.xml("word/settings.xml") is None
