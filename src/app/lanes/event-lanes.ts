/**
 * What happened in the run as lanes of marks in simulated time, without pixels: packets, Pod life, EndpointSlices, each node's
 * rules, the names that CoreDNS keeps. Each mark is one entry of the recorded timeline (or one packet of the request in detail),
 * with a sentence and the thing that it is about.
 */
import type { Journey, PacketTrace } from "../../core/network/trace.ts";
import type { ClusterView, TimelineEvent } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import type { IconName } from "../parts/icons.tsx";
import { duration, moment, plural } from "../state/format.ts";
import { LANE_NAMES, type LaneKind } from "./kinds.ts";

export { LANE_KINDS, LANE_NAMES } from "./kinds.ts";

/** What a click on a mark goes to: a moment of the run, or a moment within the request on show. */
export type Goal =
  | { readonly kind: "moment"; readonly at: number; readonly journey: number | null }
  | { readonly kind: "packet"; readonly at: number };

export interface EventMark {
  readonly at: number;
  /** Of what lasts; else `at`. */
  readonly endsAt: number;
  readonly glyph: IconName | "tick";
  /** Without its time. */
  readonly sentence: string;
  readonly about: ThingId | null;
  readonly goal: Goal;
}

export interface EventLane {
  readonly kind: LaneKind;
  /** `Rules`, `node-1`. */
  readonly name: string;
  /** In the order of time. */
  readonly marks: readonly EventMark[];
  /** Said in place of marks where there is none. */
  readonly empty: string;
}

/** With more nodes their rules share a lane. */
const OWN_LANE_NODES = 6;

export interface LaneSource {
  readonly timeline: readonly TimelineEvent[];
  readonly cluster: ClusterView | null;
  /** The request in detail, whose packets stand in place of its mark. */
  readonly journey: Journey | null;
}

/** Of a longer run only the last entries are marks. */
export const ENTRIES_MOST = 20_000;

export function eventLanes(whole: LaneSource, kinds: readonly LaneKind[]): readonly EventLane[] {
  const source = whole.timeline.length > ENTRIES_MOST ? { ...whole, timeline: whole.timeline.slice(-ENTRIES_MOST) } : whole;
  return kinds.flatMap((kind) => (kind === "rules" ? ruleLanes(source) : [{ kind, name: LANE_NAMES[kind], ...contents(kind, source) }]));
}

function contents(kind: Exclude<LaneKind, "rules">, source: LaneSource): Pick<EventLane, "marks" | "empty"> {
  switch (kind) {
    case "packets":
      return { marks: packetMarks(source), empty: "No request was sent yet" };
    case "pods":
      return { marks: inOrder(source.timeline.flatMap((event) => podMark(event, source.cluster))), empty: "No Pod came, went or changed" };
    case "slices":
      return { marks: inOrder(source.timeline.flatMap(sliceMark)), empty: "No EndpointSlice changed" };
    case "names":
      return {
        marks: inOrder(source.timeline.flatMap((event) => nameMark(event, source.cluster))),
        empty: "CoreDNS keeps nothing: by default not the names of the cluster",
      };
  }
}

/** Entries are recorded in the order in which they ended. */
function inOrder(marks: readonly EventMark[]): readonly EventMark[] {
  return marks.toSorted((a, b) => a.at - b.at);
}

const momentGoal = (at: number): Goal => ({ kind: "moment", at, journey: null });

// ---- packets --------------------------------------------------------------------------------------------------------

function packetMarks({ timeline, journey }: LaneSource): readonly EventMark[] {
  const requests = timeline.flatMap((event): EventMark[] => {
    if (event.kind === "traffic") return [trafficMark(event)];
    if (event.kind !== "journey" || event.journey === journey?.id) return [];
    return [
      {
        at: event.at,
        endsAt: event.endsAt,
        glyph: event.ok ? "tick" : event.outcome === "dropped" ? "drop" : "reject",
        sentence: `request ${event.journey} to ${event.to}: ${wordOf(event.outcome)} after ${duration(event.endsAt - event.at)}`,
        about: null,
        goal: { kind: "moment", at: event.endsAt, journey: event.journey },
      },
    ];
  });
  return inOrder([...requests, ...(journey === null ? [] : journey.packets.flatMap((packet) => packetMark(journey, packet)))]);
}

function wordOf(outcome: string): string {
  return outcome === "dns-failed" ? "its name was not found" : outcome.replaceAll("-", " ");
}

function trafficMark({ at, endsAt, answered, lost }: Extract<TimelineEvent, { kind: "traffic" }>): EventMark {
  const sentence = `steady traffic: ${answered} answered, ${lost === 0 ? "none" : lost} lost in this second`;
  return { at, endsAt, glyph: lost > 0 ? "drop" : "tick", sentence, about: null, goal: momentGoal(endsAt) };
}

const PURPOSES: Readonly<Record<string, string>> = { "dns-query": "question to DNS", "dns-answer": "answer of DNS" };

