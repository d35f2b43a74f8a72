// Shares a conversation read-only by a link: who can open it, the link, and how to stop.
import { useCallback, useState, type ReactNode } from "react";

import { shareChat, unshareChat, type ChatLine } from "@/api/chats";
import { api, toProblem } from "@/api/client";
import type { ChatShare, ChatView } from "@/api/types";
import { useStrings } from "@/strings";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Dialog } from "@/ui/Dialog";
import { useRemote } from "@/ui/useRemote";

import { citedIn, linkTo } from "./shared";

interface Props {
  chat: ChatLine;
  onShared: (share: ChatShare | null) => void;
  onClose: () => void;
}

export function ShareChatDialog({ chat, onShared, onClose }: Props): ReactNode {
  const strings = useStrings();
  const load = useCallback((signal: AbortSignal) => api.chat(chat.chat_id, signal), [chat.chat_id]);
  const { data, problem } = useRemote(load);
  return (
    <Dialog title={strings.shareChat} onClose={onClose}>
      <p dir="auto">
        <strong>{chat.title === "" ? strings.untitled : chat.title}</strong>
      </p>
      {problem !== null && (
        <p role="alert" className="note error">
          {strings.problem(problem.code, problem.message)}
        </p>
      )}
      {data === null && problem === null && <p className="soft">{strings.loading}</p>}
      {data !== null && <Sharing chat={data} onShared={onShared} onClose={onClose} />}
    </Dialog>
  );
}

function Sharing({ chat, onShared, onClose }: { chat: ChatView; onShared: (share: ChatShare | null) => void; onClose: () => void }): ReactNode {
  const strings = useStrings();
  const [share, setShare] = useState(chat.share);
  const [problem, setProblem] = useState("");
  const [said, setSaid] = useState("");
  const { collections, privateTitles } = citedIn(chat);
  const change = async (made: () => Promise<ChatShare | null>, words: string): Promise<void> => {
    try {
      const now = await made();
      setShare(now);
      setProblem("");
      setSaid(words);
      onShared(now);
    } catch (error) {
      const { code, message } = toProblem(error);
      setProblem(strings.problem(code, message));
    }
  };
  const begin = (words: string): void => void change(() => shareChat(chat.chat_id), words);
  const end = (): void => void change(() => unshareChat(chat.chat_id).then(() => null), strings.shareStopped);
  const isRefused = privateTitles.length > 0;
  const hasMore = share !== null && share.leaf_id !== chat.leaf_id;
  return (
    <div className="share-chat">
      {isRefused ? (
        <>
          <p className="note">{share === null ? strings.citesPrivate : strings.citesPrivateNow}</p>
          <ul dir="auto">
            {privateTitles.slice(0, MOST_NAMED).map((title) => (
              <li key={title}>{title}</li>
            ))}
            {privateTitles.length > MOST_NAMED && <li>…</li>}
          </ul>
        </>
      ) : (
        <p>{strings.whoCanOpen(collections)}</p>
      )}
      {share === null && !isRefused && <p className="soft">{strings.shareChatText}</p>}
      {share !== null && (
        <>
          <div className="share-link">
            <input className="field" readOnly data-first aria-label={strings.shareLink} value={linkTo(share.share_id)} onFocus={(event) => event.target.select()} />
            <CopyButton icon="copy" label={strings.copyShareLink} text={() => linkTo(share.share_id)} />
          </div>
          <p className="soft">{strings.sharedAsOf(new Date(share.shared_at))}</p>
          {hasMore && !isRefused && (
            <p>
              {strings.shareHasMore} <Button onClick={() => begin(strings.sharedMore)}>{strings.shareMore}</Button>
            </p>
          )}
        </>
      )}
      {problem !== "" && (
        <p role="alert" className="note error">
          {problem}
        </p>
      )}
      <p role="status" className="field-hint">
        {said}
      </p>
      <div className="row-end">
        <Button onClick={onClose}>{strings.close}</Button>
        {share === null ? (
          <Button kind="primary" icon="link" disabled={isRefused || chat.turns.length === 0} onClick={() => begin(strings.shareBegun)}>
            {strings.makeLink}
          </Button>
        ) : (
          <Button kind="danger" onClick={end}>
            {strings.stopSharing}
          </Button>
        )}
      </div>
    </div>
  );
}

/** So many reports are named. */
const MOST_NAMED = 5;
