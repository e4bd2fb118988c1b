/** Spans watched again: moment by moment as it was, and the run untouched. */
import { describe, expect, test } from "vitest";
import type { SimulationFacade } from "../core/simulation/contract.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import { web } from "../core/simulation/testing.ts";
import type { Command, FromWorker, Reply, SpanRecord, Update } from "./protocol.ts";
import { SimulationSession } from "./session.ts";

const files = (text: string): readonly { name: string; text: string }[] => [{ name: "web.yaml", text }];

class Page {
  readonly posted: FromWorker[] = [];
  run: SimulationFacade | null = null;
  private readonly tasks: (() => void)[] = [];
  private readonly timers: { readonly at: number; readonly callback: () => void }[] = [];
  private nowMs = 0;
  private lastId = 0;
  private readonly session = new SimulationSession(
    {
      post: (message) => this.posted.push(message),
      now: () => this.nowMs,
      soon: (callback) => this.tasks.push(callback),
      later: (callback, ms) => this.timers.push({ at: this.nowMs + ms, callback }),
    },
    (options) => (this.run = createSimulation(options)),
  );

  ask(command: Command): Reply {
    const id = ++this.lastId;
    this.session.handle({ id, command });
    for (;;) {
      const next = this.tasks.shift() ?? this.timers.shift()?.callback;
      if (next === undefined) break;
      this.nowMs += 20;
      next();
    }
    const reply = this.posted.findLast((message) => message.kind === "reply" && message.id === id);
    if (reply?.kind !== "reply") throw new Error(`no reply to ${id}`);
    return reply.reply;
  }

  get spans(): readonly number[] {
    return this.posted.findLast((message): message is Update => message.kind === "update")?.spans ?? [];
  }

  watch(position: number): SpanRecord {
    const reply = this.ask({ kind: "span", position });
    if (reply.kind !== "span" || reply.span === null) throw new Error(`no span at ${position}: ${JSON.stringify(reply)}`);
    return reply.span;
  }
}

/** `1.023 web-a terminating; slice 2/3`: what each moment says. */
function tellingsOf({ at: begins, moments }: SpanRecord): readonly string[] {
  return moments.map(({ at, events }) => {
    const words = events.map((event) => {
      switch (event.kind) {
        case "pod":
          return `${event.pod.slice(0, 11)} ${event.what}`;
        case "slice":
          return `slice ${event.ready}/${event.total}`;
        case "sync":
          return "sync";
        default:
          return event.kind;
      }
    });
    return `${((at - begins) / 1e9).toFixed(1)} ${[...new Set(words)].join("; ")}`;
  });
}

const started = (): Page => {
  const page = new Page();
  page.ask({ kind: "start", files: files(web()), seed: 1, actions: [] });
  return page;
};
const webPod = (page: Page): string => page.run?.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";

describe("the span of a deleted Pod", () => {
  test("shows it terminating, its endpoint leaving, each node's rules, and the new Pod", () => {
    const page = started();
    page.ask({ kind: "perform", action: { kind: "delete-pod", pod: webPod(page) } });
    const [position = -1] = page.spans;
    const span = page.watch(position);
    const [before, ...after] = span.moments;
    const states = (moment: SpanRecord["moments"][number] | undefined): string =>
      (moment?.cluster.pods ?? [])
        .filter(({ name }) => name.startsWith("web-"))
        .map(({ state }) => state)
        .sort()
        .join(" ");
    expect(states(before)).toBe("ready ready ready");
    expect(states(after[0])).toBe("ready ready starting terminating");
    expect(after.some(({ cluster }) => cluster.nodes.some(({ changesBehind }) => changesBehind > 0))).toBe(true);
    expect(states(after.at(-1))).toBe("ready ready ready");
    const told = tellingsOf(span).join("\n");
    expect(told).toContain("terminating");
    expect(told).toContain("slice 2/3");
    expect(told).toContain("deleted");
    expect(span.moments.map(({ at }) => at)).toEqual(span.moments.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(span.moments.at(-1)?.at).toBe(span.endsAt);
  });

  test("ends in the cluster as it is, and leaves the run as it was", () => {
    const page = started();
    page.ask({ kind: "perform", action: { kind: "delete-pod", pod: webPod(page) } });
    page.ask({ kind: "send", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web", count: 3 } });
    const [position = -1] = page.spans;
    const hash = page.run?.hash();
    const view = page.run?.view();
    const span = page.watch(position);
    expect(page.run?.hash()).toBe(hash);
    expect(span.moments.at(-1)?.cluster.pods).toEqual(view?.pods);
    expect(span.moments.at(-1)?.cluster.slices).toEqual(view?.slices);
    // A second look is the same look.
    expect(page.watch(position)).toEqual(span);
    expect(page.run?.hash()).toBe(hash);
    expect(page.posted.filter((message) => message.kind === "failed")).toEqual([]);
  });

  test("shares from moment to moment what did not change", () => {
    const page = started();
    page.ask({ kind: "perform", action: { kind: "delete-pod", pod: webPod(page) } });
    const { moments } = page.watch(page.spans[0] ?? -1);
    const client = moments.map(({ cluster }) => cluster.pods.find(({ name }) => name === "client"));
    expect(new Set(client).size).toBe(1);
  });
});

describe("which changes can be watched", () => {
  test("edits too; a line that is typed in has one span, from before its first letter", () => {
    const page = started();
    page.ask({ kind: "apply", files: files(web({ replicas: 30 })) });
    page.ask({ kind: "apply", files: files(web({ replicas: 4 })) });
    expect(page.spans).toHaveLength(1);
    const { moments } = page.watch(page.spans[0] ?? -1);
    const counts = moments.map(({ cluster }) => cluster.pods.filter(({ name }) => name.startsWith("web-")).length);
    expect(Math.max(...counts)).toBe(4);
    expect(counts[0]).toBe(3);
  });

  test("an action that was taken back cannot, nor a text that changes nothing", () => {
    const page = started();
    page.ask({ kind: "apply", files: files(`# nothing\n${web()}`) });
    expect(page.spans).toEqual([]);
    page.ask({ kind: "perform", action: { kind: "cordon", node: "node-1" } });
    expect(page.spans).toHaveLength(1);
    page.ask({ kind: "take-back" });
    expect(page.spans).toEqual([]);
    expect(page.ask({ kind: "span", position: 0 })).toEqual({ kind: "span", span: null });
  });

  test("the last twenty", () => {
    const page = started();
    for (let i = 0; i < 24; i++) page.ask({ kind: "perform", action: { kind: i % 2 === 0 ? "cordon" : "uncordon", node: "node-1" } });
    expect(page.spans).toHaveLength(20);
    expect(page.watch(page.spans[0] ?? -1).what).toBe("node-1 cordoned");
  });

  test("actions of a link as well", () => {
    const page = new Page();
    const actions = [{ at: 60e9, action: { kind: "cordon", node: "node-1" } }] as const;
    page.ask({ kind: "start", files: files(web()), seed: 1, actions });
    expect(page.spans).toHaveLength(1);
  });
});
