/**
 * Which Services a container knew when it started: what makes its environment. Sets of Services are kept once for each
 * state of a Namespace's Services in which some container started.
 */
import { get, list } from "../api/store.ts";
import type { Container, Pod, Service } from "../api/types.ts";
import { runningContainers } from "../workloads/listeners.ts";
import { environmentOf, servicesForEnvironment, type Variable } from "../workloads/environment.ts";
import type { PodRuntime, World } from "./world.ts";

type Links = PodRuntime["links"];

/** The containers of these names start now. */
export function linksAtStart(world: World, pod: Pod, known: Links, containers: readonly string[]): Links {
  const links = pod.spec.enableServiceLinks !== false;
  const namespace = pod.metadata.namespace ?? "default";
  const key = links ? `${namespace} ${world.memory.serviceChanges.get(namespace) ?? 0}` : "";
  if (!world.memory.serviceSets.has(key)) world.memory.serviceSets.set(key, servicesForEnvironment(pod, list(world.store, "Service")));
  const [name] = containers;
  if (known !== NO_LINKS || name === undefined || containers.length > 1)
    return { ...known, ...Object.fromEntries(containers.map((each) => [each, key])) };
  if (last?.key !== key || last.name !== name) last = { key, name, links: { [name]: key } };
  return last.links;
}

/** Of a Pod in which nothing has started yet. */
export const NO_LINKS: Links = {};

/** A pure memo of the last answer for a Pod with one container: thousands of them start among the same Services. */
let last: { readonly key: string; readonly name: string; readonly links: Links } | null = null;

/** `env` in a container of the Pod (the first, where none is named), or in plain words why there is none. */
export function envOf(
  world: Pick<World, "store" | "memory">,
  key: string,
  container?: string,
): readonly Variable[] | { readonly error: string } {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) return { error: `There is no Pod ${key}.` };
  const found: Container | undefined = runningContainers(pod.spec).find(({ name }) => container === undefined || name === container);
  if (found === undefined) return { error: `Pod ${key} has no container ${container ?? ""}.` };
  const links = world.memory.pods.get(key)?.links[found.name];
  // A Pod out of a dump started in another cluster, with the Services that are in it.
  const services: readonly Service[] =
    links === undefined ? servicesForEnvironment(pod, list(world.store, "Service")) : (world.memory.serviceSets.get(links) ?? []);
  if (links === undefined && pod.status.phase !== "Running") return { error: `Container ${found.name} of Pod ${key} does not run.` };
  return environmentOf(pod, found, services);
}
