"""Charts and diagrams of Office files: what they draw, as tables and texts."""

from lxml import etree

from citewire.services.reading.charts import chart_part
from citewire.services.reading.diagrams import diagram_text
from citewire.services.reading.flow import FlowBlock

CHART = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
NEWER = 'xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"'
DIAGRAM = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'


def rich(text: str) -> str:
    return f"<c:tx><c:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></c:rich></c:tx>"


def words(tag: str, texts: list[str]) -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{one}</c:v></c:pt>' for n, one in enumerate(texts))
    return f"<c:{tag}><c:strRef><c:strCache>{points}</c:strCache></c:strRef></c:{tag}>"


def figures(tag: str, values: dict[int, str], code: str = "General") -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{one}</c:v></c:pt>' for n, one in values.items())
    return (
        f"<c:{tag}><c:numRef><c:numCache><c:formatCode>{code}</c:formatCode>"
        f'<c:ptCount val="4000000000"/>{points}</c:numCache></c:numRef></c:{tag}>'
    )


def series(name: str, *parts: str) -> str:
    return f"<c:ser>{words('tx', [name])}{''.join(parts)}</c:ser>"


def plot(kind: str, *parts: str, axes: tuple[int, int] = (1, 2)) -> str:
    own = "".join(f'<c:axId val="{axis}"/>' for axis in axes)
    return f"<c:{kind}>{''.join(parts)}{own}</c:{kind}>"


def axis(kind: str, number: int, title: str = "") -> str:
    told = f"<c:title>{rich(title)}</c:title>" if title else ""
    return f'<c:{kind}><c:axId val="{number}"/>{told}</c:{kind}>'


def chart(*parts: str, title: str = "") -> FlowBlock | None:
    told = f"<c:title>{rich(title)}</c:title>" if title else ""
    area = f"<c:plotArea>{''.join(parts)}</c:plotArea>"
    return chart_part(
        etree.fromstring(
            f"<c:chartSpace {CHART} {DRAWING}><c:chart>{told}{area}</c:chart></c:chartSpace>"
        )
    )


def rows(part: FlowBlock | None) -> list[str]:
    assert part is not None
    assert part.grid is not None
    return part.grid.written()[0].split("\n")


def test_a_chart_is_a_table_with_its_titles() -> None:
    regions = words("cat", ["North", "South", "West"])
    part = chart(
        plot(
            "barChart",
            series("2023", regions, figures("val", {0: "410.5", 2: "0.30000000000000004"})),
            series("2024", regions, figures("val", {0: "1410", 1: "-275"}, "#,##0;(#,##0)")),
        ),
        axis("catAx", 1, "Region"),
        axis("valAx", 2, "in thousand units"),
        title="Orders",
    )

    assert part is not None
    assert part.text == "Orders\nin thousand units"
    assert rows(part) == [
        "Region | 2023 | 2024",
        "North | 410.5 | 1,410",
        "South |  | (275)",
        "West | 0.3 | ",
    ]
    assert part.grid is not None
    assert (part.grid.header_rows, part.grid.header_columns) == (1, 1)


def test_series_of_two_axes_of_values_bear_the_titles_of_theirs() -> None:
    years = words("cat", ["2023", "2024"])
    part = chart(
        plot("barChart", series("Sales", years, figures("val", {0: "5", 1: "7"}))),
        plot(
            "lineChart",
            series("Margin", years, figures("val", {0: "0.1", 1: "0.125"}, "0.0%")),
            axes=(3, 4),
        ),
        axis("catAx", 1),
        axis("valAx", 2, "EUR million"),
        axis("catAx", 3),
        axis("valAx", 4, "of sales"),
    )

    assert rows(part) == [
        " | Sales (EUR million) | Margin (of sales)",
        "2023 | 5 | 10.0%",
        "2024 | 7 | 12.5%",
    ]


def test_categories_of_several_levels_are_told_in_each_row() -> None:
    inner = "".join(f'<c:pt idx="{n}"><c:v>Q{n % 2 + 1}</c:v></c:pt>' for n in range(4))
    outer = '<c:pt idx="0"><c:v>2023</c:v></c:pt><c:pt idx="2"><c:v>2024</c:v></c:pt>'
    levels = (
        "<c:cat><c:multiLvlStrRef><c:multiLvlStrCache>"
        f"<c:lvl>{inner}</c:lvl><c:lvl>{outer}</c:lvl>"
        "</c:multiLvlStrCache></c:multiLvlStrRef></c:cat>"
    )
    values = figures("val", {n: str(n + 5) for n in range(4)})

    assert rows(chart(plot("lineChart", series("Ships", levels, values)))) == [
        " |  | Ships",
        "2023 | Q1 | 5",
        "2023 | Q2 | 6",
        "2024 | Q1 | 7",
        "2024 | Q2 | 8",
    ]


