/**
 * Makes the store say what the manifests say: creates, updates and removes objects, through the API server's admission.
 * Mistakes come back as diagnostics at their characters; an object whose document is refused stays as it was.
 */
import type { Diagnostic, ManifestDocument } from "../manifests/types.ts";
import { expandList } from "../manifests/list.ts";
import { admit } from "../api/admission.ts";
import type { AdmitContext, Admitted } from "../api/admission.ts";
import { defaultCluster } from "../api/default-cluster.ts";
import { at, isObject, sameJson, stringsAt, textAt, withoutNulls } from "../api/json.ts";
import { kindInfo, storedKind } from "../api/kinds.ts";
import { threeWayMerge } from "../api/merge.ts";
import { completedNodes } from "../api/nodes.ts";
import { hold, holdingsOf, release } from "../api/pools.ts";
import type { KeptHoldings } from "../api/pools.ts";
import { isSettingsDocument } from "../api/settings.ts";
import { shapeOf } from "../api/shapes.ts";
import { get, list } from "../api/store.ts";
import type { KubeObject, Node, Service } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { adviceOn } from "./advice.ts";
import { annotationAdvice } from "./annotations.ts";
import { duplicateDocument, namelessDocument, objectReplaced, refusal, warningsOf } from "./apply-diagnostics.ts";
import { clusterOfDump } from "./dump-cluster.ts";
import type { DumpCluster } from "./dump-cluster.ts";
import { dumpDiagnostics } from "./dump-diagnostics.ts";
import { missingOwners } from "./dump-owners.ts";
import type { MissingOwner } from "./dump-owners.ts";
import { controllerReference, isShadowOfSlices, readBrought } from "./dumps.ts";
import type { Brought } from "./dumps.ts";
import { SERVICE_NAME } from "./endpointslice.ts";
import { rememberBrought, withBrought } from "./imports.ts";
import { stopKeeping } from "./kept-slices.ts";
import { withCordonTaint } from "./node-lifecycle.ts";
import { isTerminating } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { controllerOf, erase, stream, write } from "./world.ts";
import type { Applied, World } from "./world.ts";

/** What admission needs to know of the world. */
export function admitContext(world: World, holdings?: KeptHoldings): AdmitContext {
  return {
    settings: world.settings,
    nowSeconds: world.epochSeconds + Math.floor(world.now / SECOND),
    random: (name) => stream(world, name),
    ...(holdings === undefined ? {} : { holdings }),
  };
}

/**
 * Brings up an empty store: the default cluster, with nodes and settings of the documents' own. Call it once, before the
 * first `applyDocuments`; when `clusterBasis` changes the cluster is another one.
 */
export function installCluster(world: World, documents: readonly unknown[]): void {
  const holdings = holdingsOf(world.store);
  for (const object of defaultCluster(world.settings, documents)) {
    const admitted = admit(world.store, "create", object, undefined, admitContext(world, holdings));
    // A Node that the documents bring and admission refuses: `applyDocuments` says so at its place.
    if (!admitted.ok && object.kind === "Node") continue;
    if (!admitted.ok) throw new Error(`the default cluster does not stand: ${admitted.status.message}`);
    const stored = write(world, admitted.object);
    if (stored.kind === "Service") hold(holdings, stored as Service); // the kind says so
  }
}

/** A document with the object that it stands for. */
interface Wanted {
  readonly document: ManifestDocument;
  readonly manifest: { readonly [field: string]: unknown };
  /** What the object brought along that came out of a cluster; null for a manifest. */
  readonly brought: Brought | null;
  /** As stored: see `storedKind`. */
  readonly kind: string;
  /** `namespace/name` or `name`. */
  readonly key: string;
}

/**
 * Applies all documents of a workspace. What an earlier call applied and these documents no longer hold is removed;
 * objects that the cluster had brought along come back. Order: Namespaces first, then what came out of a cluster, then as
 * in the text. `found` is what the documents say of the cluster that they came from, where the caller has read it already.
 */
