// The uploads of this page: they go on when the view is left.
import { useSyncExternalStore } from "react";

import { libraryChanged } from "./library";
import { upload, type UploadState } from "./upload";

export interface Upload {
  id: number;
  folder: string;
  names: readonly string[];
  state: UploadState;
}

let uploads: readonly Upload[] = [];
let last = 0;
const listeners = new Set<() => void>();
const stops = new Map<number, AbortController>();

function set(next: readonly Upload[]): void {
  uploads = next;
  for (const listener of listeners) listener();
}

export function startUpload(folder: string, files: readonly File[]): void {
  const id = (last += 1);
  const stop = new AbortController();
  stops.set(id, stop);
  set([{ id, folder, names: files.map((file) => file.name), state: { step: "sending", percent: 0 } }, ...uploads]);
  const tell = (state: UploadState): void => set(uploads.map((one) => (one.id === id ? { ...one, state } : one)));
  void upload(folder, files, tell, stop.signal).then(libraryChanged);
}

export function dismissUpload(id: number): void {
  stops.get(id)?.abort();
  stops.delete(id);
  set(uploads.filter((one) => one.id !== id));
}

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
}
