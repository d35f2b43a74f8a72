"""Which files of a folder are reports."""

from pathlib import Path

from citewire.services.folders import list_folders


def test_only_visible_pdfs_are_taken(tmp_path: Path) -> None:
    names = ["b.PDF", "a.pdf", ".hidden.pdf", "notes.odt", "~$a.docx", "sub/c.Pdf", ".git/d.pdf"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = [file.path.relative_to(tmp_path).as_posix() for file in list_folders([tmp_path]).files]

    assert found == ["a.pdf", "b.PDF", "sub/c.Pdf"]


def test_links_that_lead_back_end(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.pdf").write_bytes(b"")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")

    assert len(list_folders([tmp_path]).files) == 1


def test_a_folder_given_twice_is_searched_once(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")

    assert len(list_folders([tmp_path, tmp_path / "." / ""]).files) == 1
