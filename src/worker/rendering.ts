/**
 * Drawing in a worker: a painter on an OffscreenCanvas, so that a busy page never makes a packet stutter. A thin shell
 * around scene/paint/renderer.ts; the page runs the same code where no worker is to be had.
 */
import type { Crowd } from "../scene/crowd.ts";
import { takenCrowd, type SentCrowd } from "../scene/crowd-wire.ts";
import { createRenderer } from "../scene/paint/renderer.ts";
import type { PaintMessage, Renderer } from "../scene/paint/renderer.ts";

export interface FontSource {
  readonly family: string;
  /** An absolute address, or the font file itself. */
  readonly source: string | ArrayBuffer;
  /** `100 900` for a variable font. */
  readonly weight?: string;
}

export type ToRenderWorker =
  | { readonly kind: "canvas"; readonly canvas: OffscreenCanvas; readonly fonts: readonly FontSource[] }
  /** `crowd`: that of the message's scene, as far as it is new. */
  | { readonly kind: "paint"; readonly message: PaintMessage; readonly crowd?: SentCrowd };

/** `alive` answers the canvas, so that a page whose worker never starts can tell. `first`: something was drawn. */
export type FromRenderWorker =
  | { readonly kind: "alive" }
  | { readonly kind: "first" }
  | { readonly kind: "failed"; readonly error: string };

/** What this file uses of DedicatedWorkerGlobalScope; the DOM library types `self` as a window. */
export interface WorkerScope {
  postMessage(message: FromRenderWorker): void;
  requestAnimationFrame?(callback: () => void): number;
  setTimeout(callback: () => void, ms: number): number;
  addEventListener(type: "message", listener: (event: MessageEvent<ToRenderWorker>) => void): void;
  readonly fonts?: FontFaceSet;
}

/** How long the first picture waits for its fonts, ms; after that it is drawn with fallbacks and again when they come. */
const FONTS_MS = 500;

/** Runs the renderer in a worker's global scope. render.worker.ts calls it, and so may a classic worker made from a script's own text. */
export function serveRendering(scope: WorkerScope): void {
  let renderer: Renderer | null = null;
  let first = true;
  let fontsSettled = false;
  let crowd: Crowd | null = null;
  /** The scene whole again. */
  const whole = (message: PaintMessage, sent: SentCrowd | undefined): PaintMessage => {
    if (message.kind !== "scene") return message;
    crowd = sent === undefined ? null : takenCrowd(crowd, sent);
    return message.scene === null || crowd === null ? message : { ...message, scene: { ...message.scene, crowd } };
  };
  const waiting: (() => void)[] = [];
  const answer = scope.postMessage.bind(scope);
  scope.addEventListener("message", (event) => {
    const message = event.data;
    try {
      if (message.kind === "paint") return renderer?.receive(whole(message.message, message.crowd));
      const context = message.canvas.getContext("2d", { alpha: false });
      if (context === null) throw new Error("this worker's canvas gives no 2D context");
      renderer = createRenderer({
        surface: { canvas: message.canvas, context },
        createSurface(width, height) {
          const canvas = new OffscreenCanvas(width, height);
          const context = canvas.getContext("2d", { alpha: false });
          return context === null ? null : { canvas, context };
        },
        now: () => performance.timeOrigin + performance.now(),
        requestFrame(callback) {
          const soon = (): void => void (scope.requestAnimationFrame?.(callback) ?? scope.setTimeout(callback, 16));
          if (fontsSettled) soon();
          else waiting.push(soon);
        },
        drawn() {
          if (first) answer({ kind: "first" });
          first = false;
        },
      });
      const begin = (): void => {
        fontsSettled = true;
        for (const soon of waiting.splice(0)) soon();
      };
      scope.setTimeout(begin, FONTS_MS);
      void loadFonts(message.fonts, scope.fonts).then((any) => {
        if (any) renderer?.receive({ kind: "fonts" });
        begin();
      });
      answer({ kind: "alive" });
    } catch (error) {
      answer({ kind: "failed", error: String(error) });
    }
  });
}

/** Loads fonts into this scope; a font that fails leaves its fallback in place. True when one arrived. */
async function loadFonts(sources: readonly FontSource[], fonts: FontFaceSet | undefined): Promise<boolean> {
  if (fonts === undefined || typeof FontFace === "undefined") return false;
  const loads = sources.map(async ({ family, source, weight }) => {
    const face = new FontFace(family, typeof source === "string" ? `url(${JSON.stringify(source)})` : source, {
      weight: weight ?? "100 900",
    });
    fonts.add(await face.load());
  });
  const done = await Promise.allSettled(loads);
  return done.some((one) => one.status === "fulfilled");
}
