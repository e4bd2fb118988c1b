/**
 * Advice about Services that the API server accepts and that will not work: a selector that matches nothing, a target
 * port on which nothing listens. A Service whose Pods may well come from somewhere else is not accused.
 */
import { compareText } from "../base/names.ts";
import { isObject, stringsAt, textAt, withoutNulls } from "../api/json.ts";
import { matchesPairs, printPairs } from "../api/selectors.ts";
import { get } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { KubeObject, OwnerReference, PodSpec, Service, ServicePort, StringMap } from "../api/types.ts";
import type { Diagnostic, ManifestDocument, QuickFix } from "../manifests/types.ts";
import { LISTEN_ANNOTATION, listenersOf } from "../workloads/listeners.ts";
import type { Listener, PodLike } from "../workloads/listeners.ts";
import { diagnostic } from "./apply-diagnostics.ts";
import { editDistance } from "./edit-distance.ts";
import { targetPortOf } from "./endpoints-of-service.ts";
import { created, isFinished } from "./lookup.ts";
import { policyAdvice } from "./policy-advice.ts";
import { probeAdvice } from "./probe-advice.ts";
import { controllerOf } from "./world.ts";

/** A document that was applied, with the object that it stands for. */
interface AppliedDocument {
  readonly document: ManifestDocument;
  readonly kind: string;
  readonly key: string;
}

/** What Pods a workload makes, or a Pod by itself. */
interface PodSource extends PodLike {
  /** `Deployment web` */
  readonly title: string;
  readonly namespace: string;
  readonly labels: StringMap;
}

export function adviceOn(store: ObjectStore, documents: readonly AppliedDocument[]): readonly Diagnostic[] {
  const sources = sourcesByLabel(podSourcesOf(store));
  return documents.flatMap((applied) => {
    const { document, kind, key } = applied;
    const service = kind === "Service" ? get(store, "Service", key) : undefined;
    if (kind === "NetworkPolicy") return policyAdvice(store, document);
    if (kind !== "Service") return probeAdvice(store, applied);
    return service === undefined || Object.keys(service.spec.selector ?? {}).length === 0 || service.spec.type === "ExternalName"
      ? []
      : adviceOnService(document, service, sources);
  });
}

const TEMPLATED = ["Deployment", "StatefulSet", "DaemonSet", "ReplicationController", "ReplicaSet", "Job"];

function podSourcesOf(store: ObjectStore): readonly PodSource[] {
  const sources: PodSource[] = [];
  const isMadeFromTemplate = ownerStands(store);
  for (const kind of [...TEMPLATED, "Pod"]) {
    for (const object of created(store, kind)) {
      if (isMadeFromTemplate(object)) continue;
      if (kind === "Pod" && isFinished(object as never)) continue; // the kind says so
      const template = kind === "Pod" ? object : isObject(object["spec"]) ? object["spec"]["template"] : undefined;
      const spec = isObject(template) ? template["spec"] : undefined;
      if (!isObject(spec) || !Array.isArray(spec["containers"])) continue;
      sources.push({
        title: `${kind} ${object.metadata.name}`,
        namespace: object.metadata.namespace ?? "",
        labels: stringsAt(template, "metadata", "labels"),
        metadata: { annotations: stringsAt(template, "metadata", "annotations") },
        spec: spec as unknown as PodSpec, // a stored template or Pod
      });
    }
  }
  return sources;
}

/**
 * What another object makes is known through that object. A Pod of the node's own has an owner, and no template anywhere.
 * Objects of one owner mostly come in a row: the last answer is remembered, so ask before anything is written.
 */
function ownerStands(store: ObjectStore): (object: KubeObject) => boolean {
  let last: { readonly owner: OwnerReference; readonly namespace: string; readonly stands: boolean } | null = null;
  return (object) => {
    const owner = controllerOf(object);
    if (owner === undefined) return false;
    const { namespace = "" } = object.metadata;
    if (last === null || last.namespace !== namespace || last.owner.kind !== owner.kind || last.owner.name !== owner.name)
      last = { owner, namespace, stands: get(store, owner.kind, `${namespace}/${owner.name}`) !== undefined };
    return last.stands;
  };
}

interface Sources {
  readonly all: readonly PodSource[];
  /** `namespace key=value` → those with the label. */
  readonly byLabel: ReadonlyMap<string, readonly PodSource[]>;
}

function sourcesByLabel(all: readonly PodSource[]): Sources {
  const byLabel = new Map<string, PodSource[]>();
  for (const source of all) {
    for (const [key, value] of Object.entries(source.labels)) {
      const label = `${source.namespace} ${key}=${value}`;
      const bucket = byLabel.get(label);
      if (bucket === undefined) byLabel.set(label, [source]);
      else bucket.push(source);
    }
  }
  return { all, byLabel };
}

