/**
 * The canvas and what lies over it as HTML: focus ring, tooltip, menu. Painting is the painter's; this hands it the
 * scene, the journey, the clock and the camera, and turns pointer and keys into commands.
 */
import interUrl from "@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2?url";
import monoUrl from "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2?url";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from "react";
import type { ThingId } from "../../scene/contract.ts";
import { nameOf } from "../../scene/describe.ts";
import { boxOf, hit, onReadinessGlyph } from "../../scene/hit.ts";
import type { Level } from "../../scene/level.ts";
import { isMap, levelAt as levelOn } from "../../scene/map.ts";
import type { Scene } from "../../scene/scene.ts";
import { Menu, type MenuAnchor } from "../parts/menu.tsx";
import { later } from "../parts/later.tsx";
import { useSize } from "../parts/use-size.ts";
import { useShade } from "../map/map-state.ts";
import { toggleReady } from "../state/changes.ts";
import { select } from "../state/commands.ts";
import { setSurroundings, usePicture } from "../state/picture.ts";
import { usePointing } from "../state/pointing.ts";
import { getState, setState, useStore, type WorkbenchState } from "../state/store.ts";
import { onTheme, readPalette } from "../state/theme.ts";
import { createCamera, type Camera, type View } from "./camera.ts";
import { followDrags } from "./drag-send.ts";
import { DrawnLine } from "./drawn-line.tsx";
import { useLabelling } from "./labelling.ts";
import { setCamera } from "./go-to.ts";
import { createPainter, type Painter } from "./painter.ts";
import { menuOf } from "./thing-menu.ts";
import { useLinked } from "./use-linked.ts";
import { useClose, useTracked, useViewing } from "./viewing.ts";

const TrackedNodes = later(async () => (await import("./tracked-nodes.tsx")).TrackedNodes);
/** Reads labels as the core does, whose rules are not in the page's first script. */
const LabelCard = later(async () => (await import("./label-card.tsx")).LabelCard);

const TOOLTIP_AFTER_MS = 400;
const LONG_PRESS_MS = 500;
/** The layout hears of the canvas's height in steps of this. */
const HEIGHT_STEP_PX = 80;
/** A press that moved less than this is a click. */
const CLICK_SLACK_PX = 4;
/** From this level of detail on a Pod is large enough to draw a request from; below, a drag moves the picture. */
const DRAW_LEVEL = 3;

const FONTS = [
  { family: "Inter Variable", source: interUrl, weight: "100 900" },
  { family: "JetBrains Mono Variable", source: monoUrl, weight: "100 800" },
];

export interface StageHandle {
  readonly camera: Camera;
  /** Opens the menu of a thing at its box, for the keyboard; elsewhere where that is said. */
  openMenu(thing: ThingId, at?: MenuAnchor | null): void;
  /** Where the thing is in the window, as far as the picture shows it. */
  placeOf(thing: ThingId): MenuAnchor | null;
}

interface StageProps {
  readonly onHandle: (handle: StageHandle | null) => void;
  readonly onView: (view: View) => void;
  readonly arrangement: "workbench" | "phone";
}

