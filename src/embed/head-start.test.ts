import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SCENARIOS, type Scenario } from "../app/scenarios/index.ts";
import { workspaceOfScenario } from "../app/state/scenario-workspace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { Command, FromWorker, Request, Update } from "../worker/protocol.ts";
import { SimulationSession } from "../worker/session.ts";
import { AT_ONCE } from "./at-once.ts";
import { headStart } from "./head-start.ts";
import { unpack } from "./packed.ts";
import { contents, packedRecordings, withoutContents } from "./record.ts";
import type { Recording } from "./recording.ts";

/** As the page has them: packed by the build, unpacked by the engine. */
const recordings = unpack(packedRecordings()) as readonly Recording[];

/** A page whose simulator arrives when the test says so; time passes when the test says so. */
function page() {
  const heard: FromWorker[] = [];
  const later: (() => void)[] = [];
  const arrivals: (() => void)[] = [];
  const engine = headStart(recordings, {
    listener: (message) => void heard.push(message),
    later: (callback) => void later.push(callback),
    live: (listener) =>
      new Promise((resolve) => {
        arrivals.push(() => {
          const host = {
            post: listener,
            now: () => performance.now(),
            soon: (callback: () => void) => void setTimeout(callback, 0),
            later: (callback: () => void, ms: number) => void setTimeout(callback, ms),
          };
          const session = new SimulationSession(host, createSimulation);
          resolve({ replaceable: false, post: (request: Request) => session.handle(request), stop: () => {} });
        });
      }),
  });
  let id = 10;
  const post = (command: Command): number => {
    engine.post({ id: ++id, command });
    return id;
  };
  const until = async (holds: () => boolean): Promise<void> => {
    const end = performance.now() + 20_000;
    while (!holds() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(holds()).toBe(true);
  };
  return { heard, later, arrivals, post, until };
}

const beginning = (scenario: Scenario = SCENARIOS[0]!): { readonly start: Command; readonly send: Command } => {
  const { files, seed, actions, request } = workspaceOfScenario(scenario);
  return {
    start: { kind: "start", files, seed, actions },
    send: { kind: "send", request: { from: request.from!, to: request.to, count: request.count } },
  };
};
const updates = (heard: readonly FromWorker[]): readonly Update[] => heard.filter((message) => message.kind === "update");
const journeys = (heard: readonly FromWorker[]) => updates(heard).flatMap((update) => update.journeys);

test("the first script knows what every scenario is called, those that begin at once and those that come later", () => {
  expect(SCENARIOS).toEqual(expect.arrayContaining([...AT_ONCE]));
  expect(Object.entries(contents())).toEqual(SCENARIOS.map(({ id, title, words }) => [id, [title, words]]));
});

test.each(AT_ONCE.map((scenario) => [scenario.id, scenario] as const))(
  "%s: the recording is what the simulator says",
  async (_id, scenario) => {
    const { start, send } = beginning(scenario);
    const recorded = page();
    recorded.post(start);
    recorded.post(send);
    expect(recorded.arrivals).toHaveLength(0);
    const live = page();
    // Another seed is on no recording, so this page waits for the simulator; then it hears the scenario's own beginning.
    live.post({ kind: "start", files: [], seed: 99, actions: [] });
    live.arrivals[0]!();
    await live.until(() => updates(live.heard).length > 0);
    live.heard.length = 0;
    live.post(start);
    live.post(send);
    await live.until(() => journeys(live.heard).length === journeys(recorded.heard).length);
    expect(JSON.parse(JSON.stringify(journeys(live.heard.map(withoutContents))))).toEqual(
      JSON.parse(JSON.stringify(journeys(recorded.heard))),
    );
    expect(updates(live.heard).at(-1)!.now).toBe(updates(recorded.heard).at(-1)!.now);
  },
);

test("a scenario that is on no recording begins with the simulator", async () => {
  const scenario = SCENARIOS.find(({ id }) => !AT_ONCE.some((one) => one.id === id))!;
  const { heard, arrivals, post, until } = page();
  const { start, send } = beginning(scenario);
  post(start);
  post(send);
  expect(heard).toHaveLength(0);
  arrivals[0]!();
  await until(() => journeys(heard).length === scenario.request.count);
});

test("answers carry the page's own request numbers", () => {
  const { heard, post } = page();
  const { start, send } = beginning();
  const started = post(start);
  const sent = post(send);
  expect(heard.filter((message) => message.kind === "reply").map((reply) => reply.id)).toEqual([started, sent]);
  expect(updates(heard).map((update) => update.applied)).toEqual(updates(heard).map(() => started));
});

test("the simulator catches up unheard, then goes on where the recording ended", async () => {
  const { heard, later, arrivals, post, until } = page();
  const { start, send } = beginning();
  post(start);
  post(send);
  const told = heard.length;
  later[0]!();
  const again = post(send);
  expect(heard).toHaveLength(told);
  arrivals[0]!();
  await until(() => journeys(heard).length === 2);
  expect(
    heard
      .slice(told)
      .filter((message) => message.kind === "reply")
      .map((reply) => reply.id),
  ).toEqual([again]);
  expect(journeys(heard).map(({ id }) => id)).toEqual([1, 2]);
});

test("what is on no recording waits for the simulator, in order", async () => {
  const { heard, arrivals, post, until } = page();
  const { start } = beginning();
  const first = post({ ...start, seed: 7 } as Command);
  const second = post({ kind: "conntrack", node: "node-1" });
  expect(heard).toHaveLength(0);
  arrivals[0]!();
  await until(() => heard.filter((message) => message.kind === "reply").length === 2);
  expect(heard.filter((message) => message.kind === "reply").map((reply) => reply.id)).toEqual([first, second]);
});

test("docs/embedding.md names the scenarios that begin at once", () => {
  const page = readFileSync(new URL("../../docs/embedding.md", import.meta.url), "utf8");
  const named = /the title of every scenario, and for ([^]*?) manifests and/.exec(page)?.[1] ?? "";
  expect([...named.matchAll(/`([a-z-]+)`/g)].map(([, id]) => id)).toEqual(AT_ONCE.map(({ id }) => id));
});
