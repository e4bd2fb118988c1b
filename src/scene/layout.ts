/**
 * The slotted, stable layout (DESIGN 6). Bands from top to bottom: outside, boundary, shelf, selector lane, label
 * lane, bus, nodes; a second row of nodes has bands of its own, joined on the far left.
 *
 *      client ──┐                       outside
 *   ┌───────────o───────────────────┐   boundary, with its port
 *   │ ⬡ web     │   ⬡ cart   ⬡ dns  │   shelf
 *   │ ┈┈┈┈┈┈┈┈┈┈│┈┈┈┈┈┈┈┈┈┈┈┈┈┈┐    │   selector lane, then the label lane
 *   │ ┌─────────┴──────┬───────│┐   │   bus: the Pod network
 *   │┌│node-1 ──┐┌─────│node-2 │─┐  │   rail, gate across it, Pods on their stubs
 */
import { compareText } from "../core/base/names.ts";
import type { NamespacedName } from "../core/base/names.ts";
import type { ClusterView, NodeView, PodView } from "../core/simulation/view.ts";
import type { Journey, Place } from "../core/network/trace.ts";
import type { Box, SceneOptions, Slots, ThingId } from "./contract.ts";
import { crowdRails } from "./crowd.ts";
import { externalPills } from "./externals.ts";
import { metricsOf, withRoom } from "./metrics.ts";
import { isSystem, membersOf, podsOf, railBottoms } from "./pods.ts";
import { ZONE_PAD, frameOf, mapOf, placeRows, zonesOf } from "./rows.ts";
import type { Metrics, Scene, SceneBus, SceneNode, ScenePod } from "./scene.ts";
import { buildShelf } from "./shelf.ts";
import { assignSlots, slotsOn } from "./slots.ts";
import { buildThreads } from "./threads.ts";
import { buildTray } from "./tray.ts";
import { viewIndex } from "./view-index.ts";
import { balancers, entryOf, pillsOf, wiresOf } from "./wires.ts";

const BEYOND_MARGIN = 14;
/** From so many Pods on it pays to remember what was worked out for a view. */
const LARGE = 2_000;

