"""What models write and what becomes of it, for an answer with six sources: one text for each kind.

In the outcome `⟨n⟩` is a marker of source n and `⟨!n⟩` one that was dropped; all other text stands
as it was written. Within a text, what has nothing to do with each other stands between ` · ` or
apart by two empty lines.
"""

import re
from collections.abc import Mapping

MARKERS = {
    "a number, after a sentence or within it": (
        "Ships [1]. · Ships came. [1]",
        "Ships ⟨1⟩. · Ships came. ⟨1⟩",
    ),
    "right after a word, a sign or an emoji": (
        "Ships[1]. · in 2023[1], 5%[2] and (net)[3] · 🚢[1]",
        "Ships⟨1⟩. · in 2023⟨1⟩, 5%⟨2⟩ and (net)⟨3⟩ · 🚢⟨1⟩",
    ),
    "after a name with digits or capitals": (
        "FY23[1] CO2[2] Q3[3] · OpenAI[1] macOS[2] iPhone[3] · hepatitis B[1] · amazon.com[1] · "
        "“Ships came”[1] · año[1] señal[2]",
        "FY23⟨1⟩ CO2⟨2⟩ Q3⟨3⟩ · OpenAI⟨1⟩ macOS⟨2⟩ iPhone⟨3⟩ · hepatitis B⟨1⟩ · amazon.com⟨1⟩ · "
        "“Ships came”⟨1⟩ · año⟨1⟩ señal⟨2⟩",
    ),
    "several in a row": (
        "[ 1 ] · [1][2] · [1] [2] · [1], [2] and [3]",
        "⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩ ⟨2⟩ · ⟨1⟩, ⟨2⟩ and ⟨3⟩",
    ),
    "a list with signs": (
        "[1,2] · [1, 2] · [1 , 2] · [1; 2] · [1 & 2] · [1+2]",
        "⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩",
    ),
    "a list with words": (
        "[1 and 2] · [1, 2 and 3] · [1, 2, and 3]",
        "⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩",
    ),
    "a list in its own order, each once": (
        "[2, 1] · [1, 1]",
        "⟨2⟩⟨1⟩ · ⟨1⟩",
    ),
    "a range": (
        "[1-3] · [1–3] · [1—3] · [1 - 3] · [1-3, 5] · [2-2]",
        "⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩⟨5⟩ · ⟨2⟩",
    ),
    "double brackets": (
        "[[1]] · [[1, 2]] · [[1]][[2]] · [[1], [2]]",
        "⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · [⟨1⟩, ⟨2⟩]",
    ),
    "within emphasis and round brackets": (
        "**[1]** · _[1]_ · <sup>[1]</sup> · (see [1]) · ([1]) · Great![1]",
        "**⟨1⟩** · _⟨1⟩_ · <sup>⟨1⟩</sup> · (see ⟨1⟩) · (⟨1⟩) · Great!⟨1⟩",
    ),
    "before a word, a sign or a bracket": (
        "According to [2], ships came. · a [1]: b · [1] (2023)",
        "According to ⟨2⟩, ships came. · a ⟨1⟩: b · ⟨1⟩ (2023)",
    ),
    "beside brackets that are none": (
        "[…][1] · [2024][1] · [1][more] · [sic] here [1]",
        "[…]⟨1⟩ · [2024]⟨1⟩ · ⟨1⟩[more] · [sic] here ⟨1⟩",
    ),
    "the word source": (
        "[Source 1] · [source 1] · [SOURCE 1] · [Source: 1] · [Source #1] · [Source1] · "
        "[source_1] · [see Source 1] · [cf. Source 1]",
        "⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩",
    ),
    "several named sources": (
        "[Sources 1, 2] · [Sources 1 and 3] · [Sources 1 & 3] · [Sources 1-3] · "
        "[Sources 1 to 3] · [Source 1, Source 2] · [Source 1; Source 2] · [source 1 and source 2]",
        "⟨1⟩⟨2⟩ · ⟨1⟩⟨3⟩ · ⟨1⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩",
    ),
    "other words for a source": (
        "[#1] · [ref 1] · [Ref. 1] · [Document 2] · [doc 2] · [doc2] · [Passage 3] · "
        "[Citation 1] · [citation:1] · [cite: 1] · [cite: 1, 2] · [Excerpt 4]",
        "⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨2⟩ · ⟨2⟩ · ⟨2⟩ · ⟨3⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨4⟩",
    ),
    "in Spanish, German, French, Italian, Dutch": (
        "[Fuente 1] · [Fuentes 1 y 2] · [Quelle 1] · [Quellen 1 und 2] · [siehe Quelle 1] · "
        "[Sources 1 et 3] · [Fonte 2] · [Fonti 1 e 2] · [Bron 1 en 2]",
        "⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩ · ⟨1⟩⟨3⟩ · ⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩",
    ),
    "in other alphabets": (
        "[Источник 1] · [出典1] · [출처 1]",
        "⟨1⟩ · ⟨1⟩ · ⟨1⟩",
    ),
    "named in round brackets": (
        "(Source 2) · (source 2) · (Sources 1 and 3) · (Source 1, Source 2) · (see Source 2) · "
        "(Source 1, p. 3) · (Fuente 1) · (Quelle 1) · (Source 1 (Harbour 2023, p. 3)) on",
        "⟨2⟩ · ⟨2⟩ · ⟨1⟩⟨3⟩ · ⟨1⟩⟨2⟩ · ⟨2⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ on",
    ),
    "with a page": (
        "[1, p. 3] · [1, pp. 3-5] · [1 p.3] · [1: p. 3] · [1, page 3] · [1, p. 3; 2, p. 5] · "
        "[Source 1, p. 3] · [Source 1, page 3]",
        "⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩ · ⟨1⟩",
    ),
    "with a table, a section, a page in other languages": (
        "[1, Table 4] · [1, § 4] · [1, S. 3] · [1, pág. 3]",
        "⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩",
    ),
    "named with a title": (
        "[Source 1 (Harbour 2023, p. 3)] · [Source 1: Annual report 2023] · "
        "[Source 1 - Annual report] · [Source 1, Annual report 2023] · "
        "[Source 1 (A), Source 2 (B)]",
        "⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩",
    ),
    "with a dagger": (
        "[1†source] · 【1†source】 · 【2†L5-L9】 · 【1†Annual report.pdf】 · 【1†a】【2†b】",
        "⟨1⟩ · ⟨1⟩ · ⟨2⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩",
    ),
    "short": (
        "[S1] · [S1, S2] · [S1][S2] · [S1-S3] · [s2]",
        "⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩⟨3⟩ · ⟨2⟩",
    ),
    "with a number of its part": (
        "【1:0†source】 · 【2:13†Annual report.pdf】【1:0†source】",
        "⟨1⟩ · ⟨2⟩⟨1⟩",
    ),
    "with what is left over of a model's own markup": (
        "[cite_start]Ships came.[cite: 1] · [cite_start]Ships[cite_end] came [1]",
        "Ships came.⟨1⟩ · Ships came ⟨1⟩",
    ),
    "a list over two lines": ("[1,\n2] · [Source 1;\nSource 2]", "⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩"),
    "a long list": (
        f"[{', '.join(['Source 1, Source 2, Source 3'] * 8)}] · [{'1, 2, 3, ' * 12}4]",
        "⟨1⟩⟨2⟩⟨3⟩ · ⟨1⟩⟨2⟩⟨3⟩⟨4⟩",
    ),
    "between carets": (
        "[^1^] · [^1^][^2^]",
        "⟨1⟩ · ⟨1⟩⟨2⟩",
    ),
    "in wide brackets": (
        "【1】 · 【1】【2】 · 【1、2】",
        "⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩",
    ),
    "with wide digits": (
        "［１］ · ［１、２］ · ［１，２］ · [１]",
        "⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩",
    ),
    "in Chinese": (
        "收入增长[1]。 · 收入增长。[1][2] · [来源1] · [来源 1、2] · 【来源1】 · "
        "（来源1、2） · [文档1] · [1和2] · [资料 1]",
        "收入增长⟨1⟩。 · 收入增长。⟨1⟩⟨2⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩ · ⟨1⟩⟨2⟩ · ⟨1⟩",
    ),
    "in a list, a table, a quotation, a heading": (
        "- Ships came [1]\n- Trains fell [2]\n\n\n1. Ships [1]\n2. Trains [2]\n\n\n"
        "| 2022 | 412 [1] |\n| 2023 | 538 [2] |\n\n\n> Ships came [1]\n\n\n## Ships [1]",
        "- Ships came ⟨1⟩\n- Trains fell ⟨2⟩\n\n\n1. Ships ⟨1⟩\n2. Trains ⟨2⟩\n\n\n"
        "| 2022 | 412 ⟨1⟩ |\n| 2023 | 538 ⟨2⟩ |\n\n\n> Ships came ⟨1⟩\n\n\n## Ships ⟨1⟩",
    ),
    "at the start of a line": (
        "[1] Annual report\n\n\n- [1] Annual report",
        "⟨1⟩ Annual report\n\n\n- ⟨1⟩ Annual report",
    ),
    "beside amounts of money": (
        "costs $5 [1] and $6 [2]\n\n\n($m) 5 [1] and\n3$ [2]\n\n\n$ACME rose [1].\n\n\n"
        "US$5m [1] to US$6m [2]",
        "costs $5 ⟨1⟩ and $6 ⟨2⟩\n\n\n($m) 5 ⟨1⟩ and\n3$ ⟨2⟩\n\n\n$ACME rose ⟨1⟩.\n\n\n"
        "US$5m ⟨1⟩ to US$6m ⟨2⟩",
    ),
    "beside escaped signs, approximations and what is struck out": (
        "it is \\$5 [1] and \\`x [2]\n\n\nabout ~5% [1] ~~gone~~ [2]",
        "it is \\$5 ⟨1⟩ and \\`x ⟨2⟩\n\n\nabout ~5% ⟨1⟩ ~~gone~~ ⟨2⟩",
    ),
}

