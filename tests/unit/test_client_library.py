"""The library without a server: its types, what it imports, and how a notebook shows an answer."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from citewire.client.answer import CitedAnswer, CitedPage
from citewire.client.source_text import readable_text
from citewire.client.wire import Citation, Rectangle, Source
from tests.client_types import FILE, client_types
from tests.doubles.small_pdfs import write_pdf

MARKED = "Ships <b>rose</b> [1].\n\n![x](http://evil.example/x.png) [y](http://evil.example)"


def source(text: str = "Ships rose.", **more: Any) -> Source:
    found = {
        **dict.fromkeys(("passage_id", "doc_id", "folder", "url", "kind", "document_kind"), "p"),
        **dict.fromkeys(("organisation", "section", "collection", "collection_name"), ""),
        **{key: [] for key in ("withheld", "periods", "found_by", "context", "also_in")},
        **{"n": 3, "title": "A <report>", "file_name": "a.pdf", "page_label": "iv", "text": text},
        **{"page_start": 4, "page_end": 4, "score": 0.5, "cited": True, "table": None},
    }
    return Source.model_validate({**found, **more})


def citation(status: str, method: str = "numbers") -> Citation:
    start = MARKED.index("[1]")
    return Citation.model_validate(
        {
            **{"citation_id": "c1", "n": 3, "label": 1, "passage_id": "p", "origin": "marked"},
            "claim_span": {"start": 0, "end": start},
            "marker_span": {"start": start, "end": start + 3},
            "quote": {"text": "Ships <rose>.", "page": 4, "match": "exact", "address": ""},
            "verification": {
                **{"status": status, "score": 1.0, "method": method, "reason": "so it is"},
                **{"facts": [], "calculations": [], "beside": None},
            },
        }
    )


def answer(status: str = "supported", **more: Any) -> CitedAnswer:
    told: dict[str, Any] = {
        **{"text": MARKED, "citations": [citation(status)], "sources": [source()]},
        **{"evidence": "strong", "warnings": [], "end": "done", "finish_reason": "stop"},
        **{"error": "", "chat_id": "c", "run_id": "r"},
    }
    return CitedAnswer(**{**told, **more})


def test_the_types_are_those_of_the_wire() -> None:
    assert FILE.read_text("utf-8") == client_types(), "run `make docs`"


def test_asking_a_server_needs_no_engine() -> None:
    code = (
        "import sys, citewire; citewire.AsyncClient; citewire.Client;"
        "print([m for m in ('llama_index.core', 'onnxruntime', 'fastapi') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_claim_is_cut_out_of_the_text_where_the_span_says() -> None:
    told = answer()

    assert told.claim_of(told.citations[0]) == "Ships <b>rose</b> "
    assert told.source_of(told.citations[0]).page_label == "iv"
    assert told.unsupported == []
    assert answer("unsupported").unsupported != []


def test_a_notebook_shows_the_marker_the_quote_and_the_verdict() -> None:
    html = answer()._repr_html_()

    assert '<sup title="A &lt;report&gt;, p. iv: Ships &lt;rose&gt;."' in html
    assert "“Ships &lt;rose&gt;.”" in html
    assert "✓ supported" in html
    assert "so it is" in html
    assert "✗ unsupported" in answer("unsupported")._repr_html_()


def test_nothing_of_an_answer_is_markup_or_fetched() -> None:
    html = answer()._repr_html_()

    assert "<b>rose" not in html
    assert "<a" not in html
    assert "<img" not in html


def test_a_notebook_says_how_an_answer_ended_and_that_evidence_is_weak() -> None:
    assert "Weak evidence" in answer(evidence="weak")._repr_html_()
    assert "the model failed" in answer(end="error", error="the model failed")._repr_html_()
    assert "stopped before its end" in answer(end="stopped")._repr_html_()


def test_a_notebook_shows_each_cited_page_once(tmp_path: Path) -> None:
    pdf = write_pdf(tmp_path / "a.pdf", ["Ships rose."]).read_bytes()
    page = CitedPage(pdf, [Rectangle(x0=0.1, y0=0.1, x1=0.5, y1=0.2)])
    two = [citation("supported"), citation("supported")]

    html = answer(citations=two, pages={("p", "Ships <rose>."): page})._repr_html_()

    assert html.count("data:image/png;base64,") == 1


def test_models_of_others_do_not_get_what_is_withheld() -> None:
    hidden = [{"start": 6, "end": 10, "reason": "invisible"}]

    assert readable_text(source("😀 ok XXXX end", withheld=hidden)) == "😀 ok      end"


def test_private_signs_of_a_text_move_no_marker() -> None:
    text = MARKED.replace("Ships", "Sh\ue000ps")

    assert '<sup title="A &lt;report&gt;' in answer(text=text)._repr_html_()
    assert "[1]" in answer(text=text)._repr_html_()
    assert "Sh\ufffdps" in answer(text=text)._repr_html_()
