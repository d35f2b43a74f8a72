// The package: two modules without anything to be installed beside them.
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [react()],
  resolve: { alias: { "@": here("../../src") } },
  // React asks which build it is; a page that embeds us has no such variable.
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    lib: { entry: { citewire: here("src/index.ts"), stream: here("src/stream.ts") }, formats: ["es"] },
    outDir: here("dist"),
    emptyOutDir: true,
    // What it is built of may be passed on with its licences only.
    license: { fileName: "licences.md" },
    target: "es2023",
    chunkSizeWarningLimit: 4000,
  },
});