export function applyDocuments(world: World, documents: readonly ManifestDocument[], found?: DumpCluster): readonly Diagnostic[] {
  const all = documents.flatMap(expandList);
  const values = all.map((document) => document.value);
  const diagnostics: Diagnostic[] = [];
  const cluster = found ?? clusterOfDump(values);
  const owners = missingOwners(all);
  const wanted = identify(all, owners, diagnostics);
  const names = new Set(wanted.keys());
  ensureNodes(world, values, cluster);
  const nodes = completedNodes(values, world.settings, list(world.store, "Node"));
  const revived = revivedBy(world, wanted);
  const run: Run = { world, holdings: holdingsOf(world.store), nodes, diagnostics, refused: new Set(), revived, brought: [] };
  const order = [...wanted.values()];
  for (const service of goneServices(world, names)) release(run.holdings, service);
  for (const item of inOrder(order)) applyOne(run, item);
  removeGone(run, names);
  rememberBrought(world, run.brought);
  diagnostics.push(...dumpDiagnostics(all, cluster, owners), ...adviceOn(world.store, order), ...annotationAdvice(world.store, order));
  return diagnostics;
}

/** Namespaces, then what came out of a cluster (its addresses are its own), then the rest; else as in the text. */
function inOrder(items: readonly Wanted[]): readonly Wanted[] {
  const turn = ({ kind, brought }: Wanted): number => (kind === "Namespace" ? 0 : brought !== null ? 1 : 2);
  return [0, 1, 2].flatMap((now) => items.filter((item) => turn(item) === now));
}

/** Nodes that the Pods of a dump name and nobody describes. The first ones stand since the cluster was installed. */
function ensureNodes(world: World, values: readonly unknown[], { nodes }: DumpCluster): void {
  const missing = nodes.filter(({ metadata }) => get(world.store, "Node", metadata.name) === undefined);
  if (missing.length === 0) return;
  const completed = completedNodes([...values, ...missing], world.settings, list(world.store, "Node"));
  for (const { metadata } of missing) {
    const node = completed.get(metadata.name);
    if (node !== undefined) write(world, node);
  }
}

/**
 * Objects whose documents did not change, which are gone, and whose owner comes back now: they come back with it. (Else what
 * a controller had made in the old cluster stays gone once it is: that is what a deletion means.)
 */
function revivedBy(world: World, wanted: ReadonlyMap<string, Wanted>): ReadonlySet<string> {
  const uids = new Set<string>();
  const revived = new Set<string>();
  const owned: (readonly [identity: string, item: Wanted, owner: string])[] = [];
  for (const [identity, item] of wanted) {
    if (item.brought === null) continue;
    if (!world.memory.applied.has(identity)) uids.add(item.brought.metadata.uid ?? "");
    else if (get(world.store, item.kind, item.key) === undefined) {
      const owner = controllerReference(item.manifest);
      if (owner !== null) owned.push([identity, item, owner.uid]);
    }
  }
  // As deep as owners go: CronJob, Job, Pod.
  for (let depth = 0; depth < 3; depth++) {
    for (const [identity, { brought }, owner] of owned) {
      if (!uids.has(owner)) continue;
      revived.add(identity);
      uids.add(brought?.metadata.uid ?? "");
    }
  }
  return revived;
}

interface Run {
  readonly world: World;
  readonly holdings: KeptHoldings;
  /** Nodes of the documents, completed, by name. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly diagnostics: Diagnostic[];
  /** `file document` of documents that were refused. */
  readonly refused: Set<string>;
  /** Identities of objects that come back with their owner. */
  readonly revived: ReadonlySet<string>;
  /** What has come out of a cluster in this run, as stored. */
  readonly brought: KubeObject[];
}

