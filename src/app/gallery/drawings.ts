/**
 * A drawing for each scenario: its idea, in the silhouettes of the canvas. Trails begin at the Service here, for brevity;
 * on the canvas no packet passes one. What a drawing says of an outcome is held by `drawings.test.ts`.
 */
import {
  ahead,
  bar,
  border,
  cell,
  fan,
  front,
  gate,
  header,
  mark,
  node,
  packet,
  paleBar,
  pill,
  pod,
  podWith,
  query,
  refusal,
  thread,
  three,
  THREE,
  trail,
  wire,
  words,
  type Sketch,
} from "./sketch.ts";

const clusterip: Sketch = [...front(32, 16), ...trail([58, 34], [58, 62]), ...gate(46, 48), ...fan([2]), ...three(2), ...packet(72, 75)];

// ---- Reach a Service ------------------------------------------------------------------------------------------------

const headless: Sketch = [
  ...front(32, 16, "headless"),
  ...query([58, 34], [58, 62]),
  ...fan([0, 1, 2], 62, 90, query),
  ...mark("dns", 58, 48, 15),
  ...three(null),
];

const statefulset: Sketch = [
  ...front(32, 16, "headless"),
  ...query([58, 34], [58, 58]),
  ...mark("dns", 58, 46, 15),
  ...fan([1], 58, 78),
  ...three(1, 78),
  ...packet(58, 68),
  ...THREE.flatMap((x, i) => words(x, 107, `-${i}`)),
];

const noSelector: Sketch = [
  ...front(32, 16),
  ...trail([58, 34], [58, 74], [93, 74], [93, 86]),
  ...gate(46, 48),
  ...pill(82, 86, false, 24),
  ...pod(12, 88, "gone"),
  ...pod(40, 88, "gone"),
  ...packet(78, 74),
];

const environment: Sketch = [
  ...front(52, 16, "focus", 48),
  ...thread([52, 25], [30, 25], [30, 56]),
  ...pod(8, 58, "chosen", 46, 42),
  ...words(14, 71, "WEB_…", "--svc", "start"),
  ...words(14, 83, "HOST", "--ink-2", "start"),
  ...words(14, 95, "PORT", "--ink-2", "start"),
  ...ahead([56, 79], [80, 79]),
  ...pod(82, 71),
];

const hairpin: Sketch = [
  ...front(32, 12),
  ...thread([58, 32], [58, 84]),
  ...trail([36, 84], [36, 56], [80, 56], [80, 84]),
  ...gate(46, 52, true, 24),
  ...pod(28, 86, "chosen", 60, 20),
  ...packet(80, 72),
];

// ---- Names ----------------------------------------------------------------------------------------------------------

const candidate = (y: number, width: number, found: boolean): Sketch => [
  ...(found ? query([44, y], [44 + width, y]) : wire([44, y], [44 + width, y])),
  ...(found ? mark("passes", 102, y, 11) : mark("terminating", 102, y, 11)),
];

const dnsSearch: Sketch = [
  ...mark("dns", 21, 28, 20),
  ...query([21, 40], [21, 84]),
  ...pod(10, 86, "chosen"),
  ...candidate(30, 48, false),
  ...candidate(50, 38, false),
  ...candidate(70, 30, false),
  ...candidate(90, 22, true),
];

const namespaces: Sketch = [
  ...border(6, 14, 48, 94),
  ...border(62, 14, 48, 94),
  ...front(10, 24, "focus", 40),
  ...front(66, 24, "rest", 40),
  ...words(30, 37, "web", "--svc"),
  ...words(86, 37, "web", "--svc"),
  ...trail([30, 82], [30, 46]),
  ...wire([86, 82], [86, 46]),
  ...pod(19, 84, "chosen"),
  ...pod(75, 84),
  ...packet(30, 64),
];

const externalName: Sketch = [
  ...front(20, 48, "headless", 44),
  ...query([64, 57], [82, 57]),
  ...mark("dns", 73, 42, 14),
  ...pill(82, 47, false, 24, 20),
  ...pod(10, 84, "chosen"),
  ...query([21, 84], [21, 66], [30, 66]),
  ...ahead([34, 92], [94, 92], [94, 70]),
];

const headlessKept: Sketch = [
  ...mark("dns", 24, 26, 18),
  ...query([24, 38], [24, 82]),
  ...words(38, 62, "once", "--ink-2", "start"),
  ...pod(13, 84, "chosen"),
  ...trail([35, 92], [66, 92]),
  ...mark("drop", 66, 92, 17),
  ...pod(80, 84, "gone"),
  ...podWith("ready", 80, 52),
];

