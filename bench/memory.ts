/**
 * Ten minutes of steady traffic in the page, fifty requests a second at double speed: what page and workers hold after a
 * collection, every half minute, and how much more it gets from the third minute on. `npm run bench -- memory 10`.
 */
import type { CDPSession } from "playwright";
import { dist, openCluster, withBrowser } from "./chromium.ts";
import { note, type Row } from "./report.ts";

const PODS = 300;
const EVERY_MS = 30_000;
/** Until then tables of flows and the record of the run fill up: a connection that was closed is kept for two minutes. */
const WARM_MINUTES = 3;
const MIB = 2 ** 20;

/** `minutes` of wall time. */
export async function benchMemory(executable: string, minutes: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await withBrowser(dist, executable, async (browser, base) => {
    const { page, context } = await openCluster(browser, base, PODS, 1);
    const heaps = await heapsOf(await context.newCDPSession(page));
    await page.getByRole("combobox", { name: "How many requests" }).selectOption("50/s");
    await page.getByRole("button", { name: "Steady", exact: true }).click();
    await page.keyboard.press("]");
    const begun = Date.now();
    const samples = new Map<string, [minute: number, mib: number][]>();
    for (let at = 0; at <= minutes * 60_000; at += EVERY_MS) {
      await new Promise((done) => setTimeout(done, Math.max(0, begun + at - Date.now())));
      const minute = (Date.now() - begun) / 60_000;
      const line: string[] = [];
      for (const [what, bytes] of await heaps()) {
        samples.set(what, [...(samples.get(what) ?? []), [minute, bytes / MIB]]);
        line.push(`${what} ${(bytes / MIB).toFixed(1)}`);
      }
      console.log(`    ${minute.toFixed(1)} min: ${line.join(", ")} MiB`);
    }
    const sent = await page.getByRole("group", { name: "Steady traffic" }).locator("b").first().innerText();
    note(rows, "requests that were sent", Number(sent.replaceAll(",", "")), "");
    for (const [what, all] of samples) tell(rows, what, all, minutes);
    await context.close();
  });
  return rows;
}

function tell(rows: Row[], what: string, samples: readonly (readonly [number, number])[], minutes: number): void {
  const warm = samples.filter(([minute]) => minute >= Math.min(WARM_MINUTES, minutes / 2));
  note(rows, `${what}: at the end`, samples.at(-1)?.[1] ?? Number.NaN, "MiB");
  note(rows, `${what}: most`, Math.max(...samples.map(([, mib]) => mib)), "MiB");
  note(rows, `${what}: more each minute, after the first ${Math.min(WARM_MINUTES, minutes / 2)}`, slope(warm), "MiB");
}

/** Of the straight line that lies closest to the points, by least squares. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([at]) => at), mean(([, value]) => value)];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
}

type Heaps = () => Promise<readonly (readonly [what: string, bytes: number])[]>;

/** What the page and each of its workers holds once all garbage is collected. */
async function heapsOf(session: CDPSession): Promise<Heaps> {
  const workers = new Map<string, string>();
  const waiting = new Map<number, (result: { readonly usedSize?: number; readonly backingStorageSize?: number }) => void>();
  let lastId = 0;
  session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
    const name = /([a-z]+)\.worker/.exec(targetInfo.url)?.[1] ?? targetInfo.url.split("/").at(-1) ?? targetInfo.type;
    if (targetInfo.type === "worker") workers.set(sessionId, name);
  });
  session.on("Target.detachedFromTarget", ({ sessionId }) => workers.delete(sessionId));
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    // Chromium's own answer to what is asked below
    const { id, result } = JSON.parse(message) as { readonly id?: number; readonly result?: { readonly usedSize?: number } };
    if (id !== undefined) waiting.get(id)?.(result ?? {});
  });
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await session.send("HeapProfiler.enable");
  const ask = (sessionId: string, method: string): Promise<{ readonly usedSize?: number; readonly backingStorageSize?: number }> =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      void session.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id: lastId, method }) });
    });
  return async () => {
    await session.send("HeapProfiler.collectGarbage");
    // what arrays of bytes hold is beside the heap, and counts
    const page = (await session.send("Runtime.getHeapUsage")) as { readonly usedSize: number; readonly backingStorageSize?: number };
    const found: [string, number][] = [["page", page.usedSize + (page.backingStorageSize ?? 0)]];
    for (const [sessionId, name] of workers) {
      await ask(sessionId, "HeapProfiler.enable");
      await ask(sessionId, "HeapProfiler.collectGarbage");
      const { usedSize = Number.NaN, backingStorageSize = 0 } = await ask(sessionId, "Runtime.getHeapUsage");
      found.push([`${name} worker`, usedSize + backingStorageSize]);
    }
    return found;
  };
}
