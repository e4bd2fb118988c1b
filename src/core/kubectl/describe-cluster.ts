/** Descriptions of nodes, namespaces and what is configured, and of kinds without one of their own. (kubectl/pkg/describe) */
import { formatInstant } from "../api/instant.ts";
import { at, booleanAt, isObject, listAt, stringsAt, textAt } from "../api/json.ts";
import { parseQuantity, printQuantity, type Quantity } from "../api/quantities.ts";
import { podsOnNode } from "../api/store-index.ts";
import type { KubeObject, Pod } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { ageOf } from "./age.ts";
import { rolesOf } from "./cluster-cells.ts";
import type { Scene } from "./describe-scene.ts";
import { Description, annotationLines, dateText, eventTable, labelLines, multiline } from "./description.ts";

export function describeNode(node: KubeObject, { session, events, now }: Scene): string {
  const to = new Description();
  const roles = rolesOf(node).join(",");
  to.field(0, "Name", node.metadata.name).field(0, "Roles", roles === "" ? "<none>" : roles);
  labelLines(to, "Labels", node.metadata.labels);
  annotationLines(to, "Annotations", node.metadata.annotations);
  to.field(0, "CreationTimestamp", dateText(node.metadata.creationTimestamp));
  multiline(to, "Taints", listAt(node, "spec", "taints").toSorted(byEffect).map(taintText));
  to.field(0, "Unschedulable", String(booleanAt(node, "spec", "unschedulable") === true));
  const isLive = !session.run.stored;
  if (isLive) leaseLines(to, node, now);
  else to.field(0, "Lease", `Failed to get lease: leases.coordination.k8s.io "${node.metadata.name}" not found`);
  nodeConditions(to, node, isLive ? formatInstant(now) : undefined);
  to.line(0, "Addresses:");
  for (const each of listAt(node, "status", "addresses")) to.field(1, textAt(each, "type") ?? "", textAt(each, "address") ?? "");
  amounts(to, "Capacity", at(node, "status", "capacity"));
  amounts(to, "Allocatable", at(node, "status", "allocatable"));
  to.line(0, "System Info:");
  const info = (field: string): string => textAt(node, "status", "nodeInfo", field) ?? "";
  to.field(1, "Machine ID", info("machineID"))
    .field(1, "System UUID", info("systemUUID"))
    .field(1, "Boot ID", info("bootID"))
    .field(1, "Kernel Version", info("kernelVersion"))
    .field(1, "OS Image", info("osImage"))
    .field(1, "Operating System", info("operatingSystem"))
    .field(1, "Architecture", info("architecture"))
    .field(1, "Container Runtime Version", info("containerRuntimeVersion"))
    .field(1, "Kubelet Version", info("kubeletVersion"))
    .field(0, "PodCIDR", textAt(node, "spec", "podCIDR"));
  const ranges = listAt(node, "spec", "podCIDRs").map(String);
  if (ranges.length > 0) to.field(0, "PodCIDRs", ranges.join(","));
  to.field(0, "ProviderID", textAt(node, "spec", "providerID"));
  const pods = podsOnNode(session.store, node.metadata.name).filter(
    ({ status }) => status.phase !== "Succeeded" && status.phase !== "Failed",
  );
  nodeResources(to, node, pods, now);
  eventTable(to, events, now);
  return to.toString();
}

function byEffect(a: unknown, b: unknown): number {
  const key = (taint: unknown): string => `${textAt(taint, "effect") ?? ""},${textAt(taint, "key") ?? ""}`;
  return compareText(key(a), key(b));
}

function taintText(taint: unknown): string {
  const value = textAt(taint, "value") ?? "";
  return `${textAt(taint, "key") ?? ""}${value === "" ? "" : `=${value}`}:${textAt(taint, "effect") ?? ""}`;
}

/** A kubelet that is heard of renews its lease every ten seconds; the simulated one just did. */
function leaseLines(to: Description, node: KubeObject, now: number): void {
  to.line(0, "Lease:")
    .field(1, "HolderIdentity", node.metadata.name)
    .field(1, "AcquireTime", "<unset>")
    .field(1, "RenewTime", dateText(formatInstant(now)));
}

/** `heard`: when a kubelet was heard of whose condition does not say so itself. */
function nodeConditions(to: Description, node: KubeObject, heard: string | undefined): void {
  const conditions = listAt(node, "status", "conditions");
  if (conditions.length === 0) return;
  to.line(0, "Conditions:")
    .line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage")
    .line(1, "----\t------\t-----------------\t------------------\t------\t-------");
  for (const each of conditions) {
    const text = (field: string): string => textAt(each, field) ?? "";
    const since = at(each, "lastTransitionTime") ?? (heard === undefined ? undefined : node.metadata.creationTimestamp);
    const times = `${dateText(at(each, "lastHeartbeatTime") ?? heard)} \t${dateText(since)}`;
    to.line(1, `${text("type")} \t${text("status")} \t${times} \t${text("reason")} \t${text("message")}`);
  }
}

function amounts(to: Description, name: string, of: unknown): void {
  const all = isObject(of) ? Object.entries(of).sort(([a], [b]) => compareText(a, b)) : [];
  if (all.length === 0) return;
  to.line(0, `${name}:`);
  for (const [resource, amount] of all) to.field(1, resource, String(amount));
}

const NOTHING: Quantity = (() => {
  const zero = parseQuantity("0");
  if (typeof zero === "string") throw new Error(`0 is no quantity: ${zero}`);
  return zero;
})();

