"""Words divided at line ends: put together as the report itself writes them."""

import pytest

from citewire.services.reading.hyphens import Spellings


def mended(above: str, below: str, *known: str) -> str | None:
    words = Spellings()
    words.learn([above, below])
    words.learn(known)
    return words.mended(above, below)


@pytest.mark.parametrize("hyphen", ["-", "\ufffe"])
def test_a_divided_word_loses_its_hyphen(hyphen: str) -> None:
    assert mended(f"some infor{hyphen}", "mation here") == "some infor"


@pytest.mark.parametrize(
    ("above", "below", "known"),
    [
        ("very high-", "spending people", "high and spending"),
        ("the e-", "commerce of today", "all e-commerce grows"),
        ("for non-", "U.S. sales", ""),
    ],
)
def test_a_hyphen_of_the_word_itself_stays(above: str, below: str, known: str) -> None:
    assert mended(above, below, known) == above


def test_what_is_written_in_one_word_elsewhere_is_one_word() -> None:
    assert mended("tech-", "nologies", "tech nologies technologies") == "tech"


@pytest.mark.parametrize(("above", "below"), [("737-", "10"), ("ends here.", "Next"), ("a -", "b")])
def test_what_is_not_divided_is_left_alone(above: str, below: str) -> None:
    assert mended(above, below) is None
