// The uploads of this page, and the jobs of earlier ones: they go on when the view is left.
import { api, toProblem, type Problem } from "@/api/client";
import type { CreatedJob, JobView } from "@/api/types";
import { createStore, useStore } from "@/base/store";
import { readTab, writeTab } from "@/base/tab";

import { libraryChanged } from "./library";
import { follow, isGoing, upload, type UploadState } from "./upload";

const RECENT_MS = 24 * 3600 * 1000;
const DISMISSED = "dismissed-jobs";

export interface Upload {
  id: number;
  /** The id of the collection that it goes into. */
  collection: string;
  folder: string;
  names: readonly string[];
  state: UploadState;
}

const uploads = createStore<readonly Upload[]>([]);
let last = 0;
let found = false;
const stops = new Map<number, AbortController>();

export function startUpload(collection: string, folder: string, files: readonly File[]): void {
  const names = files.map((file) => file.name);
  const { tell, signal } = add({ collection, folder, names, state: { step: "sending", percent: 0 } });
  void upload({ collection, folder }, files, tell, signal).then(libraryChanged);
}

/** Shows a job that something else than an upload began, and follows it. */
export function showJob(collection: string, { job_id: id, folder, files }: CreatedJob): void {
  const names = files.map((file) => file.path);
  const { tell, signal } = add({ collection, folder, names, state: { step: "sending", percent: 100 } });
  void follow(id, tell, signal).then(libraryChanged);
}

/** Shows the jobs from before the page was loaded, and follows those that go on. */
export async function findJobs(): Promise<void> {
  if (found) return;
  found = true;
  const jobs = await api.jobs(new AbortController().signal).then(
    (list) => list.jobs,
    () => {
      found = false; // asked again when the view is opened again
      return [];
    },
  );
  const dismissed = dismissedJobs();
  for (const job of jobs.filter((one) => isShown(one, dismissed)).reverse()) {
    const names = job.files.map((file) => file.path);
    const { tell, signal } = add({ collection: job.collection, folder: job.folder, names, state: { step: "job", job } });
    if (isGoing(job)) void follow(job.job_id, tell, signal).then(libraryChanged);
  }
}

function add(begun: Omit<Upload, "id">): { tell: (state: UploadState) => void; signal: AbortSignal } {
  const id = (last += 1);
  const stop = new AbortController();
  stops.set(id, stop);
  uploads.update((all) => [{ id, ...begun }, ...all]);
  const tell = (next: UploadState): void => uploads.update((all) => all.map((one) => (one.id === id ? { ...one, state: next } : one)));
  return { tell, signal: stop.signal };
}

function isShown(job: JobView, dismissed: readonly string[]): boolean {
  const isKnown = uploads.get().some(({ state }) => state.step === "job" && state.job.job_id === job.job_id);
  const isRecent = job.finished_at === null || Date.now() - Date.parse(job.finished_at) < RECENT_MS;
  return !isKnown && isRecent && !dismissed.includes(job.job_id);
}

/** Its files that are read by now stay; what it is tells the one who follows it. */
export async function stopJob(jobId: string): Promise<Problem | null> {
  return api.stopJob(jobId).then(() => null, toProblem);
}

export function dismissUpload(id: number): void {
  stops.get(id)?.abort();
  stops.delete(id);
  const state = uploads.get().find((one) => one.id === id)?.state;
  if (state?.step === "job") writeTab(DISMISSED, [...dismissedJobs(), state.job.job_id].slice(-100).join(" "));
  uploads.update((all) => all.filter((one) => one.id !== id));
}

const dismissedJobs = (): string[] => readTab(DISMISSED)?.split(" ") ?? [];

export const listUploads = (): readonly Upload[] => uploads.get();

export const useUploads = (): readonly Upload[] => useStore(uploads);
