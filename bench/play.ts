/**
 * The built page with 3,000 Pods while it plays: tasks of the main thread that keep it from answering for more than 50 ms.
 * What came of opening it is told apart. Chromium says which function each long frame spent its time in. On a machine that
 * others use a task is also long because they had the processor: the time that it worked itself is told beside.
 */
import type { Browser, Page } from "playwright";
import { dist, mainThread, openCluster, withBrowser, type Busy } from "./chromium.ts";
import { median, note, quantile, type Row } from "./report.ts";
import { REASONS, TASKS, tasksIn, type Task } from "./tasks.ts";

const PODS = 3_000;
/** Tasks longer than this are long, as browsers count them. */
const LONG_MS = 50;

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

type Phase = readonly [what: string, run: (page: Page) => Promise<void>];

/** Each list plays on a page of its own, one phase after the other. `requests`: of the first request, sent as the page opens. */
const PAGES: readonly { readonly requests: number; readonly phases: readonly Phase[] }[] = [
  {
    requests: 200,
    phases: [
      ["a request sent 200 times, the first play", async (page) => void (await press(page, "Play", 8_000))],
      ["200 more, sent and played", async (page) => void (await press(page, "Send", 8_000))],
      [
        "200 more, panned and zoomed meanwhile",
        async (page) => {
          await press(page, "Send", 2_000);
          await panAndZoom(page);
          await sleep(page, 1_000);
        },
      ],
      ["200 more, paused, stepped, sought and scrubbed", transport],
      ["200 more, each tab of the inspector", tabs],
      ["200 more, with more lanes", lanes],
    ],
  },
  {
    requests: 1,
    phases: [
      [
        "steady traffic, 50 a second",
        async (page) => {
          await page.locator("[aria-label='How many requests']").selectOption("50/s");
          await press(page, "Steady", 8_000);
        },
      ],
      ["the same, panned and zoomed", panAndZoom],
      ["the same, each tab of the inspector", tabsOf],
      ["the same, with more lanes", lanesOf],
      ["the same, a Pod's readiness switched each second", readiness],
      ["the same, a port typed anew in the manifests", typing],
      ["the same, three senders of the composer", senders],
      ["the same, paused, sought in the past, and on", past],
    ],
  },
];

export async function benchPlay(executable: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await withBrowser(dist, executable, async (browser, base) => {
    await opening(rows, browser, base);
    for (const { requests, phases } of PAGES) {
      const those = phases.filter(([what], i) => wanted(what) || (i === 0 && phases.some(([what]) => wanted(what))));
      if (those.length === 0) continue;
      const { page, context } = await openCluster(browser, base, PODS, requests, watch);
      await sleep(page, REST_MS);
      const busy = await mainThread(context, page);
      for (const [what, run] of those) await phase(rows, page, busy, what, () => run(page));
      await context.close();
    }
  });
  return rows;
}

/** What the page brings after its first picture has come by then: the editor and its hints, panels. */
const REST_MS = 2_000;

/** Some of the phases, where a variable has a part of their names: `KUBEHOP_PHASES=lanes,opening`. */
function wanted(what: string): boolean {
  const said = process.env.KUBEHOP_PHASES?.split(",");
  return said === undefined || said.some((part) => what.includes(part));
}

async function opening(rows: Row[], browser: Browser, base: string): Promise<void> {
  const what = "opening, until it rests";
  if (!wanted(what)) return;
  const traced = traceFrom(browser);
  const { page, context: opened } = await openCluster(browser, base, PODS, 200, watch, traced.start);
  await sleep(page, REST_MS);
  tellTasks(rows, what, tasksIn(await traced.stop()));
  tell(rows, what, await taken(page));
  await opened.close();
}

/**
 * Presses what has this name (and this role, where it is no button) from within the page: to look for it by role as tests do
 * would read the whole page, which is a long task of its own.
 */
async function press(page: Page, name: string, ms: number, role = "button"): Promise<void> {
  await page.evaluate(
    ([name, role]) => {
      const all = [...document.querySelectorAll<HTMLElement>(role === "button" ? "button" : `[role=${role}]`)];
      const found = all.find((one) => one.getAttribute("aria-label") === name || one.textContent?.trim() === name);
      if (found === undefined) throw new Error(`nothing is called ${name}`);
      found.click();
    },
    [name, role] as const,
  );
  await sleep(page, ms);
}

async function transport(page: Page): Promise<void> {
  await press(page, "Send", 2_500);
  for (let i = 0; i < 3; i++) {
    await press(page, "Pause", 200);
    await press(page, "Next hop", 200);
    await press(page, "Previous hop", 200);
    await press(page, "Play", 400);
  }
  const slider = page.locator("[role=slider][aria-label='Scrub through the request']");
  for (const key of ["Home", "PageDown", "PageDown", "End", "PageUp", "Home"]) {
    await slider.press(key);
    await sleep(page, 150);
  }
  const box = await slider.boundingBox();
  if (box === null) throw new Error("no slider");
  await page.mouse.move(box.x + 4, box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 0; i < 40; i++) {
    await page.mouse.move(box.x + 4 + ((box.width - 8) * i) / 40, box.y + box.height / 2);
    await sleep(page, 20);
  }
  await page.mouse.up();
  await press(page, "Play", 500);
}

