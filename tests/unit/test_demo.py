"""The demo's browser, and the bars of reading reports."""

import pytest

from citewire.scripts.demo import has_viewer
from citewire.scripts.ingest import stages_of
from citewire.services.ingest.outcome import Progress

SCREEN = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("is_terminal", "environment", "platform", "expected"),
    [
        (True, SCREEN, "linux", True),
        (True, {"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        (True, {}, "darwin", True),
        (True, {}, "linux", False),
        (False, SCREEN, "linux", False),
        (True, {**SCREEN, "CI": "true"}, "linux", False),
        (True, {**SCREEN, "SSH_CONNECTION": "10.0.0.1"}, "linux", False),
    ],
)
def test_a_browser_is_opened_where_somebody_sees_it(
    is_terminal: bool, environment: dict[str, str], platform: str, expected: bool
) -> None:
    assert has_viewer(is_terminal, environment, platform) is expected


def test_a_stage_has_a_total_once_it_is_known_and_it_never_shrinks() -> None:
    totals: dict[str, list[int]] = {}
    for progress in (
        Progress(files=3, compared=1),
        Progress(files=3, compared=3, to_read=2),
        Progress(files=3, compared=3, to_read=2, read=1, passages=90, embedded=40),
        Progress(files=3, compared=3, to_read=2, read=2, passages=95, embedded=95, written=95),
    ):
        for name, _, total in stages_of(progress):
            totals.setdefault(name, []).append(total)

    assert totals["reading"] == [0, 2, 2, 2]
    assert totals["embedding"] == [0, 0, 0, 95]


def test_a_run_without_news_has_nothing_to_show_but_its_comparing() -> None:
    shown = [
        name for name, done, total in stages_of(Progress(files=3, compared=3)) if done or total
    ]

    assert shown == ["comparing"]
