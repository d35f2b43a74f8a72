"""What is said of pages that could not be read, in words."""

from collections.abc import Iterable, Sequence


def page_notes(
    *,
    unmapped: Sequence[int],
    broken: Sequence[int],
    lost: Sequence[int],
    scanned: Sequence[int],
    struck: Sequence[int],
    outside: Sequence[int],
    no_ocr: str,
) -> tuple[str, ...]:
    """A note for each thing that went wrong, with the numbers of the pages.

    Args:
        unmapped: pages with text in fonts of which the file does not say what they write.
        broken: pages that pdfium cannot open.
        lost: pages whose content is missing or damaged.
        scanned: pages with images or drawings but without text.
        struck: pages with text that a line goes through, which is left out.
        outside: pages with text off the displayed page, which is left out.
        no_ocr: what to do to have pages read from their picture; empty if they were.
    """
    notes = []
    if broken:
        notes.append(f"{pages(broken)} broken and left out")
    if lost:
        notes.append(f"{pages(lost, 'could', 'could')} not be read: the file is damaged")
    if unmapped:
        said = "text whose letters the file does not name, so that it cannot be read"
        remedy = f": {no_ocr}" if no_ocr else ", and OCR found none"
        notes.append(f"{pages(unmapped, 'has', 'have')} {said}; it was left out{remedy}")
    if scanned:
        why = f" (scanned, or a picture): {no_ocr}" if no_ocr else ", and OCR found none"
        notes.append(f"{pages(scanned, 'has', 'have')} no text{why}")
    if struck:
        notes.append(f"{pages(struck, 'has', 'have')} text that is struck out, left out")
    if outside:
        notes.append(f"{pages(outside, 'has', 'have')} text off the visible page, left out")
    return tuple(notes)


def unread_note(count: int, one: str, many: str) -> tuple[str, ...]:
    """A note if things of a kind, which has a name for one and one for many, were not read."""
    if not count:
        return ()
    return (f"{one} was not read",) if count == 1 else (f"{count:,} {many} were not read",)


def struck_note(*, is_struck: bool) -> tuple[str, ...]:
    """A note if some text of a document is crossed out, or was by a tracked change."""
    said = "text that is struck out, or was deleted by a tracked change, is left out"
    return (said,) if is_struck else ()


def coded_note(found: Iterable[bool]) -> tuple[str, ...]:
    """A note if any of the texts of a document held characters without a shape."""
    said = "hidden characters, which can carry a text of their own, were taken out"
    return (said,) if any(found) else ()


def damaged_note(counts: Iterable[int]) -> tuple[str, ...]:
    """A note if characters of a document are lost; `counts` are those of its texts."""
    count = sum(counts)
    if not count:
        return ()
    characters = "1 character" if count == 1 else f"{count:,} characters"
    return (f"{characters} could not be told (shown as \ufffd): the file is damaged there",)


def pages(
    numbers: Iterable[int], one: str = "is", many: str = "are", *, called: str = "page"
) -> str:
    """`numbers` as words and a verb: "page 3 is", "pages 3-5, 9 are"; of slides, `called` so."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    listed = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in ranges)
    single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f"{called} {listed} {one}" if single else f"{called}s {listed} {many}"
