/**
 * Two journeys side by side: their steps aligned in order, and the first that differs. The same request sent twice may well go to
 * two Pods: a draw among the same endpoints is chance and no difference, nor is what only follows from it (which node the
 * packet crosses to). A journey that is shorter has nothing beside the other's steps.
 */
import type { Place } from "../core/network/trace.ts";
import { differenceWords } from "./compare-words.ts";
import type { Side, Step, StepKind } from "./compare-steps.ts";
import { ownPassText } from "./own-rule-words.ts";
import { isGateHop } from "./gate-work.ts";
import { passText } from "./policy-words.ts";
import { dropText, rejectText } from "./words.ts";

/** same: nothing but the time. chance: another draw, and what follows from it. different: anything else. */
export type Relation = "same" | "chance" | "different";

export interface Row {
  readonly before: Step | null;
  readonly after: Step | null;
  readonly relation: Relation;
}

export interface Comparison {
  readonly rows: readonly Row[];
  /** Index of the first row that differs, or of the first that chance made different where nothing else does; null: neither. */
  readonly first: number | null;
  readonly verdict: Relation;
  /** What differs, in a sentence or two. */
  readonly sentence: string;
}

/** What lies between the two journeys: an edit of the manifests, an action, or nothing that a person did. */
export type Between = "edit" | "change" | "nothing";

/** Compares two journeys of the same request. */
export function compare(before: Side, after: Side, between: Between): Comparison {
  const rows = relate(align(before.steps, after.steps), before, after, between);
  const different = rows.findIndex(({ relation }) => relation === "different");
  const chance = rows.findIndex(({ relation }) => relation === "chance");
  const verdict = different >= 0 ? "different" : chance >= 0 ? "chance" : "same";
  const index = different >= 0 ? different : chance;
  const first = index < 0 ? null : index;
  return { rows, first, verdict, sentence: differenceWords({ before, after, between, verdict, row: rows[index] ?? null }) };
}

// ---- alignment ----------------------------------------------------------------------------------------------------

/** Where along the way a step stands: only steps of one station are ever put side by side. */
type Station = "name" | "start" | "gate" | "road" | "end" | "reply" | "home" | "wait";

const STATION: Readonly<Record<StepKind, Station>> = {
  lookup: "name",
  send: "start",
  leave: "start",
  "enter-cluster": "start",
  pass: "gate",
  rewrite: "gate",
  known: "gate",
  restore: "gate",
  reject: "gate",
  drop: "gate",
  cross: "road",
  "leave-cluster": "road",
  deliver: "end",
  accept: "end",
  refuse: "end",
  lost: "end",
  reply: "reply",
  home: "home",
  wait: "wait",
};

/** 0: not to be put side by side. The same kind counts most, then the same machine. */
function likeness(a: Step, b: Step): number {
  if (STATION[a.kind] !== STATION[b.kind]) return 0;
  return (kindClass(a.kind) === kindClass(b.kind) ? 4 : 2) + (placeText(a.place) === placeText(b.place) ? 1 : 0);
}

type Pair = readonly [Step | null, Step | null];

/** The order-keeping pairing of the greatest likeness (Needleman and Wunsch, gaps are free). */
function align(before: readonly Step[], after: readonly Step[]): readonly Pair[] {
  // best[i][j]: likeness that can still be had from step i of the one and step j of the other
  const best = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  const together = (i: number, j: number): number => {
    const [a, b] = [before[i], after[j]];
    const like = a === undefined || b === undefined ? 0 : likeness(a, b);
    return like === 0 ? -1 : like + at(i + 1, j + 1);
  };
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--) {
      const row = best[i];
      if (row !== undefined) row[j] = Math.max(together(i, j), at(i + 1, j), at(i, j + 1));
    }
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (together(i, j) >= 0 && together(i, j) === at(i, j)) pairs.push([before[i++] ?? null, after[j++] ?? null]);
    else if (j >= after.length || (i < before.length && at(i + 1, j) === at(i, j))) pairs.push([before[i++] ?? null, null]);
    else pairs.push([null, after[j++] ?? null]);
  }
  return pairs;
}

// ---- what a pair is -----------------------------------------------------------------------------------------------

/** Once an earlier step chose another endpoint, places and addresses differ for that reason. */
type Drift = "none" | "chance" | "different";

function relate(pairs: readonly Pair[], before: Side, after: Side, between: Between): readonly Row[] {
  let drift: Drift = "none";
  return pairs.map(([a, b]): Row => {
    const relation = relationOf(a, b, { before, after, between, drift });
    if (relation === "different" || (relation === "chance" && drift === "none")) drift = relation;
    return { before: a, after: b, relation };
  });
}

interface Circumstances {
  readonly before: Side;
  readonly after: Side;
  readonly between: Between;
  readonly drift: Drift;
}

