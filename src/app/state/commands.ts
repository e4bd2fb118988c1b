/**
 * Everything a person can do, as functions: each changes what was chosen and sends the command to the head of the
 * river. Results come back by `receive`.
 */
import type { ManifestFile, TextEdit } from "../../core/manifests/types.ts";
import type { Journey, Sender } from "../../core/network/trace.ts";
import type { ClusterView, PodView, TimelineEvent } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { balancedService } from "../../scene/wires.ts";
import type { Update } from "../../worker/protocol.ts";
import { createEngine } from "../client/engine.ts";
import { SimulationClient } from "../client/simulation-client.ts";
import { editor, type EditorHandle } from "../editor/handle.ts";
import { serviceOfThing } from "./focus.ts";
import { edited } from "./history.ts";
import { forkedAt, pastTold } from "./past.ts";
import { lessonOf } from "./lesson-name.ts";
import { foresee, forgetForeseen } from "./foreseen.ts";
import { forgetSlots } from "./picture.ts";
import { nameOfThing, names, type Names } from "./pointing-names.ts";
import { playFrom, seek } from "./playback.ts";
import { requestOf } from "./requests.ts";
import { haveRead, reading } from "./reading.ts";
import { getState, initialState, setState, type Draft, type TextPlace, type Toast } from "./store.ts";
import { editFiles, lineOfObject, lineOfTemplate } from "./text.ts";
import type { Workspace } from "./workspace.ts";

/** Journeys keep all their hops for so long; older ones are asked for again when they are followed. */
const WHOLE_JOURNEYS = 200;

/** What happens to a request once it has ended: shown from its start, playing or not. */
type WhenEnded = "play" | "hold";
let whenEnded: WhenEnded = "play";
/** Sent as soon as the cluster is there. */
let sendOnArrival: WhenEnded | null = null;
/** Number of the last `start`: updates of earlier runs are dropped. */
let startId = 0;

const client = new SimulationClient(
  createEngine,
  {
    update: receive,
    progress: reading,
    forked: (at) => setState(forkedAt(getState(), at)),
    failed: (error) => setState({ notice: { kind: "failed", error }, busy: false, awaited: [] }),
    restarted: (why) => {
      setState({ notice: { kind: "restarted", why } });
      startRun();
    },
  },
  {
    now: () => performance.now(),
    every: (callback, ms) => {
      const timer = setInterval(callback, ms);
      return () => clearInterval(timer);
    },
  },
);

/** Opens a workspace in place of the present one. `then`: what its request does once the cluster is there. */
export function openWorkspace(workspace: Workspace, then: WhenEnded): void {
  const { theme, keysOn, waitForMe, clock, outlineOpen } = getState();
  setState({
    ...initialState,
    theme,
    keysOn,
    waitForMe,
    outlineOpen,
    clock: { ...clock, playing: false, showMs: 0 },
    files: workspace.files,
    activeFile: workspace.files[0]?.name ?? "",
    seed: workspace.seed,
    scenario: workspace.scenario,
    actions: workspace.actions,
    draft: workspace.request,
    steady: workspace.traffic,
    senders: workspace.senders ?? getState().senders,
    detail: workspace.view.detail ?? "connection",
    tab: workspace.view.tab,
    chosenService: workspace.view.focus,
    filter: workspace.view.filter ?? null,
    only: workspace.view.only ?? null,
  });
  // In a lesson the first request is the reader's.
  sendOnArrival = lessonOf(workspace) === null ? then : null;
  startRun();
}