def test_points_with_places_of_their_own_are_told_one_a_row() -> None:
    part = chart(
        plot(
            "bubbleChart",
            series(
                "Oslo",
                figures("xVal", {0: "1", 1: "2"}),
                figures("yVal", {0: "10", 1: "20"}),
                figures("bubbleSize", {0: "7", 1: "8"}),
            ),
            series("Rome", figures("xVal", {0: "3"}), figures("yVal", {0: "30"})),
        ),
        axis("valAx", 1, "Year"),
        axis("valAx", 2, "Tonnes"),
    )

    assert part is not None
    assert part.text == "Tonnes"
    assert [row for row in rows(part) if row.strip(" |")] == [
        " | Year |  | ",
        "Oslo | 1 | 10 | 7",
        "Oslo | 2 | 20 | 8",
        "Rome | 3 | 30 | ",
    ]


def test_many_series_with_little_in_common_stay_small() -> None:
    part = chart(
        plot(
            "lineChart",
            *(series(f"s{n}", figures("val", {n: "1"})) for n in range(2000)),
        )
    )

    assert part is not None
    assert part.grid is not None
    assert part.grid.rows * part.grid.columns < 5000


def test_words_at_a_single_point_stand_with_its_value() -> None:
    label = f'<c:dLbls><c:dLbl><c:idx val="1"/>{rich("strike in May")}</c:dLbl></c:dLbls>'
    part = chart(plot("lineChart", series("Output", label, figures("val", {0: "5", 1: "2"}))))

    assert rows(part) == ["Output", "5", "2 (strike in May)"]


def test_a_chart_without_values_is_the_text_of_its_titles() -> None:
    part = chart(plot("pieChart", series("Shares")), title="Owners")

    assert part == FlowBlock("text", "Owners\nShares")
    assert chart(plot("pieChart")) is None
    assert chart_part(etree.fromstring("<chart/>")) is None


def test_charts_of_newer_kinds_are_tables_too() -> None:
    part = chart_part(
        etree.fromstring(
            f'<cx:chartSpace {NEWER} {DRAWING}><cx:chartData><cx:data id="0">'
            '<cx:strDim type="cat"><cx:lvl><cx:pt idx="0">Start</cx:pt>'
            '<cx:pt idx="1">Change</cx:pt></cx:lvl></cx:strDim>'
            '<cx:numDim type="val"><cx:lvl formatCode="#,##0"><cx:pt idx="0">1000</cx:pt>'
            '<cx:pt idx="1">-50</cx:pt></cx:lvl></cx:numDim></cx:data></cx:chartData>'
            "<cx:chart><cx:title><cx:tx><cx:txData><cx:v>Bridge</cx:v></cx:txData></cx:tx>"
            '</cx:title><cx:plotArea><cx:plotAreaRegion><cx:series layoutId="waterfall">'
            "<cx:tx><cx:txData><cx:v>Profit</cx:v></cx:txData></cx:tx>"
            '<cx:dataId val="0"/></cx:series></cx:plotAreaRegion></cx:plotArea></cx:chart>'
            "</cx:chartSpace>"
        )
    )

    assert part is not None
    assert part.text == "Bridge"
    assert rows(part) == [" | Profit", "Start | 1,000", "Change | -50"]


def point(name: str, text: str, kind: str = "node") -> str:
    return (
        f'<dgm:pt modelId="{name}" type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p>'
        "</dgm:t></dgm:pt>"
    )


def link(source: str, target: str, order: int = 0) -> str:
    return f'<dgm:cxn srcId="{source}" destId="{target}" srcOrd="{order}"/>'


def diagram(points: str, links: str) -> str:
    return diagram_text(
        etree.fromstring(
            f"<dgm:dataModel {DIAGRAM} {DRAWING}><dgm:ptLst>{points}</dgm:ptLst>"
            f"<dgm:cxnLst>{links}</dgm:cxnLst></dgm:dataModel>"
        )
    )


def test_a_diagram_is_told_from_the_top_of_its_tree() -> None:
    points = (
        point("d", "", "doc")
        + point("c", "Sales")
        + point("a", "Board")
        + point("b", "Works")
        + point("x", "", "parTrans")
        + point("p", "copy", "pres")
    )
    links = link("d", "a") + link("a", "c", 1) + link("a", "b", 0) + link("c", "c")

    assert diagram(points, links) == "Board\n  Works\n  Sales"


def test_points_in_a_circle_are_told_once() -> None:
    links = link("a", "b") + link("b", "a")

    assert sorted(diagram(point("a", "A") + point("b", "B"), links).split()) == ["A", "B"]
