/** All senders that a person may switch: kept by name, declared by Pods, and whatever else sends now. */
import type { SteadyRequest } from "../../core/simulation/contract.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { percentages } from "../../scene/percentages.ts";
import type { TrafficUpdate } from "../../worker/protocol.ts";
import { senderOf } from "../state/commands.ts";
import { podName, senderName } from "../state/format.ts";
import { steadyOf, type KeptSender } from "../state/requests.ts";

export interface Line {
  /** Its name in steady traffic. */
  readonly sender: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  /** Requests a second; null: it is sent so often, once. */
  readonly rate: number | null;
  /** What it sends where it is switched on; null where nobody can send it now. */
  readonly request: SteadyRequest | null;
  readonly sends: boolean;
  readonly kept: KeptSender | null;
  /** A Pod's own, by its annotation. */
  readonly declared: boolean;
  readonly counts: TrafficUpdate["bySender"][number] | null;
}

export function linesOf(cluster: ClusterView, kept: readonly KeptSender[], traffic: TrafficUpdate | null): readonly Line[] {
  const standing = traffic?.until === null ? traffic.bySender : [];
  const counted = new Map((traffic?.bySender ?? []).map((one) => [one.sender, one]));
  const running = new Map(standing.flatMap((one) => (one.request === null ? [] : [[one.sender, one.request] as const])));
  const own = kept.map((one) => keptLine(cluster, one, running.get(one.name) ?? null));
  const declared = declaredLines(cluster, running);
  const known = new Set([...own, ...declared].map(({ sender }) => sender));
  const others = [...counted.values()].filter(({ sender }) => !known.has(sender)).map((one) => otherLine(cluster, one, running));
  return [...others, ...own, ...declared].map((line) => ({ ...line, counts: counted.get(line.sender) ?? null }));
}

function keptLine(cluster: ClusterView, kept: KeptSender, running: SteadyRequest | null): Line {
  const from = senderOf(kept.request, cluster);
  return {
    sender: kept.name,
    title: kept.name,
    from: from === null ? "nobody" : fromText(cluster, from, kept.request.more?.others?.length ?? 0),
    to: kept.request.to,
    rate: running?.rate ?? kept.rate,
    request: from === null || kept.rate === null ? null : steadyOf(kept.request, from, kept.rate),
    sends: running !== null,
    kept,
    declared: false,
    counts: null,
  };
}

function declaredLines({ pods }: ClusterView, running: ReadonlyMap<string, SteadyRequest>): readonly Line[] {
  return pods.flatMap(({ key, shortName, sends = [] }) =>
    sends.map((standing, i): Line => {
      const sender = `${key} ${i}`;
      const now = running.get(sender) ?? null;
      return {
        sender,
        title: shortName,
        from: shortName,
        to: standing.to,
        rate: now?.rate ?? standing.rate,
        request: now ?? { ...standing, from: { kind: "pod", pod: key } },
        sends: now !== null,
        kept: null,
        declared: true,
        counts: null,
      };
    }),
  );
}

/** The request line's own, and those whose Pod or name is gone. */
function otherLine(cluster: ClusterView, { sender }: TrafficUpdate["bySender"][number], running: ReadonlyMap<string, SteadyRequest>): Line {
  const now = running.get(sender) ?? null;
  const gone = sender.includes("/") ? podName(cluster, sender.slice(0, sender.lastIndexOf(" "))) : sender;
  return {
    sender,
    title: sender === "" ? "Request line" : gone,
    from: now === null ? "" : fromText(cluster, now.from, now.others?.length ?? 0),
    to: now?.to ?? "",
    rate: now?.rate ?? null,
    request: now,
    sends: now !== null,
    kept: null,
    declared: false,
    counts: null,
  };
}

function fromText(cluster: ClusterView, from: SteadyRequest["from"], others: number): string {
  const first = senderName(cluster, from);
  return others === 0 ? first : `${first} and ${others} more`;
}

/** Of what one sender got answered, each Pod's part; most first. */
export interface Part {
  readonly pod: string;
  readonly name: string;
  readonly count: number;
  /** In whole percent; all of them add up to 100. */
  readonly percent: number;
}

export function partsOf(cluster: ClusterView, { counts }: Line): readonly Part[] {
  const answered = counts?.answeredBy ?? [];
  const whole = percentages(answered.map(({ pod, count }) => [pod, count]));
  return answered
    .map(({ pod, count }) => ({ pod, name: podName(cluster, pod), count, percent: whole.get(pod) ?? 0 }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