export function Stage({ onHandle, onView, arrangement }: StageProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter | null>(null);
  const camera = useRef<Camera | null>(null);
  const [view, setView] = useState<View>({ scale: 1, offsetX: 0, offsetY: 0 });
  const [menu, setMenu] = useState<{ readonly thing: ThingId; readonly at: MenuAnchor } | null>(null);
  const [inPage, setInPage] = useState(false);
  const size = useSize(host);
  const scene = usePicture((picture) => picture.scene);
  const choreography = usePicture((picture) => picture.choreography);
  const tally = usePicture((picture) => picture.tally);
  const kept = usePicture((picture) => picture.kept);
  const tracked = useTracked((state) => state.tracked);
  const close = useClose();
  const shade = useShade((state) => state.shade);
  const clock = useStore((state) => state.clock);
  const selected = useStore((state) => state.selected);
  const hovered = useStore((state) => state.hovered);
  const focused = useStore((state) => state.focused);
  const edited = useStore(editedService);
  const stale = useStale();

  const openMenu = useCallback((thing: ThingId, at: MenuAnchor | null) => {
    const place = at ?? anchorOf(thing, host.current, camera.current) ?? cornerOf(host.current);
    if (place !== null) setMenu({ thing, at: place });
  }, []);

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    // Made by hand: a canvas that was given to a worker cannot be used again, so each mount gets its own.
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    element.prepend(canvas);
    const made = createPainter(canvas, {
      palette: readPalette(),
      fonts: FONTS.map((font) => ({ ...font, source: new URL(font.source, document.baseURI).href })),
      ...(inPage ? { worker: null } : {}),
      onLost: () => setInPage(true),
      onReady: () => element.setAttribute("data-painted", "true"),
    });
    painter.current = made;
    const stopTheme = onTheme(() => made.setPalette(readPalette()));
    const moving = createCamera(element, (next) => setView(next));
    camera.current = moving;
    setCamera(moving);
    onHandle({ camera: moving, openMenu: (thing, at = null) => openMenu(thing, at), placeOf: (thing) => anchorOf(thing, element, moving) });
    return () => {
      stopTheme();
      made.dispose();
      moving.dispose();
      canvas.remove();
      painter.current = null;
      camera.current = null;
      setCamera(null);
      onHandle(null);
    };
  }, [inPage, onHandle, openMenu]);

  useLayoutEffect(() => {
    const height = Math.floor(size.height / HEIGHT_STEP_PX) * HEIGHT_STEP_PX;
    if (size.width > 0) setSurroundings({ width: Math.round(size.width), height, arrangement });
  }, [size.width, size.height, arrangement]);
  useLayoutEffect(() => {
    camera.current?.resize(scene, size.width, size.height);
  }, [scene, size, inPage]);
  useEffect(() => painter.current?.setScene(scene, usePicture.getState().moves), [scene, inPage]);
  useEffect(() => painter.current?.setJourney(choreography), [choreography, scene, inPage]);
  useEffect(() => painter.current?.setTally(tally), [tally, inPage]);
  useEffect(() => painter.current?.setTracked(tracked), [tracked, inPage]);
  useEffect(() => painter.current?.setKept(kept), [kept, inPage]);
  useEffect(() => painter.current?.setShade(shade), [shade, inPage]);
  useEffect(() => painter.current?.setClock(clock), [clock, inPage]);
  useEffect(() => {
    const pay = (): void => {
      const { things, stops } = usePointing.getState();
      painter.current?.setAttention({ selected, hovered, focused, edited, pointed: things, pointedStops: stops });
    };
    pay();
    // What is pointed at elsewhere goes straight to the painter: nothing renders for it.
    return usePointing.subscribe((state, before) => {
      if (state.things !== before.things || state.stops !== before.stops) pay();
    });
  }, [selected, hovered, focused, edited, inPage]);
  useLinked();
  useEffect(() => {
    onView(view);
    useViewing.setState({ view, width: size.width, height: size.height, fits: camera.current?.fitting() ?? true });
    if (size.width > 0)
      painter.current?.setViewport({ width: size.width, height: size.height, ...view, devicePixelRatio: devicePixelRatio });
  }, [view, size, onView, inPage]);

  usePointer(host, camera, openMenu);
  return (
    <div className="stage" ref={host} data-stale={stale || undefined}>
      <FocusRing view={view} />
      <DrawnLine />
      <Tooltip view={view} host={host} quiet={menu !== null} />
      <Labelling host={host} camera={camera} />
      {close && <TrackedNodes />}
      {menu !== null && <Menu label="What to do here" entries={menuOf(menu.thing)} at={menu.at} onClose={() => setMenu(null)} />}
    </div>
  );
}

