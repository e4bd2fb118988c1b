/** Selector threads: dotted lines from the Service in focus to its members, or to words that say what it looked for. */
import type { NamespacedName } from "../core/base/names.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import type { Box, Point } from "./contract.ts";
import { crowdMembers, type Crowd } from "./crowd.ts";
import type { Metrics, Scene, SceneBus, SceneNode, ScenePod, SceneService, SceneThread } from "./scene.ts";

/** What lines need: the boxes, and nothing of the cluster behind them. */
interface Ground {
  readonly fronts: readonly SceneService[];
  readonly nodes: readonly SceneNode[];
  readonly pods: readonly ScenePod[];
  readonly crowd: Crowd | null;
  readonly buses: readonly SceneBus[];
  readonly cluster: Box;
  readonly metrics: Metrics;
  readonly shelfBottom: number;
}

export interface ThreadInput extends Ground {
  readonly view: ClusterView;
  readonly focus: NamespacedName | null;
}

/** The threads of the Service in focus, none when nothing is in focus or it has no selector. */
export function buildThreads(input: ThreadInput): readonly SceneThread[] {
  const service = input.view.services.find((one) => one.key === input.focus);
  const front = input.fronts.find((one) => one.key === input.focus);
  if (service === undefined || front === undefined || service.selector === null) return [];
  const members = membersOf(service.key, input);
  if (service.health === "selects-nothing") {
    const inNamespace = input.view.pods.filter((pod) => pod.namespace === service.namespace).length;
    return [loose(front, service.selector, service.namespace, inNamespace, input)];
  }
  if (members.length === 0) return [];
  return [{ service: service.key, ...threadLines(service.key, front, members, input), end: null }];
}

/** The threads of any Service of a scene, as they show while it is pointed at; none for one without members in sight. */
export function threadsOf(scene: Scene, key: NamespacedName): Lines {
  const front = scene.services.find((one) => one.key === key);
  const members = membersOf(key, scene);
  if (front === undefined || members.length === 0) return NO_LINES;
  const shelfBottom = Math.max(...scene.services.map((one) => one.box.y + one.box.height));
  return threadLines(key, front, members, { ...scene, fronts: scene.services, shelfBottom });
}

function membersOf(service: NamespacedName, ground: Pick<Scene, "nodes" | "pods" | "crowd" | "metrics">): readonly ScenePod[] {
  if (ground.crowd !== null) return crowdMembers(ground, ground.crowd, service);
  return ground.pods.filter((pod) => pod.badges.some((badge) => badge.service === service));
}

type Lines = Pick<SceneThread, "lines" | "loose">;
const NO_LINES: Lines = { lines: [], loose: [] };

/** The thread's x beside a Pod: in the gutter right of its badge. */
function gutter(pod: ScenePod): number {
  return pod.box.x + pod.box.width + 7.5;
}

function threadLines(key: NamespacedName, front: SceneService, members: readonly ScenePod[], input: Ground): Lines {
  const lines: (readonly Point[])[] = [];
  const loose: (readonly Point[])[] = [];
  const firstRow = input.buses[0]?.y;
  const nodeOf = new Map(input.nodes.map((node) => [node.name, node]));
  const start = { x: front.box.x + front.box.width / 2, y: front.box.y + front.box.height };
  const laneY = input.shelfBottom + input.metrics.laneDy;
  const down = descend(front, start, laneY, input);
  const rows = new Map<number, ScenePod[]>(input.buses.map(({ y }) => [y, []]));
  for (const pod of members) rows.get(nodeOf.get(pod.node)?.busY ?? Number.NaN)?.push(pod);
  for (const bus of input.buses) {
    const ready = new Map<number, number>();
    const waiting = new Map<number, number>();
    for (const pod of rows.get(bus.y) ?? []) {
      const solid = pod.badges.some((badge) => badge.service === key && badge.solid);
      const drops = solid ? ready : waiting;
      drops.set(gutter(pod), Math.max(drops.get(gutter(pod)) ?? 0, pod.box.y + pod.box.height / 2));
    }
    const { lane } = bus;
    const right = input.cluster.x + input.cluster.width - 6;
    const from = bus.y === firstRow ? down : [...down, { x: right, y: laneY }, { x: right, y: lane }];
    if (ready.size > 0) lines.push(...fan(from, ready, lane));
    loose.push(...looseEnds(from, ready, waiting, lane));
  }
  return { lines, loose };
}

