/**
 * The seam between what is known (state and traces) and what is seen. A scene is plain data computed without DOM,
 * React or pixels; a frame is a pure function of scene, choreography and show time. The page, the render worker, the
 * SVG export and the tests all use the same functions. DESIGN names in comments are the product's design document.
 *
 *   ClusterView ──buildScene──▶ Scene ─┐
 *   Journey ──choreograph──▶ Choreography ─frameAt(showMs)─▶ Frame ──paint──▶ Canvas 2D (worker or page)
 *                                                                 └─renderSvg─▶ text
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { Header, Hop, Journey, Place } from "../core/network/trace.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import type { Crowd } from "./crowd.ts";
import type { Scene } from "./scene.ts";

/** Scene coordinates: px at zoom 1, y down, origin at the top left of the scene. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Show time in milliseconds at speed 1, from the start of the choreography. */
export type ShowMs = number;

/** Anything that can be selected, hovered, focused or named. */
export type ThingId =
  | { readonly kind: "pod"; readonly key: NamespacedName }
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "service"; readonly key: NamespacedName }
  | { readonly kind: "gate"; readonly node: string }
  | { readonly kind: "outside"; readonly id: string }
  /** A workload that has no Pods now, `Deployment default/web`: nothing stands for it on the picture. */
  | { readonly kind: "workload"; readonly key: string }
  /** A heading of the outline ("Zone zone-a", "Services"); it has no box on the picture. */
  | { readonly kind: "group"; readonly name: string };

export interface SceneOptions {
  /** Width the layout may use at zoom 1. Layout is deterministic for the same view, options and previous slots. */
  readonly width: number;
  /** Height that is there to be filled, where it is known: decides whether nodes in one row, smaller, are seen better than in two. */
  readonly height?: number;
  /** Service whose threads and membership show; null: none. */
  readonly focus: NamespacedName | null;
  /** Slots of the scene before, so that nothing moves that need not. */
  readonly previous: Slots | null;
  /** workbench: whole picture. embed: no outside band unless used, nodes without system Pods folded away, compact. */
  readonly arrangement: "workbench" | "embed" | "phone";
  /** Pods show addresses, or labels (selector trouble), or listening ports (targetPort trouble). */
  readonly podDetail: "address" | "labels" | "ports";
  /**
   * What the journey on show visits, and what is selected: never folded away. Without it the control-plane node,
   * `default/kubernetes` and (in the embed) unused outsiders and idle system Pods stay folded. See usedBy().
   */
  readonly used?: readonly ThingId[];
  /**
   * More room than usual, px: below the shelf for what hangs from a Service, and in each Pod. `inside`: the client outside shows
   * only while it is used, as in the other arrangements.
   */
  readonly room?: { readonly shelf: number; readonly pod: number; readonly inside?: boolean };
  /** Puts the Pods of a large cluster's map into packs (`packs.ts`). Absent: they are laid out one by one, however many. */
  readonly crowds?: Crowds;
}

/** From so many Pods on they are a crowd. */
export interface Crowds {
  readonly from: number;
  /** `names`: of the nodes, in the scene's order; `columns`: of Pods, that a node has at most. */
  of(view: ClusterView, names: readonly string[], slots: Slots, columns: number, options: SceneOptions): Crowd;
}

/** Which slot each Pod holds on its node; carried from scene to scene (sticky slots). */
export interface Slots {
  readonly [node: string]: readonly (NamespacedName | null)[];
}

/** What a choreography shows, hop by hop. One Motion for every hop of every packet of the journey. */
export interface Motion {
  readonly journey: number;
  readonly packet: number;
  readonly hop: number;
  readonly kind: Hop["kind"];
  readonly startMs: ShowMs;
  readonly endMs: ShowMs;
  /** Path walked, in scene coordinates; one point for a motion in place. Starts and ends at the hop's places. */
  readonly path: readonly Point[];
  /** dns: plum, 5 px outside. refusal: red dashed, 7 px inside. */
  readonly style: "traffic" | "dns" | "refusal";
  readonly direction: "out" | "back";
  /** Drawn as a packet of its own with a label, or folded (the connection's other packets, at once). */
  readonly folded: boolean;
  /** The header as the hop begins and ends, and as the packet was sent: labels are printed from these alone. */
  readonly before: Header;
  readonly after: Header;
  readonly original: Header;
  /** A known connection: what its rule did once is no news, so the label has no yellow. */
  readonly unmarked?: true;
  /** When the address in the label changes; null where nothing changes. Before it the packet waits at the first point. */
  readonly swap: { readonly startMs: ShowMs; readonly endMs: ShowMs } | null;
  /** Index of its beat in Choreography.beats. */
  readonly beat: number;
}

export type BeatGlyph = "dns" | "packet" | "nat" | "reject" | "drop" | "done";

