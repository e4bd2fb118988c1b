/** Where the numbers stand: beside the trail, one for each beat, never on top of each other. */
import type { Place } from "../core/network/trace.ts";
import type { Beat, Motion, Point, Stop } from "./contract.ts";
import { besidePoint, placePoint, pointOn } from "./routes.ts";
import { indexOf } from "./lookup.ts";
import type { Scene } from "./scene.ts";

/** Two numbers closer than this would touch. */
const APART = 18;
const NUDGES: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 19],
  [0, -19],
  [-19, 0],
  [19, 0],
  [0, 38],
  [0, -38],
  [38, 0],
];

export function placeStops(scene: Scene, beats: readonly Beat[], motions: readonly Motion[]): readonly Stop[] {
  const stops: Stop[] = [];
  beats.forEach((beat, i) => {
    if (beat.quiet === true || asksAgain(beats, i)) return;
    const wish = stopPoint(
      scene,
      beat,
      motions.filter((motion) => motion.beat === i && !motion.folded),
    );
    stops.push({ beat: i, number: beat.number, point: free(wish, stops), dns: beat.glyph === "dns" });
  });
  return stops;
}

/** Of a look-up told question by question each name server has one number: that of the last question it answered. */
function asksAgain(beats: readonly Beat[], i: number): boolean {
  const beat = beats[i];
  return (
    beat?.glyph === "dns" &&
    beats.slice(i + 1).some((later) => later.glyph === "dns" && later.quiet !== true && samePlace(later.place, beat.place))
  );
}

function samePlace(a: Place, b: Place): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function free(wish: Point, stops: readonly Stop[]): Point {
  for (const [dx, dy] of NUDGES) {
    const point = { x: wish.x + dx, y: wish.y + dy };
    if (stops.every((stop) => Math.hypot(stop.point.x - point.x, stop.point.y - point.y) >= APART)) return point;
  }
  return wish;
}

function stopPoint(scene: Scene, beat: Beat, motions: readonly Motion[]): Point {
  const travels = (motion: Motion): boolean =>
    motion.kind === "cross" || motion.kind === "enter-cluster" || motion.kind === "leave-cluster";
  const crossing = motions.find((motion) => travels(motion) && beat.direction === "out" && beat.glyph !== "dns");
  if (crossing !== undefined) return onTheBus(crossing.path);
  const leaving = motions.find((motion) => motion.kind === "leave" && beat.direction === "out" && beat.glyph !== "dns");
  if (leaving !== undefined) return leaving.path[1] ?? leaving.path[0] ?? placePoint(scene, beat.place);
  return besidePlace(scene, beat.place);
}

/** The middle of the longest level stretch; halfway where there is none. */
function onTheBus(path: readonly Point[]): Point {
  let middle = pointOn(path, 0.5);
  let longest = 0;
  for (let i = 1; i < path.length; i++) {
    const a = path[i - 1];
    const b = path[i];
    if (a === undefined || b === undefined || a.y !== b.y || Math.abs(b.x - a.x) <= longest) continue;
    longest = Math.abs(b.x - a.x);
    middle = { x: (a.x + b.x) / 2, y: a.y };
  }
  return middle;
}

/** Left of a Pod's edge, at the left border of a gate's node, beside a pill. */
function besidePlace(scene: Scene, place: Place): Point {
  if (place.kind === "gate") {
    const node = indexOf(scene).nodes.get(place.node);
    if (node !== undefined) return { x: node.box.x, y: node.gate.y + node.gate.height / 2 };
  }
  return besidePoint(scene, place, 12);
}