/** Builds the scene of a cluster: the same view, options and previous slots always give the same scene. */
export function buildScene(view: ClusterView, options: SceneOptions): Scene {
  const used = usedSets(options);
  const compact = options.arrangement !== "workbench";
  const pods = view.pods.filter((pod) => pod.node !== null && (!compact || used.pods.has(pod.key) || !isSystem(pod)));
  const nodes = shownNodes(view, pods, used, compact);
  const names = new Set(nodes.map((node) => node.name));
  const placed = pods.filter((pod) => pod.node !== null && names.has(pod.node));
  const nodeNames = nodes.map((node) => node.name);
  // The Pods by node are worked out once for a view, where all of them are laid out.
  const slots =
    !compact && placed.length >= LARGE
      ? slotsOn(nodeNames, viewIndex(view).podsOn, options.previous)
      : assignSlots(nodeNames, placed, options.previous);
  const inside = compact || options.room?.inside === true;
  const outsiders = view.outsiders.filter((one) => used.outside.has(one.id) || (!inside && one.kind === "client"));
  const metrics = withRoom(metricsOf(options.arrangement, outsiders.length > 0), options.room, outsiders.length > 0);
  const frame = frameOf(nodes, slots, view, options, metrics);

  const shelfInset = compact ? metrics.nodeInset : 12;
  const shelf = buildShelf({
    services: view.services,
    used: used.services,
    focus: options.focus,
    domain: view.domain,
    left: frame.cluster.x + shelfInset,
    width: frame.cluster.width - 2 * shelfInset,
    metrics,
  });
  const shelfBottom = metrics.shelfY + (shelf.rows - 1) * metrics.shelfPitch + metrics.frontHeight;
  const rows = placeRows(nodes, slots, frame, metrics, shelfBottom);
  const sceneNodes = rows.flatMap((row) => row.nodes);
  const { crowds } = options;
  const isCrowd = crowds !== undefined && frame.plan !== null && placed.length >= crowds.from;
  const crowd = isCrowd
    ? crowds.of(
        view,
        sceneNodes.map((node) => node.name),
        slots,
        frame.most,
        options,
      )
    : null;
  const nodePods = crowd === null ? podsOnNodes(sceneNodes, slots, placed, view, options, metrics, frame.most) : [];
  const bottoms = crowd === null ? railBottoms(nodePods) : null;
  const rails = crowd === null ? null : crowdRails(sceneNodes, crowd, metrics);
  const rowsBottom = rows.at(-1)?.bottom ?? shelfBottom + metrics.nodeDy;
  const tray = buildTray(view, frame.cluster, rowsBottom + (frame.zoned ? ZONE_PAD : 0), options, metrics);
  const scenePods = tray === null ? nodePods : [...nodePods, ...tray.pods];
  const bottom = (tray === null ? rowsBottom : tray.box.y + tray.box.height) + metrics.clusterPad;
  const cluster: Box = { ...frame.cluster, y: metrics.boundaryY, height: bottom - metrics.boundaryY };
  const buses = rows.map((row) => row.bus);
  const withEnds = sceneNodes.map((node, i) => ({
    ...node,
    railBottom: Math.max(node.railBottom, rails?.[i] ?? bottoms?.get(node.name) ?? 0),
  }));
  const entry = entryOf(outsiders.length > 0 || balancers(view, options).length > 0, shelf, sceneNodes, cluster, view, options);
  const pills = pillsOf(outsiders, view, options, metrics);
  const busY = buses[0]?.y ?? shelfBottom + metrics.busDy;
  const externals = externalPills(view, options, cluster, busY);
  const rightmost = externals[0]?.box ?? cluster;
  const joinX = cluster.x + 6;
  const map = frame.plan === null ? null : mapOf(frame.plan, withEnds, slots);
  return {
    version: view.version,
    arrangement: options.arrangement,
    metrics,
    width: rightmost.x + rightmost.width + metrics.margin,
    height: bottom + (compact ? 4 : BEYOND_MARGIN),
    focus: options.focus,
    cluster,
    clusterCaption: compact ? "" : clusterCaption(nodes, view.nodes, shelf.folded.length),
    network: compact ? null : networkLabel(view, withEnds, buses),
    zones: map !== null ? map.blocks.filter(({ name }) => name !== "") : compact ? [] : zonesOf(withEnds, metrics),
    map,
    nodes: withEnds,
    pods: scenePods,
    crowd,
    tray: tray === null ? null : { box: tray.box, title: tray.title, reason: tray.reason },
    services: shelf.fronts,
    pills: [...pills, ...externals],
    entry,
    beyond: { x: externals[0]?.box.x ?? cluster.x + cluster.width, y: busY },
    buses,
    joinX,
    wires: wiresOf(withEnds, nodePods, buses, joinX, entry, [...pills, ...externals]),
    threads: buildThreads({
      view,
      focus: options.focus,
      fronts: shelf.fronts,
      nodes: withEnds,
      pods: nodePods,
      crowd,
      buses,
      cluster,
      metrics,
      shelfBottom,
    }),
    slots,
    folded: {
      nodes: view.nodes.filter((node) => !names.has(node.name)).map((node) => node.name),
      services: shelf.folded,
      pods: foldedPods(view, crowd === null ? scenePods : [...(tray?.pods ?? []), ...placed], crowd !== null),
    },
  };
}

function podsOnNodes(
  nodes: readonly SceneNode[],
  slots: Slots,
  placed: readonly PodView[],
  view: ClusterView,
  options: SceneOptions,
  metrics: Metrics,
  most: number,
): readonly ScenePod[] {
  const members = membersOf(placed, view, options.focus);
  return nodes.flatMap((node) => podsOf(node, slots[node.name] ?? [], members, options, metrics, most));
}

function foldedPods(view: ClusterView, shown: readonly { readonly key: NamespacedName }[], isCrowd: boolean): readonly NamespacedName[] {
  // hardly ever is any of a crowd left out: no need to look for it among all the others
  if (isCrowd && shown.length === view.pods.length) return [];
  const keys = new Set(shown.map((pod) => pod.key));
  return view.pods.filter((pod) => !keys.has(pod.key)).map((pod) => pod.key);
}

/** What a journey visits: given as SceneOptions.used, so that none of it is folded away while it is on show. */
export function usedBy(journey: Journey): readonly ThingId[] {
  const things = new Map<string, ThingId>();
  // (of thousands of hops most are at places that were seen: texts of few characters tell)
  const node = (name: string): void => {
    if (!things.has(`n ${name}`)) things.set(`n ${name}`, { kind: "node", name });
  };
  const visit = (place: Place): void => {
    switch (place.kind) {
      case "pod":
        if (!things.has(`p ${place.pod}`)) things.set(`p ${place.pod}`, { kind: "pod", key: place.pod });
        return node(place.node);
      case "node":
      case "gate":
        return node(place.node);
      case "outside":
        if (!things.has(`o ${place.id}`)) things.set(`o ${place.id}`, { kind: "outside", id: place.id });
        return;
      case "beyond":
        return;
    }
  };
  for (const packet of journey.packets)
    for (const hop of packet.hops) {
      visit(hop.from);
      visit(hop.to);
    }
  if (journey.servicePort === null) return [...things.values()];
  return [...things.values(), { kind: "service", key: journey.servicePort.split(":")[0] ?? journey.servicePort }];
}

