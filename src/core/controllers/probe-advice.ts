/**
 * Advice about readiness probes that ask where nothing listens: their Pods never become ready. Only where it is known
 * what the image listens on.
 */
import { isObject } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Container, PodSpec, Probe } from "../api/types.ts";
import type { Diagnostic, ManifestDocument, QuickFix } from "../manifests/types.ts";
import { listenersOf } from "../workloads/listeners.ts";
import type { Listener, PodLike } from "../workloads/listeners.ts";
import { diagnostic } from "./apply-diagnostics.ts";
import { isFromCluster } from "./dumps.ts";

/** Where the Pod or the Pod template of a kind stands. */
const TEMPLATES: { readonly [kind: string]: string } = {
  Pod: "",
  Deployment: "spec.template",
  StatefulSet: "spec.template",
  DaemonSet: "spec.template",
  ReplicaSet: "spec.template",
  ReplicationController: "spec.template",
};

interface AppliedDocument {
  readonly document: ManifestDocument;
  readonly kind: string;
  readonly key: string;
}

export function probeAdvice(store: ObjectStore, { document, kind, key }: AppliedDocument): readonly Diagnostic[] {
  const template = Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
  // How ready a Pod out of a cluster is, that cluster has said.
  if (template === undefined || isFromCluster(document.value)) return [];
  const object = get(store, kind, key);
  const spec = isObject(object?.["spec"]) ? object["spec"] : {};
  const pod = template === "" ? object : spec["template"];
  if (!isObject(pod) || !isObject(pod["spec"])) return [];
  const like = pod as unknown as PodLike; // a stored Pod or template
  const listeners = listenersOf(like);
  if (listeners.length === 0 || !listeners.every(({ known }) => known)) return [];
  const path = template === "" ? "spec" : `${template}.spec`;
  return (like.spec as PodSpec).containers.flatMap((container, index) =>
    adviceOn(document, `${path}.containers[${index}]`, container, listeners),
  );
}

function adviceOn(document: ManifestDocument, path: string, container: Container, listeners: readonly Listener[]): readonly Diagnostic[] {
  const asked = portOf(container.readinessProbe);
  if (asked === null) return [];
  const field = `${path}.readinessProbe.${asked.kind}.port`;
  const number = typeof asked.port === "number" ? asked.port : container.ports?.find(({ name }) => name === asked.port)?.containerPort;
  if (number !== undefined && listeners.some(({ port, protocol }) => port === number && protocol === "TCP")) return [];
  const because = [...new Set(listeners.map((listener) => listener.because))].slice(0, 3).join(", ");
  const where =
    number === undefined
      ? `the port ${String(asked.port)}, which no port of the container is named`
      : `${number}/TCP, where nothing listens: ${because}`;
  const message = `The readiness probe of container ${container.name} asks on ${where}. Its Pods never become ready; only a Service that publishes Pods that are not ready sends them anything.`;
  return [
    diagnostic(document, {
      severity: "warning",
      code: "readiness-probe-fails",
      field,
      message,
      stopsTraffic: true,
      fixes: fixesOf(document, field, listeners),
    }),
  ];
}

function portOf(probe: Probe | undefined): { readonly kind: "httpGet" | "tcpSocket" | "grpc"; readonly port: number | string } | null {
  for (const kind of ["httpGet", "tcpSocket", "grpc"] as const) {
    const port = probe?.[kind]?.port;
    if (port !== undefined) return { kind, port };
  }
  return null;
}

function fixesOf(document: ManifestDocument, field: string, listeners: readonly Listener[]): readonly QuickFix[] {
  const { start, end } = document.locate(field);
  return listeners
    .filter(({ protocol }) => protocol === "TCP")
    .slice(0, 3)
    .map(({ port }) => ({ title: `Change to ${port}`, edits: [{ file: document.file, start, end, text: String(port) }] }));
}
