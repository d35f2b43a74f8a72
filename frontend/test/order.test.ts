import { Linter } from "eslint";
import { expect, test } from "vitest";

import { downward } from "../scripts/order.mjs";

const SRC = new URL("../src/", import.meta.url).pathname;
const config = [{ files: ["**/*.ts"], plugins: { folders: { rules: { downward } } }, rules: { "folders/downward": "error" } }];

const faults = (code: string, file: string): string[] =>
  new Linter({ cwd: SRC }).verify(code, config as Linter.Config[], SRC + file).map((one) => one.messageId ?? one.message);

test("a folder imports from those below it alone, however it does", () => {
  expect(faults('import { x } from "@/api/client";', "chat/x.ts")).toEqual([]);
  expect(faults('import { x } from "@/chat/x";', "chat/y.ts")).toEqual([]);
  expect(faults('import { x } from "@/chat/x";', "api/y.ts")).toEqual(["upward"]);
  expect(faults('export { x } from "@/chat/x";', "api/y.ts")).toEqual(["upward"]);
  expect(faults('void import("@/chat/x");', "api/y.ts")).toEqual(["upward"]);
  expect(faults('import { x } from "../chat/x";', "api/y.ts")).toEqual(["climbing"]);
  expect(faults('import { x } from "@/attic/x";', "api/y.ts")).toEqual(["unknown"]);
});
