/** What stands outside the boundary, the road from there to the bus, and the wires of the whole picture. */
import type { NamespacedName } from "../core/base/names.ts";
import type { ClusterView, ServiceView } from "../core/simulation/view.ts";
import type { Box, Point, SceneOptions } from "./contract.ts";
import { externalWires, isExternal } from "./externals.ts";
import { balancerNotes } from "./notes.ts";
import type { Metrics, Scene, SceneBus, SceneNode, ScenePill, ScenePod } from "./scene.ts";
import { shelfOrder } from "./shelf.ts";
import type { Shelf } from "./shelf.ts";

/** Services whose load balancer stands outside, where the arrangement has room for it. */
export function balancers(view: ClusterView, options: SceneOptions): readonly ServiceView[] {
  if (options.arrangement !== "workbench") return [];
  return shelfOrder(view.services, NONE).filter((service) => service.type === "LoadBalancer" && service.loadBalancer.state !== "none");
}

const NONE: ReadonlySet<NamespacedName> = new Set();
const PILL_Y = 8;
const PILL_HEIGHT = 42;
const BALANCER_WIDTH = 264;

const PILL_GAP = 32;
/** The zoom buttons lie over the picture's top right corner. */
const CORNER = 130;

/** Hosts and load balancers, from left to right: as many balancers as find room, the one of the Service in focus first of all. */
export function pillsOf(
  outsiders: ClusterView["outsiders"],
  view: ClusterView,
  options: SceneOptions,
  metrics: Metrics,
): readonly ScenePill[] {
  const pills: ScenePill[] = [];
  let x = metrics.margin + 12;
  const add = (pill: Omit<ScenePill, "box">, width: number): void => {
    pills.push({ ...pill, box: { x, y: PILL_Y, width, height: PILL_HEIGHT } });
    x += width + PILL_GAP;
  };
  for (const { id, name, address, kind } of outsiders)
    add({ id, name, address, glyph: kind === "dns" ? "dns" : "client", state: "ready", notes: [], checks: [] }, 176);
  const all = balancers(view, options);
  const room = Math.max(1, Math.floor((options.width - CORNER - x + PILL_GAP) / (BALANCER_WIDTH + PILL_GAP)));
  const kept = new Set([...all].sort((a, b) => Number(b.key === options.focus) - Number(a.key === options.focus)).slice(0, room));
  for (const service of all.filter((one) => kept.has(one))) {
    const name = all.length === 1 ? "load balancer" : `load balancer of ${service.name}`;
    const { state, address, notes } = balancerNotes(service);
    const checks = service.loadBalancer.reach?.checks ?? [];
    add({ id: balancerId(service.key), name, address, glyph: "lb", state, notes, checks }, BALANCER_WIDTH);
  }
  return pills;
}

/** The pill of a Service's load balancer. */
export function balancerId(service: NamespacedName): string {
  return `balancer ${service}`;
}

/** Whose load balancer a pill is; null for other things that stand outside. */
export function balancedService(view: ClusterView, id: string): ServiceView | null {
  return view.services.find((service) => balancerId(service.key) === id) ?? null;
}

/** A road and a rail closer than this would look like one crooked line. */
const CROOKED = 9;

/** The road from outside goes down through the gap after the first front of each row, or along the left edge. */
export function entryOf(
  outside: boolean,
  shelf: Shelf,
  nodes: readonly SceneNode[],
  cluster: Box,
  view: ClusterView,
  options: SceneOptions,
): Scene["entry"] {
  if (!outside) return null;
  const x = gapOf(shelf, nodes, cluster);
  const focused = view.services.find((service) => service.key === options.focus);
  const port = [...(focused === undefined ? [] : [focused]), ...view.services]
    .flatMap((service) => service.ports.map((one) => one.nodePort))
    .find((one) => one !== null);
  return { port: { x, y: cluster.y }, x, label: port === undefined || port === null ? "" : `node port ${port}` };
}

function gapOf(shelf: Shelf, nodes: readonly SceneNode[], cluster: Box): number {
  const first = shelf.fronts[0]?.box;
  const gap = first === undefined ? cluster.x + 250 : first.x + first.width + (shelf.rows > 1 ? 9 : 6);
  const free = (x: number, slack: number): boolean => shelf.fronts.every(({ box }) => x + slack <= box.x || x - slack >= box.x + box.width);
  // straight down along the left edge where a front is in the way
  if (!free(gap, 2)) return cluster.x + 6;
  const rail = nodes.find((node) => Math.abs(node.railX - gap) < CROOKED)?.railX;
  return rail !== undefined && free(rail, 3) ? rail : gap;
}

/** Every wire at rest: buses with their outer rails, inner rails, stubs, the road outside. */
export function wiresOf(
  nodes: readonly SceneNode[],
  pods: readonly ScenePod[],
  buses: readonly SceneBus[],
  joinX: number,
  entry: Scene["entry"],
  all: readonly ScenePill[],
): readonly (readonly Point[])[] {
  const pills = all.filter((pill) => !isExternal(pill));
  const wires: (readonly Point[])[] = [...externalWires(all.filter(isExternal), nodes, buses[0]?.y ?? 0)];
  buses.forEach((bus, i) => {
    const row = nodes.filter((node) => node.busY === bus.y);
    const first = row[0];
    const last = row.at(-1);
    if (first === undefined || last === undefined) return;
    const down = (node: SceneNode): Point => ({ x: node.railX, y: node.railBottom });
    const left = buses.length > 1 ? joinX : entry !== null && i === 0 && entry.x < first.railX ? entry.x : null;
    const alone = row.length === 1;
    // past the corner of the first rail, where there is more of the bus to meet
    if (left !== null && !alone)
      wires.push([
        { x: left, y: bus.y },
        { x: first.railX + 9, y: bus.y },
      ]);
    if (entry !== null && i === 0 && entry.x > last.railX)
      wires.push([
        { x: last.railX, y: bus.y },
        { x: entry.x, y: bus.y },
      ]);
    if (alone) wires.push([down(first), { x: first.railX, y: bus.y }, ...(left === null ? [] : [{ x: left, y: bus.y }])]);
    else wires.push([down(first), { x: first.railX, y: bus.y }, { x: last.railX, y: bus.y }, down(last)]);
    for (const node of row.slice(1, -1)) wires.push([{ x: node.railX, y: bus.y }, down(node)]);
  });
  const top = buses[0];
  const end = buses.at(-1);
  if (top !== undefined && end !== undefined && end !== top)
    wires.push([
      { x: joinX, y: top.y },
      { x: joinX, y: end.y },
    ]);
  for (const pod of pods) if (pod.stub.length > 0) wires.push(pod.stub);
  const firstPill = pills[0];
  if (entry !== null && top !== undefined && firstPill !== undefined) {
    const mid = firstPill.box.y + firstPill.box.height / 2;
    const last = pills.at(-1) ?? firstPill;
    wires.push([
      { x: firstPill.box.x + firstPill.box.width / 2, y: mid },
      { x: entry.x, y: mid },
      { x: entry.x, y: top.y },
    ]);
    if (last.box.x > entry.x)
      wires.push([
        { x: entry.x, y: mid },
        { x: last.box.x + 20, y: mid },
      ]);
  }
  return wires;
}
