/** The canvas of the embed: the same painter and scene as the workbench's, with gestures that leave scrolling alone. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement, type RefObject } from "react";
import type { View } from "../app/canvas/camera.ts";
import { createPainter, type Painter } from "../app/canvas/painter.ts";
import { Icon } from "../app/parts/icons.tsx";
import { useSize } from "../app/parts/use-size.ts";
import { toggleReady } from "../app/state/changes.ts";
import { select } from "../app/state/commands.ts";
import { setSurroundings, usePicture } from "../app/state/picture.ts";
import { showMsNow } from "../app/state/playback.ts";
import { getState, setState, useStore } from "../app/state/store.ts";
import { onTheme, readPalette } from "../app/state/theme.ts";
import type { Point, ThingId } from "../scene/contract.ts";
import { nameOf } from "../scene/describe.ts";
import { outline } from "../scene/outline.ts";
import { boxOf, hit, onReadinessGlyph } from "../scene/hit.ts";
import type { Scene } from "../scene/scene.ts";
import { createCamera, type EmbedCamera } from "./camera.ts";
import { fontSources } from "./fonts.ts";

/** A press that moved less than this is a click. */
const CLICK_SLACK_PX = 4;
const TOOLTIP_AFTER_MS = 400;
/** How far from the middle of a stop's number a press still means it. */
const STOP_REACH_PX = 16;

interface StageProps {
  readonly arrangement: "embed" | "phone";
  /** A stop was pressed: index of its beat. */
  readonly onStop: (beat: number) => void;
}

export function EmbedStage({ arrangement, onStop }: StageProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter | null>(null);
  const camera = useRef<EmbedCamera | null>(null);
  const [view, setView] = useState<View>({ scale: 1, offsetX: 0, offsetY: 0 });
  const [fitting, setFitting] = useState(true);
  const [inPage, setInPage] = useState(false);
  const size = useSize(host);
  const scene = usePicture((picture) => picture.scene);
  const choreography = usePicture((picture) => picture.choreography);
  const tally = usePicture((picture) => picture.tally);
  const clock = useStore((state) => state.clock);
  const selected = useStore((state) => state.selected);
  const hovered = useStore((state) => state.hovered);
  const stale = useStore((state) => state.lastGood);

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    // Made by hand: a canvas that was given to a worker cannot be used again, so each try gets its own.
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    element.prepend(canvas);
    const made = createPainter(canvas, {
      palette: readPalette(),
      fonts: fontSources(),
      ...(inPage ? { worker: null } : {}),
      onLost: () => setInPage(true),
      onReady: () => element.setAttribute("data-painted", made.inWorker ? "worker" : "page"),
    });
    painter.current = made;
    const stopTheme = onTheme(() => made.setPalette(readPalette()));
    const moving = createCamera(element, (next, fits) => {
      setView(next);
      setFitting(fits);
    });
    camera.current = moving;
    return () => {
      stopTheme();
      made.dispose();
      moving.dispose();
      canvas.remove();
      painter.current = null;
      camera.current = null;
    };
  }, [inPage]);

  useRoom(scene, size, arrangement);
  useLayoutEffect(() => camera.current?.resize(scene, size.width, size.height), [scene, size, inPage]);
  useEffect(() => painter.current?.setScene(scene, usePicture.getState().moves), [scene, inPage]);
  useEffect(() => painter.current?.setJourney(choreography), [choreography, scene, inPage]);
  useEffect(() => painter.current?.setTally(tally), [tally, inPage]);
  useEffect(() => painter.current?.setClock(clock), [clock, inPage]);
  useEffect(() => painter.current?.setAttention({ selected, hovered, focused: null }), [selected, hovered, inPage]);
  useEffect(() => {
    if (size.width > 0) painter.current?.setViewport({ width: size.width, height: size.height, ...view, devicePixelRatio });
  }, [view, size, inPage]);
  usePointer(host, camera, onStop);

  return (
    // A press puts the focus here, and with it the keys.
    <div className="stage" ref={host} tabIndex={-1} data-stale={stale || undefined}>
      {!fitting && (
        <button type="button" className="tool fit" aria-label="Fit to view" onClick={() => camera.current?.fit()}>
          <Icon name="fit" />
        </button>
      )}
      <Tooltip view={view} />
      <Twin />
    </div>
  );
}

/** A picture that is higher than the frame is laid out for so much more width at most. */
const WIDEST = 2.4;

