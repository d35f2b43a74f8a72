// The reports that are indexed, and their folders.
import { useSyncExternalStore } from "react";

import { api } from "@/api/client";
import type { DocumentView } from "@/api/types";
import { useRemote, type Remote } from "@/ui/useRemote";

const listeners = new Set<() => void>();
let revision = 0;

/** Whoever changed the reports says so. */
export function libraryChanged(): void {
  revision += 1;
  for (const listener of listeners) listener();
}

function useRevision(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => revision,
  );
}

const load = async (signal: AbortSignal): Promise<DocumentView[]> => (await api.documents(signal)).documents;

export function useLibrary(): Remote<DocumentView[]> {
  return useRemote(load, useRevision());
}

export interface FolderOf {
  name: string;
  documents: DocumentView[];
}

/** By folder; a document that lies in two is in both. */
export function byFolder(documents: readonly DocumentView[]): FolderOf[] {
  const folders = new Map<string, DocumentView[]>();
  for (const document of documents) {
    for (const name of new Set(document.locations.map((place) => place.folder))) {
      folders.set(name, [...(folders.get(name) ?? []), document]);
    }
  }
  return [...folders]
    .map(([name, inside]) => ({ name, documents: inside.sort((a, b) => a.title.localeCompare(b.title)) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
