"""The figures as plots: bars in SVG, written by hand, for they are few and always the same."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from measures import CHATS, LENGTHS, STREAMS
from report import Results

COLOURS = {"direct": "#8a8f98", "bare": "#4c78a8", "citewire": "#2f9e6e", "recipe": "#d1603d"}
WIDTH, BAR, GAP, LEFT, RIGHT, TOP = 720, 16, 12, 150, 90, 56
FONT = "font-family='system-ui, sans-serif' font-size='13'"
Bars = dict[str, float | None]
"""By server."""


def write_plots(results: Results, folder: Path) -> None:
    """Draw what was measured into `folder`, a file for each plot; what was not is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (title, groups) in _plots(results).items():
        known = {label: _known(bars) for label, bars in groups.items()}
        if any(known.values()):
            (folder / f"speed-{name}.svg").write_text(draw(title, known), "utf-8")


def draw(title: str, groups: dict[str, dict[str, float]]) -> str:
    """A plot of groups of bars, each with its value beside it; all of one scale.

    Args:
        title: above them.
        groups: by what stands left of them, a bar for each server.
    """
    largest = max(value for bars in groups.values() for value in bars.values())
    scale = (WIDTH - LEFT - RIGHT) / max(largest, 1e-9)
    parts: list[str] = []
    y = TOP
    for label, bars in groups.items():
        middle = y + len(bars) * BAR / 2 + 4
        parts.append(_text(LEFT - 10, middle, label, anchor="end"))
        for server, value in bars.items():
            width = max(1.0, value * scale)
            parts.append(
                f"<rect x='{LEFT}' y='{y}' width='{width:.1f}' height='{BAR - 2}' "
                f"fill='{COLOURS[server]}'/>"
            )
            parts.append(_text(LEFT + width + 6, y + 12, _shown(value)))
            y += BAR
        y += GAP
    shown = dict.fromkeys(server for bars in groups.values() for server in bars)
    head = [_text(10, 20, title, weight="bold"), *_legend(list(shown))]
    size = f"viewBox='0 0 {WIDTH} {y}' width='{WIDTH}' height='{y}'"
    # A ground of its own: what shows it may be dark.
    ground = f"<rect width='{WIDTH}' height='{y}' fill='#ffffff'/>"
    body = "\n".join([ground, *head, *parts])
    named = f"<title>{escape(title)}</title>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' role='img' {size}>\n{named}\n{body}\n</svg>\n"


def _plots(results: Results) -> dict[str, tuple[str, dict[str, Bars]]]:
    def bars(figure: str, value: Callable[[str, str], float | None]) -> Bars:
        return {server: value(server, figure) for server in ("bare", "citewire", "recipe")}

    lengths = {
        f"{tokens:,} tokens": bars(f"cpu_ms_{tokens}", results.median) for tokens in LENGTHS[:3]
    }
    firsts = {
        f"{chats} chat{'s' * (chats > 1)}": bars(
            f"first_token_p50_{chats}_ms", results.above_direct
        )
        for chats in CHATS
    }
    memory = {
        f"{streams} streams": bars(f"memory_{streams}_mb", results.median) for streams in STREAMS
    }
    return {
        "cpu": ("CPU of the service per answer, ms (less is better)", lengths),
        "first-token": ("First token above the provider's own, ms, median", firsts),
        "memory": ("Memory per 100 open streams, MB", memory),
    }


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _known(bars: Bars) -> dict[str, float]:
    return {server: value for server, value in bars.items() if value is not None and value > 0}


def _legend(servers: Sequence[str]) -> list[str]:
    parts: list[str] = []
    for place, server in enumerate(servers):
        x = LEFT + place * 110
        parts.append(f"<rect x='{x}' y='32' width='12' height='12' fill='{COLOURS[server]}'/>")
        parts.append(_text(x + 18, 43, server))
    return parts


def _text(x: float, y: float, told: str, *, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' {FONT} text-anchor='{anchor}' font-weight='{weight}' "
        f"fill='#222222'>{escape(told)}</text>"
    )