/** Starts the run from its inputs: files, seed, actions. */
export function startRun(): void {
  const { newest } = getState();
  if (newest !== null) setState({ files: newest.files, actions: newest.actions, history: newest.history });
  const { files, seed } = getState();
  // Steady traffic needs its own controls; without them time would stand still for ever.
  const actions = getState().actions.filter(({ action }) => instead !== null || !/-traffic$|^set-sender$/.test(action.kind));
  setState({
    cluster: null,
    journeys: [],
    journeyViews: new Map(),
    timeline: [],
    awaited: [],
    sends: [],
    followed: null,
    spans: [],
    watched: null,
    lostOnShow: null,
    present: null,
    past: null,
    newest: null,
    leftRuns: [],
    now: 0,
    sendError: null,
  });
  forgetSlots();
  forgetForeseen();
  // Traffic that is made again from its record goes on as it went, or stands.
  if (actions.some(({ action }) => action.kind === "start-traffic" || action.kind === "set-sender")) {
    const { playing, rate } = getState().clock;
    void client.request({ kind: "pace", playing, rate });
  }
  const { id } = client.numbered({ kind: "start", files, seed, actions });
  startId = id;
}

function receive(update: Update): void {
  if (update.applied < startId) return;
  haveRead();
  const before = getState();
  const watching = before.watched !== null || before.lostOnShow !== null;
  const present = update.cluster ?? (watching ? before.present : before.cluster);
  const cluster = watching ? before.cluster : present;
  const ended = new Set(update.journeys.map((journey) => journey.id));
  const awaited = before.awaited.filter((id) => !ended.has(id));
  setState({
    ...pastTold(before, update),
    now: update.now,
    busy: update.busy,
    cluster,
    present: watching ? present : null,
    spans: update.spans,
    traffic: update.traffic,
    lastGood: update.lastGood,
    diagnostics: update.diagnostics ?? before.diagnostics,
    timeline: toldSoFar(before.timeline, update),
    journeys: update.journeys.length === 0 ? before.journeys : keepJourneys([...before.journeys, ...update.journeys]),
    journeyViews:
      update.journeys.length === 0 || present === null ? before.journeyViews : rememberViews(before.journeyViews, update.journeys, present),
    awaited,
  });
  if (awaited.length > 0) foresee(update.journeys);
  const last = update.journeys.at(-1);
  if (before.awaited.length > 0 && awaited.length === 0 && last !== undefined) followNext(last.id, present);
  if (sendOnArrival !== null && cluster !== null && !update.busy) {
    const then = sendOnArrival;
    sendOnArrival = null;
    // A cluster with nobody to talk to has nothing to show by itself.
    if (cluster.pods.some((pod) => pod.role === "client" || pod.role === "server")) send(then);
  }
}

/** Above this the update and the story that begins with it are two tasks, so that keys and clicks can come in between. */
const LARGE_PODS = 500;

function followNext(id: number, cluster: ClusterView | null): void {
  if (cluster === null || cluster.pods.length <= LARGE_PODS) return follow(id, whenEnded);
  const run = startId;
  // Another run numbers its requests from 1 again.
  setTimeout(() => run === startId && follow(id, whenEnded));
}

/** Entries from `timelineFrom` on that were told before did not happen after all: letters typed within one value. */
function toldSoFar(timeline: readonly TimelineEvent[], update: Update): readonly TimelineEvent[] {
  if (update.timeline.length === 0 && update.timelineFrom >= timeline.length) return timeline;
  return [...timeline.slice(0, update.timelineFrom), ...update.timeline];
}

function keepJourneys(journeys: readonly Journey[]): readonly Journey[] {
  const whole = journeys.length - WHOLE_JOURNEYS;
  return journeys.map((journey, i) => (i >= whole || journey.packets.length === 0 ? journey : { ...journey, packets: [] }));
}

function rememberViews(
  views: ReadonlyMap<number, ClusterView>,
  journeys: readonly Journey[],
  cluster: ClusterView,
): ReadonlyMap<number, ClusterView> {
  const after = new Map([...views, ...journeys.map((journey) => [journey.id, cluster] as const)]);
  for (const id of [...after.keys()].slice(0, -WHOLE_JOURNEYS)) after.delete(id);
  return after;
}

