// Markdown as blocks that are parsed once: while an answer streams only its last block is read again.
import type { Root, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";

import { closed } from "./closed";

/** A block of the document; the object stays the same as long as what it says does. */
export interface Block {
  start: number;
  node: RootContent;
}

export interface Parsed {
  source: string;
  blocks: readonly Block[];
  /** Where the last block begins: all before it is final. */
  settled: number;
}

export const EMPTY: Parsed = { source: "", blocks: [], settled: 0 };

const OPTIONS = {
  extensions: [gfmTable(), gfmStrikethrough({ singleTilde: false })],
  mdastExtensions: [gfmTableFromMarkdown(), gfmStrikethroughFromMarkdown()],
};

function parse(text: string): Root {
  return fromMarkdown(text, OPTIONS);
}

/**
 * Parses `source`, taking over from `before` what cannot change any more.
 *
 * A block is final once another one follows it: in CommonMark nothing later reaches back, except
 * definitions of links, which answers do not have. `streaming` closes what the end leaves open
 * (`**bold`, a half table), so that nothing flickers when its other half arrives.
 */
export function parseBlocks(before: Parsed, source: string, streaming: boolean): Parsed {
  const kept = source.startsWith(before.source.slice(0, before.settled)) ? before : EMPTY;
  const start = kept.settled;
  const tail = source.slice(start);
  const fresh = parse(streaming ? closed(tail) : tail).children.map((node) => ({
    start: start + (node.position?.start.offset ?? 0),
    node,
  }));
  const done = kept.blocks.filter((block) => block.start < start);
  const last = fresh.at(-1);
  return { source, blocks: [...done, ...fresh], settled: last === undefined ? start : last.start };
}

/** A parser for one text as it grows: it keeps its last parse, and the same text is parsed once. */
export function blockParser(): (source: string, streaming: boolean) => readonly Block[] {
  let last = EMPTY;
  let was = false;
  return (source, streaming) => {
    if (last.source !== source || was !== streaming) {
      last = parseBlocks(last, source, streaming);
      was = streaming;
    }
    return last.blocks;
  };
}