DROPPED = {
    "a number that no source has": (
        "Ships [7]. · [99] · [0] · [1, 9] · [5-8] · 【77】 · [Source 12] · (Source 9) · [7][1]",
        "Ships ⟨!7⟩. · ⟨!99⟩ · ⟨!0⟩ · ⟨1⟩⟨!9⟩ · ⟨5⟩⟨6⟩⟨!7⟩⟨!8⟩ · ⟨!77⟩ · ⟨!12⟩ · ⟨!9⟩ · ⟨!7⟩⟨1⟩",
    ),
}

_SAME = {
    "half a bracket": "1]\n\n\n[\n\n\n[1",
    "nothing or a letter in brackets": "[]\n\n\n[ ]\n\n\n[a]\n\n\n[i]\n\n\n[1a]",
    "numbers that are no whole ones": (
        "[1.5] · [1.2.3] · [-1] · [+1] · [1/2] · [1 2] · [01] · [1e2]"
    ),
    "an interval from nothing or backwards": "[3-1]\n\n\n[0, 1]\n\n\n[0-5]",
    "thousands, years and times": (
        "[1,000] · [1,234] · [1, 2024] · [100] · in [2024] and [1999] · [2023-24] · [12:30] · "
        "[4:0†source]"
    ),
    "broken over lines or padded": (
        "[1\n2]\n\n\n[                                                            1]"
    ),
    "a word that is no source": (
        "[word 1] · [see 1] · [Table 2] · [Figure 1] · [p. 3] · [page 3] · [document 3 pages]"
    ),
    "the word source without a number of one": (
        "[Source] · [Source A] · [source: Annual report] · [sources cited] · [resource 1] · "
        "[citation needed] · [Source 2024] · [S. 1]"
    ),
    "other brackets": "{1} <1> ¹",
    "round brackets that do not say source": (
        "(1) and (2) · (2023) · (Document 2) · (Source: Annual report 2023) · (sources say 1) · "
        "Source 1 says so · f(x)"
    ),
    "tasks": "- [ ] to do\n- [x] done",
    "links": (
        "a [link](https://example.org/1)\n\n\n[1](https://example.org)\n\n\n"
        "[1](#one) and [2](#two)\n\n\n[Source 1](https://example.org)\n\n\n"
        "[[1]](https://example.org)\n\n\n![1](one.png)\n\n\n[the report][1]"
    ),
    "link definitions": (
        "[1]: https://example.org\n\n\nso\n[1]: https://example.org\n  [2]: https://example.org"
    ),
    "footnotes": "a footnote[^1] · [^1]: so it is · [^note] · [1^]",
    "addresses": "https://example.org/?a[1]=2\n\n\nwww.x.org http://x.org/a[1]",
    "an index": (
        "array[1] · arr[0] and x[1] · matrix[1][2] · row_1[2] my_list[1] · myArray[1] · "
        "args[1], list[2]"
    ),
    "inline code": "`list[1]`\n\n\n``a ` [1]``\n\n\n`a\nb [1]`\n\n\n```x [1]```",
    "fences": "```python\nx = y [1]\n```\n\n\n```\n[1]\n\n[2]\n``` no\n[3]\n```",
    "an open fence": "```\n[1]",
    "long and other fences": (
        "````\n```\n[1]\n````\n\n\n~~~\n[1]\n~~~\n\n\n~~~\n[1]\n```\n[2]\n~~~"
    ),
    "fences in lists and quotations": (
        "- ```\n  [1]\n  ```\n\n\n> ```\n> [1]\n> ```\n\n\n   ```\n[1]\n   ```"
    ),
    "mathematics in double dollars": "$$x [1]$$\n\n\n$$\nx [1]\n+ [2]\n$$",
    "mathematics in backslashes": "\\(a [1]\\) and \\[b [1]\\]\n\n\n\\[1\\]",
    "mathematics in single dollars": "$x_[1]$\n\n\n$x \\in [1, 5]$\n\n\n($[1]$)",
}

