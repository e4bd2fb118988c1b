/** Cells of nodes, namespaces, events and what is configured. (pkg/printers/internalversion/printers.go) */
import { booleanAt, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { ageOf } from "./age.ts";

function age({ metadata }: KubeObject, now: number): string {
  return ageOf(metadata.creationTimestamp, now);
}

const ROLE = "node-role.kubernetes.io/";

/** By the labels of the node, sorted. */
export function rolesOf({ metadata }: KubeObject): readonly string[] {
  const labels = Object.entries(metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith(ROLE)) return key.length > ROLE.length ? [key.slice(ROLE.length)] : [];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return [...new Set(roles)].sort();
}

export function nodeCells(node: KubeObject, now: number): readonly string[] {
  const ready = listAt(node, "status", "conditions").find((each) => textAt(each, "type") === "Ready");
  const status = ready === undefined ? "Unknown" : textAt(ready, "status") === "True" ? "Ready" : "NotReady";
  const info = (field: string): string => textAt(node, "status", "nodeInfo", field) ?? "";
  const address = (type: string): string =>
    textAt(
      listAt(node, "status", "addresses").find((each) => textAt(each, "type") === type),
      "address",
    ) ?? "<none>";
  const roles = rolesOf(node).join(",");
  const [kernel, architecture] = [info("kernelVersion"), info("architecture")];
  return [
    node.metadata.name,
    `${status}${booleanAt(node, "spec", "unschedulable") === true ? ",SchedulingDisabled" : ""}`,
    roles === "" ? "<none>" : roles,
    age(node, now),
    info("kubeletVersion"),
    address("InternalIP"),
    address("ExternalIP"),
    info("osImage") || "<unknown>",
    kernel === "" ? "<unknown>" : architecture === "" ? kernel : `${kernel} (${architecture})`,
    info("containerRuntimeVersion") || "<unknown>",
  ];
}

export function namespaceCells(object: KubeObject, now: number): readonly string[] {
  return [object.metadata.name, textAt(object, "status", "phase") ?? "", age(object, now)];
}

export function eventCells(event: KubeObject, now: number): readonly string[] {
  const first = ageOf(textAt(event, "firstTimestamp") ?? textAt(event, "eventTime"), now);
  const series = textAt(event, "series", "lastObservedTime");
  const last =
    series !== undefined
      ? ageOf(series, now)
      : textAt(event, "lastTimestamp") === undefined
        ? first
        : ageOf(textAt(event, "lastTimestamp"), now);
  const kind = (textAt(event, "involvedObject", "kind") ?? "").toLowerCase();
  const name = textAt(event, "involvedObject", "name") ?? "";
  const count = numberAt(event, "series", "count") ?? numberAt(event, "count") ?? 0;
  return [
    last,
    textAt(event, "type") ?? "",
    textAt(event, "reason") ?? "",
    name === "" ? kind : `${kind}/${name}`,
    textAt(event, "involvedObject", "fieldPath") ?? "",
    eventSource(event),
    (textAt(event, "message") ?? "").trim(),
    first,
    String(count === 0 ? 1 : count),
    event.metadata.name,
  ];
}

/** `kubelet, node-1`. (formatEventSource) */
export function eventSource(event: KubeObject): string {
  const component = textAt(event, "source", "component") ?? "";
  const named = component === "" ? (textAt(event, "reportingComponent") ?? "") : component;
  const host = textAt(event, "source", "host") ?? "";
  const at = host === "" ? (textAt(event, "reportingInstance") ?? "") : host;
  return at === "" ? named : `${named}, ${at}`;
}

export function configMapCells(object: KubeObject, now: number): readonly string[] {
  const count = Object.keys(stringsAt(object, "data")).length + Object.keys(stringsAt(object, "binaryData")).length;
  return [object.metadata.name, String(count), age(object, now)];
}

export function secretCells(object: KubeObject, now: number): readonly string[] {
  return [object.metadata.name, textAt(object, "type") ?? "", String(Object.keys(stringsAt(object, "data")).length), age(object, now)];
}

export function crdCells({ metadata }: KubeObject): readonly string[] {
  return [metadata.name, metadata.creationTimestamp ?? ""];
}

export function serviceCidrCells(object: KubeObject, now: number): readonly string[] {
  return [object.metadata.name, listAt(object, "spec", "cidrs").map(String).join(","), age(object, now)];
}

export function ipAddressCells(object: KubeObject, now: number): readonly string[] {
  const part = (field: string): string => textAt(object, "spec", "parentRef", field) ?? "";
  const resource = part("group") === "" ? part("resource") : `${part("resource")}.${part("group")}`;
  const parent = [resource, part("namespace"), part("name")].filter((text) => text !== "").join("/");
  return [object.metadata.name, parent === "" ? "<none>" : parent, age(object, now)];
}
