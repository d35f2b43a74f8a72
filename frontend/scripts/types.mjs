// Writes src/api/types.ts from the server's schema; with --check it only says whether it is current.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { compile } from "json-schema-to-typescript";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const FILE = here("../src/api/types.ts");
const DUMP =
  "import json; from citewire.api.wire_schema import wire_schema; print(json.dumps(wire_schema()))";

function schema() {
  const own = here("../../.venv/bin/python");
  const python = process.env.VENV_PYTHON ?? (existsSync(own) ? own : "python3");
  const options = { cwd: here("../.."), encoding: "utf8", maxBuffer: 2 ** 26 };
  return JSON.parse(execFileSync(python, ["-c", DUMP], options));
}

/** A property's own title would become a type of its own: `ChatId`, `ChatId1`, … */
function withoutTitles(node, named = false) {
  if (Array.isArray(node)) return node.map((item) => withoutTitles(item));
  if (node === null || typeof node !== "object") return node;
  const kept = Object.entries(node).filter(
    ([key, value]) => named || key !== "title" || typeof value !== "string",
  );
  return Object.fromEntries(
    kept.map(([key, value]) => {
      // A tuple, in the words that the generator knows.
      const known = key === "prefixItems" ? "items" : key;
      return [known, withoutTitles(value, key === "properties" || key === "$defs")];
    }),
  );
}

const found = schema();
const text = await compile(withoutTitles(found), found.title, {
  additionalProperties: false,
  bannerComment: "// Made from the server's schema by `npm run types`; not edited by hand.",
  format: true,
  unreachableDefinitions: false,
});
if (!process.argv.includes("--check")) writeFileSync(FILE, text);
else if (!existsSync(FILE) || readFileSync(FILE, "utf8") !== text) {
  console.error("frontend/src/api/types.ts is not what the server's schema says: run `npm run types`");
  process.exit(1);
}