async function tabs(page: Page): Promise<void> {
  await press(page, "Send", 2_000);
  await tabsOf(page);
}

async function tabsOf(page: Page): Promise<void> {
  for (const name of ["Rules", "Conntrack", "DNS", "EndpointSlice", "Odds", "Hops"]) {
    await press(page, name, 1_000, "tab");
  }
}

async function lanes(page: Page): Promise<void> {
  await press(page, "Send", 1_500);
  await lanesOf(page);
}

async function lanesOf(page: Page): Promise<void> {
  await press(page, "More lanes", 3_000);
  await press(page, "Fewer lanes", 500);
}

async function readiness(page: Page): Promise<void> {
  // as a map it shows no shares, whose rows have the switches
  for (let i = 0; i < 8; i++) await press(page, "Zoom in", 200);
  for (let i = 0; i < 6; i++) {
    await page.evaluate(() => {
      const found = document.querySelector<HTMLElement>(".share [role=switch]");
      if (found === null) throw new Error("no Pod's switch");
      found.click();
    });
    await sleep(page, 1_000);
  }
}

async function typing(page: Page): Promise<void> {
  await page.locator(".monaco .view-line", { hasText: "port: 80" }).first().click();
  for (const key of ["End", "1", "Backspace", "1", "Backspace"]) {
    await page.keyboard.press(key);
    await sleep(page, 1_000);
  }
}

/** Kept under three names and switched on beside one another. */
async function senders(page: Page): Promise<void> {
  await press(page, "Stop", 500);
  await page.evaluate(() => document.querySelector<HTMLElement>("button[aria-label^=Compose]")?.click());
  await sleep(page, 1_000);
  await press(page, "Until stopped", 200, "radio");
  for (const name of ["one", "two", "three"]) {
    await page.locator("[aria-label='Name of this sender']").fill(name);
    await press(page, "Keep this sender", 200);
  }
  for (const name of ["one", "two", "three"]) await press(page, `${name} sends`, 1_000, "switch");
  await sleep(page, 4_000);
  await page.keyboard.press("Escape");
}

async function past(page: Page): Promise<void> {
  await press(page, "Pause", 500);
  await page.keyboard.press("{");
  await sleep(page, 1_000);
  await press(page, "Play", 2_000);
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

/** The page's tasks between two moments, read from Chromium's own trace. */
function traceFrom(browser: Browser): { readonly start: (page: Page) => Promise<void>; readonly stop: () => Promise<Buffer> } {
  const categories = [...(WHY ? REASONS : TASKS)];
  return { start: (page) => browser.startTracing(page, { categories }), stop: () => browser.stopTracing() };
}

async function phase(rows: Row[], page: Page, busy: () => Promise<Busy>, what: string, run: () => Promise<void>): Promise<void> {
  await page.evaluate(() => globalThis.gc?.());
  await taken(page);
  const browser = page.context().browser();
  if (browser === null) throw new Error("no browser");
  const traced = traceFrom(browser);
  await traced.start(page);
  const before = await busy();
  await run();
  const after = await busy();
  tellTasks(rows, what, tasksIn(await traced.stop()));
  tell(rows, what, await taken(page));
  note(rows, `${what}: main thread busy`, (100 * (after.task - before.task)) / (after.at - before.at), "%");
}

/** Says of each task that worked long in which functions: `KUBEHOP_WHY=30` of those that worked over 30 ms. */
const WHY = process.env.KUBEHOP_WHY !== undefined;
const WHY_MS = Number(process.env.KUBEHOP_WHY ?? LONG_MS);

function tellTasks(rows: Row[], what: string, tasks: readonly Task[]): void {
  note(rows, `${what}: tasks that worked over ${LONG_MS} ms`, tasks.filter(({ worked }) => worked > LONG_MS).length, "");
  note(rows, `${what}: the task that worked longest`, Math.max(0, ...tasks.map(({ worked }) => worked)), "ms");
  const top = tasks.map(({ worked }) => worked).sort((a, b) => b - a);
  console.log(
    `    worked longest: ${top
      .slice(0, 14)
      .map((ms) => ms.toFixed(0))
      .join(" ")}; all ${top.reduce((x, y) => x + y, 0).toFixed(0)}`,
  );
  if (!WHY) return;
  for (const { worked, lasted, at, did, inside } of tasks.filter(({ worked }) => worked > WHY_MS)) {
    console.log(`    ${worked.toFixed(0)} ms (lasted ${lasted.toFixed(0)}) at ${at.toFixed(0)}: ${did.join(", ")}`);
    for (const line of inside) console.log(`      ${line}`);
  }
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
