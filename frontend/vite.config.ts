// How the client is built: into the Python package, with relative addresses, so that it works
// behind any path prefix.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const FIRST_LOAD_KB = 200;
const OUT = here("../citewire/api/static");
const SERVER = process.env["CITEWIRE_URL"] ?? "http://127.0.0.1:8000";
const API = ["/chat", "/chats", "/chat_stream", "/documents", "/jobs", "/passages", "/readyz"];

/** pdf.js' character maps, fonts and decoders, which it asks for by name when a page needs them. */
function pdfResources(): Plugin {
  return {
    name: "pdf-resources",
    apply: "build",
    generateBundle() {
      for (const folder of ["cmaps", "standard_fonts", "wasm"]) {
        const from = here(`node_modules/pdfjs-dist/${folder}`);
        for (const name of readdirSync(from)) {
          const source = readFileSync(join(from, name));
          this.emitFile({ type: "asset", fileName: `assets/pdfjs/${folder}/${name}`, source });
        }
      }
    },
  };
}

/** Of the fonts of formulas one format is enough: all browsers that are built for read it. */
function oneFormatOfFonts(): Plugin {
  return {
    name: "one-format-of-fonts",
    enforce: "pre",
    transform: (code, id) => (id.includes("katex") && id.endsWith(".css") ? code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\(["'][^"']*["']\)/g, "") : undefined),
  };
}

/** Fails the build when the page needs more script than it may before the first view. */
function firstLoad(): Plugin {
  return {
    name: "first-load",
    apply: "build",
    generateBundle(_, bundle) {
      const wanted = new Set<string>();
      const take = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== "chunk" || wanted.has(name)) return;
        wanted.add(name);
        chunk.imports.forEach(take);
      };
      for (const [name, chunk] of Object.entries(bundle)) if (chunk.type === "chunk" && chunk.isEntry) take(name);
      const styles = [...wanted].flatMap((name) => {
        const chunk = bundle[name];
        return chunk?.type === "chunk" ? [...(chunk.viteMetadata?.importedCss ?? [])] : [];
      });
      const ofStyles = [...new Set(styles)].reduce((sum, name) => {
        const asset = bundle[name];
        return sum + (asset?.type === "asset" ? gzipSync(asset.source, { level: 9 }).length : 0);
      }, 0);
      const bytes = [...wanted].reduce((sum, name) => {
        const chunk = bundle[name];
        return sum + (chunk?.type === "chunk" ? gzipSync(chunk.code, { level: 9 }).length : 0);
      }, ofStyles);
      const said = `first load: ${(bytes / 1000).toFixed(1)} kB of script and styles, compressed (at most ${FIRST_LOAD_KB})`;
      if (bytes > FIRST_LOAD_KB * 1000) this.error(said);
      else this.info(said);
    },
  };
}

/** A compressed copy of each text beside it: the server sends these and compresses nothing. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle(_, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|mjs|css|html|svg)$/.test(name)) continue;
        const file = join(OUT, name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), oneFormatOfFonts(), pdfResources(), firstLoad(), compressed()],
  resolve: { alias: { "@": here("src") } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    // What it is built of may be passed on with its licences only.
    license: { fileName: "licences.md" },
    target: "es2023",
    // Nothing may be inlined as data: the policy of the page allows scripts and fonts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 3000,
  },
  server: { proxy: Object.fromEntries(API.map((path) => [path, SERVER])) },
});
