"""The command line of ingestion: plan, report, exit codes, list and removal."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from citewire.scripts.cli import main
from citewire.storage.keys import document_id
from tests.doubles.ingest_fixtures import SHIPS, TRAINS
from tests.doubles.server_fixtures import MAIN
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.standin_fixtures import Standin


@pytest.fixture(autouse=True)
async def _environment(
    monkeypatch: pytest.MonkeyPatch,
    redis_url: str,
    namespace: str,
    standin: Standin,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "CITEWIRE_REDIS_URL": redis_url,
        "CITEWIRE_NAMESPACE": namespace,
        "OPENAI_BASE_URL": standin.base_url,
        "CITEWIRE_EMBED_DIM": "64",
        "CITEWIRE_MODEL_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, value)


def report_of(tmp_path: Path, *argv: str) -> tuple[int, dict[str, Any]]:
    path = tmp_path / "report.json"
    status = main(["ingest", *argv, "--report", str(path)])
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return status, told


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["documents", "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_the_report_tells_what_became_of_each_file(ships: Path, tmp_path: Path) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    (ships / "b.pdf").write_bytes(b"")
    status, report = report_of(tmp_path, str(ships))

    assert status == 1
    told = [
        (Path(one["path"]).name, one["status"], one["reason"], one["pages"], one["passages"])
        for one in report["files"]
    ]
    assert told == [("a.pdf", "new", None, 2, 2), ("b.pdf", "failed", "the file is empty", 0, 0)]
    assert report["summary"]["tokens"] > 0


def test_documents_are_listed_with_their_locations(
    ships: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(capsys) == []
    write_pdf(ships / "a.pdf", [SHIPS], title="Ships")
    assert main(["ingest", str(ships)]) == 0
    [document] = listed(capsys)

    assert (document["title"], document["pages"], document["passages"]) == ("Ships", 1, 1)
    [location] = document["locations"]
    assert (location["folder"], location["root"], location["path"]) == (
        "ships",
        str(ships),
        "a.pdf",
    )
    assert main(["documents"]) == 0
    assert "ships/a.pdf" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_any_more_is_told_with_its_document(
    ships: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    main(["ingest", str(ships)])
    path.write_bytes(b"")
    assert main(["ingest", str(ships)]) == 1
    assert f"failed: {path}: the file is empty; answers come from" in capsys.readouterr().out
    assert main(["documents"]) == 0

    assert "could not be read (the file is empty): answers come from" in capsys.readouterr().out
    [document] = listed(capsys)
    assert document["locations"][0]["unread"] == "the file is empty"


def test_a_dry_run_shows_the_plan(ships: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    assert main(["ingest", str(ships), "--dry-run"]) == 0

    assert f"new: {ships}/a.pdf" in capsys.readouterr().out
    assert listed(capsys) == []


@pytest.mark.parametrize("option", ["--dry-run", "--check-content"])
def test_files_that_are_not_read_are_told(
    ships: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    for number in range(30):
        (ships / f"{number}.doc").write_bytes(b"")
    status, report = report_of(tmp_path, str(ships), option)
    said = capsys.readouterr().out

    assert status == 0
    assert said.count("save it as .docx") == 20
    assert "skipped: 30 files in all (30 .doc)" in said
    assert "nothing to ingest" in said
    assert report["summary"]["skipped"] == report["skipped"]["count"] == 30
    assert len(report["skipped"]["files"]) == 30

    write_pdf(ships / "a.pdf", [SHIPS])
    main(["ingest", str(ships), option])
    assert "nothing to ingest" not in capsys.readouterr().out


def test_hidden_files_are_told_in_the_output_and_named_in_the_report(
    ships: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (".report.pdf", "~$budget.docx", *(f".thumbnail{number}" for number in range(40))):
        (ships / name).write_bytes(b"")
    status, report = report_of(tmp_path, str(ships))
    said = capsys.readouterr().out

    assert status == 0
    assert f"skipped: {ships}/.report.pdf: hidden: its name begins with a dot" in said
    assert "thumbnail" not in said
    assert "skipped: 42 files in all (41 hidden, 1 office lock)" in said
    assert report["skipped"]["count"] == len(report["skipped"]["files"]) == 42


def test_files_that_are_gone_and_still_answered_from_are_told(
    ships: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = write_pdf(ships / "a.pdf", [SHIPS])
    moved = write_pdf(ships / "b.pdf", [TRAINS])
    write_pdf(ships / "c.pdf", [SHIPS, TRAINS])
    main(["ingest", str(ships)])
    gone.unlink()
    moved.rename(ships / "d.pdf")
    status, report = report_of(tmp_path, str(ships))
    said = capsys.readouterr().out

    assert status == 0
    assert f"missing: {gone}: answers come from the version read on" in said
    assert "missing: 1 file that was ingested in all; --prune takes out what is gone" in said
    assert [one["path"] for one in report["missing"]] == [str(gone)]
    main(["ingest", str(ships), "--dry-run", "--prune"])
    assert "missing" not in capsys.readouterr().out
    main(["ingest", str(ships), "--prune"])
    capsys.readouterr()
    main(["ingest", str(ships)])
    assert "missing" not in capsys.readouterr().out


def test_an_empty_folder_is_told(ships: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", str(ships)]) == 0
    assert "nothing to ingest: there is no file" in capsys.readouterr().out


def test_prune_and_remove(ships: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(ships / "b.pdf", [TRAINS])
    main(["ingest", str(ships)])
    (ships / "a.pdf").unlink()
    _, report = report_of(tmp_path, str(ships), "--prune")
    assert [one["status"] for one in report["files"]] == ["unchanged", "removed"]
    [document] = listed(capsys)
    assert main(["remove", document["doc_id"]]) == 0
    assert listed(capsys) == []
    for unknown in (document["doc_id"], "~nobody-of-that-name", str(tmp_path / "circle")):
        (tmp_path / "circle").unlink(missing_ok=True)
        (tmp_path / "circle").symlink_to("circle")
        assert main(["remove", unknown]) == 1
    assert "there is no folder, document or file" in capsys.readouterr().err


def test_a_folder_of_which_nothing_is_removed_is_told_and_is_no_failed_file(
    ships: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    main(["ingest", str(ships)])
    (ships / "a.pdf").unlink()
    capsys.readouterr()
    status, report = report_of(tmp_path, str(ships), "--prune")

    assert status == 1
    assert (report["files"], report["summary"]["failed"]) == ([], 0)
    [folder] = report["folders"]
    assert folder["path"] == str(ships)
    assert f"folder: {ships}: {folder['reason']}\n" in capsys.readouterr().out


@pytest.mark.parametrize("target", ["", " ", "/", "..", "{above}"])
def test_nothing_is_removed_by_a_blank_name_or_from_above(
    ships: Path, capsys: pytest.CaptureFixture[str], target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    main(["ingest", str(ships)])
    (ships.parent / "elsewhere").mkdir()
    for here in (ships.parent, ships.parent / "elsewhere"):
        monkeypatch.chdir(here)
        capsys.readouterr()
        assert main(["remove", target.format(above=ships.parent)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "name what is to be removed" in told.err or str(ships) in told.err
        assert len(listed(capsys)) == 1


def test_what_is_listed_is_removed_by_that_name(
    ships: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ships / "old").mkdir()
    for name, text in (("a.pdf", SHIPS), ("old/b.pdf", TRAINS), ("old/c.pdf", SHIPS + TRAINS)):
        write_pdf(ships / name, [text])
    main(["ingest", str(ships)])
    capsys.readouterr()
    assert main(["remove", "ships/a.pdf"]) == 0
    told = capsys.readouterr().out
    assert told == f"removed: {ships}/a.pdf\nremoved 1 location, 1 document\n"
    assert main(["remove", "ships/old/"]) == 0
    told = capsys.readouterr().out
    assert told.endswith("removed 2 locations, 2 documents\n")
    assert listed(capsys) == []


@pytest.mark.parametrize("command", ["ingest", "documents", "remove"])
def test_names_of_files_are_not_obeyed_by_the_terminal(
    ships: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    write_pdf(ships / "a\x1b[2J\u202efdp\nfailed: b.pdf", [SHIPS], title="Ships\x1b[31m")
    (ships / "c\x1b[2J.pdf").write_bytes(b"")
    assert main(["ingest", str(ships)]) == 1
    if command != "ingest":
        capsys.readouterr()
        main([command, *([str(ships)] if command == "remove" else [])])
    told = capsys.readouterr().out
    assert "a␛[2J�fdp␊failed: b.pdf" in told
    assert not {"\x1b", "\u202e"} & set(told)


async def test_a_refused_key_stops_at_once_and_names_the_fix(
    ships: Path, standin: Standin, capsys: pytest.CaptureFixture[str]
) -> None:
    await standin.configure(fail="401")
    for number in range(5):
        write_pdf(ships / f"{number}.pdf", [f"{SHIPS} {number}"])
    assert await asyncio.to_thread(main, ["ingest", str(ships)]) == 1
    assert "OPENAI_API_KEY" in capsys.readouterr().err
    assert (await standin.stats())["embeds"] <= 5


@pytest.mark.parametrize("report", ["missing/report.json", ".", "a.txt/report.json", "r" * 300])
@pytest.mark.parametrize("mode", [[], ["--watch"]])
def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    report: str, mode: list[str], ships: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("no folder", "utf-8")
    write_pdf(ships / "a.pdf", [SHIPS])

    assert main(["ingest", str(ships), *mode, "--report", report]) == 2
    assert f"the report {report} cannot be written" in capsys.readouterr().err
    assert listed(capsys) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_report_that_fails_does_not_hide_the_summary(
    ships: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])

    assert main(["ingest", str(ships), "--report", "/dev/full"]) == 1
    told = capsys.readouterr()
    assert "passages" in told.out
    assert "the report /dev/full cannot be written: No space left on device" in told.err


@pytest.mark.parametrize("mode", [[], ["--watch"]])
def test_odd_folders_are_told_in_a_line(
    mode: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for folder in ("~nobody-of-that-name/x", "loop", "a" * 300):
        assert main(["ingest", *mode, folder]) == 1
        assert folder in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["", "  "])
def test_a_blank_folder_is_not_the_one_that_one_is_in(
    folder: str, ships: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    with pytest.raises(SystemExit) as stopped:
        main(["ingest", folder])

    assert stopped.value.code == 2
    assert "the name of a folder is blank" in capsys.readouterr().err
    assert listed(capsys) == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks as on Linux")
def test_ctrl_c_while_readers_are_loaded_shows_no_traceback(ships: Path, tmp_path: Path) -> None:
    def is_loading(group: int) -> bool:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                is_ours = os.getpgid(int(path.parent.name)) == group
                if is_ours and b"forkserver" in path.read_bytes():
                    return True
        return False

    write_pdf(ships / "a.pdf", [SHIPS])
    log = tmp_path / "log"
    command = [sys.executable, "-c", MAIN, "ingest", str(ships)]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True) as process,
    ):
        while not is_loading(process.pid):
            assert process.poll() is None, log.read_text("utf-8")
            time.sleep(0.05)
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(30)
        while is_loading(process.pid):
            time.sleep(0.05)

    assert (code, "Traceback" in log.read_text("utf-8")) == (130, False)


@pytest.mark.parametrize("mode", [[], ["--dry-run"], ["--watch"]])
@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"CITEWIRE_EMBED_MODEL": "text-embedding-3-large"}, "text-embedding-3-large (64)"),
        ({"CITEWIRE_EMBED_DIM": "32"}, "text-embedding-3-small (32)"),
        ({"CITEWIRE_EMBEDDINGS": "local", "CITEWIRE_EMBED_DIM": ""}, "all-MiniLM-L6-v2-int8 (384)"),
    ],
)
def test_another_embedding_model_is_told_also_where_nothing_is_new(
    changed: dict[str, str],
    wanted: str,
    mode: list[str],
    ships: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    assert main(["ingest", str(ships)]) == 0
    capsys.readouterr()

    with pytest.MonkeyPatch.context() as patch:
        for name, value in changed.items():
            patch.setenv(name, value)
        assert main(["ingest", str(ships), *mode]) == 1
    told = capsys.readouterr()
    assert "embedded with text-embedding-3-small (64 dimensions)" in told.err
    assert f"the settings ask for {wanted}. Fix: ingest again into another" in told.err
    assert "unchanged" not in told.out


def test_the_embedding_model_may_be_changed_while_nothing_is_ingested(
    ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    assert main(["ingest", str(ships)]) == 0
    assert main(["remove", "ships"]) == 0
    monkeypatch.setenv("CITEWIRE_EMBED_DIM", "32")

    assert main(["ingest", str(ships)]) == 0


def test_what_comes_and_goes_is_told_in_the_audit_log(
    ships: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "audit.jsonl"
    monkeypatch.setenv("CITEWIRE_AUDIT_LOG", str(log))
    first = write_pdf(ships / "a.pdf", [SHIPS])
    ids = [document_id(hashlib.sha256(first.read_bytes()).hexdigest(), "default")]
    main(["ingest", str(ships)])
    main(["ingest", str(ships)])  # nothing is new
    write_pdf(first, [TRAINS])
    ids.append(document_id(hashlib.sha256(first.read_bytes()).hexdigest(), "default"))
    main(["ingest", str(ships), "--dry-run"])
    main(["ingest", str(ships)])
    write_pdf(ships / "b.pdf", [SHIPS, SHIPS])
    first.unlink()
    main(["ingest", str(ships), "--prune"])
    told = [json.loads(line) for line in log.read_text("utf-8").splitlines()]

    assert {one["actor"]["app_name"] for one in told} == {"citewire ingest"}
    acts = [(one["activity_name"], one["web_resources"][0]["uid"]) for one in told]
    assert acts[:3] == [("Import", ids[0]), ("Import", ids[1]), ("Delete", ids[0])]
    assert ("Delete", ids[1]) in acts[3:]
    assert [activity for activity, _ in acts].count("Import") == 3


def test_a_collection_is_made_filled_and_deleted_by_its_name(
    ships: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*argv: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main([*argv])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    write_pdf(ships / "a.pdf", [SHIPS])
    code, made = told("collections", "make", "Archive", "--manager", "ann")
    assert code == 0
    code, members = told("collections", "members", "Archive", "--set", "group:staff=reader")
    assert (code, "group:staff" in members, "manager" in members) == (0, True, True)
    assert told("ingest", str(ships), "--collection", "Archive")[0] == 0
    assert "a.pdf" in told("documents", "--collection", made.strip())[1]
    assert listed(capsys) == []
    assert "Archive" in told("collections", "list")[1]

    assert told("collections", "members", "Archive", "--drop", "ann")[0] == 1
    assert told("collections", "members", "Archive", "--set", "ann=owner")[0] == 2
    assert told("ingest", str(ships), "--collection", "No such")[0] == 1
    told("collections", "make", "Archive", "--manager", "bob")
    code, several = told("documents", "--collection", "Archive")
    assert (code, made.strip() in several) == (2, True)
    assert told("collections", "remove", made.strip())[0] == 0
    assert "none yet" in told("documents", "--collection", "Archive")[1]


@pytest.mark.parametrize(
    "argv",
    [
        ("key", "list"),
        ("key", "list", "ann"),
        ("collections", "list"),
        ("collections", "members", "Archive"),
        ("documents",),
        ("export", "--owner", "ann"),
        ("forget", "ann"),
    ],
)
def test_who_finds_nothing_is_told_in_which_namespace(
    argv: tuple[str, ...], namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*argv])
    captured = capsys.readouterr()

    assert f"in the namespace {namespace}" in captured.out + captured.err


def test_nothing_comes_into_a_collection_that_is_deleted(
    ships: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    main(["collections", "make", "Archive", "--manager", "ann"])
    made = capsys.readouterr().out.strip()
    main(["collections", "remove", "Archive"])
    # As a process that looked for the name before.
    monkeypatch.setattr("citewire.scripts.collections.library_named", lambda *_: f"+{made}")

    assert main(["ingest", str(ships), "--collection", "Archive"]) == 1
    assert "was deleted" in capsys.readouterr().err
    assert main(["documents", "--collection", "Archive", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
