"""An answer as a client has it: put together from its events, or read from a stored chat."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
End = Literal["done", "stopped", "error", ""]

ENDS: dict[str, End] = {"done": "done", "stopped": "stopped", "error": "error"}
STATUSES: dict[str, End] = {"complete": "done", "stopped": "stopped", "error": "error"}


@dataclass(slots=True)
class ShownAnswer:
    """What is known of it so far; `end` is empty until its last event."""

    chat_id: str = ""
    run_id: str = ""
    message_id: str = ""
    text: str = ""
    sources: list[Json] = field(default_factory=list)
    evidence: str | None = None
    citations: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)
    end: End = ""
    finish_reason: str = ""
    stopped_by: str = ""
    error: str = ""

    @classmethod
    def from_message(cls, chat_id: str, message: Json) -> "ShownAnswer":
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
            end=STATUSES.get(message["status"], ""),
            finish_reason=message["finish_reason"] or "",
            stopped_by=message["stopped_by"] or "",
            error=message["error"] or "",
        )

    def take(self, name: str, data: Json) -> None:
        """One more event, in order; unknown ones change nothing."""
        match name:
            case "start":
                self.chat_id, self.run_id = data["chat_id"], data["run_id"]
                self.message_id = data["assistant_message_id"]
            case "sources":
                self.sources, self.evidence = data["sources"], data["evidence"]
            case "delta":
                self.text += data["text"]
            case "citation":
                self.citations.append(data)
            case "verdict":
                for citation in self.citations:
                    if citation["citation_id"] == data["citation_id"]:
                        citation["verification"] = data["verification"]
            case "warning":
                self.warnings.append(data)
            case "done" | "stopped" | "error":
                self._finish(ENDS[name], data)

    def _finish(self, end: End, data: Json) -> None:
        """The last event says what was stored; of an error, what came before stands."""
        self.end = end
        self.finish_reason = data.get("finish_reason", "")
        self.stopped_by = data.get("by", "")
        self.error = data.get("message", "")
        self.text = data.get("answer", self.text)
        self.citations = data.get("citations", self.citations)
        self.sources = data.get("sources", self.sources)

    def numbered(self) -> list[tuple[int, Json]]:
        """The sources as they are numbered in the text, and after them those not cited."""
        labels = {citation["n"]: citation["label"] for citation in self.citations}
        sources = {source["n"]: source for source in self.sources}
        by_label = sorted(labels.items(), key=lambda one: one[1])
        cited = [(label, sources[n]) for n, label in by_label if n in sources]
        rest = [source for n, source in sources.items() if n not in labels]
        return [*cited, *enumerate(rest, start=max(labels.values(), default=0) + 1)]

    def cited(self, n: int) -> list[Json]:
        """The citations of the source that the model knows as `n`, in the order of the text."""
        found = [citation for citation in self.citations if citation["n"] == n]
        return sorted(found, key=lambda citation: int(citation["claim_span"]["start"]))
