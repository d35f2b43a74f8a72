"""`citewire ingest --watch`: changes go in, half-written files are waited for, Ctrl-C ends it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from citewire.services.ingest.watching import SETTLED_S, settle
from citewire.settings import env_name
from tests.doubles.server_fixtures import KEY, MAIN
from tests.doubles.small_pdfs import write_pdf


class Watch:
    """A running `citewire ingest --watch` and its report."""

    def __init__(self, process: "subprocess.Popen[bytes]", report: Path, log: Path) -> None:
        self.process = process
        self._report = report
        self.log = log

    def report(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._report.read_text("utf-8"))
        except (OSError, ValueError):
            return {"files": []}
        return found

    def statuses(self) -> dict[str, str]:
        return {Path(file["path"]).name: file["status"] for file in self.report()["files"]}

    def until(self, holds: Callable[[], bool], within_s: float = 30.0) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, (self.report(), self.log.read_text("utf-8"))
            assert self.process.poll() is None, self.log.read_text("utf-8")
            time.sleep(0.05)


@contextmanager
def watching(folder: Path, beside: Path, **settings: str) -> Iterator[Watch]:
    """Watch `folder`; report and log are written beside it."""
    report, log = beside / "report.json", beside / "watch.log"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CITEWIRE_", "OPENAI_"))}
    given = {env_name(name): value for name, value in settings.items()}
    command = [sys.executable, "-c", MAIN, "ingest", "--watch", "--prune", str(folder)]
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [*command, "--report", str(report)],
            env=kept | given,
            cwd=beside,
            stdout=out,
            stderr=out,
        ) as process,
    ):
        watch = Watch(process, report, log)
        try:
            watch.until(lambda: "watching" in log.read_text("utf-8"))
            yield watch
        finally:
            process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watch") / "watched"
    folder.mkdir()
    write_pdf(folder / "first.pdf", ["What was there before."])
    return folder


@pytest.fixture(scope="module")
def watch(folder: Path, redis_url: str, standin_url: str) -> Iterator[Watch]:
    # Another module's test may have left its knobs.
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    with watching(
        folder,
        folder.parent,
        redis_url=redis_url,
        namespace="watch",
        openai_base_url=f"{standin_url}/v1",
        openai_api_key=KEY,
    ) as watch:
        yield watch


def test_what_was_there_goes_in_first(watch: Watch) -> None:
    assert "new" in watch.log.read_text("utf-8").partition("watching")[0]


def test_a_new_file_goes_in(watch: Watch, folder: Path) -> None:
    write_pdf(folder / "later.pdf", ["What came later."])

    watch.until(lambda: watch.statuses().get("later.pdf") == "new")


def test_a_file_that_is_gone_goes_out(watch: Watch, folder: Path) -> None:
    write_pdf(folder / "short.pdf", ["What will not stay."])
    watch.until(lambda: watch.statuses().get("short.pdf") == "new")
    (folder / "short.pdf").unlink()

    watch.until(lambda: watch.statuses().get("short.pdf") == "removed")


def test_a_folder_that_is_moved_in_is_taken_up(watch: Watch, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write_pdf(tmp_path / "sub" / "inner.pdf", ["What was moved in."])
    (tmp_path / "sub").rename(folder / "sub")

    watch.until(lambda: watch.statuses().get("inner.pdf") == "new")


@pytest.mark.parametrize("number", [1, 2])
def test_a_folder_that_takes_the_place_of_the_watched_one_is_followed(
    watch: Watch, folder: Path, tmp_path: Path, number: int
) -> None:
    first, later = f"{number}-first.pdf", f"{number}-later.pdf"
    (tmp_path / "next").mkdir()
    write_pdf(tmp_path / "next" / first, [f"It came along {number}."])
    folder.rename(tmp_path / "old")
    (tmp_path / "next").rename(folder)
    watch.until(lambda: watch.statuses().get(first) == "new")
    write_pdf(folder / later, [f"It came later {number}."])

    watch.until(lambda: watch.statuses().get(later) == "new")


def test_nothing_stands_between_its_lines_that_is_not_its_own(watch: Watch, folder: Path) -> None:
    write_pdf(folder / "line.pdf", ["What makes a line."])
    watch.until(lambda: watch.statuses().get("line.pdf") == "new")
    write_pdf(folder / "next.pdf", ["What makes another line."])
    watch.until(lambda: watch.statuses().get("next.pdf") == "new")

    assert "changes detected" not in watch.log.read_text("utf-8")


def test_a_half_written_file_is_waited_for(watch: Watch, folder: Path, tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "whole.pdf", ["Written in pieces."] * 5).read_bytes()
    size = len(whole) // 8 + 1
    with (folder / "slow.pdf").open("wb", buffering=0) as file:
        for start in range(0, len(whole), size):
            file.write(whole[start : start + size])
            time.sleep(0.3)
            assert watch.statuses().get("slow.pdf") is None

    watch.until(lambda: watch.statuses().get("slow.pdf") == "new")


def test_ctrl_c_is_its_good_end(tmp_path: Path, redis_url: str, namespace: str) -> None:
    (tmp_path / "empty").mkdir()
    with watching(tmp_path / "empty", tmp_path, redis_url=redis_url, namespace=namespace) as watch:
        watch.process.send_signal(signal.SIGINT)
        code = watch.process.wait(15)

    assert (code, "Traceback" in watch.log.read_text("utf-8")) == (0, False)


async def test_a_file_that_stands_still_has_settled(tmp_path: Path) -> None:
    settled: list[str] = []

    async def wait_for(path: Path) -> None:
        await settle([str(path)])
        settled.append(path.name)

    still, written = tmp_path / "still.txt", tmp_path / "written.txt"
    for path in (still, written):
        path.write_text("a", "utf-8")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wait_for(written))
        tasks.create_task(wait_for(still))
        await asyncio.sleep(SETTLED_S / 2)
        written.write_text("ab", "utf-8")

    assert settled == ["still.txt", "written.txt"]
