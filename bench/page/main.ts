/**
 * Frame times of the product's own painter: scene and choreographies of a simulated cluster, copied until so many
 * packets are on the way at any moment. bench/frames.ts drives it.
 */
import "../../src/app/tokens.css";
import { createPainter, type Painter } from "../../src/app/canvas/painter.ts";
import { createSimulation } from "../../src/core/simulation/simulation.ts";
import { choreograph } from "../../src/scene/choreography.ts";
import type { Choreography, Motion, Palette } from "../../src/scene/contract.ts";
import { fit } from "../../src/scene/hit.ts";
import { buildScene } from "../../src/scene/layout.ts";
import { clusterOf, servicesOf } from "../cluster.ts";
import FramesWorker from "./frames.worker.ts?worker";

const WIDTH = 1280;
const HEIGHT = 800;
/** Different requests that are copied. */
const PATTERNS = 24;

export interface Frames {
  /** Milliseconds between frames, and what each took to draw. */
  readonly intervals: readonly number[];
  readonly took: readonly number[];
  /** Share of the time that packets were on the way, and how many on average. */
  readonly inFlight: number;
}

declare global {
  interface Window {
    begin: (pods: number, packets: number, where: "worker" | "page") => Promise<number>;
    collect: () => Promise<Frames>;
  }
}

let painter: Painter | null = null;
let worker: Worker | null = null;
let canvas: HTMLCanvasElement | null = null;
let playing: Choreography | null = null;
const drawn: [number, number][] = [];

/** Makes cluster, scene and packets, and plays. Resolves to how many packets are on the way on average. */
window.begin = async (pods, packets, where) => {
  painter?.dispose();
  canvas?.remove();
  const simulation = createSimulation({ files: clusterOf(pods) });
  simulation.settle();
  const services = servicesOf(pods);
  const sent = Array.from({ length: PATTERNS }, (_, i) => {
    const ids = simulation.send({ from: { kind: "pod", pod: "default/debug" }, to: `http://web-${(i * 7) % services}`, count: 1 });
    if ("error" in ids) throw new Error(ids.error);
    simulation.settle();
    return simulation.journey(ids[0] ?? 0);
  });
  const view = simulation.view();
  const scene = buildScene(view, { width: WIDTH, focus: "default/web-0", previous: null, arrangement: "workbench", podDetail: "address" });
  const patterns = sent.flatMap((journey) => (journey === null ? [] : [choreograph({ journey, view, scene })]));
  playing = traffic(patterns, packets);

  canvas = document.createElement("canvas");
  document.body.append(canvas);
  drawn.length = 0;
  const made: { worker: Worker | null } = { worker: null };
  await new Promise<void>((ready) => {
    if (canvas === null) throw new Error("no canvas");
    painter = createPainter(canvas, {
      palette: palette(),
      worker: where === "page" ? null : () => (made.worker = new FramesWorker()),
      onReady: ready,
    });
    const shown = fit(scene, WIDTH, HEIGHT);
    painter.setViewport({ width: WIDTH, height: HEIGHT, ...shown, devicePixelRatio: 1 });
    painter.setScene(scene);
    painter.setJourney(playing);
    painter.setClock({ playing: true, rate: 1, showMs: 0, stampedAt: performance.timeOrigin + performance.now() });
  });
  worker = made.worker;
  if (painter === null || (painter as Painter).inWorker !== (where === "worker"))
    throw new Error(`the painter does not run in the ${where}`);
  if (worker === null) countHere();
  return averageInFlight(playing);
};

window.collect = async () => {
  const frames = worker === null ? drawn.splice(0) : await fromWorker(worker);
  const times = frames.map(([at]) => at);
  return {
    intervals: times.slice(1).map((at, i) => at - (times[i] ?? at)),
    took: frames.map(([, took]) => took),
    inFlight: playing === null ? 0 : averageInFlight(playing),
  };
};

function fromWorker(from: Worker): Promise<[number, number][]> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<[number, number][]>) => resolve(data);
    from.postMessage(port2, [port2]);
  });
}

/** On the page's own thread: a frame of the page is a frame of the painter. */
function countHere(): void {
  const step = (): void => {
    const at = performance.timeOrigin + performance.now();
    if (worker !== null) return;
    drawn.push([at, 0]);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/** The walks of first packets, begun evenly over time, so that about so many are on the way at any moment. */
function traffic(patterns: readonly Choreography[], packets: number): Choreography {
  const first = patterns[0];
  if (first === undefined) throw new Error("no request ended");
  const walks = patterns.map((pattern) => pattern.motions.filter((motion) => !motion.folded && motion.style === "traffic"));
  const lengths = walks.map((walk) => Math.max(...walk.map((motion) => motion.endMs)) - Math.min(...walk.map((motion) => motion.startMs)));
  const length = lengths.reduce((sum, one) => sum + one, 0) / lengths.length;
  const totalMs = 120_000;
  // Only what plays while it is measured.
  const measuredMs = 12_000;
  const copies = Math.round((packets * (measuredMs + length)) / length);
  const motions: Motion[] = [];
  for (let i = 0; i < copies; i++) {
    const walk = walks[i % walks.length] ?? [];
    const begins = Math.min(...walk.map((motion) => motion.startMs));
    const at = -length + (i / copies) * (measuredMs + length);
    for (const motion of walk)
      motions.push({ ...motion, journey: 1_000 + i, startMs: at + motion.startMs - begins, endMs: at + motion.endMs - begins, swap: null });
  }
  motions.sort((a, b) => a.startMs - b.startMs);
  return { ...first, totalMs, motions, cues: [], stops: [] };
}

function averageInFlight(choreography: Choreography): number {
  const samples = Array.from({ length: 20 }, (_, i) => 1_000 + i * 400);
  const count = (ms: number): number => choreography.motions.filter((motion) => motion.startMs <= ms && ms < motion.endMs).length;
  return samples.reduce((sum, ms) => sum + count(ms), 0) / samples.length;
}

function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const names = [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].flatMap((rule) => (rule instanceof CSSStyleRule ? [...rule.style].filter((name) => name.startsWith("--")) : [])),
  );
  return Object.fromEntries([...new Set(names)].map((name) => [name, style.getPropertyValue(name).trim()]));
}
