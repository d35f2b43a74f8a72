// Writes src/api/types.ts from the server's schema, src/api/events.ts from its list of events and
// src/api/formats.ts from its table of formats; with --check it only says whether they are current.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { compile } from "json-schema-to-typescript";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const DUMP = `
import json
from citewire.api.wire_schema import wire_schema
from citewire.services.answers.events import ENDS, EVENTS
from citewire.services.reading.formats import FORMATS
from citewire.text.places import form_of
formats = [
    {"label": row.label, "form": form_of(next(iter(row.media_types))), "suffixes": list(row.media_types)}
    for row in FORMATS
]
events = {"events": list(EVENTS), "ends": list(ENDS)}
print(json.dumps({"schema": wire_schema(), "formats": formats, **events}))
`;

function server() {
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

const banner = (from) => `// Made from the server's ${from} by \`npm run types\`; not edited by hand.`;

const { schema, formats, events, ends } = server();
const types = await compile(withoutTitles(schema), schema.title, {
  additionalProperties: false,
  bannerComment: banner("schema"),
  format: true,
  unreachableDefinitions: false,
});
const list = `${banner("table of formats")}
/** What a report is made of; \`text\` has nothing that could be counted or named. */
export type Form = "pages" | "slides" | "sheets" | "text";
export const FORMATS: readonly { label: string; form: Form; suffixes: readonly string[] }[] = ${JSON.stringify(formats, null, 2)};
`;

const names = `${banner("list of events")}
export const EVENTS: readonly string[] = ${JSON.stringify(events)};
/** Those of which a run has exactly one, its last. */
export const ENDS: readonly string[] = ${JSON.stringify(ends)};
`;

for (const [name, text] of Object.entries({ "types.ts": types, "events.ts": names, "formats.ts": list })) {
  const file = here(`../src/api/${name}`);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`frontend/src/api/${name} is not what the server says: run \`npm run types\``);
    process.exitCode = 1;
  }
}