MIXED = {
    "after inline code": (
        "`x[1]` is so [2]\n\n\n`a [1]\n\nb [2]\n\n\n`a [1]\n- b [2]\n\n\n`a [1]\n| b [2]",
        "`x[1]` is so ⟨2⟩\n\n\n`a [1]\n\nb ⟨2⟩\n\n\n`a [1]\n- b ⟨2⟩\n\n\n`a [1]\n| b ⟨2⟩",
    ),
    "after a fence": (
        "```\n[1]\n```\n[2]\n\n\n```x [1]``` [2]\n\n\nso ``` [1]\n\n[2]\n\n\n~~~\n[1]\n~~~\n[2]",
        "```\n[1]\n```\n⟨2⟩\n\n\n```x [1]``` ⟨2⟩\n\n\nso ``` [1]\n\n⟨2⟩\n\n\n~~~\n[1]\n~~~\n⟨2⟩",
    ),
    "after mathematics": (
        "$$x [1]$$ [2]\n\n\n$$x [1]\n\n[2]\n\n\n\\(a [1]\\) [2]\n\n\n$x \\in [1, 5]$ [2]\n\n\n"
        "$x$ [1] and $y$ [2]",
        "$$x [1]$$ ⟨2⟩\n\n\n$$x [1]\n\n⟨2⟩\n\n\n\\(a [1]\\) ⟨2⟩\n\n\n$x \\in [1, 5]$ ⟨2⟩\n\n\n"
        "$x$ ⟨1⟩ and $y$ ⟨2⟩",
    ),
    "beside links": (
        "[1](https://example.org) [2]\n\n\n[1][2](https://example.org)\n\n\n"
        "[1]: https://example.org\nso [2]",
        "[1](https://example.org) ⟨2⟩\n\n\n⟨1⟩[2](https://example.org)\n\n\n"
        "[1]: https://example.org\nso ⟨2⟩",
    ),
    "beside an index": (
        "array[1] and ships[2] · array[1] [2]",
        "array[1] and ships⟨2⟩ · array[1] ⟨2⟩",
    ),
    "within or after other brackets": (
        "[[wiki]] [1]\n\n\n[ [1] ]\n\n\n[Source 1 [2]]\n\n\n[^1] [1]",
        "[[wiki]] ⟨1⟩\n\n\n[ ⟨1⟩ ]\n\n\n[Source 1 ⟨2⟩]\n\n\n[^1] ⟨1⟩",
    ),
}

LEFT_ALONE = {kind: (text, text) for kind, text in _SAME.items()}
CASES = MARKERS | DROPPED | LEFT_ALONE | MIXED


def parts(cases: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """The texts within the cases, each with its own outcome."""
    apart = re.compile(r" · |\n{3}")
    return [
        part
        for text, outcome in cases.values()
        for part in zip(apart.split(text), apart.split(outcome), strict=True)
    ]
