/**
 * What a trace of Chromium says of a page's main thread: how long each of its tasks worked, in time of the processor, and,
 * where the trace has samples, in which functions.
 */

/** What a trace has to hold for `tasksIn`; with the second list also the reasons. */
export const TASKS: readonly string[] = ["toplevel", "__metadata"];
export const REASONS: readonly string[] = [...TASKS, "devtools.timeline", "v8", "disabled-by-default-v8.cpu_profiler"];

export interface Task {
  /** Milliseconds of the processor. */
  readonly worked: number;
  /** Milliseconds from its begin to its end. */
  readonly lasted: number;
  /** Milliseconds after the trace began. */
  readonly at: number;
  /** What it did, with its milliseconds, as far as the trace tells: scripts, style, layout, painting, garbage. */
  readonly did: readonly string[];
  /** The functions that it was in, outermost first, as far as a fourteenth of it was in them. */
  readonly inside: readonly string[];
}

interface Frame {
  readonly functionName: string;
  readonly url?: string;
  readonly lineNumber?: number;
  readonly columnNumber?: number;
}

interface Node {
  readonly id: number;
  readonly parent?: number;
  readonly callFrame: Frame;
}

/** Chromium's own format: what is read of it. */
interface Traced {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: {
    readonly name?: string;
    readonly data?: {
      readonly startTime?: number;
      readonly cpuProfile?: { readonly nodes?: readonly Node[]; readonly samples?: readonly number[] };
      readonly timeDeltas?: readonly number[];
    };
  };
}

/** Chromium's events that say what a task did, and our words for them. */
const DEEDS: Readonly<Record<string, string>> = {
  UpdateLayoutTree: "style",
  Layout: "layout",
  PrePaint: "pre-paint",
  Paint: "paint",
  Layerize: "layers",
  Commit: "commit",
  "V8.GCScavenger": "scavenge",
  MajorGC: "major collection",
  MinorGC: "minor collection",
  "v8.compile": "compile",
  "v8.compileModule": "compile",
  "v8.evaluateModule": "evaluate",
  FunctionCall: "script",
  HitTest: "hit test",
  IntersectionObserverController_computeIntersections: "intersections",
};

/** The tasks of the page's main thread, in their order. */
export function tasksIn(trace: Buffer): readonly Task[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly Traced[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const own = traceEvents.filter(({ pid, tid }) => threads.has(`${pid} ${tid}`));
  const began = Math.min(...own.filter(({ ts }) => ts > 0).map(({ ts }) => ts));
  const deeds = own.filter(({ name, ph }) => ph === "X" && name in DEEDS).sort((a, b) => a.ts - b.ts);
  const samples = samplesIn(traceEvents, threads);
  return own
    .filter(({ name, ph }) => name.endsWith("RunTask") && ph === "X")
    .sort((a, b) => a.ts - b.ts)
    .map(({ ts, dur = 0, tdur = 0 }) => ({
      worked: tdur / 1000,
      lasted: dur / 1000,
      at: (ts - began) / 1000,
      did: didWithin(deeds, ts, ts + dur),
      inside: samples === null ? [] : insideOf(samples, ts, ts + dur),
    }));
}

function didWithin(deeds: readonly Traced[], from: number, to: number): readonly string[] {
  const sums = new Map<string, number>();
  for (const { name, ts, tdur = 0 } of deeds) {
    if (ts < from || ts >= to) continue;
    const deed = DEEDS[name] ?? name;
    sums.set(deed, (sums.get(deed) ?? 0) + tdur / 1000);
  }
  return [...sums]
    .filter(([, ms]) => ms >= 1)
    .sort((a, b) => b[1] - a[1])
    .map(([deed, ms]) => `${deed} ${ms.toFixed(0)}`);
}

interface Samples {
  readonly nodes: ReadonlyMap<number, Node>;
  /** Node of each sample and when it was taken, in order of time. */
  readonly at: readonly (readonly [number, number])[];
}

function samplesIn(events: readonly Traced[], threads: ReadonlySet<string>): Samples | null {
  const profile = events.find(({ name, pid, tid }) => name === "Profile" && threads.has(`${pid} ${tid}`));
  if (profile === undefined) return null;
  const nodes = new Map<number, Node>();
  const at: [number, number][] = [];
  let now = profile.args?.data?.startTime ?? 0;
  const chunks = events.filter(({ name, id, pid }) => name === "ProfileChunk" && id === profile.id && pid === profile.pid);
  for (const { args } of chunks.sort((a, b) => a.ts - b.ts)) {
    for (const node of args?.data?.cpuProfile?.nodes ?? []) nodes.set(node.id, node);
    const deltas = args?.data?.timeDeltas ?? [];
    (args?.data?.cpuProfile?.samples ?? []).forEach((node, i) => {
      now += deltas[i] ?? 0;
      at.push([now, node]);
    });
  }
  return { nodes, at: at.sort((a, b) => a[0] - b[0]) };
}

/** The tree of functions of the samples between two times, printed with the milliseconds of each. */
function insideOf({ nodes, at }: Samples, from: number, to: number): readonly string[] {
  interface Branch {
    ms: number;
    readonly below: Map<string, Branch>;
  }
  const root: Branch = { ms: 0, below: new Map() };
  let before = from;
  for (const [time, node] of at) {
    if (time < from) continue;
    if (time > to) break;
    const stack: string[] = [];
    for (let one = nodes.get(node); one !== undefined; one = one.parent === undefined ? undefined : nodes.get(one.parent)) {
      const words = nameOf(one.callFrame);
      if (words !== null) stack.push(words);
    }
    let branch = root;
    const ms = (time - before) / 1000;
    before = time;
    branch.ms += ms;
    for (const words of stack.reverse()) {
      const next: Branch = branch.below.get(words) ?? { ms: 0, below: new Map() };
      branch.below.set(words, next);
      next.ms += ms;
      branch = next;
    }
  }
  const least = Math.max(2, root.ms / 14);
  // Of a chain of calls in which nearly all the time is the last one's, only the last is said.
  const print = (branch: Branch, depth: number): readonly string[] =>
    [...branch.below]
      .filter(([, { ms }]) => ms >= least)
      .sort((a, b) => b[1].ms - a[1].ms)
      .flatMap(([words, one]) => {
        const passes = [...one.below.values()].some(({ ms }) => ms > 0.85 * one.ms);
        return passes ? print(one, depth) : [`${"  ".repeat(depth)}${one.ms.toFixed(0)} ${words}`, ...print(one, depth + 1)];
      });
  return print(root, 0);
}

function nameOf({ functionName, url = "", lineNumber = 0, columnNumber = 0 }: Frame): string | null {
  if (functionName === "(root)") return null;
  const file = url.split("/").at(-1) ?? "";
  return file === "" ? functionName : `${functionName === "" ? "(anonymous)" : functionName} ${file}:${lineNumber + 1}:${columnNumber + 1}`;
}
