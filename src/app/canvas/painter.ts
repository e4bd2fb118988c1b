/**
 * The page's side of the painter: gives the canvas to the render worker where the browser allows it, else runs the
 * same renderer here. A clock message starts or stops play; no message is sent per frame.
 */
import type { Attention, Choreography, Kept, Palette, Shade, ShowClock, Tally, Tracked, Viewport } from "../../scene/contract.ts";
import { sentCrowd } from "../../scene/crowd-wire.ts";
import type { PaintMessage, Renderer, RendererHost } from "../../scene/paint/renderer.ts";
import type { Scene } from "../../scene/scene.ts";
import type { FontSource, FromRenderWorker, ToRenderWorker } from "../../worker/rendering.ts";
import { createOutbox } from "./outbox.ts";
import { makeRenderWorker } from "./render-worker.ts";

export interface PainterOptions {
  readonly palette: Palette;
  /** Fonts by absolute address or as files; the worker cannot see the page's. */
  readonly fonts?: readonly FontSource[];
  /** Makes the render worker. Default: this build's own. null: draw in the page. */
  readonly worker?: (() => Worker) | null;
  /** The first picture stands. */
  readonly onReady?: () => void;
  /** The worker failed after it had the canvas: the caller mounts a new canvas and asks again with `worker: null`. */
  readonly onLost?: (error: string) => void;
}

export interface Painter {
  readonly inWorker: boolean;
  /** `moves`: a relayout, shown as movement. */
  setScene(scene: Scene | null, moves?: boolean): void;
  setJourney(choreography: Choreography | null): void;
  setTally(tally: Tally | null): void;
  /** What the conntrack tables of the nodes in sight hold; null: not said. */
  setTracked(tracked: readonly Tracked[] | null): void;
  setClock(clock: ShowClock): void;
  setViewport(viewport: Viewport): void;
  setPalette(palette: Palette): void;
  setAttention(attention: Attention): void;
  /** What stays at full ink while the rest is dimmed; null: everything. */
  setKept(kept: Kept | null): void;
  /** What the squares of a large cluster show. */
  setShade(shade: Shade): void;
  /** Stops drawing. A canvas that was given to a worker cannot be used again. */
  dispose(): void;
}

/** How long a worker may take to answer before it counts as dead, ms. */
const ALIVE_MS = 4000;
const TRY_AGAIN_MS = 2000;

/** Makes a painter for a canvas that has no context yet. */
export function createPainter(canvas: HTMLCanvasElement, options: PainterOptions): Painter {
  const port = (options.worker === null ? null : workerPort(canvas, options)) ?? pagePort(canvas, options);
  const onVisibility = (): void => port.send({ kind: "visible", visible: document.visibilityState !== "hidden" });
  document.addEventListener("visibilitychange", onVisibility);
  port.send({ kind: "palette", palette: options.palette });
  return {
    inWorker: port.inWorker,
    setScene: (scene, moves = false) => port.send({ kind: "scene", scene: scene === null ? null : drawnOf(scene), moves }),
    setJourney: (choreography) => port.send({ kind: "journey", choreography }),
    setTally: (tally) => port.send({ kind: "tally", tally }),
    setTracked: (tracked) => port.send({ kind: "tracked", tracked }),
    setClock: (clock) => port.send({ kind: "clock", clock }),
    setViewport: (viewport) => port.send({ kind: "viewport", viewport }),
    setPalette: (palette) => port.send({ kind: "palette", palette }),
    setAttention: (attention) => port.send({ kind: "attention", attention }),
    setKept: (kept) => port.send({ kind: "kept", kept }),
    setShade: (shade) => port.send({ kind: "shade", shade }),
    dispose() {
      document.removeEventListener("visibilitychange", onVisibility);
      port.close();
    },
  };
}

/** A scene without what no painter reads, and what would be copied with it. */
function drawnOf(scene: Scene): Scene {
  return { ...scene, slots: {}, folded: { nodes: [], services: [], pods: [] } };
}

interface Port {
  readonly inWorker: boolean;
  send(message: PaintMessage): void;
  close(): void;
}

