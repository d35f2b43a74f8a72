"""Draws the dashboard's panels as Grafana would, by the same queries, from a running Prometheus.

`python bench/draw_dashboard.py http://localhost:9090 dashboard.png --minutes 60 --window 5m`

It needs matplotlib, which Citewire itself does not: `pip install matplotlib`.
"""

import argparse
import json
import math
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot, ticker

BOARD = Path(__file__).parents[1] / "deploy/monitoring/dashboard.json"
POINTS = 240
UNIT_IN = 0.72
"""Of a row of the grid, in inches."""
COLOURS = {"green": "#56a64b", "yellow": "#f2cc0c", "red": "#e02f44"}
Json = dict[str, Any]


def main() -> None:
    """Draw all panels into one picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prometheus", help="its address")
    parser.add_argument("picture", type=Path, help="PNG or SVG to write")
    parser.add_argument("--minutes", type=float, default=60, help="that are shown")
    parser.add_argument("--window", default="5m", help="over which shares and rates are taken")
    given = parser.parse_args()
    end = time.time()
    asked = Asked(given.prometheus, end - 60 * given.minutes, end, given.window)
    draw(json.loads(BOARD.read_text("utf-8"))["panels"], asked, given.picture)


class Asked:
    """The queries of the panels, over one time.

    Args:
        url: of Prometheus.
        start: in seconds since 1970.
        end: the same.
        window: as `5m`, for `$window`.
    """

    def __init__(self, url: str, start: float, end: float, window: str) -> None:
        self._url, self.start, self.end, self._window = url, start, end, window

    def line(self, expr: str) -> list[Json]:
        """The series of a query over the time."""
        step = max(1, (self.end - self.start) / POINTS)
        return self._ask("query_range", expr, start=self.start, end=self.end, step=step)

    def last(self, expr: str) -> float:
        """What a query is at the end; NaN if nothing."""
        found = self._ask("query", expr, time=self.end)
        return float(found[0]["value"][1]) if found else float("nan")

    def _ask(self, how: str, expr: str, **more: float) -> list[Json]:
        whole = f"{max(1, int(self.end - self.start))}s"
        told = {"$window": self._window, "$__range": whole, "$job": ".+"}
        for name, value in told.items():
            expr = expr.replace(name, value)
        query = urllib.parse.urlencode({"query": expr, **more})
        with urllib.request.urlopen(f"{self._url}/api/v1/{how}?{query}") as answer:
            found: list[Json] = json.load(answer)["data"]["result"]
            return found


def draw(panels: list[Json], asked: Asked, picture: Path) -> None:
    """Draw the panels where the dashboard has them."""
    height = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in panels)
    pyplot.rcParams.update({"font.size": 7, "axes.titlesize": 8, "axes.titleweight": "bold"})
    figure = pyplot.figure(figsize=(20, UNIT_IN * height * 0.5), facecolor="white")
    for panel in panels:
        at = panel["gridPos"]
        bottom = 1 - (at["y"] + at["h"]) / height
        if panel["type"] == "row":
            figure.text(0.008, bottom + 0.2 / height, panel["title"], weight="bold", size=10)
            continue
        box = (at["x"] / 24 + 0.028, bottom + 2.1 / height)
        size = (at["w"] / 24 - 0.042, (at["h"] - 3.2) / height)
        axes = figure.add_axes((*box, *size))
        axes.set_title(panel["title"], loc="left")
        (_draw_number if panel["type"] == "stat" else _draw_lines)(axes, panel, asked)
    figure.savefig(picture, dpi=80)


def _draw_number(axes: Any, panel: Json, asked: Asked) -> None:
    value = asked.last(panel["targets"][0]["expr"])
    axes.axis("off")
    axes.text(0.5, 0.5, f"{100 * value:.1f} %", size=26, ha="center", va="center")


def _draw_lines(axes: Any, panel: Json, asked: Asked) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    lines = [
        (_legend(target["legendFormat"], series["metric"]), series["values"])
        for target in panel["targets"]
        for series in asked.line(target["expr"])
    ]
    times = sorted({at for _, values in lines for at, _ in values})
    is_stacked = defaults["custom"]["stacking"]["mode"] != "none"
    rows = [[dict(values).get(at, "nan") for at in times] for _, values in lines]
    numbers = [[float(value) for value in row] for row in rows]
    names = [name for name, _ in lines]
    own = {
        one["matcher"]["options"]: one["properties"][0]["value"]["fixedColor"]
        for one in panel["fieldConfig"]["overrides"]
    }
    palette = [f"C{index % 10}" for index in range(len(names))]
    colours = [
        COLOURS.get(own.get(n, ""), own.get(n, p)) for n, p in zip(names, palette, strict=True)
    ]
    if is_stacked and names:
        filled = [[0.0 if math.isnan(value) else value for value in row] for row in numbers]
        axes.stackplot(times, filled, labels=names, colors=colours, alpha=0.75, linewidth=0)
    else:
        for name, row, colour in zip(names, numbers, colours, strict=True):
            known = [
                (at, value) for at, value in zip(times, row, strict=True) if not math.isnan(value)
            ]
            axes.plot(*zip(*known, strict=True), label=name, color=colour, linewidth=1.1)
    axes.set_xlim(asked.start, asked.end)
    axes.set_ylim(0, defaults.get("max") or 1.06 * axes.get_ylim()[1])
    axes.xaxis.set_major_locator(ticker.LinearLocator(5))
    axes.xaxis.set_major_formatter(lambda at, _: time.strftime("%H:%M", time.localtime(at)))
    if defaults["unit"] == "percentunit":
        axes.yaxis.set_major_formatter(ticker.PercentFormatter(1))
    elif defaults["unit"] == "s":
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    axes.grid(alpha=0.25)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if names:
        below = {"loc": "upper left", "bbox_to_anchor": (-0.02, -0.12), "ncols": 4}
        axes.legend(frameon=False, fontsize=6, borderaxespad=0, **below)


def _legend(form: str, labels: Json) -> str:
    for name, value in labels.items():
        form = form.replace(f"{{{{{name}}}}}", value)
    return form


if __name__ == "__main__":
    main()