/** Where a thread goes on to members that are not ready: below a ready one, or along the lane beyond the last ready one. */
function looseEnds(
  from: readonly Point[],
  ready: ReadonlyMap<number, number>,
  waiting: ReadonlyMap<number, number>,
  lane: number,
): readonly (readonly Point[])[] {
  if (ready.size === 0) return waiting.size === 0 ? [] : fan(from, waiting, lane);
  const xs = [from.at(-1)?.x ?? 0, ...ready.keys()];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  return [...waiting].flatMap(([x, y]): readonly (readonly Point[])[] => {
    const above = ready.get(x);
    if (above !== undefined)
      return above < y
        ? [
            [
              { x, y: above },
              { x, y },
            ],
          ]
        : [];
    const edge = Math.max(left, Math.min(right, x));
    return [[...(edge === x ? [] : [{ x: edge, y: lane }]), { x, y: lane }, { x, y }]];
  });
}

/** To the lane; from the first of two shelf rows through a gap of the second. */
function descend(front: SceneService, start: Point, laneY: number, input: Ground): readonly Point[] {
  const below = input.fronts.filter((one) => one.row > front.row);
  if (below.length === 0) return [start, { x: start.x, y: laneY }];
  const between = start.y + (input.metrics.shelfPitch - input.metrics.frontHeight) / 2;
  const gaps = [
    // beside the road from outside, which may take the same gap
    ...below.map((one) => one.box.x + one.box.width + input.metrics.frontGap / 2 - 3),
    (below[0]?.box.x ?? 0) - input.metrics.frontGap / 2,
  ];
  const gap = gaps.reduce((best, x) => (Math.abs(x - start.x) < Math.abs(best - start.x) ? x : best));
  return [start, { x: start.x, y: between }, { x: gap, y: between }, { x: gap, y: laneY }];
}

/** One line to the farthest drop on each side with a corner, plain verticals for those between. */
function fan(from: readonly Point[], drops: ReadonlyMap<number, number>, lane: number): readonly (readonly Point[])[] {
  const at = from.at(-1)?.x ?? 0;
  const xs = [...drops.keys()].sort((a, b) => a - b);
  const left = xs[0] ?? at;
  const right = xs.at(-1) ?? at;
  const drop = (x: number): Point => ({ x, y: drops.get(x) ?? lane });
  const lines: (readonly Point[])[] = [];
  const far = Math.abs(right - at) >= Math.abs(left - at) ? right : left;
  const near = far === right ? left : right;
  lines.push([...from, { x: far, y: lane }, drop(far)]);
  const beyond = near !== far && (near - at) * (far - at) < 0;
  if (beyond) lines.push([{ x: at, y: lane }, { x: near, y: lane }, drop(near)]);
  for (const x of xs) if (x !== far && !(beyond && x === near)) lines.push([{ x, y: lane }, drop(x)]);
  return lines;
}

const LOOSE_ROOM = 26;

function loose(
  front: SceneService,
  selector: Readonly<Record<string, string>>,
  namespace: string,
  pods: number,
  input: ThreadInput,
): SceneThread {
  const mono = Object.entries(selector)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
  const text = pods === 0 ? `is on no Pod: ${namespace} has none` : `is on none of the ${pods} Pods in ${namespace}`;
  const width = 30 + mono.length * 6.9 + text.length * 5.8;
  const { box } = front;
  const lane = input.shelfBottom + input.metrics.laneDy - 1;
  const right = input.cluster.x + input.cluster.width - 16;
  const start = { x: box.x + box.width - 22, y: box.y + box.height };
  const down = descend(front, start, lane, input);
  const natural = box.x + box.width + LOOSE_ROOM;
  if (natural + width <= right)
    return {
      service: front.key,
      lines: [[...down, { x: natural, y: lane }]],
      loose: [],
      end: { point: { x: natural, y: lane }, mono, text },
    };
  // no room on the right: the words stand below the front, further left
  const x = Math.max(input.cluster.x + 20, right - width);
  const from = { x: Math.max(box.x + 22, x - 30), y: box.y + box.height };
  if (from.x <= x - 8)
    return {
      service: front.key,
      lines: [[...descend(front, from, lane, input), { x, y: lane }]],
      loose: [],
      end: { point: { x, y: lane }, mono, text },
    };
  return { service: front.key, lines: [[from, { x: from.x, y: lane - 3 }]], loose: [], end: { point: { x, y: lane + 9 }, mono, text } };
}
