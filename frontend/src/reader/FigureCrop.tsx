// A figure: its part of the page.
import type { ReactNode } from "react";

import { pageSource } from "@/api/reading";
import type { Rectangle } from "@/api/types";
import { useStrings } from "@/strings";

import type { PageMark } from "./marks";
import { PageSheet } from "./PageSheet";

interface Props {
  docId: string;
  page: number;
  size: readonly [number, number];
  figure: Rectangle;
  marks: readonly PageMark[];
  label: string;
  onFailure: () => void;
}

export function FigureCrop({ docId, page, size, figure, marks, label, onFailure }: Props): ReactNode {
  const strings = useStrings();
  const width = figure.x1 - figure.x0;
  const height = figure.y1 - figure.y0;
  return (
    <div className="figure-crop" style={{ aspectRatio: `${width * size[0]} / ${height * size[1]}` }}>
      <div
        className="figure-page"
        style={{ width: share(1 / width), left: share(-figure.x0 / width), top: share(-figure.y0 / height) }}
      >
        <PageSheet source={pageSource(docId, page)} label={label} waiting={strings.loading} marks={marks} onFailure={onFailure} />
      </div>
    </div>
  );
}

const share = (part: number): string => `${(part * 100).toFixed(3)}%`;
