/** One size of `scale.ts`, in a process of its own: prints its rows as JSON. */
import { serialize } from "node:v8";
import { createSimulation } from "../src/core/simulation/simulation.ts";
import type { Simulation } from "../src/core/simulation/simulation.ts";
import type { ClusterView } from "../src/core/simulation/view.ts";
import { buildScene } from "../src/scene/layout.ts";
import { CROWDS } from "../src/scene/packs.ts";
import type { Scene } from "../src/scene/scene.ts";
import type { FromWorker, Update } from "../src/worker/protocol.ts";
import { toWire } from "../src/worker/view-wire.ts";
import type { Row } from "./report.ts";
import { SERVICES, largeText } from "./scale.ts";

function measure(pods: number): readonly Row[] {
  const rows: Row[] = [];
  const told = (what: string, value: number, unit: string): void => void rows.push({ what: `${pods} Pods: ${what}`, value, unit });
  const timed = <T>(what: string, work: () => T): T => {
    const begun = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(begun);
    told(what, (user + system) / 1000, "ms");
    return result;
  };
  const text = largeText(pods);
  const simulation = timed("text to settled cluster", () => createSimulation({ files: [{ name: "big.yaml", text }], recorded: true }));
  const view = timed("view", () => simulation.view());
  const ready = view.pods.filter(({ state }) => state === "ready").length;
  if (ready < pods) throw new Error(`${pods} Pods wanted, ${ready} are ready`);
  let bytes = 0;
  const wire = toWire((message) => void (bytes += serialize(message).length));
  timed("message to the page, written", () => wire(updateOf(view, simulation)));
  told("message to the page", bytes / 2 ** 20, "MiB");
  const scene = timed("scene", () => sceneOf(view, null));
  const replicas = Math.ceil(pods / SERVICES);
  timed("one Pod fewer in the text, to settled and view", () => {
    simulation.apply([{ name: "big.yaml", text: text.replace(`replicas: ${replicas},`, `replicas: ${replicas - 1},`) }]);
    simulation.view();
  });
  const after = simulation.view();
  bytes = 0;
  timed("its message, written", () => wire(updateOf(after, simulation)));
  told("its message", bytes / 2 ** 20, "MiB");
  timed("its scene", () => sceneOf(after, scene));
  told("memory in use", process.memoryUsage().heapUsed / 2 ** 20, "MiB");
  return rows;
}

function sceneOf(view: ClusterView, before: Scene | null): Scene {
  return buildScene(view, {
    width: 985,
    height: 560,
    focus: "default/web-0",
    previous: before?.slots ?? null,
    arrangement: "workbench",
    podDetail: "address",
    crowds: CROWDS,
  });
}

/** What of an update is large. */
function updateOf(cluster: ClusterView, simulation: Simulation): FromWorker {
  const update: Pick<Update, "kind" | "cluster" | "timeline"> = { kind: "update", cluster, timeline: simulation.timeline() };
  return update as Update; // the rest is a few words
}

const [, , size] = process.argv;
console.log(JSON.stringify(measure(Number(size))));
