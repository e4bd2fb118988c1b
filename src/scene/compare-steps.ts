/**
 * A journey as the steps that a person would count, each with what decided it: what two journeys are compared by. The steps
 * are the beats of the choreography, so that a step's number is the number of the hop list, the canvas and the timeline.
 */
import type { Header, Hop, Journey, Place } from "../core/network/trace.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import { rewroteFirst } from "./bars.ts";
import { choreograph, groupHops } from "./choreography.ts";
import type { Beat, BeatGlyph } from "./contract.ts";
import { isGateHop, type GateHop } from "./gate-work.ts";
import { buildScene, usedBy } from "./layout.ts";
import { namesOf, senderName, type Names } from "./naming.ts";
import { storyOf, type Story } from "./story.ts";

/** What a step is: a hop's kind on the way out; a look-up, the way back, the arrival of the answer, or silence. */
export type StepKind = "lookup" | Hop["kind"] | "reply" | "home" | "wait";

/** How the rules came to an endpoint. */
export interface Choosing {
  /** draw: by chance. memory: session affinity knew the sender. only: there was one endpoint to choose. */
  readonly by: "draw" | "memory" | "only";
  /** Endpoints that the draw was among, as the first rule's odds say; 1 without a draw. */
  readonly of: number;
  /** The rules wrote the sender into the Service's affinity list. */
  readonly remembers: boolean;
}

export interface Step {
  /** As in the hop list, from 1. */
  readonly number: number;
  readonly kind: StepKind;
  readonly glyph: BeatGlyph;
  readonly title: string;
  readonly detail: string;
  readonly trouble: boolean;
  readonly place: Place;
  /** [packet, hop] of its first hop: the way to it in any choreography of the journey. */
  readonly at: readonly [number, number] | null;
  /** Show time is another in each choreography; this is the virtual time. */
  readonly nanos: number;
  readonly before: Header;
  readonly after: Header;
  /** The hop that the step is about; null for a look-up and for silence. */
  readonly hop: Hop | null;
  /** The rule that decided, as iptables-save prints it: the refusal, the drop, the new destination; null where none did. */
  readonly rule: string | null;
  readonly choosing: Choosing | null;
}

/** One of two journeys that are compared. */
export interface Side {
  readonly journey: Journey;
  readonly names: Names;
  readonly sender: string;
  readonly steps: readonly Step[];
}

/** A journey and the cluster as it was when the journey ended. Its packets must be there. */
export function sideOf(journey: Journey, view: ClusterView): Side {
  const names = namesOf(view);
  const story = storyOf(journey);
  return { journey, names, sender: senderName(journey, names), steps: beatsOf(journey, view).map((beat) => stepOf(beat, journey, story)) };
}

/** Beats need a scene to walk on; which one does not matter to their words. */
function beatsOf(journey: Journey, view: ClusterView): readonly Beat[] {
  const scene = buildScene(view, {
    width: 720,
    focus: null,
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used: usedBy(journey),
  });
  return choreograph({ journey, view, scene }).beats;
}

function stepOf(beat: Beat, journey: Journey, story: Story): Step {
  const told = beat.glyph === "dns" ? beat.hops : beat.hops.filter(([packet]) => packet === story.out || packet === story.back);
  const { kind, hop } = kindOf(beat, journey, told, story);
  return {
    number: beat.number,
    kind,
    glyph: beat.glyph,
    title: beat.title,
    detail: beat.detail,
    trouble: beat.trouble,
    place: beat.place,
    at: told[0] ?? null,
    nanos: beat.at,
    before: beat.before,
    after: hop === null || kind === "reply" || kind === "home" ? beat.after : hop.after,
    hop,
    rule: hop === null ? null : ruleOf(hop),
    choosing: hop === null ? null : choosingOf(hop),
  };
}

function kindOf(beat: Beat, journey: Journey, told: Beat["hops"], story: Story): { readonly kind: StepKind; readonly hop: Hop | null } {
  const first = told[0];
  if (beat.glyph === "dns") return { kind: "lookup", hop: null };
  if (first === undefined) return { kind: "wait", hop: null };
  const [index, at] = first;
  const hops = journey.packets[index]?.hops ?? [];
  if (beat.direction === "out") {
    const group = groupHops(hops).find((one) => one.hops.includes(at));
    const hop = hops[group?.key ?? at] ?? null;
    return { kind: hop?.kind ?? "wait", hop };
  }
  const own = told.filter(([packet]) => packet === story.back).map(([, i]) => hops[i]);
  const stopped = own.find((hop) => hop?.kind === "drop" || hop?.kind === "reject" || hop?.kind === "lost" || hop?.kind === "refuse");
  if (stopped !== undefined) return { kind: stopped.kind, hop: stopped };
  const last = own.at(-1) ?? null;
  return { kind: last !== null && last === hops.at(-1) && beat.hops.length > 0 && endsHome(last) ? "home" : "reply", hop: last };
}

function endsHome(hop: Hop): boolean {
  return hop.kind === "deliver" || hop.kind === "accept" || hop.kind === "leave-cluster" || hop.kind === "refuse";
}

function ruleOf(hop: Hop): string | null {
  if (hop.kind === "reject" || hop.kind === "drop") return hop.rule?.text ?? null;
  if (hop.kind !== "rewrite") return null;
  const decided = matched(hop).find(({ did }) => did?.kind === (hop.changed.destination ? "dnat" : "snat"));
  return decided?.rule.text ?? null;
}

function matched(hop: GateHop) {
  return hop.walks.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "rule" && step.result === "matched" ? [step] : [])));
}

/** How the destination was chosen, read off the rules that the packet met; null where none was. */
function choosingOf(hop: Hop): Choosing | null {
  const rewrote = (hop.kind === "rewrite" && hop.changed.destination) || rewroteFirst(hop);
  if (!rewrote || !isGateHop(hop)) return null;
  const nat = hop.walks
    .filter(({ table }) => table === "nat")
    .flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "rule" ? [step] : [])));
  const took = matched(hop);
  const drawn = nat.find(({ draw }) => draw !== null)?.draw ?? null;
  const memory = took.some(({ rule }) => rule.text.includes("--rcheck"));
  return {
    by: memory ? "memory" : drawn === null ? "only" : "draw",
    of: drawn === null || drawn.below <= 0 ? 1 : Math.round(1 / drawn.below),
    remembers: took.some(({ rule }) => / --set --name /.test(rule.text)),
  };
}
