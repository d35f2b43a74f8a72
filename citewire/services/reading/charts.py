"""Charts of Office files: the figures that they draw, as a table with their titles."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from citewire.services.reading.drawing_text import body_text
from citewire.services.reading.flow import FlowBlock, table_part
from citewire.services.reading.number_formats import shown
from citewire.services.reading.office_xml import at_path, children, local_name

MAX_PLACES = 100_000
"""Of a chart's table; series that have little in common are told one value a row."""

_CACHES = ("strCache", "numCache", "strLit", "numLit", "multiLvlStrCache")
_ACROSS = ("catAx", "dateAx", "serAx")

Points = dict[int, str]
"""Texts by the number of their point."""


@dataclass(frozen=True, slots=True)
class _Axis:
    title: str
    is_across: bool


@dataclass(frozen=True, slots=True)
class _Series:
    """What is drawn as one line or one row of columns."""

    name: str
    categories: list[Points]  # outer levels first
    values: Points
    sizes: Points
    across: str  # titles of its axes
    along: str


def chart_part(root: Any) -> FlowBlock | None:
    """A chart (the root of its part) as a table: a row a category, a column a series.

    The titles of the chart and of its axis of values are its caption. Values are those that the
    file keeps for who cannot open the sheet behind; a chart without any is a text of its titles
    and the names of its series. None if it says nothing.
    """
    if local_name(root) != "chartSpace":
        return None
    chart = at_path(root, "chart")
    series = list(_series(at_path(chart, "plotArea"))) or list(_newer_series(root))
    title = _title(at_path(chart, "title"))
    along = list(dict.fromkeys(one.along for one in series if one.along))
    caption = "\n".join(filter(None, [title, along[0] if len(along) == 1 else ""]))
    names = _names(series, with_axes=len(along) > 1)
    if not any(one.values for one in series):
        text = "\n".join(filter(None, [caption, *(name for name in names if name)]))
        return FlowBlock("text", text) if text else None
    across = next((one.across for one in series if one.across), "")
    rows = _wide(series, names, across) or _long(series, names, across)
    levels = max(len(one.categories) for one in series)
    return table_part(rows, caption=caption, header_rows=1, header_columns=levels)


def _names(series: Sequence[_Series], *, with_axes: bool) -> list[str]:
    names = []
    for number, one in enumerate(series, 1):
        name = one.name or (f"Series {number}" if len(series) > 1 else "")
        names.append(f"{name} ({one.along})".strip() if with_axes and one.along else name)
    return names


def _wide(series: Sequence[_Series], names: Sequence[str], across: str) -> list[list[str]]:
    """All series side by side; nothing if their categories differ or most places were empty."""
    told = [one.categories for one in series if any(one.categories)]
    if any(categories != told[0] for categories in told[1:]):
        return []
    levels = told[0] if told else []
    points = sorted({n for one in series for some in (*levels, one.values) for n in some})
    columns = [(name, one.values) for name, one in zip(names, series, strict=True)]
    sized = zip(names, series, strict=True)
    columns += [(f"{name} (size)".strip(), one.sizes) for name, one in sized if one.sizes]
    if len(points) * len(columns) > MAX_PLACES:
        return []
    heads = [""] * (len(levels) - 1) + [across] * bool(levels)
    rows = [[*heads, *(name for name, _ in columns)]]
    filled = [_filled_down(level, points) for level in levels[:-1]]
    for place, point in enumerate(points):
        categories = [
            *(level[place] for level in filled),
            *(at.get(point, "") for at in levels[-1:]),
        ]
        rows.append([*categories, *(values.get(point, "") for _, values in columns)])
    return rows


def _filled_down(level: Points, points: Sequence[int]) -> list[str]:
    """An outer level: its texts stand at the first of the points that they hold for."""
    starts = sorted(level)
    places = (bisect_right(starts, point) - 1 for point in points)
    return [level[starts[place]] if place >= 0 else "" for place in places]


def _long(series: Sequence[_Series], names: Sequence[str], across: str) -> list[list[str]]:
    """A row a value."""
    with_sizes = any(one.sizes for one in series)
    levels = max(len(one.categories) for one in series)
    heads = [""] * (levels - 1) + [across] * bool(levels)
    rows = [["", *heads, "", *[""] * with_sizes]]
    for name, one in zip(names, series, strict=True):
        points = sorted(one.values)
        outer = [_filled_down(level, points) for level in one.categories[:-1]]
        for place, point in enumerate(points):
            own = [*(level[place] for level in outer)]
            own += [level.get(point, "") for level in one.categories[-1:]]
            padded = [""] * (levels - len(own)) + own
            size = [one.sizes.get(point, "")] * with_sizes
            rows.append([name, *padded, one.values[point], *size])
    return rows


