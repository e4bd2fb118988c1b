/** From a line of the manifests to what it names, and from names to the lines that say them. Pure. */
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { viewIndex } from "../../scene/view-index.ts";
import type { MarkedLines } from "../editor/handle.ts";
import { addressName, type PointedName } from "../state/pointing-names.ts";
import { writtenIn, type WrittenObject } from "./documents.ts";
import { thingAtAddress } from "./holders.ts";

const ADDRESS = /(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f]+)(?![\w./])/g;
const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]);

/** What a line names: an address that somebody holds, the Pods that a selector takes, else the object that it stands in. */
export function namesAtLine(cluster: ClusterView, file: ManifestFile, line: number): readonly PointedName[] {
  const text = file.text.split("\n")[line - 1] ?? "";
  for (const [, address = ""] of text.matchAll(ADDRESS)) {
    const name = addressName(address);
    if (name !== null && thingAtAddress(cluster, address) !== null) return [name];
  }
  const object = writtenIn(file).find(({ start, end }) => start <= line && line <= end);
  if (object === undefined) return [];
  const own = nameOfObject(cluster, object);
  if (own === null) return [];
  const { selector } = object;
  if (own.startsWith("service:") && selector !== null && selector[0] <= line && line <= selector[1])
    return [`selected:${object.namespace}/${object.name}`];
  return [own];
}

/** null for objects that are no thing of the picture, and have none. */
function nameOfObject(cluster: ClusterView, { kind, namespace, name }: WrittenObject): PointedName | null {
  const key = `${namespace}/${name}`;
  switch (kind) {
    case "Service":
      return `service:${key}`;
    case "Pod":
      return `pod:${key}`;
    case "Node":
      return `node:${name}`;
    case "NetworkPolicy":
      return `policy:${key}`;
    case "EndpointSlice":
    case "Endpoints":
      return cluster.slices.some((slice) => `${slice.namespace}/${slice.name}` === key) ? `slice:${key}` : `service:${key}`;
    default:
      return WORKLOADS.has(kind) ? `workload:${kind}/${key}` : null;
  }
}

/** Where the manifests say one of these names. A Pod that a workload makes stands in the workload's template. */
export function linesNaming(cluster: ClusterView, files: readonly ManifestFile[], names: ReadonlySet<PointedName>): readonly MarkedLines[] {
  if (names.size === 0) return [];
  const made = workloadsOf(cluster, names);
  const marked: MarkedLines[] = [];
  for (const file of files) {
    for (const object of writtenIn(file)) {
      const own = nameOfObject(cluster, object);
      const { nameLine, start, end, template, selector } = object;
      if (own === null) continue;
      if (names.has(own)) {
        marked.push(
          { file: file.name, from: start, to: end, kind: "object" },
          { file: file.name, from: nameLine, to: nameLine, kind: "mention" },
        );
      } else if (made.has(own)) {
        const [from, to] = template ?? [start, end];
        marked.push({ file: file.name, from, to, kind: "object" }, { file: file.name, from, to: from, kind: "mention" });
      } else if (selector !== null && names.has(`selected:${object.namespace}/${object.name}`)) {
        marked.push({ file: file.name, from: selector[0], to: selector[1], kind: "mention" });
      }
    }
    marked.push(...addressLines(file, names));
  }
  return marked;
}

/** The workloads of the Pods among the names. */
function workloadsOf(cluster: ClusterView, names: ReadonlySet<PointedName>): ReadonlySet<string> {
  const made = new Set<string>();
  for (const name of names) {
    if (!name.startsWith("pod:")) continue;
    const workload = viewIndex(cluster).pods.get(name.slice("pod:".length))?.workload ?? null;
    if (workload !== null) made.add(`workload:${workload.kind}/${workload.namespace}/${workload.name}`);
  }
  return made;
}

function addressLines(file: ManifestFile, names: ReadonlySet<PointedName>): readonly MarkedLines[] {
  const addresses = [...names].filter((name) => name.startsWith("address:")).map((name) => name.slice("address:".length));
  if (addresses.length === 0 || !addresses.some((address) => file.text.includes(address))) return [];
  return file.text.split("\n").flatMap((text, i): readonly MarkedLines[] => {
    const says = [...text.matchAll(ADDRESS)].some(([, address = ""]) => addresses.includes(address));
    return says ? [{ file: file.name, from: i + 1, to: i + 1, kind: "mention" }] : [];
  });
}