function identify(documents: readonly ManifestDocument[], owners: readonly MissingOwner[], diagnostics: Diagnostic[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const selecting = new Set(
    documents
      .map(({ value }) => value)
      .filter(hasSelector)
      .map(keyIn),
  );
  for (const document of documents) {
    const value = withoutNulls(document.value);
    if (value === null || isSettingsDocument(value)) continue;
    const kind = textAt(value, "kind") ?? "";
    const apiVersion = textAt(value, "apiVersion") ?? "";
    if (!isObject(value) || kind === "" || apiVersion === "") {
      diagnostics.push(namelessDocument(document, value));
      continue;
    }
    const { manifest, brought } = readBrought(value);
    if (brought !== null && isShadowOfSlices(value, (service) => selecting.has(service))) continue;
    const name = textAt(manifest, "metadata", "name") ?? "";
    const of = storedKind(apiVersion, kind);
    const key = kindInfo(apiVersion, kind).namespaced ? keyIn(manifest) : name;
    const identity = `${of} ${key}`;
    const earlier = wanted.get(identity);
    if (earlier !== undefined && name !== "") diagnostics.push(duplicateDocument(document, earlier.document, kind, name));
    // A document without a name has an identity of its own, so that the refusal is shown at it.
    wanted.set(name === "" ? `${identity} ${document.file} ${document.index} ${document.root}` : identity, {
      document,
      manifest,
      brought,
      kind: of,
      key,
    });
  }
  for (const { document, kind, object } of owners) {
    const key = keyIn(object);
    wanted.set(`${kind} ${key}`, { document, ...readBrought(object), kind, key });
  }
  return wanted;
}

function keyIn(manifest: unknown): string {
  return `${textAt(manifest, "metadata", "namespace") ?? "default"}/${textAt(manifest, "metadata", "name") ?? ""}`;
}

function hasSelector(value: unknown): boolean {
  return (
    textAt(value, "kind") === "Service" &&
    textAt(value, "apiVersion") === "v1" &&
    Object.keys(stringsAt(value, "spec", "selector")).length > 0
  );
}

/** Services that the manifests no longer hold: what they have may be taken by others, as when one is renamed. */
function goneServices(world: World, names: ReadonlySet<string>): readonly Service[] {
  return [...world.memory.applied.keys()]
    .filter((identity) => identity.startsWith("Service ") && !names.has(identity))
    .flatMap((identity) => get(world.store, "Service", identity.slice("Service ".length)) ?? []);
}

function placeOf(document: { readonly file: string; readonly index: number; readonly root: string }): string {
  return `${document.file} ${document.index} ${document.root}`;
}

function applyOne(run: Run, item: Wanted): void {
  const { document, manifest, brought, kind, key } = item;
  const { world, holdings, diagnostics } = run;
  const identity = `${kind} ${key}`;
  const known = world.memory.applied.get(identity);
  const current = get(world.store, kind, key);
  const record = (): void => {
    // Nodes of the documents stood from the beginning in place of the default ones: nothing is behind them. What a
    // controller made under this name it would make again.
    const isLost = current === undefined || controllerOf(current) !== undefined || isTerminating(current);
    const before = kind === "Node" || isLost ? null : current;
    const replaced = known === undefined ? before : known.replaced;
    const { file, index, range, root } = document;
    world.memory.applied.set(identity, { manifest, file, document: index, root, line: range.line, replaced });
  };
  if (brought !== null) {
    ensureNamespace(world, manifest);
    const isNew = known === undefined || run.revived.has(identity);
    if (isNew && kind !== "Namespace" && kind !== "Node") return bring(run, item, { current, record });
    // What a controller of the old cluster had made, and what is gone since, nobody made again here.
    const stays = current === undefined && controllerReference(manifest) !== null && sameJson(known?.manifest, manifest);
    if (stays) return record();
  }
  // Taken out of the text and put back before its end: nobody else would make it again.
  if (kind === "Pod" && known === undefined && current !== undefined && isTerminating(current))
    return replace(run, item, { current, why: "the Pod of that name was on its way out", record });
  const unchanged = known !== undefined && current !== undefined && sameJson(known.manifest, manifest);
  const admitted = unchanged ? null : request(world, holdings, manifest, { current, last: known?.manifest });
  if (admitted === null) return record();
  if (!admitted.ok) {
    if (current !== undefined && isOnlyImmutable(admitted)) {
      const why = kind === "Pod" ? "a running Pod's spec cannot change, images aside" : admitted.status.message;
      return replace(run, item, { current, why, record });
    }
    run.refused.add(placeOf(document));
    diagnostics.push(...refusal(document, admitted, kind));
    return;
  }
  diagnostics.push(...warningsOf(document, admitted.warnings));
  if (kind === "Node") {
    const node = run.nodes.get(admitted.object.metadata.name);
    const isNewStatus = known === undefined || !sameJson(at(known.manifest, "status"), manifest["status"]);
    if (node !== undefined)
      write(world, mergedNode(node, admitted.object as Node, isNewStatus ? undefined : (current as Node | undefined))); // the kind says so
    return record();
  }
  if (current !== undefined && kind === "Service") release(holdings, current as Service); // the kind says so
  const stored = write(world, admitted.object);
  if (kind === "Service") hold(holdings, stored as Service);
  record();
}

/** Stores an object that came out of a cluster as it is, in place of what stands under its name. */
function bring(
  run: Run,
  { document, manifest, brought, kind, key }: Wanted,
  { current, record }: { readonly current: KubeObject | undefined; readonly record: () => void },
): void {
  const { world, holdings, diagnostics } = run;
  if (brought === null) throw new Error(`${kind} ${key} was in no cluster`);
  if (current !== undefined && kind === "Service") release(holdings, current as Service); // the kind says so
  if (current !== undefined) erase(world, kind, key);
  const placed =
    kind === "Pod" && !hasNode(world, manifest) ? { manifest: withoutNode(manifest), brought: asNew(brought) } : { manifest, brought };
  // With its status, so that a value of another type than the API's is refused where it stands.
  const whole = { ...placed.manifest, ...(Object.keys(placed.brought.status).length === 0 ? {} : { status: placed.brought.status }) };
  const admitted = admit(world.store, "create", whole, undefined, admitContext(world, holdings));
  if (!admitted.ok) {
    if (current !== undefined) write(world, current);
    if (current !== undefined && kind === "Service") hold(holdings, current as Service);
    run.refused.add(placeOf(document));
    diagnostics.push(...refusal(document, admitted, kind));
    return;
  }
  const stored = write(world, withBrought(admitted.object, placed.brought));
  if (kind === "Service") hold(holdings, stored as Service);
  run.brought.push(stored);
  record();
}

function hasNode(world: World, pod: unknown): boolean {
  const name = textAt(pod, "spec", "nodeName");
  return name === undefined || get(world.store, "Node", name) !== undefined;
}

/** A Pod whose node is not in the cluster that other documents describe is scheduled anew. */
function withoutNode(manifest: Wanted["manifest"]): Wanted["manifest"] {
  const { nodeName: _node, ...spec } = isObject(manifest["spec"]) ? manifest["spec"] : {};
  return { ...manifest, spec };
}

function asNew({ metadata }: Brought): Brought {
  return { metadata, status: {} };
}

function request(
  world: World,
  holdings: KeptHoldings,
  manifest: unknown,
  { current, last }: { readonly current: KubeObject | undefined; readonly last: unknown },
): Admitted {
  const context = admitContext(world, holdings);
  if (current === undefined) return admit(world.store, "create", manifest, undefined, context);
  const shape = shapeOf(textAt(manifest, "apiVersion") ?? "", textAt(manifest, "kind") ?? "");
  // A Node's document without a spec takes back what it said there, not the podCIDR that the cluster gave the node.
  const next = current.kind === "Node" && isObject(manifest) ? { spec: {}, ...manifest } : manifest;
  return admit(world.store, "update", threeWayMerge(current, last, next, shape), current, context);
}

/** An object that came out of a cluster shows that its Namespace existed there. */
function ensureNamespace(world: World, manifest: { readonly [field: string]: unknown }): void {
  const namespace = textAt(manifest, "metadata", "namespace") ?? "";
  if (namespace === "" || get(world.store, "Namespace", namespace) !== undefined) return;
  const admitted = admit(
    world.store,
    "create",
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    undefined,
    admitContext(world),
  );
  if (admitted.ok) write(world, admitted.object);
}

/**
 * A Node as its document and the cluster have it: what a kubelet reports under what is written, what a person did to the
 * live object (a cordon) beside it. Its status is the cluster's own (`current`) as long as the document's does not change.
 */
function mergedNode(completed: Node, merged: Node, current: Node | undefined): Node {
  const labels = { ...completed.metadata.labels, ...merged.metadata.labels };
  // A Node out of a dump stays the one that it was.
  const { uid, creationTimestamp } = completed.metadata;
  const identity = { ...(uid === undefined ? {} : { uid }), ...(creationTimestamp === undefined ? {} : { creationTimestamp }) };
  return {
    ...completed,
    metadata: { ...merged.metadata, ...identity, labels },
    spec: withCordonTaint({ ...completed.spec, ...merged.spec }),
    status: current !== undefined ? current.status : { ...completed.status, ...merged.status },
  };
}

/** Whether a refusal speaks of nothing but fields that cannot change in place. */
function isOnlyImmutable({ problems }: Admitted & { readonly ok: false }): boolean {
  return problems.length > 0 && problems.every(({ message }) => IMMUTABLE.test(message));
}

const IMMUTABLE =
  /field is immutable( when `immutable` is set)?$|may not change once set$|^Forbidden: (updates to statefulset spec|pod updates may not|existing toleration|only deletion is allowed)|must be less than or equal to previous value$|must not update from a positive integer/;

/**
 * Deletes an object and creates it anew, as `kubectl replace --force` does: the file is live, what it says is to be, and
 * the object that stands cannot become it.
 */
function replace(
  run: Run,
  { document, manifest, kind, key }: Wanted,
  { current, why, record }: { readonly current: KubeObject; readonly why: string; readonly record: () => void },
): void {
  const { world, holdings, diagnostics } = run;
  if (kind === "Service") release(holdings, current as Service); // the kind says so
  if (kind === "Pod") deletePod(world, key, 0);
  else erase(world, kind, key);
  const admitted = admit(world.store, "create", manifest, undefined, admitContext(world, holdings));
  if (!admitted.ok) {
    // Unlike its update, its creation is refused: then the object that stood stays.
    write(world, current);
    if (kind === "Service") hold(holdings, current as Service);
    run.refused.add(placeOf(document));
    diagnostics.push(...refusal(document, admitted, kind));
    return;
  }
  const stored = write(world, admitted.object);
  if (kind === "Service") hold(holdings, stored as Service);
  diagnostics.push(objectReplaced(document, kind, why));
  record();
}

/** Objects of manifests that are gone. One whose document is still there, but refused, keeps its last good state. */
function removeGone(run: Run, names: ReadonlySet<string>): void {
  const { world } = run;
  for (const [identity, applied] of [...world.memory.applied].reverse()) {
    if (names.has(identity)) continue;
    const space = identity.indexOf(" ");
    const [kind, key] = [identity.slice(0, space), identity.slice(space + 1)];
    if (run.refused.has(placeOf({ file: applied.file, index: applied.document, root: applied.root }))) continue;
    world.memory.applied.delete(identity);
    restore(world, kind, key, applied);
  }
}

function restore(world: World, kind: string, key: string, { replaced }: Applied): void {
  const service = kind === "EndpointSlice" ? get(world.store, kind, key)?.metadata.labels?.[SERVICE_NAME] : undefined;
  if (service !== undefined) stopKeeping(world, `${key.split("/")[0] ?? ""}/${service}`);
  if (replaced !== null) write(world, replaced);
  else if (kind === "Pod") deletePod(world, key);
  else erase(world, kind, key);
}