function sumOf(pods: readonly Pod[], bound: "requests" | "limits", resource: string): Quantity {
  let sum = NOTHING;
  for (const { spec } of pods) {
    for (const { resources } of spec.containers) {
      const amount = parseQuantity(resources?.[bound]?.[resource] ?? "0");
      if (typeof amount !== "string") sum = { ...(sum.nanos === 0n ? amount : sum), nanos: sum.nanos + amount.nanos };
    }
  }
  return sum;
}

/** `100m (2%)` of what the node has. */
function share(amount: Quantity, whole: unknown): string {
  const all = parseQuantity(whole ?? "0");
  const percent = typeof all === "string" || all.nanos === 0n ? 0n : (amount.nanos * 100n) / all.nanos;
  return `${printQuantity(amount)} (${percent}%)`;
}

function nodeResources(to: Description, node: KubeObject, pods: readonly Pod[], now: number): void {
  const whole = at(node, "status", "allocatable") ?? at(node, "status", "capacity");
  to.field(0, "Non-terminated Pods", `(${pods.length} in total)`)
    .line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
    .line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
  for (const pod of pods) {
    const cell = (bound: "requests" | "limits", resource: string): string => share(sumOf([pod], bound, resource), at(whole, resource));
    const cells = [cell("requests", "cpu"), cell("limits", "cpu"), cell("requests", "memory"), cell("limits", "memory")];
    to.line(
      1,
      `${pod.metadata.namespace ?? ""}\t${pod.metadata.name}\t\t${cells.join("\t")}\t${ageOf(pod.metadata.creationTimestamp, now)}`,
    );
  }
  to.line(0, "Allocated resources:")
    .line(0, "  (Total limits may be over 100 percent, i.e., overcommitted.)")
    .line(1, "Resource\tRequests\tLimits")
    .line(1, "--------\t--------\t------");
  for (const resource of ["cpu", "memory", "ephemeral-storage"])
    to.line(
      1,
      `${resource}\t${share(sumOf(pods, "requests", resource), at(whole, resource))}\t${share(sumOf(pods, "limits", resource), at(whole, resource))}`,
    );
}

export function describeNamespace(object: KubeObject): string {
  const to = new Description();
  to.field(0, "Name", object.metadata.name);
  labelLines(to, "Labels", object.metadata.labels);
  annotationLines(to, "Annotations", object.metadata.annotations);
  to.field(0, "Status", textAt(object, "status", "phase") ?? "");
  return to.line(0, "\nNo resource quota.").line(0, "\nNo LimitRange resource.").toString();
}

export function describeConfigMap(object: KubeObject, { events, now }: Scene): string {
  const to = new Description();
  to.field(0, "Name", object.metadata.name).field(0, "Namespace", object.metadata.namespace ?? "");
  labelLines(to, "Labels", object.metadata.labels);
  annotationLines(to, "Annotations", object.metadata.annotations);
  to.line(0, "\nData\n====");
  for (const [key, text] of Object.entries(stringsAt(object, "data")).sort(([a], [b]) => compareText(a, b)))
    to.line(0, `${key}:\n----\n${text}\n`);
  to.line(0, "\nBinaryData\n====");
  const binary = Object.entries(stringsAt(object, "binaryData")).sort(([a], [b]) => compareText(a, b));
  for (const [key, text] of binary) to.line(0, `${key}: ${Math.floor((text.replace(/=+$/, "").length * 3) / 4)} bytes`);
  to.line(0, "");
  eventTable(to, events, now);
  return to.toString();
}

/** Kinds without a description of their own: all fields by their names. */
export function describeGeneric(object: KubeObject, { events, now }: Scene): string {
  const to = new Description();
  to.field(0, "Name", object.metadata.name).field(0, "Namespace", object.metadata.namespace ?? "");
  labelLines(to, "Labels", object.metadata.labels);
  annotationLines(to, "Annotations", object.metadata.annotations);
  content(to, 0, object, "");
  eventTable(to, events, now);
  return to.toString();
}

const SKIPPED: ReadonlySet<string> = new Set([
  ".metadata.managedFields",
  ".metadata.name",
  ".metadata.namespace",
  ".metadata.labels",
  ".metadata.annotations",
]);

function content(to: Description, level: number, value: { readonly [key: string]: unknown }, path: string): void {
  for (const key of Object.keys(value).sort(compareText)) {
    const of = value[key];
    const here = `${path}.${key}`;
    if (of === undefined || SKIPPED.has(here)) continue;
    if (isObject(of)) {
      to.line(level, `${smartLabel(key)}:`);
      content(to, level + 1, of, here);
    } else if (Array.isArray(of)) {
      to.line(level, `${smartLabel(key)}:`);
      for (const item of of) {
        if (isObject(item)) content(to, level + 1, item, here);
        else to.line(level + 1, String(item));
      }
    } else to.field(level, smartLabel(key), of === null ? "<nil>" : String(of));
  }
}

const ACRONYMS: ReadonlySet<string> = new Set(["API", "URL", "UID", "GUID"]);

/** `apiVersion` is `API Version`. */
function smartLabel(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  const parts = field.match(/[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|-+/g) ?? [field];
  return parts
    .map((part) => {
      if (ACRONYMS.has(part.toUpperCase())) return part.toUpperCase();
      return part === part.toLowerCase() ? part.charAt(0).toUpperCase() + part.slice(1) : part;
    })
    .join(" ");
}
