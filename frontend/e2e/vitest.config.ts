// Browser tests against the real server: two processes, each with a server and a browser of its own.
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: { include: ["*.test.ts"], maxWorkers: 2, isolate: false, testTimeout: 40_000, hookTimeout: 90_000, retry: 0 },
});