function packetMark(journey: Journey, packet: PacketTrace): readonly EventMark[] {
  const [first] = packet.hops;
  const last = packet.hops.at(-1);
  if (first === undefined || last === undefined) return [];
  const what = PURPOSES[packet.purpose] ?? packet.purpose.replaceAll("-", " ");
  const arrived = packet.outcome.kind === "delivered";
  const rewritten = packet.hops.some(({ kind }) => kind === "rewrite" || kind === "restore");
  const dns = packet.purpose.startsWith("dns");
  return [
    {
      at: first.at,
      endsAt: last.endsAt,
      glyph: !arrived ? (packet.outcome.kind === "dropped" ? "drop" : "reject") : dns ? "dns" : rewritten ? "nat" : "packet",
      sentence: `packet ${packet.index + 1} of request ${journey.id}, ${what}, from ${first.before.src} to ${first.before.dst}: ${wordOf(packet.outcome.kind)}`,
      about: null,
      goal: { kind: "packet", at: first.at },
    },
  ];
}

// ---- the cluster ------------------------------------------------------------------------------------------------------

const POD_GLYPHS = {
  created: "todo",
  starting: "starting",
  ready: "ready",
  "not-ready": "not-ready",
  terminating: "terminating",
  deleted: "close",
} as const;

const POD_WORDS = {
  created: "waits for a node",
  starting: "starts",
  ready: "is ready",
  "not-ready": "is not ready",
  terminating: "is terminating",
  deleted: "is gone",
} as const;

function podMark(event: TimelineEvent, cluster: ClusterView | null): readonly EventMark[] {
  if (event.kind === "event" && event.warning) {
    const [, kind, key] = /^(Pod|Service|Node) (.+)$/.exec(event.about) ?? [];
    const about: ThingId | null =
      key === undefined
        ? null
        : kind === "Pod"
          ? { kind: "pod", key }
          : kind === "Service"
            ? { kind: "service", key }
            : { kind: "node", name: key };
    return [
      {
        at: event.at,
        endsAt: event.at,
        glyph: "blocked",
        sentence: `${shortName(key ?? event.about, cluster)}: ${event.message.replace(/\.$/, "")}`,
        about,
        goal: momentGoal(event.at),
      },
    ];
  }
  if (event.kind !== "pod") return [];
  const { at, pod, what } = event;
  const sentence = `${shortName(pod, cluster)} ${POD_WORDS[what]}`;
  // To the last moment at which it is there to be seen.
  const goal = momentGoal(what === "deleted" ? at - 1 : at);
  return [{ at, endsAt: at, glyph: POD_GLYPHS[what], sentence, about: { kind: "pod", key: pod }, goal }];
}

function sliceMark(event: TimelineEvent): readonly EventMark[] {
  if (event.kind !== "slice") return [];
  const { at, service, ready, total } = event;
  const sentence = `EndpointSlice of ${nameOf(service)}: ${ready} of ${plural(total, "endpoint")} ready`;
  return [
    {
      at,
      endsAt: at,
      glyph: ready === 0 ? "service-empty" : "service",
      sentence,
      about: { kind: "service", key: service },
      goal: momentGoal(at),
    },
  ];
}

function nameMark(event: TimelineEvent, cluster: ClusterView | null): readonly EventMark[] {
  if (event.kind !== "name") return [];
  const { at, goneAt, pod, name, type, denial } = event;
  const what = denial ? `that ${bare(name)} has no ${type} record` : `${type} of ${bare(name)}`;
  const sentence = `${shortName(pod, cluster)} keeps ${what} until ${moment(goneAt)}`;
  return [{ at, endsAt: goneAt, glyph: denial ? "blocked" : "dns", sentence, about: { kind: "pod", key: pod }, goal: momentGoal(at) }];
}

function ruleLanes({ timeline, cluster }: LaneSource): readonly EventLane[] {
  const synced = new Map<string, EventMark[]>((cluster?.nodes ?? []).map(({ name }) => [name, []]));
  for (const event of timeline) {
    if (event.kind !== "sync") continue;
    const { at, node } = event;
    const mark: EventMark = {
      at,
      endsAt: at,
      glyph: "swap",
      sentence: `kube-proxy on ${node} wrote its rules`,
      about: { kind: "gate", node },
      goal: momentGoal(at),
    };
    const own = synced.get(node);
    if (own === undefined) synced.set(node, [mark]);
    else own.push(mark);
  }
  const empty = "kube-proxy wrote no rules";
  if (synced.size > OWN_LANE_NODES) return [{ kind: "rules", name: LANE_NAMES.rules, marks: inOrder([...synced.values()].flat()), empty }];
  return [...synced].map(([node, marks]) => ({ kind: "rules", name: node, marks, empty }));
}

const nameOf = (key: string): string => key.slice(key.indexOf("/") + 1);
const bare = (name: string): string => name.replace(/\.$/, "");

let names: { readonly of: ClusterView | null; readonly short: ReadonlyMap<string, string> } = { of: null, short: new Map() };

/** As the picture calls it; of a Pod that is gone, workload and last five characters. (The index is a pure memo.) */
function shortName(key: string, cluster: ClusterView | null): string {
  if (names.of !== cluster) names = { of: cluster, short: new Map(cluster?.pods.map((pod) => [pod.key, pod.shortName])) };
  return names.short.get(key) ?? nameOf(key).replace(/-[a-z0-9]{6,10}(-[a-z0-9]{5})$/, "$1");
}