/** Shows one journey from its start. */
export function follow(id: number, then: WhenEnded): void {
  const known = getState().journeys.find((journey) => journey.id === id);
  if (known === undefined) return;
  setState({ live: false });
  const show = (): void => {
    setState({ followed: id });
    if (then === "play") playFrom(0);
    else seek(0);
  };
  if (known.packets.length > 0) {
    show();
    return;
  }
  void client.request({ kind: "journey", id }).then((reply) => {
    if (reply.kind !== "journey" || reply.journey === null) return;
    const whole = reply.journey;
    setState({ journeys: getState().journeys.map((journey) => (journey.id === id ? whole : journey)) });
    show();
  });
}

/** What the request line does in place of sending once: the workbench has steady traffic. True where it did. */
let instead: ((then: WhenEnded) => boolean) | null = null;
export function sendInstead(by: typeof instead): void {
  instead = by;
}

/** Sends what the request line says. */
export function send(then: WhenEnded = "play"): void {
  if (instead?.(then) === true) return;
  const { draft, cluster } = getState();
  const from = cluster === null ? null : senderOf(draft, cluster);
  if (from === null) {
    setState({ sendError: "No Pod can send yet." });
    return;
  }
  whenEnded = then;
  // The Service that the request names comes into focus again.
  setState({ sendError: null, chosenService: null });
  const request = requestOf(draft, from);
  void client.request({ kind: "send", request }).then((reply) => {
    if (reply.kind === "refused") setState({ sendError: reply.error });
    if (reply.kind !== "sent") return;
    if (reply.journeys.length > 1) setState({ sends: [...getState().sends, reply.journeys] });
    awaitJourneys(reply.journeys);
  });
}

/** Replies and updates may cross: journeys that ended already are not awaited. */
function awaitJourneys(ids: readonly number[]): void {
  const { journeys } = getState();
  const open = ids.filter((id) => !journeys.some((journey) => journey.id === id));
  setState({ awaited: open });
  const last = ids.at(-1);
  if (open.length === 0 && last !== undefined) follow(last, whenEnded);
}

/** Who sends: the one chosen if it is still there, else the first client Pod, else the first Pod, else a node. */
export function senderOf(draft: Draft, cluster: ClusterView): Sender | null {
  const { from } = draft;
  if (from !== null) {
    if (from.kind === "pod" && cluster.pods.some((pod) => pod.key === from.pod)) return from;
    if (from.kind === "node" && cluster.nodes.some((node) => node.name === from.node)) return from;
    // any address outside may send: it is a host from then on
    if (from.kind === "outside" && (cluster.outsiders.some(({ id }) => id === from.id) || /[.:]/.test(from.id))) return from;
  }
  const pod =
    cluster.pods.find((candidate) => candidate.role === "client") ?? cluster.pods.find((candidate) => candidate.role === "server");
  if (pod !== undefined) return { kind: "pod", pod: pod.key };
  const node = cluster.nodes[0];
  return node === undefined ? null : { kind: "node", node: node.name };
}

export function setDraft(change: Partial<Draft>): void {
  setState({ draft: { ...getState().draft, ...change }, sendError: null });
}

/** The text of one file as typed. */
export function typeText(file: string, text: string): void {
  const { files } = getState();
  if (files.some((candidate) => candidate.name === file && candidate.text === text)) return;
  setFiles(files.map((candidate) => (candidate.name === file ? { ...candidate, text } : candidate)));
}

/** Edits that a control or a fix makes: through the editor, so that undo knows them, else straight in the text. */
export function applyEdits(edits: readonly TextEdit[]): void {
  const first = edits[0];
  if (first === undefined) return;
  const oneFile = edits.every((edit) => edit.file === first.file);
  if (oneFile && editor()?.applyEdits(first.file, edits) === true) return;
  setFiles(editFiles(getState().files, edits));
}

export function setFiles(files: readonly ManifestFile[]): void {
  const { history, files: before } = getState();
  setState({ files, history: edited(history, before, files) });
  void client.request({ kind: "apply", files });
}

