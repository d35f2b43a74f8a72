// The list of conversations: its pages, what is searched for, and changes shown before the server has them.
import { useCallback, useEffect, useState } from "react";

import { deleteAllChats, deleteChat, listChats, renameChat, restoreChat, type ChatLine } from "@/api/chats";
import { toProblem, type Problem } from "@/api/client";
import { onReturn } from "@/api/reach";
import type { ChatShare } from "@/api/types";
import { useRevision } from "@/session/sessions";

export interface Chats {
  chats: readonly ChatLine[];
  problem: Problem | null;
  loaded: boolean;
  more: (() => void) | null;
  rename: (chat: ChatLine, title: string) => void;
  remove: (chat: ChatLine) => void;
  /** How it is shared was changed. */
  shared: (chat: ChatLine, share: ChatShare | null) => void;
  /** Done when the server has it again. */
  restore: (chat: ChatLine) => Promise<void>;
  /** Gives the ids of those that were deleted. */
  removeAll: () => Promise<readonly string[]>;
  restoreAll: (ids: readonly string[]) => Promise<void>;
}

interface State {
  chats: readonly ChatLine[];
  cursor: string | null;
  problem: Problem | null;
  loaded: boolean;
}

/** Changes reach the server in their order: what is deleted is gone before it is brought back. */
let queue: Promise<void> = Promise.resolve();

const NONE: State = { chats: [], cursor: null, problem: null, loaded: false };

export function useChats(q: string): Chats {
  const revision = useRevision();
  const [state, setState] = useState(NONE);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  const failed = useCallback((error: unknown) => {
    const problem = toProblem(error);
    // A server without the list of conversations has none to show.
    setState((old) => ({ ...old, loaded: true, problem: problem.status === 405 || problem.status === 404 ? null : problem }));
  }, []);
  useEffect(() => onReturn(again), [again]);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(
      () => {
        listChats(q, null, signal).then(
          (page) => !signal.aborted && setState({ chats: page.chats, cursor: page.next_cursor, problem: null, loaded: true }),
          (error: unknown) => !signal.aborted && failed(error),
        );
      },
      q === "" ? 0 : 200, // typing asks once
    );
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [q, revision, turn, failed]);

  const { cursor } = state;
  const more = (): void => {
    listChats(q, cursor, new AbortController().signal).then(
      (page) => setState((old) => ({ ...old, chats: [...old.chats, ...page.chats], cursor: page.next_cursor })),
      failed,
    );
  };
  const change = (chats: (old: readonly ChatLine[]) => readonly ChatLine[], send: () => Promise<unknown>): Promise<void> => {
    setState((old) => ({ ...old, chats: chats(old.chats) }));
    queue = queue.then(send).then(again, (error: unknown) => {
      failed(error);
      again();
    });
    return queue;
  };
  return {
    chats: state.chats,
    problem: state.problem,
    loaded: state.loaded,
    more: cursor === null ? null : more,
    rename: (chat, title) =>
      void change((old) => old.map((one) => (one.chat_id === chat.chat_id ? { ...one, title } : one)), () => renameChat(chat.chat_id, title)),
    shared: (chat, share) => setState((old) => ({ ...old, chats: old.chats.map((one) => (one.chat_id === chat.chat_id ? { ...one, share } : one)) })),
    remove: (chat) => void change((old) => old.filter((one) => one.chat_id !== chat.chat_id), () => deleteChat(chat.chat_id)),
    restore: (chat) => change((old) => [chat, ...old], () => restoreChat(chat.chat_id)),
    removeAll: async () => {
      let ids: readonly string[] = [];
      await change(
        () => [],
        async () => {
          ids = (await deleteAllChats()).chat_ids;
        },
      );
      return ids;
    },
    restoreAll: (ids) =>
      change(
        (old) => old,
        async () => {
          for (const id of ids) await restoreChat(id);
        },
      ),
  };
}
