/**
 * One request to the API server: decode, default, allocate, validate. Nothing is stored here; the caller stores what
 * comes back. (staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go)
 */
import { nextBelow } from "../base/random.ts";
import type { RandomState } from "../base/random.ts";
import { unknownFields } from "./crd-schema.ts";
import { decoded, decodeFaults, decodeStatus } from "./decode.ts";
import type { DecodeFault } from "./decode.ts";
import {
  alreadyExistsStatus,
  badRequestStatus,
  conflictStatus,
  deniedStatus,
  invalidStatus,
  notFoundStatus,
  required,
  unservedStatus,
} from "./field-errors.ts";
import type { FieldError, Status } from "./field-errors.ts";
import { formatInstant } from "./instant.ts";
import type { Draft } from "./json.ts";
import { isObject, sameJson, stringsAt, textAt, withoutNulls } from "./json.ts";
import { admitCustom, rulesOf, schemaOf } from "./kind-rules.ts";
import { generatedName, isUnserved, kindInfo, storedKind, subjectOf } from "./kinds.ts";
import type { KindInfo } from "./kinds.ts";
import { poolFault } from "./metallb.ts";
import { metadataErrors, metadataUpdateErrors } from "./metadata.ts";
import { addressPools, holdingsOf, requestHoldings } from "./pools.ts";
import type { Holdings } from "./pools.ts";
import { podChanged } from "./pod-update.ts";
import { defaultPodSpec, defaultRequests, podAnnotationErrors, podSpecErrors } from "./pods.ts";
import { allocateCreate, allocateUpdate, dropOutdated } from "./service-allocation.ts";
import { defaultService } from "./service-defaults.ts";
import { serviceDraft } from "./service-draft.ts";
import type { ServiceDraft } from "./service-draft.ts";
import { serviceErrors, serviceUpdateErrors } from "./service-validation.ts";
import { serviceWarnings } from "./service-warnings.ts";
import type { ClusterSettings } from "./settings.ts";
import { anyObject, shapeOf } from "./shapes.ts";
import { get } from "./store.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

export interface AdmitContext {
  readonly settings: ClusterSettings;
  /** What the clock shows, as seconds since 1970. */
  readonly nowSeconds: number;
  /** The start of the random stream of this name in this run. */
  readonly random: (stream: string) => RandomState;
  /** What stored Services hold, where the caller keeps it; else it is read off the store. */
  readonly holdings?: Holdings;
}

export type Operation = "create" | "update" | "delete";

/** Either the object as it is to be stored, or why not. */
export type Admitted =
  | { readonly ok: true; readonly object: KubeObject; readonly warnings: readonly string[] }
  /** `problems` says where in the object: the causes of an Invalid, or what did not decode. */
  | { readonly ok: false; readonly status: Status; readonly problems: readonly Problem[] };

export interface Problem {
  readonly field: string;
  readonly message: string;
  /** Fields that stand in place of an unknown one. */
  readonly known?: readonly string[];
}

/**
 * `old` is the object that an update or a deletion meets; by default the stored one. An update sends the whole object
 * (PUT); what `kubectl apply` leaves out is merged in before (see `merge.ts`).
 */
export function admit(store: ObjectStore, operation: Operation, input: unknown, old: unknown, context: AdmitContext): Admitted {
  const object = withoutNulls(input);
  if (!isObject(object)) return refused(badRequestStatus("the object provided is not an object"));
  const apiVersion = textAt(object, "apiVersion") ?? "";
  const kind = textAt(object, "kind") ?? "";
  if (kind === "" || apiVersion === "")
    return refused(badRequestStatus(`Object '${kind === "" ? "Kind" : "apiVersion"}' is missing in the object provided`));
  if (isUnserved(apiVersion, kind)) return refused(unservedStatus());
  const info = kindInfo(apiVersion, kind);
  const shape = shapeOf(apiVersion, kind) ?? anyObject;
  const faults = [...decodeFaults(object, shape), ...unknownIn(apiVersion, kind, object)];
  if (faults.length > 0) return undecoded(kind, apiVersion, faults);

  const draft = withNames(decoded(object, shape) as Draft, info, context); // a copy of ours, by withoutNulls
  const metadata = metadataOf(draft);
  const key = info.namespaced
    ? `${textAt(metadata, "namespace") ?? ""}/${textAt(metadata, "name") ?? ""}`
    : (textAt(metadata, "name") ?? "");
  const before = operation === "create" ? null : (withoutNulls(old ?? get(store, storedKind(apiVersion, kind), key)) ?? null);
  const name = textAt(metadata, "name") ?? "";
  const subject = subjectOf(info, name);
  if (operation === "create") {
    if (get(store, storedKind(apiVersion, kind), key) !== undefined) return refused(alreadyExistsStatus(subject));
    const missing = missingNamespace(store, info, metadata);
    if (missing !== null) return refused(missing);
  } else if (!isObject(before)) {
    return refused(notFoundStatus(subject));
  }
  if (operation === "delete") return { ok: true, object: before as unknown as KubeObject, warnings: [] }; // found above
  const stored = isObject(before) ? (before as Draft) : null; // a copy of ours

  if (stored !== null) {
    const version = textAt(metadata, "resourceVersion") ?? "";
    const current = textAt(metadataOf(stored), "resourceVersion") ?? "";
    if (version !== "" && current !== "" && version !== current) return refused(conflictStatus(subject));
  }
  draft["metadata"] = stampedMetadata(metadata, stored, info, key, context);
  if (kind === "Service" && apiVersion === "v1") return admitService(store, draft, stored, key, context);
  const errors = admitOther(draft, stored, info);
  if (errors.length > 0) return { ok: false, status: invalidStatus(subject, errors), problems: errors };
  const fault = kind === "IPAddressPool" && info.group === "metallb.io" ? poolFault(draft) : null;
  if (fault !== null) return { ok: false, status: deniedStatus(fault.message), problems: [fault] };
  return { ok: true, object: counted(draft, stored, info), warnings: [] };
}

