"""The tables and the summary: medians over the rounds, each figure beside its target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from measures import CHATS, CROWD, LEAVERS, STREAMS, Figures

SERVERS = ("direct", "bare", "citewire", "recipe")
BESIDE = ("direct", "bare", "recipe")
"""What Citewire is held against."""


class Results:
    """The figures of all rounds; what was not measured is None.

    Args:
        rounds: the figures of each round, by server.
    """

    def __init__(self, rounds: Sequence[dict[str, Figures]]) -> None:
        self._rounds = rounds

    def median(self, server: str, figure: str) -> float | None:
        """The median of a figure."""
        return self._over_rounds(lambda found: found[server][figure])

    def above_direct(self, server: str, figure: str) -> float | None:
        """The median of how much more it is than the bare provider's in the same round."""
        return self._over_rounds(lambda found: found[server][figure] - found["direct"][figure])

    def ratio(self, figure: str, to: str) -> float | None:
        """The median of Citewire's over that of `to` in the same round."""
        return self._over_rounds(lambda found: found["citewire"][figure] / found[to][figure])

    def worst(self, server: str, figures: Sequence[str]) -> float | None:
        """The largest of some medians."""
        known = [self.median(server, figure) for figure in figures]
        return max((value for value in known if value is not None), default=None)

    def _over_rounds(self, of_round: Callable[[dict[str, Figures]], float]) -> float | None:
        try:
            return median(of_round(servers) for servers in self._rounds)
        except (KeyError, ZeroDivisionError):
            return None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it says, the figure's name and how many decimals are shown."""

    label: str
    figure: str
    decimals: int = 1


FIRST_TOKEN = [
    Row(f"{chats} at once, {percentile}, ms", f"first_token_{percentile}_{chats}_ms")
    for chats in CHATS
    for percentile in ("p50", "p99")
]
SPEED = [
    Row("tokens per second", "tokens_per_s", 0),
    Row("tokens per CPU second", "tokens_per_cpu_s", 0),
    Row("CPU per 200-token answer, ms", "cpu_ms_200", 2),
    Row("CPU per request (fit), ms", "cpu_request_ms", 2),
    Row("CPU per token (fit), µs", "cpu_token_us"),
    Row("  token 21 to 200, µs", "token_us_to_200"),
    Row("  token 201 to 1,000, µs", "token_us_to_1000"),
    Row("  token 1,001 to 4,000, µs", "token_us_to_4000"),
]
REST = [
    Row("idle memory, MB", "rss_idle_mb"),
    *(Row(f"memory per 100 streams, {n} open, MB", f"memory_{n}_mb") for n in STREAMS),
    Row("ready after start, s", "ready_s", 2),
    Row(f"{LEAVERS} clients leave: streams closed", "closed", 0),
    Row("  the provider sees it after, p50, ms", "close_lag_p50_ms"),
    Row("  at most, ms", "close_lag_max_ms"),
    Row("  tokens sent after leaving, at most", "tokens_after_max", 0),
    Row("embeddings before the first token, turn 1", "embeds_turn_1", 0),
    Row("  turn 2", "embeds_turn_2", 0),
    Row("other model calls before it, turn 1", "aux_turn_1", 0),
    Row("  turn 2", "aux_turn_2", 0),
    Row("512 chats at once: refused (429)", "refused", 0),
    Row("  with Retry-After", "refused_with_retry_after", 0),
    Row("  refused after, p50, ms", "refusal_p50_ms"),
    Row("  first token of the others, p50, ms", "admitted_first_token_p50_ms"),
    Row("  at most, ms", "admitted_first_token_max_ms"),
]
VERDICTS = [
    Row(f"{what}, {chats} at once, {percentile}, ms", f"verdicts_{key}_{percentile}_{chats}_ms")
    for chats in CHATS[1:]
    for what, key in (("first token", "first"), ("gap between tokens", "gap"))
    for percentile in ("p50", "p99")
]
SCREENING = [
    Row(f"{label}, {chats} at once{unit}", f"screening_{name}_{turn}_{key}_{chats}{end}")
    for name, when in (("early", "verdict before it"), ("late", "verdict after it"))
    for turn in (1, 2)
    for chats in CHATS[:2]
    for label, unit, key, end in (
        (f"{when}, turn {turn}", ", p50, ms", "p50", "_ms"),
        (f"{when}, turn {turn}", ", p99, ms", "p99", "_ms"),
        ("  other model calls for it", "", "asked", ""),
    )
]
INGEST = [
    Row("end to end", "ingest_per_s", 0),
    Row("reading alone, all cores", "ingest_reading_per_s", 0),
    Row("the embedding endpoint alone", "ingest_embedding_per_s", 0),
    Row("bare pipelined HSET alone", "ingest_hset_per_s", 0),
    Row("the same bytes as ingestion writes them", "ingest_write_per_s", 0),
    Row("cores in use end to end, everything counted", "ingest_cores", 2),
    Row("share of that CPU that reading alone takes", "ingest_reading_cpu", 2),
]


