/**
 * Random texts and deeds in random order: what comes of them at rest is what the last text gives, all that is derived is
 * what a full recomputation from the same state gives, nothing is given out twice at any moment.
 */
import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { matchesPairs } from "../api/selectors.ts";
import type { Endpoint, EndpointSlice, KubeObject, Pod, Service } from "../api/types.ts";
import { MILLISECOND } from "../base/time.ts";
import { controllerOf } from "../controllers/world.ts";
import { dig } from "../dns/dig.ts";
import { defaultInternet } from "../dns/internet.ts";
import { storedDns } from "../dns/resolve.ts";
import type { Action } from "./contract.ts";
import { EDIT, textOf, type Deed, type Edit, type Ground, type Text } from "./test-edits.ts";
import { reconcileRequest } from "./requests.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import type { ServiceView } from "./view.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";

// The kinds say what they are.
const podsIn = (simulation: Simulation): readonly Pod[] => simulation.objects("Pod") as readonly Pod[];
const servicesIn = (simulation: Simulation): readonly Service[] => simulation.objects("Service") as readonly Service[];
const slicesIn = (simulation: Simulation): readonly EndpointSlice[] => simulation.objects("EndpointSlice") as readonly EndpointSlice[];

const keyOf = ({ metadata: { namespace = "", name } }: KubeObject): string => `${namespace}/${name}`;
const serviceOf = ({ metadata: { namespace = "", labels } }: EndpointSlice): string => `${namespace}/${labels?.[SERVICE_NAME] ?? ""}`;

// ---- what a person does -----------------------------------------------------------------------------------------------

function perform(simulation: Simulation, deed: Deed): void {
  const action = actionOf(simulation, deed);
  // What cannot be done (a node that is stopped already) is refused, and nothing happens.
  if (action !== null) simulation.perform(action, simulation.now);
}

function actionOf(simulation: Simulation, deed: Deed): Action | null {
  switch (deed.kind) {
    case "restart":
      return { kind: "restart-pods", workload: { kind: "Deployment", key: "default/web" } };
    case "cordon":
    case "stop-node":
    case "cut-node":
    case "stop-proxy":
      return { kind: deed.kind, node: deed.node };
    default: {
      const made = podsIn(simulation).filter((pod) => controllerOf(pod) !== undefined && pod.metadata.namespace === "default");
      const pod = made[deed.which % Math.max(1, made.length)];
      if (pod === undefined) return null;
      if (deed.kind === "unready-pod") return { kind: "set-ready", pod: keyOf(pod), ready: false };
      if (deed.kind === "slow-pod") return { kind: "slow-pod", pod: keyOf(pod), delay: 3_000 * MILLISECOND };
      return { kind: deed.kind, pod: keyOf(pod) };
    }
  }
}

/** Takes back what no manifest says. */
function undo(simulation: Simulation): void {
  for (const { name } of simulation.view().nodes)
    for (const kind of ["uncordon", "start-node", "join-node", "start-proxy"] as const) simulation.perform({ kind, node: name });
  for (const { key } of simulation.view().pods) {
    simulation.perform({ kind: "set-ready", pod: key, ready: null });
    simulation.perform({ kind: "slow-pod", pod: key, delay: 0 });
  }
}

function apply(simulation: Simulation, text: Text, ground: Ground, wait: number | null): void {
  const { diagnostics, applied } = simulation.apply([{ name: "test.yaml", text: textOf(text, ground) }], simulation.now);
  if (!applied) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const until = wait === null ? Infinity : simulation.now + wait * MILLISECOND;
  // Step by step, so that a holding is seen however short it lasts.
  const due = (): boolean => simulation.now < until;
  while (due() && simulation.advance(25)) checkHoldings(simulation);
  simulation.settle(Number.isFinite(until) && until > simulation.now ? until : simulation.now);
}

function after(edits: readonly Edit[], ground: Ground): Simulation {
  const simulation = createSimulation();
  for (const { text, deeds, wait } of edits) {
    apply(simulation, text, ground, wait);
    for (const deed of deeds) perform(simulation, deed);
    checkHoldings(simulation);
  }
  simulation.settle();
  undo(simulation);
  simulation.settle();
  return simulation;
}

// ---- what must hold ---------------------------------------------------------------------------------------------------

