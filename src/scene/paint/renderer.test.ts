import { expect, test } from "vitest";
import { choreograph } from "../choreography.ts";
import { buildScene } from "../layout.ts";
import { PICTURE_A, clusterOf, journeyOf } from "../test-views.ts";
import type { Context } from "./canvas.ts";
import { createRenderer } from "./renderer.ts";
import type { Renderer, Surface } from "./renderer.ts";

/** A surface that counts what it is asked to draw; a real context lives in the browser tests. */
function countingSurface(called: () => void = () => {}): { readonly surface: Surface; readonly calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const context = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (held, name: string) =>
        name in held
          ? held[name]
          : (...args: unknown[]) => {
              called();
              calls.set(name, (calls.get(name) ?? 0) + 1);
              return name === "measureText" ? { width: String(args[0]).length * 53 } : undefined;
            },
      set: (held, name: string, value) => {
        held[name] = value;
        return true;
      },
    },
  );
  // the cast: the renderer calls methods and sets fields, which is all this stands in for
  return { surface: { canvas: { width: 0, height: 0 } as unknown as OffscreenCanvas, context: context as unknown as Context }, calls };
}

interface Bench {
  /** How long each call to the cached bitmap takes, ms. */
  callMs: number;
  readonly renderer: Renderer;
  readonly shown: number[];
  readonly bitmaps: () => number;
  now: number;
  /** What the cached bitmaps were asked to draw. */
  readonly calls: ReadonlyMap<string, number>;
  /** Runs the frame that was asked for; false when none was. */
  frame(): boolean;
}

function bench(): Bench {
  const main = countingSurface();
  const cached = countingSurface(() => void (made.now += made.callMs));
  let next: (() => void) | null = null;
  const shown: number[] = [];
  const made: Bench = {
    now: 1000,
    callMs: 0,
    calls: cached.calls,
    shown,
    bitmaps: () => cached.calls.get("fillRect") ?? 0,
    frame() {
      const callback = next;
      next = null;
      callback?.();
      return callback !== null;
    },
    renderer: createRenderer({
      surface: main.surface,
      createSurface: () => cached.surface,
      now: () => made.now,
      requestFrame: (callback) => {
        next = callback;
      },
      drawn: (showMs) => shown.push(showMs),
    }),
  };
  return made;
}

// Path2D belongs to browsers; here a path is only counted.
(globalThis as { Path2D?: unknown }).Path2D ??= function Path2D() {};

