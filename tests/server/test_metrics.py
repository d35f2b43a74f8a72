"""`/metrics` of a real server: who may scrape it, and what it says of what was done."""

from collections.abc import Iterator

import httpx
import pytest

from tests.doubles.chat_client import problem
from tests.doubles.corpus import CORPUS
from tests.doubles.scraped import METRICS_KEY, OPENMETRICS, scrape
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

KEY = "key-of-default"
MOST = 150
"""Requests a minute."""
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def scraped(start_server: StartServer) -> Iterator[Server]:
    """A server with keys, whose metrics have one of their own."""
    with start_server(
        api_keys=f"default:{KEY},bob:key-of-bob",
        metrics_key=METRICS_KEY,
        max_requests_per_owner=MOST,
    ) as server:
        yield server


def _get(server: Server, path: str = "/metrics", **headers: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers=headers, trust_env=False)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"Bearer {METRICS_KEY}x"},
        {"Authorization": f"Basic {METRICS_KEY}"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer schlüssel".encode().decode("latin-1")},
    ],
)
def test_only_the_key_of_the_metrics_opens_them(scraped: Server, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = httpx.get(f"{scraped.url}/metrics", headers=raw, trust_env=False)

    assert problem(answer) == (401, PROBLEM, "api_key_refused")


def test_the_key_of_the_metrics_opens_nothing_else(scraped: Server) -> None:
    answer = _get(scraped, "/documents", Authorization=f"Bearer {METRICS_KEY}")

    assert problem(answer) == (401, PROBLEM, "api_key_refused")


def test_without_a_setting_there_are_none(server: Server) -> None:
    assert problem(_get(server)) == (404, PROBLEM, "not_found")


def test_prometheus_reads_both_formats(scraped: Server) -> None:
    as_text, as_openmetrics = scrape(scraped.url), scrape(scraped.url, accept=OPENMETRICS)

    assert as_text.kinds["citewire_first_token_seconds"] == "histogram"
    assert as_openmetrics.kinds["citewire_runs"] == "counter"
    assert as_text.sum("citewire_build_info") == 1
    assert as_text.sum("citewire_redis_up") == 1
    # What a test of another module has left in the library of all counts, too.
    assert as_text.sum("citewire_passages") >= len(CORPUS)
    assert as_text.sum("citewire_worker_processes") == 1


def test_nothing_that_is_sent_becomes_a_label(scraped: Server) -> None:
    with httpx.Client(base_url=scraped.url, trust_env=False) as http:
        before = scrape(scraped.url)
        for number in range(20):
            http.request(f"BREW{number}", f"/{number}")
            http.get(f"/nothing/{number}?of={number}", headers={"Host": f"host{number}"})
            http.get(f"/chats/{number:032x}", headers={"Authorization": f"Bearer {KEY}"})
    after = scrape(scraped.url)
    new = {
        labels
        for name, by_labels in after.samples.items()
        for labels in by_labels.keys() - before.samples.get(name, {}).keys()
    }

    values = {value for labels in new for name, value in labels if name != "le"}
    assert values <= {
        *("GET", "other", "none", "/chats/{chat_id}", "/metrics"),
        *("200", "401", "404", "429", "400", "405"),
        *("api_key_refused", "chat_not_found", "too_many_requests", "not_found"),
        "method_not_allowed",
    }
    assert after.sum("citewire_http_requests_total", route="/chats/{chat_id}") == 20


async def test_what_the_provider_does_is_counted(scraped: Server, standin: Standin) -> None:
    before = scrape(scraped.url)
    await standin.configure(fail="500", fail_times=1, fail_kind="chat")
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=scraped.url, trust_env=False, headers=headers) as http:
        asked = {"message": "How many ships did Quillmere harbour count in 2023?"}
        (await http.post("/chat", json=asked, timeout=30)).raise_for_status()
    after = scrape(scraped.url)

    def more(name: str, **labels: str) -> float:
        return after.sum(name, **labels) - before.sum(name, **labels)

    assert more("citewire_provider_calls_total", kind="chat", result="ok") == 1
    assert more("citewire_provider_retries_total", kind="chat") == 1
    assert more("citewire_provider_calls_total", kind="embeddings", result="ok") >= 1
    assert more("citewire_provider_seconds_count", kind="chat") == 1
    assert more("citewire_retrieval_seconds_count", how="dense") == 1  # the corpus has no words
    assert more("citewire_tokens_total", kind="completion") > 0
    assert more("citewire_redis_seconds_count") > 3


def test_who_spends_too_much_is_counted(scraped: Server) -> None:
    before = scrape(scraped.url).sum("citewire_http_problems_total", code="too_many_requests")
    headers = {"Authorization": "Bearer key-of-bob"}
    with httpx.Client(base_url=scraped.url, trust_env=False, headers=headers) as http:
        statuses = [http.get("/chats").status_code for _ in range(MOST + 10)]
    after = scrape(scraped.url).sum("citewire_http_problems_total", code="too_many_requests")

    assert after - before == statuses.count(429) > 0


def test_what_an_upload_became_is_counted(scraped: Server) -> None:
    before = scrape(scraped.url)
    client = UploadClient(scraped.url)
    client.http.headers["Authorization"] = f"Bearer {KEY}"
    job = client.upload(
        "counted",
        ("good.txt", b"The lighthouse of Ostry has 512 lamps."),
        ("broken.pdf", b"%PDF-1.7 nothing else"),
    )
    client.events(job.json()["job_id"])  # to its end, in one request
    after = scrape(scraped.url)
    [document] = [
        one
        for one in client.http.get("/documents").json()["documents"]
        if one["title"].startswith("The lighthouse of Ostry")
    ]
    client.http.delete(f"/documents/{document['doc_id']}").raise_for_status()
    client.http.close()
    left = scrape(scraped.url)

    def more(name: str, **labels: str) -> float:
        return after.sum(name, **labels) - before.sum(name, **labels)

    assert more("citewire_ingested_documents_total", status="new") == 1
    assert more("citewire_ingested_documents_total", status="failed") == 1
    assert more("citewire_ingested_passages_total") == 1
    assert more("citewire_passages") == 1
    assert left.sum("citewire_passages") == before.sum("citewire_passages")
    assert more("citewire_ingest_seconds_total", stage="read") > 0
    assert more("citewire_ingest_seconds_total", stage="write") > 0
