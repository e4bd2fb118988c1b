/**
 * Finds a Chromium for the browser tests: one named by KUBEHOP_CHROMIUM or found on PATH, else Playwright's own,
 * else (as root on Debian) the distribution's package, else one sentence that says what to do.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function onPath() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch (error) {
        if (error.code !== "ENOENT" && error.code !== "ENOTDIR" && error.code !== "EACCES") throw error;
      }
    }
  }
  return null;
}

async function playwrightsOwn() {
  const { chromium } = await import("playwright");
  const file = chromium.executablePath();
  return file !== "" && existsSync(file) ? file : null;
}

/** The path of a Chromium that is there already, or null. Installs nothing. */
export async function findChromium() {
  const named = process.env.KUBEHOP_CHROMIUM;
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`KUBEHOP_CHROMIUM names ${named}, which does not exist.`);
  }
  return onPath() ?? (await playwrightsOwn());
}

/** The path of a Chromium, installed if that is possible here. Throws one sentence if not. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found !== null) return found;
  console.log("No Chromium found: trying Playwright's own …");
  spawnSync("npx", ["playwright", "install", "chromium"], { stdio: "ignore", timeout: 180_000 });
  const own = await playwrightsOwn();
  if (own !== null) return own;
  if (existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.log("Installing Debian's chromium package …");
    spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
      stdio: "ignore",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    const installed = onPath();
    if (installed !== null) return installed;
  }
  throw new Error("The browser tests need Chromium: run `npx playwright install chromium`, or set KUBEHOP_CHROMIUM to one.");
}
