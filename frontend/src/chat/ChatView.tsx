// The conversation: its exchanges, the field for the next question, and the panel beside it.
import { lazy, useCallback, useMemo, useRef, type ReactNode } from "react";

import { go, type Route } from "@/base/route";
import { HoverCard } from "@/citations/HoverCard";
import { setQuoted, type Quoted } from "@/reader/quoted";
import type { ChatState } from "@/session/exchanges";
import type { ChatSession } from "@/session/session";
import { sessionOf, startNew, useChat, useRevision } from "@/session/sessions";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Late } from "@/ui/Late";
import { useKeys } from "@/ui/useKeys";

import { Announcer } from "./Announcer";
import { citationOf, findCitation, messageOf, useCitationKeys } from "./cited";
import { Composer, COMPOSER_ID } from "./Composer";
import { DropArea } from "./DropArea";
import { ExchangeList } from "./ExchangeList";
import type { ExchangeActions } from "./ExchangeView";
import { Scope } from "./Scope";
import { Welcome } from "./Welcome";

const Panel = lazy(() => import("@/reader/Panel").then((found) => ({ default: found.Panel })));

type ChatRoute = Extract<Route, { view: "chat" }>;

export function ChatView({ route }: { route: ChatRoute }): ReactNode {
  useRevision(); // a new conversation is another one at the same place
  const session = sessionOf(route.chatId);
  const state = useChat(session);
  const scroller = useRef<HTMLDivElement>(null);
  const actions = useActions(session);
  const open = messageOf(state.exchanges, route.messageId);
  const citationId = citationOf(route.panel);
  const find = useCallback((id: string) => findCitation(session.snapshot().exchanges, id), [session]);
  const ask = useCallback((question: string) => session.ask(question), [session]);
  const stop = useCallback(() => session.stop(), [session]);
  const askQuoted = useCallback(
    (quoted: Quoted) => {
      session.setFilters({ doc_ids: [quoted.docId] });
      setQuoted(session, quoted);
      if (document.querySelector("dialog.panel") !== null) closePanel(route); // it lies over the field
      requestAnimationFrame(() => document.getElementById(COMPOSER_ID)?.focus());
    },
    [session, route],
  );
  useCitationKeys(route, state.exchanges);
  useKeys({
    Escape: () => {
      if (state.running) stop();
      else if (route.panel !== null) closePanel(route);
    },
  });
  return (
    <div className={viewClass(route.panel)}>
      <DropArea className="chat">
        {(choose) => (
          <>
            <div className="scroller" ref={scroller} tabIndex={-1}>
              <Body key={session.key} session={session} state={state} scroller={scroller} actions={actions} messageId={route.messageId} citationId={citationId} onAsk={ask} onChoose={choose} />
            </div>
            <Announcer key={`said-${session.key}`} last={state.exchanges.at(-1)} />
            <Composer key={`field-${session.key}`} conversation={session} busy={busyOf(state)} onAsk={ask} onStop={stop}>
              <Scope session={session} filters={state.filters} />
            </Composer>
          </>
        )}
      </DropArea>
      <HoverCard within={scroller} find={find} />
      {route.panel !== null && open !== undefined && (
        <Late>
          <Panel route={route} panel={route.panel} answer={open.answer} onClose={() => closePanel(route)} onAsk={askQuoted} />
        </Late>
      )}
    </div>
  );
}

function busyOf({ running, exchanges }: ChatState): "answering" | "connecting" | null {
  if (!running) return null;
  return exchanges.at(-1)?.recovering === true ? "connecting" : "answering";
}

/** Two citations side by side take all of the view. */
export function viewClass(panel: ChatRoute["panel"]): string {
  return panel === null ? "chat-view" : panel.kind === "compare" ? "chat-view with-panel comparing" : "chat-view with-panel";
}

interface BodyProps {
  session: ChatSession;
  state: ChatState;
  scroller: React.RefObject<HTMLDivElement | null>;
  actions: ExchangeActions;
  messageId: string | null;
  citationId: string | null;
  onAsk: (question: string) => void;
  onChoose: () => void;
}

function Body({ session, state, onAsk, onChoose, ...rest }: BodyProps): ReactNode {
  const strings = useStrings();
  if (state.load === "loading") return <p className="centre soft">{strings.loading}</p>;
  if (state.load !== "ready") {
    const { status, code, message } = state.load;
    return (
      <div className="centre">
        <p role="alert">{status === 404 ? strings.chatGone : strings.problem(code, message)}</p>
        {status === 404 ? (
          <Button kind="primary" icon="plus" onClick={startNew}>
            {strings.newChat}
          </Button>
        ) : (
          <Button icon="retry" onClick={() => void session.load()}>
            {strings.tryAgain}
          </Button>
        )}
      </div>
    );
  }
  if (state.exchanges.length === 0) return <Welcome onAsk={onAsk} onChoose={onChoose} />;
  return <ExchangeList exchanges={state.exchanges} running={state.running} {...rest} />;
}

function useActions(session: ChatSession): ExchangeActions {
  return useMemo(() => {
    const open = (key: string, panel: NonNullable<ChatRoute["panel"]>): void => {
      const ids = session.snapshot().exchanges.find((one) => one.key === key)?.answer.ids;
      if (!ids) return;
      go({ view: "chat", chatId: ids.chat_id, messageId: ids.assistant_message_id, panel });
    };
    return {
      shareId: null,
      own: {
        showVersion: (messageId) => void session.showVersion(messageId),
        askInstead: (question, key, docId) => {
          const instead = session.snapshot().exchanges.find((one) => one.key === key);
          session.ask(question, instead, docId === undefined ? undefined : { doc_ids: [docId] });
        },
      },
      openCitation: (key, id) => open(key, { kind: "citation", id }),
      openSources: (key) => open(key, { kind: "sources" }),
    };
  }, [session]);
}

function closePanel(route: ChatRoute): void {
  go({ ...route, panel: null, messageId: null });
}

