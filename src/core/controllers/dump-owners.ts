/**
 * A dump often has Pods without what made them: `kubectl get pods,svc` has no ReplicaSets. Such an owner is made again from
 * its Pods, under the name and uid that they give it, so that it looks after them as before.
 */
import { compareText } from "../base/names.ts";
import { isObject, listAt, stringsAt, textAt, withoutNulls } from "../api/json.ts";
import { sameJson } from "../api/json.ts";
import type { StringMap } from "../api/types.ts";
import type { ManifestDocument } from "../manifests/types.ts";
import { controllerReference, isFromCluster } from "./dumps.ts";
import { REVISION_LABEL } from "./revisions.ts";

type Manifest = { readonly [field: string]: unknown };

/** An owner that is not among the documents, made from those that name it. */
export interface MissingOwner {
  /** Of the first Pod that names it. */
  readonly document: ManifestDocument;
  readonly kind: string;
  readonly name: string;
  /** As a cluster would print it: with its uid. */
  readonly object: Manifest;
  readonly pods: number;
}

const MADE_AGAIN: ReadonlySet<string> = new Set(["ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"]);
const HASH = "pod-template-hash";
/** Labels that each Pod has for itself, or that its controller adds to those of the template. */
const NOT_OF_TEMPLATE: ReadonlySet<string> = new Set([
  REVISION_LABEL,
  "pod-template-generation",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
]);

interface Sibling {
  readonly document: ManifestDocument;
  readonly pod: Manifest;
}

/** `documents` are those of objects, lists opened. */
export function missingOwners(documents: readonly ManifestDocument[]): readonly MissingOwner[] {
  const present = new Set<string>();
  const deployments = new Map<string, Manifest>();
  // By the Pod's name, so that one that stands twice is one.
  const families = new Map<string, Map<string, Sibling>>();
  for (const document of documents) {
    const { value } = document;
    if (!isObject(value)) continue;
    const kind = textAt(value, "kind") ?? "";
    const name = `${namespaceOf(value)}/${textAt(value, "metadata", "name") ?? ""}`;
    if (MADE_AGAIN.has(kind)) present.add(`${kind} ${name}`);
    if (kind === "Deployment") deployments.set(name, value);
    const owner = kind === "Pod" && isFromCluster(value) && !isOver(value) ? controllerReference(value) : null;
    if (owner === null || !MADE_AGAIN.has(owner.kind) || owner.uid === "") continue;
    const identity = `${owner.kind} ${namespaceOf(value)}/${owner.name}`;
    const family = families.get(identity) ?? new Map<string, Sibling>();
    families.set(identity, family.set(name, { document, pod: withoutNulls(value) as Manifest })); // an object, by the check above
  }
  return [...families].flatMap(([identity, family]) => (present.has(identity) ? [] : (ownerOf([...family.values()], deployments) ?? [])));
}

function namespaceOf(manifest: unknown): string {
  return textAt(manifest, "metadata", "namespace") ?? "default";
}

function isOver(pod: unknown): boolean {
  const phase = textAt(pod, "status", "phase");
  return phase === "Succeeded" || phase === "Failed" || textAt(pod, "metadata", "deletionTimestamp") !== undefined;
}

function ownerOf(family: readonly Sibling[], deployments: ReadonlyMap<string, Manifest>): MissingOwner | null {
  const [first] = family;
  const reference = first === undefined ? null : controllerReference(first.pod);
  if (first === undefined || reference === null) return null;
  const { apiVersion, kind, name, uid } = reference;
  const namespace = namespaceOf(first.pod);
  const newest = [...family].sort((a, b) => compareText(bornAt(b.pod), bornAt(a.pod)))[0] ?? first;
  const labels = labelsOfAll(family);
  const base: Manifest = { metadata: { labels, ...annotationsOf(newest.pod) }, spec: templateSpec(newest.pod, kind) };
  const metadata = { name, namespace, uid, labels, creationTimestamp: oldestOf(family) };
  const made = (spec: Manifest, more: Manifest = {}): MissingOwner => ({
    document: first.document,
    kind,
    name,
    object: { apiVersion, kind, metadata: { ...metadata, ...more }, spec },
    pods: family.length,
  });
  const replicas = family.length;
  switch (kind) {
    case "ReplicaSet": {
      const deployment = deployments.get(`${namespace}/${name.replace(/-[^-]+$/, "")}`);
      const template = deployment === undefined ? base : (templateOf(deployment, newest.pod, labels) ?? base);
      return made({ replicas, selector: { matchLabels: labels }, template }, deployment === undefined ? {} : madeBy(deployment));
    }
    case "ReplicationController":
      return made({ replicas, selector: labels, template: base });
    case "StatefulSet": {
      const ordinals = family.map(({ pod }) => Number(/-(\d+)$/.exec(textAt(pod, "metadata", "name") ?? "")?.[1] ?? 0));
      const start = Math.min(...ordinals);
      const serviceName = textAt(first.pod, "spec", "subdomain");
      return made({
        replicas: Math.max(...ordinals) - start + 1,
        ...(start === 0 ? {} : { ordinals: { start } }),
        ...(serviceName === undefined ? {} : { serviceName }),
        selector: { matchLabels: labels },
        template: base,
      });
    }
    default:
      return made({ selector: { matchLabels: labels }, template: base });
  }
}