function refused(status: Status): Admitted {
  return { ok: false, status, problems: [{ field: "", message: status.message }] };
}

function undecoded(kind: string, apiVersion: string, faults: readonly DecodeFault[]): Admitted {
  const wrong = faults.filter((fault) => fault.kind === "wrong-type");
  const shown = wrong.length > 0 ? wrong : faults;
  return {
    ok: false,
    status: decodeStatus(kind, apiVersion, faults),
    problems: shown.map(({ field, message, known }) => ({ field, message, known })),
  };
}

function metadataOf(draft: Draft): Draft {
  return isObject(draft["metadata"]) ? (draft["metadata"] as Draft) : {}; // our own copy
}

/** The namespace of the request is `default` where the object names none; names are generated here. */
function withNames(draft: Draft, info: KindInfo, context: AdmitContext): Draft {
  const metadata: Draft = { ...metadataOf(draft) };
  if (info.namespaced && (metadata["namespace"] ?? "") === "") metadata["namespace"] = "default";
  const base = textAt(metadata, "generateName") ?? "";
  if ((metadata["name"] ?? "") === "" && base !== "") {
    const state = context.random(`name ${info.kind} ${textAt(metadata, "namespace") ?? ""}/${base} ${context.nowSeconds}`);
    metadata["name"] = generatedName(base, suffix(state));
  }
  return { ...draft, metadata };
}

const SAFE = "bcdfghjklmnpqrstvwxz2456789";

function suffix(state: RandomState): string {
  return Array.from({ length: 5 }, () => SAFE[nextBelow(state, SAFE.length)]).join("");
}

/** Namespaces that every cluster has, whether or not their objects are in the store. */
const ALWAYS_THERE: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

function missingNamespace(store: ObjectStore, info: KindInfo, metadata: Draft): Status | null {
  const namespace = textAt(metadata, "namespace") ?? "";
  if (!info.namespaced || namespace === "" || ALWAYS_THERE.includes(namespace) || get(store, "Namespace", namespace) !== undefined)
    return null;
  return notFoundStatus({ group: "", kind: "Namespace", resource: "namespaces", name: namespace });
}

/** What the server sets: uid, creation time. What the client sent of these is dropped on create. */
function stampedMetadata(metadata: Draft, stored: Draft | null, info: KindInfo, key: string, context: AdmitContext): Draft {
  const { managedFields: _managed, selfLink: _link, resourceVersion: _version, ...kept } = metadata;
  if (stored !== null) {
    const before = metadataOf(stored);
    return {
      ...kept,
      uid: kept["uid"] ?? before["uid"],
      creationTimestamp: before["creationTimestamp"] ?? kept["creationTimestamp"],
      ...(before["resourceVersion"] === undefined ? {} : { resourceVersion: before["resourceVersion"] }),
    };
  }
  const { deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, generation: _generation, ...fresh } = kept;
  return {
    ...fresh,
    uid: uuid(context.random(`uid ${info.kind} ${key} ${context.nowSeconds}`)),
    creationTimestamp: formatInstant(context.nowSeconds),
  };
}

