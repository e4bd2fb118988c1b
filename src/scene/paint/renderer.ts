/**
 * The loop behind a canvas, the same in a worker and on the page: keeps the last message of each kind, redraws the
 * structure bitmap when it must, and the moving layer when show time or attention moved. Frames are asked for only
 * while the clock plays or something changed. Time, frames and surfaces come from the host, so tests drive it by hand.
 */
import type { Attention, Box, Choreography, Kept, Palette, Shade, ShowClock, Tally, Tracked, Viewport } from "../contract.ts";
import { easeOut, easeTravel } from "../easing.ts";
import { frameAt } from "../frame.ts";
import type { Frame } from "../frame.ts";
import type { Level } from "../level.ts";
import { podCount, podsInSight } from "../lookup.ts";
import { levelAt } from "../map.ts";
import { frameBetween, sameThings, sceneBetween } from "../relayout.ts";
import type { Scene } from "../scene.ts";
import { showNow } from "../show-time.ts";
import { applyViewport, drawShapes, familiesOf, measureWith } from "./canvas.ts";
import type { Context } from "./canvas.ts";
import type { Shape } from "./shapes.ts";
import { movingShapes } from "./moving.ts";
import { structureParts, structureShapes } from "./structure.ts";

/** Everything a painter is told. Each message replaces the one of its kind before. */
export type PaintMessage =
  /** Things come, go and change over --dur-3. `moves`: a relayout; they go to their new places over --dur-4. */
  | { readonly kind: "scene"; readonly scene: Scene | null; readonly moves?: boolean }
  | { readonly kind: "journey"; readonly choreography: Choreography | null }
  /** What the Pods have answered, before and while the journey is on show. */
  | { readonly kind: "tally"; readonly tally: Tally | null }
  /** What the conntrack tables of the nodes in sight hold, where they are seen closely. */
  | { readonly kind: "tracked"; readonly tracked: readonly Tracked[] | null }
  | { readonly kind: "clock"; readonly clock: ShowClock }
  | { readonly kind: "viewport"; readonly viewport: Viewport }
  | { readonly kind: "palette"; readonly palette: Palette }
  | { readonly kind: "attention"; readonly attention: Attention }
  /** What stays at full ink; null: everything. */
  | { readonly kind: "kept"; readonly kept: Kept | null }
  /** What the squares of a large cluster show. */
  | { readonly kind: "shade"; readonly shade: Shade }
  /** Draws nothing while the page is hidden. */
  | { readonly kind: "visible"; readonly visible: boolean }
  /** Fonts arrived: widths measured before are wrong. */
  | { readonly kind: "fonts" };

export interface Surface {
  readonly canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly context: Context;
}

export interface RendererHost {
  readonly surface: Surface;
  /** A second bitmap of this size in device px; null where there is none to be had, then all is drawn each frame. */
  createSurface(width: number, height: number): Surface | null;
  /** performance.timeOrigin + performance.now(). */
  now(): number;
  requestFrame(callback: () => void): void;
  /** Called after each drawn frame. */
  drawn?(showMs: number): void;
}

export interface Renderer {
  receive(message: PaintMessage): void;
  dispose(): void;
}

interface Bitmap {
  readonly surface: Surface;
  readonly viewport: Viewport;
}

/** The next picture at rest, on its way. */
interface Growing extends Bitmap {
  readonly level: Level;
  readonly parts: Iterator<readonly Shape[], void, void>;
}

/** Redrawing so few Pods costs less than a person can see; where more are in sight a gesture only moves the bitmap. */
const REDRAW_PODS = 150;
/**
 * Of such a crowd the picture at rest is drawn in parts, about so many ms of a frame; meanwhile the one before shows, so that
 * packets move on.
 */
const PART_MS = 6;
/** A gesture has ended when the viewport stood still for so long, ms. */
const SETTLE_MS = 90;
/** A cross-fade in place of movement. */
const STILL_FADE_MS = 120;
/** The camera fits a changed scene within so long, ms. */
const REFIT_MS = 60;

interface Change {
  readonly from: Scene;
  readonly choreography: Choreography | null;
  readonly startedAt: number;
  readonly token: "--dur-3" | "--dur-4";
  /** null: the picture does not move with it. */
  readonly viewport: Viewport | null;
}

