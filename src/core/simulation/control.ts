/** The control plane in the run: texts and actions become writes, writes wake controllers, controllers wait in the queue. */
import { clusterBasis } from "../api/default-cluster.ts";
import { textAt } from "../api/json.ts";
import { readSettings, type ClusterSettings, type ProxyMode, type SettingsProblem } from "../api/settings.ts";
import { emptyStore } from "../api/store.ts";
import { applyDocuments, installCluster } from "../controllers/apply.ts";
import { clusterOfDump, holdsSettings } from "../controllers/dump-cluster.ts";
import { reconcile, takeChanges, workOf } from "../controllers/reconcile.ts";
import type { WakeUp, Work } from "../controllers/wake-ups.ts";
import { emptyMemory, type Change, type World } from "../controllers/world.ts";
import { movesSerial } from "../dns/serial.ts";
import { expandList } from "../manifests/list.ts";
import { parseManifests, type ParseCache } from "../manifests/parse.ts";
import { readableDocuments } from "../manifests/readable.ts";
import type { Diagnostic, ManifestDocument, ManifestFile } from "../manifests/types.ts";
import { command, type ControlAction } from "./actions.ts";
import { timelineOf, type Counted } from "./changes.ts";
import type { ApplyResult, Refusal } from "./contract.ts";
import { corefileDiagnostics } from "./corefile-diagnostics.ts";
import { cannotStart, followCorefile, nameServerPods } from "./coredns.ts";
import { followDocuments } from "./own-rules.ts";
import { ownRulesAdvice } from "./own-rules-advice.ts";
import { schedule } from "./queue.ts";
import type { SimulationState } from "./state.ts";
import type { TimelineEvent } from "./view.ts";
import { waitsBy, waitsNoMore } from "./waiting.ts";

/** One write, as the rest of the run hears of it. */
export interface Written {
  /** Kind of the object; "" where the cluster's own settings changed. */
  readonly kind: string;
  /** It can alter an answer of CoreDNS. */
  readonly movesSerial: boolean;
  readonly entries: readonly TimelineEvent[];
}

export interface ControlRun {
  readonly state: SimulationState;
  /** Writes that nobody has looked at yet. */
  readonly changes: Written[];
}

/**
 * Applies the texts. A text that is not well-formed keeps the last good state while there is one; a document that the API
 * server refuses keeps its own. Mistakes come back as diagnostics.
 */
