/** The path of each hop's motion: it starts and ends at the places the hop names and runs along the wires between. */
import { unreachable } from "../core/base/names.ts";
import type { Hop, Place } from "../core/network/trace.ts";
import type { Point } from "./contract.ts";
import { indexOf } from "./lookup.ts";
import type { Scene, SceneNode } from "./scene.ts";
import { gateDoor, placePoint, route } from "./routes.ts";
import type { Door } from "./routes.ts";

/** Paths of all hops of a packet, each beginning where the one before ended. */
export function packetPaths(scene: Scene, hops: readonly Hop[]): readonly (readonly Point[])[] {
  let at: Point | null = null;
  return hops.map((hop, i) => {
    const path = hopPath(scene, hop, at, hops[i + 1] ?? null);
    at = path.at(-1) ?? at;
    return path;
  });
}

function hopPath(scene: Scene, hop: Hop, at: Point | null, next: Hop | null): readonly Point[] {
  const here = at ?? placePoint(scene, hop.from);
  switch (hop.kind) {
    case "send":
    case "accept":
    case "refuse":
    case "rewrite":
    case "known":
    case "restore":
      return [here];
    case "pass":
      return route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, doorTowards(next)));
    case "reject":
    case "drop":
      return route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, "inside"));
    case "leave":
      return route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, hop.from.kind === "pod" ? "below" : "above"));
    case "enter-cluster":
    case "cross":
      return route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, "above"));
    case "leave-cluster":
    case "deliver":
      return route(scene, hop.from, hop.to, here, null);
    case "lost":
      return sameSpot(hop) ? [here] : route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, "above"));
    default:
      return unreachable(hop);
  }
}

function sameSpot(hop: Hop): boolean {
  return JSON.stringify(hop.from) === JSON.stringify(hop.to);
}

/** The door a packet leaves a gate by, from what it does next. */
function doorTowards(next: Hop | null): Door {
  if (next === null) return "inside";
  switch (next.kind) {
    case "cross":
    case "leave-cluster":
    case "enter-cluster":
      return "above";
    case "deliver":
      return next.to.kind === "pod" ? "below" : "above";
    case "lost":
      return next.to.kind === "beyond" ? "above" : "inside";
    case "send":
    case "leave":
    case "pass":
    case "rewrite":
    case "known":
    case "restore":
    case "reject":
    case "drop":
    case "accept":
    case "refuse":
      return "inside";
    default:
      return unreachable(next);
  }
}

function nodeAt(scene: Scene, place: Place): SceneNode | null {
  return place.kind === "gate" ? (indexOf(scene).nodes.get(place.node) ?? null) : null;
}

/** A gate's door; null for other places and for nodes that are not in the picture: their own point serves. */
function doorOf(scene: Scene, place: Place, door: Door): Point | null {
  const node = nodeAt(scene, place);
  return node === null ? null : gateDoor(node, door);
}