const dnsDenial: Sketch = [
  ...front(52, 20, "rest", 50),
  ...mark("ready", 77, 52, 12),
  ...pod(10, 86, "chosen"),
  ...query([21, 86], [21, 66], [60, 66]),
  ...mark("fail", 64, 66, 17),
  ...words(76, 70, "kept", "--ink-2", "start"),
  ...thread([77, 40], [77, 46]),
];

const corednsDown: Sketch = [
  ...border(68, 18, 38, 26),
  ...mark("dns", 87, 31, 14),
  ...pod(10, 86, "chosen"),
  ...query([21, 86], [21, 31], [54, 31]),
  ...mark("fail", 54, 31, 17),
  ...wire([34, 94], [80, 94]),
  ...podWith("ready", 82, 86),
  ...words(46, 64, "web?", "--ink-2"),
];

const corefileBroken: Sketch = [
  ...border(14, 20, 44, 62),
  ...wire([22, 34], [48, 34]),
  ...wire([22, 46], [42, 46]),
  ...refusal([22, 58], [50, 58]),
  ...wire([22, 70], [38, 70]),
  ...ahead([60, 51], [76, 51]),
  ...pod(78, 38, "gone", 28, 26),
  ...mark("dns", 92, 51, 14),
  ...mark("fail", 92, 78, 16),
];

// ---- From outside ---------------------------------------------------------------------------------------------------

const NODES = [16, 47, 78] as const;

const nodeport: Sketch = [
  ...pill(47, 8),
  ...NODES.flatMap((x) => node(x, 54, 26, 54)),
  ...NODES.flatMap((x, i) => gate(x + 4, 61, i === 0, 18)),
  ...trail([58, 22], [58, 40], [29, 40], [29, 76], [91, 76], [91, 87]),
  ...gate(20, 61, true, 18),
  ...NODES.flatMap((x, i) => pod(x + 2, 87, i === 2 ? "chosen" : "rest", 22, 15)),
  ...packet(60, 76),
];

const sourceAddress: Sketch = [
  ...pill(47, 8),
  ...trail([58, 22], [58, 92]),
  ...gate(46, 36),
  ...header(29, 58, "both"),
  ...pod(47, 92, "chosen"),
];

const loadBalancer: Sketch = [
  ...pill(47, 6),
  ...trail([58, 20], [58, 30]),
  ...pill(36, 30, false, 44, 18),
  ...mark("lb", 58, 39, 13, "--ink"),
  ...NODES.flatMap((x) => node(x, 66, 26, 44)),
  ...wire([58, 48], [58, 57], [29, 57], [29, 66]),
  ...wire([58, 48], [58, 66]),
  ...trail([58, 48], [58, 57], [91, 57], [91, 90]),
  ...NODES.flatMap((x, i) => gate(x + 4, 72, i === 2, 18)),
  ...NODES.flatMap((x, i) => pod(x + 2, 90, i === 2 ? "chosen" : "rest", 22, 15)),
  ...packet(76, 57),
];

const loadBalancerPending: Sketch = [
  ...pill(47, 6),
  ...wire([58, 20], [58, 30]),
  ...pill(36, 30, true, 44, 18),
  ...mark("starting", 58, 39, 12),
  ...wire([58, 48], [58, 58]),
  ...front(32, 58),
  ...fan([], 76, 90),
  ...three(null),
];

const metallb: Sketch = [
  ...pill(47, 6),
  ...trail([58, 20], [58, 38], [91, 38], [91, 76], [29, 76], [29, 88]),
  ...NODES.flatMap((x) => node(x, 54, 26, 54)),
  ...NODES.flatMap((x, i) => gate(x + 4, 61, i === 2, 18)),
  ...pill(80, 47, false, 22, 12),
  ...mark("lb", 91, 53, 10, "--ink"),
  ...NODES.flatMap((x, i) => pod(x + 2, 88, i === 0 ? "chosen" : "rest", 22, 15)),
  ...packet(60, 76),
];

const externalIp: Sketch = [
  ...pill(8, 18),
  ...trail([30, 25], [58, 25], [58, 54], [58, 92]),
  ...pill(47, 18, false, 22, 14),
  ...mark("swap", 58, 25, 11, "--ink"),
  ...node(36, 50, 44, 60),
  ...gate(46, 58),
  ...pod(47, 88, "chosen"),
  ...packet(58, 42),
];

