// Who may read a conversation that is shared. Pure.
import type { ChatView, Source, Turn } from "@/api/types";
import { PRIVATE } from "@/collections/model";

/** The sources that an answer is made of, as the server counts them: it decides by them who may read it. */
function drawnOn({ sources, finish_reason: end, text }: Turn): Source[] {
  const cited = sources.filter((one) => one.cited);
  if (cited.length > 0) return cited;
  if (end === "no_evidence") return sources.filter(({ title }) => title !== "" && text.includes(title));
  return text === "" ? [] : sources;
}

export interface Cited {
  /** The names of the shared collections: whoever may read all of them may read the conversation. */
  collections: string[];
  /** The titles of reports that nobody else may read: with any, it cannot be shared. */
  privateTitles: string[];
}

export function citedIn({ turns }: Pick<ChatView, "turns">): Cited {
  const names = new Map<string, string>();
  const titles = new Set<string>();
  for (const source of turns.flatMap((turn) => (turn.role === "assistant" ? drawnOn(turn) : []))) {
    // What was answered before there were collections lay in none.
    const { collection = PRIVATE, collection_name: name = "" } = source as Partial<Source>;
    if (collection === PRIVATE) titles.add(source.title === "" ? source.file_name : source.title);
    else names.set(collection, name);
  }
  return { collections: [...names.values()].sort((a, b) => a.localeCompare(b)), privateTitles: [...titles] };
}

/** Where a shared conversation is read: the page's own address, whatever is before it. */
export const linkTo = (shareId: string): string => `${location.origin}${location.pathname}#/shared/${shareId}`;
