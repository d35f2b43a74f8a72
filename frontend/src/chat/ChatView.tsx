// The conversation: its exchanges, the field for the next question, and the panel beside it.
import { useCallback, useMemo, useRef, type ReactNode } from "react";

import { go, type Route } from "@/app/route";
import { HoverCard } from "@/citations/HoverCard";
import { Panel } from "@/citations/Panel";
import { useKeys } from "@/app/useKeys";
import { inOrder } from "@/citations/model";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";

import { Announcer } from "./Announcer";
import { Composer } from "./Composer";
import { ExchangeList } from "./ExchangeList";
import type { ExchangeActions } from "./ExchangeView";
import { Scope } from "./Scope";
import type { ChatSession, ChatState, Exchange } from "./session";
import { sessionOf, startNew, useChat } from "./sessions";
import { Welcome } from "./Welcome";

type ChatRoute = Extract<Route, { view: "chat" }>;

export function ChatView({ route }: { route: ChatRoute }): ReactNode {
  const session = sessionOf(route.chatId);
  const state = useChat(session);
  const scroller = useRef<HTMLDivElement>(null);
  const actions = useActions(session);
  const open = messageOf(state, route.messageId);
  const citationId = route.panel?.kind === "citation" ? route.panel.id : null;
  const find = useCallback((id: string) => findCitation(session.snapshot(), id), [session]);
  const ask = useCallback((question: string) => session.ask(question), [session]);
  const stop = useCallback(() => session.stop(), [session]);
  useCitationKeys(route, state);
  useKeys({
    Escape: () => {
      if (state.running) stop();
      else if (route.panel !== null) closePanel(route);
    },
  });
  return (
    <div className={route.panel === null ? "chat-view" : "chat-view with-panel"}>
      <div className="chat">
        <div className="scroller" ref={scroller} tabIndex={-1}>
          <Body key={session.key} session={session} state={state} scroller={scroller} actions={actions} messageId={route.messageId} citationId={citationId} />
        </div>
        <Announcer key={`said-${session.key}`} last={state.exchanges.at(-1)} />
        <Composer key={`field-${session.key}`} running={state.running} onAsk={ask} onStop={stop}>
          <Scope session={session} filters={state.filters} />
        </Composer>
      </div>
      <HoverCard within={scroller} find={find} />
      {route.panel !== null && open !== undefined && (
        <Panel route={route} panel={route.panel} answer={open.answer} onClose={() => closePanel(route)} />
      )}
    </div>
  );
}

interface BodyProps {
  session: ChatSession;
  state: ChatState;
  scroller: React.RefObject<HTMLDivElement | null>;
  actions: ExchangeActions;
  messageId: string | null;
  citationId: string | null;
}

function Body({ session, state, ...rest }: BodyProps): ReactNode {
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
  if (state.exchanges.length === 0) return <Welcome />;
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
      showVersion: (messageId) => void session.showVersion(messageId),
      askInstead: (question, key, docId) => {
        const instead = session.snapshot().exchanges.find((one) => one.key === key);
        session.ask(question, instead, docId === undefined ? undefined : { doc_ids: [docId] });
      },
      openCitation: (key, id) => open(key, { kind: "citation", id }),
      openSources: (key) => open(key, { kind: "sources" }),
    };
  }, [session]);
}

function closePanel(route: ChatRoute): void {
  go({ ...route, panel: null, messageId: null });
}

function messageOf(state: ChatState, messageId: string | null): Exchange | undefined {
  if (messageId === null) return undefined;
  return state.exchanges.find((one) => one.answer.ids?.assistant_message_id === messageId);
}

function findCitation(state: ChatState, id: string): ReturnType<Parameters<typeof HoverCard>[0]["find"]> {
  for (const { answer } of state.exchanges) {
    const citation = answer.citations.find((one) => one.citation_id === id);
    if (citation !== undefined) return { answer, citation };
  }
  return null;
}

/** `[` and `]`, or K and J: through the citations of the open message, or of the last one. */
function useCitationKeys(route: ChatRoute, state: ChatState): void {
  const move = (step: number): void => {
    const exchange = messageOf(state, route.messageId) ?? state.exchanges.findLast((one) => one.answer.citations.length > 0);
    const ids = exchange?.answer.ids;
    if (exchange === undefined || !ids) return;
    const order = inOrder(exchange.answer.citations);
    const { panel } = route;
    const at = panel?.kind === "citation" ? order.findIndex((one) => one.citation_id === panel.id) : step > 0 ? -1 : order.length;
    const next = order[at + step];
    if (next === undefined) return;
    const to = { view: "chat", chatId: ids.chat_id, messageId: ids.assistant_message_id } as const;
    go({ ...to, panel: { kind: "citation", id: next.citation_id } }, { replace: panel !== null });
  };
  const next = (): void => move(1);
  const previous = (): void => move(-1);
  useKeys({ "]": next, j: next, "[": previous, k: previous });
}