const sourceRanges: Sketch = [
  ...pill(18, 10),
  ...pill(76, 10),
  ...trail([29, 24], [29, 54]),
  ...mark("drop", 29, 58, 17),
  ...trail([87, 24], [87, 88]),
  ...gate(17, 74, false),
  ...gate(75, 54),
  ...pod(76, 88, "chosen"),
  ...pod(18, 88),
  ...packet(87, 74),
];

// ---- Who answers ----------------------------------------------------------------------------------------------------

const sessionAffinity: Sketch = [
  ...pod(14, 12, "client"),
  ...pod(80, 12, "client"),
  ...front(36, 41, "focus", 44),
  ...wire([25, 28], [25, 50], [36, 50]),
  ...wire([91, 28], [91, 50], [80, 50]),
  ...trail([46, 59], [46, 76], [30, 76], [30, 90]),
  ...trail([70, 59], [70, 76], [86, 76], [86, 90]),
  ...pod(19, 90, "chosen"),
  ...pod(47, 90),
  ...pod(75, 90, "chosen"),
  ...packet(46, 68),
  ...packet(70, 68),
];

const affinityBehindOne: Sketch = [
  ...THREE.flatMap((x) => pill(x - 11, 6)),
  ...trail([30, 20], [30, 30], [58, 30], [58, 40]),
  ...trail([86, 20], [86, 30], [58, 30], [58, 40]),
  ...trail([58, 20], [58, 40]),
  ...pill(40, 38, false, 36, 16),
  ...mark("lb", 58, 46, 12, "--ink"),
  ...trail([58, 54], [58, 62]),
  ...fan([0], 62, 90),
  ...three(0),
  ...packet(44, 76),
];

const readiness: Sketch = [
  ...front(32, 14),
  ...trail([58, 32], [58, 60]),
  ...gate(46, 45),
  ...fan([0]),
  ...podWith("ready", 19, 90, "chosen"),
  ...podWith("notready", 47, 90, "gone"),
  ...podWith("ready", 75, 90),
  ...packet(44, 75),
];

const TEN = [10, 30, 50, 70, 90] as const;
const scaling: Sketch = [
  ...front(32, 12),
  ...trail([58, 30], [58, 52], [17, 52], [17, 62]),
  ...trail([58, 52], [37, 52], [37, 62]),
  ...wire([58, 52], [97, 52], [97, 62]),
  ...wire([58, 52], [77, 52], [77, 62]),
  ...wire([58, 52], [58, 62]),
  ...gate(46, 38),
  ...TEN.flatMap((x, i) => pod(x, 62, i < 2 ? "chosen" : "rest", 15, 15)),
  ...TEN.flatMap((x) => pod(x, 84, "rest", 15, 15)),
];

const keepAlive: Sketch = [...front(32, 12), ...fan([0], 30, 90), ...three(0), ...packet(58, 42), ...packet(46, 60), ...packet(30, 76)];

const podRecreated: Sketch = [
  ...front(32, 14),
  ...trail([58, 32], [58, 66], [82, 66], [82, 86]),
  ...gate(46, 44),
  ...podWith("terminating", 22, 86, "gone", 28, 20),
  ...podWith("ready", 68, 86, "chosen", 28, 20),
  ...ahead([50, 96], [66, 96]),
  ...packet(70, 66),
];

const rollingUpdate: Sketch = [
  ...front(32, 12),
  ...trail([58, 30], [58, 40]),
  ...fan([0, 1], 38, 62),
  ...podWith("ready", 19, 62, "chosen"),
  ...podWith("ready", 47, 62, "chosen"),
  ...podWith("terminating", 75, 62, "gone"),
  ...wire([86, 78], [86, 90]),
  ...podWith("starting", 75, 90),
];

const rollingUpdatePreStop: Sketch = [
  ...front(32, 12),
  ...trail([58, 30], [58, 40]),
  ...fan([0, 1], 38, 62),
  ...podWith("ready", 19, 62, "chosen"),
  ...podWith("ready", 47, 62, "chosen"),
  ...podWith("terminating", 75, 62, "gone"),
  ...words(86, 94, "wait"),
  ...ahead([86, 80], [86, 84]),
];

const zoneAware: Sketch = [
  ...border(8, 36, 48, 76, "tint"),
  ...border(60, 36, 48, 76, "tint"),
  ...front(32, 10),
  ...words(32, 48, "a"),
  ...words(84, 48, "b"),
  ...trail([32, 86], [32, 72]),
  ...trail([20, 86], [20, 70], [44, 70], [44, 86]),
  ...wire([44, 70], [72, 70], [72, 86]),
  ...wire([72, 70], [96, 70], [96, 86]),
  ...pod(11, 86, "client", 18),
  ...pod(35, 86, "chosen", 18),
  ...pod(63, 86, "rest", 18),
  ...pod(87, 86, "rest", 18),
  ...packet(34, 70),
];