function relationOf(a: Step | null, b: Step | null, about: Circumstances): Relation {
  const { drift, between } = about;
  // Nobody changed anything: what comes after another draw comes from it.
  const drawn = drift === "chance" && between === "nothing";
  const present = a ?? b;
  if (present === null) throw new Error("a row without steps");
  if (a === null || b === null) return drift === "chance" && (drawn || isOnTheWay(present)) ? "chance" : "different";
  if (kindClass(a.kind) !== kindClass(b.kind)) return drawn ? "chance" : "different";
  const moved: Relation = drift === "chance" ? "chance" : "different";
  switch (a.kind) {
    case "lookup":
      return found(about.before) === found(about.after) ? "same" : "different";
    case "send":
    case "leave":
      return startOf(a, b, about);
    case "enter-cluster":
      return placeText(a.place) === placeText(b.place) ? startOf(a, b, about) : "chance";
    case "rewrite":
      return rewriteOf(a, b, about);
    case "known":
    case "restore":
      return a.after.dst === b.after.dst && a.after.src === b.after.src ? "same" : moved;
    case "pass":
      return passed(a) !== passed(b) ? "different" : placeText(a.place) === placeText(b.place) ? "same" : moved;
    case "reject":
    case "drop":
      return stopText(a, about.before) !== stopText(b, about.after) ? "different" : rewriteOf(a, b, about);
    case "cross":
    case "leave-cluster":
    case "deliver":
    case "accept":
    case "refuse":
      if (a.after.dstPort !== b.after.dstPort) return "different";
      return placeText(a.place) === placeText(b.place) ? "same" : moved;
    case "lost":
      return a.detail === b.detail ? "same" : moved;
    case "reply":
      return a.title === b.title ? (a.detail === b.detail ? "same" : moved) : "different";
    case "home":
      return a.title === b.title && a.detail === b.detail ? "same" : moved;
    case "wait":
      return "same";
  }
}

/** A packet that arrives is delivered and accepted: told by either. */
function kindClass(kind: StepKind): StepKind {
  return kind === "accept" ? "deliver" : kind === "send" ? "leave" : kind;
}

/** Steps that there are or are not, as the endpoint stands on one node or another. */
function isOnTheWay({ kind }: Step): boolean {
  return kind === "cross" || kind === "pass";
}

/** What the look-up brought: the addresses, in whatever order, or that it failed. */
function found({ journey, steps }: Side): string {
  const { lookup } = journey;
  if (lookup === null) return "none";
  if (lookup.error === null && lookup.addresses.length > 0) return lookup.addresses.toSorted().join(" ");
  return `failed: ${steps.find(({ kind }) => kind === "lookup")?.detail ?? ""}`;
}

function startOf(a: Step, b: Step, { before, after }: Circumstances): Relation {
  const [one, other] = [a.before, b.before];
  if (one.dst === other.dst && one.dstPort === other.dstPort) return "same";
  if (one.dstPort !== other.dstPort) return "different";
  const knew = (side: Side, address: string): boolean => side.journey.lookup?.addresses.includes(address) ?? false;
  const either = knew(before, other.dst) && knew(after, one.dst);
  return either ? "chance" : "different";
}

function rewriteOf(a: Step, b: Step, { before, after }: Circumstances): Relation {
  const [one, other] = [a.choosing, b.choosing];
  if (one?.by !== other?.by || one?.of !== other?.of || one?.remembers !== other?.remembers) return "different";
  if (rewrites(a) !== rewrites(b) || a.after.dstPort !== b.after.dstPort) return "different";
  if (a.after.dst === b.after.dst) return "same";
  if (one?.by !== "draw") return "different";
  return isEndpoint(after, a) && isEndpoint(before, b) ? "chance" : "different";
}

function rewrites({ hop }: Step): string {
  return hop?.kind === "rewrite" ? `${hop.changed.destination ? "destination" : ""} ${hop.changed.source ? "source" : ""}` : "";
}

/** Whether the address that this step chose is a ready endpoint of the Service in the other journey's cluster. */
function isEndpoint({ names }: Side, { hop, after }: Step): boolean {
  const servicePort = hop !== null && "servicePort" in hop ? hop.servicePort : null;
  return names.service(servicePort)?.endpoints.some(({ address, ready }) => ready && address === after.dst) ?? false;
}

function passed({ hop }: Step): string {
  if (hop === null || !isGateHop(hop)) return "";
  return `${passText(hop) ?? ""} ${ownPassText(hop) ?? ""}`;
}

function stopText({ hop }: Step, { names }: Side): string {
  return hop?.kind === "reject" ? rejectText(hop, names) : hop?.kind === "drop" ? dropText(hop, names) : "";
}

function placeText(place: Place): string {
  switch (place.kind) {
    case "pod":
      return place.pod;
    case "node":
    case "gate":
      return place.node;
    case "outside":
      return place.id;
    case "beyond":
      return "beyond";
  }
}