/** Random UUID (version 4). */
export function uuid(state: RandomState): string {
  const hex = (length: number): string => Array.from({ length }, () => nextBelow(state, 16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[nextBelow(state, 4)] ?? "8"}${hex(3)}-${hex(12)}`;
}

function counted(draft: Draft, stored: Draft | null, info: KindInfo): KubeObject {
  if (info.counted) {
    const before = stored === null ? 0 : Number(metadataOf(stored)["generation"] ?? 1);
    const changed = stored === null || !sameJson(stored["spec"], draft["spec"]);
    draft["metadata"] = { ...metadataOf(draft), generation: changed ? before + 1 : before };
  }
  return draft as unknown as KubeObject; // decoded, defaulted and validated
}

function admitService(store: ObjectStore, draft: Draft, stored: Draft | null, key: string, context: AdmitContext): Admitted {
  const service = serviceDraft(draft);
  const old = stored === null ? null : serviceDraft(stored);
  if (old === null) service.status = { loadBalancer: {} };
  defaultService(service);
  if (old !== null) defaultService(old);
  const allocation = {
    pools: addressPools(context.settings),
    portRange: context.settings.nodePortRange,
    holdings: requestHoldings(context.holdings ?? holdingsOf(store)),
    owner: key,
    random: (purpose: string): RandomState => context.random(`Service ${key} ${purpose}`),
  };
  const failed = old === null ? allocateCreate(service, allocation) : allocateUpdate(service, old, allocation);
  if (failed !== null) return { ok: false, status: failed, problems: failed.details?.causes ?? [{ field: "", message: failed.message }] };
  if (old !== null) dropOutdated(service, old);
  const errors = serviceFaults(service, old);
  const subject = { group: "", kind: "Service", resource: "services", name: service.metadata.name };
  if (errors.length > 0) return { ok: false, status: invalidStatus(subject, errors), problems: errors };
  // What is stored of it is not shown on read.
  if (service.spec.type === "ExternalName") delete service.spec.internalTrafficPolicy;
  const object = service as unknown as KubeObject; // validated: every field is what Service promises
  return { ok: true, object, warnings: serviceWarnings(service) };
}

function serviceFaults(service: ServiceDraft, old: ServiceDraft | null): FieldError[] {
  if (old === null) return serviceErrors(service, null);
  const errors = [
    ...metadataUpdateErrors(service.metadata, old.metadata),
    ...serviceUpdateErrors(service, old),
    ...serviceErrors(service, old),
  ];
  const seen = new Set<string>();
  return errors.filter((error) => {
    const text = `${error.field}: ${error.message}`;
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}

/** Defaults and validates every other kind, in place. */
function admitOther(draft: Draft, stored: Draft | null, info: KindInfo): FieldError[] {
  const metadata = {
    name: "",
    ...metadataOf(draft),
    labels: stringsAt(draft, "metadata", "labels"),
    annotations: stringsAt(draft, "metadata", "annotations"),
  };
  const errors: FieldError[] = [];
  if (info.nameCheck === null) {
    if (metadata.name === "") errors.push(required("metadata.name", "name or generateName is required"));
  } else errors.push(...metadataErrors(metadata, { namespaced: info.namespaced, nameCheck: info.nameCheck }));
  if (stored !== null) errors.push(...metadataUpdateErrors(metadata, { name: "", ...metadataOf(stored) }));
  const apiVersion = textAt(draft, "apiVersion") ?? "";
  const schema = schemaOf(apiVersion, info.kind);
  if (schema !== null) errors.push(...admitCustom(draft, schema));
  else if (info.kind === "Pod") errors.push(...admitPod(draft, stored));
  else if (info.kind === "Namespace") {
    draft["status"] = { phase: "Active" };
    draft["metadata"] = { ...metadataOf(draft), labels: { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name } };
  } else errors.push(...admitByRules(draft, stored, apiVersion, info.kind));
  return errors;
}

function admitByRules(draft: Draft, stored: Draft | null, apiVersion: string, kind: string): FieldError[] {
  const rules = rulesOf(apiVersion, kind);
  if (rules === null) return [];
  rules.defaults?.(draft);
  if (stored === null) rules.prepare?.(draft);
  const errors = [...(rules.errors?.(draft, stored) ?? [])];
  if (stored !== null) errors.push(...(rules.changes?.(draft, stored) ?? []));
  if (rules.ownStatus === true) draft["status"] = stored?.["status"] ?? {};
  return errors;
}

/** Fields of a custom resource that its definition does not have: kubectl asks the server to refuse them. */
function unknownIn(apiVersion: string, kind: string, object: unknown): readonly DecodeFault[] {
  const schema = schemaOf(apiVersion, kind);
  if (schema === null || !isObject(object)) return [];
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...own } = object;
  return unknownFields(own, schema).map(({ field, known }) => ({
    kind: "unknown-field",
    field,
    message: `unknown field "${field}"`,
    known,
  }));
}

/** `default` is the service account of a Pod that names none; the two tolerations are those of admission. */
function admitPod(draft: Draft, stored: Draft | null): FieldError[] {
  const spec: Draft = isObject(draft["spec"]) ? { ...draft["spec"] } : {};
  draft["spec"] = spec;
  defaultPodSpec(spec);
  defaultRequests(spec);
  admitPodSpec(spec);
  draft["status"] = stored?.["status"] ?? { phase: "Pending" };
  const errors = [
    ...podAnnotationErrors(stringsAt(draft, "metadata", "annotations"), "metadata.annotations"),
    ...podSpecErrors(spec, "spec", { isPod: true }),
  ];
  return stored === null || errors.length > 0 ? errors : podChanged(draft, stored);
}

/** What the admission plugins add to every Pod (not to templates). */
export function admitPodSpec(spec: Draft): void {
  spec["enableServiceLinks"] ??= true;
  spec["serviceAccountName"] ??= "default";
  spec["priority"] ??= 0;
  const tolerations = Array.isArray(spec["tolerations"]) ? spec["tolerations"] : [];
  const added = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].filter(
    (key) =>
      !tolerations.some(
        (toleration: unknown) => textAt(toleration, "key") === key || (isObject(toleration) && toleration["key"] === undefined),
      ),
  );
  spec["tolerations"] = [...tolerations, ...added.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }))];
}