/** One stop of the story: a row of the hop list, a number on the canvas, a block in the timeline. */
export interface Beat {
  /** As shown: 1, 2, 3, … */
  readonly number: number;
  readonly glyph: BeatGlyph;
  /** "Rewrite the destination" */
  readonly title: string;
  /** Exact: "kube-proxy rules on node-1", "route 10.244.2.0/24 via 192.168.10.12" */
  readonly detail: string;
  /** The caption: one sentence, present tense; and the same once it is over. */
  readonly sentence: string;
  readonly past: string;
  /** The caption until what the sentence tells is decided; null: the sentence from the start. */
  readonly opening: { readonly sentence: string; readonly untilMs: ShowMs } | null;
  readonly startMs: ShowMs;
  readonly endMs: ShowMs;
  /** Where stepping lands: the moment of the beat that shows what it is about. */
  readonly stillMs: ShowMs;
  /** Virtual nanoseconds. */
  readonly at: number;
  readonly endsAt: number;
  /** The hops it covers: [packet, hop]. */
  readonly hops: readonly (readonly [number, number])[];
  readonly place: Place;
  /** Header when the beat begins and ends; equal where nothing changed. */
  readonly before: Header;
  readonly after: Header;
  readonly direction: "out" | "back";
  readonly trouble: boolean;
  /** It has no number of its own on the picture: one of a connection's later packets, told packet by packet. */
  readonly quiet?: true;
}

/** What a gate says while something happens there. At rest and out of date are facts of the scene. */
export type GateShow =
  /** Counts the rules considered: at most six one by one, the rest named ("and 11 more"). */
  | {
      readonly kind: "matching";
      readonly rules: number;
      readonly shown: number;
      readonly service: string | null;
      /** The packet came for a port of the node: what matches is that port. */
      readonly nodePort: number | null;
    }
  /** What decides: "random, one of 3", "same as before". */
  | { readonly kind: "choosing"; readonly text: string }
  | {
      readonly kind: "rewriting";
      readonly service: string | null;
      readonly to: string;
      readonly masquerade: string | null;
      /** The network plugin replaced the source, as the packet leaves the cluster; absent: kube-proxy or a person's rule did. */
      readonly byPlugin?: true;
    }
  | { readonly kind: "known"; readonly to: string }
  | { readonly kind: "restoring"; readonly service: string | null; readonly to: string }
  | { readonly kind: "naming"; readonly service: string }
  | { readonly kind: "refusing"; readonly text: string }
  | { readonly kind: "dropping"; readonly text: string };

/** Something seen beside the packets, from startMs to endMs of show time. */
export type Cue = { readonly startMs: ShowMs; readonly endMs: ShowMs } & (
  | { readonly kind: "gate"; readonly node: string; readonly show: GateShow }
  /** The front of the matched Service thickens. */
  | { readonly kind: "matched"; readonly service: NamespacedName }
  /** What the rules' odds gave each candidate, for a moment. */
  | { readonly kind: "chances"; readonly chances: readonly { readonly pod: NamespacedName; readonly text: string }[] }
  /** What a load balancer gives each node that passes its health checks, for a moment. */
  | { readonly kind: "doors"; readonly doors: readonly { readonly node: string; readonly text: string }[] }
  /** The chosen endpoint keeps its ink outline to the end. */
  | { readonly kind: "chosen"; readonly pod: NamespacedName }
  /** The sender's outline while its request is under way. */
  | { readonly kind: "sender"; readonly place: Place }
  /** resolv.conf candidates by the sender; each appears at its own time. */
  | {
      readonly kind: "search";
      readonly place: Place;
      readonly names: readonly {
        readonly name: string;
        readonly result: "found" | "no-such-name" | "no-address" | "failed" | "not-asked";
        readonly atMs: ShowMs;
        readonly knownMs: ShowMs;
      }[];
    }
  /** The octagon where a packet ended; `said` only for a closed port: what the Pod does not listen on. */
  | {
      readonly kind: "stopped";
      readonly point: Point;
      readonly glyph: "reject" | "drop" | "blocked";
      readonly said: string | null;
      readonly pod: NamespacedName | null;
    }
  /** A network policy stopped a packet: the bar on the Pod's stub says so. */
  | { readonly kind: "barred"; readonly pod: NamespacedName }
  /** Nothing comes back: the sender waits until its timeout. `seconds`: how long it waits in virtual time. */
  | { readonly kind: "waiting"; readonly place: Place; readonly seconds: number }
  /** The diamond at a DNS server fills while it answers. */
  | { readonly kind: "answering"; readonly point: Point }
);

/** A number beside a trail; the same number as in the hop list. */
export interface Stop {
  readonly beat: number;
  readonly number: number;
  readonly point: Point;
  readonly dns: boolean;
}

/** A request that was answered, at the moment at which it has reached the Pod that answers it. */
export interface Arrival {
  readonly atMs: ShowMs;
  readonly journey: number;
  readonly pod: NamespacedName;
}

/** Where a request went that is over: drawn faintly from then on. */
export interface PastTrail {
  readonly fromMs: ShowMs;
  readonly points: readonly Point[];
}

/** How many connections a node's conntrack holds: from each moment on, in order; the first counts from the start. */
export interface Tracked {
  readonly node: string;
  readonly counts: readonly { readonly fromMs: ShowMs; readonly count: number }[];
}