const view = clusterOf(PICTURE_A);
const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7" });
const scene = buildScene(view, { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" });
const choreography = choreograph({ journey, view, scene });
const viewport = { width: 718, height: 496, scale: 1, offsetX: 0, offsetY: 0, devicePixelRatio: 2 };

function ready(): Bench {
  const made = bench();
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff" } });
  made.renderer.receive({ kind: "scene", scene });
  made.renderer.receive({ kind: "viewport", viewport });
  made.renderer.receive({ kind: "journey", choreography });
  made.frame();
  return made;
}

test("frames are drawn while the clock plays and end with the story", () => {
  const made = ready();
  expect(made.frame()).toBe(false);
  made.renderer.receive({ kind: "clock", clock: { playing: true, rate: 2, showMs: 0, stampedAt: 1000 } });
  let frames = 0;
  while (made.frame() && frames < 10_000) {
    frames++;
    made.now += 16;
  }
  expect(made.shown.at(-1)).toBe(choreography.totalMs);
  expect(frames).toBeGreaterThan(choreography.totalMs / 2 / 16 - 3);
  expect(frames).toBeLessThan(choreography.totalMs / 2 / 16 + 3);
});

test("a scrub draws one frame, at exactly that moment", () => {
  const made = ready();
  made.renderer.receive({ kind: "clock", clock: { playing: false, rate: 1, showMs: 1234, stampedAt: 1000 } });
  expect(made.frame()).toBe(true);
  expect(made.shown.at(-1)).toBe(1234);
  expect(made.frame()).toBe(false);
});

test("the picture at rest is drawn once for many frames, and again when it changes", () => {
  const made = ready();
  const once = made.bitmaps();
  made.renderer.receive({ kind: "clock", clock: { playing: true, rate: 1, showMs: 0, stampedAt: 1000 } });
  for (let i = 0; i < 20; i++) {
    made.frame();
    made.now += 16;
  }
  expect(made.bitmaps()).toBe(once);
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#000" } });
  made.frame();
  expect(made.bitmaps()).toBe(once + 1);
  made.renderer.receive({ kind: "viewport", viewport: { ...viewport, scale: 0.8 } });
  made.frame();
  expect(made.bitmaps()).toBe(once + 2);
});

test("a gesture among many Pods of which few are in sight draws them anew at every frame", () => {
  const made = bench();
  const rows = Array.from({ length: 20 }, (_, n) => [
    `node node-${n} - 192.168.10.${n + 11}`,
    ...Array.from({ length: 10 }, (_, i) => `pod node-${n} web-${n}-${i} 10.244.${n}.${i + 2} app=web`),
  ]);
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff" } });
  made.renderer.receive({
    kind: "scene",
    scene: buildScene(clusterOf(rows.flat().join("\n")), {
      width: 718,
      focus: null,
      previous: null,
      arrangement: "workbench",
      podDetail: "address",
    }),
  });
  made.renderer.receive({ kind: "viewport", viewport });
  made.frame();
  const once = made.bitmaps();
  for (let i = 1; i <= 5; i++) {
    made.renderer.receive({ kind: "viewport", viewport: { ...viewport, offsetX: -20 * i } });
    made.frame();
    made.now += 16;
  }
  expect(made.bitmaps()).toBe(once + 5);
});

test("a gesture over many Pods only moves the bitmap, and sharpens it when it ends", () => {
  const made = bench();
  const many = clusterOf(
    ["node node-1 - 192.168.10.11", ...Array.from({ length: 160 }, (_, i) => `pod node-1 web-${i} 10.244.1.${i} app=web`)].join("\n"),
  );
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff" } });
  made.renderer.receive({
    kind: "scene",
    scene: buildScene(many, { width: 718, focus: null, previous: null, arrangement: "workbench", podDetail: "address" }),
  });
  // all of them are in sight, as chips
  const far = { ...viewport, height: 1_400, scale: 0.3 };
  made.renderer.receive({ kind: "viewport", viewport: far });
  made.frame();
  const once = made.bitmaps();
  for (let i = 1; i <= 5; i++) {
    made.renderer.receive({ kind: "viewport", viewport: { ...far, offsetX: i * 10 } });
    made.frame();
    made.now += 16;
  }
  expect(made.bitmaps()).toBe(once);
  made.now += 200;
  while (made.frame()) made.now += 16;
  expect(made.bitmaps()).toBe(once + 1);
});

/** 400 Pods on 20 nodes, as chips; the next view is of another level of detail. */
function crowd(): { readonly made: Bench; readonly chips: typeof viewport; readonly compact: typeof viewport } {
  const made = bench();
  const rows = Array.from({ length: 20 }, (_, n) => [
    `node node-${n} - 192.168.10.${n + 11}`,
    ...Array.from({ length: 20 }, (_, i) => `pod node-${n} web-${n}-${i} 10.244.${n}.${i + 2} app=web`),
  ]);
  const many = buildScene(clusterOf(rows.flat().join("\n")), {
    width: 718,
    focus: null,
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
  });
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff" } });
  made.renderer.receive({ kind: "scene", scene: many });
  const chips = { ...viewport, width: 4_000, height: 4_000, scale: 0.3 };
  const compact = { ...chips, scale: 0.6 };
  made.renderer.receive({ kind: "viewport", viewport: chips });
  while (made.frame()) made.now += 16;
  return { made, chips, compact };
}

test("of a crowd another level of detail is drawn a few milliseconds a frame, and what is drawn is the same", () => {
  const drawn = (callMs: number): { readonly frames: number; readonly longest: number; readonly texts: number; readonly paths: number } => {
    const { made, compact } = crowd();
    made.callMs = callMs;
    const [texts, paths] = [made.calls.get("fillText") ?? 0, made.calls.get("beginPath") ?? 0];
    made.renderer.receive({ kind: "viewport", viewport: compact });
    let [frames, longest] = [0, 0];
    for (let before = made.now; made.frame(); before = made.now += 16) {
      frames++;
      longest = Math.max(longest, made.now - before);
    }
    return { frames, longest, texts: (made.calls.get("fillText") ?? 0) - texts, paths: (made.calls.get("beginPath") ?? 0) - paths };
  };
  const [atOnce, slowly] = [drawn(0), drawn(0.01)];
  expect(atOnce.frames).toBeLessThan(4);
  expect(slowly.frames).toBeGreaterThan(5);
  // 6 ms, and the part that was begun
  expect(slowly.longest).toBeLessThan(20);
  expect(slowly).toMatchObject({ texts: atOnce.texts, paths: atOnce.paths });
});

test("a level that is left again before it is whole is given up", () => {
  const { made, chips, compact } = crowd();
  made.callMs = 0.01;
  const begun = made.bitmaps();
  made.renderer.receive({ kind: "viewport", viewport: compact });
  made.frame();
  made.renderer.receive({ kind: "viewport", viewport: chips });
  while (made.frame()) made.now += 16;
  expect(made.bitmaps()).toBe(begun + 2);
});

const without = (name: string) =>
  buildScene(clusterOf(PICTURE_A.replace(new RegExp(`.*${name}.*`), "")), {
    width: 718,
    focus: "default/web",
    previous: scene.slots,
    arrangement: "workbench",
    podDetail: "address",
  });

test("what comes and goes does so over --dur-3; with reduced motion in a cross-fade of 120 ms", () => {
  const made = ready();
  const frames = (palette: Record<string, string>, next: typeof scene): number => {
    made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff", ...palette } });
    while (made.frame()) made.now += 16;
    const before = made.shown.length;
    made.renderer.receive({ kind: "scene", scene: next });
    while (made.frame()) made.now += 16;
    return made.shown.length - before;
  };
  expect(frames({ "--dur-2": "160ms", "--dur-3": "240ms" }, without("web-9xq7"))).toBeGreaterThanOrEqual(16);
  expect(frames({ "--dur-2": "0ms", "--dur-3": "0ms" }, scene)).toBeGreaterThanOrEqual(8);
});

test("a picture of the same things is drawn at once, and only once", () => {
  const made = ready();
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff", "--dur-3": "240ms" } });
  while (made.frame()) made.now += 16;
  const before = made.shown.length;
  made.renderer.receive({ kind: "scene", scene: { ...scene, version: scene.version + 1 } });
  while (made.frame()) made.now += 16;
  expect(made.shown.length - before).toBe(1);
});

test("a second change begins where the first one is, and its packets run on", () => {
  const made = ready();
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff", "--dur-3": "240ms" } });
  made.renderer.receive({ kind: "clock", clock: { playing: true, rate: 1, showMs: 0, stampedAt: made.now } });
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      made.frame();
      made.now += 16;
    }
  };
  run(6);
  const at = made.shown.at(-1) ?? 0;
  made.renderer.receive({ kind: "scene", scene: without("web-9xq7") });
  run(5);
  made.renderer.receive({ kind: "scene", scene });
  run(20);
  const after = made.shown.slice(made.shown.indexOf(at));
  expect(after.every((showMs, i) => i === 0 || showMs >= (after[i - 1] ?? 0))).toBe(true);
  expect((after.at(-1) ?? 0) - at).toBeGreaterThan(300);
});

