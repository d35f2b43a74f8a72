"""Uploads and jobs as a client sees them."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from tests.doubles.small_pdfs import write_pdf

Json = dict[str, Any]
OVER = ("done", "failed", "stopped", "interrupted")


def pdf(tmp_path: Path, text: str) -> bytes:
    """A PDF of one page that says `text`."""
    return write_pdf(tmp_path / "made.pdf", [text]).read_bytes()


class UploadClient:
    """Uploads over HTTP."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False, verify=False)

    def upload(
        self, folder: str, *files: tuple[str, bytes], collection: str = "private"
    ) -> httpx.Response:
        """POST /documents."""
        parts = [("files", file) for file in files]
        into = {"collection": collection}
        return self.http.post("/documents", params=into, data={"folder": folder}, files=parts)

    def job(self, job_id: str) -> Json:
        """GET /jobs/{id}."""
        found: Json = self.http.get(f"/jobs/{job_id}").raise_for_status().json()
        return found

    def jobs(self, **query: int) -> list[Json]:
        """GET /jobs."""
        found: list[Json] = self.http.get("/jobs", params=query).raise_for_status().json()["jobs"]
        return found

    def stop(self, job_id: str) -> Json:
        """DELETE /jobs/{id}."""
        stopped: Json = self.http.delete(f"/jobs/{job_id}").raise_for_status().json()
        return stopped

    def until(self, job_id: str, *statuses: str, within_s: float = 30.0) -> Json:
        """Wait until the job has one of these statuses."""
        deadline = time.monotonic() + within_s
        while True:
            job = self.job(job_id)
            if job["status"] in statuses:
                return job
            assert time.monotonic() < deadline, job
            time.sleep(0.05)

    def ingest(self, folder: str, *files: tuple[str, bytes], collection: str = "private") -> Json:
        """Upload and wait until the job is over."""
        answer = self.upload(folder, *files, collection=collection)
        assert answer.status_code == 202, answer.text
        return self.until(answer.json()["job_id"], *OVER)

    def documents(self) -> list[Json]:
        """GET /documents."""
        found: list[Json] = self.http.get("/documents").raise_for_status().json()["documents"]
        return found

    def events(self, job_id: str, opened: threading.Event | None = None) -> list[tuple[str, Json]]:
        """GET /jobs/{id}/events to its end: names and data; `opened` is set when it begins."""
        with self.http.stream("GET", f"/jobs/{job_id}/events") as answer:
            answer.raise_for_status()
            if opened is not None:
                opened.set()
            answer.read()
        blocks = [block for block in answer.text.split("\n\n") if block.startswith("event:")]
        lines = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
        return [(line["event"], json.loads(line["data"])) for line in lines]

    def sources(self, question: str) -> list[str]:
        """Texts of the sources of an answer."""
        done = self.http.post("/chat", json={"message": question}).raise_for_status().json()
        return [source["text"] for source in done["sources"]]
