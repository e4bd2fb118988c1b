/**
 * The built page with 3,000 Pods while it plays: tasks of the main thread that keep it from answering for more than 50 ms.
 * What came of opening it is told apart. Chromium says which function each long frame spent its time in. On a machine that
 * others use a task is also long because they had the processor: the time that it worked itself is told beside.
 */
import type { Browser, Page } from "playwright";
import { dist, mainThread, openCluster, withBrowser, type Busy } from "./chromium.ts";
import { median, note, quantile, type Row } from "./report.ts";

const PODS = 3_000;
/** Tasks longer than this are long, as browsers count them. */
const LONG_MS = 50;

interface Traced {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds of the processor that each task of the page's main thread took. */
function tasksIn(trace: Buffer): readonly number[] {
  // Chromium's own format: what is read of it is above
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly Traced[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, ph, pid, tid }) => name.endsWith("RunTask") && ph === "X" && threads.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000);
}

interface Watched {
  readonly tasks: readonly number[];
  /** Of each long frame the script that took longest: where it stands, and for how long. */
  readonly causes: readonly string[];
  readonly intervals: readonly number[];
}

declare global {
  interface Window {
    watched: { tasks: number[]; causes: string[]; intervals: number[] };
  }
}

/** Runs in the page from its first moment: long tasks, what was in them, and the time between frames. */
function watch(): void {
  window.watched = { tasks: [], causes: [], intervals: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.watched.tasks.push(entry.duration);
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    // newer than the types of the DOM library
    for (const entry of list.getEntries() as (PerformanceEntry & { readonly scripts?: readonly ScriptTiming[] })[]) {
      const [script] = [...(entry.scripts ?? [])].sort((a, b) => b.duration - a.duration);
      const where = script === undefined ? "no script" : `${script.invoker} ${script.sourceFunctionName} at ${script.sourceCharPosition}`;
      window.watched.causes.push(`${Math.round(entry.duration)} ms: ${where}, ${Math.round(script?.duration ?? 0)} ms`);
    }
  }).observe({ type: "long-animation-frame", buffered: true });
  let last = 0;
  const step = (now: number): void => {
    if (last !== 0) window.watched.intervals.push(now - last);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

interface ScriptTiming {
  readonly duration: number;
  readonly invoker: string;
  readonly sourceFunctionName: string;
  readonly sourceCharPosition: number;
}

async function taken(page: Page): Promise<Watched> {
  return page.evaluate(() => {
    const { watched } = window;
    window.watched = { tasks: [], causes: [], intervals: [] };
    return watched;
  });
}

export async function benchPlay(executable: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await withBrowser(dist, executable, async (browser, base) => {
    await requests(rows, browser, base);
    await traffic(rows, browser, base);
  });
  return rows;
}

/** One request sent 200 times, played from its start; and once more while a hand pans and zooms. */
async function requests(rows: Row[], browser: Browser, base: string): Promise<void> {
  const { page, context } = await openCluster(browser, base, PODS, 200, watch);
  tell(rows, "opening", await taken(page));
  const busy = await mainThread(context, page);
  const send = page.getByRole("button", { name: "Send", exact: true });
  await phase(rows, page, busy, "a request sent 200 times, the first play", async () => {
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await sleep(page, 8_000);
  });
  await phase(rows, page, busy, "200 more, sent and played", async () => {
    await send.click();
    await sleep(page, 8_000);
  });
  await phase(rows, page, busy, "200 more, panned and zoomed meanwhile", async () => {
    await send.click();
    await sleep(page, 2_000);
    await panAndZoom(page);
    await sleep(page, 1_000);
  });
  await context.close();
}

/** Steady traffic, 50 a second; then while Pods lose their readiness, and while a workload is scaled. */
async function traffic(rows: Row[], browser: Browser, base: string): Promise<void> {
  const { page, context } = await openCluster(browser, base, PODS, 1, watch);
  await taken(page);
  const busy = await mainThread(context, page);
  await page.getByRole("combobox", { name: "How many requests" }).selectOption("50/s");
  await phase(rows, page, busy, "steady traffic, 50 a second", async () => {
    await page.getByRole("button", { name: "Steady", exact: true }).click();
    await sleep(page, 8_000);
  });
  await phase(rows, page, busy, "the same, panned and zoomed meanwhile", () => panAndZoom(page));
  await context.close();
}

/** A wheel that turns and a hand that drags, in the middle of the picture. */
async function panAndZoom(page: Page): Promise<void> {
  const box = await page.locator(".stage").boundingBox();
  if (box === null) throw new Error("no picture");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  for (let i = 0; i < 16; i++) {
    await page.mouse.wheel(0, -120);
    await sleep(page, 60);
  }
  await page.mouse.down();
  for (let i = 0; i < 40; i++) await page.mouse.move(x + 4 * i, y + 120 * Math.sin(i / 6));
  await page.mouse.up();
  for (let i = 0; i < 16; i++) {
    await page.mouse.wheel(0, 120);
    await sleep(page, 60);
  }
}

async function phase(rows: Row[], page: Page, busy: () => Promise<Busy>, what: string, run: () => Promise<void>): Promise<void> {
  await page.evaluate(() => globalThis.gc?.());
  await taken(page);
  const browser = page.context().browser();
  if (browser === null) throw new Error("no browser");
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  const before = await busy();
  await run();
  const after = await busy();
  const tasks = tasksIn(await browser.stopTracing());
  tell(rows, what, await taken(page));
  note(rows, `${what}: tasks that worked over ${LONG_MS} ms`, tasks.filter((ms) => ms > LONG_MS).length, "");
  note(rows, `${what}: the task that worked longest`, Math.max(0, ...tasks), "ms");
  note(rows, `${what}: main thread busy`, (100 * (after.task - before.task)) / (after.at - before.at), "%");
}

function tell(rows: Row[], what: string, { tasks, causes, intervals }: Watched): void {
  note(rows, `${what}: tasks that lasted over ${LONG_MS} ms`, tasks.length, "");
  if (tasks.length > 0) note(rows, `${what}: the longest`, Math.max(...tasks), "ms");
  note(rows, `${what}: between frames, median`, median(intervals), "ms");
  note(rows, `${what}: between frames, p95`, quantile(intervals, 0.95), "ms");
  for (const cause of causes) console.log(`    ${cause}`);
}

async function sleep(page: Page, ms: number): Promise<void> {
  await page.evaluate((ms) => new Promise((done) => setTimeout(done, ms)), ms);
}