function adviceOnService(document: ManifestDocument, service: Service, sources: Sources): readonly Diagnostic[] {
  const namespace = service.metadata.namespace ?? "";
  const selector = service.spec.selector ?? {};
  const [pair] = Object.entries(selector);
  const labelled = pair === undefined ? [] : (sources.byLabel.get(`${namespace} ${pair[0]}=${pair[1]}`) ?? []);
  const selected = labelled.filter((source) => matchesPairs(selector, source.labels));
  if (selected.length === 0)
    return selectsNothing(
      document,
      selector,
      sources.all.filter((source) => source.namespace === namespace),
      sources.all,
    );
  return (service.spec.ports ?? []).flatMap((port, index) => portAdvice(document, port, index, selected));
}

// ---- selectors ------------------------------------------------------------------------------------------------------

/** One pair of a selector that keeps it from matching, and what the Pods have instead. */
interface Slip {
  readonly source: PodSource;
  readonly key: string;
  /** The key that the Pods have, when the key is the slip. */
  readonly rightKey: string | null;
  readonly rightValue: string | null;
  readonly distance: number;
}

function selectsNothing(
  document: ManifestDocument,
  selector: StringMap,
  here: readonly PodSource[],
  all: readonly PodSource[],
): readonly Diagnostic[] {
  const slip = nearestSlip(selector, here);
  if (slip !== null) return [selectorSlip(document, selector, slip)];
  const elsewhere = all.find((source) => matchesPairs(selector, source.labels));
  if (elsewhere !== undefined) {
    const message = `Nothing here has ${printPairs(selector)}, but ${elsewhere.title} of namespace ${elsewhere.namespace} has. A Service selects Pods of its own namespace only.`;
    return [
      diagnostic(document, { severity: "warning", code: "selector-matches-nothing", field: "spec.selector", message, stopsTraffic: true }),
    ];
  }
  // The Pods may come from another file, an operator, or by hand: no reproach.
  const message = `Nothing in this input has ${printPairs(selector)}, so the Service has no endpoints here.`;
  return [diagnostic(document, { severity: "info", code: "selector-matches-nothing", field: "spec.selector", message })];
}

function selectorSlip(document: ManifestDocument, selector: StringMap, slip: Slip): Diagnostic {
  const { source, key, rightKey, rightValue } = slip;
  const field = `spec.selector[${key}]`;
  const part = rightKey === null ? "value" : "key";
  const right = rightKey ?? rightValue ?? "";
  const range = document.locate(field, part);
  const fix: QuickFix = {
    title: `Change to ${right}`,
    edits: [{ file: document.file, start: range.start, end: range.end, text: plainScalar(right) }],
  };
  const has = `${rightKey ?? key}: ${rightValue ?? selector[key] ?? ""}`;
  const message = `No Pod has ${printPairs(selector)}. The Pods of ${source.title} have ${has}.`;
  return diagnostic(document, {
    severity: "warning",
    code: "selector-matches-nothing",
    field,
    message,
    stopsTraffic: true,
    fixes: [fix],
    part,
  });
}

/** A value that would read as something else than text is quoted. */
function plainScalar(text: string): string {
  return /^[A-Za-z_/][\w./-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n|~)$/i.test(text) ? text : JSON.stringify(text);
}

/** The Pods that match but for one pair that is nearly right. */
function nearestSlip(selector: StringMap, sources: readonly PodSource[]): Slip | null {
  const slips = sources.flatMap((source) => slipOf(selector, source) ?? []);
  slips.sort((a, b) => a.distance - b.distance || compareText(a.source.title, b.source.title));
  return slips[0] ?? null;
}

function slipOf(selector: StringMap, source: PodSource): Slip | null {
  const wrong = Object.entries(selector).filter(([key, value]) => source.labels[key] !== value);
  const [pair] = wrong;
  if (pair === undefined || wrong.length > 1) return null;
  const [key, value] = pair;
  const others = Object.keys(selector).length - 1;
  const own = source.labels[key];
  if (own !== undefined) {
    const distance = editDistance(value, own);
    // With other pairs matching, any value of the one that differs is a likely slip; alone, it has to look like one.
    return isNear(value, own, distance) || others > 0 ? { source, key, rightKey: null, rightValue: own, distance } : null;
  }
  for (const [otherKey, otherValue] of Object.entries(source.labels)) {
    const distance = editDistance(key, otherKey);
    if (otherValue === value && isNear(key, otherKey, distance)) return { source, key, rightKey: otherKey, rightValue: null, distance };
  }
  return null;
}

function isNear(a: string, b: string, distance: number): boolean {
  const shorter = Math.min(a.length, b.length);
  return distance <= Math.max(1, Math.floor(shorter / 3)) || ((a.startsWith(b) || b.startsWith(a)) && shorter >= 3);
}

