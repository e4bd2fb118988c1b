/** Same manifests, seed and actions: the same run, to the byte. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { goldenRun } from "./golden/golden-run.ts";
import { runText } from "./run-text.ts";
import { act, cluster, edit, send, sender, web } from "./testing.ts";

const GOLDEN = new URL("./golden/running-example.txt", import.meta.url);

test("the golden run", () => {
  const text = goldenRun();
  // KUBEHOP_WRITE_GOLDENS=1 writes the file anew; its diff is to be read.
  if (process.env["KUBEHOP_WRITE_GOLDENS"] === "1") writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
});

describe("a run", () => {
  test("is the same twice, and another with another seed", () => {
    const run = (seed: number): string => {
      const simulation = cluster(web(), { seed });
      send(simulation, "default/client", "http://web", { count: 3 });
      return runText(simulation);
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });

  test("does not depend on how it is cut into slices", () => {
    const whole = cluster(web());
    send(whole, "default/client", "http://web", { count: 5 });
    const sliced = cluster(web());
    sliced.send({ from: sender("default/client"), to: "http://web", count: 5 });
    while (sliced.advance(7)) sliced.view();
    expect(runText(sliced)).toBe(runText(whole));
  });

  test("looking changes nothing", () => {
    const simulation = cluster(web());
    send(simulation, "default/client", "http://web");
    const before = simulation.hash();
    simulation.view();
    simulation.rulesView("node-2", "IPv4");
    simulation.rulesText("node-3", "IPv6", true);
    simulation.conntrack("node-1");
    simulation.distribution({ from: sender("default/client"), to: "http://web" });
    simulation.distribution({ from: sender("outside/198.51.100.7"), to: "192.168.10.11:30080" });
    simulation.timeline();
    expect(simulation.hash()).toBe(before);
  });

  test("goes on from a checkpoint as it went on the first time, also with packets under way", () => {
    const simulation = cluster(web());
    send(simulation, "default/client", "http://web", { count: 4 });
    simulation.send({ from: sender("default/client"), to: "http://web", count: 4 });
    simulation.advance(33);
    const checkpoint = simulation.checkpoint();
    const at = simulation.hash();
    const goOn = (): string => {
      simulation.settle();
      edit(simulation, web({ replicas: 2 }));
      send(simulation, "default/client", "http://web", { count: 4 });
      return runText(simulation);
    };
    const first = goOn();
    simulation.restore(checkpoint);
    expect(simulation.hash()).toBe(at);
    expect(goOn()).toBe(first);
  });

  test("forks at a checkpoint", () => {
    const simulation = cluster(web());
    const checkpoint = simulation.checkpoint();
    edit(simulation, web({ selector: "other" }));
    simulation.restore(checkpoint);
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"));
    act(simulation, { kind: "delete-pod", pod: pod?.key ?? "" });
    expect(send(simulation, "default/client", "http://web", { count: 10 }).every(({ outcome }) => outcome.kind === "delivered")).toBe(true);
  });

  test("a text that cannot be read keeps the last good state, one that is refused its own object", () => {
    const simulation = cluster(web());
    const before = simulation.hash();
    const broken = simulation.apply([{ name: "test.yaml", text: `${web()}\n---\nkind: [` }]);
    expect(broken.applied).toBe(false);
    expect(broken.diagnostics[0]?.severity).toBe("error");
    expect(simulation.hash()).toBe(before);
    const refused = simulation.apply([{ name: "test.yaml", text: web({ port: "{ port: 70000 }" }) }]);
    expect(refused.applied).toBe(false);
    expect(refused.diagnostics[0]).toMatchObject({ severity: "error", field: "spec.ports[0].port" });
    expect(send(simulation, "default/client", "http://web")[0]?.outcome).toEqual({ kind: "delivered" });
  });
});