/** The Service whose document holds the caret, whichever of its lines. */
function editedService({ caret, cluster, files }: WorkbenchState): string | null {
  if (caret === null || cluster === null) return null;
  const lines = files.find((file) => file.name === caret.file)?.text.split("\n") ?? [];
  const ends = (from: number): boolean => lines.slice(from, caret.line).some((line) => line.startsWith("---"));
  const held = cluster.services.find(
    ({ source }) => source !== null && source.file === caret.file && source.line <= caret.line && !ends(source.line),
  );
  return held?.key ?? null;
}

/** A text that is being typed is wrong for moments; the picture says so once it stays wrong. */
const STALE_AFTER_MS = 700;

/** True while the picture is of an earlier text than the one in the editor, because that one cannot be applied. */
export function useStale(): boolean {
  const behind = useStore((state) => state.lastGood);
  const files = useStore((state) => state.files);
  const [stale, setStale] = useState(false);
  useEffect(() => {
    if (!behind) {
      setStale(false);
      return;
    }
    const timer = setTimeout(() => setStale(true), STALE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [behind, files]);
  return behind && stale;
}

function Labelling({
  host,
  camera,
}: {
  readonly host: { readonly current: HTMLElement | null };
  readonly camera: { readonly current: Camera | null };
}): ReactElement | null {
  const pod = useLabelling((state) => state.pod);
  // where the Pod stood when it was asked for: the card does not run after it
  const at = useMemo(() => (pod === null ? null : anchorOf({ kind: "pod", key: pod }, host.current, camera.current)), [pod, host, camera]);
  return pod === null ? null : <LabelCard key={pod} pod={pod} at={at} />;
}

function levelAt(scene: Scene, view: View): Level {
  return levelOn(scene, view.scale);
}

function anchorOf(thing: ThingId, host: HTMLElement | null, camera: Camera | null): MenuAnchor | null {
  const scene = usePicture.getState().scene;
  const box = scene === null || camera === null ? null : boxOf(scene, thing, levelAt(scene, camera.view()), camera.view().scale);
  if (box === null || host === null || camera === null) return null;
  const { left, top } = host.getBoundingClientRect();
  const { scale, offsetX, offsetY } = camera.view();
  const [x, y] = [left + offsetX + box.x * scale, top + offsetY + box.y * scale];
  return { left: x, right: x + box.width * scale, top: y, bottom: y + box.height * scale };
}

/** For what is folded away and has no box. */
function cornerOf(host: HTMLElement | null): MenuAnchor | null {
  if (host === null) return null;
  const { left, top } = host.getBoundingClientRect();
  return { left, top, bottom: top };
}

/** Click, hover, double click, right click and long press, as far as d3-zoom leaves them. */
function usePointer(
  host: { readonly current: HTMLElement | null },
  camera: { readonly current: Camera | null },
  openMenu: (thing: ThingId, at: MenuAnchor | null) => void,
): void {
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const at = (event: MouseEvent): { thing: ThingId | null; pod: string | null } => {
      const scene = usePicture.getState().scene;
      const moving = camera.current;
      if (scene === null || moving === null) return { thing: null, pod: null };
      const { left, top } = element.getBoundingClientRect();
      const point = moving.toScene({ x: event.clientX - left, y: event.clientY - top });
      const level = levelAt(scene, moving.view());
      // where a Pod is a square there is no glyph to press
      return { thing: hit(scene, point, level, moving.view().scale), pod: level <= 1 ? null : onReadinessGlyph(scene, point) };
    };
    let pressed: { x: number; y: number } | null = null;
    let longPress = 0;
    let longPressed = false;
    const listen = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
      element.addEventListener(type, listener, { signal: listen.signal });
    const mayDraw = (): boolean => {
      const scene = usePicture.getState().scene;
      const moving = camera.current;
      return scene !== null && moving !== null && levelAt(scene, moving.view()) >= DRAW_LEVEL;
    };
    followDrags(element, { thingAt: (event) => at(event).thing, mayDraw, slack: CLICK_SLACK_PX, signal: listen.signal });
    on("pointerdown", (event) => {
      pressed = { x: event.clientX, y: event.clientY };
      clearTimeout(longPress);
      if (event.pointerType !== "touch") return;
      const { thing } = at(event);
      if (thing !== null)
        longPress = window.setTimeout(() => {
          pressed = null;
          longPressed = true;
          openMenu(thing, { left: event.clientX, top: event.clientY, bottom: event.clientY });
        }, LONG_PRESS_MS);
    });
    on("pointermove", (event) => {
      if (pressed !== null && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK_SLACK_PX) clearTimeout(longPress);
      if (event.pointerType === "touch" || event.buttons !== 0) return;
      const { thing } = at(event);
      if (JSON.stringify(thing) !== JSON.stringify(getState().hovered)) setState({ hovered: thing });
    });
    on("pointerleave", () => setState({ hovered: null }));
    on("pointercancel", () => clearTimeout(longPress));
    // Lifting the finger is no click, and leaves the focus in the menu.
    on("touchend", (event) => {
      clearTimeout(longPress);
      if (longPressed) event.preventDefault();
      longPressed = false;
    });
    on("click", (event) => {
      clearTimeout(longPress);
      if (pressed === null || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK_SLACK_PX) return;
      const { thing, pod } = at(event);
      if (pod !== null) toggleReady(pod);
      else select(thing);
    });
    on("dblclick", (event) => {
      const scene = usePicture.getState().scene;
      const { thing, pod } = at(event);
      if (pod !== null) return;
      const box = thing === null || scene === null ? null : boxOf(scene, thing);
      if (box === null) camera.current?.fit();
      else camera.current?.goTo(box);
    });
    on("contextmenu", (event) => {
      event.preventDefault();
      const { thing } = at(event);
      if (thing !== null) openMenu(thing, { left: event.clientX, top: event.clientY, bottom: event.clientY });
    });
    return () => {
      clearTimeout(longPress);
      listen.abort();
    };
  }, [host, camera, openMenu]);
}

