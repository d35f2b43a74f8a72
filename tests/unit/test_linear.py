"""Nothing that is done to a text from outside takes more than twice the time for twice the text.

Every pattern of the package is found by itself, whatever holds it, and every public function of
one text must be listed here, or excused.
"""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.schema import NodeWithScore, TextNode

import citewire
from citewire.errors import InvalidUpload, UnreadableDocument, UnsupportedFormat
from citewire.services.answers import titles
from citewire.services.chats.hits import snippet_of
from citewire.services.citations import claims, fuzzy, normal, quotes, units, verdicts
from citewire.services.citations.verdicts import (
    asked_figures,
    dates,
    entities,
    figures,
    named_ratios,
    numerals,
    periods,
    table_scales,
    tokens,
    trade_words,
)
from citewire.services.citations.verdicts.claim import read_claim
from citewire.services.citations.verdicts.comparisons import comparison_in
from citewire.services.citations.verdicts.numbered_names import join_numbered
from citewire.services.citations.verdicts.units import measures_in
from citewire.services.models.extractive import (
    acronyms,
    asked,
    bounds,
    fiscal_columns,
    lead_ins,
    markdown_pieces,
    measures,
    nearest,
    outlook,
    passages,
    question,
)
from citewire.services.models.extractive import named as report_names
from citewire.services.models.thinking import without_thinking
from citewire.services.passages.cutting import split_page
from citewire.services.passages.through import words_pattern
from citewire.services.reading import (
    cleaning,
    encoding_labels,
    files,
    heads,
    hyphens,
    instructions,
    marks,
    next_tables,
    number_formats,
    pictures,
    plain_tables,
    powers,
    table_heads,
    title,
)
from citewire.services.reading.html import read_html
from citewire.services.reading.markdown import read_markdown
from citewire.services.reading.pdf import furniture
from citewire.services.reading.plain import read_plain
from citewire.services.reading.sheets import delimited
from citewire.services.reading.sheets import model as sheet_model
from citewire.services.reading.sheets import tables as sheet_tables
from citewire.services.uploads import names
from citewire.storage.chats import words as chat_words
from citewire.text import (
    alphabets,
    offsets,
    organisations,
    report_kinds,
    report_periods,
    scanner,
    sentences,
    signposts,
    unspaced,
    wishes,
    words,
)
from citewire.text import tokens as counted
from citewire.workflows import alike, prompts
from citewire.workflows.catalogue import narrowing, opening, telling
from citewire.workflows.evidence import WORDS_ONLY, CalibratedEvidence
from citewire.workflows.routing import (
    catalogue,
    condense,
    followups,
    parts,
    routers,
    safety_net,
    small_talk,
)
from citewire.workflows.screening import rules
from tests.doubles.growth import ABOVE_S, LINEAR, cost_of, worst_doubling

PIECES = (
    *(" ", "\n", "\t", "\r", "\u00a0", ".", "…", "。", ",", ";", ":", "?", "!", "1", "a", "A", "é"),
    *("漢", "_", "-", "–", "'", '"', "“", "’", "(", "[", "<", "$", "\\", "`", "*", "•", "/", "|"),
    *("\ufffe", "\u0315\u0300", "\u200d", "\ud800", "\U000e0041", "Ａ", "а"),
    *(", ", "1.", "1,", "x ", "Aa ", "a-", "A'", "A-", "a. ", "(a", "[1", "[1] ", "[^1^]", "<a b="),
    *(
        "<think>",
        "`<think>",
        "<|channel|>",
        "| ",
        "|--",
        "$1",
        "\\(",
        "1 ",
        "\n\n",
        "\n ",
        " \n",
        "\n- ",
        "\n|",
        "\n# ",
        "\n1. ",
        "- ",
    ),
    *("and ", "what about ", "what is ", "instead, ", "user: ", "Ignore ", "2023-", "“Aa “"),
)
BEFORE = ("a", "x ", "“", "- ", "[", "<", "no sigas", "what about", "user:")
BLANKS = (" ", "\n", ".", "-", ",", "“", "é")


