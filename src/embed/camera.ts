/**
 * The camera of the embed: fits until a person moves it. Never traps scrolling: the wheel moves the picture only with
 * Ctrl (which is also what a touchpad's pinch sends), a finger only with a second one; the mouse drags.
 */
import type { View } from "../app/canvas/camera.ts";
import type { Box, Point } from "../scene/contract.ts";
import { fit } from "../scene/hit.ts";
import type { Scene } from "../scene/scene.ts";

const MIN_SCALE = 0.3;
const MAX_SCALE = 4;
const SPARE_PX = 12;
const WHEEL_SENSITIVITY = 0.01;

export interface EmbedCamera {
  view(): View;
  resize(scene: Scene | null, width: number, height: number): void;
  fit(): void;
  goTo(box: Box): void;
  toScene(screen: Point): Point;
  dispose(): void;
}

/** `moved`: the new view, and whether it still fits by itself. */
export function createCamera(host: HTMLElement, moved: (view: View, fitting: boolean) => void): EmbedCamera {
  let view: View = { scale: 1, offsetX: 0, offsetY: 0 };
  let scene: Scene | null = null;
  let size = { width: 0, height: 0 };
  let fits = true;
  const put = (next: View, fitting: boolean): void => {
    view = next;
    fits = fitting;
    moved(view, fits);
  };
  const refit = (): void => {
    if (scene === null || size.width === 0 || size.height === 0) return;
    const fitted = fit(scene, size.width, size.height);
    // A little room to spare goes below, where the scrub line is.
    put(fitted.offsetY > 0 && fitted.offsetY < SPARE_PX ? { ...fitted, offsetY: 0 } : fitted, true);
  };
  /** Scales around a point of the screen and moves by so much. */
  const move = (factor: number, at: Point, by: Point): void => {
    const scale = Math.max(MIN_SCALE, Math.min(MAX_SCALE, view.scale * factor));
    const k = scale / view.scale;
    put({ scale, offsetX: at.x + by.x - (at.x - view.offsetX) * k, offsetY: at.y + by.y - (at.y - view.offsetY) * k }, false);
  };
  const stop = listenForGestures(host, move);
  return {
    view: () => view,
    resize(next, width, height) {
      scene = next;
      size = { width, height };
      if (fits) refit();
    },
    fit: refit,
    goTo(box) {
      const scale = Math.min(2, 0.8 * Math.min(size.width / box.width, size.height / box.height));
      put(
        { scale, offsetX: size.width / 2 - (box.x + box.width / 2) * scale, offsetY: size.height / 2 - (box.y + box.height / 2) * scale },
        false,
      );
    },
    toScene: (screen) => ({ x: (screen.x - view.offsetX) / view.scale, y: (screen.y - view.offsetY) / view.scale }),
    dispose: stop,
  };
}

type Move = (factor: number, at: Point, by: Point) => void;

function listenForGestures(host: HTMLElement, move: Move): () => void {
  const listen = new AbortController();
  const { signal } = listen;
  const local = (x: number, y: number): Point => {
    const { left, top } = host.getBoundingClientRect();
    return { x: x - left, y: y - top };
  };
  host.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      move(Math.exp(-event.deltaY * WHEEL_SENSITIVITY), local(event.clientX, event.clientY), { x: 0, y: 0 });
    },
    { passive: false, signal },
  );
  let drag: Point | null = null;
  host.addEventListener("mousedown", (event) => (drag = event.button === 0 ? { x: event.clientX, y: event.clientY } : null), { signal });
  window.addEventListener(
    "mousemove",
    (event) => {
      if (drag === null) return;
      const by = { x: event.clientX - drag.x, y: event.clientY - drag.y };
      drag = { x: event.clientX, y: event.clientY };
      if (event.buttons === 0) drag = null;
      else move(1, { x: 0, y: 0 }, by);
    },
    { signal },
  );
  window.addEventListener("mouseup", () => (drag = null), { signal });
  let pinch: { readonly at: Point; readonly apart: number } | null = null;
  const onTouch = (event: TouchEvent): void => {
    const [a, b] = [event.touches[0], event.touches[1]];
    if (a === undefined || b === undefined) {
      pinch = null;
      return;
    }
    const at = local((a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
    const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (event.type === "touchmove" && pinch !== null) {
      event.preventDefault();
      move(apart / pinch.apart, pinch.at, { x: at.x - pinch.at.x, y: at.y - pinch.at.y });
    }
    pinch = { at, apart };
  };
  for (const type of ["touchstart", "touchmove", "touchend", "touchcancel"] as const)
    host.addEventListener(type, onTouch, { passive: false, signal });
  return () => listen.abort();
}