/** What squares are shaded by where a large cluster is a map. */
export type Shade = "requests" | "readiness" | "namespace";

/** Requests that each Pod answered: those counted already, and those that arrive while the choreography runs. */
export interface Tally {
  readonly before: readonly { readonly pod: NamespacedName; readonly count: number }[];
  readonly arrivals: readonly Arrival[];
  /** How many are sent each second, while traffic to the Service in focus stands. */
  readonly perSecond?: number;
}

/**
 * A request that nobody tells. Of hundreds many go the same way: they have the same motions (the very same array, in times of
 * their own beginning, with the headers of one of them), each begun at another time.
 */
export interface Beside {
  readonly journey: number;
  /** By start. */
  readonly motions: readonly Motion[];
  /** So much later than they say the motions are shown. */
  readonly byMs: ShowMs;
}

export interface Choreography {
  readonly journey: number;
  readonly totalMs: ShowMs;
  readonly beats: readonly Beat[];
  /** By start. */
  readonly motions: readonly Motion[];
  /** Requests that run beside the one that is told, whose motions are not among those above. Absent: none does. */
  readonly beside?: readonly Beside[];
  readonly cues: readonly Cue[];
  readonly stops: readonly Stop[];
  /** By time. */
  readonly arrivals: readonly Arrival[];
  readonly past: readonly PastTrail[];
  /** Several requests at once: how many, when the one that is told begins and has been told, what is said before. null: one alone. */
  readonly stream: {
    readonly requests: number;
    readonly beginsMs: ShowMs;
    readonly toldMs: ShowMs;
    readonly sentence: string;
  } | null;
  /** More packets in flight than this are bands along the wires. Default 200. */
  readonly packetsMost?: number;
  /** With reduced motion a beat is a still picture: 120 ms of cross-fade, then a hold. */
  readonly motion: "full" | "reduced";
  /** The full motion that a reduced one takes its stills from; null in full motion. */
  readonly full: Choreography | null;
  /** Last sentence, with the result and the total time. */
  readonly summary: string;
  readonly trouble: boolean;
  /** Monotone map between show time and virtual time: pairs [showMs, nanos], ascending in both. */
  readonly clock: readonly (readonly [ShowMs, number])[];
}

/**
 * What play, pause, step, scrub and the caption need of a story, whatever moves in it: a request's choreography, or a change
 * of the cluster that is watched again.
 */
export interface Told extends Pick<Choreography, "totalMs" | "stream" | "arrivals" | "summary" | "trouble" | "clock"> {
  readonly beats: readonly Pick<Beat, "number" | "sentence" | "opening" | "past" | "startMs" | "endMs" | "stillMs" | "trouble">[];
}

/** A place where text is measured is outside the scene: the painter passes its own measure, tests a fixed one. */
export type MeasureText = (text: string, font: "ui" | "ui-strong" | "mono" | "mono-strong", sizePx: number) => number;

export type Detail = "request" | "connection" | "packet";

export interface ChoreographInput {
  readonly journey: Journey;
  readonly view: ClusterView;
  readonly scene: Scene;
  /** Default full. */
  readonly motion?: "full" | "reduced";
  /** folded (default): a name's look-up is one beat. open: a beat for each question. */
  readonly lookup?: "folded" | "open";
  /**
   * How closely it is told. request: one way there and back for the whole request, with its key stops. connection
   * (default): the connection's first packet, and what answers it; the others at once. packet: every packet.
   */
  readonly detail?: Detail;
  /** Requests before this one, oldest first: the last one's trail stays faintly, and an affinity list's time is known from them. */
  readonly earlier?: readonly Journey[];
}

export type Theme = "light" | "dark";

/** CSS custom properties of tokens.css that the painter uses, resolved: `--ink` → `#1B1D21`. */
export type Palette = Readonly<Record<string, string>>;

/** What a person does to the picture; decides highlights, never geometry. */
export interface Attention {
  readonly selected: ThingId | null;
  readonly hovered: ThingId | null;
  readonly focused: ThingId | null;
  /** What is pointed at somewhere on the page, by any of its names: a soft ring around each. */
  readonly pointed?: readonly ThingId[];
  /** Numbers of the stops that are pointed at. */
  readonly pointedStops?: readonly number[];
  /** The Service whose document holds the editor's caret. */
  readonly edited?: NamespacedName | null;
}

/** What stays at full ink while the rest is drawn faintly: what a filter found, or what a Service touches. Never geometry. */
export interface Kept {
  readonly pods: ReadonlySet<NamespacedName>;
  readonly nodes: ReadonlySet<string>;
  readonly services: ReadonlySet<NamespacedName>;
  /** Pills, by id. */
  readonly outside: ReadonlySet<string>;
}

/** Screen = scene * scale + offset, in CSS px. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
  readonly devicePixelRatio: number;
}

/** The clock that positions packets: show time is showMs at wall stamp, advancing by rate while playing. */
export interface ShowClock {
  readonly playing: boolean;
  readonly rate: number;
  readonly showMs: ShowMs;
  /** performance.timeOrigin + performance.now() of the side that set it: equal in page and worker. */
  readonly stampedAt: number;
}
