/**
 * What the reader chose and the latest results; nothing that can be computed from them. Computed values are pure
 * functions beside this file. Only `commands.ts` and `playback.ts` write here.
 */
import { create } from "zustand";
import type { NamespacedName } from "../../core/base/names.ts";
import type { Diagnostic, ManifestFile } from "../../core/manifests/types.ts";
import type { Journey, Sender } from "../../core/network/trace.ts";
import type { ClusterView, TimelineEvent } from "../../core/simulation/view.ts";
import type { Detail, ShowClock, ThingId } from "../../scene/contract.ts";
import type { Passage, PastUpdate, SpanRecord, TimedAction, TrafficUpdate, Update } from "../../worker/protocol.ts";
import type { Breakpoint } from "./breakpoints.ts";
import { NO_HISTORY, type History } from "./history.ts";
import type { KeptSender, More } from "./requests.ts";
import type { Filter } from "./narrow.ts";

export type InspectorTab = "diagnosis" | "hops" | "rules" | "conntrack" | "dns" | "slices" | "odds" | "moments";
export type ThemeChoice = "system" | "light" | "dark";

/** The request line as it stands. `from: null`: the first Pod that can send. */
export interface Draft {
  readonly from: Sender | null;
  readonly to: string;
  readonly count: number;
  /** All on one connection that is kept, over UDP from one socket; absent: a new one each time. */
  readonly keep?: boolean;
  /** What the composer says besides. */
  readonly more?: More;
}

/** One place in a file: what the caret is in, or what was asked to be shown. */
export interface TextPlace {
  readonly file: string;
  readonly line: number;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: "done" | "busy" | "trouble";
  readonly undo: (() => void) | null;
  /** What one may want to do next. */
  readonly next: { readonly label: string; readonly run: () => void } | null;
  /** And besides. */
  readonly also?: { readonly label: string; readonly run: () => void };
  /** The thing that it is about, where it stands at that thing: a refusal. */
  readonly at?: ThingId;
}

/** Why the picture may not be what the text says, or how this page came to be; shown until dismissed. */
export type Notice =
  | { readonly kind: "link-damaged" }
  | { readonly kind: "link-unreadable"; readonly version: number }
  | { readonly kind: "link-newer"; readonly unknown: readonly string[] }
  /** A link took the place of text that a person had written here. */
  | { readonly kind: "link-opened"; readonly back: () => void }
  /** Steady traffic has sent so many requests that the page paused it. */
  | { readonly kind: "limit"; readonly requests: number; readonly goOn: () => void; readonly clear: () => void }
  | { readonly kind: "restarted"; readonly why: "stuck" | "died" }
  /** `again`: what starts once more, where that is not the run. */
  | { readonly kind: "failed"; readonly error: string; readonly again?: () => void };

export interface Newest {
  readonly files: readonly ManifestFile[];
  readonly actions: readonly TimedAction[];
  readonly history: History;
  readonly followed: number | null;
  readonly live: boolean;
}

export interface WorkbenchState {
  /* Chosen */
  readonly files: readonly ManifestFile[];
  readonly activeFile: string;
  readonly seed: number;
  readonly scenario: string | null;
  /** The manifests are a rail at the left edge, and the picture has their room. */
  readonly manifestsFolded: boolean;
  /** What was opened is so large that the manifests begin as that rail. */
  readonly opensFolded: boolean;
  readonly actions: readonly TimedAction[];
  /** What Undo and Redo outside the editor take back and make again. */
  readonly history: History;
  readonly draft: Draft;
  /** The request line offers steady traffic, so many a second, in place of single requests. */
  readonly steady: { readonly rate: number } | null;
  /** Senders with a name, to send again. */
  readonly senders: readonly KeptSender[];
  /** How closely a request is told. */
  readonly detail: Detail;
  readonly selected: ThingId | null;
  readonly hovered: ThingId | null;
  readonly focused: ThingId | null;
  /** The Service that a person last put in focus; the focus itself is computed (`focus.ts`). */
  readonly chosenService: NamespacedName | null;
  /** What of the picture stays at full ink; null: everything. */
  readonly filter: Filter | null;
  /** The Service of which only what it touches shows; null: everything. */
  readonly only: NamespacedName | null;
  readonly caret: TextPlace | null;
  readonly clock: ShowClock;
  /** The journey on show. */
  readonly followed: number | null;
  /** Where the play stops by itself. */
  readonly breakpoints: readonly Breakpoint[];
  readonly tab: InspectorTab;
  readonly rulesNode: string | null;
  /** Where manifests and inspector share a column: which of them shows. */
  readonly side: "manifests" | "inspector";
  readonly theme: ThemeChoice;
  readonly outlineOpen: boolean;
  readonly keysOn: boolean;
  /** With reduced motion: a step waits for the reader. */
  readonly waitForMe: boolean;
  readonly dialog: "share" | "keys" | "packet" | "narration" | null;

