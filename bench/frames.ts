/**
 * Frame times of the product's own painter, in its worker and on the page's thread: clusters of 30 to 30,000 Pods with 10
 * to 2,000 packets on the way, watched at rest and while a hand pans and zooms from the whole cluster to one Pod and back.
 */
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { build } from "vite";
import { mainThread, withBrowser, type Busy } from "./chromium.ts";
import type { Frames } from "./page/main.ts";
import { median, note, quantile, type Row } from "./report.ts";

const PODS = [30, 300, 3_000, 30_000] as const;
const PACKETS = [10, 200, 2_000] as const;
const WARM_MS = 700;
const MEASURED_MS = 2_500;

export async function benchFrames(executable: string): Promise<readonly Row[]> {
  const outDir = join(process.cwd(), "node_modules", ".cache", "kubehop", "bench-page");
  await build({
    root: join(process.cwd(), "bench", "page"),
    configFile: false,
    base: "./",
    logLevel: "error",
    worker: { format: "es" },
    build: { outDir, emptyOutDir: true, target: "es2023" },
  });
  const rows: Row[] = [];
  const cells: Cell[] = [];
  await withBrowser(outDir, executable, async (browser, base) => {
    for (const pods of only("KUBEHOP_PODS", PODS)) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      page.on("pageerror", (error) => console.error(error.message));
      await page.goto(base);
      await page.waitForFunction(() => typeof window.prepare === "function");
      await page.evaluate((pods) => window.prepare(pods), pods);
      const busy = await mainThread(context, page);
      for (const packets of only("KUBEHOP_PACKETS", PACKETS))
        for (const where of ["worker", "page"] as const)
          cells.push(...(await framesOf(rows, { page, context, busy }, pods, packets, where)));
      await context.close();
    }
  });
  for (const where of ["worker", "page"] as const) for (const moving of [false, true]) print(cells, where, moving);
  return rows;
}

interface Cell {
  readonly pods: number;
  readonly packets: number;
  readonly where: "worker" | "page";
  readonly moving: boolean;
  readonly text: string;
}

/** A table as RESULTS.md has it. */
function print(cells: readonly Cell[], where: Cell["where"], moving: boolean): void {
  const those = cells.filter((cell) => cell.where === where && cell.moving === moving);
  const counts = <K extends "pods" | "packets">(of: K): readonly number[] => [...new Set(those.map((cell) => cell[of]))];
  const row = (words: readonly string[]): void => console.log(`| ${words.join(" | ")} |`);
  console.log("");
  row([
    `${where === "worker" ? "in its worker" : "on the page's thread"}${moving ? ", panned and zoomed" : ""}`,
    ...counts("pods").map((pods) => `${pods.toLocaleString("en")} Pods`),
  ]);
  row(["---", ...counts("pods").map(() => "---")]);
  for (const packets of counts("packets"))
    row([`${packets.toLocaleString("en")} packets`, ...those.filter((cell) => cell.packets === packets).map(({ text }) => text)]);
}

/** Some of the grid, where a variable says which: `KUBEHOP_PODS=3000,30000`. */
function only(variable: string, all: readonly number[]): readonly number[] {
  const said = process.env[variable]?.split(",").map(Number);
  return said === undefined ? all : all.filter((one) => said.includes(one));
}

interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly busy: () => Promise<Busy>;
}

async function framesOf(
  rows: Row[],
  { page, busy }: Opened,
  pods: number,
  packets: number,
  where: "worker" | "page",
): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const { inFlight, band } = await page.evaluate(([packets, where]) => window.begin(packets, where), [packets, where] as const);
  const what = `${pods} Pods, ${packets} packets, ${where}`;
  note(rows, `${what}: on the way`, inFlight, band ? "as bands" : "packets");
  for (const moving of [false, true]) {
    await page.evaluate((moving) => window.panAndZoom(moving), moving);
    await sleep(page, WARM_MS);
    await page.evaluate(() => window.collect());
    const before = await busy();
    await sleep(page, MEASURED_MS);
    const after = await busy();
    const frames = await page.evaluate(() => window.collect());
    if (process.env.KUBEHOP_SHOTS !== undefined)
      await page.screenshot({ path: join(process.env.KUBEHOP_SHOTS, `frames-${pods}-${packets}-${where}${moving ? "-moving" : ""}.png`) });
    const busyPercent = (100 * (after.task - before.task)) / (after.at - before.at);
    tell(rows, `${what}${moving ? ", panned and zoomed" : ""}`, frames, busyPercent);
    cells.push({ pods, packets, where, moving, text: cellText(frames, busyPercent) });
  }
  return cells;
}

/** Frames a second, p95 between two, drawing one (median / p95), how busy the page's thread is. */
function cellText({ intervals, took }: Frames, busyPercent: number): string {
  const perSecond = (intervals.length * 1000) / intervals.reduce((sum, one) => sum + one, 0);
  const drawing = `${median(took).toFixed(1)} / ${quantile(took, 0.95).toFixed(1)}`;
  return `${perSecond.toFixed(0)}; ${quantile(intervals, 0.95).toFixed(1)}; ${drawing}; ${busyPercent.toFixed(0)} %`;
}

function tell(rows: Row[], what: string, { intervals, took }: Frames, busyPercent: number): void {
  note(rows, `${what}: frames`, (intervals.length * 1000) / intervals.reduce((sum, one) => sum + one, 0), "a second");
  note(rows, `${what}: between frames, median`, median(intervals), "ms");
  note(rows, `${what}: between frames, p95`, quantile(intervals, 0.95), "ms");
  note(rows, `${what}: drawing one, median`, median(took), "ms");
  note(rows, `${what}: drawing one, p95`, quantile(took, 0.95), "ms");
  note(rows, `${what}: main thread busy`, busyPercent, "%");
}

async function sleep(page: Page, ms: number): Promise<void> {
  await page.evaluate((ms) => new Promise((done) => setTimeout(done, ms)), ms);
}
