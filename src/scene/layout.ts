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
import type { ClusterView, NodeView, PodView, ServiceView } from "../core/simulation/view.ts";
import type { Journey, Place } from "../core/network/trace.ts";
import type { Box, Point, SceneOptions, Slots, ThingId } from "./contract.ts";
import { metricsOf } from "./metrics.ts";
import type { Metrics, Scene, SceneBus, SceneNode, ScenePod, SceneZone } from "./scene.ts";
import { buildShelf, frontsPerRow } from "./shelf.ts";
import { assignSlots, compareSources, needsTwoColumns, slotCell, slotRows } from "./slots.ts";
import { buildThreads } from "./threads.ts";
import { balancers, entryOf, pillsOf, wiresOf } from "./wires.ts";

const NODE_MIN = 180;
const NODE_MAX = 300;
/** With two columns of Pods a node needs more room for names. */
const NODE_MIN_TWO = 264;
const COLUMN_GAP = 24;
const ZONE_PAD = 8;
const ZONE_GAP = 14;
/** Beyond so many nodes the picture grows sideways too, or it would be a ribbon. */
const RIBBON = 12;
/** Width to height. */
const SCREEN = 1.7;
const BEYOND_MARGIN = 14;

/** Builds the scene of a cluster: the same view, options and previous slots always give the same scene. */
export function buildScene(view: ClusterView, options: SceneOptions): Scene {
  const used = usedSets(options);
  const compact = options.arrangement !== "workbench";
  const pods = view.pods.filter((pod) => pod.node !== null && (!compact || used.pods.has(pod.key) || !isSystem(pod)));
  const nodes = shownNodes(view, pods, used, compact);
  const names = new Set(nodes.map((node) => node.name));
  const placed = pods.filter((pod) => pod.node !== null && names.has(pod.node));
  const slots = assignSlots(
    nodes.map((node) => node.name),
    placed,
    options.previous,
  );
  const outsiders = view.outsiders.filter((one) => used.outside.has(one.id) || (!compact && one.kind === "client"));
  const metrics = metricsOf(options.arrangement, outsiders.length > 0);
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
  const members = membersOf(placed, view.services, options.focus);
  const scenePods = sceneNodes.flatMap((node) => podsOf(node, slots[node.name] ?? [], members, options, metrics));
  const shownPods = new Set(scenePods.map((pod) => pod.key));
  const bottoms = railBottoms(scenePods);
  const last = rows.at(-1);
  const bottom = (last?.bottom ?? shelfBottom + metrics.nodeDy) + metrics.clusterPad;
  const cluster: Box = { ...frame.cluster, y: metrics.boundaryY, height: bottom - metrics.boundaryY };
  const buses = rows.map((row) => row.bus);
  const withEnds = sceneNodes.map((node) => ({ ...node, railBottom: Math.max(node.railBottom, bottoms.get(node.name) ?? 0) }));
  const entry = entryOf(outsiders.length > 0 || balancers(view, options).length > 0, shelf, sceneNodes, cluster, view, options);
  const pills = pillsOf(outsiders, view, options, metrics);
  const joinX = cluster.x + 6;
  return {
    version: view.version,
    arrangement: options.arrangement,
    metrics,
    width: cluster.x + cluster.width + metrics.margin,
    height: bottom + (compact ? 4 : BEYOND_MARGIN),
    focus: options.focus,
    cluster,
    clusterCaption: compact ? "" : clusterCaption(nodes, view.nodes, shelf.folded.length),
    network: compact ? null : networkLabel(view, withEnds, buses),
    zones: compact ? [] : zonesOf(withEnds, metrics),
    nodes: withEnds,
    pods: scenePods,
    services: shelf.fronts,
    pills,
    entry,
    beyond: { x: cluster.x + cluster.width, y: buses[0]?.y ?? shelfBottom + metrics.busDy },
    buses,
    joinX,
    wires: wiresOf(withEnds, scenePods, buses, joinX, entry, pills),
    threads: buildThreads({
      view,
      focus: options.focus,
      fronts: shelf.fronts,
      nodes: withEnds,
      pods: scenePods,
      buses,
      cluster,
      metrics,
      shelfBottom,
    }),
    slots,
    folded: {
      nodes: view.nodes.filter((node) => !names.has(node.name)).map((node) => node.name),
      services: shelf.folded,
      pods: view.pods.filter((pod) => !shownPods.has(pod.key)).map((pod) => pod.key),
    },
  };
}

