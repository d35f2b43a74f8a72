// Unit tests: no browser, no server.
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  test: { setupFiles: ["test/setup.ts"], include: ["test/**/*.test.ts", "test/**/*.test.tsx"] },
});