function bornAt(pod: Manifest): string {
  return textAt(pod, "metadata", "creationTimestamp") ?? "";
}

function oldestOf(family: readonly Sibling[]): string | undefined {
  return family
    .map(({ pod }) => bornAt(pod))
    .filter((at) => at !== "")
    .sort(compareText)[0];
}

/** The labels that all Pods of the family have alike: those of their template. */
function labelsOfAll(family: readonly Sibling[]): StringMap {
  const all = family.map(({ pod }) => stringsAt(pod, "metadata", "labels"));
  const [first = {}] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([key, value]) => !NOT_OF_TEMPLATE.has(key) && all.every((labels) => labels[key] === value)),
  );
}

/** Annotations that plugins wrote on the Pod itself are not the template's; those that the simulator reads are. */
function annotationsOf(pod: Manifest): Manifest {
  const kept = Object.entries(stringsAt(pod, "metadata", "annotations")).filter(
    ([key]) => !/(^|\.)(cni\.|k8s\.v1\.cni|kubernetes\.io\/)/.test(key),
  );
  return kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) };
}

/** A Deployment's own template, where the Pod is of it (and not of an earlier one), with the label of its ReplicaSet. */
function templateOf(deployment: Manifest, pod: Manifest, labels: StringMap): Manifest | null {
  const template = withoutNulls(isObject(deployment["spec"]) ? deployment["spec"]["template"] : undefined);
  if (!isObject(template)) return null;
  const images = (spec: unknown): unknown => listAt(spec, "containers").map((each) => [textAt(each, "name"), textAt(each, "image")]);
  const own = stringsAt(template, "metadata", "labels");
  const isOfIt =
    sameJson(images(template["spec"]), images(pod["spec"])) && Object.entries(own).every(([key, value]) => labels[key] === value);
  if (!isOfIt) return null;
  const hash = labels[HASH];
  const metadata = isObject(template["metadata"]) ? template["metadata"] : {};
  return { ...template, metadata: { ...metadata, labels: { ...own, ...(hash === undefined ? {} : { [HASH]: hash }) } } };
}

const REVISION = "deployment.kubernetes.io/revision";

function madeBy(deployment: Manifest): Manifest {
  const uid = textAt(deployment, "metadata", "uid");
  const name = textAt(deployment, "metadata", "name") ?? "";
  const revision = textAt(deployment, "metadata", "annotations", REVISION);
  return {
    ...(revision === undefined ? {} : { annotations: { [REVISION]: revision } }),
    ...(uid === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid, controller: true, blockOwnerDeletion: true }] }),
  };
}

/** Fields of a Pod's spec that its own admission, its scheduler or its set wrote. */
const NOT_OF_TEMPLATE_SPEC: ReadonlySet<string> = new Set([
  "nodeName",
  "hostname",
  "subdomain",
  "priority",
  "ephemeralContainers",
  "serviceAccount",
]);

function templateSpec(pod: Manifest, kind: string): Manifest {
  const spec = isObject(pod["spec"]) ? pod["spec"] : {};
  const kept = Object.fromEntries(Object.entries(spec).filter(([field]) => !NOT_OF_TEMPLATE_SPEC.has(field)));
  const tolerations = listAt(spec, "tolerations").filter((each) => !(textAt(each, "key") ?? "").startsWith("node.kubernetes.io/"));
  const volumes = listAt(spec, "volumes").filter((each) => !isTokenVolume(each));
  return {
    ...kept,
    ...(kept["tolerations"] === undefined ? {} : { tolerations }),
    ...(kept["volumes"] === undefined ? {} : { volumes }),
    ...(kind === "DaemonSet" && kept["affinity"] !== undefined ? { affinity: affinityOfSet(kept["affinity"]) } : {}),
    containers: listAt(spec, "containers").map(withoutToken),
    ...(kept["initContainers"] === undefined ? {} : { initContainers: listAt(spec, "initContainers").map(withoutToken) }),
  };
}

const TOKEN = /^kube-api-access-/;

function isTokenVolume(volume: unknown): boolean {
  return TOKEN.test(textAt(volume, "name") ?? "");
}

function withoutToken(container: unknown): unknown {
  if (!isObject(container) || container["volumeMounts"] === undefined) return container;
  return { ...container, volumeMounts: listAt(container, "volumeMounts").filter((mount) => !isTokenVolume(mount)) };
}

/** The DaemonSet controller binds each Pod to its node by an affinity to the node's name; that is not the template's. */
function affinityOfSet(affinity: unknown): unknown {
  if (!isObject(affinity)) return affinity;
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  const terms = listAt(affinity, "nodeAffinity", required, "nodeSelectorTerms").flatMap((term) => {
    if (!isObject(term)) return [];
    const { matchFields: _fields, ...rest } = term;
    return Object.keys(rest).length === 0 ? [] : [rest];
  });
  const node = isObject(affinity["nodeAffinity"]) ? affinity["nodeAffinity"] : {};
  const { [required]: _required, ...preferred } = node;
  return { ...affinity, nodeAffinity: { ...preferred, ...(terms.length === 0 ? {} : { [required]: { nodeSelectorTerms: terms } }) } };
}
