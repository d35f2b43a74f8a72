"""The drawing of the workflow is read from the code, and the documentation shows the same."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from citewire.scripts.cli import main
from citewire.workflows.chat import ChatWorkflow
from citewire.workflows.graph import Edge, edges_of, to_mermaid

DOCUMENT = Path(__file__).parents[2] / "docs" / "workflow.md"


def test_the_documentation_shows_the_graph_of_the_code() -> None:
    [drawn] = re.findall(r"```mermaid\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)

    assert drawn == to_mermaid(edges_of(ChatWorkflow))


def test_the_graph_is_that_of_the_issue() -> None:
    ways = {(edge.source, edge.target) for edge in edges_of(ChatWorkflow)}

    assert {("start", "screen"), ("screen", "route"), ("screen", "refuse")} <= ways
    assert {("route", "answer"), ("route", "reply"), ("record", "end")} <= ways
    assert {source for source, target in ways if target == "record"} == {
        "answer",
        "reply",
        "refuse",
    }


def test_the_command_prints_either_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph"]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR\n")
    assert main(["graph", "--format", "svg"]) == 0
    drawn = ET.fromstring(capsys.readouterr().out)
    names = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"screen", "route", "answer", "reply", "refuse", "record", "AskEvent"} <= set(names)


def run(script: str) -> "subprocess.CompletedProcess[str]":
    root = Path(__file__).parents[2]
    command = ["bash", "-c", script.format(python=sys.executable)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_the_command_says_that_the_disk_is_full() -> None:
    full = run("{python} -m citewire graph >/dev/full")
    assert (full.returncode, full.stderr) == (1, "citewire: No space left on device\n")


def test_the_command_can_be_interrupted_while_it_is_loaded() -> None:
    loading = (
        "import runpy, sys\n"
        "class Impatient:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'citewire.scripts.commands': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Impatient())\n"
        "runpy.run_module('citewire', run_name='__main__')\n"
    )
    interrupted = run(f'{{python}} -c "{loading}"')
    assert (interrupted.returncode, interrupted.stderr) == (130, "")


def test_an_edge_is_drawn_with_its_event() -> None:
    assert "    a -->|B| c\n" in to_mermaid([Edge("a", "B", "c")])