/** Marks a thing everywhere while the pointer is over one of its appearances. */
export function hover(thing: ThingId | null): void {
  setState({ hovered: thing });
}

/** For an appearance of a thing outside the picture: it marks the thing while it is pointed at, and is marked with it. */
export function hovers(thing: ThingId | null): Names & { readonly onPointerEnter: () => void; readonly onPointerLeave: () => void } {
  return { ...names(thing === null ? null : nameOfThing(thing)), onPointerEnter: () => hover(thing), onPointerLeave: () => hover(null) };
}

export function select(thing: ThingId | null): void {
  const { cluster } = getState();
  const service = thing === null || cluster === null ? null : serviceOfThing(cluster, thing);
  setState(service === null ? { selected: thing } : { selected: thing, chosenService: service });
}

/** Shows where a thing stands in the manifests. */
export function revealSource(thing: ThingId): void {
  const source = sourceOf(thing);
  if (source === null) return;
  toEditor(source.file, (handle) => handle.revealLine(source.line));
}

/** Brings the editor to sight, with that file, and then does something in it. */
export function toEditor(file: string | null, then: (handle: EditorHandle) => void): void {
  setState({ side: "manifests", manifestsFolded: false, ...(file === null ? {} : { activeFile: file }) });
  // The file's text and a panel that was hidden are there after the next paint.
  requestAnimationFrame(() => {
    const handle = editor();
    if (handle !== null) then(handle);
  });
}

export function sourceOf(thing: ThingId): { readonly file: string; readonly line: number } | null {
  const { cluster } = getState();
  if (cluster === null) return null;
  switch (thing.kind) {
    case "pod": {
      const pod = cluster.pods.find((candidate) => candidate.key === thing.key);
      if (pod?.source != null) return pod.source;
      // A generated Pod stands where its template does.
      return pod?.workload == null ? null : templateOf(pod.workload);
    }
    case "service":
      return cluster.services.find((service) => service.key === thing.key)?.source ?? null;
    case "node":
      return cluster.nodes.find((node) => node.name === thing.name)?.source ?? null;
    case "workload":
      return cluster.idle?.find((workload) => workload.key === thing.key)?.source ?? null;
    case "gate":
      return sourceOf({ kind: "node", name: thing.node });
    case "outside":
      return balancedService(cluster, thing.id)?.source ?? null;
    case "group":
      return null;
  }
}

// Of each text asked once: a list of connections asks for hundreds of Pods, each time something happens.
const templates = new WeakMap<readonly ManifestFile[], Map<string, TextPlace | null>>();

/** Where the template stands that a workload makes its Pods from; of a Job that a CronJob makes nothing stands there. */
function templateOf({ kind, name, namespace }: NonNullable<PodView["workload"]>): TextPlace | null {
  const { files } = getState();
  const known = templates.get(files) ?? new Map<string, TextPlace | null>();
  templates.set(files, known);
  const key = `${kind} ${namespace}/${name}`;
  let place = known.get(key);
  if (place === undefined) {
    const at = lineOfObject(files, kind, name, namespace);
    place = at === null ? null : { file: at.file, line: lineOfTemplate(files, at) };
    known.set(key, place);
  }
  return place;
}

let toastId = 0;
export function say(text: string, tone: Toast["tone"], undo: Toast["undo"] = null, next: Toast["next"] = null, at?: ThingId): void {
  setState({ toast: { id: ++toastId, text, tone, undo, next, ...(at === undefined ? {} : { at }) } });
}

/** Applies a fix of a problem; the same request is offered again. */
export function applyFix(edits: readonly TextEdit[]): void {
  applyEdits(edits);
  const undo = (): void => editor()?.undo();
  say("Fix applied", "done", undo, getState().followed === null ? null : { label: "Resend", run: () => send() });
}

/** For panels that ask the simulation for details of what is on show. */
export const ask = client.request.bind(client);
