"""The docs hold what they promise: short sentences up front, links that lead somewhere."""

import re
from pathlib import Path

import pytest

from citewire.api.app import create_app
from citewire.settings import load_settings
from tests.docs_blocks import PAGES, ROOT

MOST_WORDS = 30
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
PLACE = re.compile(r"`((?:\w+/)+(?:\w+\.\w+)?)`")
"""A module or a folder that a page names."""
CODE = re.compile(r"`[^`\n]+`")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINKING = (*PAGES, *(ROOT / folder / "README.md" for folder in ("samples", "bench")))


def sentences(page: str) -> list[str]:
    """The sentences of a page: of its paragraphs, its points and the cells of its tables."""
    prose = re.sub(r"<!--.*?-->", "", FENCE.sub("\n\n", page), flags=re.DOTALL)
    prose = LINK.sub(r"\1", prose)
    pieces = re.split(r"\n\s*\n|\n(?=\s*(?:[-*#]|\d+\.) )|\|", prose)
    return [said for piece in pieces for said in re.split(r"(?<=[.!?])\s+", piece.strip())]


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def test_no_sentence_of_the_readme_is_long() -> None:
    found = sentences((ROOT / "README.md").read_text("utf-8"))

    assert [said for said in found if len(said.split()) > MOST_WORDS] == []


@pytest.mark.parametrize("path", LINKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    page = CODE.sub("", FENCE.sub("", path.read_text("utf-8")))
    for link in [address for _, address in LINK.findall(page) if "://" not in address]:
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path

        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text("utf-8")), link


def test_every_page_is_found_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = [link.partition("#")[0] for _, link in LINK.findall(page.read_text("utf-8"))]
        found = {(page.parent / link).resolve() for link in links if link.endswith(".md")}
        waiting += [path for path in found - reached if path.exists()]

    assert set((ROOT / "docs").rglob("*.md")) - set((ROOT / "docs/adr").glob("*.md")) <= reached


@pytest.mark.parametrize("name", ["architecture", "workflow", "safety"])
def test_the_modules_that_a_page_names_are_there(name: str) -> None:
    places = PLACE.findall((ROOT / "docs" / f"{name}.md").read_text("utf-8"))
    folders = (ROOT, ROOT / "citewire")

    assert places
    assert [at for at in places if not any((folder / at).exists() for folder in folders)] == []


def test_every_call_is_in_the_contract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs/protocol").glob("*.md"))
    calls = {
        f"{method.upper()} {path}"
        for path, methods in create_app(load_settings()).openapi()["paths"].items()
        for method in methods
    }

    assert {call for call in calls if f"`{call}" not in pages} == set()