export function applyFiles(run: ControlRun, files: readonly ManifestFile[], cache: ParseCache, mode: ProxyMode | undefined): ApplyResult {
  const parsed = parseManifests(files, cache);
  const errors = parsed.diagnostics.filter(isError);
  if (errors.length > 0 && run.state.applied) return { applied: false, diagnostics: parsed.diagnostics };
  const readable = readableDocuments(parsed);
  const diagnostics = [
    ...parsed.diagnostics,
    ...applyRead(run, readable, mode),
    ...corefileDiagnostics(readable, files),
    ...ownRulesAdvice(readable, files),
  ];
  followDocuments(run.state);
  return { applied: !diagnostics.some(isError), diagnostics };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function applyRead(run: ControlRun, documents: readonly ManifestDocument[], mode: ProxyMode | undefined): readonly Diagnostic[] {
  const { state } = run;
  const all = documents.flatMap(expandList);
  // What a dump says of its cluster without a document stands last, so that positions among the documents stay.
  const written = all.map(({ value }) => value);
  const found = clusterOfDump(written);
  const values = [...written, ...found.documents];
  const read = readSettings(values, mode === undefined ? {} : { mode });
  const settings = simulated(read.settings);
  const problems = [...read.problems, ...modeProblems(read.settings, values)];
  const basis = clusterBasis(settings, values);
  const another = basis !== state.basis;
  if (another) {
    state.basis = basis;
    state.settings = settings;
    renew(state);
    run.changes.push({ kind: "", movesSerial: true, entries: [] });
  }
  const world = worldOf(state);
  if (another) installCluster(world, values);
  const diagnostics = applyDocuments(world, documents, found);
  afterWrites(run, world);
  return [
    // What a dump's own ConfigMaps say of the cluster is wrong there.
    ...problems
      .map((problem) => settingDiagnostic(problem, all[problem.document] ?? all.find(({ value }) => holdsSettings(value))))
      .filter((diagnostic) => diagnostic !== null),
    ...diagnostics,
  ];
}

/** Only iptables mode is simulated: it stands in for the others, and the text is told so. */
function simulated(settings: ClusterSettings): ClusterSettings {
  return settings.proxy.mode === "iptables" ? settings : { ...settings, proxy: { ...settings.proxy, mode: "iptables" } };
}

function modeProblems({ proxy }: ClusterSettings, documents: readonly unknown[]): readonly SettingsProblem[] {
  if (proxy.mode === "iptables") return [];
  const message = `kube-proxy's ${proxy.mode} mode is not simulated; its iptables mode stands in for it`;
  const proxyAt = documents.findLastIndex((document) => textAt(document, "kind") === "KubeProxyConfiguration");
  if (proxyAt >= 0) return [{ document: proxyAt, field: "mode", message }];
  const kindAt = documents.findLastIndex((document) => textAt(document, "kind") === "Cluster");
  return [{ document: kindAt, field: "networking.kubeProxyMode", message }];
}

/** Another cluster: nothing of the one before stays but the clock and what was recorded. */
function renew(state: SimulationState): void {
  const { revision } = state.store;
  state.store = emptyStore();
  // Revisions go on, so that none ever means two things.
  state.store.revision = revision;
  state.memory = emptyMemory();
  state.waiting.clear();
  state.proxies.clear();
  state.overrides.clear();
  state.ownRules = new Map();
  state.coredns.clear();
  state.keptNames.clear();
  state.kept.clear();
}

function settingDiagnostic(
  { field, message, severity = "warning" }: SettingsProblem,
  document: ManifestDocument | undefined,
): Diagnostic | null {
  if (document === undefined) return null;
  return {
    file: document.file,
    document: document.index,
    range: document.locate(field),
    severity,
    code: "cluster-setting",
    field,
    message: `${field}: ${message}`,
    stopsTraffic: false,
    fixes: [],
  };
}

/** A person acts on the control plane. */
export function performOnControl(run: ControlRun, action: ControlAction): Refusal | null {
  const world = worldOf(run.state);
  const done = command(world, action);
  if ("error" in done) return done;
  enqueue(run.state, done);
  // Also where nothing is written yet, the picture changes.
  run.changes.push({ kind: "Pod", movesSerial: false, entries: [] });
  afterWrites(run, world);
  return null;
}

/** One controller looks at one object now. */
export function handleWork(run: ControlRun, work: Work, idle = false): void {
  const { state } = run;
  waitsNoMore(state.waiting, work, idle, state.now);
  const world = worldOf(state);
  enqueue(state, reconcile(world, work));
  afterWrites(run, world);
  if (work.controller === "kubelet") follow(run, work.key);
}

/** CoreDNS in the Pod, if any, hears of its Corefile. */
function follow({ state, changes }: ControlRun, pod: string): void {
  const { wakes, entries } = followCorefile(state, pod);
  enqueue(state, wakes);
  if (entries.length > 0) changes.push({ kind: "Pod", movesSerial: false, entries });
}

function afterWrites(run: ControlRun, world: World): void {
  const { state } = run;
  const changes: readonly Change[] = takeChanges(world);
  enqueue(state, workOf(world, changes));
  const counted: Counted = new Map();
  for (const change of changes) {
    run.changes.push({
      kind: change.kind,
      movesSerial: movesSerial(change.before, change.after),
      entries: timelineOf(change, state.store, state.now, counted),
    });
  }
  if (changes.some(({ kind }) => kind === "ConfigMap")) for (const pod of nameServerPods(state)) follow(run, pod);
}

/** A key that waits already for the same controller, no later, need not wait twice. */
function enqueue(state: SimulationState, wakeUps: readonly WakeUp[]): void {
  for (const { controller, key, after, idle = false } of wakeUps) {
    const at = state.now + after + (controller === "endpointslice" ? state.delays.slice : 0);
    const work = { controller, key };
    if (waitsBy(state.waiting, work, idle, at)) continue;
    schedule(state.queue, at, idle ? { kind: "control", work, idle } : { kind: "control", work });
  }
}

function worldOf(state: SimulationState): World {
  const { store, memory, settings, seed, epochSeconds, now } = state;
  return { store, memory, settings, seed, epochSeconds, now, changes: [], cannotStart: cannotStart(state) };
}
