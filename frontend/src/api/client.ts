// The server's calls. Every address is relative, so that a path prefix does not matter.
import { anotherKey, currentKey, keyHeader } from "./key";
import { serverHeard, serverLost } from "./reach";
import type { AskRequest, ChatView, DocumentCorrection, DocumentList, DocumentView, JobList, JobView, ProblemView, Readiness, SuggestionsView } from "./types";

/** A refusal or a failure, in the form of the server's problems. */
export class Problem extends Error {
  override name = "Problem";

  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;

  constructor(status: number, code: string, message: string, retryable: boolean) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryable = retryable;
  }
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "network", String(error), true);
}

const AWAY = [502, 503, 504];

async function problemOf(response: Response): Promise<Problem> {
  // A proxy may answer with anything.
  const said = (await response.json().catch(() => ({}))) as Partial<ProblemView>;
  const { code = "http", detail = `HTTP ${response.status}`, retryable = response.status >= 500 } = said;
  // A proxy that finds no server behind it says so in words of its own.
  if (code === "http" && AWAY.includes(response.status)) {
    serverLost();
    return new Problem(0, "network", detail, true);
  }
  return new Problem(response.status, code, detail, retryable);
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const key = currentKey();
    const headers = { ...(init.headers as Record<string, string> | undefined), ...keyHeader(key) };
    const response = await fetch(path, { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error;
      serverLost();
      throw toProblem(error);
    });
    if (!AWAY.includes(response.status)) serverHeard();
    if (response.ok) return response;
    if (response.status !== 401 || !(await anotherKey(key))) throw await problemOf(response);
  }
}

/** The answer as JSON; its type is the schema's. */
export async function json<T>(path: string, init: RequestInit = {}): Promise<T> {
  return (await (await request(path, init)).json()) as T;
}

export function sending(method: string, body: unknown, signal?: AbortSignal): RequestInit {
  const headers = { "Content-Type": "application/json" };
  return { method, headers, body: JSON.stringify(body), signal: signal ?? null };
}

const seg = encodeURIComponent;

export const api = {
  ask: (body: AskRequest, signal: AbortSignal) => request("chat_stream", sending("POST", body, signal)),
  /** The same run from after its event `seq` on; 204 if that was the last. */
  follow: (runId: string, seq: number, signal: AbortSignal) =>
    request(`chat_stream/${seg(runId)}`, { signal, headers: seq === 0 ? {} : { "Last-Event-ID": `${runId}:${seq}` } }),
  stop: (runId: string) => request(`chat_stream/${seg(runId)}/stop`, { method: "POST" }),
  switchTo: (id: string, messageId: string) => request(`chats/${seg(id)}`, sending("PATCH", { leaf_id: messageId })),
  chat: (id: string, signal?: AbortSignal) => json<ChatView>(`chats/${seg(id)}`, { signal: signal ?? null }),
  suggestions: (language: string, signal: AbortSignal) => json<SuggestionsView>(`suggestions?language=${seg(language)}`, { signal }),
  documents: (signal: AbortSignal) => json<DocumentList>("documents", { signal }),
  document: (id: string, signal: AbortSignal) => json<DocumentView>(paths.document(id), { signal }),
  correctDocument: (id: string, changes: Partial<DocumentCorrection>) => request(`documents/${seg(id)}`, sending("PATCH", changes)),
  deleteDocument: (id: string) => request(`documents/${seg(id)}`, { method: "DELETE" }),
  jobs: (signal: AbortSignal) => json<JobList>("jobs", { signal }),
  stopJob: (id: string) => request(`jobs/${seg(id)}`, { method: "DELETE" }),
  job: (id: string, signal: AbortSignal) => json<JobView>(`jobs/${seg(id)}`, { signal }),
  jobEvents: (id: string, signal: AbortSignal) => request(`jobs/${seg(id)}/events`, { signal }),
  readiness: (signal: AbortSignal) => json<Readiness>("readyz", { signal }),
};

export const paths = {
  uploads: (collection: string): string => `documents?collection=${seg(collection)}`,
  document: (docId: string): string => `documents/${seg(docId)}`,
  file: (docId: string): string => `documents/${seg(docId)}/file`,
  page: (docId: string, page: number): string => `documents/${seg(docId)}/pages/${page}`,
  passage: (id: string): string => `passages/${seg(id)}`,
};