/** A worker that owns the canvas; null where there is no OffscreenCanvas or no worker can be made. */
function workerPort(canvas: HTMLCanvasElement, options: PainterOptions): Port | null {
  if (typeof canvas.transferControlToOffscreen !== "function" || typeof Worker === "undefined") return null;
  let worker: Worker;
  try {
    worker = (options.worker ?? makeRenderWorker)();
  } catch {
    return null;
  }
  const offscreen = canvas.transferControlToOffscreen();
  const lost = (error: string): void => {
    clearTimeout(timer);
    worker.terminate();
    options.onLost?.(error);
  };
  const timer = setTimeout(() => lost("the render worker did not answer"), ALIVE_MS);
  worker.addEventListener("error", (event) => lost(event.message === "" ? "the render worker could not start" : event.message));
  worker.addEventListener("message", (event: MessageEvent<FromRenderWorker>) => {
    const message = event.data;
    if (message.kind === "alive") clearTimeout(timer);
    else if (message.kind === "first") options.onReady?.();
    else lost(message.error);
  });
  const post = (message: ToRenderWorker, transfer: Transferable[] = []): void => worker.postMessage(message, transfer);
  post({ kind: "canvas", canvas: offscreen, fonts: options.fonts ?? [] }, [offscreen]);
  let sent: Scene | null = null;
  const paint = (message: PaintMessage): void => {
    if (message.kind !== "scene") return post({ kind: "paint", message });
    const { scene } = message;
    const before = sent;
    sent = scene?.crowd == null ? null : scene;
    if (scene === null || sent === null) return post({ kind: "paint", message });
    post({ kind: "paint", message: { ...message, scene: { ...scene, crowd: null } }, crowd: sentCrowd(before, scene) });
  };
  const outbox = createOutbox(paint, anotherTask());
  return {
    inWorker: true,
    send: (message) => outbox.send(message),
    close() {
      outbox.close();
      clearTimeout(timer);
      worker.terminate();
    },
  };
}

/** A message channel: a timer of 0 ms may be stretched, and starves in background tabs. */
function anotherTask(): (callback: () => void) => void {
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}

/**
 * The same renderer in the page. The page's own fonts serve it. It is not in the page's first script, since hardly any
 * browser needs it: until it has come, what it is told waits.
 */
function pagePort(canvas: HTMLCanvasElement, options: PainterOptions): Port {
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("the canvas gives no 2D context");
  let first = true;
  let closed = false;
  let renderer: Renderer | null = null;
  const waiting: PaintMessage[] = [];
  const host: RendererHost = {
    surface: { canvas, context },
    createSurface(width, height) {
      const bitmap = document.createElement("canvas");
      bitmap.width = width;
      bitmap.height = height;
      const context = bitmap.getContext("2d", { alpha: false });
      return context === null ? null : { canvas: bitmap, context };
    },
    now: () => performance.timeOrigin + performance.now(),
    requestFrame: (callback) => void requestAnimationFrame(callback),
    drawn() {
      if (first) options.onReady?.();
      first = false;
    },
  };
  const begin = async (): Promise<void> => {
    const { createRenderer } = await import("../../scene/paint/renderer.ts");
    if (closed) return;
    const made = createRenderer(host);
    renderer = made;
    for (const message of waiting) made.receive(message);
    // text drawn before a font has loaded used its fallback
    const families = ['12px "Inter Variable"', '12px "JetBrains Mono Variable"'];
    void Promise.allSettled(families.map((font) => document.fonts?.load(font))).then(() => made.receive({ kind: "fonts" }));
  };
  // A line that broke: there is no picture without it, so it is tried again for as long as one is wanted.
  const tryBegin = (): void => void begin().catch(() => closed || setTimeout(tryBegin, TRY_AGAIN_MS));
  tryBegin();
  return {
    inWorker: false,
    send: (message) => (renderer === null ? void waiting.push(message) : renderer.receive(message)),
    close() {
      closed = true;
      renderer?.dispose();
    },
  };
}
