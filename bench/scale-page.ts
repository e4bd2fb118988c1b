/**
 * The built page with a large cluster, opened from a file as a person opens it: how long until its map shows, how long the page stands
 * still meanwhile, frames while a hand pans and zooms, Find, the outline, and what a letter typed in the editor costs. On a machine that
 * others use a task is also long because they had the processor.
 */
import type { Browser, CDPSession, Page } from "playwright";
import { dist, withBrowser } from "./chromium.ts";
import { median, note, quantile, type Row } from "./report.ts";
import { largeText } from "./scale.ts";

const SIZES = (process.env.KUBEHOP_PODS ?? "30000,150000").split(",").map(Number);

interface Watched {
  readonly tasks: readonly number[];
  readonly intervals: readonly number[];
}

declare global {
  interface Window {
    scaled: { tasks: number[]; intervals: number[] };
    keyed: Promise<number>;
  }
}

/** Runs in the page from its first moment. */
function watch(): void {
  window.scaled = { tasks: [], intervals: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.scaled.tasks.push(entry.duration);
  }).observe({ type: "longtask", buffered: true });
  let last = 0;
  const step = (now: number): void => {
    if (last !== 0) window.scaled.intervals.push(now - last);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

export async function benchScalePage(executable: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const pods of SIZES) await withBrowser(dist, executable, (browser, base) => one(rows, browser, base, pods));
  return rows;
}

async function one(rows: Row[], browser: Browser, base: string, pods: number): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  const devtools = await context.newCDPSession(page);
  const tell = async (what: string): Promise<void> => told(rows, `${pods} Pods: ${what}`, await taken(page));
  await page.goto(base);
  await page.locator(".stage[data-painted]").waitFor();
  await open(rows, page, pods);
  await tell("opening");
  await sleep(page, 3_000);
  await taken(page);
  note(rows, `${pods} Pods: memory of the page's thread`, await heap(devtools), "MiB");
  const stage = await page.locator(".stage").boundingBox();
  if (stage === null) throw new Error("no picture");
  const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2];
  await drag(page, x, y);
  await tell("panned, the whole cluster in view");
  await wheel(page, -150, 24);
  await tell("zoomed in to one Pod");
  await drag(page, x, y);
  await tell("panned there");
  await wheel(page, 150, 24);
  await tell("zoomed out again");
  await page.locator("main").focus();
  note(rows, `${pods} Pods: Find, key to its first frame`, await key(page, "/"), "ms");
  const letters = await typed(page, "web-7");
  note(rows, `${pods} Pods: Find, a letter to its frame, median`, median(letters), "ms");
  await page.keyboard.press("Enter");
  await sleep(page, 1_500);
  await tell("Find and its Enter");
  await page.locator("main").focus();
  note(rows, `${pods} Pods: outline, key to its first frame`, await key(page, "o"), "ms");
  await page.mouse.move(200, 500);
  await wheel(page, 4_000, 20);
  await tell("outline, opened and scrolled");
  await page.getByRole("button", { name: "Close the outline" }).click();
  await page.locator("main").focus();
  await page.keyboard.press("e"); // the manifests of a large cluster are folded away
  await page.getByRole("textbox", { name: "Manifests. Escape, then Tab, leaves the editor." }).focus();
  await page.keyboard.press("Control+End");
  await sleep(page, 1_000);
  await taken(page);
  const keys = await typed(page, "# a comment");
  note(rows, `${pods} Pods: editor, a letter to its frame, median`, median(keys), "ms");
  note(rows, `${pods} Pods: editor, a letter to its frame, slowest`, Math.max(...keys), "ms");
  note(rows, `${pods} Pods: memory of the page's thread at the end`, await heap(devtools), "MiB");
  await context.close();
}

/** As a person does it: the gallery, a file, its summary, "Open it". */
async function open(rows: Row[], page: Page, pods: number): Promise<void> {
  await page.goto(`${page.url().split("#")[0] ?? ""}#gallery`);
  await page.getByRole("button", { name: "Paste your own YAML" }).click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  const begun = performance.now();
  await (await chooser).setFiles({ name: "large.yaml", mimeType: "text/yaml", buffer: Buffer.from(largeText(pods)) });
  const go = page.getByRole("button", { name: "Open it" });
  await go.waitFor({ timeout: 600_000 });
  note(rows, `${pods} Pods: file to its summary`, (performance.now() - begun) / 1000, "s");
  await taken(page);
  await go.click();
  const opened = performance.now();
  await page
    .locator("main .caption")
    .filter({ hasText: /[\d,]+ nodes, [\d,]+ Pods/ })
    .waitFor({ timeout: 600_000 });
  note(rows, `${pods} Pods: "Open it" to the map`, (performance.now() - opened) / 1000, "s");
  await page.locator("main[aria-busy=false]").waitFor({ timeout: 600_000 });
}

async function taken(page: Page): Promise<Watched> {
  return page.evaluate(() => {
    const { scaled } = window;
    window.scaled = { tasks: [], intervals: [] };
    return scaled;
  });
}

function told(rows: Row[], what: string, { tasks, intervals }: Watched): void {
  note(rows, `${what}: the longest task`, Math.max(0, ...tasks), "ms");
  note(rows, `${what}: tasks over 200 ms`, tasks.filter((ms) => ms > 200).length, "");
  note(rows, `${what}: between frames, median`, median(intervals), "ms");
  note(rows, `${what}: between frames, p95`, quantile(intervals, 0.95), "ms");
}

async function drag(page: Page, x: number, y: number): Promise<void> {
  await page.mouse.move(x, y);
  await taken(page);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) await page.mouse.move(x + 3 * i, y + 60 * Math.sin(i / 6));
  await page.mouse.up();
}

async function wheel(page: Page, by: number, times: number): Promise<void> {
  await taken(page);
  for (let i = 0; i < times; i++) {
    await page.mouse.wheel(0, by);
    await sleep(page, 60);
  }
  await sleep(page, 400);
}

/** A page that has not heard a key by then never will. */
const DEAF_MS = 20_000;

/** Milliseconds from the key to the end of the frame after it; NaN where the page has not heard it. */
async function key(page: Page, name: string): Promise<number> {
  await page.evaluate((deafMs) => {
    window.keyed = new Promise((done) => {
      setTimeout(() => done(Number.NaN), deafMs);
      const heard = (event: KeyboardEvent): void =>
        void requestAnimationFrame(() => setTimeout(() => done(performance.now() - event.timeStamp)));
      addEventListener("keydown", heard, { once: true, capture: true });
    });
  }, DEAF_MS);
  await page.keyboard.press(name);
  return page.evaluate(() => window.keyed);
}

async function typed(page: Page, letters: string): Promise<readonly number[]> {
  const times: number[] = [];
  for (const letter of letters) times.push(await key(page, letter));
  return times;
}

async function heap(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  return usedSize / 2 ** 20;
}

async function sleep(page: Page, ms: number): Promise<void> {
  await page.evaluate((ms) => new Promise((done) => setTimeout(done, ms)), ms);
}
