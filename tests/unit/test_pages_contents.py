"""What a PDF says of its pages: their sizes, and its own table of contents."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from citewire.services.pages.contents import FileEntry, read_file_contents


def test_sizes_and_entries_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(300, 400))
    for at, (title, level) in enumerate((("Harbour", 0), ("Quays", 1), ("Ships", 0))):
        canvas.bookmarkPage(str(at))
        canvas.addOutlineEntry(title, str(at), level)
        canvas.drawString(20, 20, title)
        canvas.showPage()
    canvas.save()

    found = read_file_contents(path)

    assert found.sizes == [(300, 400)] * 3
    assert found.entries == [
        FileEntry("Harbour", 0, 1),
        FileEntry("Quays", 1, 2),
        FileEntry("Ships", 0, 3),
    ]