test("nothing is drawn while hidden or after the end", () => {
  const made = ready();
  const before = made.shown.length;
  made.renderer.receive({ kind: "visible", visible: false });
  made.renderer.receive({ kind: "clock", clock: { playing: true, rate: 1, showMs: 0, stampedAt: 1000 } });
  made.frame();
  expect(made.shown.length).toBe(before);
  made.renderer.receive({ kind: "visible", visible: true });
  expect(made.frame()).toBe(true);
  made.renderer.dispose();
  made.renderer.receive({ kind: "attention", attention: { selected: null, hovered: null, focused: null } });
  made.frame();
  expect(made.shown.length).toBe(before + 1);
});

test("a relayout moves for --dur-4, then stands as a bitmap; it cross-fades where that is 0", () => {
  const made = ready();
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff", "--dur-4": ".42s" } });
  while (made.frame()) made.now += 16;
  const once = made.bitmaps();
  const before = made.shown.length;
  made.renderer.receive({ kind: "scene", scene, moves: true });
  const begun = made.now;
  while (made.frame()) made.now += 16;
  expect(made.now - begun).toBeGreaterThanOrEqual(420);
  expect(made.shown.length - before).toBeGreaterThan(25);
  expect(made.bitmaps()).toBe(once + 1);
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff", "--dur-4": "0ms" } });
  while (made.frame()) made.now += 16;
  const still = made.shown.length;
  made.renderer.receive({ kind: "scene", scene, moves: true });
  made.now += 16;
  while (made.frame()) made.now += 16;
  expect(made.shown.length - still).toBeGreaterThanOrEqual(7);
  expect(made.bitmaps()).toBe(once + 3);
});

test("another level of detail fades in over --dur-2, also while the camera moves", () => {
  const made = ready();
  made.renderer.receive({ kind: "palette", palette: { "--canvas": "#fff", "--dur-2": "160ms" } });
  while (made.frame()) made.now += 16;
  const before = made.shown.length;
  made.renderer.receive({ kind: "viewport", viewport: { ...viewport, scale: 0.9 } });
  while (made.frame()) made.now += 16;
  expect(made.shown.length - before).toBe(1);
  made.renderer.receive({ kind: "viewport", viewport: { ...viewport, scale: 0.5 } });
  made.frame();
  made.now += 16;
  made.renderer.receive({ kind: "viewport", viewport: { ...viewport, scale: 0.49 } });
  while (made.frame()) made.now += 16;
  expect(made.shown.length - before).toBeGreaterThan(9);
});

test("what is kept is drawn once, with the picture at rest", () => {
  const { renderer, bitmaps, frame } = ready();
  frame();
  const before = bitmaps();
  const kept = { pods: new Set(["default/web-9xq7"]), nodes: new Set<string>(), services: new Set<string>(), outside: new Set<string>() };
  renderer.receive({ kind: "kept", kept: null });
  frame();
  expect(bitmaps()).toBe(before);
  renderer.receive({ kind: "kept", kept });
  frame();
  frame();
  expect(bitmaps()).toBe(before + 1);
});