/** What a journey visits: given as SceneOptions.used, so that none of it is folded away while it is on show. */
export function usedBy(journey: Journey): readonly ThingId[] {
  const things = new Map<string, ThingId>();
  const add = (thing: ThingId): void => void things.set(JSON.stringify(thing), thing);
  const visit = (place: Place): void => {
    if (place.kind === "pod") {
      add({ kind: "pod", key: place.pod });
      add({ kind: "node", name: place.node });
    } else if (place.kind === "node" || place.kind === "gate") add({ kind: "node", name: place.node });
    else if (place.kind === "outside") add({ kind: "outside", id: place.id });
  };
  for (const packet of journey.packets)
    for (const hop of packet.hops) {
      visit(hop.from);
      visit(hop.to);
    }
  if (journey.servicePort !== null) add({ kind: "service", key: journey.servicePort.split(":")[0] ?? journey.servicePort });
  return [...things.values()];
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

function isSystem(pod: PodView): boolean {
  return pod.role === "dns" || pod.role === "system";
}

/** The control plane is folded until something of its own stands there or a packet visits it; so are idle nodes in small frames. */
function shownNodes(view: ClusterView, pods: readonly PodView[], used: Used, compact: boolean): readonly NodeView[] {
  const busy = new Set(pods.filter((pod) => !isSystem(pod) || !compact).map((pod) => pod.node));
  const held = new Set(view.pods.filter((pod) => used.pods.has(pod.key)).map((pod) => pod.node));
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

interface Frame {
  readonly cluster: Box;
  readonly nodeWidth: number;
  readonly perRow: number;
  readonly zoned: boolean;
  readonly twoColumns: boolean;
}

/** How wide nodes are, how many stand in a row, how wide the cluster is. */
function frameOf(nodes: readonly NodeView[], slots: Slots, view: ClusterView, options: SceneOptions, metrics: Metrics): Frame {
  const count = Math.max(1, nodes.length);
  const twoColumns = nodes.some((node) => needsTwoColumns(slots[node.name]?.length ?? 0));
  const phone = options.arrangement === "phone";
  const min = phone ? 1 : twoColumns ? NODE_MIN_TWO : NODE_MIN;
  const zoned = metrics.full && nodes.some((node) => node.zone !== "");
  const ribbon =
    count > RIBBON ? ribbonWidth(count, min, Math.max(...nodes.map((node) => slotRows(slots[node.name]?.length ?? 0))), metrics) : 0;
  const width = Math.max(options.width, ribbon) - 2 * metrics.margin;
  for (let rows = 1; ; rows++) {
    const perRow = Math.ceil(count / rows);
    if (phone && perRow > 2) continue;
    const room = width - spareWidth(nodes, perRow, zoned, metrics);
    const nodeWidth = Math.floor(Math.min(NODE_MAX, room / perRow));
    if (nodeWidth >= min || perRow === 1) {
      const needed = nodeWidth * perRow + spareWidth(nodes, perRow, zoned, metrics);
      const shelf = shelfNeed(view.services.length, width, metrics);
      const clusterWidth = Math.min(width, Math.max(needed, shelf));
      const whole = { x: metrics.margin, y: 0, width: Math.max(clusterWidth, needed), height: 0 };
      return { cluster: whole, nodeWidth: Math.max(nodeWidth, phone ? 120 : NODE_MIN), perRow, zoned, twoColumns };
    }
  }
}

/** Width that gives many nodes a picture about as wide as a screen. */
function ribbonWidth(count: number, nodeWidth: number, rows: number, metrics: Metrics): number {
  const wide = nodeWidth + metrics.nodeGap;
  const high = metrics.podsDy + rows * metrics.podPitch + metrics.nodeDy;
  return Math.ceil(Math.sqrt((count * SCREEN * high) / wide)) * wide + 2 * metrics.margin + 2 * metrics.nodeInset;
}

function shelfNeed(services: number, width: number, metrics: Metrics): number {
  const shown = Math.max(2, Math.min(services, frontsPerRow(width - 24, metrics)));
  return shown * metrics.frontMax + (shown - 1) * metrics.frontGap + 24;
}

/** Width of a row that no node gets: insets, gaps, zone paddings. The worst row decides, so that all are equal. */
function spareWidth(nodes: readonly NodeView[], perRow: number, zoned: boolean, metrics: Metrics): number {
  let worst = 0;
  for (let start = 0; start < Math.max(1, nodes.length); start += perRow) {
    const row = nodes.slice(start, start + perRow);
    let breaks = 0;
    row.forEach((node, i) => (breaks += i > 0 && zoned && node.zone !== row[i - 1]?.zone ? 1 : 0));
    const spare = 2 * metrics.nodeInset + (row.length - 1) * metrics.nodeGap + breaks * (ZONE_GAP + 2 * ZONE_PAD - metrics.nodeGap);
    worst = Math.max(worst, spare);
  }
  return worst;
}

interface Row {
  readonly nodes: readonly SceneNode[];
  readonly bus: SceneBus;
  readonly bottom: number;
}

function placeRows(nodes: readonly NodeView[], slots: Slots, frame: Frame, metrics: Metrics, shelfBottom: number): readonly Row[] {
  const rows: Row[] = [];
  let top = shelfBottom;
  for (let start = 0; start < nodes.length; start += frame.perRow) {
    const row = placeRow(nodes.slice(start, start + frame.perRow), slots, frame, metrics, top);
    rows.push(row);
    // the lanes of the next row begin where its shelf would end
    top = row.bottom + (frame.zoned ? ZONE_PAD : 0) - metrics.laneDy;
  }
  return rows;
}

function placeRow(nodes: readonly NodeView[], slots: Slots, frame: Frame, metrics: Metrics, top: number): Row {
  const y = top + metrics.nodeDy - (frame.zoned || !metrics.full ? 0 : 12);
  const busY = top + metrics.busDy;
  const most = Math.max(1, ...nodes.map((node) => slotRows(slots[node.name]?.length ?? 0)));
  const height = metrics.podsDy + most * metrics.podPitch - (metrics.podPitch - metrics.podHeight) + metrics.nodePad;
  let x = frame.cluster.x + metrics.nodeInset;
  const placed = nodes.map((node, i): SceneNode => {
    if (i > 0) x += metrics.nodeGap + (frame.zoned && nodes[i - 1]?.zone !== node.zone ? ZONE_GAP + 2 * ZONE_PAD - metrics.nodeGap : 0);
    const box: Box = { x, y, width: frame.nodeWidth, height };
    x += frame.nodeWidth;
    const gate: Box = {
      x: box.x + metrics.gateInset,
      y: y + metrics.gateDy,
      width: box.width - 2 * metrics.gateInset,
      height: metrics.gateHeight,
    };
    return {
      name: node.name,
      box,
      address: node.internalIp,
      zone: node.zone,
      ready: node.ready,
      cordoned: node.cordoned,
      controlPlane: node.controlPlane,
      railX: box.x + metrics.rail,
      railBottom: gate.y + gate.height / 2,
      busY,
      gate,
      mode: node.proxyMode,
      changesBehind: node.changesBehind,
    };
  });
  const first = placed[0]?.railX ?? frame.cluster.x;
  const lastRail = placed.at(-1)?.railX ?? first;
  return { nodes: placed, bus: { y: busY, left: first, right: lastRail }, bottom: y + height };
}

function podsOf(
  node: SceneNode,
  slots: readonly (NamespacedName | null)[],
  members: Members,
  options: SceneOptions,
  metrics: Metrics,
): readonly ScenePod[] {
  const two = needsTwoColumns(slots.length);
  const all = node.box.width - metrics.podLeft - metrics.podRight;
  const width = two ? (all - COLUMN_GAP) / 2 : all;
  return slots.flatMap((key, slot): readonly ScenePod[] => {
    const pod = key === null ? undefined : members.pods.get(key);
    if (pod === undefined) return [];
    const { column, row } = slotCell(slot);
    const box: Box = {
      x: node.box.x + metrics.podLeft + column * (width + COLUMN_GAP),
      y: node.box.y + metrics.podsDy + row * metrics.podPitch,
      width,
      height: metrics.podHeight,
    };
    const badges = members.badges.get(pod.key) ?? [];
    return [
      {
        key: pod.key,
        node: node.name,
        slot,
        box,
        name: pod.shortName,
        fullName: pod.name,
        detail: podDetail(pod, options),
        state: pod.state,
        restarts: pod.restarts,
        role: pod.role,
        hostNetwork: pod.hostNetwork,
        badges: badges.slice(0, 3),
        moreBadges: Math.max(0, badges.length - 3),
        stub: pod.hostNetwork ? [] : stubOf(node, box, column, metrics),
      },
    ];
  });
}

/** From the rail to the Pod; a Pod of the second column is reached through the gap below its neighbour. */
function stubOf(node: SceneNode, box: Box, column: number, metrics: Metrics): readonly Point[] {
  const mid = box.y + box.height / 2;
  if (column === 0)
    return [
      { x: node.railX, y: mid },
      { x: box.x, y: mid },
    ];
  const under = box.y + box.height + (metrics.podPitch - metrics.podHeight) / 2;
  const turn = box.x - 7;
  return [
    { x: node.railX, y: under },
    { x: turn, y: under },
    { x: turn, y: mid },
    { x: box.x, y: mid },
  ];
}

function railBottoms(pods: readonly ScenePod[]): ReadonlyMap<string, number> {
  const bottoms = new Map<string, number>();
  for (const pod of pods) bottoms.set(pod.node, Math.max(bottoms.get(pod.node) ?? 0, pod.stub[0]?.y ?? 0));
  return bottoms;
}

interface Badge {
  readonly service: NamespacedName;
  readonly solid: boolean;
}

interface Members {
  readonly pods: ReadonlyMap<NamespacedName, PodView>;
  readonly badges: ReadonlyMap<NamespacedName, readonly Badge[]>;
}

/** Which Services select which Pods, the one in focus first. The cluster's own Pods carry no badge. */
function membersOf(pods: readonly PodView[], services: readonly ServiceView[], focus: NamespacedName | null): Members {
  const byKey = new Map(pods.map((pod) => [pod.key, pod]));
  const badges = new Map<NamespacedName, Badge[]>();
  const order = [...services].sort(
    (a, b) => Number(b.key === focus) - Number(a.key === focus) || compareSources(a.source, b.source) || compareText(a.key, b.key),
  );
  for (const service of order) {
    const ready = new Set(service.endpoints.filter((endpoint) => endpoint.ready).map((endpoint) => endpoint.pod));
    for (const key of service.selects) {
      const pod = byKey.get(key);
      if (pod === undefined || isSystem(pod)) continue;
      const list = badges.get(key) ?? [];
      list.push({ service: service.key, solid: ready.has(key) });
      badges.set(key, list);
    }
  }
  return { pods: byKey, badges };
}

function podDetail(pod: PodView, options: SceneOptions): string {
  switch (options.podDetail) {
    case "address":
      return pod.ips[0] ?? (pod.state === "pending" ? "not scheduled" : "no address yet");
    case "labels":
      return labelText(pod, options.focus);
    case "ports":
      return pod.listens.length === 0 ? "no port" : portsText(pod);
  }
}

function portsText(pod: PodView): string {
  const ports = [...new Set(pod.listens.map((one) => one.port))];
  return `${ports.length === 1 ? "port" : "ports"} ${ports.join(", ")}`;
}

const TELLING_LABELS = ["app", "app.kubernetes.io/name", "k8s-app", "run", "name"];

/** The label that names the application; Pods of other namespaces than the Service's show their namespace. */
function labelText(pod: PodView, focus: NamespacedName | null): string {
  const namespace = focus?.split("/")[0];
  if (namespace !== undefined && namespace !== pod.namespace) return pod.namespace;
  const key = TELLING_LABELS.find((name) => pod.labels[name] !== undefined) ?? Object.keys(pod.labels)[0];
  return key === undefined ? "no labels" : `${key}: ${pod.labels[key] ?? ""}`;
}

function zonesOf(nodes: readonly SceneNode[], metrics: Metrics): readonly SceneZone[] {
  const zones: { name: string; box: Box }[] = [];
  nodes.forEach((node, i) => {
    if (node.zone === "") return;
    const before = nodes[i - 1];
    const open = zones.at(-1);
    const top = node.box.y - (metrics.nodeDy - metrics.zoneDy);
    const right = node.box.x + node.box.width + ZONE_PAD;
    if (open !== undefined && before?.zone === node.zone && before.busY === node.busY)
      open.box = { ...open.box, width: right - open.box.x };
    else
      zones.push({
        name: node.zone,
        box: {
          x: node.box.x - ZONE_PAD,
          y: top,
          width: node.box.width + 2 * ZONE_PAD,
          height: node.box.y + node.box.height + ZONE_PAD - top,
        },
      });
  });
  return zones;
}

function clusterCaption(shown: readonly NodeView[], all: readonly NodeView[], foldedServices: number): string {
  const zones = new Set(shown.map((node) => node.zone).filter((zone) => zone !== ""));
  const nodes = `${shown.length} ${shown.length === 1 ? "node" : "nodes"}`;
  const inZones = zones.size > 0 ? ` in ${zones.size} ${zones.size === 1 ? "zone" : "zones"}` : "";
  const folded = all.length > shown.length ? ", control plane folded" : "";
  const more = foldedServices > 0 ? `, ${foldedServices} more ${foldedServices === 1 ? "Service" : "Services"}` : "";
  return `Cluster, ${nodes}${inZones}${folded}${more}`;
}

function networkLabel(view: ClusterView, nodes: readonly SceneNode[], buses: readonly SceneBus[]): Scene["network"] {
  const bus = buses[0];
  const right = nodes.filter((node) => node.busY === bus?.y).at(-1);
  if (bus === undefined || right === undefined) return null;
  return { text: `Pod network ${view.podCidrs.join(", ")}`, point: { x: right.box.x + right.box.width - 19, y: bus.y - 8 } };
}
