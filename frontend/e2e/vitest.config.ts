// Browser tests: one after the other, each against the real server.
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: { include: ["*.test.ts"], fileParallelism: false, isolate: false, testTimeout: 40_000, hookTimeout: 90_000, retry: 0 },
});
