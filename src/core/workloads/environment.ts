/**
 * The environment of a container: variables for the Services that existed when it started, then its own. Services that
 * came later are missing until the container is started again. (pkg/kubelet/envvars/envvars.go, kubelet_pods.go)
 */
import { textAt } from "../api/json.ts";
import { compareText } from "../base/names.ts";
import type { Container, Pod, Service } from "../api/types.ts";

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Services as they stood when a container started, as its kubelet saw them: `namespace/name` → Service. */
export type ServicesThen = readonly Service[];

/** The Services of the store whose variables a Pod gets: its namespace's, and the API server's. By name. */
export function servicesForEnvironment(pod: Pod, services: readonly Service[]): readonly Service[] {
  const namespace = pod.metadata.namespace ?? "default";
  const links = pod.spec.enableServiceLinks !== false;
  const byName = new Map<string, Service>();
  for (const service of services) {
    const { clusterIP = "", type } = service.spec;
    if (clusterIP === "" || clusterIP === "None" || type === "ExternalName") continue;
    const isMaster = service.metadata.name === "kubernetes" && service.metadata.namespace === "default";
    // A Service `kubernetes` of the Pod's own namespace goes before the API server's.
    if (links && service.metadata.namespace === namespace) byName.set(service.metadata.name, service);
    else if (isMaster && !byName.has("kubernetes")) byName.set("kubernetes", service);
  }
  return [...byName.values()].sort((a, b) => compareText(a.metadata.name, b.metadata.name));
}

/** The variables of these Services, in their order. */
export function serviceVariables(services: readonly Service[]): readonly Variable[] {
  return services.flatMap(variablesOf);
}

function variablesOf({ metadata, spec }: Service): Variable[] {
  const prefix = envName(metadata.name);
  const host = spec.clusterIP ?? "";
  const ports = spec.ports ?? [];
  const [first] = ports;
  if (first === undefined) return [];
  const variables: Variable[] = [
    { name: `${prefix}_SERVICE_HOST`, value: host },
    { name: `${prefix}_SERVICE_PORT`, value: String(first.port) },
  ];
  for (const { name, port } of ports)
    if (name !== undefined && name !== "") variables.push({ name: `${prefix}_SERVICE_PORT_${envName(name)}`, value: String(port) });
  // The form of Docker's links.
  for (const [index, { port, protocol }] of ports.entries()) {
    const transport = protocol.toLowerCase();
    const url = `${transport}://${host.includes(":") ? `[${host}]` : host}:${port}`;
    const of = `${prefix}_PORT_${port}_${protocol}`;
    if (index === 0) variables.push({ name: `${prefix}_PORT`, value: url });
    variables.push(
      { name: of, value: url },
      { name: `${of}_PROTO`, value: transport },
      { name: `${of}_PORT`, value: String(port) },
      { name: `${of}_ADDR`, value: host },
    );
  }
  return variables;
}

function envName(name: string): string {
  return name.replace(/-/g, "_").toUpperCase();
}

/**
 * `env` in the container: those of the Services, with the container's own over them, `$(NAME)` in it put in where the
 * name is known. `valueFrom` is read for fields of the Pod; other sources have no value here.
 */
export function environmentOf(pod: Pod, container: Container, services: ServicesThen): readonly Variable[] {
  const found = new Map<string, string>(serviceVariables(services).map(({ name, value }) => [name, value]));
  for (const { name, value, valueFrom } of container.env ?? []) {
    const read = valueFrom === undefined ? expand(value ?? "", found) : fieldOf(pod, textAt(valueFrom, "fieldRef", "fieldPath") ?? "");
    if (read !== null) found.set(name, read);
  }
  return [...found].map(([name, value]) => ({ name, value }));
}

/** `$(NAME)` is put in, `$$(NAME)` is `$(NAME)`, an unknown name stays as it is. (third_party/forked/golang/expansion) */
function expand(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) => (name === undefined ? "$" : (known.get(name) ?? whole)));
}

function fieldOf(pod: Pod, path: string): string | null {
  switch (path) {
    case "metadata.name":
      return pod.metadata.name;
    case "metadata.namespace":
      return pod.metadata.namespace ?? "";
    case "metadata.uid":
      return pod.metadata.uid ?? "";
    case "spec.nodeName":
      return pod.spec.nodeName ?? "";
    case "status.podIP":
      return pod.status.podIP ?? "";
    case "status.hostIP":
      return pod.status.hostIP ?? "";
    default:
      return null;
  }
}
