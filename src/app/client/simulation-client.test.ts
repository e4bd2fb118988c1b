import { describe, expect, test } from "vitest";
import type { FromWorker, Request } from "../../worker/protocol.ts";
import { SimulationClient, type ClientEvents, type Engine } from "./simulation-client.ts";

function bench(): {
  client: SimulationClient;
  engines: { posted: Request[]; say: (message: FromWorker) => void; die: () => void; stopped: boolean }[];
  log: string[];
  passMs: (ms: number) => void;
} {
  let now = 0;
  let look = (): void => {};
  const log: string[] = [];
  const engines: ReturnType<typeof bench>["engines"] = [];
  const events: ClientEvents = {
    update: (update) => log.push(`update ${update.applied}`),
    forked: (at) => log.push(`forked at ${at}`),
    progress: (pods) => log.push(`reading ${pods}`),
    failed: (error) => log.push(`failed ${error}`),
    restarted: (why) => log.push(`restarted ${why}`),
  };
  const client = new SimulationClient(
    (say, died) => {
      const made = { posted: [] as Request[], say, die: () => died("gone"), stopped: false };
      engines.push(made);
      const engine: Engine = { replaceable: true, post: (request) => made.posted.push(request), stop: () => (made.stopped = true) };
      return engine;
    },
    events,
    { now: () => now, every: (callback) => ((look = callback), () => {}) },
  );
  return {
    client,
    engines,
    log,
    passMs: (ms) => {
      for (let t = 0; t < ms; t += 1_000) {
        now += 1_000;
        look();
      }
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe("SimulationClient", () => {
  test("a reply reaches the request with its number", async () => {
    const { client, engines } = bench();
    const first = client.request({ kind: "journey", id: 1 });
    const second = client.request({ kind: "journey", id: 2 });
    await settle();
    expect(engines[0]?.posted.map((request) => request.id)).toEqual([1, 2]);
    engines[0]?.say({ kind: "reply", id: 2, reply: { kind: "refused", error: "two" } });
    engines[0]?.say({ kind: "reply", id: 1, reply: { kind: "refused", error: "one" } });
    expect(await first).toEqual({ kind: "refused", error: "one" });
    expect(await second).toEqual({ kind: "refused", error: "two" });
  });

  test("a stuck engine is replaced once, and late words of the old one are dropped", async () => {
    const { client, engines, log, passMs } = bench();
    const lost = client.request({ kind: "journey", id: 1 });
    await settle();
    passMs(12_000);
    await settle();
    expect(engines).toHaveLength(2);
    expect(engines[0]?.stopped).toBe(true);
    expect(log).toEqual(["restarted stuck"]);
    expect((await lost).kind).toBe("failed");
    engines[0]?.say({ kind: "failed", error: "late" });
    expect(log).toEqual(["restarted stuck"]);
  });

  test("an engine that still answers others is not stuck", async () => {
    const { client, engines, log, passMs } = bench();
    void client.request({ kind: "journey", id: 1 });
    const { id } = client.numbered({ kind: "journey", id: 2 });
    await settle();
    passMs(8_000);
    engines[0]?.say({ kind: "reply", id, reply: { kind: "done" } });
    passMs(8_000);
    expect(log).toEqual([]);
    passMs(4_000);
    expect(log).toEqual(["restarted stuck"]);
  });

  test("an engine that says how far it is is not stuck, and one with many Pods may take longer between two words", async () => {
    const { client, engines, log, passMs } = bench();
    void client.request({ kind: "journey", id: 1 });
    await settle();
    passMs(9_000);
    engines[0]?.say({ kind: "progress", pods: 20_000 });
    passMs(19_000);
    expect(log).toEqual(["reading 20000"]);
    passMs(4_000);
    expect(log).toEqual(["reading 20000", "restarted stuck"]);
  });

  test("an engine that was given much to read may take longer", async () => {
    const { client, log, passMs } = bench();
    void client.request({ kind: "start", files: [{ name: "cluster.yaml", text: "x".repeat(5_000_000) }], seed: 1, actions: [] });
    await settle();
    passMs(29_000);
    expect(log).toEqual([]);
    passMs(3_000);
    expect(log).toEqual(["restarted stuck"]);
  });

  test("an engine that dies is replaced", async () => {
    const { engines, log } = bench();
    await settle();
    engines[0]?.die();
    await settle();
    expect(log).toEqual(["restarted died"]);
    expect(engines).toHaveLength(2);
  });
});
