/**
 * The one place where results become a picture: scene and choreography of the journey on show, made anew only when
 * something they depend on changed. Components read this store; nobody else calls the scene's builders.
 */
import { create } from "zustand";
import { choreographStream, type StreamInput } from "../../scene/stream.ts";
import type { Choreography, Detail, Kept, SceneOptions, Slots, Tally, ThingId, Told } from "../../scene/contract.ts";
import type { Scene } from "../../scene/scene.ts";
import type { CheckId } from "../../core/diagnosis/types.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";
import { focusedService } from "./focus.ts";
import { goneSince, withGone } from "./gone.ts";
import { tallyOf } from "./tally.ts";
import { journeysByThen } from "./past.ts";
import { sceneMaker, usedIn } from "./scene-again.ts";
import { useStore, type WorkbenchState } from "./store.ts";

export interface Surroundings {
  readonly width: number;
  /** Of the canvas, in steps, so that a line of the caption more does not lay out anew; 0: not known. */
  readonly height: number;
  readonly arrangement: SceneOptions["arrangement"];
  readonly reducedMotion: boolean;
  /** A name's look-up as one beat, or a beat for each of its questions. */
  readonly lookup: "folded" | "open";
  /** What the check is about that breaks in the cluster as it stands; null: the request on show decides. */
  readonly about: CheckId | null;
}

export interface Picture {
  readonly scene: Scene | null;
  /** The scene is the one before, laid out anew: things move to their places. */
  readonly moves: boolean;
  readonly choreography: Choreography | null;
  /** What play, step and scrub go through: the choreography, or another story. */
  readonly told: Told | null;
  readonly tally: Tally | null;
  readonly journey: Journey | null;
  readonly focus: ServiceView | null;
  /** What stays at full ink; null: everything. */
  readonly kept: Kept | null;
  /** The Service whose surroundings alone are laid out; null: everything is. */
  readonly apart: string | null;
  readonly around: Surroundings;
}

export const usePicture = create<Picture>(() => ({
  scene: null,
  moves: false,
  choreography: null,
  told: null,
  tally: null,
  journey: null,
  focus: null,
  kept: null,
  apart: null,
  around: { width: 720, height: 0, arrangement: "workbench", reducedMotion: false, lookup: "folded", about: null },
}));

/** Something else than a request that is on show: a change that is watched again, steady traffic. */
export interface Story {
  /** What moves in it, made for this scene; null where it tells only of the cluster. */
  choreography(scene: Scene, view: ClusterView): Choreography | null;
  readonly told: Told;
  /** Things that are never folded away. */
  readonly used: readonly ThingId[];
  /** Whether things that stay go to other places, which is shown as movement. */
  moves(from: Scene, to: Scene): boolean;
}

let story: Story | null = null;

/** Shows a story in place of the request; null: the request again. */
export function setStory(next: Story | null): void {
  if (story === next) return;
  story = next;
  remake();
}

/** What a person leaves out of the picture. */
export interface Narrowed {
  /** The cluster as far as it is laid out. */
  readonly laid: ClusterView;
  /** The Service whose surroundings alone are laid out; null: everything is, each thing at its place. */
  readonly apart: string | null;
  /** In place of the words at the cluster's corner. */
  readonly caption: string | null;
  readonly kept: Kept | null;
}

/** Comes with the part of the page that shows it (`narrow/`). Equal values while nothing that matters to it changed. */
let narrow: ((state: WorkbenchState, used: readonly ThingId[]) => Narrowed | null) | null = null;
export function narrowBy(by: typeof narrow): void {
  narrow = by;
  remake();
}

const NOTHING_USED: readonly ThingId[] = [];
/** Above this a picture that is laid out anew fades over: so many things on their way explain nothing. */
const MOST_MOVING = 300;

/** What a picture is made of; equal inputs give the picture that is there already. */
interface Inputs {
  readonly cluster: ClusterView | null;
  readonly laid: ClusterView | null;
  readonly apart: string | null;
  readonly caption: string | null;
  readonly journey: Journey | null;
  readonly chosen: string | null;
  readonly to: string;
  readonly selected: ThingId | null;
  readonly around: Surroundings;
  readonly story: Story | null;
  readonly detail: Detail;
  readonly teller: Teller;
  readonly added: Added | null;
}

/** Tells a request more or less closely than by its connection's first packet; absent until it is brought. */
type Teller = NonNullable<StreamInput["tell"]> | undefined;
let teller: Teller;
export function tellBy(by: Teller): void {
  teller = by;
  remake();
}

