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

/** Where a page of another origin lies that may ask the server. */
export const ELSEWHERE_PORT = 47_613;

interface Said {
  url: string;
  standin: string;
  provider?: string;
}

export class TestServer {
  readonly url: string;
  /** Where people sign in, if they do. */
  readonly provider: string;
  readonly #standin: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcess, lines: AsyncIterator<string>, said: Said) {
    this.#process = process;
    this.#lines = lines;
    this.url = said.url;
    this.#standin = said.standin;
    this.provider = said.provider ?? "";
  }

  /** One for all files: most of a server's start is loading what it is made of. */
  static shared(): Promise<TestServer> {
    const kept = globalThis as typeof globalThis & { testServer?: Promise<TestServer> };
    kept.testServer ??= TestServer.#start();
    return kept.testServer;
  }

  /** One of its own, closed, without reports, where people sign in with a real provider. */
  static withPeople(): Promise<TestServer> {
    return TestServer.#start("--people");
  }

  /** Ends it before the tests do. */
  end(): void {
    this.#process.stdin?.end();
  }

  static async #start(...more: string[]): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), "citewire-e2e-"));
    const python = process.env["VENV_PYTHON"] ?? (existsSync(OWN) ? OWN : "python3");
    const child = spawn(python, ["-m", "tests.doubles.web_server", folder, ...more], {
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
    return new TestServer(child, lines, JSON.parse(first.value) as Said);
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
