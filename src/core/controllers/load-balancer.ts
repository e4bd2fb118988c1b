/**
 * Load balancers of Services: who provides them, how long it takes, what stands in the status, what goes wrong. The
 * service controller with a cloud provider (staging/src/k8s.io/cloud-provider/controllers/service), cloud-provider-kind,
 * and MetalLB's controller (`metallb.ts`). Who provides is a matter of the cluster, not of the Service: MetalLB where its
 * pools are among the documents, nobody else by default. The annotation `kubehop.dev/load-balancer` on a Service or its
 * Namespace chooses another.
 */
import { addressAt, canonicalAddress, cidrSize, parseAddress, parseCidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { familyOf } from "../api/addresses.ts";
import { sameJson, textAt } from "../api/json.ts";
import { get, keyOf, list } from "../api/store.ts";
import type { KubeObject, LoadBalancerIngress, Service } from "../api/types.ts";
import { announcerOf } from "./announcer.ts";
import { DELAYS } from "./delays.ts";
import { isBackendNode } from "./load-balancer-nodes.ts";
import { created } from "./lookup.ts";
import { allocateAddresses, faultOf, keepsAddresses } from "./metallb.ts";
import { say, type Said } from "./records.ts";
import { write } from "./world.ts";
import type { Balancer, World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export const BALANCER_ANNOTATION = "kubehop.dev/load-balancer";

/** Words of the annotation. */
export const PROVIDERS = [
  "none",
  "cloud",
  "cloud-proxy",
  "cloud-hostname",
  "cloud-provider-kind",
  "metallb",
  "quota",
  "permission",
  "subnet",
] as const satisfies readonly Balancer["provider"][];
export type Provider = Balancer["provider"];

/** Addresses of a cloud: documentation ranges (RFC 5737, RFC 3849). */
const CLOUD: Readonly<Record<Family, string>> = { IPv4: "198.51.100.0/24", IPv6: "2001:db8:1b::/64" };
/** kind's container network, above its nodes. */
const KIND: Readonly<Record<Family, string>> = { IPv4: "172.18.0.0/16", IPv6: "fc00:f853:ccd:e793::/64" };
const FIRST: Readonly<Record<"cloud" | "kind", number>> = { cloud: 10, kind: 200 };

/** What clouds answer where they cannot: AWS's words. */
const FAILURES: Readonly<Record<"quota" | "permission" | "subnet", string>> = {
  quota: "TooManyLoadBalancers: Exceeded quota of account",
  permission: "AccessDenied: the cluster's role is not authorized to perform: elasticloadbalancing:CreateLoadBalancer",
  subnet: "could not find any suitable subnets for creating the ELB",
};

type Refusing = keyof typeof FAILURES;

function isRefusing(provider: Provider): provider is Refusing {
  return Object.hasOwn(FAILURES, provider);
}

/** Who looks after the Service's load balancer. */
export function providerOf(world: Pick<World, "store">, service: Service): Provider {
  const namespace = get(world.store, "Namespace", service.metadata.namespace ?? "");
  const chosen = [service.metadata.annotations, namespace?.metadata.annotations]
    .map((annotations) => annotations?.[BALANCER_ANNOTATION])
    .find(isProvider);
  if (chosen !== undefined) return chosen;
  // A class is somebody's own: whoever does not know it leaves the Service alone.
  if (service.spec.loadBalancerClass !== undefined) return "none";
  return (world.store.objects.get("IPAddressPool")?.size ?? 0) > 0 ? "metallb" : "none";
}

function isProvider(word: string | undefined): word is Provider {
  return PROVIDERS.some((provider) => provider === word);
}

/** A cloud's, with the service controller's events: not MetalLB's, who has its own. */
function isCloud(provider: Provider): boolean {
  return provider !== "none" && provider !== "metallb";
}

/** Whether connections end at the load balancer, which makes others to node ports (`ipMode: Proxy`, or a host name). */
export function isProxy(provider: Provider): boolean {
  return provider === "cloud-proxy" || provider === "cloud-hostname" || provider === "cloud-provider-kind";
}

export function reconcileLoadBalancer(world: World, key: string): readonly WakeUp[] {
  const service = get(world.store, "Service", key);
  if (service === undefined || service.spec.type !== "LoadBalancer") return release(world, key, service);
  const provider = providerOf(world, service);
  const known = world.memory.balancers.get(key);
  // An address that came with the object (a dump of a running cluster) stays until somebody chooses a provider here.
  if (known === undefined && hasIngress(service) && provider === "none") return [];
  if (known === undefined || known.provider !== provider || known.leaving === true) {
    if (known !== undefined && hasIngress(service)) setIngress(world, service, []);
    return begin(world, service, { provider, refusals: 0 });
  }
  if (provider === "none") return [];
  if (!known.done) return world.now < known.due ? again(world, key, known) : finish(world, service, known);
  if (provider === "metallb") {
    if (!keepsAddresses(world, service, familiesOf(service))) return finish(world, service, known);
    announce(world, service, known);
    return [];
  }
  return follow(world, service, known);
}

/** The provider is asked, for the first time or once more. */
function begin(
  world: World,
  service: Service,
  { provider, refusals }: Pick<Balancer, "provider" | "refusals">,
  delay = delayOf(provider),
): readonly WakeUp[] {
  const key = keyOf(service);
  const next: Balancer = { ...standing(world, service, provider), due: world.now + delay, done: false, refusals };
  world.memory.balancers.set(key, next);
  if (isCloud(provider)) say(world, service, SAID.ensuring);
  return provider === "none" ? [] : again(world, key, next);
}

/** A load balancer that is there and as the Service wants it. */
export function standing(world: World, service: Service, provider: Provider): Balancer {
  const { uid = "" } = service.metadata;
  const at = world.now;
  return { provider, since: at, due: at, done: true, refusals: 0, uid, asked: askedOf(service), hosts: hostsOf(world) };
}

/** A cloud that refuses is asked again and again: nobody who waits for rest waits for that. */
function again(world: World, key: string, { due, refusals }: Balancer): readonly WakeUp[] {
  return [{ controller: "load-balancer", key, after: due - world.now, ...(refusals > 0 ? { idle: true } : {}) }];
}

/** The provider answers. */
function finish(world: World, service: Service, known: Balancer): readonly WakeUp[] {
  const key = keyOf(service);
  const { provider } = known;
  if (!isRefusing(provider)) {
    world.memory.balancers.set(key, { ...known, done: true, hosts: hostsOf(world) });
    provide(world, service, provider);
    const given = get(world.store, "Service", key)?.status.loadBalancer;
    return provider === "metallb" && hasIngress(service) && !sameJson(given, service.status.loadBalancer) ? waitingForAddresses(world) : [];
  }
  const message = `Error syncing load balancer: failed to ensure load balancer: ${FAILURES[provider]}`;
  say(world, service, { by: "service-controller", type: "Warning", reason: "SyncLoadBalancerFailed", message });
  const wait = Math.min(DELAYS.balancerRetry * 2 ** known.refusals, DELAYS.longestBalancerRetry);
  const next: Balancer = { ...known, done: true, due: world.now + wait, refusals: Math.min(known.refusals + 1, 16) };
  world.memory.balancers.set(key, next);
  return again(world, key, next);
}

/** What stands is kept in step with the Service and the nodes. (needsUpdate, nodeSyncService) */
function follow(world: World, service: Service, known: Balancer): readonly WakeUp[] {
  const { provider, refusals } = known;
  const isOther = askedOf(service) !== known.asked;
  if (isRefusing(provider)) {
    if (!isOther && world.now < known.due) return again(world, keyOf(service), known);
    return begin(world, service, { provider, refusals: isOther ? 0 : refusals });
  }
  if (isOther) return begin(world, service, { provider, refusals }, DELAYS.cloudUpdate);
  const hosts = hostsOf(world);
  if (hosts === known.hosts) return [];
  world.memory.balancers.set(keyOf(service), { ...known, hosts });
  if (hosts === "") say(world, service, SAID.unavailable);
  say(world, service, SAID.updated);
  return [];
}

/** What the service controller looks at in a Service; another selector is no matter of the load balancer's. */
function askedOf({ metadata, spec }: Service): string {
  const { ports, sessionAffinity, loadBalancerIP, loadBalancerSourceRanges, externalTrafficPolicy, healthCheckNodePort, ipFamilies } = spec;
  const { externalIPs } = spec;
  return JSON.stringify([
    metadata.annotations ?? {},
    ports?.map(({ name, protocol, port, nodePort, appProtocol }) => [name, protocol, port, nodePort, appProtocol]),
    [sessionAffinity, loadBalancerIP, loadBalancerSourceRanges, externalTrafficPolicy, healthCheckNodePort, ipFamilies, externalIPs],
  ]);
}

/** Names of the nodes that load balancers send traffic to, ready or not. */
function hostsOf(world: World): string {
  return list(world.store, "Node").filter(isBackendNode).map(keyOf).join(",");
}

/** The Service wants none any more, or is gone. (service controller, syncLoadBalancerIfNeeded) */
function release(world: World, key: string, service: Service | undefined): readonly WakeUp[] {
  const { balancers } = world.memory;
  const known = balancers.get(key);
  if (known === undefined) return [];
  if (!isCloud(known.provider)) {
    balancers.delete(key);
    return waitingForAddresses(world);
  }
  const [namespace = "", name = ""] = key.split("/");
  const gone = { apiVersion: "v1", kind: "Service", metadata: { name, namespace, uid: known.uid } };
  const about = service ?? gone;
  const stands = known.done && !isRefusing(known.provider);
  if (known.leaving !== true && stands) {
    const due = world.now + DELAYS.cloudRemoval;
    balancers.set(key, { ...known, leaving: true, due });
    say(world, about, SAID.deleting);
    return [{ controller: "load-balancer", key, after: DELAYS.cloudRemoval }];
  }
  if (known.leaving === true && world.now < known.due) return [{ controller: "load-balancer", key, after: known.due - world.now }];
  balancers.delete(key);
  say(world, about, SAID.deleted);
  return [];
}

/** MetalLB tries again for those without an address when one is given back. */
function waitingForAddresses(world: World): readonly WakeUp[] {
  return [...world.memory.balancers].flatMap(([key, { provider, done }]) => {
    const service = get(world.store, "Service", key);
    const waits = provider === "metallb" && done && service !== undefined && !hasIngress(service);
    return waits ? [{ controller: "load-balancer" as const, key, after: DELAYS.metallb }] : [];
  });
}

function hasIngress(service: Service): boolean {
  return (service.status.loadBalancer.ingress ?? []).length > 0;
}

function delayOf(provider: Provider): Nanos {
  switch (provider) {
    case "cloud":
    case "cloud-proxy":
    case "cloud-hostname":
      return DELAYS.cloudBalancer;
    case "cloud-provider-kind":
      return DELAYS.kindBalancer;
    case "metallb":
      return DELAYS.metallb;
    case "quota":
    case "permission":
    case "subnet":
      return DELAYS.cloudRefusal;
    case "none":
      return 0;
  }
}

function says(reason: string, message: string, type: Said["type"] = "Normal"): Said {
  return { by: "service-controller", type, reason, message };
}

const SAID = {
  ensuring: says("EnsuringLoadBalancer", "Ensuring load balancer"),
  ensured: says("EnsuredLoadBalancer", "Ensured load balancer"),
  updated: says("UpdatedLoadBalancer", "Updated load balancer with new hosts"),
  unavailable: says("UnAvailableLoadBalancer", "There are no available nodes for LoadBalancer", "Warning"),
  deleting: says("DeletingLoadBalancer", "Deleting load balancer"),
  deleted: says("DeletedLoadBalancer", "Deleted load balancer"),
} as const satisfies Readonly<Record<string, Said>>;

function provide(world: World, service: Service, provider: Exclude<Provider, Refusing>): void {
  switch (provider) {
    case "cloud":
    case "cloud-proxy":
    case "cloud-provider-kind":
      if (hostsOf(world) === "") say(world, service, SAID.unavailable);
      setIngress(world, service, cloudIngress(world, service, provider));
      return say(world, service, SAID.ensured);
    case "cloud-hostname":
      if (hostsOf(world) === "") say(world, service, SAID.unavailable);
      setIngress(world, service, [
        { hostname: `${(service.metadata.uid ?? keyOf(service)).replace(/\W/g, "").slice(0, 32)}.elb.example.com` },
      ]);
      return say(world, service, SAID.ensured);
    case "metallb":
      return allocate(world, service);
    case "none":
  }
}

/** An address of each family: the one that is asked for, the one that it has, else the first that is free. */
function cloudIngress(world: World, service: Service, provider: "cloud" | "cloud-proxy" | "cloud-provider-kind"): LoadBalancerIngress[] {
  const [ranges, first] = provider === "cloud-provider-kind" ? ([KIND, FIRST.kind] as const) : ([CLOUD, FIRST.cloud] as const);
  const ipMode = isProxy(provider) ? ("Proxy" as const) : ("VIP" as const);
  const has = (service.status.loadBalancer.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  return familiesOf(service).flatMap((family) => {
    const ip =
      requested(service, family) ?? has.find((each) => familyOf(each) === family) ?? freeAddress(world, service, ranges[family], first);
    return ip === null ? [] : [{ ip, ipMode }];
  });
}

function allocate(world: World, service: Service): void {
  const by = "metallb-controller";
  const given = allocateAddresses(world, service, familiesOf(service));
  if ("error" in given) {
    if (hasIngress(service)) setIngress(world, service, []);
    const message = `Failed to allocate IP for "${keyOf(service)}": ${given.error}`;
    if (balancerTrouble(world, service) === message) return;
    return say(world, service, { by, type: "Warning", reason: "AllocationFailed", message });
  }
  setIngress(
    world,
    service,
    given.ips.map((ip) => ({ ip, ipMode: "VIP" as const })),
  );
  say(world, service, { by, type: "Normal", reason: "IPAllocated", message: `Assigned IP ["${given.ips.join('" "')}"]` });
}

/** The speaker of the node that takes the address over says so. */
function announce(world: World, service: Service, known: Balancer): void {
  const ip = service.status.loadBalancer.ingress?.[0]?.ip;
  const node = ip === undefined ? null : announcerOf(world, service, ip);
  if (node === (known.announcer ?? null)) return;
  world.memory.balancers.set(keyOf(service), { ...known, announcer: node });
  if (node === null) return;
  const message = `announcing from node ${JSON.stringify(node)} with protocol "layer2"`;
  say(world, service, { by: "metallb-speaker", type: "Normal", reason: "nodeAssigned", message });
}

/** When the other speakers notice that a node is gone, each address of MetalLB's may move. */
export function announcementsAfter(world: World, after: Nanos): readonly WakeUp[] {
  return [...world.memory.balancers].flatMap(([key, { provider }]) =>
    provider === "metallb" ? [{ controller: "load-balancer" as const, key, after }] : [],
  );
}

function familiesOf({ spec }: Service): readonly Family[] {
  return spec.ipFamilies !== undefined && spec.ipFamilies.length > 0 ? spec.ipFamilies : [familyOf(spec.clusterIP ?? "")];
}

function setIngress(world: World, service: Service, ingress: readonly LoadBalancerIngress[]): void {
  write(world, { ...service, status: { ...service.status, loadBalancer: ingress.length === 0 ? {} : { ingress } } });
}

/** `spec.loadBalancerIP`, where it is of the family. */
function requested({ spec }: Service, family: Family): string | null {
  const address = parseAddress(spec.loadBalancerIP ?? "");
  return address !== null && address.family === family ? address.text : null;
}

function freeAddress(world: World, service: Service, range: string, first: number): string | null {
  const cidr = parseCidr(range);
  if (cidr === null) throw new Error(`not a range: ${range}`);
  const held = heldBy(world, service);
  for (let offset = first; offset < Math.min(cidrSize(cidr) - 1, first + 10_000); offset++) {
    const address = addressAt(cidr, offset);
    if (address !== null && !held.has(address)) return address;
  }
  return null;
}

function heldBy(world: World, except: Service): ReadonlySet<string> {
  const held = new Set<string>();
  for (const object of created(world.store, "Service")) {
    const service = object as Service; // the kind says so
    if (keyOf(service) === keyOf(except)) continue;
    for (const { ip } of service.status.loadBalancer.ingress ?? []) if (ip !== undefined) held.add(canonicalAddress(ip) ?? ip);
  }
  for (const node of list(world.store, "Node")) for (const { address } of node.status.addresses ?? []) held.add(address);
  return held;
}

/** Services whose load balancer may change with this object. */
export function balancersTouchedBy(world: Pick<World, "store">, object: KubeObject): readonly Service[] {
  const services = ([...created(world.store, "Service")] as Service[]).filter(({ spec }) => spec.type === "LoadBalancer"); // the kind says so
  return object.kind === "Namespace" ? services.filter(({ metadata }) => metadata.namespace === object.metadata.name) : services;
}

/** What the last word of a provider was, for the view: null where it works or nobody has said anything. */
export function balancerTrouble(world: Pick<World, "store">, service: Service): string | null {
  if (hasIngress(service)) return null;
  const said = ([...created(world.store, "Event")] as KubeObject[]).filter(
    (event) => textAt(event, "involvedObject", "kind") === "Service" && textAt(event, "involvedObject", "uid") === service.metadata.uid,
  );
  const last = said.filter((event) => event["type"] === "Warning").at(-1);
  return providerOf(world, service) === "none" || last === undefined ? null : (textAt(last, "message") ?? null);
}

/** The same in a word or two, for a picture; null where it works or nobody has said anything. */
export function balancerFault(world: Pick<World, "store">, service: Service): string | null {
  const trouble = balancerTrouble(world, service);
  if (trouble === null) return null;
  const refusal = (["quota", "permission", "subnet"] as const).find((kind) => trouble.endsWith(FAILURES[kind]));
  return refusal ?? faultOf(trouble);
}