/** Nodes as blocks and Pods as squares, as the map has them: the more requests, the darker. */
const HEAT = ["--heat-1", "--heat-3", "--heat-2", "--heat-5", "--heat-1", "--heat-4"] as const;
const block = (x: number, y: number, at: number): Sketch => [
  ...node(x, y, 28, 28),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((i) =>
    cell(x + 5 + (i % 3) * 6.5, y + 5 + Math.floor(i / 3) * 6.5, HEAT[(i * at + at) % HEAT.length] ?? "--heat-1"),
  ),
];
const largeCluster: Sketch = [
  ...front(32, 8),
  ...[12, 44, 76].flatMap((x, column) => [block(x, 38, column + 1), block(x, 72, column + 4)].flat()),
  ...words(58, 115, "5,000"),
];

const trafficPolicyLocal: Sketch = [
  ...pill(47, 8),
  ...wire([58, 22], [58, 38], [30, 38], [30, 84]),
  ...node(15, 54, 30, 52),
  ...node(71, 54, 30, 52),
  ...trail([58, 22], [58, 38], [86, 38], [86, 62]),
  ...gate(19, 60, false, 22),
  ...gate(75, 60, false, 22),
  ...pod(19, 84),
  ...mark("drop", 86, 66, 18),
];

const internalTrafficPolicy: Sketch = [
  ...node(10, 24, 44, 84),
  ...node(62, 24, 44, 84),
  ...gate(15, 34, false, 34),
  ...gate(67, 34, false, 34),
  ...podWith("terminal", 21, 84, "client"),
  ...trail([32, 84], [32, 46]),
  ...mark("drop", 32, 42, 18),
  ...wire([84, 84], [84, 41]),
  ...podWith("ready", 73, 84),
];

// ---- What goes wrong ------------------------------------------------------------------------------------------------

const selectorTypo: Sketch = [
  ...front(32, 12, "empty"),
  ...thread([58, 32], [58, 50]),
  ...words(66, 46, "webb", "--ink-2", "start"),
  ...mark("blocked", 58, 61, 16),
  ...three(null, 82),
  ...THREE.flatMap((x) => words(x, 111, "web")),
];

const targetPort: Sketch = [
  ...front(32, 12),
  ...trail([58, 30], [58, 78]),
  ...gate(46, 42),
  ...words(68, 66, "8080", "--ink-2", "start"),
  ...pod(34, 86, "rest", 48, 24),
  ...words(58, 105, "80"),
  ...mark("reject", 58, 82, 17),
];

const deletedService: Sketch = [
  ...front(32, 14, "empty"),
  ...mark("terminating", 58, 23, 12),
  ...podWith("terminal", 10, 86, "client"),
  ...trail([21, 86], [21, 58], [84, 58]),
  ...gate(30, 54, false),
  ...mark("drop", 90, 58, 17),
  ...podWith("ready", 47, 86),
  ...podWith("ready", 75, 86),
];

const staleUdp: Sketch = [
  ...podWith("terminal", 10, 26, "client"),
  ...trail([32, 34], [58, 34], [58, 78]),
  ...gate(46, 50, false),
  ...mark("link", 58, 53, 11, "--ink"),
  ...mark("drop", 58, 78, 17),
  ...pod(47, 94, "gone"),
  ...wire([58, 34], [93, 34], [93, 92]),
  ...podWith("ready", 82, 92),
];

const externalIpNoRoute: Sketch = [
  ...pill(47, 8),
  ...trail([58, 22], [58, 36]),
  ...mark("drop", 58, 40, 17),
  ...border(14, 60, 88, 52),
  ...gate(46, 68, false),
  ...three(null, 88),
  ...wire([58, 75], [58, 88]),
];

const loadBalancerQuota: Sketch = [
  ...pill(47, 6),
  ...trail([58, 20], [58, 30]),
  ...pill(34, 34, true, 48, 20),
  ...mark("fail", 58, 36, 18),
  ...front(32, 66, "rest"),
  ...fan([], 84, 96),
  ...three(null, 96),
];

const networkPolicy: Sketch = [
  ...podWith("terminal", 10, 50, "client", 24, 18),
  ...trail([34, 59], [54, 59]),
  ...border(72, 32, 38, 54),
  ...bar([62, 30], [62, 88]),
  ...mark("drop", 60, 59, 18),
  ...ahead([71, 59], [80, 59]),
  ...podWith("ready", 80, 50, "rest", 24, 18),
];