@dataclasses.dataclass(frozen=True)
class Text:
    """One sort of text: some piece again and again, between two others."""

    before: str
    piece: str
    after: str

    def of(self, size: int) -> str:
        return self.before + self.piece * (size // len(self.piece)) + self.after


def sorts_of(before: tuple[str, ...], own: tuple[str, ...] = ()) -> list[Text]:
    """Each piece and each word of a pattern, and what may be skipped behind a beginning."""
    return [
        *(Text("", piece, "\x00") for piece in (*PIECES, *own)),
        *(Text(begin, blank, "\x00") for begin in before for blank in BLANKS),
        *(Text("x ", blank, "x") for blank in BLANKS),
    ]


VISIBLE_S = 0.0003
"""Seconds; what is not linear takes more for a thousand characters."""


def least(work: Callable[[str], object], text: str) -> float:
    return min(cost_of(work, text) for _ in range(3))


def slow(work: Callable[[str], object], sorts: list[Text], few: int, many: int) -> list[str]:
    """The sorts of text for which the work is not linear; looked for with a quick glance first."""
    took = {text: cost_of(work, text.of(many)) for text in sorts}
    dearest = sorted(took, key=lambda text: -took[text])[:40]
    suspects = [
        text
        for text in dearest
        if took[text] > VISIBLE_S and took[text] > 1.5 * (many / few) * least(work, text.of(few))
    ]
    return [
        f"{text}: {growth:.1f} times the time for twice the text"
        for text in suspects[:5]
        if (growth := worst_doubling(work, text.of)) > LINEAR
    ]


SORTS = sorts_of(("a", "what about"))


# Patterns


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(citewire.__path__, "citewire."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns_in(value: object, name: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns that a value holds, each with the name by which it is used."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from patterns_in(one, f"{name}[]")
    elif isinstance(value, dict):
        for one in value.values():
            yield from patterns_in(one, f"{name}[]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from patterns_in(getattr(value, field.name, None), field.name)
    elif isinstance(value, type) and value.__module__.startswith("citewire."):
        for attribute, one in vars(value).items():
            if isinstance(one, re.Pattern):
                yield attribute, one


def literals_in(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns that functions give to those of `re`, such as `re.sub("…", …)`."""
    for call in calls_of_re(module):
        pattern = call.args[0]
        assert isinstance(call.func, ast.Attribute)
        if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
            yield f"re.{call.func.attr}", re.compile(pattern.value)


@cache
def parsed(module: ModuleType) -> ast.Module:
    return ast.parse(Path(module.__file__ or "").read_text())


def calls_of_re(module: ModuleType) -> Iterator[ast.Call]:
    """Those in functions; what is compiled outside of them is found as a value."""
    if not hasattr(module, "re"):
        return
    for function in ast.walk(parsed(module)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and is_call_of_re(node):
                    yield node


def is_call_of_re(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "re"
        and call.func.attr != "escape"
    )


@cache
def uses() -> dict[str, set[str]]:
    """By the names of variables and attributes, the methods that are called on them.

    Private ones count in their module only, whose name is put before.
    """
    found = defaultdict(set)
    for module in modules():
        for node in ast.walk(parsed(module)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else owner.attr
                found[_key(module.__name__, name)].add(node.attr)
    return found


def _key(module: str, name: str) -> str:
    return f"{module.removeprefix('citewire.')}.{name}" if name.startswith("_") else name


@cache
def all_patterns() -> dict[re.Pattern[str], tuple[str, str]]:
    """Every pattern, with the module and the name under which it was found first."""
    found: dict[re.Pattern[str], tuple[str, str]] = {}
    for module in modules():
        held = [pair for name, value in vars(module).items() for pair in patterns_in(value, name)]
        for name, pattern in [*held, *literals_in(module)]:
            found.setdefault(pattern, (module.__name__.removeprefix("citewire."), name))
    return found


SHORT: dict[str, tuple[int, str]] = {
    "text.markers": (400, "between brackets stand `MAX_LIST` characters at most"),
    "text.verbatim": (96, "a line's beginning, of which `MAX_LINE_START` characters are looked at"),
    "api.documents": (8192, "a header, which the server limits"),
}
"""Modules whose patterns see so many characters at most, and why."""

SEARCHES = frozenset({"finditer", "findall", "sub", "subn", "split"})
METHODS = SEARCHES | {"search", "match", "fullmatch"}


def applied(pattern: re.Pattern[str], module: str, name: str) -> Callable[[str], object]:
    """All that is done with a pattern; if that cannot be told, all that can be done."""
    used = METHODS & {*uses()[_key(module, name)], name.removeprefix("re.")} or METHODS

    def work(text: str) -> None:
        is_text = isinstance(pattern.pattern, str)
        given: Any = text if is_text else text.encode("utf-8", "surrogatepass")
        for method in used - SEARCHES:
            getattr(pattern, method)(given)
        if used & SEARCHES:
            for _ in pattern.finditer(given):
                pass

    return work


def words_of(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Words that a pattern is made of: what it looks for may begin with one of them."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else str(pattern.pattern)
    found = re.findall(r"(?<!\\)[^\W\d_]{2,}", re.sub(r"\\[a-zA-Z]", " ", source))
    return tuple(dict.fromkeys(found))[:30]


@pytest.mark.parametrize("room", sorted({module for module, _ in all_patterns().values()}))
def test_every_pattern_takes_linear_time(room: str) -> None:
    failed = []
    for pattern, (module, name) in all_patterns().items():
        if module != room:
            continue
        work, own = applied(pattern, module, name), words_of(pattern)
        sorts = sorts_of((*BEFORE, *own[:8]), tuple(f"{word} " for word in own))
        if module in SHORT:
            limit, _ = SHORT[module]
            took = [str(text) for text in sorts if cost_of(work, text.of(limit)) > ABOVE_S]
        else:
            took = slow(work, sorts, 250, 1000)
        failed += [f"{module}.{name} for {text}" for text in took]
    assert not failed


MADE = {
    "api.sse": "made of the run's own id",
    "services.citations.citing": "made of a number of the answer, for its few sources",
    "services.models.faults": "made of names of ours",
    "services.models.thinking": "made of tags of ours",
    "services.passages.through": "made of searched words; white space is passed once: below",
    "services.reading.identity.organisations": "made of the words of a title and a file's name",
    "services.reading.sheets.quotes": "made of the sign between columns: CSV below",
    "scripts.chat.command": "made of a pattern of ours, for what its user writes",
    "scripts.chat.view": "made of the quotes of an answer, on the machine of who asks",
    "text.verbatim": "made of the run of signs that opens code: scanned below",
    "workflows.screening.rules": "made once, and found as a value",
}
"""Modules in which functions make patterns, and why that is fine."""


def test_patterns_that_are_made_while_running_are_known() -> None:
    made = {
        module.__name__.removeprefix("citewire.")
        for module in modules()
        for call in calls_of_re(module)
        if not isinstance(call.args[0], ast.Constant)
    }
    assert made == set(MADE)


# Functions


def user(*said: str) -> list[ChatMessage]:
    return [ChatMessage(role=MessageRole.USER, content=text) for text in said]


ASKED = "What was the revenue of Acme in 2023?"
SAID = "Revenue of Acme rose by 12 % to $3.4 million in March 2023, the “largest port” said."
PASSAGE = f"{SAID}\n\n- It fell in 2022. Traffic | 1,234 | (5.6)\n" * 12
NODES = [NodeWithScore(node=TextNode(text=PASSAGE, metadata={"title": "Ports"}), score=0.5)]

TWO_REPORTS = [
    passages.Passage(n, PASSAGE, title=name, document=name, file_name=f"{name}.pdf")
    for n, name in enumerate(("Acme", "Other"), 1)
]


def scanned(text: str, size: int) -> None:
    scan = scanner.MarkerScanner(9)
    for at in range(0, len(text), size):
        scan.feed(text[at : at + size])
    scan.release()


def closed(text: str) -> None:
    """Each sixty characters closed by a marker."""
    found = claims.Claims()
    for at in range(0, len(text), 60):
        found.close(text[at : at + 60], at)


def read(reader: Callable[[Path], object], suffix: str) -> Callable[[str], object]:
    def work(text: str) -> None:
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            Path(file.name).write_text(text, "utf-8", "surrogatepass")
            with suppress(UnreadableDocument):
                reader(Path(file.name))

    return work


def named(make: Callable[[str], object]) -> Callable[[str], object]:
    def work(text: str) -> None:
        with suppress(UnsupportedFormat, InvalidUpload):
            make(text)

    return work


def learn(text: str) -> None:
    spellings = hyphens.Spellings()
    spellings.learn(text.split("\n"))
    spellings.mended(text, text)


ONE_TEXT: tuple[Callable[[str], object], ...] = (
    titles.title_from_question, titles.tidy_title, titles.plain_line, words_pattern,
    question.is_light, question.without_directions, question.read_question, asked.has_figure,
    markdown_pieces.figure_plain, passages.own_years, lead_ins.announces,
    lead_ins.points_elsewhere,
    claims.sentences_of, normal.normalise, quotes.contents_of, units.units_of,
    periods.find_periods, table_scales.scales_of_heads.__wrapped__,
    table_scales.scales_of_text.__wrapped__, measures_in.__wrapped__,
    comparison_in, join_numbered,
    trade_words.words_of, figures.money_of,
    figures.grouping_of,
    asked_figures.operations_in.__wrapped__, named_ratios.ratios_in, sheet_tables.is_note,
    bounds.bounds_in, fiscal_columns.months_of, outlook.is_outlook, outlook.asks_for_outlook,
    question.numbered_in, measures.own_measure, measures.read_measure, nearest.has_amount,
    passages.is_number,
    read_claim.__wrapped__, dates.find_dates, numerals.plain_readings, tokens.flatten,
    tokens.tokenise, passages.is_fragment, cleaning.clean, cleaning.has_coded_text,
    pictures.described, table_heads.is_caption, table_heads.is_measure, table_heads.is_unit_line,
    cleaning.clean_line, encoding_labels.codec_of, encoding_labels.as_browsers,
    plain_tables.table_of, heads.is_figure, heads.is_period, heads.is_value, files.printable,
    next_tables.tells_period,
    instructions.reads_like_instructions, title.name_for_models,
    marks.reads_like_note, instructions.find_instructions, furniture.signature,
    chat_words.searchable, narrowing.refers_back,
    alphabets.latin_look, offsets.utf16_length, sentences.split_sentences,
    counted.count_tokens, words.fold, words.words, words.is_stop_word, words.stem,
    words.with_few_signs,
    words.stems, words.search_terms, words.sought_terms, words.years, words.is_spanish,
    unspaced.is_unspaced, unspaced.pairs, prompts.neutral,
    followups.without_lead,
    followups.has_lead, followups.has_own_subject, followups.is_cjk, followups.cjk_refers_back,
    delimited.found_delimiter, sheet_model.place_of, sheet_model.area_of,
    sheet_tables.is_note,
    followups.is_brief, followups.compares, followups.is_chatter, followups.is_elliptic,
    followups.is_standalone, followups.refers_back, followups.shifted_year,
    followups.without_shift, followups.has_negation, followups.content, followups.names,
    parts.parts_of, routers.needs_history, small_talk.wanting_of, rules.concern_of,
    alike.words_in, catalogue.catalogue_request, narrowing.points_at_report, opening.is_prose,
    telling.plain, signposts.signposts_named, wishes.without_wishes, narrowing.sets_against,
    organisations.name_words, organisations.normal_name,
    report_kinds.kind_of_head,
    report_kinds.kind_of_title, report_kinds.kind_term, report_kinds.kinds_in,
    report_kinds.with_broader, report_periods.period_term, report_periods.periods_in,
    report_periods.year_of,
)  # fmt: skip
"""Public functions of one text."""

WITH_MORE: dict[str, Callable[[str], object]] = {
    "German terms": lambda text: words.search_terms(text, "de"),
    "terms of several languages": lambda text: words.sought_terms(text, ("ar", "fr", "ta")),
    "find_words": lambda text: list(chat_words.find_words(text)),
    "find_names": lambda text: list(entities.find_names(text)),
    "chat_words.fold": chat_words.fold.__wrapped__,
    "file_name": named(names.file_name),
    "folder_name": named(names.folder_name),
    "scanned at once": lambda text: scanned(text, len(text)),
    "scanned by signs": lambda text: scanned(text, 1),
    "scanned by tokens": lambda text: scanned(text, 5),
    "Claims": closed,
    "the claim": lambda text: verdicts.judge(text[-1500:], [PASSAGE]),
    "the passage": lambda text: verdicts.judge(SAID, [text]),
    "the quote of a claim": lambda text: quotes.supporting_quote(
        text[-1500:], quotes.PassageText(PASSAGE)
    ),
    "the quote in a passage": lambda text: quotes.supporting_quote(SAID, quotes.PassageText(text)),
    "locate": lambda text: quotes.locate("a, “1 largest ports 2", text),
    "closest": lambda text: fuzzy.closest("the largest port", text, 2),
    "condense": lambda text: condense.condense(text, user(ASKED)),
    "condense after": lambda text: condense.condense("And in 2022?", user(ASKED, text)),
    "condense after many": lambda text: condense.condense("And in 2022?", user(ASKED, *[text] * 9)),
    "plan": lambda text: routers.RuleRouter().at_once(text, user(ASKED)),
    "lost": lambda text: safety_net.lost(text, text),
    "signposts of": lambda text: signposts.signposts_of(text, text, is_table=True),
    "evidence": lambda text: CalibratedEvidence(WORDS_ONLY).level(text, NODES),
    "extracts": lambda text: passages.candidates([passages.Passage(1, text)]),
    "asked": lambda text: asked.focus(text, [passages.Passage(1, PASSAGE)]),
    "wanted": question.read_question,
    "demand": lambda text: asked.Demand(
        question.read_question(text), [passages.Passage(1, PASSAGE)], ()
    ),
    "named": lambda text: report_names.reports_named(text, TWO_REPORTS),
    "names": lambda text: report_names.names_of(text, TWO_REPORTS),
    "written out": lambda text: acronyms.written_out(f"{text} ABC stands for", TWO_REPORTS),
    "written out in a passage": lambda text: acronyms.written_out(
        "What does ABC stand for?", [passages.Passage(1, text)]
    ),
    "what a model thinks": lambda text: without_thinking(text, holds=True, is_complete=True),
    "what a model says": lambda text: without_thinking(
        f"So. {text}", holds=False, is_complete=True
    ),
    "split_page": lambda text: split_page(text, max_tokens=256, overlap=32),
    "words_pattern": lambda text: words_pattern("a a a a a b").search(text),
    "words_pattern, broken": lambda text: words_pattern("aaaa-aaab ffi").search(text),
    "title_of": lambda text: title.title_of(Path("a.pdf"), text, [title.TitleLine(text, 9)]),
    "Spellings": learn,
    "snippet_of": lambda text: snippet_of(text, "port of 港口 2023", None),
    "raised": lambda text: marks.shifted(text, text, text),
    "lowered": lambda text: marks.shifted(text, text, text, lowered=True),
    "in_line": lambda text: marks.in_line([(sign, n % 3 - 1) for n, sign in enumerate(text)]),
    "is_power": lambda text: powers.is_power(text, text),
    "HTML": read(read_html, ".html"),
    "Markdown": read(read_markdown, ".md"),
    "plain text": read(read_plain, ".txt"),
    "CSV": read(delimited.read_delimited, ".csv"),
    "number format": lambda text: number_formats.shown("-1234.5", text),
    "value": lambda text: number_formats.shown(text, "#,##0;@"),
}
"""What else is done to a text, or in another way."""

EXCUSED = {
    "workflows.evidence.weights_for": "looks a name up",
    "services.citations.verdicts.entities.find_names": "below, for it gives one by one",
    "services.citations.verdicts.trade_words.placed_stems": "`words_of` takes all that it gives",
    "storage.chats.words.find_words": "below, for it gives one by one",
    "storage.chats.words.fold": "below, without what it keeps",
    "services.uploads.names.file_name": "below, for it raises",
    "services.uploads.names.folder_name": "below, for it raises",
    "text.markers.is_index": "the last 64 characters: `SHORT`",
    "content.edges.decode": "of our own making",
    "services.passages.headings.from_json": "of our own making",
    "content.table_record.table_from_json": "of our own making",
    "services.citations.verdicts.clauses.stem_of": "one word, kept: `fold` and `stem`",
    "services.citations.verdicts.entities.is_ordinary": "one word, kept",
    "services.citations.verdicts.trade_words.is_trade_word": "one word, kept",
    "services.citations.verdicts.units.is_currency": "one of our own words",
    "services.citations.verdicts.units.is_count": "one of our own words",
    "services.reading.word.names.w": "one of our own words",
    "services.citations.verdicts.digest.digest": "the passage",
    "services.models.openai_chat.known_context_window": "a setting",
    "services.chats.sharing.split_share_id": "64 digits",
    "services.models.replies.meaning_of": "looks one word up",
    "services.models.thinking.thinks_by_name": "a setting",
    "services.reading.pdf.lines.is_sign": "two characters",
    "services.reading.pdf.lines.trails": "two characters",
    "services.reading.formats.why_not_read": "looks an ending up",
    "text.places.form_of": "looks an ending up",
    "services.reading.html.parsed": "below, with the file that it is of",
    "services.reading.dates.iso_date": "matches eight digits",
    "services.reading.ocr.marked.may_be_raised": "looks at each character once",
    "services.reading.ocr.tesseract.installed_languages": "the path of a command",
    "services.reading.ocr.tesseract.parse_tsv": "rows of tesseract's own, parted at tabs",
    "storage.chats.index.to_query": "200 characters at most",
    "text.verbatim.starts_line": "the end of a line",
    "text.verbatim.inline_code": "scanned",
    "text.verbatim.mathematics": "scanned",
    "text.verbatim.fence_head": "scanned",
    "text.verbatim.fence": "scanned",
    "text.words.listed": "of our own lists",
    "workflows.screening.screens.screen_messages": "copies it",
}

ROOMS = (
    *("content", "text", "workflows", "services.citations", "services.reading"),
    *("services.answers", "services.models", "services.passages", "services.uploads"),
    *("services.chats", "storage.chats"),
)


def test_every_function_of_one_text_is_measured_or_excused() -> None:
    listed = {_name(work) for work in ONE_TEXT}
    public = {
        _name(work)
        for module in modules()
        if module.__name__.removeprefix("citewire.").startswith(ROOMS)
        for name, work in vars(module).items()
        if not name.startswith("_") and _takes_one_text(work, module)
    }
    assert public == {*listed, *EXCUSED}


def _takes_one_text(work: object, module: ModuleType) -> bool:
    plain = inspect.unwrap(work) if callable(work) else work
    if not inspect.isfunction(plain) or plain.__module__ != module.__name__:
        return False
    needed = [
        parameter.annotation
        for parameter in inspect.signature(plain).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    return needed == [str]


def _name(work: Callable[..., object]) -> str:
    plain = inspect.unwrap(work)
    return f"{plain.__module__.removeprefix('citewire.')}.{plain.__name__}"


@pytest.mark.parametrize("work", ONE_TEXT, ids=_name)
def test_every_function_of_one_text_takes_linear_time(work: Callable[[str], object]) -> None:
    assert not slow(work, SORTS, 250, 1000)


@pytest.mark.parametrize("name", WITH_MORE)
def test_what_is_done_to_a_text_takes_linear_time(name: str) -> None:
    assert not slow(WITH_MORE[name], SORTS, 250, 1000)


@pytest.mark.parametrize(
    "form",
    [
        "<p {}>said</p>",
        "<p\n{}\n/>said",
        "<p title='a > b' {}>said</p>",
        "<script>if (a <b {}) </script><p>said</p>",
    ],
)
@pytest.mark.parametrize("between", [" ", "/", "='>'", " <b ", "=1 "])
def test_a_tag_with_many_attributes_takes_linear_time(form: str, between: str) -> None:
    def tag_of(size: int) -> str:
        return form.format(between.join(f"a{n}" for n in range(size // 8)))

    assert worst_doubling(WITH_MORE["HTML"], tag_of) < LINEAR


@pytest.mark.parametrize(
    ("reader", "before", "piece"),
    [
        ("HTML", "<table>", "<tr><td>a<td>1"),
        ("HTML", "<table>", "<tr><td rowspan=9>a<td>1"),
        ("HTML", "", "<table><tr><td>a<td>"),
        ("HTML", "", "a<sup>1</sup>"),
        ("HTML", "", "<sup>a"),
        ("HTML", "<ol reversed>", "<li>a"),
        ("HTML", "", "<nav><ol><li>a"),
        ("HTML", "<math>", "<mrow><mo>-</mo><mn>1</mn>"),
        ("HTML", "<p>a<select multiple>", "<option>a"),
        ("Markdown", "|a|b|\n|-|-|\n", "|`x|y`|2|\n"),
        ("Markdown", "", "a[^a]\n\n[^a]: x\n"),
        ("Markdown", "---\n", "a: b\n"),
        ("plain text", "", "a  1  2\n"),
    ],
)
def test_markup_takes_linear_time(reader: str, before: str, piece: str) -> None:
    def text_of(size: int) -> str:
        return before + piece * (size // len(piece))

    assert worst_doubling(WITH_MORE[reader], text_of) < LINEAR
