"""Tables as the passages that an answer cites: read and cut as those of a document."""

from collections.abc import Sequence
from pathlib import Path

from llama_index.core.schema import TextNode

from citewire.content.table_record import TABLE, table_from_json
from citewire.services.citations.judging import SourceText
from citewire.services.citations.verdicts import Judgement, judge
from citewire.services.passages.splitting import build_passages
from citewire.services.reading.flow import flow_report, table_part


def table_nodes(rows: Sequence[Sequence[str]], caption: str = "") -> list[TextNode]:
    """The nodes of a document that holds nothing but this table."""
    parts = [table_part([list(row) for row in rows], caption=caption)]
    report = flow_report(Path("report.txt"), parts, top=())
    built = build_passages(report, doc_id="d", folder="f", file_name="n", max_tokens=220, overlap=0)
    return [one.node for one in built]


def cited(rows: Sequence[Sequence[str]], caption: str = "") -> list[SourceText]:
    """The passages of a document that holds nothing but this table."""
    return [
        SourceText(node.text, table_from_json(node.metadata[TABLE]), node.id_)
        for node in table_nodes(rows, caption)
    ]


def judged(claim: str, rows: Sequence[Sequence[str]], caption: str = "") -> Judgement:
    """What is said of a claim that cites this table."""
    return judge(claim, [source.digest for source in cited(rows, caption)])