const networkPolicyPort: Sketch = [
  ...podWith("terminal", 10, 46, "client", 24, 18),
  ...trail([34, 55], [54, 55]),
  ...bar([62, 26], [62, 84]),
  ...mark("drop", 60, 55, 18),
  ...words(58, 102, "80"),
  ...mark("passes", 42, 98, 11),
  ...pod(76, 44, "rest", 34, 22),
  ...words(93, 59, "8080"),
];

const networkPolicyDns: Sketch = [
  ...podWith("terminal", 10, 52, "client", 24, 18),
  ...query([22, 52], [22, 30], [56, 30]),
  ...bar([64, 12], [64, 48]),
  ...mark("drop", 62, 30, 18),
  ...mark("dns", 94, 30, 18),
  ...ahead([22, 72], [22, 94], [80, 94]),
  ...podWith("ready", 82, 85, "rest", 24, 18),
];

const networkPolicyIgnored: Sketch = [
  ...podWith("terminal", 10, 50, "client", 24, 18),
  ...paleBar([58, 28], [58, 90]),
  ...trail([34, 59], [82, 59]),
  ...packet(66, 59),
  ...podWith("ready", 82, 50, "chosen", 24, 18),
];

/** By the scenario's id. */
export const DRAWINGS: Readonly<Record<string, Sketch>> = {
  clusterip,
  headless,
  statefulset,
  "no-selector": noSelector,
  environment,
  hairpin,
  "dns-search": dnsSearch,
  namespaces,
  "external-name": externalName,
  "headless-kept": headlessKept,
  "dns-denial": dnsDenial,
  "coredns-down": corednsDown,
  "corefile-broken": corefileBroken,
  nodeport,
  "source-address": sourceAddress,
  loadbalancer: loadBalancer,
  "loadbalancer-pending": loadBalancerPending,
  metallb,
  "external-ip": externalIp,
  "source-ranges": sourceRanges,
  "session-affinity": sessionAffinity,
  "session-affinity-proxy": affinityBehindOne,
  readiness,
  scaling,
  "keep-alive": keepAlive,
  "pod-recreated": podRecreated,
  "rolling-update": rollingUpdate,
  "rolling-update-prestop": rollingUpdatePreStop,
  "zone-aware": zoneAware,
  "large-cluster": largeCluster,
  "traffic-policy-local": trafficPolicyLocal,
  "internal-traffic-policy": internalTrafficPolicy,
  "selector-typo": selectorTypo,
  "target-port": targetPort,
  "deleted-service": deletedService,
  "stale-udp": staleUdp,
  "external-ip-no-route": externalIpNoRoute,
  "loadbalancer-quota": loadBalancerQuota,
  "network-policy": networkPolicy,
  "network-policy-port": networkPolicyPort,
  "network-policy-dns": networkPolicyDns,
  "network-policy-ignored": networkPolicyIgnored,
};

/** What of a cluster a drawing can say that nobody drew by hand. */
export interface Outline {
  readonly services: number;
  /** Ready and not ready. */
  readonly ready: number;
  readonly waiting: number;
  readonly nodes: number;
}

/** A cluster in small: a front if it has Services, and up to eight Pods as they are. */
export function drawingOf({ services, ready, waiting, nodes }: Outline): Sketch {
  const shown = Math.min(8, ready + waiting);
  const waitingShown = Math.min(
    waiting,
    shown,
    Math.max(waiting > 0 ? 1 : 0, Math.round((shown * waiting) / Math.max(1, ready + waiting))),
  );
  const columns = Math.min(4, Math.max(1, shown));
  const left = 58 - (columns * 26 - 4) / 2;
  const pods = Array.from({ length: shown }, (_, i) =>
    podWith(
      i < shown - waitingShown ? "ready" : "notready",
      left + (i % columns) * 26,
      66 + Math.floor(i / columns) * 22,
      i < shown - waitingShown ? "rest" : "gone",
    ),
  );
  return [
    ...(services > 1 ? front(38, 10, "rest") : []),
    ...(services > 0 ? front(32, services > 1 ? 16 : 14) : []),
    ...(services > 0 && shown > 0 ? thread([58, 36], [58, 52]) : []),
    ...(nodes > 0 && shown > 0 ? node(left - 7, 56, columns * 26 + 10, shown > 4 ? 56 : 34) : []),
    ...pods.flat(),
  ];
}