/** Around what the keyboard is at, wherever the picture shows it. */
function FocusRing({ view }: { readonly view: View }): ReactElement | null {
  const scene = usePicture((picture) => picture.scene);
  const focused = useStore((state) => state.focused);
  const box = scene === null || focused === null ? null : boxOf(scene, focused, levelAt(scene, view), view.scale);
  if (box === null) return null;
  const gap = 4;
  return (
    <div
      className="focusring"
      style={{
        left: view.offsetX + box.x * view.scale - gap,
        top: view.offsetY + box.y * view.scale - gap,
        width: box.width * view.scale + 2 * gap,
        height: box.height * view.scale + 2 * gap,
        borderRadius: box.radius * view.scale + gap,
      }}
    />
  );
}

function Tooltip({
  view,
  host,
  quiet,
}: {
  readonly view: View;
  readonly host: { readonly current: HTMLElement | null };
  readonly quiet: boolean;
}): ReactElement | null {
  const hovered = useStore((state) => state.hovered);
  const cluster = useStore((state) => state.cluster);
  const scene = usePicture((picture) => picture.scene);
  const [shown, setShown] = useState<ThingId | null>(null);
  useEffect(() => {
    setShown(null);
    if (hovered === null) return;
    // What is pointed at in a list is marked here, and named there already: a label would hide the picture that is read along.
    const timer = setTimeout(() => setShown(host.current?.matches(":hover") === true ? hovered : null), TOOLTIP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [hovered, host]);
  if (quiet || shown === null || cluster === null || scene === null || host.current === null) return null;
  if (isMap(scene, levelAt(scene, view)) && shown.kind !== "service") return null; // the loupe says more
  const box = boxOf(scene, shown, levelAt(scene, view), view.scale);
  if (box === null) return null;
  const { left, top } = host.current.getBoundingClientRect();
  return (
    <div
      className="tip"
      role="tooltip"
      style={{
        left: Math.max(8, Math.min(innerWidth - 312, left + view.offsetX + box.x * view.scale)),
        top: top + view.offsetY + (box.y + box.height) * view.scale + 7,
      }}
    >
      {nameOf(cluster, shown)}
    </div>
  );
}
