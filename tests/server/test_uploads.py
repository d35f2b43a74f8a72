"""Uploads: stored whole or not at all, under safe names; then ingested, given out and deleted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from citewire.errors import InvalidUpload, UnsupportedFormat
from citewire.services.uploads.names import distinct, file_name, folder_name
from tests.doubles.chat_client import problem
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient, pdf

PROBLEM = "application/problem+json"
MAX_BYTES = 200_000
MAX_FILES = 4


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def upload_server(start_server: StartServer, data_dir: Path) -> Iterator[Server]:
    with start_server(
        namespace="uploads",
        data_dir=data_dir,
        max_upload_bytes=MAX_BYTES,
        max_upload_files=MAX_FILES,
    ) as server:
        yield server


@pytest.fixture
def client(upload_server: Server, standin: Standin) -> Iterator[UploadClient]:
    client = UploadClient(upload_server.url)
    with client.http:
        yield client


def stored(data_dir: Path) -> list[str]:
    """All files below the data folder, by the last two parts of their paths."""
    return sorted("/".join(p.parts[-2:]) for p in data_dir.rglob("*") if p.is_file())


def test_an_uploaded_report_can_be_asked_about(client: UploadClient, tmp_path: Path) -> None:
    job = client.ingest("harbours", ("a.pdf", pdf(tmp_path, "Zarnholm counted 712 ships.")))

    assert (job["status"], job["counts"]["new"], job["error"]) == ("done", 1, None)
    assert any("712" in text for text in client.sources("How many ships did Zarnholm count?"))


def test_the_answer_names_the_files_and_their_documents(
    client: UploadClient, tmp_path: Path
) -> None:
    answer = client.upload("named", ("dir/../x.pdf", pdf(tmp_path, "Named ships."))).json()

    client.until(answer["job_id"], "done")
    [file] = answer["files"]
    assert file["path"] == "x.pdf"
    assert file["doc_id"] in {document["doc_id"] for document in client.documents()}


def test_a_file_of_the_same_name_is_replaced(client: UploadClient, tmp_path: Path) -> None:
    client.ingest("replaced", ("r.pdf", pdf(tmp_path, "The old version.")))
    job = client.ingest("replaced", ("r.pdf", pdf(tmp_path, "The new version.")))

    [found] = [d for d in client.documents() if d["locations"][0]["folder"] == "replaced"]
    assert (job["counts"]["changed"], found["doc_id"]) == (1, job["files"][0]["doc_id"])


def test_sources_name_a_file_as_it_is_called_now(
    client: UploadClient, data_dir: Path, tmp_path: Path
) -> None:
    client.ingest("named-anew", ("old.pdf", pdf(tmp_path, "Ullmere: 391 barges.")))
    [lies] = data_dir.rglob("old.pdf")
    lies.rename(lies.with_name("new.pdf"))
    job = client.ingest("named-anew", ("other.pdf", pdf(tmp_path, "Empty quays.")))
    done = client.http.post("/chat", json={"message": "Ullmere barges?"}).json()

    assert job["counts"]["moved"] == 1
    assert {s["file_name"] for s in done["sources"] if "391" in s["text"]} == {"new.pdf"}


def test_two_files_of_one_name_are_both_kept(client: UploadClient, tmp_path: Path) -> None:
    job = client.ingest(
        "twins", ("t.pdf", pdf(tmp_path, "One twin.")), ("T.pdf", pdf(tmp_path, "Other twin."))
    )

    assert {file["path"] for file in job["files"]} == {"t.pdf", "T (2).pdf"}


def test_a_broken_file_is_told_of_and_the_others_go_in(
    client: UploadClient, tmp_path: Path
) -> None:
    job = client.ingest(
        "mixed", ("good.pdf", pdf(tmp_path, "A good one.")), ("bad.pdf", b"not a PDF")
    )

    told = {file["path"]: (file["status"], bool(file["reason"])) for file in job["files"]}
    assert told == {"good.pdf": ("new", False), "bad.pdf": ("failed", True)}


def test_what_cannot_be_read_is_refused_and_nothing_is_stored(
    client: UploadClient, data_dir: Path, tmp_path: Path
) -> None:
    before = stored(data_dir)
    answer = client.upload("kinds", ("ok.pdf", pdf(tmp_path, "Fine.")), ("evil.exe", b"MZ"))

    assert problem(answer) == (415, PROBLEM, "unsupported_format")
    assert stored(data_dir) == before


def test_too_many_files_are_refused_and_nothing_is_stored(
    client: UploadClient, data_dir: Path
) -> None:
    before = stored(data_dir)
    answer = client.upload("many", *[(f"{n}.txt", b"x") for n in range(MAX_FILES + 1)])

    assert problem(answer) == (422, PROBLEM, "invalid_upload")
    assert stored(data_dir) == before


def test_uploads_take_no_more_space_than_they_may(
    start_server: StartServer, namespace: str, standin: Standin, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    room = {"max_upload_space_bytes": 5_000}
    with start_server(namespace=namespace, data_dir=data_dir, **room) as server:
        client = UploadClient(server.url)
        with client.http:
            client.ingest("space", ("a.txt", b"Three ships. " * 300))
            before = stored(data_dir)
            answer = client.upload("space", ("b.txt", b"Four ships. " * 300))

    assert problem(answer) == (507, PROBLEM, "upload_not_stored")
    assert "CITEWIRE_MAX_UPLOAD_SPACE_BYTES" in answer.json()["detail"]
    assert stored(data_dir) == before


def test_too_large_a_body_is_refused(client: UploadClient) -> None:
    answer = client.upload("large", ("l.txt", b"x" * MAX_BYTES))

    assert problem(answer) == (413, PROBLEM, "body_too_large")


def test_too_large_a_body_of_unknown_length_is_refused_and_nothing_is_stored(
    client: UploadClient, data_dir: Path
) -> None:
    before = stored(data_dir)
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="l.txt"\r\n\r\n'

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(MAX_BYTES // 1000 + 1):
            yield b"x" * 1000

    answer = client.http.post(
        "/documents",
        content=body(),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )

    assert problem(answer) == (413, PROBLEM, "body_too_large")
    assert stored(data_dir) == before


def test_a_body_over_the_limit_of_other_routes_is_taken(client: UploadClient) -> None:
    answer = client.upload("larger", ("l.txt", b"Words of a report. " * 5000))

    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        (f"multipart/form-data; boundary={'b' * 300}", b""),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"no part at all"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\ncut',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="folder"\r\n\r\n'
            + b"x" * 5000
            + b"\r\n--b--\r\n",
        ),
    ],
    ids=["json", "no boundary", "long boundary", "empty", "no part", "cut off", "long field"],
)
def test_what_is_no_form_is_refused(client: UploadClient, content_type: str, body: bytes) -> None:
    answer = client.http.post("/documents", content=body, headers={"content-type": content_type})

    assert problem(answer) == (422, PROBLEM, "invalid_upload")


@pytest.mark.parametrize("folder", ["", "  ", "..", "a/b", "a\\b", "x\x00y", "é" * 128, "NUL"])
def test_a_folder_that_is_no_name_is_refused(
    client: UploadClient, data_dir: Path, folder: str
) -> None:
    before = stored(data_dir)
    answer = client.upload(folder, ("a.txt", b"text"))

    assert problem(answer) == (422, PROBLEM, "invalid_upload")
    assert stored(data_dir) == before


def test_an_upload_without_files_is_refused(client: UploadClient) -> None:
    answer = client.http.post("/documents", files={"folder": (None, "empty")})

    assert problem(answer) == (422, PROBLEM, "invalid_upload")


def test_a_form_of_another_site_is_refused(client: UploadClient) -> None:
    answer = client.http.post(
        "/documents", files={"folder": (None, "x")}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403


HOSTILE = [
    ("../../etc/passwd.txt", "passwd.txt"),
    ("..\\..\\boot.txt", "boot.txt"),
    ("/etc/cron.d/job.txt", "job.txt"),
    ("C:\\Users\\x\\r.pdf", "r.pdf"),
    ("a\x00b.pdf", "ab.pdf"),
    ("a\r\nb.pdf", "ab.pdf"),
    ("...pdf", "document.pdf"),
    (".pdf", "document.pdf"),
    (".hidden.pdf", "hidden.pdf"),
    ("~$lock.docx", "lock.docx"),
    ("report.pdf. . ", "report.pdf"),
    ("NUL.txt", "_NUL.txt"),
    ("com1.pdf", "_com1.pdf"),
    ("cafe\u0301.pdf", "café.pdf"),
    ("\u202efdp.exe\u202c.pdf", "fdp.exe.pdf"),
    ('a,b|c"[d]`e.pdf', 'a,b|c"[d]`e.pdf'),
    ("🚢 דוח.PDF", "🚢 דוח.PDF"),
]


@pytest.mark.parametrize(("given", "name"), HOSTILE)
def test_a_name_is_never_a_path(given: str, name: str) -> None:
    assert file_name(given) == name


@pytest.mark.parametrize(
    "given", ["", "..", "/", "pdf", "x.exe", "a.pdf/", "a.pdf\\..", "x.pdf\x00.exe"]
)
def test_a_name_that_says_no_kind_is_refused(given: str) -> None:
    with pytest.raises(UnsupportedFormat):
        file_name(given)


def test_a_long_name_is_cut_but_for_its_ending() -> None:
    name = file_name("é" * 300 + ".pdf")

    assert (len(name.encode()) <= 255, name.endswith("é.pdf")) == (True, True)


def test_a_long_name_that_is_taken_gets_its_number() -> None:
    taken: set[str] = set()
    names = [distinct(file_name("é" * 300 + ".pdf"), taken) for _ in range(3)]

    assert [name[-8:] for name in names[1:]] == [" (2).pdf", " (3).pdf"]
    assert max(len(name.encode()) for name in names) <= 255


def test_names_of_folders_that_look_the_same_are_the_same() -> None:
    assert folder_name("cafe\u0301") == folder_name("café")


def test_a_folder_name_may_have_any_other_character() -> None:
    name = " a,b|c\"'[d]`e 🚢 "

    assert folder_name(name) == name


def test_a_lone_surrogate_is_no_folder() -> None:
    with pytest.raises(InvalidUpload):
        folder_name("a\ud800")


@pytest.mark.parametrize(("given", "name"), [HOSTILE[0], HOSTILE[15], HOSTILE[16]])
def test_a_hostile_name_lands_in_its_folder(
    client: UploadClient, data_dir: Path, given: str, name: str
) -> None:
    answer = client.upload("hostile, and | more", (given, b"Whatever it holds."))

    assert [file["path"] for file in answer.json()["files"]] == [name]
    assert f"hostile, and | more/{name}" in stored(data_dir)


@pytest.fixture
def document(client: UploadClient, tmp_path: Path) -> dict[str, Any]:
    job = client.ingest("files", ("f.pdf", pdf(tmp_path, "A file to be read.")))
    return {**job["files"][0], "bytes": pdf(tmp_path, "A file to be read.")}


def test_a_document_can_be_looked_at(client: UploadClient, document: dict[str, Any]) -> None:
    found = client.http.get(f"/documents/{document['doc_id']}").json()

    assert found["locations"] == [
        {"folder": "files", "path": "f.pdf", "unread": "", "changed_at": ""}
    ]


def test_title_and_date_can_be_corrected_and_set_back(
    client: UploadClient, document: dict[str, Any]
) -> None:
    path = f"/documents/{document['doc_id']}"
    before = client.http.get(path).json()
    set_ = client.http.patch(path, json={"title": " Ships\tof 1911 ", "date": "1911-05"})
    kept = client.http.get(path).json()
    back = client.http.patch(path, json={"title": None, "date": None})

    assert set_.status_code == 200
    assert set_.json() == kept
    assert kept == {
        **before,
        "title": "Ships of 1911",
        "date": "1911-05",
        "corrected": ["date", "title"],
    }
    assert back.json() == before


@pytest.mark.parametrize(
    "correction",
    [
        {"title": "  "},
        {"title": ""},
        {"title": "a" * 301},
        {"date": "2024-13"},
        {"date": "2024-02-30"},
        {"date": "yesterday"},
        {"pages": 3},
    ],
)
def test_a_correction_that_says_nothing_sensible_changes_nothing(
    client: UploadClient, document: dict[str, Any], correction: dict[str, Any]
) -> None:
    path = f"/documents/{document['doc_id']}"
    before = client.http.get(path).json()
    answer = client.http.patch(path, json=correction)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert client.http.get(path).json() == before


def test_the_file_is_given_out(client: UploadClient, document: dict[str, Any]) -> None:
    answer = client.http.get(f"/documents/{document['doc_id']}/file")

    assert answer.content == document["bytes"]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "inline; filename*=utf-8''f.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_range_of_the_file_is_given_out(client: UploadClient, document: dict[str, Any]) -> None:
    path = f"/documents/{document['doc_id']}/file"
    answer = client.http.get(path, headers={"range": "bytes=5-9"})

    assert (answer.status_code, answer.content) == (206, document["bytes"][5:10])


@pytest.mark.parametrize(
    "range", ["items=0-1", "bytes=5-2", "bytes=abc", "bytes=", "bytes=-", f"bytes={'9' * 5000}-"]
)
def test_a_range_that_is_none_is_ignored(
    client: UploadClient, document: dict[str, Any], range: str
) -> None:
    path = f"/documents/{document['doc_id']}/file"

    answer = client.http.get(path, headers={"range": range})

    assert (answer.status_code, answer.content) == (200, document["bytes"])


def test_a_file_that_is_known_is_not_sent_again(
    client: UploadClient, document: dict[str, Any]
) -> None:
    path = f"/documents/{document['doc_id']}/file"
    tag = client.http.get(path).headers["etag"]

    answer = client.http.get(path, headers={"if-none-match": tag})

    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


def test_a_file_that_was_changed_is_not_given_out(
    client: UploadClient, document: dict[str, Any], data_dir: Path
) -> None:
    [path] = data_dir.rglob("files/f.pdf")
    path.write_bytes(document["bytes"].replace(b"PDF-1", b"PDF-9"))
    answer = client.http.get(f"/documents/{document['doc_id']}/file")
    path.write_bytes(document["bytes"])

    assert problem(answer) == (404, PROBLEM, "document_not_found")


def test_a_web_page_is_given_out_in_a_sandbox(client: UploadClient) -> None:
    page = b"<html><title>T</title><body><script>x</script><p>Sandboxed ships.</p></body></html>"
    job = client.ingest("pages", ("p.html", page))
    answer = client.http.get(f"/documents/{job['files'][0]['doc_id']}/file")

    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("path", ["", "/file"])
def test_an_unknown_document_is_not_found(client: UploadClient, path: str) -> None:
    answer = client.http.get(f"/documents/{'0' * 32}{path}")

    assert problem(answer) == (404, PROBLEM, "document_not_found")


def test_a_deleted_document_is_not_found_in_answers(client: UploadClient, tmp_path: Path) -> None:
    job = client.ingest("deleted", ("d.pdf", pdf(tmp_path, "Ombrefjord counted 931 boats.")))
    question = "How many boats did Ombrefjord count?"
    assert any("931" in text for text in client.sources(question))
    answer = client.http.delete(f"/documents/{job['files'][0]['doc_id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not any("931" in text for text in client.sources(question))


def test_a_deleted_document_does_not_come_back_with_the_next_upload(
    client: UploadClient, tmp_path: Path
) -> None:
    job = client.ingest("again", ("d.pdf", pdf(tmp_path, "To be deleted.")))
    client.http.delete(f"/documents/{job['files'][0]['doc_id']}").raise_for_status()
    client.ingest("again", ("e.pdf", pdf(tmp_path, "To be kept.")))

    here = [d["locations"] for d in client.documents() if d["locations"][0]["folder"] == "again"]
    assert here == [[{"folder": "again", "path": "e.pdf", "unread": "", "changed_at": ""}]]


def test_deleting_or_correcting_what_there_is_not_is_not_found(client: UploadClient) -> None:
    # Not even what the command line would take for a folder.
    answers: list[httpx.Response] = [
        client.http.request(method, f"/documents/{name}", json={"title": "x"})
        for name in ("0" * 32, "harbours")
        for method in ("DELETE", "PATCH")
    ]

    assert [problem(answer) for answer in answers] == [(404, PROBLEM, "document_not_found")] * 4
