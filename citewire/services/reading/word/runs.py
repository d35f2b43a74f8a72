"""The text of a paragraph: its runs, whatever they are wrapped in."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from citewire.services.reading.equations import equation_text
from citewire.services.reading.office_xml import ALTERNATE, local_name, one_of_each
from citewire.services.reading.word.file import WordFile
from citewire.services.reading.word.inline import PAGE, Inline
from citewire.services.reading.word.names import (
    BREAK,
    GONE,
    MATH,
    NO_TEXT,
    PARAGRAPH,
    RUN,
    RUN_LOOK,
    VALUE,
    is_on,
    w,
)
from citewire.services.reading.word.styles import TextLook, whole, with_own
from citewire.services.reading.word.symbols import in_font, sign
from citewire.services.reading.word.unseen import is_unseen

DEEPEST = 40
"""Wrappers in wrappers of runs."""

MOST_FIELDS = 100
"""In each other; where there are more, their ends are missing."""

MOST_BOXES = 5
"""Boxes in the line within each other."""

_TEXT, _FIELD, _SYMBOL = w("t"), w("fldChar"), w("sym")
_FOOTNOTE, _ENDNOTE = w("footnoteReference"), w("endnoteReference")
_NOTES = {_FOOTNOTE: "footnotes", _ENDNOTE: "endnotes"}
_SIGNS = {
    w("tab"): "\t",
    w("ptab"): "\t",
    w("cr"): "\n",
    BREAK: "\n",
    w("noBreakHyphen"): "-",
}
EQUATIONS = (f"{MATH}oMath", f"{MATH}oMathPara")
DRAWN = frozenset(map(w, ("drawing", "pict", "object")))
_RUBY, _BASE, _BOX = w("ruby"), w("rubyBase"), w("txbxContent")
_PRIVATE = re.compile("[\uf020-\uf0ff]")


class RunReader:
    """Reads paragraphs of one text in their order: fields may go over several of them."""

    def __init__(self, file: WordFile) -> None:
        self._file = file
        self._fields: list[bool] = []
        """Of each field that is open, whether its instruction is being told."""
        self._codes = 0
        self._boxes = 0

    def read(self, paragraph: Any, style: str, *, is_shaded: bool, into: Inline) -> None:
        """Add what `paragraph` holds to `into`.

        Args:
            paragraph: or what else holds runs.
            style: of the paragraph.
            is_shaded: whether something darker than paper may be behind it.
            into: what is added to.
        """
        # An instruction that nothing ends would swallow all that follows.
        self._fields = [False] * len(self._fields) if self._codes else self._fields
        self._codes = 0
        waiting = [iter(paragraph)]
        while waiting:
            child = next(waiting[-1], None)
            if child is None:
                waiting.pop()
            elif child.tag == RUN:
                self._run(child, style, is_shaded, into)
            elif child.tag in GONE:
                self._file.unread.note_deleted(child)
            elif child.tag in NO_TEXT or not isinstance(child.tag, str):
                continue
            elif child.tag in EQUATIONS:
                into.add_apart(equation_text(child))
            elif child.tag in DRAWN:
                into.anchored.append(child)
            elif len(waiting) > DEEPEST:
                self._file.unread.is_too_deep = True
                into.add(flat_text(child), 0)
            elif child.tag == ALTERNATE:
                waiting.append(one_of_each([child]))
            else:
                waiting.append(iter(child))

    def _run(self, run: Any, style: str, is_shaded: bool, into: Inline) -> None:
        own = run.find(RUN_LOOK)
        look, font = self._look(own, style)
        is_hidden = look.hidden or (own is not None and is_unseen(own, is_shaded))
        custom = ""
        for child in one_of_each(run):
            if child.tag == _FIELD:
                self._field(child, into)
            elif self._file.is_page_break(child):
                into.begin_page()
            elif self._codes or child.tag == RUN_LOOK:
                continue
            elif look.struck:
                self._file.unread.is_struck |= child.tag == _TEXT and bool(child.text)
            elif is_hidden:
                into.hidden += [child.text or ""] * (child.tag == _TEXT)
            elif child.tag in _NOTES:
                custom = self._note(child, run, into)
            elif child.tag == _RUBY:
                # Small letters above tell how the ones below are read.
                for base in child.iterchildren(_BASE):
                    self.read(base, style, is_shaded=is_shaded, into=into)
            elif child.tag in DRAWN:
                self._drawn(child, style, is_shaded, into)
            elif child.tag in EQUATIONS:
                into.add_apart(equation_text(child))
            elif not custom:  # which would be told again: it stands in the run as text
                text = _text_of(child, font)
                into.add(text, 0 if text.isspace() else look.shift)

    def _drawn(self, drawing: Any, style: str, is_shaded: bool, into: Inline) -> None:
        line = _line_in(drawing)
        if line is None or self._boxes >= MOST_BOXES:
            into.anchored.append(drawing)
            return
        inner = Inline()
        self._boxes += 1
        self.read(line, style, is_shaded=True, into=inner)
        self._boxes -= 1
        into.add_apart(inner.text().replace(PAGE, " ").strip())
        into.hidden += inner.hidden
        into.anchored += inner.anchored
        into.notes += ((into.pages, note) for _, note in inner.notes)

    def _look(self, own: Any, style: str) -> tuple[TextLook, str]:
        styles = self._file.styles
        if own is None:
            return styles.look(style, ""), ""
        named, fonts = own.find(w("rStyle")), own.find(w("rFonts"))
        look = styles.look(style, "" if named is None else named.get(VALUE) or "")
        font = "" if fonts is None else fonts.get(w("ascii")) or fonts.get(w("hAnsi")) or ""
        return with_own(look, own), font

    def _field(self, mark: Any, into: Inline) -> None:
        kind = mark.get(w("fldCharType"))
        if kind == "begin":
            if len(self._fields) >= MOST_FIELDS:
                self._fields.clear()
                self._codes = 0
            self._fields.append(True)
            self._codes += 1
            data = mark.find(w("ffData"))
            if data is not None and self._codes == 1:
                into.add(_form_value(data), 0)
        elif self._fields and kind in ("separate", "end"):
            self._codes -= self._fields[-1]
            if kind == "end":
                self._fields.pop()
            else:
                self._fields[-1] = False

    def _note(self, reference: Any, run: Any, into: Inline) -> str:
        custom = ""
        if reference.get(w("customMarkFollows")) in ("1", "true", "on"):
            custom = "".join(_own_marks(run)).strip()
        mark, note = self._file.note(_NOTES[reference.tag], reference, custom)
        into.add_apart(f"[{mark}]")
        if note is not None:
            into.notes.append((into.pages, note))
        return custom


def _text_of(child: Any, font: str) -> str:
    """What a part of a run says; nothing if it is of another kind."""
    if child.tag == _TEXT:
        return _as_signs((child.text or "").replace("\n", " "), font)
    return _sign(child) if child.tag == _SYMBOL else _SIGNS.get(child.tag, "")


def _line_in(drawing: Any) -> Any:
    """The only paragraph of a text box that stands in the line, None if it is none."""
    if not any(local_name(child) == "inline" for child in drawing):
        return None
    boxes = list(islice(drawing.iter(_BOX), 2))
    is_line = len(boxes) == 1 and len(boxes[0]) == 1 and boxes[0][0].tag == PARAGRAPH
    return boxes[0][0] if is_line else None


def flat_text(element: Any) -> str:
    """All letters within an element, where it is nested too deeply to be read otherwise."""
    return " ".join(text.text for text in element.iter(_TEXT) if text.text)


def _own_marks(run: Any) -> Iterator[str]:
    for child in run:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag == _SYMBOL:
            yield _sign(child)


def _as_signs(text: str, font: str) -> str:
    if font:
        return in_font(text, font)
    return _PRIVATE.sub(lambda found: sign(ord(found[0]), "Symbol"), text)


def _sign(element: Any) -> str:
    try:
        return sign(int((element.get(w("char")) or "")[:6], 16), element.get(w("font")) or "")
    except ValueError:
        return " "


def _form_value(data: Any) -> str:
    """What a field of an old form shows and keeps outside of its text: a tick, a choice."""
    box, choice = data.find(w("checkBox")), data.find(w("ddList"))
    if box is not None:
        ticked = box.find(w("checked"))
        return "☒" if is_on(box.find(w("default")) if ticked is None else ticked) else "☐"
    if choice is not None:
        entries = [entry.get(VALUE) or "" for entry in choice.iterchildren(w("listEntry"))]
        chosen = choice.find(w("result"))
        number = 0 if chosen is None else whole(chosen.get(VALUE)) or 0
        return entries[number] if 0 <= number < len(entries) else ""
    return ""
