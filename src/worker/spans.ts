/**
 * Spans that can be watched again: each edit and each action has one, from when it was made until nothing changed any more.
 * The session remembers the way back to before the last of them. To show one, it goes back, makes the change again, lets
 * the run go on moment by moment while it looks, and returns to where it was: the run itself is not touched.
 */
import type { SimulationFacade } from "../core/simulation/contract.ts";
import type { ClusterView, TimelineEvent } from "../core/simulation/view.ts";
import type { SpanMoment, SpanRecord } from "./protocol.ts";

/** Where a change stands in the timeline, how to go to before it, and how to make it again so that it goes on from there. */
export interface Span {
  readonly position: number;
  readonly rewind: () => void;
  /** Nothing that is due later than now may happen in it. */
  readonly again: (simulation: SimulationFacade) => void;
}

/** So many changes can be watched again. */
const SPANS_KEPT = 20;
/** In a cluster of more Pods none can: to make a change again and look at it would keep the page waiting. */
const PODS_MOST = 10_000;
/** Moments of one span: the more there is to see in each, the fewer. */
const MOMENTS_MOST = 200;
const MOMENTS_LEAST = 6;
const THINGS_MOST = 40_000;
/** What happens so close together is one moment. */
const TOGETHER_NANOS = 20_000_000;

export class SpanBook {
  private spans: readonly Span[] = [];

  /** Positions in the timeline, oldest first. */
  get positions(): readonly number[] {
    return this.spans.map((span) => span.position);
  }

  clear(): void {
    this.spans = [];
  }

  /** The entries from there on did not happen after all. */
  forgetFrom(position: number): void {
    this.spans = this.spans.filter((span) => span.position < position);
  }

  add(span: Span, simulation: SimulationFacade): void {
    this.forgetFrom(span.position);
    if (simulation.view().pods.length > PODS_MOST) return;
    this.spans = [...this.spans.slice(1 - SPANS_KEPT), span];
  }

  /** What happened in it; null where nobody remembers the way back. */
  record(simulation: SimulationFacade, position: number): SpanRecord | null {
    const span = this.spans.find((one) => one.position === position);
    const entry = simulation.timeline()[position];
    if (span === undefined || (entry?.kind !== "edit" && entry?.kind !== "action")) return null;
    const times = timesOf(simulation.timeline().slice(position), entry.endsAt, mostOf(simulation.view()));
    const back = simulation.rewindPoint();
    try {
      span.rewind();
      return {
        position,
        kind: entry.kind,
        at: entry.at,
        endsAt: entry.endsAt,
        what: entry.what,
        moments: momentsOf(simulation, span, times),
      };
    } finally {
      back();
    }
  }
}

function mostOf({ pods, nodes }: ClusterView): number {
  return Math.max(MOMENTS_LEAST, Math.min(MOMENTS_MOST, Math.floor(THINGS_MOST / Math.max(1, pods.length + nodes.length))));
}

/**
 * The moments at which something changed, from what the timeline tells of the span. Of too many, those in which Pods or
 * slices changed are kept before those in which a node only wrote its rules, and of those still too many every so-manieth.
 */
function timesOf(told: readonly TimelineEvent[], endsAt: number, most: number): readonly number[] {
  const inside = told.filter(
    (entry) => entry.at <= endsAt && entry.kind !== "journey" && entry.kind !== "traffic" && entry.kind !== "name",
  );
  const all = together(inside.map(({ at }) => at));
  const weighty = together(inside.flatMap(({ kind, at }) => (kind === "sync" ? [] : [at])));
  const chosen = all.length <= most ? all : weighty.length <= most ? weighty : spread(weighty, most);
  return chosen.at(-1) === endsAt ? chosen : [...chosen, endsAt];
}

/** Ascending, the last of each group of times that lie close together. */
function together(times: readonly number[]): readonly number[] {
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  let begins = -Infinity;
  return sorted.filter((at, i) => {
    if (at - begins > TOGETHER_NANOS) begins = at;
    const next = sorted[i + 1];
    return next === undefined || next - begins > TOGETHER_NANOS;
  });
}

function spread(times: readonly number[], most: number): readonly number[] {
  const step = times.length / most;
  return Array.from({ length: most }, (_, i) => times[Math.min(times.length - 1, Math.floor((i + 1) * step) - 1)] ?? 0);
}

function momentsOf(simulation: SimulationFacade, span: Span, times: readonly number[]): readonly SpanMoment[] {
  let cluster = simulation.view();
  let told = simulation.timeline().length;
  const moments: SpanMoment[] = [{ at: simulation.now, cluster, events: [] }];
  span.again(simulation);
  for (const at of times) {
    if (at > simulation.now) simulation.settle(at);
    const timeline = simulation.timeline();
    const events = timeline.slice(told).filter(({ kind }) => kind !== "edit" && kind !== "action");
    told = timeline.length;
    cluster = sharing(simulation.view(), cluster);
    moments.push({ at, cluster, events });
  }
  return moments;
}

/** The later view with the parts of the earlier one that are equal: what is posted once need not be copied again. */
function sharing(later: ClusterView, earlier: ClusterView): ClusterView {
  return {
    ...later,
    nodes: shared(later.nodes, earlier.nodes, ({ name }) => name),
    pods: shared(later.pods, earlier.pods, ({ key }) => key),
    services: shared(later.services, earlier.services, ({ key }) => key),
    slices: shared(later.slices, earlier.slices, ({ namespace, name }) => `${namespace}/${name}`),
  };
}

function shared<T>(later: readonly T[], earlier: readonly T[], key: (one: T) => string): readonly T[] {
  const before = new Map(earlier.map((one) => [key(one), one]));
  const parts = later.map((one) => {
    const was = before.get(key(one));
    return was !== undefined && JSON.stringify(was) === JSON.stringify(one) ? was : one;
  });
  return parts.length === earlier.length && parts.every((one, i) => one === earlier[i]) ? earlier : parts;
}