/** What a lesson shows besides. */
export interface Added {
  readonly room?: SceneOptions["room"];
  /** What each gate says at rest in place of its mode, by node. */
  readonly gates?: Readonly<Record<string, readonly string[]>>;
  /** No Service is in focus. */
  readonly unfocused?: boolean;
}

let added: Added | null = null;
export function addToPicture(next: Added | null): void {
  added = next;
  remake();
}

/** The workbench shows maps of large clusters, the embed does not. */
let crowds: SceneOptions["crowds"];
export function crowdsBy(by: SceneOptions["crowds"]): void {
  crowds = by;
}

let last: Inputs | null = null;
const sceneOf = sceneMaker();
let slots: Slots | null = null;
/** Where everything stood before only a part was laid out. */
let slotsOfAll: Slots | null = null;

function inputsOf(state: WorkbenchState, around: Surroundings, narrowed: Narrowed | null): Inputs {
  return {
    cluster: state.cluster,
    laid: narrowed?.laid ?? state.cluster,
    apart: narrowed?.apart ?? null,
    caption: narrowed?.caption ?? null,
    journey: state.journeys.find((journey) => journey.id === state.followed) ?? null,
    chosen: state.chosenService,
    to: state.draft.to,
    selected: state.selected,
    around,
    story,
    detail: state.detail,
    teller,
    added,
  };
}

function same(a: Inputs | null, b: Inputs): boolean {
  return (
    a !== null &&
    a.cluster === b.cluster &&
    a.laid === b.laid &&
    a.apart === b.apart &&
    a.caption === b.caption &&
    a.journey === b.journey &&
    a.chosen === b.chosen &&
    a.to === b.to &&
    a.selected === b.selected &&
    a.around === b.around &&
    a.story === b.story &&
    a.detail === b.detail &&
    a.teller === b.teller &&
    a.added === b.added
  );
}

function remake(): void {
  clearTimeout(waits);
  waits = 0;
  remakeUnless(() => false);
}

/** Above this the cluster's change and its picture are two tasks, so that keys, clicks and frames can come in between. */
const LARGE_PODS = 500;
/** Timer of a picture that is to be made anew. */
let waits: ReturnType<typeof setTimeout> | 0 = 0;

/** After each change of the store. */
function keepUp(): void {
  remakeUnless((inputs) => {
    const { cluster, laid } = inputs;
    if (last === null || cluster === null || cluster === last.cluster || cluster.pods.length <= LARGE_PODS) return false;
    if (!same({ ...last, cluster, laid }, inputs)) return false;
    if (waits === 0) waits = setTimeout(remake);
    return true;
  });
}

function remakeUnless(later: (inputs: Inputs) => boolean): void {
  const state = useStore.getState();
  const narrowed = narrow?.(state, story?.used ?? NOTHING_USED) ?? null;
  const inputs = inputsOf(state, usePicture.getState().around, narrowed);
  if (later(inputs)) return;
  const kept = narrowed?.kept ?? null;
  if (!same(last, inputs)) {
    const ground = sameGround(last, inputs) ? usePicture.getState().scene : null;
    const anew = last !== null && last.apart !== inputs.apart && inputs.cluster !== null;
    if (anew) changeGround(last?.apart ?? null, inputs.apart);
    last = inputs;
    const made = make(inputs, ground);
    const moves = anew && (inputs.cluster?.pods.length ?? 0) <= MOST_MOVING;
    usePicture.setState({ ...made, kept, apart: inputs.apart, ...(moves ? { moves } : {}) });
  } else if (kept !== usePicture.getState().kept) usePicture.setState({ kept });
  remakeTally(state);
}

/** A part is laid out by itself, closed up; afterwards everything stands where it stood. */
function changeGround(from: string | null, to: string | null): void {
  if (from === null) slotsOfAll = slots;
  slots = to === null ? slotsOfAll : null;
}

/** Only the story went on: the scene is the one that is there. */
function sameGround(a: Inputs | null, b: Inputs): boolean {
  return a?.story != null && b.story !== null && a.story.used === b.story.used && same({ ...a, story: b.story }, b);
}

let counted: readonly unknown[] = [];

/** Tallies change with every answer, the picture does not. */
function remakeTally(state: WorkbenchState): void {
  const { cluster, passages, timeline, traffic } = state;
  const journeys = journeysByThen(state);
  const { focus, choreography } = usePicture.getState();
  const from = [cluster, journeys, passages, timeline, focus, choreography, traffic?.until, traffic?.senders];
  if (from.every((one, i) => one === counted[i])) return;
  counted = from;
  const tally =
    cluster === null || focus === null ? null : tallyOf({ cluster, service: focus, journeys, passages, timeline, choreography, traffic });
  usePicture.setState({ tally });
}