def print_tables(results: Results) -> None:
    """Print all figures that were measured."""
    _print_table("first token", FIRST_TOKEN, results, results.median, SERVERS)
    above = "first token above the provider's own"
    _print_table(above, FIRST_TOKEN, results, results.above_direct, SERVERS[1:])
    _print_table("full speed, 32 chats", SPEED, results, results.median, SERVERS)
    _print_table("the rest", REST, results, results.median, SERVERS[1:])
    on_off = ("citewire", "off")
    _print_table("verdicts on, and off", VERDICTS, results, results.median, on_off)
    screens = ("screen off", "by rules", "by model")
    _print_table("first token, and who screens", SCREENING, results, results.median, screens)
    _print_table("ingestion, passages per second", INGEST, results, results.median, SERVERS[1:2])


def _print_table(
    title: str,
    rows: Sequence[Row],
    results: Results,
    value: Callable[[str, str], float | None],
    servers: Sequence[str],
) -> None:
    lines = []
    beside = [server for server in servers if "citewire" in servers and server in BESIDE]
    for row in rows:
        values = {server: value(server, row.figure) for server in servers}
        if any(found is not None for found in values.values()):
            cells = "".join(f"{_number(found, row.decimals):>12}" for found in values.values())
            lines.append(f"{row.label:<44}{cells}{_ratios(values, beside)}")
    if lines:
        heads = "".join(f"{head:>12}" for head in (*servers, *(f"/ {one}" for one in beside)))
        print(f"\n{title:<44}{heads}", *lines, sep="\n")


def _ratios(values: dict[str, float | None], beside: Sequence[str]) -> str:
    ours = values.get("citewire")
    each = [(ours, values[server]) for server in beside]
    return "".join(
        f"{f'{mine / theirs:.3g}' if mine and theirs else '':>12}" for mine, theirs in each
    )


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached now and what beyond; `floor`: at least instead of at most."""

    label: str
    value: float | None
    wanted: float
    aim: float | None = None
    unit: str = ""
    floor: bool = False

    def line(self) -> str:
        """The figure, its target, its aim, and whether each was reached."""
        word = "at least" if self.floor else "at most"
        aim = f"aim {self.aim:g}: {self._verdict(self.aim)}" if self.aim is not None else ""
        shown = f"{self.value:,.2f}" if self.value is not None else "?"
        return (
            f"{self.label:<42}{shown:>10} {self.unit:<3}  {word} {self.wanted:g}: "
            f"{self._verdict(self.wanted):<9}{aim}"
        ).rstrip()

    def _verdict(self, wanted: float) -> str:
        assert self.value is not None
        reached = self.value >= wanted if self.floor else self.value <= wanted
        return "reached" if reached else "missed"


def targets(results: Results) -> list[Target]:
    """All targets, with what was measured."""
    memory = results.worst("citewire", [f"memory_{streams}_mb" for streams in STREAMS])
    firsts = [results.above_direct("citewire", f"first_token_p50_{chats}_ms") for chats in CHATS]
    ours = partial(results.median, "citewire")
    cpu = results.ratio("cpu_ms_200", "bare")
    per_s = results.ratio("tokens_per_s", "recipe")
    per_cpu = results.ratio("tokens_per_cpu_s", "recipe")
    return [
        Target("CPU per 200-token answer, times bare", cpu, 2.5, 2),
        Target("tokens/s, times the recipe's", per_s, 14, 20, floor=True),
        Target("tokens/CPU s, times the recipe's", per_cpu, 14, 20, floor=True),
        Target("first token above direct, 1 chat", firsts[0], 6, 4, "ms"),
        Target("first token above direct, 32 chats", firsts[1], 60, 45, "ms"),
        Target("first token above direct, 128 chats", firsts[2], 200, 140, "ms"),
        Target("memory per 100 open streams", memory, 7, 5, "MB"),
        Target(f"streams closed of {LEAVERS}", ours("closed"), LEAVERS, floor=True),
        Target("closed within, the slowest", ours("close_lag_max_ms"), 100, unit="ms"),
        Target("ready after start", ours("ready_s"), 4, unit="s"),
        Target("token 1,001-4,000 over 201-1,000", ours("token_growth"), 1.1, 1),
        Target(f"refused early of {CROWD} at once", ours("refused"), 1, floor=True),
        Target("ingestion over its slowest part alone", ours("ingest_share"), 0.8, floor=True),
        Target("writing over bare HSET, time", ours("ingest_write_ratio"), 1.5),
    ]


def print_summary(results: Results) -> None:
    """Say of each target plainly whether it was reached."""
    known = [target for target in targets(results) if target.value is not None]
    if known:
        print("\ntargets", *(target.line() for target in known), sep="\n")
