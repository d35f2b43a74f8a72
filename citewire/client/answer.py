"""A whole answer: its text, its citations with a verdict on each, and how a notebook shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from citewire.client.wire import Citation, Rectangle, Source, Warned
from citewire.services.answers.reducer import ToldAnswer
from citewire.text.offsets import utf16_place

PassageQuote = tuple[str, str]
"""The id of a passage, and words of it."""


@dataclass(frozen=True, slots=True)
class CitedPage:
    """A page that an answer cites, to be shown.

    Args:
        pdf: the page as a PDF of its own.
        rectangles: of the words that are cited, as shares of the page.
    """

    pdf: bytes
    rectangles: Sequence[Rectangle]


@dataclass(frozen=True, slots=True)
class CitedAnswer:
    """An answer with its proof; how it ended is in `end`.

    Args:
        text: in Markdown, with markers such as [1].
        citations: with the quote and the verdict; `claim_span` counts UTF-16 code units of the
            text.
        sources: all passages that it was made from.
        evidence: `strong`, `weak` or `none`; None where no report was asked.
        warnings: what one should know besides.
        end: `done`, `stopped` or `error`.
        finish_reason: why it was done, such as `stop` or `no_evidence`.
        error: what went wrong.
        chat_id: to ask on.
        run_id: of the run that made it.
        pages: cited pages, by passage and quote, as far as they were fetched.
    """

    text: str
    citations: Sequence[Citation]
    sources: Sequence[Source]
    evidence: str | None
    warnings: Sequence[Warned]
    end: str
    finish_reason: str
    error: str
    chat_id: str
    run_id: str
    pages: Mapping[PassageQuote, CitedPage] = field(default_factory=dict, repr=False)

    @classmethod
    def from_told(cls, told: ToldAnswer) -> "CitedAnswer":
        """What the events of a run told."""
        return cls(
            text=told.text,
            citations=[Citation.model_validate(one) for one in told.citations],
            sources=[Source.model_validate(one) for one in told.sources],
            evidence=told.evidence,
            warnings=[Warned.model_validate(one) for one in told.warnings],
            end=told.end,
            finish_reason=told.finish_reason,
            error=told.error,
            chat_id=told.chat_id,
            run_id=told.run_id,
        )

    def source_of(self, citation: Citation) -> Source:
        """The passage that a citation points at."""
        return next(source for source in self.sources if source.n == citation.n)

    def claim_of(self, citation: Citation) -> str:
        """The words of the answer that a citation carries."""
        span = citation.claim_span
        return self.text[utf16_place(self.text, span.start) : utf16_place(self.text, span.end)]

    @property
    def unsupported(self) -> list[Citation]:
        """Citations whose source does not say what is claimed."""
        return [one for one in self.citations if one.verification.status == "unsupported"]

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """How a notebook shows it: the text, and for each citation quote, verdict and page."""
        from citewire.client.rendering import answer_html  # deferred: it draws pages

        return answer_html(self)


def quotes_of(answer: CitedAnswer) -> list[PassageQuote]:
    """The quotes of an answer, each once, in the order of its citations."""
    return list(
        dict.fromkeys(
            (one.passage_id, one.quote.text) for one in answer.citations if one.quote.text
        )
    )
