/**
 * Frame times of the product's own painter: scene and choreographies of a simulated cluster, copied until so many
 * packets are on the way at any moment. bench/frames.ts drives it.
 */
import "../../src/app/tokens.css";
import { createPainter, type Painter } from "../../src/app/canvas/painter.ts";
import { createSimulation } from "../../src/core/simulation/simulation.ts";
import { choreograph } from "../../src/scene/choreography.ts";
import type { Choreography, Motion, Palette, Viewport } from "../../src/scene/contract.ts";
import { fit } from "../../src/scene/hit.ts";
import { buildScene } from "../../src/scene/layout.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { clusterOf, servicesOf } from "../cluster.ts";
import FramesWorker from "./frames.worker.ts?worker";

const WIDTH = 1280;
const HEIGHT = 800;
/** Different requests that are copied. */
const PATTERNS = 24;
/** One way from the whole cluster to a Pod and back. */
const GESTURE_MS = 2_500;
/** As scene/frame.ts: more than so many are bands. */
const PACKETS_MOST = 200;

export interface Frames {
  /** Milliseconds between frames, and what each took to draw. */
  readonly intervals: readonly number[];
  readonly took: readonly number[];
}

declare global {
  interface Window {
    /** Makes cluster, scene and requests. */
    prepare: (pods: number) => void;
    /** Plays so many packets. Resolves to how many are on the way on average, and whether bands are drawn for them. */
    begin: (packets: number, where: "worker" | "page") => Promise<{ readonly inFlight: number; readonly band: boolean }>;
    /** A hand that goes on panning and zooming, or stops. */
    panAndZoom: (on: boolean) => void;
    /** Frames since the last call. */
    collect: () => Promise<Frames>;
  }
}

let prepared: { readonly scene: Scene; readonly patterns: readonly Choreography[] } | null = null;
let painter: Painter | null = null;
let worker: Worker | null = null;
let canvas: HTMLCanvasElement | null = null;
let moving = false;
const drawn: [at: number, took: number][] = [];

// On the page's own thread the painter asks the page for its frames: each is timed. The hand below is no part of that.
const requestFrame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (callback) =>
  requestFrame((time) => {
    const begun = performance.now();
    callback(time);
    drawn.push([performance.timeOrigin + begun, performance.now() - begun]);
  });

window.prepare = (pods) => {
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
  prepared = { scene, patterns: sent.flatMap((journey) => (journey === null ? [] : [choreograph({ journey, view, scene })])) };
};

window.begin = async (packets, where) => {
  if (prepared === null) throw new Error("nothing is prepared");
  const { scene, patterns } = prepared;
  painter?.dispose();
  canvas?.remove();
  moving = false;
  const playing = traffic(patterns, packets);
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
    painter.setViewport(viewAt(scene, 0));
    painter.setScene(scene);
    painter.setJourney(playing);
    painter.setTally({ before: scene.pods.map(({ key }) => ({ pod: key, count: 7 })), arrivals: [] });
    painter.setClock({ playing: true, rate: 1, showMs: 0, stampedAt: performance.timeOrigin + performance.now() });
  });
  worker = made.worker;
  if (painter === null || (painter as Painter).inWorker !== (where === "worker"))
    throw new Error(`the painter does not run in the ${where}`);
  const inFlight = averageInFlight(playing);
  return { inFlight, band: inFlight > PACKETS_MOST };
};

window.panAndZoom = (on) => {
  moving = on;
  const begun = performance.now();
  const step = (): void => {
    if (!moving || prepared === null) return;
    painter?.setViewport(viewAt(prepared.scene, (performance.now() - begun) / GESTURE_MS));
    requestFrame(step);
  };
  if (on) requestFrame(step);
  else if (prepared !== null) painter?.setViewport(viewAt(prepared.scene, 0));
};

/** From the whole cluster (0) to a Pod at full size in its middle and back (1), off to the side on the way. */
function viewAt(scene: Scene, part: number): Viewport {
  const whole = fit(scene, WIDTH, HEIGHT);
  const near = (1 - Math.cos(2 * Math.PI * part)) / 2;
  const scale = whole.scale * Math.max(1, 1 / whole.scale) ** near;
  const x = scene.width * (0.5 + 0.2 * Math.sin(4 * Math.PI * part) * near);
  const y = scene.height * (0.5 + 0.2 * Math.sin(6 * Math.PI * part) * near);
  return { width: WIDTH, height: HEIGHT, scale, offsetX: WIDTH / 2 - x * scale, offsetY: HEIGHT / 2 - y * scale, devicePixelRatio: 1 };
}

window.collect = async () => {
  const frames = worker === null ? drawn.splice(0) : await fromWorker(worker);
  const times = frames.map(([at]) => at);
  return { intervals: times.slice(1).map((at, i) => at - (times[i] ?? at)), took: frames.map(([, took]) => took) };
};

function fromWorker(from: Worker): Promise<[number, number][]> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<[number, number][]>) => resolve(data);
    from.postMessage(port2, [port2]);
  });
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
  const measuredMs = 10_000;
  const copies = Math.round((packets * (measuredMs + length)) / length);
  const motions: Motion[] = [];
  for (let i = 0; i < copies; i++) {
    const walk = walks[i % walks.length] ?? [];
    const begins = Math.min(...walk.map((motion) => motion.startMs));
    const at = -length + (i / copies) * (measuredMs + length);
    for (const motion of walk)
      motions.push({ ...motion, journey: 1_000 + i, startMs: at + motion.startMs - begins, endMs: at + motion.endMs - begins, swap: null });
  }
  // and one that is told, with its label, stops and what gates say of it
  motions.push(...first.motions);
  motions.sort((a, b) => a.startMs - b.startMs);
  return { ...first, totalMs, motions };
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
