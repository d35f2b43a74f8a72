"""`citewire graph`: draws the workflow from its code."""

from typing import Literal

from citewire.workflows.chat import ChatWorkflow
from citewire.workflows.graph import edges_of, to_mermaid, to_svg


def graph(form: Literal["mermaid", "svg"]) -> int:
    """Print the graph; gives the exit code."""
    edges = edges_of(ChatWorkflow)
    print(to_svg(edges) if form == "svg" else to_mermaid(edges), end="")
    return 0
