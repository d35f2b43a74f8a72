"""A file read and split; loaded only by the processes that read."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from citewire.errors import UnreadableDocument
from citewire.services.ingest.readers.exchange import (
    Answer,
    Head,
    LookTask,
    PassageBatch,
    ReadPassage,
    ReadTask,
)
from citewire.services.passages.splitting import build_passages, embedded_text, indexed_terms
from citewire.services.reading.identity.identify import with_identity
from citewire.services.reading.read import look_at, read_report
from citewire.services.reading.withholding import withhold
from citewire.storage.library.passage_record import passage_fields
from citewire.text.tokens import count_tokens

PASSAGES_PER_PART = 64


def answers(task: ReadTask | LookTask, on_ocr: Callable[[], None]) -> Iterator[Answer]:
    """Read the file of `task` and give its head and its parts, or nothing of a look; blocks.

    `on_ocr` is called after each page that was read from its image.

    Raises:
        UnreadableDocument: it cannot be read, or was changed meanwhile.
        OSError: it cannot be opened.
    """
    if isinstance(task, LookTask):
        look_at(task.path, ocr=task.ocr, engine=task.ocr_choice)
        return
    _refuse_changed(task)
    read = read_report(task.path, ocr=task.ocr, engine=task.ocr_choice, on_ocr=on_ocr)
    report = with_identity(withhold(read, task.file_name), task.file_name)
    _refuse_changed(task)
    built = build_passages(
        # With the title that is embedded and searched; the head tells what the file says.
        replace(report, title=task.title) if task.title else report,
        doc_id=task.doc_id,
        folder=task.folder,
        file_name=task.file_name,
        max_tokens=task.max_tokens,
        overlap=task.overlap,
    )
    yield Head(
        title=report.title,
        language=report.language,
        date=report.date,
        notes=report.notes,
        pages=len(report.pages),
        passages=len(built),
        identity=report.identity,
    )
    english = report.language == "en"
    for start in range(0, len(built), PASSAGES_PER_PART):
        passages = []
        for one in built[start : start + PASSAGES_PER_PART]:
            text = embedded_text(one.node)
            tokens = count_tokens(text, english=english)
            fields = {**passage_fields(one.node), "terms": indexed_terms(one.node)}
            layout = one.layout.to_json()
            passages.append(ReadPassage(one.node.node_id, text, tokens, fields, layout))
        yield PassageBatch(tuple(passages))


def _refuse_changed(task: ReadTask) -> None:
    status = task.path.stat()
    if (status.st_size, status.st_mtime_ns) != (task.size, task.mtime_ns):
        raise UnreadableDocument("it was changed while it was being ingested: ingest it again")
