/** The simulation in Node: from text to a settled cluster, one letter more, a request, a picture. */
import { createSimulation } from "../src/core/simulation/simulation.ts";
import type { Simulation } from "../src/core/simulation/simulation.ts";
import type { Journey } from "../src/core/network/trace.ts";
import { choreograph } from "../src/scene/choreography.ts";
import { buildScene } from "../src/scene/layout.ts";
import type { Scene } from "../src/scene/scene.ts";
import { clusterOf } from "./cluster.ts";
import { median, note, type Row } from "./report.ts";

const SIZES = [3, 100, 1_000, 5_000];
const REQUESTS = 300;

export function benchCore(): readonly Row[] {
  const rows: Row[] = [];
  for (const pods of SIZES) {
    const files = clusterOf(pods);
    const { simulation, ms } = started(pods);
    note(rows, `${pods} Pods: text to settled cluster`, ms, "ms");
    note(rows, `${pods} Pods: one value in the text changed, to settled`, median(edits(simulation, files[0]?.text ?? "")), "ms");
    const requests = requestsIn(simulation);
    note(rows, `${pods} Pods: requests, look-up to last packet, all traces kept`, requests.perSecond, "a second");
    note(rows, `${pods} Pods: scene`, median(times(5, () => sceneOf(simulation))), "ms");
    note(rows, `${pods} Pods: choreography of a request`, median(times(9, () => tell(simulation, requests.journey))), "ms");
  }
  return rows;
}

function started(pods: number): { readonly simulation: Simulation; readonly ms: number } {
  const begun = performance.now();
  const simulation = createSimulation({ files: clusterOf(pods) });
  simulation.settle();
  const ms = performance.now() - begun;
  const made = simulation.view().pods.filter((pod) => pod.role === "server" && pod.state === "ready").length;
  if (made !== pods) throw new Error(`${pods} Pods wanted, ${made} are ready`);
  return { simulation, ms };
}

/** The first Service's port, to and fro. */
function edits(simulation: Simulation, text: string): readonly number[] {
  return Array.from({ length: 8 }, (_, i) => {
    const next = i % 2 === 0 ? text.replace("- port: 80\n", "- port: 81\n") : text;
    const begun = performance.now();
    const { applied } = simulation.apply([{ name: "cluster.yaml", text: next }]);
    simulation.settle();
    simulation.view();
    if (!applied) throw new Error("the edit was not applied");
    return performance.now() - begun;
  });
}

function requestsIn(simulation: Simulation): { readonly perSecond: number; readonly journey: Journey } {
  const send = (count: number): readonly number[] => {
    const sent = simulation.send({ from: { kind: "pod", pod: "default/debug" }, to: "http://web-0", count });
    if ("error" in sent) throw new Error(sent.error);
    simulation.settle();
    return sent;
  };
  send(20);
  const begun = performance.now();
  const ids = send(REQUESTS);
  const spent = performance.now() - begun;
  const journey = simulation.journey(ids.at(-1) ?? 0);
  if (journey?.outcome.kind !== "delivered") throw new Error("the last request did not arrive");
  return { perSecond: (REQUESTS / spent) * 1000, journey };
}

function sceneOf(simulation: Simulation): Scene {
  return buildScene(simulation.view(), {
    width: 1280,
    focus: "default/web-0",
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
  });
}

function tell(simulation: Simulation, journey: Journey): unknown {
  const view = simulation.view();
  return choreograph({ journey, view, scene: sceneOf(simulation) });
}

function times(count: number, run: () => unknown): readonly number[] {
  return Array.from({ length: count }, () => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
}
