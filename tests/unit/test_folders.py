"""Which files of a folder are reports."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from citewire.errors import CitewireError
from citewire.services.ingest.folders import list_folders
from citewire.services.ingest.skipped import MOST_ENDINGS, MOST_NAMED, SkippedFiles
from citewire.services.reading.files import FoundFile, identify, printable


def test_only_visible_pdfs_are_taken(tmp_path: Path) -> None:
    names = ["b.PDF", "a.pdf", ".hidden.pdf", "notes.odt", "~$a.docx", "sub/c.Pdf", ".git/d.pdf"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = [file.path.relative_to(tmp_path).as_posix() for file in list_folders([tmp_path]).files]

    assert found == ["a.pdf", "b.PDF", "sub/c.Pdf"]


def test_what_is_not_read_is_named_with_a_reason(tmp_path: Path) -> None:
    for name in ("a.pdf", "old.doc", "b.PPT", "c.xyz", "none", ".hidden", "~$a.docx"):
        (tmp_path / name).write_bytes(b"")
    skipped = list_folders([tmp_path]).skipped

    assert {Path(path).name: reason for path, reason in skipped.named} == {
        "old.doc": "the old format of Word (before 2007): save it as .docx or PDF",
        "b.PPT": "the old format of PowerPoint (before 2007): save it as .pptx or PDF",
        "c.xyz": "its format is not read",
        "none": "its name has no ending that tells its format: give it one, as .pdf or .txt",
    }
    assert skipped.count == 6
    assert skipped.endings == {
        **{".doc": 1, ".ppt": 1, ".xyz": 1, "without an ending": 1},
        **{"hidden": 1, "office lock": 1},
    }


def test_hidden_files_are_counted_and_those_that_may_be_missed_are_named(tmp_path: Path) -> None:
    names = [".report.pdf", ".DS_Store", "~$a.docx", ".~lock.b.odt#", ".git/config", ".git/c.pdf"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    skipped = list_folders([tmp_path]).skipped

    assert {Path(path).name: reason.partition(":")[0] for path, reason in skipped.named} == {
        ".report.pdf": "hidden",
        ".git": "a hidden folder",
    }
    assert {Path(path).name: reason.partition(":")[0] for path, reason in skipped.unseen} == {
        ".DS_Store": "hidden",
        "~$a.docx": "a lock file",
        ".~lock.b.odt#": "a lock file",
    }
    assert skipped.count == 5
    assert skipped.by_ending() == "2 hidden, 2 office lock, 1 hidden folder"
    assert len(skipped.to_json()["files"]) == 5


def test_of_very_many_files_the_first_are_named() -> None:
    skipped = SkippedFiles()
    for number in range(MOST_NAMED * 3):
        skipped.add(f"/reports/a.{number}")

    assert len(skipped.named) == MOST_NAMED
    assert skipped.count == skipped.endings.total() == MOST_NAMED * 3
    assert len(skipped.endings) == MOST_ENDINGS + 1
    assert skipped.by_ending().startswith("2,900 others, 1 .0")


def test_links_that_lead_back_end(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.pdf").write_bytes(b"")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")

    assert len(list_folders([tmp_path]).files) == 1


def test_links_that_lead_out_are_skipped_and_told(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "inside of others"
    for folder in (inside, outside):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "a.pdf").write_bytes(b"%PDF")
    (inside / "file.pdf").symlink_to(outside / "sub" / "a.pdf")
    (inside / "folder").symlink_to(outside)
    (inside / "hop").symlink_to(inside / "folder")
    (inside / "same").symlink_to(inside / "sub")
    (inside / "b.pdf").symlink_to("sub/a.pdf")
    listing = list_folders([inside])

    assert [file.relative for file in listing.files] == ["b.pdf", "same/a.pdf", "sub/a.pdf"]
    assert [Path(path).name for path, _ in listing.skipped.named] == ["file.pdf", "folder", "hop"]
    assert {reason for _, reason in listing.skipped.named} == {
        "a link that leads out of the folder, not followed: ingest what it leads to by its name"
    }
    assert listing.skipped.by_ending() == "3 links that lead out"


def test_a_folder_that_is_itself_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "link").symlink_to(tmp_path / "reports")

    assert len(list_folders([tmp_path / "link"]).files) == 1


def test_a_folder_given_twice_is_searched_once(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")

    assert len(list_folders([tmp_path, tmp_path / "." / ""]).files) == 1


def test_a_file_that_never_stands_still_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("begun", "utf-8")
    is_over = threading.Event()

    def write() -> None:
        while not is_over.wait(0.01):
            with path.open("a", encoding="utf-8") as file:
                file.write("and on ")

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(write)
        try:
            with pytest.raises(OSError, match="written all the time"):
                identify(FoundFile(tmp_path, path))
        finally:
            is_over.set()
        writing.result()


def test_names_that_differ_are_told_differently() -> None:
    wild = os.fsdecode(b"\xff")
    names = [slashes + end for slashes in ("", "\\", "\\\\") for end in (wild, "udcff", "dcff", "")]

    assert len({printable(name) for name in names}) == len(names)
    # What is stored is found again: only what looks like an escaped byte is told otherwise.
    assert printable(f"a{wild}b") == "a\\udcffb"
    assert printable("a\\b\\u00e9.pdf") == "a\\b\\u00e9.pdf"


@pytest.mark.parametrize("folder", ["~nobody-of-that-name/x", "loop", "a" * 300, "missing"])
def test_a_folder_that_cannot_be_found_is_named(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(CitewireError, match=folder):
        list_folders([Path(folder)])
