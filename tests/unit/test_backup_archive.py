"""The file of a backup: damage is told wherever it is, and what the disk refuses by name."""

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from citewire.errors import BackupError
from citewire.scripts.cli import main
from citewire.services.backup.archive import BLOCK_BYTES, writing_archive
from citewire.services.backup.format import ABOUT, Manifest, Origin
from citewire.services.backup.reading import ArchivePart, check_archive, read_parts

LARGE = random.Random(1).randbytes(3 * BLOCK_BYTES)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """One that is mostly one file: damage is met while that file is read."""
    (tmp_path / "large").write_bytes(LARGE)
    path = tmp_path / "x.backup"
    with writing_archive(path) as writer:
        writer.add(ABOUT, Origin("0", 4, "n", "now", "/u", {}).to_json())
        writer.add_file("uploads/f/large", tmp_path / "large")
        writer.finish(Manifest("now", {}, (), (), tuple(writer.members)))
    return path


def read_all(path: Path) -> list[bytes]:
    return [part.read() for part in read_parts(path)]


@pytest.mark.parametrize("read", [check_archive, read_all])
@pytest.mark.parametrize("share", [0.001, 0.01, 0.2, 0.5, 0.8, 0.99, 0.9999])
def test_one_that_is_cut_off_within_a_file_is_told_to_be(
    share: float, read: Callable[[Path], object], archive: Path
) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(BackupError, match="cut off"):
        read(archive)


def test_one_that_is_altered_within_a_file_is_told_to_be(archive: Path) -> None:
    content = archive.read_bytes()
    assert check_archive(archive)
    for at in random.Random(2).sample(range(len(content) // 4, len(content) * 3 // 4), 20):
        altered = bytearray(content)
        altered[at] ^= 1 << at % 8
        archive.write_bytes(altered)
        with pytest.raises(BackupError):
            check_archive(archive)


def test_a_part_is_read_block_by_block(archive: Path) -> None:
    def blocks(part: ArchivePart) -> list[int]:
        return [len(block) for block in part.blocks()]

    found = {part.name: blocks(part) for part in read_parts(archive)}
    assert sum(found["uploads/f/large"]) == len(LARGE)
    assert max(found["uploads/f/large"]) <= BLOCK_BYTES


def test_a_full_disk_is_told_by_the_name_of_the_backup(tmp_path: Path) -> None:
    path = tmp_path / "x.backup"
    with pytest.raises(OSError, match="No space left") as told, writing_archive(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert told.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told_by_the_name_of_the_backup(tmp_path: Path) -> None:
    path = tmp_path / "none" / "x.backup"
    with pytest.raises(FileNotFoundError) as told, writing_archive(path):
        pass
    assert told.value.filename == str(path)


def test_the_command_tells_of_damage_in_words(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive.write_bytes(archive.read_bytes()[: BLOCK_BYTES * 2])

    assert main(["restore", str(archive)]) == 1
    assert capsys.readouterr().err.startswith("citewire: this backup is cut off or altered: ")
