"""An answer as its events told it, put together again by whoever only has these.

The terminal client reads them from HTTP, the end of a lost run from its log: both as plain JSON. It
imports nothing, for that client runs without the engine.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Ending = Literal["done", "stopped", "error", ""]

_ENDING_OF: dict[str, Ending] = {"complete": "done", "stopped": "stopped", "error": "error"}


@dataclass(slots=True)
class ToldAnswer:
    """What is known of an answer so far; `end` is empty until its last event.

    `error` is why it failed, `finish_reason` and `timings` are told by its last event alone.
    """

    chat_id: str = ""
    run_id: str = ""
    message_id: str = ""
    asked_at: str = ""
    question: str = ""
    standalone: str = ""
    sub_questions: list[str] = field(default_factory=list)
    document: Json | None = None
    stages: list[tuple[str, float]] = field(default_factory=list)
    text: str = ""
    sources: list[Json] = field(default_factory=list)
    evidence: str | None = None
    citations: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)
    end: Ending = ""
    finish_reason: str = ""
    stopped_by: str = ""
    error: str = ""
    timings: Json | None = None

    @classmethod
    def from_message(cls, chat_id: str, message: Json) -> "ToldAnswer":
        """An answer of a stored chat."""
        return cls(
            chat_id=chat_id,
            run_id=message["run_id"] or "",
            message_id=message["message_id"],
            text=message["text"],
            sources=message["sources"],
            evidence=message["evidence"],
            citations=message["citations"],
            warnings=message["warnings"],
            end=_ENDING_OF.get(message["status"], ""),
            finish_reason=message["finish_reason"] or "",
            stopped_by=message["stopped_by"] or "",
            error=message["error"] or "",
        )

    def take(self, name: str, data: Json) -> None:
        """One more event, in order; unknown ones change nothing."""
        match name:
            case "delta":
                self.text += data["text"]
            case "start":
                self.chat_id, self.run_id = data["chat_id"], data["run_id"]
                self.message_id, self.asked_at = data["assistant_message_id"], data["created_at"]
            case "status":
                self.stages.append((data["stage"], data["elapsed_ms"]))
            case "query":
                self.question, self.standalone = data["original"], data["standalone"]
                self.sub_questions, self.document = data["sub_questions"], data.get("document")
            case "sources":
                self.sources, self.evidence = data["sources"], data["evidence"]
            case "citation":
                self.citations.append(data)
                for source in self.sources:
                    source["cited"] = source["cited"] or source["n"] == data["n"]
            case "verdict":
                for citation in self.citations:
                    if citation["citation_id"] == data["citation_id"]:
                        citation["verification"] = data["verification"]
            case "warning":
                self.warnings.append(data)
            case "done" | "stopped" | "error":
                self._finish(name, data)

    def _finish(self, end: Ending, data: Json) -> None:
        """The last event says what was stored; of an error, what came before stands."""
        self.end = end
        if data.get("code") == "model_thought_aloud":  # nothing of it was the answer
            self.text, self.citations, self.warnings = "", [], []
        self.finish_reason = data.get("finish_reason", "")
        self.stopped_by = data.get("by", "")
        self.error = data.get("message", "")
        self.text = data.get("answer", self.text)
        self.citations = data.get("citations", self.citations)
        self.sources = data.get("sources", self.sources)
        self.evidence = data.get("evidence", self.evidence)
        self.warnings = data.get("warnings", self.warnings)
        self.timings = data.get("timings")

    @property
    def route(self) -> str:
        """What became of the message; no event tells of another."""
        return "answer"

    @property
    def spoken_of(self) -> None:
        """What it spoke of is not known of an answer that had no end."""
        return None

    @property
    def fallback(self) -> str:
        """Why the question was not rewritten as it should have been; empty if it was."""
        codes = {warning["code"]: warning["message"] for warning in self.warnings}
        return str(codes.get("condense_fallback", ""))

    @property
    def kept_passages(self) -> list[str]:
        """The passages that are kept with the turn: the cited ones, all if none is.

        Also those beside them that have words of a claim.
        """
        cited = [source for source in self.sources if source["cited"]]
        beside = (one["verification"].get("beside") for one in self.citations)
        ids = [source["passage_id"] for source in cited or self.sources]
        return list(dict.fromkeys([*ids, *(one["passage_id"] for one in beside if one)]))

    def numbered(self) -> list[tuple[int, Json]]:
        """The sources as they are numbered in the text, and after them those not cited."""
        labels = {citation["n"]: citation["label"] for citation in self.citations}
        sources = {source["n"]: source for source in self.sources}
        by_label = sorted(labels.items(), key=lambda pair: pair[1])
        cited = [(label, sources[n]) for n, label in by_label if n in sources]
        rest = [source for n, source in sources.items() if n not in labels]
        return [*cited, *enumerate(rest, start=max(labels.values(), default=0) + 1)]

    def cited(self, n: int) -> list[Json]:
        """The citations of the source that the model knows as `n`, in the order of the text."""
        found = [citation for citation in self.citations if citation["n"] == n]
        return sorted(found, key=lambda citation: int(citation["claim_span"]["start"]))
