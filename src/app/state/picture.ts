/**
 * The one place where results become a picture: scene and choreography of the journey on show, made anew only when
 * something they depend on changed. Components read this store; nobody else calls the scene's builders.
 */
import { create } from "zustand";
import { buildScene, usedBy } from "../../scene/layout.ts";
import { choreographStream } from "../../scene/stream.ts";
import type { Choreography, SceneOptions, Slots, Tally, ThingId } from "../../scene/contract.ts";
import type { Scene } from "../../scene/scene.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";
import { focusedService } from "./focus.ts";
import { tallyOf } from "./tally.ts";
import { useStore, type WorkbenchState } from "./store.ts";

export interface Surroundings {
  readonly width: number;
  readonly arrangement: SceneOptions["arrangement"];
  readonly reducedMotion: boolean;
}

export interface Picture {
  readonly scene: Scene | null;
  /** The scene is the one before, laid out anew: things move to their places. */
  readonly moves: boolean;
  readonly choreography: Choreography | null;
  readonly tally: Tally | null;
  readonly journey: Journey | null;
  readonly focus: ServiceView | null;
  readonly around: Surroundings;
}

export const usePicture = create<Picture>(() => ({
  scene: null,
  moves: false,
  choreography: null,
  tally: null,
  journey: null,
  focus: null,
  around: { width: 720, arrangement: "workbench", reducedMotion: false },
}));

/** What a picture is made of; equal inputs give the picture that is there already. */
interface Inputs {
  readonly cluster: ClusterView | null;
  readonly journey: Journey | null;
  readonly chosen: string | null;
  readonly to: string;
  readonly selected: ThingId | null;
  readonly around: Surroundings;
}

let last: Inputs | null = null;
let slots: Slots | null = null;

function inputsOf(state: WorkbenchState, around: Surroundings): Inputs {
  return {
    cluster: state.cluster,
    journey: state.journeys.find((journey) => journey.id === state.followed) ?? null,
    chosen: state.chosenService,
    to: state.draft.to,
    selected: state.selected,
    around,
  };
}

function same(a: Inputs | null, b: Inputs): boolean {
  return (
    a !== null &&
    a.cluster === b.cluster &&
    a.journey === b.journey &&
    a.chosen === b.chosen &&
    a.to === b.to &&
    a.selected === b.selected &&
    a.around === b.around
  );
}

function remake(): void {
  const state = useStore.getState();
  const inputs = inputsOf(state, usePicture.getState().around);
  if (!same(last, inputs)) {
    last = inputs;
    usePicture.setState(make(inputs));
  }
  remakeTally(state);
}

let counted: readonly unknown[] = [];

/** Tallies change with every answer, the picture does not. */
function remakeTally({ cluster, journeys, timeline }: WorkbenchState): void {
  const { focus, choreography } = usePicture.getState();
  const from = [cluster, journeys, timeline, focus, choreography];
  if (from.every((one, i) => one === counted[i])) return;
  counted = from;
  const tally = cluster === null || focus === null ? null : tallyOf({ cluster, service: focus, journeys, timeline, choreography });
  usePicture.setState({ tally });
}

function make({ cluster, journey, chosen, to, selected, around }: Inputs): Partial<Picture> {
  const focus = focusedService({ cluster, chosen, journey, to });
  if (cluster === null) return { scene: null, moves: false, choreography: null, journey, focus };
  const { stream, earlier } = withOthers(journey);
  const used = [...stream.flatMap(usedBy), ...(selected === null ? [] : [selected])];
  const options: SceneOptions = {
    width: around.width,
    focus: focus?.key ?? null,
    previous: slots,
    arrangement: around.arrangement,
    podDetail: detailOf(focus, journey),
    used,
  };
  const scene = buildScene(cluster, options);
  slots = scene.slots;
  const view = journey === null ? cluster : (useStore.getState().journeyViews.get(journey.id) ?? cluster);
  const motion = around.reducedMotion ? "reduced" : "full";
  const choreography = journey === null ? null : choreographStream({ journeys: stream, earlier, view, scene, motion });
  return { scene, moves: false, choreography, journey, focus };
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
function detailOf(focus: ServiceView | null, journey: Journey | null): SceneOptions["podDetail"] {
  if (focus?.health === "selects-nothing") return "labels";
  const closed = journey?.packets.some((packet) => packet.hops.some((hop) => hop.kind === "refuse")) ?? false;
  return closed ? "ports" : "address";
}

/** Keeps the picture in step with the store; returns how to stop. Slots are forgotten when the run starts anew. */
export function followStore(): () => void {
  remake();
  return useStore.subscribe(remake);
}

export function setSurroundings(around: Partial<Surroundings>): void {
  const before = usePicture.getState().around;
  const after = { ...before, ...around };
  if (after.width === before.width && after.arrangement === before.arrangement && after.reducedMotion === before.reducedMotion) return;
  usePicture.setState({ around: after });
  remake();
}

/** `L`: Pods close up, and move to their new slots before everyone's eyes. */
export function layOutAgain(): void {
  slots = null;
  last = inputsOf(useStore.getState(), usePicture.getState().around);
  usePicture.setState({ ...make(last), moves: true });
}

/** A new run: Pods may take other slots. */
export function forgetSlots(): void {
  slots = null;
  last = null;
  remake();
}
