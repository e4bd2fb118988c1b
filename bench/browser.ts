/** The built page in Chromium: bytes, first paint, first packet, a keystroke. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright";
import { dist, mainThread, openCluster, withBrowser } from "./chromium.ts";
import { median, note, quantile, type Row } from "./report.ts";

const LAST_PART = "/network-facts-";

/** What a first visit loads, gzip, before and after the editor comes. */
export async function benchBytes(executable: string): Promise<readonly Row[]> {
  if (!existsSync(join(dist, "index.html"))) throw new Error(`Nothing built in ${dist}: run \`npm run build\` first.`);
  const rows: Row[] = [];
  await withBrowser(dist, executable, async (browser, base) => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const asked: string[] = [];
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.href.startsWith(base)) asked.push(url.pathname === "/" ? "index.html" : url.pathname.slice(1));
    });
    await page.goto(base);
    await page.locator(".monaco .view-line").first().waitFor();
    const editorAt = asked.findIndex((path) => path.includes("monaco-editor") && path.endsWith(".js"));
    if (editorAt === -1) throw new Error("the editor was not loaded");
    const size = (paths: readonly string[], kind: RegExp): number =>
      [...new Set(paths)]
        .filter((path) => kind.test(path))
        .reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, path)), { level: 9 }).length, 0) / 1024;
    const before = asked.slice(0, editorAt);
    const own = before.filter((path) => !path.includes("worker"));
    note(rows, "before the editor: the page's own JavaScript", size(own, /\.js$/), "KiB gzip");
    note(rows, "before the editor: JavaScript, with both workers", size(before, /\.js$/), "KiB gzip");
    note(rows, "before the editor: styles", size(before, /\.css$/), "KiB gzip");
    note(rows, "before the editor: fonts", size(before, /\.woff2?$/), "KiB");
    note(rows, "with the editor: JavaScript", size(asked, /\.js$/), "KiB gzip");
    note(rows, "with the editor: styles", size(asked, /\.css$/), "KiB gzip");
    // The last of the parts that the page brings when it is at rest.
    if (!asked.some((path) => path.includes(LAST_PART))) await page.waitForRequest((request) => request.url().includes(LAST_PART));
    note(rows, "with panels and dialogs too, brought at rest: JavaScript", size(asked, /\.js$/), "KiB gzip");
    for (const [name, what] of [
      ["embed.js", "embed.js, fonts and styles inside"],
      ["embed-core.js", "embed-core.js, the simulator, fetched after it"],
    ] as const)
      if (existsSync(join(dist, name))) note(rows, what, size([name], /\.js$/), "KiB gzip");
  });
  return rows;
}

/** Opening the page, and one letter more in the editor. */
export async function benchPage(executable: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await withBrowser(dist, executable, async (browser, base) => {
    const opened = [];
    for (let i = 0; i < 7; i++) opened.push(await openOnce(browser, base));
    note(rows, "first contentful paint, median of 7", median(opened.map((one) => one.paint)), "ms");
    note(rows, "picture drawn, median of 7", median(opened.map((one) => one.picture)), "ms");
    note(rows, "first packet moves, median of 7", median(opened.map((one) => one.moves)), "ms");
    note(rows, "first packet moves, slowest of 7", Math.max(...opened.map((one) => one.moves)), "ms");
    for (const [pods, count] of [
      [3, 1],
      [300, 200],
      [3_000, 1_000],
    ] as const)
      await playingPage(rows, browser, base, pods, count);
    for (const pods of [3, 100, 1_000, 5_000]) {
      const times = await keystrokes(browser, base, pods);
      note(rows, `${pods} Pods: key pressed to new picture, median of ${times.length}`, median(times), "ms");
      note(rows, `${pods} Pods: key pressed to new picture, p95`, quantile(times, 0.95), "ms");
    }
  });
  return rows;
}

interface Opened {
  readonly paint: number;
  readonly picture: number;
  readonly moves: number;
}

async function openOnce(browser: Browser, base: string): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen: { picture?: number; moves?: number } = {};
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (seen.picture === undefined && document.querySelector("[data-painted]") !== null) seen.picture = performance.now();
      const at = Number(document.querySelector("[role=slider]")?.getAttribute("aria-valuenow") ?? "0");
      if (seen.moves === undefined && at > 0) seen.moves = performance.now();
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await page.goto(base);
  const result = await page.waitForFunction(() => {
    const { seen } = window as unknown as { seen: { picture?: number; moves?: number } };
    const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    return seen.picture !== undefined && seen.moves !== undefined && paint !== undefined
      ? { paint, picture: seen.picture, moves: seen.moves }
      : null;
  });
  const opened = (await result.jsonValue()) as Opened;
  await context.close();
  return opened;
}

/** The whole page while it plays: frames of the main thread, and how busy it is. */
async function playingPage(rows: Row[], browser: Browser, base: string, pods: number, count: number): Promise<void> {
  const { page, context } = await openCluster(browser, base, pods, count);
  const busy = await mainThread(context, page);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
  const before = await busy();
  const intervals = await page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        const step = (now: number): void => {
          times.push(now);
          if (now - (times[0] ?? now) < 4_000) requestAnimationFrame(step);
          else resolve(times.slice(1).map((at, i) => at - (times[i] ?? at)));
        };
        requestAnimationFrame(step);
      }),
  );
  const after = await busy();
  const what = `the page, ${pods} Pods, request sent ${count} times, playing`;
  note(rows, `${what}: main thread busy`, (100 * (after.task - before.task)) / (after.at - before.at), "%");
  note(rows, `${what}: between frames, median`, median(intervals), "ms");
  note(rows, `${what}: between frames, p95`, quantile(intervals, 0.95), "ms");
  await context.close();
}

/**
 * A letter in the selector of the first Service, to and fro. Measured from the key's own time stamp to two frames
 * after the page took in the new cluster (outline and scene come of one commit; the painter draws in the next frame).
 */
async function keystrokes(browser: Browser, base: string, pods: number): Promise<readonly number[]> {
  const { page, context } = await openCluster(browser, base, pods, 1);
  await caretAfterSelector(page);
  const times: number[] = [];
  for (let i = 0; i < 12; i++) {
    const measured = page.evaluate(
      () =>
        new Promise<number>((resolve, reject) => {
          setTimeout(() => reject(new Error("the picture did not change within 20 s of the key")), 20_000);
          const label = (): string =>
            document.querySelector("[role=treeitem][aria-label^='Service web-0,']")?.getAttribute("aria-label") ?? "";
          const before = label();
          addEventListener(
            "keydown",
            (event) => {
              const observer = new MutationObserver(() => {
                if (label() === before) return;
                observer.disconnect();
                delete document.documentElement.dataset.listening;
                requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - event.timeStamp)));
              });
              observer.observe(document.body, { subtree: true, childList: true, attributes: true });
            },
            { once: true, capture: true },
          );
          document.documentElement.dataset.listening = "true";
        }),
    );
    // The listener stands before the key comes.
    await page.waitForFunction(() => document.documentElement.dataset.listening === "true");
    await page.keyboard.press(i % 2 === 0 ? "x" : "Backspace");
    times.push(await measured);
    await page.locator("main[aria-busy=false]").waitFor();
  }
  await context.close();
  return times;
}

async function caretAfterSelector(page: Page): Promise<void> {
  const editor = page.getByRole("textbox", { name: "Manifests. Escape, then Tab, leaves the editor." });
  await editor.focus();
  await page.waitForFunction(() => document.activeElement?.closest(".monaco-editor") != null);
  await page.keyboard.press("Control+Home");
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
}
