// Markdown as React elements: text only, never markup from the answer, never an image fetched.
import type { Nodes, PhrasingContent, RootContent, Table } from "mdast";
import { createContext, Fragment, memo, useContext, useMemo, useState, type ReactNode } from "react";

import { blockParser, type Block } from "./blocks";
import { CodeBlock } from "./CodeBlock";
import { pieces } from "./masked";
import { formulaAt, FORMULA, withoutMath, type Formula } from "./math";
import { MathText } from "./MathText";

/** What stands for a citation or an untraced number in the text. */
export interface Inserts {
  citation: (index: number) => ReactNode;
  untraced: (text: string, key: number) => ReactNode;
}

const PLAIN: Inserts = { citation: () => null, untraced: (text) => text };

/** The formulas of the text: blocks that stay as they are draw theirs once. */
const Formulas = createContext<readonly Formula[]>([]);

/** `source` is masked text (see masked.ts); `inserts` must stay the same object. */
export function Markdown(props: { source: string; streaming: boolean; inserts?: Inserts }): ReactNode {
  const { source, streaming, inserts = PLAIN } = props;
  const [parse] = useState(blockParser);
  const { text, formulas } = useMemo(() => withoutMath(source, streaming), [source, streaming]);
  return (
    <Formulas value={formulas}>
      {parse(text, streaming).map((block) => (
        <OneBlock key={block.start} block={block} inserts={inserts} />
      ))}
    </Formulas>
  );
}

const OneBlock = memo(function OneBlock({ block, inserts }: { block: Block; inserts: Inserts }): ReactNode {
  return <Node node={block.node} inserts={inserts} />;
});

function Node({ node, inserts }: { node: Nodes; inserts: Inserts }): ReactNode {
  const inside = (): ReactNode => <Children of={node} inserts={inserts} />;
  switch (node.type) {
    case "text":
      return <Text value={node.value} inserts={inserts} />;
    case "paragraph":
      return <p dir="auto">{inside()}</p>;
    case "heading": {
      // An answer stands inside a page that has a heading of its own.
      const Tag = node.depth === 1 ? "h3" : node.depth === 2 ? "h4" : "h5";
      return <Tag dir="auto">{inside()}</Tag>;
    }
    case "strong":
      return <strong>{inside()}</strong>;
    case "emphasis":
      return <em>{inside()}</em>;
    case "delete":
      return <del>{inside()}</del>;
    case "inlineCode":
      return <code>{spelled(node.value)}</code>;
    case "code":
      return <CodeBlock language={node.lang ?? ""} code={spelled(node.value)} />;
    case "blockquote":
      return <blockquote>{inside()}</blockquote>;
    case "list":
      return node.ordered === true ? <ol start={node.start ?? 1}>{inside()}</ol> : <ul>{inside()}</ul>;
    case "listItem":
      return <li dir="auto">{inside()}</li>;
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return <Link url={node.url}>{inside()}</Link>;
    case "image":
      return <span className="image-left-out">{node.alt === "" ? node.url : node.alt}</span>;
    case "html":
      return <Text value={node.value} inserts={inserts} />;
    case "table":
      return <TableBlock table={node} inserts={inserts} />;
    case "definition":
      return null;
    default:
      return "children" in node ? inside() : null;
  }
}

function Children({ of, inserts }: { of: Nodes; inserts: Inserts }): ReactNode {
  if (!("children" in of)) return null;
  const children: (RootContent | PhrasingContent)[] = of.children;
  const tight = of.type === "listItem" && of.spread !== true;
  return children.map((child, at) => {
    const only = tight && child.type === "paragraph";
    return only ? (
      <Fragment key={at}>
        <Children of={child} inserts={inserts} />
      </Fragment>
    ) : (
      <Node key={at} node={child} inserts={inserts} />
    );
  });
}

/** What ends a sentence or a bracket stays on the line of the citation before it. */
const ENDS = /^[.,;:!?…)\]»”’"']+/;

function Text({ value, inserts }: { value: string; inserts: Inserts }): ReactNode {
  const all = pieces(value);
  const endOf = (at: number): string => {
    const piece = all[at];
    return all[at - 1]?.kind === "citation" && piece?.kind === "text" ? (ENDS.exec(piece.text)?.[0] ?? "") : "";
  };
  return all.map((piece, at) => {
    if (piece.kind === "citation") {
      return (
        <span key={at} className="bound">
          {inserts.citation(piece.index)}
          {endOf(at + 1)}
        </span>
      );
    }
    if (FORMULA.test(piece.text)) {
      const shown = <WithFormulas key={at} text={piece.text} />;
      return piece.kind === "untraced" ? <span key={at} className="untraced">{shown}</span> : shown;
    }
    return piece.kind === "untraced" ? inserts.untraced(piece.text, at) : piece.text.slice(endOf(at).length);
  });
}

function WithFormulas({ text }: { text: string }): ReactNode {
  const formulas = useContext(Formulas);
  return text.split(/([\uf800-\uf8ef])/).map((part, at) => {
    const formula = FORMULA.test(part) ? formulas[formulaAt(part)] : undefined;
    return formula === undefined ? part : <MathText key={at} formula={formula} />;
  });
}

function spelled(value: string): string {
  return pieces(value)
    .map((piece) => (piece.kind === "citation" ? "" : piece.text))
    .join("");
}

function Link({ url, children }: { url: string; children: ReactNode }): ReactNode {
  if (!/^(?:https?|mailto):/i.test(url)) return children;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function TableBlock({ table, inserts }: { table: Table; inserts: Inserts }): ReactNode {
  const [head, ...rows] = table.children;
  const cell = (at: number): { className?: string } => {
    const align = table.align?.[at];
    return align === "right" || align === "center" ? { className: `to-${align}` } : {};
  };
  return (
    <div className="table" role="region" tabIndex={0} aria-label="table">
      <table>
        <thead>
          <tr>
            {head?.children.map((one, at) => (
              <th key={at} {...cell(at)} dir="auto">
                <Children of={one} inserts={inserts} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, y) => (
            <tr key={y}>
              {row.children.map((one, at) => (
                <td key={at} {...cell(at)} dir="auto">
                  <Children of={one} inserts={inserts} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
