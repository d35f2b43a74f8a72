"""An answer as its events told it, put together again by somebody who only has these."""

from dataclasses import dataclass, field
from typing import Any

from citewire.services.answers.events import Ids
from citewire.workflows.events import Stage
from citewire.workflows.evidence import Evidence


@dataclass(slots=True)
class ToldAnswer:
    """An answer as far as the log has it."""

    ids: Ids
    question: str
    standalone: str
    sub_questions: list[str] = field(default_factory=list)
    finish_reason: None = None
    route: str = "answer"
    text: str = ""
    sources: list[dict[str, Any]] = field(default_factory=list)
    evidence: Evidence | None = None
    citations: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    timings: None = None
    last: int = 0
    asked_at: str = ""
    stages: list[tuple[Stage, float]] = field(default_factory=list)
    fallback: str = ""

    @property
    def kept_passages(self) -> list[str]:
        """The passages that are kept with the turn: the cited ones, all if none is."""
        cited = [source for source in self.sources if source["cited"]]
        return [source["passage_id"] for source in cited or self.sources]

    def take(self, name: str, number: int, data: Any) -> None:
        """One more event, in order."""
        self.last = number
        match name:
            case "delta":
                self.text += data["text"]
            case "start":
                self.asked_at = data["created_at"]
            case "status":
                self.stages.append((data["stage"], data["elapsed_ms"]))
            case "query":
                self.standalone = data["standalone"]
                self.sub_questions = data["sub_questions"]
            case "sources":
                self.sources = data["sources"]
                self.evidence = data["evidence"]
            case "warning":
                self.warnings.append(data)
                if data["code"] == "condense_fallback":
                    self.fallback = data["message"]
            case "citation":
                self.citations.append(data)
                self.sources[data["n"] - 1]["cited"] = True
            case "verdict":
                for citation in self.citations:
                    if citation["citation_id"] == data["citation_id"]:
                        citation["verification"] = data["verification"]