function checkHoldings(simulation: Simulation): void {
  const distinct = (what: string, values: readonly string[]): void => {
    const twice = values.filter((value, i) => values.indexOf(value) !== i);
    if (twice.length > 0) throw new Error(`${what} given out twice: ${twice.join(", ")} at ${simulation.now}`);
  };
  const services = servicesIn(simulation);
  const nodePorts = services.flatMap(({ spec }) =>
    (spec.ports ?? []).flatMap(({ nodePort, protocol }) => (nodePort === undefined ? [] : [`${nodePort}/${protocol}`])),
  );
  distinct(
    "cluster IP",
    services.flatMap(({ spec }) => (spec.clusterIPs ?? []).filter((ip) => ip !== "None")),
  );
  distinct("node port", [
    ...nodePorts,
    ...services.flatMap(({ spec }) => (spec.healthCheckNodePort === undefined ? [] : [`${spec.healthCheckNodePort}/TCP`])),
  ]);
  distinct(
    "load balancer address",
    services.flatMap(({ status }) => (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])),
  );
  const alive = podsIn(simulation).filter(
    ({ spec, status }) => spec.hostNetwork !== true && status.phase !== "Failed" && status.phase !== "Succeeded",
  );
  distinct(
    "Pod IP",
    alive.flatMap(({ status }) => (status.podIPs ?? []).map(({ ip }) => ip)),
  );
}

/** Services whose slices the controller looks after. Those of one that becomes ExternalName stay as they were. */
function kept(simulation: Simulation): ReadonlySet<string> {
  return new Set(servicesIn(simulation).flatMap((service) => (service.spec.type === "ExternalName" ? [] : [keyOf(service)])));
}

/** At rest: while controllers are still at work, a slice may list what has just changed. */
function checkMatches(simulation: Simulation): void {
  const services = new Map(servicesIn(simulation).map((service) => [keyOf(service), service]));
  const pods = new Map(podsIn(simulation).map((pod) => [keyOf(pod), pod]));
  const looked = kept(simulation);
  for (const slice of slicesIn(simulation)) {
    if (!looked.has(serviceOf(slice)) || slice.metadata.labels?.[MANAGED_BY] !== "endpointslice-controller.k8s.io") continue;
    const selector = services.get(serviceOf(slice))?.spec.selector;
    for (const { targetRef, addresses } of slice.endpoints) {
      const pod = pods.get(`${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}`);
      const fits = selector !== undefined && pod !== undefined && matchesPairs(selector, pod.metadata.labels);
      const owns = pod?.status.podIPs?.some(({ ip }) => ip === addresses[0]) === true;
      if (!fits || !owns)
        throw new Error(`${slice.metadata.name} lists ${addresses.join()} of ${targetRef?.name ?? "nobody"}, who does not match`);
    }
  }
}

/** Endpoints of each Service by owner, ports and conditions: without names, addresses and places. */
function endpoints(simulation: Simulation): readonly string[] {
  const pods = new Map(podsIn(simulation).map((pod) => [keyOf(pod), pod]));
  const owner = ({ targetRef, addresses }: Endpoint): readonly string[] => {
    if (targetRef === undefined) return [addresses.join()];
    const of = pods.get(`${targetRef.namespace ?? ""}/${targetRef.name ?? ""}`);
    const reference = of === undefined ? undefined : controllerOf(of);
    return [
      reference?.kind ?? "Pod",
      reference?.kind === "ReplicaSet" ? reference.name.replace(/-[^-]+$/, "") : (reference?.name ?? targetRef.name ?? ""),
    ];
  };
  const looked = kept(simulation);
  return slicesIn(simulation)
    .filter((slice) => looked.has(serviceOf(slice)))
    .flatMap((slice) =>
      slice.ports.flatMap(({ name, port, protocol }) =>
        slice.endpoints.map((endpoint) =>
          JSON.stringify([
            serviceOf(slice),
            slice.addressType,
            name,
            port,
            protocol,
            owner(endpoint),
            endpoint.conditions,
            endpoint.hostname,
          ]),
        ),
      ),
    )
    .filter((text) => !text.startsWith('["kube-system/') && !text.startsWith('["default/kubernetes'))
    .sort();
}

/** What a Service comes to, without what is drawn or given in the order of asking. */
function services(simulation: Simulation): readonly unknown[] {
  const isPool = ({ key }: ServiceView): boolean =>
    servicesIn(simulation).some(
      (service) => keyOf(service) === key && service.metadata.annotations?.["kubehop.dev/load-balancer"] === "metallb",
    );
  return simulation.view().services.map((service) => {
    const { key, type, headless, clusterIps, externalIps, externalName, health, internalTrafficPolicy, externalTrafficPolicy } = service;
    const families = clusterIps.map((ip) => (ip.includes(":") ? "IPv6" : "IPv4"));
    const ports = service.ports.map(({ name, port, protocol, targetPort, nodePort }) => ({
      name,
      port,
      protocol,
      targetPort,
      open: nodePort !== null,
    }));
    // Who of several gets the last address of a pool depends on who came first.
    const balancer = isPool(service) ? null : [service.loadBalancer.state, service.loadBalancer.addresses.length];
    return {
      key,
      type,
      headless,
      families,
      externalIps,
      externalName,
      health,
      internalTrafficPolicy,
      externalTrafficPolicy,
      ports,
      balancer,
    };
  });
}

