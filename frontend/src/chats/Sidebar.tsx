// Conversations by date with search, and the way to everything else.
import { useEffect, useRef, useState, type ReactNode } from "react";

import type { ChatLine } from "@/api/chats";
import { useMe } from "@/api/useMe";
import { go, type Route } from "@/base/route";
import { forget, startNew } from "@/session/sessions";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

import { AllChats } from "./AllChats";
import { ChatRow } from "./ChatRow";
import { byDay } from "./days";
import { ShareChatDialog } from "./ShareChatDialog";
import { useChats } from "./useChats";

const UNDO_MS = 8000;
export const SEARCH_ID = "search-chats";

interface Props {
  route: Route;
  onLeave: () => void;
  /** Below the list. */
  foot: ReactNode;
}

export function Sidebar({ route, onLeave, foot }: Props): ReactNode {
  const strings = useStrings();
  const [q, setQ] = useState("");
  const { chats, problem, loaded, more, rename, remove, shared, restore, removeAll, restoreAll } = useChats(q.trim());
  const [deleted, setDeleted] = useDeleted();
  const [sharing, setSharing] = useState<ChatLine | null>(null);
  const by = useMe()?.by ?? null;
  // Where nobody is told apart there is nobody to share with.
  const mayShare = by !== null && by !== "nothing";
  const current = route.view === "chat" ? route.chatId : null;
  const onDelete = (chat: ChatLine): void => {
    remove(chat);
    const undo = (): Promise<void> => restore(chat).then(() => go({ view: "chat", chatId: chat.chat_id, messageId: null, panel: null }));
    setDeleted({ text: strings.deletedChat(chat.title), undo });
    forget(chat.chat_id);
    if (chat.chat_id === current) startNew();
  };
  const onDeleteAll = async (): Promise<void> => {
    const ids = await removeAll();
    if (ids.length === 0) return;
    setDeleted({ text: strings.deletedAll(ids.length), undo: () => restoreAll(ids) });
    for (const id of ids) forget(id);
    if (current !== null) startNew();
  };
  return (
    <div className="sidebar-inside">
      <div className="brand">
        <img src="./favicon.svg" alt="" width="24" height="24" /> <span className="grow">{strings.appName}</span>
        {chats.length > 0 && <AllChats onDelete={() => void onDeleteAll()} />}
      </div>
      <Button
        kind="primary"
        icon="plus"
        onClick={() => {
          startNew();
          onLeave();
        }}
      >
        {strings.newChat}
      </Button>
      <div className="search">
        <Icon name="search" />
        <input id={SEARCH_ID} type="search" className="field" placeholder={strings.searchChats} aria-label={strings.searchChats} value={q} onChange={(event) => setQ(event.target.value)} />
      </div>
      <nav className="chat-list" aria-label={strings.chats} tabIndex={-1}>
        {problem !== null && problem.code !== "network" && <p className="soft">{strings.problem(problem.code, problem.message)}</p>}
        {loaded && chats.length === 0 && problem === null && <p className="soft">{q === "" ? strings.noChats : strings.nothingFound}</p>}
        {byDay(chats, new Date()).map(([day, inside]) => (
          <section key={day}>
            <h2>{strings.days[day]}</h2>
            <ul>
              {inside.map((chat) => (
                <ChatRow key={chat.chat_id} chat={chat} current={chat.chat_id === current} onRename={(title) => rename(chat, title)} onDelete={() => onDelete(chat)} onShare={mayShare ? () => setSharing(chat) : null} />
              ))}
            </ul>
          </section>
        ))}
        {more !== null && <Button onClick={more}>{strings.loadMore}</Button>}
      </nav>
      {sharing !== null && <ShareChatDialog chat={sharing} onShared={(share) => shared(sharing, share)} onClose={() => setSharing(null)} />}
      <div role="status" className="undo">
        {deleted !== null && (
          <>
            <span>{deleted.text}</span>
            <Button
              onClick={() => {
                setDeleted(null);
                void deleted.undo();
              }}
            >
              {strings.undo}
            </Button>
          </>
        )}
      </div>
      <footer>{foot}</footer>
    </div>
  );
}

interface Deleted {
  text: string;
  undo: () => Promise<void>;
}

/** What was deleted last, for as long as it can be brought back from here. */
function useDeleted(): [Deleted | null, (deleted: Deleted | null) => void] {
  const [deleted, setDeleted] = useState<Deleted | null>(null);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = (now: Deleted | null): void => {
    clearTimeout(timer.current);
    setDeleted(now);
    if (now !== null) timer.current = window.setTimeout(() => setDeleted(null), UNDO_MS);
  };
  return [deleted, set];
}
