"""The graph of a workflow, read from the signatures of its steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from llama_index.core.workflow import Workflow
from workflows.representation import WorkflowEventNode, get_workflow_representation

START, END = "start", "end"
COLUMN, ROW, WIDTH, HEIGHT, MARGIN = 210, 74, 120, 38, 24
"""Sizes of the drawing, in SVG user units."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One step may hand over to another with an event."""

    source: str
    event: str
    target: str


def edges_of(workflow: type[Workflow]) -> list[Edge]:
    """Who hands over what to whom; begins at `start` and ends at `end`."""
    graph = get_workflow_representation(workflow)
    # There an event is a node between the steps that hand it on and those that take it.
    events = [node for node in graph.nodes if isinstance(node, WorkflowEventNode)]
    edges = []
    for event in events:
        sources = [edge.source for edge in graph.edges if edge.target == event.id]
        targets = [edge.target for edge in graph.edges if edge.source == event.id]
        if event.is_subclass_of("StartEvent"):
            sources.append(START)
        if event.is_subclass_of("StopEvent"):
            targets.append(END)
        edges += [
            Edge(source, event.event_type, target) for source in sources for target in targets
        ]
    return sorted(edges, key=lambda edge: (_depth(edges, edge.source), edge.source, edge.target))


def to_mermaid(edges: Sequence[Edge]) -> str:
    """The graph as a Mermaid flowchart."""
    lines = ["flowchart LR", f"    {START}((start))", f"    {END}_((end))"]
    names = dict.fromkeys(edge.source for edge in edges if edge.source != START)
    lines += [f"    {name}[{name}]" for name in names]
    lines += [f"    {e.source} -->|{e.event}| {_mermaid_id(e.target)}" for e in edges]
    return "\n".join(lines) + "\n"


def _mermaid_id(name: str) -> str:
    return f"{END}_" if name == END else name  # `end` is a word of the language


def to_svg(edges: Sequence[Edge]) -> str:
    """The graph as an SVG drawing: steps in columns by how many stand before them."""
    places = _places(edges)
    width = max(x for x, _ in places.values()) + WIDTH + MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN
    drawn = [_line(edge, places) for edge in edges]
    drawn += [_box(name, *place) for name, place in places.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="13" text-anchor="middle">\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _places(edges: Sequence[Edge]) -> dict[str, tuple[int, int]]:
    columns: dict[int, list[str]] = {}
    for name in dict.fromkeys(name for edge in edges for name in (edge.source, edge.target)):
        columns.setdefault(_depth(edges, name), []).append(name)
    tallest = max(len(names) for names in columns.values())
    return {
        name: (
            MARGIN + column * COLUMN,
            MARGIN + row * ROW + (tallest - len(names)) * ROW // 2,
        )
        for column, names in columns.items()
        for row, name in enumerate(names)
    }


def _depth(edges: Sequence[Edge], name: str) -> int:
    """How many steps stand before `name` on the longest way; the graph has no circles."""
    before = [_depth(edges, edge.source) for edge in edges if edge.target == name]
    return 1 + max(before) if before else 0


def _box(name: str, x: int, y: int) -> str:
    round_by = HEIGHT // 2 if name in (START, END) else 6
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{round_by}" fill="#eef3fb" '
        f'stroke="#36588c"/><text x="{x + WIDTH // 2}" y="{y + HEIGHT // 2 + 5}">'
        f"{escape(name)}</text>"
    )


def _line(edge: Edge, places: dict[str, tuple[int, int]]) -> str:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT // 2, y2 + HEIGHT // 2
    over = x2 - x1 > COLUMN  # passes above the columns between
    bend = f"C{x1 + 60} {MARGIN // 2 - 20} {x2 - 60} {MARGIN // 2 - 20} " if over else "L"
    middle_y = MARGIN // 2 if over else (y1 + y2) // 2 - 5
    return (
        f'<path d="M{x1} {y1}{bend}{x2} {y2}" fill="none" stroke="#555" marker-end="url(#tip)"/>'
        f'<text x="{(x1 + x2) // 2}" y="{middle_y}" font-size="10" fill="#555">'
        f"{escape(edge.event)}</text>"
    )