const PROXY = { apiVersion: "kubeproxy.config.k8s.io/v1alpha1", kind: "KubeProxyConfiguration" };

/** Rules of each node, in both families: what a node that comes up now would write. */
function checkRules(simulation: Simulation, ground: Ground): void {
  const clusterCIDR = ground === "dual" ? "10.244.0.0/16,fd00:10:244::/56" : "10.244.0.0/16";
  const anew = createSimulation({ objects: [{ ...PROXY, clusterCIDR }, ...simulation.objects()], stored: true });
  for (const { name, changesBehind } of simulation.view().nodes) {
    expect([name, changesBehind]).toEqual([name, 0]);
    for (const family of ["IPv4", "IPv6"] as const)
      for (const sync of [true, false])
        expect(withoutPlugin(simulation.rulesText(name, family, sync))).toBe(anew.rulesText(name, family, sync));
  }
}

/** Stored objects alone have no network plugin that masquerades. */
function withoutPlugin(text: string | null): string | null {
  return text === null ? null : text.replace(/^.*\bCNI-MASQ\b.*\n/gm, "");
}

/** Slices made from nothing list the same endpoints; made again over those that are there, they stay as they are. */
function checkSlices(simulation: Simulation): void {
  const controllers = ["endpointslice", "endpointslicemirroring"] as const;
  const objects = simulation.objects();
  const slices = (of: readonly KubeObject[]): readonly EndpointSlice[] =>
    of.filter((object): object is EndpointSlice => object.kind === "EndpointSlice");
  expect(slices(reconcileRequest({ objects, controllers }))).toEqual(slices(objects));
  const made = (slice: KubeObject): boolean => slice.kind === "EndpointSlice" && slice.metadata.labels?.[MANAGED_BY] !== undefined;
  const looked = kept(simulation);
  const listed = (of: readonly KubeObject[]): readonly string[] =>
    slices(of)
      .filter((slice) => looked.has(serviceOf(slice)))
      .flatMap((slice) => slice.endpoints.map((endpoint) => JSON.stringify([serviceOf(slice), slice.addressType, slice.ports, endpoint])))
      .sort();
  const anew = reconcileRequest({ objects: objects.filter((object) => !made(object)), controllers });
  expect(listed(anew)).toEqual(listed(objects));
}

/** View, rules, indexes made again from the same state: nothing that is remembered differs from what is computed. */
function checkRemembered(simulation: Simulation): void {
  const answers = (): unknown => {
    const dns = storedDns(simulation.snapshot());
    if ("error" in dns) throw new Error(dns.error);
    return servicesIn(simulation).map(({ metadata: { name, namespace = "" } }) =>
      ["A", "AAAA", "SRV"].map((type) => dig(dns, defaultInternet(), `${name}.${namespace}.svc.cluster.local`, type)),
    );
  };
  const all = (): unknown => ({
    view: simulation.view(),
    rules: simulation
      .view()
      .nodes.map(({ name }) => [simulation.rulesText(name, "IPv4", false), simulation.rulesText(name, "IPv6", false)]),
    hash: simulation.hash(),
    answers: answers(),
  });
  const remembered = all();
  simulation.rewindPoint()();
  expect(all()).toEqual(remembered);
}

const GROUND = constantFrom<Ground[]>("default", "dual", "nodes");

test("random texts and deeds settle to what the last text gives, whatever came before", { timeout: 300_000 }, () => {
  assert(
    property(GROUND, array(EDIT, { minLength: 1, maxLength: 5 }), (ground, edits) => {
      const edited = after(edits, ground);
      const fresh = createSimulation();
      const last = edits.at(-1);
      if (last !== undefined) apply(fresh, last.text, ground, null);
      checkHoldings(edited);
      checkMatches(edited);
      expect(endpoints(edited)).toEqual(endpoints(fresh));
      expect(services(edited)).toEqual(services(fresh));
      checkRules(edited, ground);
      checkSlices(edited);
      checkRemembered(edited);
    }),
    { numRuns: Number(process.env["KUBEHOP_RUNS"] ?? 60), seed: Number(process.env["KUBEHOP_SEED"] ?? 20260101) },
  );
});
