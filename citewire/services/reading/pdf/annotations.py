"""What a PDF page shows besides its content: values of forms, text boxes and stamps.

pdfium draws their appearances into the content of the page, in memory alone, so that their text
is read with its place like any other. Boxes to tick and what has no appearance are written as
text over their rectangles. Comments are no text of the page.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from citewire.services.reading.cleaning import clean, clean_line
from citewire.services.reading.pdf.layout import Box

MAX_ANNOTATIONS = 2_000
"""Of a page; more are not looked at."""

MAX_NAMES = 5
"""Of attached files, that are told."""

MAX_VALUE = 20_000
"""Bytes of a value."""

MAX_LINES = 200
LINE_HEIGHT = 12.0
"""Points; of a line of a text box without an appearance."""

CHECKED = {False: "☐", True: "☒"}
CHOSEN = {False: "○", True: "◉"}

_SHOWN = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)
_UNSEEN = (
    pdfium.FPDF_ANNOT_FLAG_INVISIBLE | pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
)
_VALUED = (
    pdfium.FPDF_FORMFIELD_TEXTFIELD,
    pdfium.FPDF_FORMFIELD_COMBOBOX,
    pdfium.FPDF_FORMFIELD_LISTBOX,
)
_TICKED = {pdfium.FPDF_FORMFIELD_CHECKBOX: CHECKED, pdfium.FPDF_FORMFIELD_RADIOBUTTON: CHOSEN}
_PASSWORD = 1 << 13

Written = tuple[str, Box]
"""A line of text, and its rectangle in the page's own coordinates: left, lower, right, upper."""


@dataclass(slots=True)
class Annotations:
    """Shows the pages of a document with what stands on them.

    Args:
        document: open.
        widgets: how many fields of forms were seen.
        commented: numbers of pages with comments.
        crowded: numbers of pages with more annotations than are looked at.
        pinned: how many files are pinned to pages.
        files: the names of the first of them.
    """

    document: pypdfium2.PdfDocument
    widgets: int = 0
    commented: list[int] = field(default_factory=list)
    crowded: list[int] = field(default_factory=list)
    pinned: int = 0
    files: list[str] = field(default_factory=list)
    _form: Any = None
    _config: Any = None

    @contextmanager
    def page(self, index: int) -> Iterator[tuple[pypdfium2.PdfPage, list[Written]]]:
        """The open page at `index`, and lines to be read beside its content."""
        page = self.document[index]
        try:
            written: list[Written] = []
            count = pdfium.FPDFPage_GetAnnotCount(page)
            if count > 0 and self._prepare(page, count, index + 1, written):
                # What is drawn into the content is seen by who opens the page again.
                page.close()
                page = self.document[index]
            yield page, written
        finally:
            page.close()

    def close(self) -> None:
        """Let go of the form of the document, which goes before the document."""
        if self._form:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self._form)
            self._form = None

    def _prepare(
        self, page: pypdfium2.PdfPage, count: int, number: int, written: list[Written]
    ) -> bool:
        """Draw what the page shows into its content; whether there was anything to draw."""
        if count > MAX_ANNOTATIONS:
            self.crowded.append(number)
        left_out, is_drawn, is_commented = [], False, False
        for index in range(min(count, MAX_ANNOTATIONS)):
            annotation = pdfium.FPDFPage_GetAnnot(page, index)
            if not annotation:
                continue
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            if kind not in _SHOWN:
                left_out.append(index)
                is_commented |= kind == pdfium.FPDF_ANNOT_TEXT
                if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                    self.pinned += 1
                    if len(self.files) < MAX_NAMES:
                        self.files.append(_file_name(annotation))
            elif pdfium.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
                left_out.append(index)
            elif (lines := self._written(annotation, kind)) is not None:
                left_out.append(index)
                written += lines
            else:
                is_drawn = True
            pdfium.FPDFPage_CloseAnnot(annotation)
        if is_commented:
            self.commented.append(number)
        if not is_drawn:
            return False
        for index in reversed(left_out):
            pdfium.FPDFPage_RemoveAnnot(page, index)
        return bool(
            pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
        )

    def _written(self, annotation: Any, kind: int) -> list[Written] | None:
        """The lines of an annotation that is not to be drawn, None if it is."""
        is_drawn = _string(
            pdfium.FPDFAnnot_GetAP, annotation, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL
        )
        if kind != pdfium.FPDF_ANNOT_WIDGET:
            return None if is_drawn else _lines(annotation, _text(annotation, b"Contents"))
        self.widgets += 1
        form = self._form_of_document()
        sort = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
        if sort in _TICKED:
            # The state that is shown, whatever the value of the field.
            sign = _TICKED[sort][_text(annotation, b"AS") not in ("", "Off")]
            return [(sign, rectangle)] if (rectangle := _rectangle(annotation)) else []
        if is_drawn or sort not in _VALUED:
            return None
        if pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
            return []
        return _lines(annotation, _string(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation))

    def _form_of_document(self) -> Any:
        if self._form is None:
            self._config = pdfium.FPDF_FORMFILLINFO(version=2)
            self._form = pdfium.FPDFDOC_InitFormFillEnvironment(self.document, self._config)
        return self._form


def attached_files(document: pypdfium2.PdfDocument) -> tuple[int, list[str]]:
    """How many files a document holds, and the names of the first."""
    count = max(pdfium.FPDFDoc_GetAttachmentCount(document), 0)
    found = (
        pdfium.FPDFDoc_GetAttachment(document, index) for index in range(min(count, MAX_NAMES))
    )
    return count, [_name(attachment) for attachment in found]


def _file_name(annotation: Any) -> str:
    return _name(pdfium.FPDFAnnot_GetFileAttachment(annotation))


def _name(attachment: Any) -> str:
    name = clean_line(_string(pdfium.FPDFAttachment_GetName, attachment)) if attachment else ""
    return name or "without a name"


def _text(annotation: Any, key: bytes) -> str:
    return _string(pdfium.FPDFAnnot_GetStringValue, annotation, key)


def _string(ask: Callable[..., int], *what: Any) -> str:
    """What pdfium says in UTF-16, with a zero at its end."""
    length = ask(*what, None, 0)
    if not 2 < length <= MAX_VALUE:
        return ""
    buffer = (ctypes.c_ushort * (length // 2))()
    ask(*what, buffer, length)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def _rectangle(annotation: Any) -> Box | None:
    found = pdfium.FS_RECTF()
    if not pdfium.FPDFAnnot_GetRect(annotation, found):
        return None
    left, right = sorted((found.left, found.right))
    lower, upper = sorted((found.bottom, found.top))
    return (left, lower, right, upper) if right > left and upper > lower else None


def _lines(annotation: Any, text: str) -> list[Written]:
    """The lines of a text from the top of a rectangle down."""
    rectangle = _rectangle(annotation)
    lines = [line for each in clean(text).split("\n") if (line := " ".join(each.split()))]
    if rectangle is None or not lines:
        return []
    left, lower, right, upper = rectangle
    lines = lines[:MAX_LINES]
    step = min((upper - lower) / len(lines), LINE_HEIGHT)
    # Half as wide as high: what letters are on average.
    return [
        (
            line,
            (
                left,
                upper - (number + 1) * step,
                min(right, left + len(line) * step / 2),
                upper - number * step,
            ),
        )
        for number, line in enumerate(lines)
    ]