export function createRenderer(host: RendererHost): Renderer {
  let scene: Scene | null = null;
  let choreography: Choreography | null = null;
  let tally: Tally | null = null;
  let tracked: readonly Tracked[] | null = null;
  let clock: ShowClock = { playing: false, rate: 1, showMs: 0, stampedAt: 0 };
  let viewport: Viewport | null = null;
  let palette: Palette | null = null;
  let attention: Attention = { selected: null, hovered: null, focused: null };
  let kept: Kept | null = null;
  let shade: Shade = "requests";
  let visible = true;
  let disposed = false;
  let asked = false;
  let level: Level | null = null;
  let bitmap: Bitmap | null = null;
  let growing: Growing | null = null;
  /** How the picture that is growing takes the place of the one that shows: by a cross-fade of so long; absent: at once. */
  let fadesOver: { readonly ms: number | null } | null = null;
  /** The picture at rest before the last change, while it fades; its surface serves the next one. */
  let before: Bitmap | null = null;
  let spare: Surface | null = null;
  let changedAt = 0;
  /** How long that takes; null: --dur-2. */
  let fadeMs: number | null = null;
  let stale = true;
  /** A change on its way: the scene, the journey and the view before it. */
  let change: Change | null = null;
  let movedAt = 0;
  let arrivals = 0;
  let families = familiesOf(arrivals);
  let measure = measureWith(host.surface.context, families);

  const ask = (): void => {
    if (asked || disposed || !visible) return;
    asked = true;
    host.requestFrame(frame);
  };

  const frame = (): void => {
    asked = false;
    if (disposed || !visible || scene === null || viewport === null || palette === null) return;
    const again = draw(scene, viewport, palette);
    if (again) ask();
  };

  const draw = (scene: Scene, viewport: Viewport, palette: Palette): boolean => {
    const now = host.now();
    const { context, canvas } = host.surface;
    const [width, height] = [bitmapWidth(viewport), bitmapHeight(viewport)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      stale = true;
    }
    const before = level;
    level = levelAt(scene, viewport.scale, before);
    if (before !== null && level !== before) {
      keepBefore();
      stale = true;
    }
    const part = changePart(palette, now);
    if (change !== null && part < 1) {
      drawMoving(change, scene, viewport, palette, level, part, now);
      return true;
    }
    change = null;
    const settling = drawStructure(scene, viewport, palette, level, now);
    const total = choreography?.totalMs ?? 0;
    const showMs = showNow(clock, now, total);
    applyViewport(context, viewport);
    const moving = frameAt(scene, choreography, showMs, { playing: clock.playing, rate: clock.rate, tally, tracked });
    const options = { level, scale: viewport.scale, measure, visible: visibleOf(viewport), kept, shade };
    drawShapes(context, movingShapes(scene, moving, attention, options), palette, families);
    host.drawn?.(showMs);
    return settling || (clock.playing && choreography !== null && showMs < total);
  };

  const changePart = (palette: Palette, now: number): number => {
    if (change === null) return 1;
    return Math.min(1, Math.max(0, now - change.startedAt) / Math.max(1, milliseconds(palette[change.token])));
  };

  /** The scene as it shows now, in the middle of a change too. */
  const sceneNow = (scene: Scene): Scene => {
    const part = palette === null ? 1 : changePart(palette, host.now());
    return change === null || part >= 1 ? scene : sceneBetween(change.from, scene, easeTravel(part), easeOut(part));
  };

  /** The scene is to become another: shown as movement, or (with reduced motion, or too many Pods) as a cross-fade. */
  const changeTo = (before: Scene, after: Scene, moves: boolean): void => {
    const token = moves ? "--dur-4" : "--dur-3";
    const crowd = Math.max(podCount(before), podCount(after)) > REDRAW_PODS;
    // of a crowd a cross-fade costs less than finding out what changed
    if ((crowd && !moves) || before.crowd !== null || after.crowd !== null) return keepBefore();
    if (!moves && sameThings(before, after)) return;
    if (palette === null || milliseconds(palette[token]) === 0) return keepBefore(STILL_FADE_MS);
    change = { from: sceneNow(before), choreography, startedAt: host.now(), token, viewport };
  };

  /** One picture of a change, drawn without the bitmap: all of it may move. */
  const drawMoving = (
    { from, choreography: then, viewport: stood }: Change,
    to: Scene,
    viewport: Viewport,
    palette: Palette,
    level: Level,
    part: number,
    now: number,
  ): void => {
    const { context, canvas } = host.surface;
    const eased = easeTravel(part);
    const scene = sceneBetween(from, to, eased, easeOut(part));
    const view = stood === null ? viewport : viewBetween(stood, viewport, eased);
    const showMs = showNow(clock, now, choreography?.totalMs ?? 0);
    const frame = (at: Scene, journey: Choreography | null): Frame =>
      frameAt(at, journey, showMs, { playing: clock.playing, rate: clock.rate, tally, tracked });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = palette["--canvas"] ?? "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    applyViewport(context, view);
    const options = { level, scale: view.scale, measure, visible: visibleOf(view), kept, shade };
    drawShapes(context, structureShapes(scene, options), palette, families);
    drawShapes(
      context,
      movingShapes(scene, frameBetween(frame(from, then), frame(to, choreography), eased), attention, options),
      palette,
      families,
    );
    host.drawn?.(showMs);
  };

  /** True while a moved bitmap still waits to be drawn sharply. */
  const drawStructure = (scene: Scene, viewport: Viewport, palette: Palette, level: Level, now: number): boolean => {
    const { context, canvas } = host.surface;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    const moved = bitmap !== null && !sameView(bitmap.viewport, viewport);
    const due = stale || moved || growing !== null;
    const crowd = due && isCrowd(scene, viewport, level);
    const wait = !stale && moved && now - movedAt < SETTLE_MS && crowd;
    if (bitmap !== null && crowd && sameSize(bitmap.viewport, viewport)) grow(scene, viewport, palette, level, moved && !wait);
    else if (bitmap === null || stale || (moved && !wait)) {
      giveUp();
      if (fadesOver !== null) fade(fadesOver.ms);
      renderBitmap(scene, viewport, palette, level, canvas.width, canvas.height);
    }
    context.fillStyle = palette["--canvas"] ?? "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (bitmap === null) {
      applyViewport(context, viewport);
      drawShapes(
        context,
        structureShapes(scene, { level, scale: viewport.scale, measure, visible: visibleOf(viewport), kept, shade }),
        palette,
        families,
      );
      return false;
    }
    placeBitmap(context, bitmap.viewport, viewport);
    context.drawImage(bitmap.surface.canvas, 0, 0);
    return drawFading(viewport, palette, now) || wait || growing !== null || stale;
  };

  /** Draws some more of the picture at rest, where there is to be another; whole, it takes the place of the one before. */
  const grow = (scene: Scene, viewport: Viewport, palette: Palette, level: Level, sharpen: boolean): void => {
    // What is growing goes on, though it may be of a moment ago: begun again and again it would never be whole.
    if (growing !== null && (growing.level !== level || !sameSize(growing.viewport, viewport))) giveUp();
    if (growing === null && (stale || sharpen)) {
      const surface = spare ?? host.createSurface(bitmapWidth(viewport), bitmapHeight(viewport));
      spare = null;
      if (surface === null) return renderBitmap(scene, viewport, palette, level, bitmapWidth(viewport), bitmapHeight(viewport));
      stale = false;
      clear(surface, viewport, palette);
      const options = { level, scale: viewport.scale, measure, visible: visibleOf(viewport), kept, shade };
      growing = { surface, viewport, level, parts: structureParts(scene, options) };
    }
    if (growing === null) return;
    const until = host.now() + PART_MS;
    do {
      const { done, value } = growing.parts.next();
      if (done === true) return becomeGrown(growing);
      drawShapes(growing.surface.context, value, palette, families);
    } while (host.now() < until);
    // Strokes that were only noted down are put on it now, not all of them when it is whole.
    host.surface.context.drawImage(growing.surface.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  };

  const becomeGrown = ({ surface, viewport }: Growing): void => {
    growing = null;
    if (fadesOver !== null) fade(fadesOver.ms);
    else if (bitmap !== null) spare = bitmap.surface;
    bitmap = { surface, viewport };
  };

  /** What was begun is of no use any more. */
  const giveUp = (): void => {
    spare = growing?.surface ?? spare;
    if (growing !== null) stale = true;
    growing = null;
  };

  /** What changed cross-fades over --dur-2 (0 with reduced motion). True while it does. */
  const drawFading = (viewport: Viewport, palette: Palette, now: number): boolean => {
    if (before === null) return false;
    const left = 1 - (now - changedAt) / Math.max(1, fadeMs ?? milliseconds(palette["--dur-2"]));
    if (left <= 0 || !sameSize(before.viewport, viewport)) {
      spare = before.surface;
      before = null;
      return false;
    }
    const { context } = host.surface;
    placeBitmap(context, before.viewport, viewport);
    context.globalAlpha = left;
    context.drawImage(before.surface.canvas, 0, 0);
    context.globalAlpha = 1;
    return true;
  };

  /** The picture at rest is to become another: it fades as soon as the other is whole. */
  const keepBefore = (over: number | null = null): void => {
    if (bitmap !== null) fadesOver = { ms: over };
  };

  const fade = (over: number | null): void => {
    fadesOver = null;
    if (bitmap === null) return;
    fadeMs = over;
    spare = before?.surface ?? spare;
    before = bitmap;
    bitmap = null;
    changedAt = host.now();
  };

  const renderBitmap = (scene: Scene, viewport: Viewport, palette: Palette, level: Level, width: number, height: number): void => {
    const surface = bitmap?.surface ?? spare ?? host.createSurface(width, height);
    spare = null;
    stale = false;
    if (surface === null) return;
    clear(surface, viewport, palette);
    drawShapes(
      surface.context,
      structureShapes(scene, { level, scale: viewport.scale, measure, visible: visibleOf(viewport), kept, shade }),
      palette,
      families,
    );
    bitmap = { surface, viewport };
  };

  return {
    receive(message) {
      switch (message.kind) {
        case "scene":
          if (scene !== null && message.scene !== null) changeTo(scene, message.scene, message.moves === true);
          else change = null;
          scene = message.scene;
          stale = true;
          break;
        case "journey":
          choreography = message.choreography;
          break;
        case "tally":
          tally = message.tally;
          break;
        case "tracked":
          tracked = message.tracked;
          break;
        case "clock":
          clock = message.clock;
          break;
        case "viewport":
          // a refit comes with the change and is part of it; later a person moves the picture
          if (change !== null && host.now() - change.startedAt > REFIT_MS) change = { ...change, viewport: null };
          viewport = message.viewport;
          movedAt = host.now();
          break;
        case "palette":
          palette = message.palette;
          // In other colours all at once: a picture of both would flicker.
          giveUp();
          spare = bitmap?.surface ?? spare;
          bitmap = null;
          stale = true;
          break;
        case "attention":
          attention = message.attention;
          break;
        case "shade":
          if (shade === message.shade) return;
          shade = message.shade;
          if (scene?.map != null) keepBefore();
          stale = true;
          break;
        case "kept":
          if (kept === null && message.kept === null) return;
          kept = message.kept;
          keepBefore();
          stale = true;
          break;
        case "visible":
          visible = message.visible;
          break;
        case "fonts":
          families = familiesOf(++arrivals);
          measure = measureWith(host.surface.context, families);
          stale = true;
          break;
      }
      ask();
    },
    dispose() {
      disposed = true;
    },
  };
}

