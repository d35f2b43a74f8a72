// An upload and the job that ingests it, as states to show.
import { EventSourceParserStream } from "eventsource-parser/stream";

import { api, Problem, toProblem } from "@/api/client";
import type { CreatedJob, JobView, ProblemView } from "@/api/types";

export type UploadState =
  | { step: "sending"; percent: number }
  | { step: "job"; job: JobView }
  | { step: "failed"; problem: Problem };

/** Sends the files and follows their job; ends with a job that is over, or with `failed`. */
export async function upload(folder: string, files: readonly File[], tell: (state: UploadState) => void, signal: AbortSignal): Promise<void> {
  try {
    const created = await send(folder, files, (percent) => tell({ step: "sending", percent }), signal);
    const job = await followJob(created.job_id, (state) => tell({ step: "job", job: state }), signal);
    tell({ step: "job", job });
  } catch (error) {
    if (!signal.aborted) tell({ step: "failed", problem: toProblem(error) });
  }
}

/** By XMLHttpRequest: fetch does not say how much was sent. */
function send(folder: string, files: readonly File[], onPercent: (percent: number) => void, signal: AbortSignal): Promise<CreatedJob> {
  const form = new FormData();
  form.append("folder", folder); // before the files, so that a bad name is refused at once
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", "documents");
    xhr.responseType = "json";
    xhr.upload.onprogress = ({ loaded, total }) => onPercent(total === 0 ? 0 : Math.floor((loaded / total) * 100));
    xhr.onload = () => {
      if (xhr.status < 300) resolve(xhr.response as CreatedJob);
      else reject(problemOf(xhr));
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
    if (job.status !== "queued" && job.status !== "running") return job;
  }
}
