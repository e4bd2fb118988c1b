/**
 * The camera over the scene: fits until a person moves it, then stays where it was put (DESIGN 1.6). d3-zoom reads
 * wheel, drag and pinch; keys and buttons go through the same transform.
 */
import { select, zoom, zoomIdentity, type D3ZoomEvent, type Selection, type ZoomBehavior } from "d3";
import type { Box, Point } from "../../scene/contract.ts";
import { fit } from "../../scene/hit.ts";
import type { Scene } from "../../scene/scene.ts";

export interface View {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export interface Camera {
  view(): View;
  /** True while the whole scene is kept in view by itself. */
  fitting(): boolean;
  resize(scene: Scene | null, width: number, height: number): void;
  fit(): void;
  zoomBy(factor: number): void;
  panBy(dx: number, dy: number): void;
  /** Fills the view with a box of the scene. */
  goTo(box: Box): void;
  /** Moves the view to this point of the scene, as near as it is. */
  centreOn(point: Point): void;
  toScene(screen: Point): Point;
  dispose(): void;
}

const MIN_SCALE = 0.2;
const MAX_SCALE = 4;
const STEP = 1.25;
export const ZOOM_STEP = STEP;

/** `moved` is called with the new view whenever it changed, whoever changed it. */
export function createCamera(host: HTMLElement, moved: (view: View) => void): Camera {
  let view: View = { scale: 1, offsetX: 0, offsetY: 0 };
  let scene: Scene | null = null;
  let size = { width: 0, height: 0 };
  let fits = true;
  const selection: Selection<HTMLElement, unknown, null, undefined> = select(host);
  const behaviour: ZoomBehavior<HTMLElement, unknown> = zoom<HTMLElement, unknown>()
    .scaleExtent([MIN_SCALE, MAX_SCALE])
    // Known here; d3 would ask the element, and thereby lay out the page in the midst of its changes.
    .extent(() => [
      [0, 0],
      [size.width, size.height],
    ])
    .filter((event: Event) => wanted(event))
    .on("zoom", (event: D3ZoomEvent<HTMLElement, unknown>) => {
      if (event.sourceEvent !== null) fits = false;
      view = { scale: event.transform.k, offsetX: event.transform.x, offsetY: event.transform.y };
      moved(view);
    });
  // Double clicks go into a thing instead.
  selection.call(behaviour).on("dblclick.zoom", null);

  const put = ({ scale, offsetX, offsetY }: View): void => {
    behaviour.transform(selection, zoomIdentity.translate(offsetX, offsetY).scale(scale));
  };
  const refit = (): void => {
    if (scene !== null && size.width > 0 && size.height > 0) put(fit(scene, size.width, size.height));
  };
  return {
    view: () => view,
    fitting: () => fits,
    resize(next, width, height) {
      scene = next;
      size = { width, height };
      // of a very large cluster all can be seen, and a little more
      if (scene !== null && width > 0 && height > 0)
        behaviour.scaleExtent([Math.min(MIN_SCALE, fit(scene, width, height).scale * 0.8), MAX_SCALE]);
      if (fits) refit();
    },
    fit() {
      fits = true;
      refit();
    },
    zoomBy(factor) {
      fits = false;
      behaviour.scaleBy(selection, factor, [size.width / 2, size.height / 2]);
    },
    panBy(dx, dy) {
      fits = false;
      put({ ...view, offsetX: view.offsetX + dx, offsetY: view.offsetY + dy });
    },
    goTo(box) {
      fits = false;
      const scale = Math.min(2, 0.8 * Math.min(size.width / box.width, size.height / box.height));
      put({
        scale,
        offsetX: size.width / 2 - (box.x + box.width / 2) * scale,
        offsetY: size.height / 2 - (box.y + box.height / 2) * scale,
      });
    },
    centreOn({ x, y }) {
      fits = false;
      put({ ...view, offsetX: size.width / 2 - x * view.scale, offsetY: size.height / 2 - y * view.scale });
    },
    toScene: (screen) => ({ x: (screen.x - view.offsetX) / view.scale, y: (screen.y - view.offsetY) / view.scale }),
    dispose() {
      selection.on(".zoom", null);
    },
  };
}

/** One finger scrolls the page; two fingers, the wheel and the first mouse button move the picture. */
function wanted(event: Event): boolean {
  if (event instanceof WheelEvent) return true;
  if (typeof TouchEvent !== "undefined" && event instanceof TouchEvent) return event.touches.length > 1;
  return event instanceof MouseEvent && event.button === 0 && !event.ctrlKey;
}