function make(inputs: Inputs, ground: Scene | null = null): Partial<Picture> {
  const { cluster, laid, caption, journey: followed, chosen, to, selected, around, story, detail, teller: tell } = inputs;
  const journey = story === null ? followed : null;
  const focus = inputs.added?.unfocused === true ? null : focusedService({ cluster, chosen, journey, to });
  if (cluster === null) return { scene: null, moves: false, choreography: null, told: null, journey, focus };
  const { stream, earlier } = withOthers(journey);
  const used = [...stream.flatMap(usedIn), ...(story?.used ?? []), ...(selected === null ? [] : [selected])];
  const options: SceneOptions = {
    width: around.width,
    ...(around.height > 0 ? { height: around.height } : {}),
    focus: focus?.key ?? null,
    previous: slots,
    arrangement: around.arrangement,
    podDetail: detailOf(focus, journey, around.about),
    ...(crowds === undefined ? {} : { crowds }),
    used,
    ...(inputs.added?.room === undefined ? {} : { room: inputs.added.room }),
  };
  const then = journey === null ? undefined : useStore.getState().journeyViews.get(journey.id);
  const built = ground ?? withGates(sceneOf(withGone(laid ?? cluster, goneSince(journey, then, cluster)), options), inputs.added?.gates);
  const scene = caption === null || ground !== null ? built : { ...built, clusterCaption: caption };
  slots = scene.slots;
  if (story !== null) {
    const { scene: before } = usePicture.getState();
    const choreography = story.choreography(scene, cluster);
    const moves = before !== null && before !== scene && story.moves(before, scene);
    return { scene, moves, choreography, told: choreography ?? story.told, journey, focus };
  }
  const view = then ?? cluster;
  const motion = around.reducedMotion ? "reduced" : "full";
  const choreography =
    journey === null
      ? null
      : choreographStream({
          journeys: stream,
          earlier,
          view,
          scene,
          motion,
          lookup: around.lookup,
          detail,
          ...(tell === undefined ? {} : { tell }),
        });
  return { scene, moves: false, choreography, told: choreography, journey, focus };
}

function withGates(scene: Scene, gates: Added["gates"]): Scene {
  return gates === undefined
    ? scene
    : { ...scene, nodes: scene.nodes.map((node) => (gates[node.name] === undefined ? node : { ...node, lists: gates[node.name] })) };
}

/** The last of several requests that were sent together is shown with the others; and what was sent before them. */
function withOthers(journey: Journey | null): { readonly stream: readonly Journey[]; readonly earlier: readonly Journey[] } {
  if (journey === null) return { stream: [], earlier: [] };
  const { journeys, sends } = useStore.getState();
  const first = sends.find((ids) => ids.at(-1) === journey.id)?.[0] ?? journey.id;
  const until = journeys.filter(({ id }) => id < journey.id);
  return { stream: [...until.filter(({ id }) => id >= first), journey], earlier: until.filter(({ id }) => id < first) };
}

/** While a selector finds nothing, Pods show labels; while a port is closed, the ports they listen on (DESIGN 3 B). */
function detailOf(focus: ServiceView | null, journey: Journey | null, about: CheckId | null): SceneOptions["podDetail"] {
  if (focus?.health === "selects-nothing") return "labels";
  if (about !== null) return about === "target-port" ? "ports" : "address";
  const closed = journey?.packets.some((packet) => packet.hops.some((hop) => hop.kind === "refuse")) ?? false;
  return closed ? "ports" : "address";
}

/** Keeps the picture in step with the store; returns how to stop. Slots are forgotten when the run starts anew. */
export function followStore(): () => void {
  remake();
  return useStore.subscribe(keepUp);
}

export function setSurroundings(around: Partial<Surroundings>): void {
  const before = usePicture.getState().around;
  const after = { ...before, ...around };
  if (
    after.width === before.width &&
    after.height === before.height &&
    after.arrangement === before.arrangement &&
    after.reducedMotion === before.reducedMotion &&
    after.lookup === before.lookup &&
    after.about === before.about
  )
    return;
  usePicture.setState({ around: after });
  remake();
}

/** `L`: Pods close up, and move to their new slots before everyone's eyes. */
export function layOutAgain(): void {
  slots = null;
  const state = useStore.getState();
  last = inputsOf(state, usePicture.getState().around, narrow?.(state, story?.used ?? NOTHING_USED) ?? null);
  usePicture.setState({ ...make(last), moves: true });
}

/** A new run: Pods may take other slots. */
export function forgetSlots(): void {
  slots = null;
  slotsOfAll = null;
  last = null;
  remake();
}