const bitmapWidth = ({ width, devicePixelRatio }: Viewport): number => Math.max(1, Math.round(width * devicePixelRatio));
const bitmapHeight = ({ height, devicePixelRatio }: Viewport): number => Math.max(1, Math.round(height * devicePixelRatio));

/** An empty surface for a picture of this view. */
function clear({ canvas, context }: Surface, viewport: Viewport, palette: Palette): void {
  const [width, height] = [bitmapWidth(viewport), bitmapHeight(viewport)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = palette["--canvas"] ?? "#ffffff";
  context.fillRect(0, 0, width, height);
  applyViewport(context, viewport);
}

/** Whether more is in sight than can be drawn anew at every frame of a gesture. */
function isCrowd(scene: Scene, viewport: Viewport, level: Level): boolean {
  if (podCount(scene) <= REDRAW_PODS) return false;
  return level <= 1 || podsInSight(scene, visibleOf(viewport)).length > REDRAW_PODS;
}

/** The part of the scene that the viewport shows. */
function visibleOf(viewport: Viewport): Box {
  const { scale, offsetX, offsetY, width, height } = viewport;
  return { x: -offsetX / scale, y: -offsetY / scale, width: width / scale, height: height / scale };
}

/** Between two views of one canvas. */
function viewBetween(from: Viewport, to: Viewport, part: number): Viewport {
  if (!sameSize(from, to)) return to;
  const mix = (a: number, b: number): number => a + (b - a) * part;
  return { ...to, scale: mix(from.scale, to.scale), offsetX: mix(from.offsetX, to.offsetX), offsetY: mix(from.offsetY, to.offsetY) };
}

/** A time of the tokens: `160ms`, or `.16s` as a build may write it; none is 0. */
function milliseconds(time = "0"): number {
  const value = Number.parseFloat(time);
  return Number.isNaN(value) ? 0 : /\ds$/.test(time.trim()) ? value * 1000 : value;
}

/** A bitmap drawn for one viewport stands where another wants it. */
function placeBitmap(context: Context, from: Viewport, to: Viewport): void {
  const k = to.scale / from.scale;
  const dpr = to.devicePixelRatio;
  context.setTransform(k, 0, 0, k, dpr * (to.offsetX - from.offsetX * k), dpr * (to.offsetY - from.offsetY * k));
}

function sameSize(a: Viewport, b: Viewport): boolean {
  return a.devicePixelRatio === b.devicePixelRatio && a.width === b.width && a.height === b.height;
}

function sameView(a: Viewport, b: Viewport): boolean {
  return (
    a.scale === b.scale &&
    a.offsetX === b.offsetX &&
    a.offsetY === b.offsetY &&
    a.devicePixelRatio === b.devicePixelRatio &&
    a.width === b.width &&
    a.height === b.height
  );
}
