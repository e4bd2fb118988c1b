/**
 * Service environment variables and their order problem: a container knows the Services that were there when it
 * started. Compares its variables with the Services of now. Names as pkg/kubelet/envvars/envvars.go makes them.
 */
import type { PodView, ServiceView } from "../../core/simulation/view.ts";
import type { Variable } from "../../core/workloads/environment.ts";

export interface ServiceVariable {
  /** `WEB_SERVICE_HOST` */
  readonly name: string;
  /** null: the container does not have it. */
  readonly value: string | null;
  /** there: as the Service is now. late: the Service came after the start. stale: it had another address then. gone: no such Service now. */
  readonly state: "there" | "late" | "stale" | "gone";
  /** In one sentence; "" where it is as one expects. */
  readonly why: string;
}

const SUFFIX = "_SERVICE_HOST";

/** One line a Service, by name; then what is left of Services that are gone. */
export function serviceVariables(
  pod: Pick<PodView, "namespace">,
  services: readonly ServiceView[],
  variables: readonly Variable[],
): readonly ServiceVariable[] {
  const has = new Map(variables.filter(({ name }) => name.endsWith(SUFFIX)).map(({ name, value }) => [name, value]));
  const wanted = services.filter((service) => isToldOf(pod, service));
  const lines = wanted.map((service): ServiceVariable => {
    const name = variableName(service.name);
    const value = has.get(name) ?? null;
    const now = service.clusterIps[0] ?? "";
    if (value === null) return { name, value, state: "late", why: `${service.name} came after this container started.` };
    if (value === now) return { name, value, state: "there", why: "" };
    return { name, value, state: "stale", why: `${service.name} has the address ${now} now.` };
  });
  const known = new Set(lines.map(({ name }) => name));
  const gone = [...has].filter(([name]) => !known.has(name));
  return [
    ...lines,
    ...gone.map(([name, value]): ServiceVariable => ({
      name,
      value,
      state: "gone",
      why: "No such Service is there now; the variable stays.",
    })),
  ];
}

/** Its namespace's Services with an address, and the API server's. */
function isToldOf(pod: Pick<PodView, "namespace">, service: ServiceView): boolean {
  if (service.headless || service.type === "ExternalName" || service.clusterIps.length === 0) return false;
  return service.namespace === pod.namespace || service.key === "default/kubernetes";
}

function variableName(service: string): string {
  return `${service.replace(/-/g, "_").toUpperCase()}${SUFFIX}`;
}

/** What the reader should know about the order, in one sentence. */
export function orderSentence(lines: readonly ServiceVariable[], links: boolean): string {
  if (!links) return "enableServiceLinks is false: this Pod asks for no variables of the Services beside it.";
  const late = lines.filter(({ state }) => state === "late").map(({ name }) => name);
  if (late.length > 0)
    return `A container knows the Services that were there when it started. ${late.join(" and ")} ${late.length === 1 ? "is" : "are"} not there until it is started again.`;
  if (lines.some(({ state }) => state === "stale" || state === "gone"))
    return "A container keeps what it knew when it started: some of it is not so any more.";
  return "A container knows the Services that were there when it started: all of these were.";
}
