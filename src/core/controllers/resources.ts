/**
 * What Pods ask of a node and what a node has to give: quantities as whole numbers (CPU in thousandths, all else in units
 * or bytes). (staging/src/k8s.io/component-helpers/resource, apimachinery/pkg/api/resource)
 */
import { isObject } from "../api/json.ts";
import { parseQuantity } from "../api/quantities.ts";
import type { Container, Node, Pod } from "../api/types.ts";
import { isSidecar } from "../workloads/listeners.ts";

/** Resource name → amount. */
export type Amounts = ReadonlyMap<string, number>;

const BILLION = 1_000_000_000n;
const MILLION = 1_000_000n;

/** `500m`, `0.5`, `64Mi`, `1G`, `1e3` in thousandths (CPU) or whole units, rounded up; null: no quantity. */
export function amountOf(resource: string, quantity: unknown): number | null {
  const parsed = parseQuantity(quantity);
  if (typeof parsed === "string") return null;
  const unit = resource === "cpu" ? MILLION : BILLION;
  return Number((parsed.nanos + unit - 1n) / unit);
}

function amountsOf(list: unknown): Map<string, number> {
  const amounts = new Map<string, number>();
  if (!isObject(list)) return amounts;
  for (const [resource, quantity] of Object.entries(list)) {
    const amount = amountOf(resource, quantity);
    if (amount !== null) amounts.set(resource, amount);
  }
  return amounts;
}

/** A limit stands in for a request that is not given. */
function requestsOfContainer(container: Container): Map<string, number> {
  const { resources } = container as { readonly resources?: unknown }; // not among the fields that are typed
  const limits = isObject(resources) ? resources["limits"] : undefined;
  const requests = isObject(resources) ? resources["requests"] : undefined;
  return new Map([...amountsOf(limits), ...amountsOf(requests)]);
}

function addTo(total: Map<string, number>, amounts: Amounts): void {
  for (const [resource, amount] of amounts) total.set(resource, (total.get(resource) ?? 0) + amount);
}

function raiseTo(total: Map<string, number>, amounts: Amounts): void {
  for (const [resource, amount] of amounts) total.set(resource, Math.max(total.get(resource) ?? 0, amount));
}

/** All containers and sidecars together, or the largest init container with the sidecars before it. (PodRequests) */
export function requestsOf({ spec }: Pick<Pod, "spec">): Amounts {
  const { containers, initContainers } = spec;
  const { overhead } = spec as { readonly overhead?: unknown }; // decoded, not among the typed fields
  const known = requestsKnown.get(containers);
  if (known !== undefined && known.initContainers === initContainers && known.overhead === overhead) return known.requests;
  const requests = readRequests(spec, overhead);
  requestsKnown.set(containers, { initContainers, overhead, requests });
  return requests;
}

/** A pure memo: read off values that never change. All Pods of a template have the same list of containers. */
const requestsKnown = new WeakMap<
  Pod["spec"]["containers"],
  { readonly initContainers: Pod["spec"]["initContainers"]; readonly overhead: unknown; readonly requests: Amounts }
>();

function readRequests(spec: Pod["spec"], overhead: unknown): Amounts {
  const total = new Map<string, number>();
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of spec.containers) addTo(total, requestsOfContainer(container));
  for (const container of spec.initContainers ?? []) {
    const own = requestsOfContainer(container);
    if (isSidecar(container)) {
      addTo(sidecars, own);
      raiseTo(starting, sidecars);
    } else {
      const peak = new Map(sidecars);
      addTo(peak, own);
      raiseTo(starting, peak);
    }
  }
  addTo(total, sidecars);
  raiseTo(total, starting);
  addTo(total, amountsOf(overhead));
  return total;
}

/** A pure memo: read off a status that never changes. */
const allocatableKnown = new WeakMap<Node["status"], Amounts | null>();

/** What a node has to give to Pods; null where it does not say. */
export function allocatableOf({ status }: Node): Amounts | null {
  const known = allocatableKnown.get(status);
  if (known !== undefined) return known;
  const { allocatable, capacity } = status as { readonly allocatable?: unknown; readonly capacity?: unknown };
  const list = isObject(allocatable) ? allocatable : capacity;
  const amounts = isObject(list) ? amountsOf(list) : null;
  allocatableKnown.set(status, amounts);
  return amounts;
}

/** Which of the node's resources a Pod that comes to what is there already would overdraw. */
export interface Shortage {
  /** `Too many pods`, `Insufficient cpu`. */
  readonly reason: string;
  /** The node could not bear the Pod if it were empty. */
  readonly hopeless: boolean;
}

/** (pkg/scheduler/framework/plugins/noderesources/fit.go, fitsRequest) */
export function shortages(
  requests: Amounts,
  node: Node,
  borne: { readonly pods: number; readonly requests: Amounts },
): readonly Shortage[] {
  const allocatable = allocatableOf(node);
  const pods = allocatable?.get("pods");
  // A Pod that asks for nothing but its place.
  if (requests.size === 0 && (pods === undefined || borne.pods + 1 <= pods)) return NO_SHORTAGES;
  const found: Shortage[] = [];
  if (pods !== undefined && borne.pods + 1 > pods) found.push({ reason: "Too many pods", hopeless: pods < 1 });
  for (const resource of [
    ...FIRST.filter((name) => requests.has(name)),
    ...[...requests.keys()].filter((name) => !FIRST.includes(name)).sort(),
  ]) {
    const asked = requests.get(resource) ?? 0;
    // What every node has it has without end where it does not say; a device has to be said.
    const given = allocatable?.get(resource) ?? (FIRST.includes(resource) ? Infinity : 0);
    if (asked > 0 && asked + (borne.requests.get(resource) ?? 0) > given)
      found.push({ reason: `Insufficient ${resource}`, hopeless: asked > given });
  }
  return found;
}

const NO_SHORTAGES: readonly Shortage[] = [];
const FIRST: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** (pkg/apis/core/helper/qos) */
export function qosClassOf({ spec }: Pick<Pod, "spec">): QosClass {
  const { containers, initContainers } = spec;
  const known = classesKnown.get(containers);
  if (known !== undefined && known.initContainers === initContainers) return known.qos;
  const qos = readQosClass(spec);
  classesKnown.set(containers, { initContainers, qos });
  return qos;
}

type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

/** A pure memo, as `requestsKnown`. */
const classesKnown = new WeakMap<
  Pod["spec"]["containers"],
  { readonly initContainers: Pod["spec"]["initContainers"]; readonly qos: QosClass }
>();

function readQosClass(spec: Pod["spec"]): QosClass {
  const all = [...spec.containers, ...(spec.initContainers ?? [])].map((container) => {
    const { resources } = container as { readonly resources?: unknown };
    const limits = amountsOf(isObject(resources) ? resources["limits"] : undefined);
    return { limits, requests: requestsOfContainer(container) };
  });
  const counted = ["cpu", "memory"];
  if (all.every(({ requests }) => counted.every((name) => (requests.get(name) ?? 0) === 0))) return "BestEffort";
  const isGuaranteed = all.every(({ limits, requests }) =>
    counted.every((name) => (limits.get(name) ?? 0) > 0 && limits.get(name) === requests.get(name)),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}
