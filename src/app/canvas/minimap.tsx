/**
 * The overview in the corner of a picture that is larger than the view: nodes as blocks, the view as a frame. Drag it, press
 * somewhere, or use the arrow keys while it has the focus. It can be folded away; nothing shows while all is in view.
 */
import { useMemo, useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import type { Point, ThingId } from "../../scene/contract.ts";
import { frameIn, nodesInSight, overviewOf, placeInOverview, sceneAt, seesAll, sightOf } from "../../scene/overview.ts";
import { indexOf } from "../../scene/lookup.ts";
import type { Scene } from "../../scene/scene.ts";
import { Icon } from "../parts/icons.tsx";
import { thingAt } from "../state/focus.ts";
import { count, plural } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { ZOOM_STEP, type Camera } from "./camera.ts";
import { isFolded, useViewing } from "./viewing.ts";

const MOST = { width: 168, height: 112 };
/** Arrow keys move the view by this share of it. */
const STEP = 0.25;

export function Minimap({ camera }: { readonly camera: () => Camera | null }): ReactElement | null {
  const scene = usePicture((picture) => picture.scene);
  const arrangement = usePicture((picture) => picture.around.arrangement);
  const { view, width, height, folded } = useViewing();
  if (scene === null || width === 0 || scene.nodes.length === 0) return null;
  const sight = sightOf(view, width, height);
  if (seesAll(scene, sight)) return null;
  if (isFolded(folded, arrangement))
    return (
      <button
        type="button"
        className="tool small mapgo"
        aria-label="Show the overview"
        title="Overview, M"
        onClick={() => useViewing.setState({ folded: false })}
      >
        <Icon name="map" size={14} />
      </button>
    );
  return <Opened scene={scene} camera={camera} />;
}

function Opened({ scene, camera }: { readonly scene: Scene; readonly camera: () => Camera | null }): ReactElement {
  const { view, width, height } = useViewing();
  const kept = usePicture((picture) => picture.kept);
  const overview = useMemo(() => overviewOf(scene, kept, MOST), [scene, kept]);
  const at = usePacketPlace(scene);
  const map = useRef<SVGSVGElement>(null);
  const sight = sightOf(view, width, height);
  const frame = frameIn(overview, sight);
  const here = at === null ? null : placeInOverview(scene, overview, at, 5);

  const goTo = (event: PointerEvent): void => {
    const box = map.current?.getBoundingClientRect();
    if (box === undefined) return;
    // it may be drawn larger than planned, where text is
    const k = overview.width / Math.max(1, box.width);
    camera()?.centreOn(sceneAt(overview, { x: (event.clientX - box.left) * k, y: (event.clientY - box.top) * k }));
  };
  return (
    <div className="overviewmap">
      <div
        className="mapbody"
        role="application"
        aria-label="Overview. Arrow keys move the view, + and - zoom, 0 shows everything."
        aria-describedby="map-sight"
        tabIndex={0}
        onKeyDown={(event) => {
          if (!byKey(event, camera(), { width, height })) return;
          event.preventDefault();
          event.stopPropagation();
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          goTo(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) goTo(event);
        }}
      >
        <svg
          ref={map}
          width={overview.width}
          height={overview.height}
          viewBox={`0 0 ${overview.width} ${overview.height}`}
          aria-hidden="true"
        >
          <path className="mapcluster" d={overview.cluster} />
          <path className={kept === null ? "mapnodes" : "mapnodes aside"} d={overview.nodes} />
          <path className="mapkept" d={overview.kept} />
          <path className="maplost" d={overview.lost} />
          <path className="mapfronts" d={overview.fronts} />
          {here !== null && <path className="maphere" d={here} />}
          <rect className="mapsight" x={frame.x + 0.75} y={frame.y + 0.75} width={frame.width - 1.5} height={frame.height - 1.5} rx="2" />
        </svg>
      </div>
      <button
        type="button"
        className="tool small"
        aria-label="Fold the overview away"
        title="Fold away, M"
        onClick={() => useViewing.setState({ folded: true })}
      >
        <Icon name="close" size={12} />
      </button>
      <p id="map-sight" className="visually-hidden">
        {sightWords(nodesInSight(scene, sight), scene.nodes.length)}
        {at !== null && ` The packet is at ${placeWords(at)}.`}
      </p>
    </div>
  );
}

/** The node (or who stands outside) where the followed packet is now; null before its start and without one. */
function usePacketPlace(scene: Scene): ThingId | null {
  const choreography = usePicture((picture) => picture.choreography);
  const beat = useMoment((moment) => (moment.atStart ? -1 : moment.beat));
  return useMemo(() => {
    const place = choreography?.beats[beat]?.place;
    const thing = place === undefined ? null : thingAt(place);
    if (thing?.kind === "pod") {
      const node = indexOf(scene).nodeOf.get(thing.key) ?? "";
      return node === "" ? null : { kind: "node", name: node };
    }
    return thing?.kind === "gate" ? { kind: "node", name: thing.node } : thing;
  }, [choreography, beat, scene]);
}

function placeWords(thing: ThingId): string {
  return thing.kind === "node" ? thing.name : "a host outside";
}

function sightWords(names: readonly string[], all: number): string {
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || last === undefined) return `None of ${plural(all, "node")} is in view.`;
  if (names.length === 1) return `${first} is in view, of ${plural(all, "node")}.`;
  return `${count(names.length)} of ${plural(all, "node")} in view, ${first} to ${last}.`;
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: 1, y: 0 },
  ArrowRight: { x: -1, y: 0 },
  ArrowUp: { x: 0, y: 1 },
  ArrowDown: { x: 0, y: -1 },
};

/** True when the key meant something here. */
function byKey(event: KeyboardEvent, camera: Camera | null, size: { readonly width: number; readonly height: number }): boolean {
  if (camera === null || event.altKey || event.ctrlKey || event.metaKey) return false;
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) camera.panBy(arrow.x * STEP * size.width, arrow.y * STEP * size.height);
  else if (event.key === "+" || event.key === "=") camera.zoomBy(ZOOM_STEP);
  else if (event.key === "-") camera.zoomBy(1 / ZOOM_STEP);
  else if (event.key === "0") {
    // the overview goes: there is nothing more to see in it
    camera.fit();
    document.getElementById("topology")?.focus();
  } else return false;
  return true;
}
