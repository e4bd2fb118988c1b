/** Chromium around a served folder: what every benchmark of the page needs. */
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright";
import { preview, type PreviewServer } from "vite";
import { clusterOf } from "./cluster.ts";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
/** Where the built page is. */
export const dist = process.env.KUBEHOP_DIST ?? join(process.cwd(), "dist");

/** Runs something against a served folder, and stops everything it started. */
export async function withBrowser<T>(folder: string, executable: string, run: (browser: Browser, base: string) => Promise<T>): Promise<T> {
  const server: PreviewServer = await preview({
    configFile: false,
    base: "./",
    logLevel: "silent",
    build: { outDir: folder },
    preview: { host: "127.0.0.1", port: 0 },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const browser = await chromium.launch({ executablePath: executable, args: FLAGS });
  try {
    return await run(browser, `http://127.0.0.1:${address.port}/`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * The page with a cluster of so many Pods and a request that was sent so many times, paused at its start. `first`: runs in the
 * page before anything of its own; `before`: done with the page while it is still empty.
 */
export async function openCluster(
  browser: Browser,
  base: string,
  pods: number,
  count: number,
  first?: () => void,
  before?: (page: Page) => Promise<void>,
): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const workspace = {
    files: clusterOf(pods),
    seed: 1,
    scenario: null,
    request: { from: null, to: "http://web-0", count },
    actions: [],
    view: { tab: "hops", focus: null },
  };
  if (first !== undefined) await page.addInitScript(first);
  await page.addInitScript((kept) => localStorage.setItem("kubehop.workspace", kept), JSON.stringify(workspace));
  await before?.(page);
  await page.goto(base);
  await page.locator(".monaco .view-line").first().waitFor();
  await page.getByRole("slider", { name: "Scrub through the request" }).waitFor({ timeout: 120_000 });
  await page.locator("main[aria-busy=false]").waitFor({ timeout: 120_000 });
  return { page, context };
}

export interface Busy {
  /** Seconds of tasks on the main thread so far, and when that was. */
  readonly task: number;
  readonly at: number;
}

/** How busy the main thread is: read twice, the difference counts. */
export async function mainThread(context: BrowserContext, page: Page): Promise<() => Promise<Busy>> {
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return { task: value("TaskDuration"), at: value("Timestamp") };
  };
}
