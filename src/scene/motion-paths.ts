/** The path of each hop's motion: it starts and ends at the places the hop names and runs along the wires between. */
import { unreachable } from "../core/base/names.ts";
import type { Hop, Place } from "../core/network/trace.ts";
import type { Point } from "./contract.ts";
import { barStop, rewroteFirst } from "./bars.ts";
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
    case "drop": {
      const bar = barStop(scene, hop);
      return bar === null ? route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, "inside")) : toBar(scene, hop, here, bar);
    }
    case "reject":
      return route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, "inside"));
    case "leave": {
      // what a policy lets nobody send, and no rule rewrote, does not come past the Pod's own bar
      const bar = barStop(scene, next);
      if (bar !== null && bar.stop.direction === "out" && next !== null && !rewroteFirst(next)) return [here, bar.point];
      return route(scene, hop.from, hop.to, here, doorOf(scene, hop.to, hop.from.kind === "pod" ? "below" : "above"));
    }
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

/** From the gate to the bar of the Pod that the policies guard: in at its front door, or back to it. */
function toBar(scene: Scene, hop: Hop, here: Point, { stop, point }: NonNullable<ReturnType<typeof barStop>>): readonly Point[] {
  const node = nodeAt(scene, hop.to);
  if (node === null || (here.x === point.x && here.y === point.y)) return [here];
  const way = route(scene, hop.to, { kind: "pod", pod: stop.pod, node: node.name }, here, null);
  return [...way.slice(0, -1), point];
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
