// Runs the browser tests with the Chromium that is there; installs Debian's where it may.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function find() {
  const own = process.env.CHROMIUM;
  return [...(own ? [own] : []), ...PLACES].find((path) => existsSync(path));
}

function install() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  console.log("Installing Debian's Chromium for the browser tests …");
  const run = (...args) => spawnSync("apt-get", ["-qq", ...args], { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  run("update");
  run("install", "--yes", "--no-install-recommends", "chromium");
}

if (find() === undefined) install();
const browser = find();
if (browser === undefined) {
  console.log("The browser tests did NOT run: there is no Chromium (set CHROMIUM, or install the package chromium).");
  process.exit(process.env.CI ? 1 : 0);
}
const cwd = fileURLToPath(new URL("..", import.meta.url));
const { status } = spawnSync("npx", ["vitest", "run", "--config", "e2e/vitest.config.ts", ...process.argv.slice(2)], {
  cwd,
  stdio: "inherit",
  env: { ...process.env, CHROMIUM: browser },
});
process.exit(status ?? 1);
