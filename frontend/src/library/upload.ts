// An upload and the job that ingests it, as states to show.
import { EventSourceParserStream } from "eventsource-parser/stream";

import { api, paths, Problem, toProblem } from "@/api/client";
import { anotherKey, currentKey, keyHeader } from "@/api/key";
import type { CreatedJob, JobView, ProblemView } from "@/api/types";

export type UploadState =
  | { step: "sending"; percent: number }
  | { step: "job"; job: JobView }
  | { step: "failed"; problem: Problem };

/** Where files go. */
export interface Into {
  collection: string;
  folder: string;
}

/** Sends the files and follows their job; ends with a job that is over, or with `failed`. */
export async function upload(into: Into, files: readonly File[], tell: (state: UploadState) => void, signal: AbortSignal): Promise<void> {
  try {
    const created = await send(into, files, (percent) => tell({ step: "sending", percent }), signal);
    await follow(created.job_id, tell, signal);
  } catch (error) {
    if (!signal.aborted) tell({ step: "failed", problem: toProblem(error) });
  }
}

/** Follows a job that there is; ends as `upload`. */
export async function follow(jobId: string, tell: (state: UploadState) => void, signal: AbortSignal): Promise<void> {
  try {
    const job = await followJob(jobId, (state) => tell({ step: "job", job: state }), signal);
    tell({ step: "job", job });
  } catch (error) {
    if (!signal.aborted) tell({ step: "failed", problem: toProblem(error) });
  }
}

export const isGoing = (job: JobView): boolean => job.status === "queued" || job.status === "running";

/** By XMLHttpRequest: fetch does not say how much was sent. */
function send(into: Into, files: readonly File[], onPercent: (percent: number) => void, signal: AbortSignal): Promise<CreatedJob> {
  const form = new FormData();
  form.append("folder", into.folder); // before the files, so that a bad name is refused at once
  for (const file of files) form.append("files", file, file.name);
  const key = currentKey();
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", paths.uploads(into.collection));
    xhr.responseType = "json";
    for (const [name, value] of Object.entries(keyHeader(key))) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onPercent(total === 0 ? 0 : Math.floor((loaded / total) * 100));
    xhr.onload = () => {
      if (xhr.status < 300) resolve(xhr.response as CreatedJob);
      else if (xhr.status !== 401) reject(problemOf(xhr));
      else anotherKey(key).then((given) => (given ? resolve(send(into, files, onPercent, signal)) : reject(problemOf(xhr))), reject);
    };
    xhr.onerror = () => reject(new Problem(0, "network", "the connection failed", true));
    signal.addEventListener("abort", () => xhr.abort());
    xhr.send(form);
  });
}

function problemOf(xhr: XMLHttpRequest): Problem {
  const said = (xhr.response ?? {}) as Partial<ProblemView>;
  return new Problem(xhr.status, said.code ?? "http", said.detail ?? `HTTP ${xhr.status}`, said.retryable ?? false);
}

/** The whole job once it is over; if its events break off, it is read again. */
async function followJob(jobId: string, onProgress: (job: JobView) => void, signal: AbortSignal): Promise<JobView> {
  for (;;) {
    const response = await api.jobEvents(jobId, signal);
    const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
    const reader = response.body?.pipeThrough(decoder).pipeThrough(new EventSourceParserStream()).getReader();
    for (;;) {
      const next = await reader?.read().catch(() => undefined);
      if (next?.value === undefined) break;
      const job = JSON.parse(next.value.data) as JobView;
      if (next.value.event !== "progress") return job;
      onProgress({ ...job, files: [] });
    }
    const job = await api.job(jobId, signal);
    if (!isGoing(job)) return job;
  }
}
