// The real server with its stand-in model, started by tests/doubles/web_server.py.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OWN = join(ROOT, ".venv", "bin", "python");

export interface Knobs {
  text?: string;
  cut?: number;
  tokens?: number;
  first_delay?: number;
  inter_delay?: number;
  aux_text?: string;
  fail?: string;
  fail_kind?: string;
  fail_after?: number;
  fail_times?: number;
}

export class TestServer {
  readonly url: string;
  readonly #standin: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcess, lines: AsyncIterator<string>, said: { url: string; standin: string }) {
    this.#process = process;
    this.#lines = lines;
    this.url = said.url;
    this.#standin = said.standin;
  }

  /** One for all files: most of a server's start is loading what it is made of. */
  static shared(): Promise<TestServer> {
    const kept = globalThis as typeof globalThis & { testServer?: Promise<TestServer> };
    kept.testServer ??= TestServer.#start();
    return kept.testServer;
  }

  static async #start(): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), "citewire-e2e-"));
    const python = process.env["VENV_PYTHON"] ?? (existsSync(OWN) ? OWN : "python3");
    const child = spawn(python, ["-m", "tests.doubles.web_server", folder], {
      cwd: ROOT,
      // The checkout itself, whatever is installed.
      env: { ...process.env, PYTHONPATH: ROOT },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) throw new Error("the server did not start");
    // It ends when its input does, which is when this process ends; then it removes its folder.
    child.unref();
    return new TestServer(child, lines, JSON.parse(first.value) as { url: string; standin: string });
  }

  /** `kill`, `stop` or `start` the server; returns when that is done. */
  async tell(word: "kill" | "stop" | "start"): Promise<void> {
    this.#process.stdin?.write(`${word}\n`);
    await this.#lines.next();
  }

  /** Puts the model's knobs back, then sets these. */
  async model(knobs: Knobs): Promise<void> {
    await fetch(`${this.#standin}/reset`, { method: "POST" });
    await fetch(`${this.#standin}/config`, { method: "POST", body: JSON.stringify(knobs) });
  }

  async modelStats(): Promise<Record<string, number>> {
    return (await (await fetch(`${this.#standin}/stats`)).json()) as Record<string, number>;
  }
}