def _series(area: Any) -> Iterator[_Series]:
    """The series of all plots of a chart, in the order of the file."""
    if area is None:
        return
    axes = {
        _value(at_path(element, "axId")): _Axis(
            _title(at_path(element, "title")), local_name(element) in _ACROSS
        )
        for element in area
        if local_name(element).endswith("Ax")
    }
    for plot in area:
        if not local_name(plot).endswith("Chart"):
            continue
        own = [axes[_value(at)] for at in children(plot, "axId") if _value(at) in axes]
        # Of two axes of figures the first is the one below.
        across = next((axis for axis in own if axis.is_across), own[0] if own else None)
        along = next((axis for axis in own if axis is not across), None)
        for element in children(plot, "ser"):
            yield _Series(
                " ".join(_texts(at_path(element, "tx"))),
                _levels(at_path(element, "cat")) or _levels(at_path(element, "xVal")),
                _with_labels(
                    _points(at_path(element, "val")) or _points(at_path(element, "yVal")), element
                ),
                _points(at_path(element, "bubbleSize")),
                across.title if across else "",
                along.title if along else "",
            )


def _newer_series(root: Any) -> Iterator[_Series]:
    """The series of the kinds of charts that came with Office 2016, whose data stand apart."""
    data = {one.get("id"): one for one in children(at_path(root, "chartData"), "data")}
    area = at_path(root, "chart", "plotArea")
    titles = [_title(at_path(axis, "title")) for axis in children(area, "axis")]
    for element in children(at_path(area, "plotAreaRegion"), "series"):
        own = data.get(_value(at_path(element, "dataId")))
        words = next(children(own, "strDim"), None)
        levels = [_level(level) for level in children(words, "lvl")][::-1]
        figures = {one.get("type"): one for one in children(own, "numDim")}
        values = figures.get("val", next(iter(figures.values()), None))
        size = figures.get("size")
        name = at_path(element, "tx")
        yield _Series(
            " ".join(_texts(name)) or "".join(name.itertext() if name is not None else ()),
            levels,
            _level(at_path(values, "lvl")),
            _level(at_path(size, "lvl")) if size is not values else {},
            titles[0] if len(titles) > 1 else "",
            titles[-1] if titles else "",
        )


def _cache(source: Any) -> Any:
    """What the file keeps of the cells that `source` refers to."""
    for element in source if source is not None else ():
        if local_name(element) in _CACHES:
            return element
        found = next(children(element, *_CACHES), None)
        if found is not None:
            return found
    return None


def _levels(source: Any) -> list[Points]:
    cache = _cache(source)
    if cache is None:
        return []
    if local_name(cache) == "multiLvlStrCache":
        return [_level(level) for level in children(cache, "lvl")][::-1]
    return [_level(cache)]


def _points(source: Any) -> Points:
    cache = _cache(source)
    return {} if cache is None else _level(cache)


def _level(cache: Any) -> Points:
    """The points of a cache; figures as their format shows them."""
    if cache is None:
        return {}
    code = at_path(cache, "formatCode")
    usual = (code.text if code is not None else None) or cache.get("formatCode") or ""
    points: Points = {}
    for point in children(cache, "pt"):
        value = at_path(point, "v")
        text = (value.text if value is not None else point.text) or ""
        number = point.get("idx", "")
        if number.isdecimal() and len(number) < 12:
            is_figure = local_name(cache).startswith("num") or bool(usual)
            told = shown(text, point.get("formatCode") or usual) if is_figure else text
            points[int(number)] = " ".join(told.split())
    return points


def _with_labels(values: Points, series: Any) -> Points:
    """`values` with the words that were written at single points."""
    for label in children(at_path(series, "dLbls"), "dLbl"):
        number, rich = _value(at_path(label, "idx")), at_path(label, "tx", "rich")
        words = "" if rich is None else " ".join(body_text(rich).split())
        if number.isdecimal() and len(number) < 12 and words:
            value = values.get(int(number), "")
            if words != value:
                values[int(number)] = f"{value} ({words})".strip()
    return values


def _title(element: Any) -> str:
    return "\n".join(" ".join(text.split()) for text in _texts(at_path(element, "tx")))


def _texts(source: Any) -> Iterator[str]:
    """The words of a title or name: written into it, or kept of the cells that it refers to."""
    rich = at_path(source, "rich")
    data = at_path(source, "txData", "v")
    if rich is not None:
        yield from body_text(rich).split("\n")
    elif data is not None:
        yield data.text or ""
    elif at_path(source, "v") is not None:
        yield at_path(source, "v").text or ""
    else:
        points = _points(source)
        yield from (points[number] for number in sorted(points))


def _value(element: Any) -> str:
    return str(element.get("val", "")) if element is not None else ""
