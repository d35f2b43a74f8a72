"""The formats in which a chat leaves with its proof, and who writes them."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, Literal

import anyio
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from citewire.errors import ExportTooLong
from citewire.services.exports.labels import LABELS, Language
from citewire.services.exports.proof import LinkTo, no_link, proven
from citewire.storage.chats.record import Chat

ProofFormat = Literal["md", "html", "docx", "pdf"]
MEDIA_TYPES: Final[Mapping[ProofFormat, str]] = MappingProxyType(
    {
        "md": "text/markdown; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pdf": "application/pdf",
    }
)
MOST_CHARS: Final = 1_000_000
"""Characters of answers and footnotes in one file: some 300 pages."""
AT_ONCE: Final = 2
"""So many files are written at the same time."""
_limiter: RunVar[anyio.CapacityLimiter | None] = RunVar("exports")


async def proof_file(
    chat: Chat, format: ProofFormat, *, language: Language = "en", link: LinkTo = no_link
) -> bytes:
    """The active path of a chat as a file, written beside the event loop.

    Raises:
        ExportTooLong: it would be longer than a file may be.
    """
    limiter = _limiter.get(None)
    if limiter is None:
        _limiter.set(limiter := anyio.CapacityLimiter(AT_ONCE))
    return await run_sync(partial(write_proof, chat, format, language, link), limiter=limiter)


def write_proof(
    chat: Chat, format: ProofFormat, language: Language = "en", link: LinkTo = no_link
) -> bytes:
    """The same at once; raises as `proof_file`."""
    labels = LABELS[language]
    told = proven(chat, labels=labels, link=link)
    if format != "md" and told.size > MOST_CHARS:
        raise ExportTooLong(
            f"the chat has {told.size:,} characters with its footnotes; a file takes "
            f"{MOST_CHARS:,}: export single answers, or the chat as Markdown"
        )
    # All deferred: what they write with takes a while to load, and few need it.
    match format:
        case "md":
            from citewire.services.exports.markdown import to_markdown

            return to_markdown(told, labels=labels).encode()
        case "html":
            from citewire.services.exports.html import to_html

            return to_html(told, labels=labels, language=language).encode()
        case "docx":
            from citewire.services.exports.word import to_docx

            return to_docx(told, labels=labels)
        case "pdf":
            from citewire.services.exports.pdf import to_pdf

            return to_pdf(told, labels=labels, language=language)
