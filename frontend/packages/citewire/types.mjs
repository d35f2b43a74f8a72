// Writes the types beside the package, with paths that lead somewhere wherever it is installed.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
execFileSync(process.execPath, [here("../../node_modules/typescript/bin/tsc"), "-p", here("tsconfig.json")], { stdio: "inherit" });
const types = here("dist/types");
for (const name of readdirSync(types, { recursive: true }).filter((one) => one.endsWith(".d.ts"))) {
  const file = join(types, name);
  const up = relative(dirname(file), join(types, "src")).replaceAll("\\", "/");
  const from = (_, path) => `"${up.startsWith(".") ? up : `./${up}`}/${path}"`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/"@\/([^"]+)"/g, from));
}
