// The side panel: one citation with its page, or all sources of the answer; a sheet on a small screen.
import type { ReactNode } from "react";

import { go, type Place, type Route } from "@/base/route";
import type { Answer } from "@/stream/reduce";
import { useStrings } from "@/strings";
import { IconButton } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { useMedia } from "@/ui/useMedia";
import { useModal } from "@/ui/useModal";

import { CitationDetail } from "./CitationDetail";
import { inOrder } from "./model";
import { SourceList } from "./SourceList";

type Shown = NonNullable<Place["panel"]>;

interface Props {
  /** A conversation, one's own or shared. */
  route: Extract<Route, Place>;
  panel: Shown;
  answer: Answer;
  onClose: () => void;
}

export const SMALL = "(max-width: 62rem)";

export function Panel(props: Props): ReactNode {
  const strings = useStrings();
  const small = useMedia(SMALL);
  const label = props.panel.kind === "citation" ? strings.citation : strings.allSources;
  if (!small) {
    return (
      <aside className="panel" aria-label={label}>
        <Inside {...props} />
      </aside>
    );
  }
  return (
    <Sheet label={label} onClose={props.onClose}>
      <Inside {...props} />
    </Sheet>
  );
}

function Sheet({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }): ReactNode {
  const { ref, onCancel } = useModal(onClose);
  return (
    <dialog
      ref={ref}
      className="panel sheet-panel"
      aria-label={label}
      onCancel={onCancel}
    >
      {children}
    </dialog>
  );
}

function Inside({ route, panel, answer, onClose }: Props): ReactNode {
  const strings = useStrings();
  const order = inOrder(answer.citations);
  const at = panel.kind === "citation" ? order.findIndex((one) => one.citation_id === panel.id) : -1;
  const citation = order[at];
  const show = (shown: Shown): void => go({ ...route, panel: shown }, { replace: true });
  const step = (by: number): void => {
    const next = order[at + by];
    if (next !== undefined) show({ kind: "citation", id: next.citation_id });
  };
  return (
    <>
      <header className="panel-head">
        {panel.kind === "citation" ? (
          <>
            <IconButton icon="previous" label={strings.previousCitation} disabled={at < 1} onClick={() => step(-1)} />
            <h2 aria-live="polite">{at < 0 ? strings.citation : strings.citationOf(at + 1, order.length)}</h2>
            <IconButton icon="next" label={strings.nextCitation} disabled={at + 1 >= order.length} onClick={() => step(1)} />
            <span className="grow" />
            <CopyButton icon="link" label={strings.copyLink} text={() => location.href} />
            <IconButton icon="list" label={strings.allSources} onClick={() => show({ kind: "sources" })} />
          </>
        ) : (
          <>
            <h2>{strings.allSources}</h2>
            <span className="grow" />
          </>
        )}
        <IconButton icon="close" label={strings.close} onClick={onClose} />
      </header>
      <div key={panel.kind} className="panel-body" tabIndex={0} role="region" aria-label={strings.sources}>
        {panel.kind === "sources" && <SourceList answer={answer} onOpen={(id) => show({ kind: "citation", id })} />}
        {citation !== undefined && <CitationDetail key={citation.passage_id} answer={answer} citation={citation} />}
        {panel.kind === "citation" && citation === undefined && <p className="centre soft">{strings.citationGone}</p>}
      </div>
    </>
  );
}