  /* Latest results */
  readonly cluster: ClusterView | null;
  /** Virtual now. */
  readonly now: number;
  readonly busy: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** The picture shows the last text that was good. */
  readonly lastGood: boolean;
  readonly journeys: readonly Journey[];
  /** The cluster as it was when each journey ended. */
  readonly journeyViews: ReadonlyMap<number, ClusterView>;
  readonly timeline: readonly TimelineEvent[];
  /** Positions in the timeline of edits and actions that can be watched again. */
  readonly spans: readonly number[];
  /** The change that is watched: `cluster` is as it was then, `present` as it is now. */
  readonly watched: SpanRecord | null;
  /** The lost request that is on show with the cluster as it was then. */
  readonly lostOnShow: number | null;
  readonly present: ClusterView | null;
  /** Steady traffic that stands, or the last that did. */
  readonly traffic: TrafficUpdate | null;
  /** The last requests of that traffic, as far as they were told. */
  readonly passages: readonly Passage[];
  /** Steady traffic is on show: the clock is the simulation's own. */
  readonly live: boolean;
  /** The moment of the past that is on show; null: the newest. */
  readonly past: PastUpdate | null;
  /** What the reader had made of the run, and looked at, before it went to its past: there again afterwards. */
  readonly newest: Newest | null;
  /** Runs that were left where they were forked, oldest first. */
  readonly leftRuns: Update["leftRuns"];
  /** Journeys that were sent and have not ended. */
  readonly awaited: readonly number[];
  /** Requests that were sent together, several at a time, each in order. */
  readonly sends: readonly (readonly number[])[];
  /** A refusal of the request line, beside it until the next try. */
  readonly sendError: string | null;
  readonly notice: Notice | null;
  readonly toast: Toast | null;
}

export const initialState: WorkbenchState = {
  files: [],
  activeFile: "",
  seed: 1,
  scenario: null,
  manifestsFolded: false,
  opensFolded: false,
  actions: [],
  history: NO_HISTORY,
  draft: { from: null, to: "http://web", count: 1 },
  steady: null,
  senders: [],
  detail: "connection",
  selected: null,
  hovered: null,
  focused: null,
  chosenService: null,
  filter: null,
  only: null,
  caret: null,
  clock: { playing: false, rate: 1, showMs: 0, stampedAt: 0 },
  followed: null,
  breakpoints: [],
  tab: "hops",
  rulesNode: null,
  side: "inspector",
  theme: "system",
  outlineOpen: false,
  keysOn: true,
  waitForMe: true,
  dialog: null,
  cluster: null,
  now: 0,
  busy: false,
  diagnostics: [],
  lastGood: false,
  journeys: [],
  journeyViews: new Map(),
  timeline: [],
  spans: [],
  watched: null,
  lostOnShow: null,
  present: null,
  traffic: null,
  passages: [],
  live: false,
  past: null,
  newest: null,
  leftRuns: [],
  awaited: [],
  sends: [],
  sendError: null,
  notice: null,
  toast: null,
};

export const useStore = create<WorkbenchState>(() => initialState);
export const getState = (): WorkbenchState => useStore.getState();
export const setState = (partial: Partial<WorkbenchState>): void => useStore.setState(partial);