interface Used {
  readonly pods: ReadonlySet<NamespacedName>;
  readonly nodes: ReadonlySet<string>;
  readonly services: ReadonlySet<NamespacedName>;
  readonly outside: ReadonlySet<string>;
}

function usedSets(options: SceneOptions): Used {
  const pods = new Set<NamespacedName>();
  const nodes = new Set<string>();
  const services = new Set<NamespacedName>();
  const outside = new Set<string>();
  if (options.focus !== null) services.add(options.focus);
  for (const thing of options.used ?? []) {
    if (thing.kind === "pod") pods.add(thing.key);
    else if (thing.kind === "node") nodes.add(thing.name);
    else if (thing.kind === "gate") nodes.add(thing.node);
    else if (thing.kind === "service") services.add(thing.key);
    else if (thing.kind === "outside") outside.add(thing.id);
  }
  return { pods, nodes, services, outside };
}

/** The control plane is folded until something of its own stands there or a packet visits it; so are idle nodes in small frames. */
function shownNodes(view: ClusterView, pods: readonly PodView[], used: Used, compact: boolean): readonly NodeView[] {
  const busy = new Set(compact ? pods.filter((pod) => !isSystem(pod)).map((pod) => pod.node) : []);
  const held = new Set(used.pods.size === 0 ? [] : view.pods.filter((pod) => used.pods.has(pod.key)).map((pod) => pod.node));
  const workers = view.nodes.filter((node) => !node.controlPlane);
  const wanted = (node: NodeView): boolean => {
    if (used.nodes.has(node.name) || held.has(node.name)) return true;
    if (node.controlPlane) return workers.length === 0 || pods.some((pod) => pod.node === node.name && !isSystem(pod));
    return !compact || busy.has(node.name);
  };
  const shown = view.nodes.filter(wanted);
  return [...(shown.length > 0 ? shown : view.nodes.slice(0, 1))].sort(
    (a, b) => Number(a.controlPlane) - Number(b.controlPlane) || compareText(a.zone, b.zone) || compareNodeNames(a.name, b.name),
  );
}

/** `node-2` before `node-10`: runs of digits compare as numbers. */
function compareNodeNames(a: string, b: string): number {
  const split = (name: string): readonly string[] => name.match(/\d+|\D+/g) ?? [];
  const left = split(a);
  const right = split(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] ?? "";
    const y = right[i] ?? "";
    const order = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) || x.length - y.length : compareText(x, y);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function clusterCaption(shown: readonly NodeView[], all: readonly NodeView[], foldedServices: number): string {
  const zones = new Set(shown.map((node) => node.zone).filter((zone) => zone !== ""));
  const nodes = `${shown.length} ${shown.length === 1 ? "node" : "nodes"}`;
  const inZones = zones.size > 0 ? ` in ${zones.size} ${zones.size === 1 ? "zone" : "zones"}` : "";
  const folded = all.length > shown.length ? ", control plane folded" : "";
  const more = foldedServices > 0 ? `, ${foldedServices} more ${foldedServices === 1 ? "Service" : "Services"}` : "";
  return `Cluster, ${nodes}${inZones}${folded}${more}`;
}

/** Roughly, as text is measured only when it is drawn. */
const CAPTION_EM = 5.9;

/** Below the bus, right of the last rail, where nothing travels and no label stands; above it where that leaves no room. */
function networkLabel(view: ClusterView, nodes: readonly SceneNode[], buses: readonly SceneBus[]): Scene["network"] {
  const bus = buses[0];
  const right = nodes.filter((node) => node.busY === bus?.y).at(-1);
  if (bus === undefined || right === undefined) return null;
  const text = `Pod network ${view.podCidrs.join(", ")}`;
  const x = right.box.x + right.box.width - 19;
  const fits = x - right.railX - 12 >= text.length * CAPTION_EM;
  return { text, point: { x, y: fits ? bus.y + 13 : bus.y - 8 } };
}
