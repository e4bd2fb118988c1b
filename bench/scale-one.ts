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
    const [begun, since] = [process.cpuUsage(), performance.now()];
    const result = work();
    const waited = performance.now() - since;
    const { user, system } = process.cpuUsage(begun);
    told(what, (user + system) / 1000, "ms");
    if (WAITED.has(what)) told(`${what}, as one waits for it`, waited, "ms");
    return result;
  };
  const memory = (what: string): void => {
    globalThis.gc?.();
    told(what, process.memoryUsage().heapUsed / 2 ** 20, "MiB");
  };
  const text = largeText(pods);
  const simulation = timed(SETTLED, () => createSimulation({ files: [{ name: "big.yaml", text }], recorded: true }));
  const view = timed("view", () => simulation.view());
  const ready = view.pods.filter(({ state }) => state === "ready").length;
  if (ready < pods) throw new Error(`${pods} Pods wanted, ${ready} are ready`);
  memory("memory of the simulation with its view");
  let bytes = 0;
  const wire = toWire((message) => void (bytes += serialize(message).length));
  timed("message to the page, written", () => wire(updateOf(view, simulation)));
  told("message to the page", bytes / 2 ** 20, "MiB");
  const scene = timed("scene", () => sceneOf(view, null));
  const replicas = Math.ceil(pods / SERVICES);
  timed(FEWER, () => {
    simulation.apply([{ name: "big.yaml", text: text.replace(`replicas: ${replicas},`, `replicas: ${replicas - 1},`) }]);
    simulation.view();
  });
  const after = simulation.view();
  bytes = 0;
  timed("its message, written", () => wire(updateOf(after, simulation)));
  told("its message", bytes / 2 ** 20, "MiB");
  timed("its scene", () => sceneOf(after, scene));
  memory("memory in use at the end, the page's part included");
  if (pods <= DUMP_MOST) {
    const dump = dumpOf(simulation);
    told("the same cluster as a dump in JSON", dump.length / 2 ** 20, "MiB");
    const read = timed("dump to settled cluster", () => createSimulation({ files: [{ name: "dump.json", text: dump }], recorded: true }));
    const dumped = timed("its view", () => read.view());
    if (dumped.pods.length !== after.pods.length) throw new Error(`${after.pods.length} Pods were dumped, ${dumped.pods.length} were read`);
  }
  return rows;
}

const SETTLED = "text to settled cluster";
const FEWER = "one Pod fewer in the text, to settled and view";
/** Of these also the time on the clock is told, which other work on the machine makes longer. */
const WAITED: ReadonlySet<string> = new Set([SETTLED, FEWER]);

/** A text has an end: that of some 100,000 Pods is longer than an engine's texts may be. */
const DUMP_MOST = 30_000;

/** What `kubectl get -o json` prints of it, indented as there. */
function dumpOf(simulation: Simulation): string {
  const kinds = ["Node", "Namespace", "Service", "EndpointSlice", "Deployment", "ReplicaSet", "ConfigMap", "Pod"];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: kinds.flatMap((kind) => simulation.objects(kind)) }, null, 4);
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
