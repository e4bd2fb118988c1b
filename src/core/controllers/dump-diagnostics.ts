/** What is said about a dump that lacks something: what stands in for it here. All of it is information, none a reproach. */
import { isObject, listAt, stringsAt, textAt } from "../api/json.ts";
import type { Diagnostic, ManifestDocument } from "../manifests/types.ts";
import { diagnostic } from "./apply-diagnostics.ts";
import type { DumpCluster } from "./dump-cluster.ts";
import type { MissingOwner } from "./dump-owners.ts";
import { isFromCluster } from "./dumps.ts";

/** `documents`: of all objects, lists opened. */
export function dumpDiagnostics(
  documents: readonly ManifestDocument[],
  cluster: DumpCluster,
  owners: readonly MissingOwner[],
): readonly Diagnostic[] {
  const brought = documents.filter(({ value }) => isFromCluster(value));
  if (brought.length === 0) return [];
  return [
    ...rangesTaken(brought, cluster),
    ...nodesMade(brought, cluster),
    ...ownersMade(owners),
    ...slicesMade(brought),
    ...podsUnknown(brought),
  ];
}

function info(document: ManifestDocument, said: { readonly code: string; readonly field: string; readonly message: string }): Diagnostic {
  return diagnostic(document, { severity: "info", ...said });
}

/** `a`, `a and b`, `a, b, c and 4 more` */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}

function kindOf({ value }: ManifestDocument): string {
  return textAt(value, "kind") ?? "";
}

function nameOf({ value }: ManifestDocument): string {
  return textAt(value, "metadata", "name") ?? "";
}

function keyOf({ value }: ManifestDocument): string {
  return `${textAt(value, "metadata", "namespace") ?? "default"}/${textAt(value, "metadata", "name") ?? ""}`;
}

function rangesTaken(brought: readonly ManifestDocument[], { guessed }: DumpCluster): readonly Diagnostic[] {
  const said = (kind: string, ranges: readonly string[], field: string): readonly Diagnostic[] => {
    const first = brought.find((document) => kindOf(document) === kind);
    if (ranges.length === 0 || first === undefined) return [];
    const message = `Nothing in this input says which addresses ${kind}s may have. They are taken to be ${listed(ranges)}, around those that are here; a ClusterConfiguration can say it.`;
    return [info(first, { code: "dump-ranges", field, message })];
  };
  return [...said("Pod", guessed.pods, "status.podIP"), ...said("Service", guessed.services, "spec.clusterIP")];
}

function nodesMade(brought: readonly ManifestDocument[], { nodes }: DumpCluster): readonly Diagnostic[] {
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  const first = brought.find(({ value }) => names.has(textAt(value, "spec", "nodeName") ?? ""));
  if (names.size === 0 || first === undefined) return [];
  const message = `${names.size === 1 ? "Node" : "Nodes"} ${listed([...names])} ${names.size === 1 ? "is" : "are"} not in this input: made here by the names and addresses that the Pods give.`;
  return [info(first, { code: "dump-without-nodes", field: "spec.nodeName", message })];
}

function ownersMade(owners: readonly MissingOwner[]): readonly Diagnostic[] {
  const [first] = owners;
  if (first === undefined) return [];
  const names = owners.map(({ kind, name }) => `${kind} ${name}`);
  const message = `${listed(names)} ${owners.length === 1 ? "is" : "are"} not in this input, but Pods that belong there are: made again from these Pods.`;
  return [info(first.document, { code: "dump-without-owners", field: "metadata.ownerReferences", message })];
}

/** Services with a selector, in a dump that has Pods and no slices for them. */
function slicesMade(brought: readonly ManifestDocument[]): readonly Diagnostic[] {
  if (!brought.some((document) => kindOf(document) === "Pod")) return [];
  const sliced = new Set(brought.filter((document) => kindOf(document) === "EndpointSlice").map(serviceOf));
  const bare = brought.filter(
    (document) =>
      kindOf(document) === "Service" &&
      Object.keys(stringsAt(document.value, "spec", "selector")).length > 0 &&
      !sliced.has(keyOf(document)),
  );
  const [first] = bare;
  if (first === undefined) return [];
  const message = `The EndpointSlices of ${listed(bare.map(nameOf))} are not in this input: made here from the Pods.`;
  return [info(first, { code: "dump-without-slices", field: "metadata.name", message })];
}

function serviceOf({ value }: ManifestDocument): string {
  return `${textAt(value, "metadata", "namespace") ?? "default"}/${stringsAt(value, "metadata", "labels")["kubernetes.io/service-name"] ?? ""}`;
}

/** Endpoints of slices that name Pods which are not there. */
function podsUnknown(brought: readonly ManifestDocument[]): readonly Diagnostic[] {
  const pods = new Set(brought.filter((document) => kindOf(document) === "Pod").map(keyOf));
  const missing: string[] = [];
  let first: ManifestDocument | undefined;
  for (const document of brought.filter((each) => kindOf(each) === "EndpointSlice")) {
    for (const endpoint of listAt(document.value, "endpoints")) {
      const target = isObject(endpoint) ? endpoint["targetRef"] : undefined;
      if (textAt(target, "kind") !== "Pod") continue;
      const name = textAt(target, "name") ?? "";
      if (pods.has(`${textAt(target, "namespace") ?? ""}/${name}`)) continue;
      missing.push(name);
      first ??= document;
    }
  }
  if (first === undefined) return [];
  const names = [...new Set(missing)];
  const message = `EndpointSlices name Pods that are not in this input: ${listed(names)}. Packets are sent to their addresses, where nobody answers.`;
  return [info(first, { code: "dump-without-pods", field: "endpoints", message })];
}
