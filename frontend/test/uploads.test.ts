import { beforeEach, expect, test, vi } from "vitest";

import type { JobView } from "@/api/types";

function job(id: string, status: JobView["status"], change: Partial<JobView> = {}): JobView {
  const finished = status === "queued" || status === "running" ? null : new Date().toISOString();
  return { job_id: id, folder: "ships", collection: "private", status, created_at: "", finished_at: finished, progress: {}, seconds: {}, counts: {}, files: [], error: null, ...change };
}

const end = (of: JobView): string => `event: ${of.status === "done" ? "done" : "failed"}\ndata: ${JSON.stringify(of)}\n\n`;
const asked = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();

async function page(): Promise<typeof import("@/library/uploads")> {
  vi.resetModules();
  return import("@/library/uploads");
}

/** What the page shows, without React. */
const shown = (of: typeof import("@/library/uploads")): string[] =>
  of.listUploads().map(({ state }) => (state.step === "job" ? `${state.job.job_id} ${state.job.status}` : state.step));

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) });
  asked.mockReset();
  vi.stubGlobal("fetch", asked);
});

test("after a reload jobs are found again, and those that go on are followed to their end", async () => {
  const old = job("old", "done", { finished_at: "2020-01-01T00:00:00Z" });
  asked.mockImplementation((path) => Promise.resolve(path === "jobs" ? Response.json({ jobs: [job("b", "running"), job("a", "done"), old] }) : new Response(end(job("b", "done")))));
  const uploads = await page();
  await uploads.findJobs();
  expect(shown(uploads)).toEqual(["b running", "a done"]);
  await vi.waitFor(() => expect(shown(uploads)).toEqual(["b done", "a done"]));
  await uploads.findJobs();
  expect(asked.mock.calls.map(([path]) => path)).toEqual(["jobs", "jobs/b/events"]);
});

test("what was dismissed stays so after a reload", async () => {
  asked.mockImplementation(() => Promise.resolve(Response.json({ jobs: [job("a", "done"), job("b", "failed")] })));
  const before = await page();
  await before.findJobs();
  const [first] = before.listUploads();
  before.dismissUpload(first?.id ?? 0);
  const after = await page();
  await after.findJobs();
  expect(shown(after)).toEqual(["b failed"]);
});

test("a job is stopped on the server, and a refusal is told", async () => {
  asked.mockImplementation(() => Promise.resolve(Response.json(job("a", "stopped"))));
  const uploads = await page();
  expect(await uploads.stopJob("a")).toBeNull();
  expect(asked.mock.calls.map(([path, init]) => [init.method, path])).toEqual([["DELETE", "jobs/a"]]);
  asked.mockImplementation(() => Promise.resolve(Response.json({ code: "job_not_found", detail: "gone" }, { status: 404 })));
  expect((await uploads.stopJob("a"))?.code).toBe("job_not_found");
});
