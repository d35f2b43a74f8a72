import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import { EMPTY, parseBlocks, type Parsed } from "@/markdown/blocks";
import { closed } from "@/markdown/closed";
import { Markdown, type Inserts } from "@/markdown/Markdown";
import { masked, pieces } from "@/markdown/masked";

import { CITATIONS, FIRST_CITATION, TEXT } from "./recorded";

const INSERTS: Inserts = {
  citation: (index) => createElement("i", null, `#${index}`),
  untraced: (text, key) => createElement("u", { key }, text),
};

function html(source: string, streaming = false): string {
  return renderToStaticMarkup(<Markdown source={source} streaming={streaming} inserts={INSERTS} />);
}

const LONG = `${TEXT}\n\n# Title\n\n1. one **bold**\n2. two\n\n   more of two\n\n> quote\n\n\`\`\`js\nlet a = 1;\n\nlet b;\n\`\`\`\n\nlast *words* &amp; ~~gone~~`;

test("markers become citations, wherever Markdown would take them for something else", () => {
  const text = "One [1].\n\n[1]: https://elsewhere.example\n\n| a [1] |\n|---|\n| `[1]` |";
  const spans = [...text.matchAll(/\[1\](?!:|`)/g)].map(({ index }) => ({ start: index, end: index + 3 }));
  const found = spans.map((marker_span, at) => ({ ...FIRST_CITATION, citation_id: `c${at}`, marker_span }));
  const shown = html(masked(text, found, []));
  expect(shown).toContain('One <span class="bound"><i>#0</i>.</span>');
  expect(shown).toContain('a <span class="bound"><i>#1</i></span>');
  expect(shown).not.toContain("href");
});

test("untraced numbers are marked, and private characters of reports are not taken for citations", () => {
  const text = "about 17 % \ue000";
  const shown = html(masked(text, [], [{ start: 6, end: 8 }]));
  expect(shown).toBe('<p dir="auto">about <u>17</u> % \ufffd</p>');
});

test("a citation that the text has not reached yet is left out", () => {
  expect(masked("One [1", CITATIONS, [])).toBe("One [1");
});

test("an inferred citation has no marker and stands where its claim ends", () => {
  const inferred = { ...FIRST_CITATION, origin: "inferred" as const, marker_span: { start: 3, end: 3 } };
  expect(html(masked("One two", [inferred], []))).toBe('<p dir="auto">One<span class="bound"><i>#0</i></span> two</p>');
});

test("pieces take apart what masked put together", () => {
  const found = pieces(masked("a [1] b", [{ ...FIRST_CITATION, marker_span: { start: 2, end: 5 } }], []));
  expect(found).toEqual([
    { kind: "text", text: "a " },
    { kind: "citation", index: 0 },
    { kind: "text", text: " b" },
  ]);
});

test("streaming piece by piece ends with what parsing the whole gives", () => {
  for (const step of [1, 2, 3, 7, 50]) {
    let parsed: Parsed = EMPTY;
    for (let end = step; end < LONG.length + step; end += step) parsed = parseBlocks(parsed, LONG.slice(0, end), true);
    const last = parseBlocks(parsed, LONG, false);
    const types = (of: Parsed): string[] => of.blocks.map((block) => block.node.type);
    expect(types(last)).toEqual(types(parseBlocks(EMPTY, LONG, false)));
  }
});

test("a finished block is the same object for as long as the answer streams", () => {
  const first = parseBlocks(EMPTY, "one\n\ntwo\n\nthr", true);
  const second = parseBlocks(first, "one\n\ntwo\n\nthree **and**\n\nfour", true);
  expect(second.blocks[0]).toBe(first.blocks[0]);
  expect(second.blocks[1]).toBe(first.blocks[1]);
  expect(second.blocks[2]).not.toBe(first.blocks[2]);
});

test("a text that changes in its beginning is parsed anew", () => {
  const first = parseBlocks(EMPTY, "one\n\ntwo\n\nthree", true);
  const second = parseBlocks(first, "ONE\n\ntwo\n\nthree", false);
  expect(second.blocks[0]).not.toBe(first.blocks[0]);
});

test.each([
  ["some **bold", "some **bold**"],
  ["some **bold** and", "some **bold** and"],
  ["some *it", "some *it*"],
  ["some `code", "some `code`"],
  ["some **", "some "],
  ["ends with a [link](http://exa", "ends with a "],
  ["text\n- ", "text"],
  ["text\n\n#", "text\n"],
  ["text\n\n| a | b", "text\n"],
  ["| a | b |\n|---|---|\n| 1 |", "| a | b |\n|---|---|"],
  ["```js\nlet a = '**", "```js\nlet a = '**"],
  ["2 * 3", "2 * 3"],
])("the open end %j is shown as %j", (text, shown) => {
  expect(closed(text)).toBe(shown);
});

test("nothing of what is shown while streaming is syntax", () => {
  for (let end = 1; end <= LONG.length; end += 1) {
    const text = html(LONG.slice(0, end), true).replace(/<[^>]*>/g, "");
    expect(text).not.toMatch(/\*\*|\|/);
  }
});

test.each([
  ["<script>alert(1)</script>", /<script/],
  ["<img src=x onerror=alert(1)>", /<img/],
  ["![picture](https://elsewhere.example/x.png)", /<img|https/],
  ["[go](javascript:alert(1))", /href/],
  ["[go](data:text/html,x)", /href/],
  ["<a href='https://elsewhere.example'>x</a>", /<a /],
  ["[a]: https://elsewhere.example\n\n[a]", /href/],
])("%j makes no markup of its own", (text, never) => {
  expect(html(text)).not.toMatch(never);
});

test("links open apart and tell nothing", () => {
  expect(html("[go](https://elsewhere.example/a)")).toContain('<a href="https://elsewhere.example/a" target="_blank" rel="noopener noreferrer">');
});

test("tables, code and lists are what they are", () => {
  const shown: ReactNode = html(LONG);
  for (const part of ["<table>", 'class="to-right"', "<ol start=\"1\">", "<pre", "<h3", "<blockquote>", "<del>", "words</em> &amp; "]) {
    expect(shown).toContain(part);
  }
});
