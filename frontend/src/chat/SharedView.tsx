// A conversation that somebody shared: read-only, with its sources as far as one may read them.
import { lazy, useCallback, useEffect, useMemo, useRef, type ReactNode, type RefObject } from "react";

import { readShared } from "@/api/chats";
import type { Problem } from "@/api/client";
import type { SharedChatView } from "@/api/types";
import { go, type Route } from "@/base/route";
import { HoverCard } from "@/citations/HoverCard";
import { useCollections } from "@/collections/collections";
import { setQuoted, type Quoted } from "@/reader/quoted";
import { exchangesOf, type Exchange } from "@/session/exchanges";
import { sessionOf, startNew } from "@/session/sessions";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { ExportMenu } from "@/ui/ExportMenu";
import { Late } from "@/ui/Late";
import { useKeys } from "@/ui/useKeys";
import { useRemote } from "@/ui/useRemote";

import { viewClass } from "./ChatView";
import { citationOf, findCitation, messageOf, useCitationKeys } from "./cited";
import { ExchangeList } from "./ExchangeList";
import type { ExchangeActions } from "./ExchangeView";

const Panel = lazy(() => import("@/reader/Panel").then((found) => ({ default: found.Panel })));

type SharedRoute = Extract<Route, { view: "shared" }>;

export function SharedView({ route }: { route: SharedRoute }): ReactNode {
  const { shareId } = route;
  const load = useCallback((signal: AbortSignal) => readShared(shareId, signal), [shareId]);
  // Read again when collections were given or taken away, and when the page is come back to.
  const { data, problem, reload } = useRemote(load, useCollections().revision);
  useReturn(reload);
  const isGone = problem?.status === 404 || problem?.status === 422;
  const turns = isGone ? undefined : data?.turns;
  const exchanges = useMemo(() => exchangesOf({ chat_id: "", turns: turns ?? [] }), [turns]);
  const scroller = useRef<HTMLDivElement>(null);
  const find = useCallback((id: string) => findCitation(exchanges, id), [exchanges]);
  const close = (): void => go({ ...route, panel: null, messageId: null });
  useCitationKeys(route, exchanges);
  useKeys({ Escape: () => route.panel !== null && close() });
  const open = messageOf(exchanges, route.messageId);
  return (
    <div className={viewClass(route.panel)}>
      <div className="chat">
        <div className="scroller" ref={scroller} tabIndex={-1}>
          {isGone ? (
            <Gone />
          ) : data === null ? (
            <Waiting problem={problem} onAgain={reload} />
          ) : (
            <Shown key={shareId} route={route} chat={data} exchanges={exchanges} scroller={scroller} />
          )}
        </div>
      </div>
      <HoverCard within={scroller} find={find} />
      {route.panel !== null && open !== undefined && (
        <Late>
          <Panel route={route} panel={route.panel} answer={open.answer} onClose={close} onAsk={askQuoted} />
        </Late>
      )}
    </div>
  );
}

/** In a conversation of one's own. */
function askQuoted(quoted: Quoted): void {
  startNew();
  sessionOf(null).setFilters({ doc_ids: [quoted.docId], collections: [quoted.collection] });
  setQuoted(sessionOf(null), quoted);
}

function Gone(): ReactNode {
  const strings = useStrings();
  return (
    <div className="centre gone">
      <p role="alert">{strings.sharedGone}</p>
      <Button kind="primary" icon="plus" onClick={startNew}>
        {strings.newChat}
      </Button>
    </div>
  );
}

function Waiting({ problem, onAgain }: { problem: Problem | null; onAgain: () => void }): ReactNode {
  const strings = useStrings();
  if (problem === null) return <p className="centre soft">{strings.loading}</p>;
  return (
    <div className="centre">
      <p role="alert">{strings.problem(problem.code, problem.message)}</p>
      <Button icon="retry" onClick={onAgain}>
        {strings.tryAgain}
      </Button>
    </div>
  );
}

interface ShownProps {
  route: SharedRoute;
  chat: SharedChatView;
  exchanges: readonly Exchange[];
  scroller: RefObject<HTMLDivElement | null>;
}

function Shown({ route, chat, exchanges, scroller }: ShownProps): ReactNode {
  const { shareId, messageId, panel } = route;
  const actions = useMemo((): ExchangeActions => {
    const open = (message: string, shown: SharedRoute["panel"]): void => go({ view: "shared", shareId, messageId: message, panel: shown });
    return { own: null, shareId, openCitation: (key, id) => open(key, { kind: "citation", id }), openSources: (key) => open(key, { kind: "sources" }) };
  }, [shareId]);
  return (
    <>
      <SharedHead chat={chat} shareId={shareId} />
      <ExchangeList
        exchanges={exchanges}
        running={false}
        actions={actions}
        scroller={scroller}
        messageId={messageId}
        citationId={citationOf(panel)}
      />
    </>
  );
}

function SharedHead({ chat, shareId }: { chat: SharedChatView; shareId: string }): ReactNode {
  const strings = useStrings();
  const { title, shared_by: by, shared_at: at, collections } = chat;
  const askOneself = (): void => {
    startNew();
    if (collections.length > 0) sessionOf(null).setFilters({ collections: collections.map((one) => one.collection_id) });
  };
  return (
    <header className="slot shared-head">
      <h2 dir="auto">{title === "" ? strings.untitled : title}</h2>
      <p className="soft" dir="auto">
        {strings.sharedBy(by, new Date(at))}
      </p>
      <Button icon="plus" onClick={askOneself}>
        {strings.askOneself}
      </Button>
      <ExportMenu label={strings.exportChat} of={{ shareId }} prints />
    </header>
  );
}

/** Calls back when the page is come back to. */
function useReturn(onReturn: () => void): void {
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) onReturn();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [onReturn]);
}