/**
 * Tells the layout how wide it may be. A picture too high for its frame is drawn smaller; laid out wider by as much,
 * it fills the frame, and names have room.
 */
function useRoom(
  scene: Scene | null,
  { width, height }: { readonly width: number; readonly height: number },
  arrangement: "embed" | "phone",
): void {
  const sceneHeight = scene?.height ?? 0;
  useLayoutEffect(() => {
    if (width === 0 || height === 0) return;
    const stretch = Math.max(1, Math.min(WIDEST, sceneHeight / height));
    setSurroundings({ width: Math.round(width * stretch), arrangement });
  }, [width, height, sceneHeight, arrangement]);
}

/** The beat whose stop is under a point of the scene, among those that the packet has come to; null: none. */
function stopAt(point: Point, scale: number): number | null {
  const choreography = usePicture.getState().choreography;
  if (choreography === null) return null;
  const now = showMsNow();
  const reached = choreography.stops.filter((stop) => (choreography.beats[stop.beat]?.startMs ?? Infinity) <= now);
  return reached.find((stop) => Math.hypot(stop.point.x - point.x, stop.point.y - point.y) * scale <= STOP_REACH_PX)?.beat ?? null;
}

function usePointer(host: RefObject<HTMLElement | null>, camera: RefObject<EmbedCamera | null>, onStop: StageProps["onStop"]): void {
  const stopped = useRef(onStop);
  stopped.current = onStop;
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const listen = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
      element.addEventListener(type, listener, { signal: listen.signal });
    const pointOf = (event: MouseEvent): Point => {
      const { left, top } = element.getBoundingClientRect();
      return camera.current?.toScene({ x: event.clientX - left, y: event.clientY - top }) ?? { x: 0, y: 0 };
    };
    let pressed: Point | null = null;
    on("pointerdown", (event) => (pressed = { x: event.clientX, y: event.clientY }));
    on("pointermove", (event) => {
      const { scene } = usePicture.getState();
      if (event.pointerType === "touch" || event.buttons !== 0 || scene === null) return;
      const thing = hit(scene, pointOf(event));
      if (JSON.stringify(thing) !== JSON.stringify(getState().hovered)) setState({ hovered: thing });
    });
    on("pointerleave", () => setState({ hovered: null }));
    on("click", (event) => {
      const { scene } = usePicture.getState();
      if (event.target !== element && !(event.target instanceof HTMLCanvasElement)) return;
      if (scene === null || pressed === null || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK_SLACK_PX) return;
      const point = pointOf(event);
      const stop = stopAt(point, camera.current?.view().scale ?? 1);
      const pod = onReadinessGlyph(scene, point);
      if (stop !== null) stopped.current(stop);
      else if (pod !== null) toggleReady(pod);
      else select(hit(scene, point));
    });
    on("dblclick", (event) => {
      const { scene } = usePicture.getState();
      const point = pointOf(event);
      if (scene === null || onReadinessGlyph(scene, point) !== null) return;
      const thing = hit(scene, point);
      const box = thing === null ? null : boxOf(scene, thing);
      if (box === null) camera.current?.fit();
      else camera.current?.goTo(box);
    });
    return () => listen.abort();
  }, [host, camera]);
}

function Tooltip({ view }: { readonly view: View }): ReactElement | null {
  const hovered = useStore((state) => state.hovered);
  const cluster = useStore((state) => state.cluster);
  const scene = usePicture((picture) => picture.scene);
  const [shown, setShown] = useState<ThingId | null>(null);
  useEffect(() => {
    setShown(null);
    if (hovered === null) return;
    const timer = setTimeout(() => setShown(hovered), TOOLTIP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [hovered]);
  const box = shown === null || scene === null ? null : boxOf(scene, shown);
  if (box === null || shown === null || cluster === null) return null;
  const below = view.offsetY + (box.y + box.height) * view.scale + 7;
  return (
    <div
      className="tip"
      role="tooltip"
      style={{ left: Math.max(8, Math.min(innerWidth - 250, view.offsetX + box.x * view.scale)), top: below }}
    >
      {nameOf(cluster, shown)}
    </div>
  );
}

/** The picture as a nested list for those who do not see it. */
function Twin(): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  if (cluster === null) return null;
  return (
    <ul className="visually-hidden" aria-label="Cluster">
      {outline(cluster).map((item, i) => (
        <li key={i}>{nameOf(cluster, item.thing)}</li>
      ))}
    </ul>
  );
}
