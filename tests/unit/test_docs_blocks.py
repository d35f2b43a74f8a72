"""The lists in the docs are those of the code."""

from pathlib import Path

import pytest

from tests.docs_blocks import BLOCK, PAGES, blocks, filled


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_generated_blocks_are_current(path: Path) -> None:
    page = path.read_text("utf-8")

    assert filled(page) == page, "run `python -m tests.docs_blocks`"


def test_every_block_stands_somewhere() -> None:
    found = {name for path in PAGES for _, name, *_ in BLOCK.findall(path.read_text("utf-8"))}

    assert found == set(blocks())