// ---- ports ----------------------------------------------------------------------------------------------------------

function portAdvice(document: ManifestDocument, port: ServicePort, index: number, selected: readonly PodSource[]): readonly Diagnostic[] {
  const field = `spec.ports[${index}].targetPort`;
  const { targetPort, protocol } = port;
  const resolved = selected.map((source) => ({ source, number: targetPortOf(port, source) }));
  if (resolved.every(({ number }) => number === null)) return [noSuchName(document, field, port, selected)];
  const listening = resolved.filter(({ source, number }) => number !== null && hears(source, protocol, number));
  if (listening.length > 0) return [];
  const source = selected[0];
  if (source === undefined) return [];
  const listeners = listenersOf(source);
  // Where nothing is known to listen at all (a client, an unknown image without ports), there is nothing to compare with.
  if (listeners.length === 0) return [];
  const same = listeners.filter((listener) => listener.protocol === protocol);
  const fixes = portFixes(document, index, same);
  if (!listeners.every(({ known }) => known)) return [unsure(document, field, port, source, fixes)];
  const message = `Nothing listens on ${String(targetPort)}/${protocol} in the Pods of ${source.title}: ${becauseOf(listeners)}.`;
  return [diagnostic(document, { severity: "warning", code: "target-port-not-listening", field, message, stopsTraffic: true, fixes })];
}

/** The program of an unknown image may well listen on more than its manifest says. */
function unsure(
  document: ManifestDocument,
  field: string,
  { targetPort, protocol }: ServicePort,
  source: PodSource,
  fixes: readonly QuickFix[],
): Diagnostic {
  const images = source.spec.containers.map(({ image }) => image).join(", ");
  const message = `The image ${images} is not known here, and its manifest does not name ${String(targetPort)}/${protocol}, so it is taken not to listen there. If it does, say so with the annotation ${LISTEN_ANNOTATION} on its Pods.`;
  return diagnostic(document, { severity: "info", code: "target-port-unknown", field, message, fixes });
}

function hears(source: PodSource, protocol: string, number: number): boolean {
  return listenersOf(source).some((listener) => listener.port === number && listener.protocol === protocol);
}

function becauseOf(listeners: readonly Listener[]): string {
  return [...new Set(listeners.map((listener) => listener.because))].slice(0, 3).join(", ");
}

function noSuchName(document: ManifestDocument, field: string, port: ServicePort, selected: readonly PodSource[]): Diagnostic {
  const names = selected.flatMap(({ spec }) =>
    spec.containers.flatMap((container) =>
      (container.ports ?? []).filter((each) => (each.protocol ?? "TCP") === port.protocol).flatMap((each) => each.name ?? []),
    ),
  );
  const known = [...new Set(names)];
  const has = known.length === 0 ? "they name no port" : `they name ${known.join(", ")}`;
  const message = `No container of ${selected.map(({ title }) => title).join(", ")} has a ${port.protocol} port named ${String(port.targetPort)}: ${has}.`;
  const range = document.locate(field);
  const fixes = known.map((name) => ({
    title: `Change to ${name}`,
    edits: [{ file: document.file, start: range.start, end: range.end, text: name }],
  }));
  return diagnostic(document, {
    severity: "warning",
    code: "target-port-name-unknown",
    field,
    message,
    stopsTraffic: true,
    fixes: fixes.slice(0, 3),
  });
}

/** Puts the port on which something listens: in place of the one written, or on a line of its own. */
function portFixes(document: ManifestDocument, index: number, listeners: readonly Listener[]): readonly QuickFix[] {
  const item = `spec.ports[${index}]`;
  const written = isWritten(document, index);
  return listeners
    .slice(0, 3)
    .map(({ port }) => {
      const title = written ? `Change to ${port}` : `Set targetPort to ${port}`;
      const range = document.locate(written ? `${item}.targetPort` : `${item}.port`);
      const indent = " ".repeat(Math.max(0, document.locate(`${item}.port`, "key").column - 1));
      const edit = written
        ? { start: range.start, end: range.end, text: String(port) }
        : { start: range.end, end: range.end, text: `\n${indent}targetPort: ${port}` };
      return { title, edits: [{ file: document.file, ...edit }] };
    })
    .filter(() => written || document.dialect === "yaml");
}

function isWritten(document: ManifestDocument, index: number): boolean {
  const spec = isObject(document.value) ? withoutNulls(document.value["spec"]) : undefined;
  const ports = isObject(spec) && Array.isArray(spec["ports"]) ? spec["ports"] : [];
  const port: unknown = ports[index];
  return isObject(port) && (port["targetPort"] !== undefined || textAt(port, "targetPort") !== undefined);
}
