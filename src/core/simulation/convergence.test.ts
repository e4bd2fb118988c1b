/** Whatever the order of edits: the cluster settles to what the final manifests give, and nothing is given out twice. */
import { type Arbitrary, array, assert, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { matchesPairs } from "../api/selectors.ts";
import type { EndpointSlice, Pod, Service } from "../api/types.ts";
import { MILLISECOND } from "../base/time.ts";
import { controllerOf } from "../controllers/world.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

interface State {
  readonly replicas: number;
  readonly image: string;
  readonly port: string;
  readonly selector: string;
  readonly type: string;
  readonly extra: string;
  readonly publish: string;
}

const STATE: Arbitrary<State> = record({
  replicas: integer({ min: 0, max: 4 }),
  image: constantFrom("nginx", "redis"),
  port: constantFrom("80", "6379", "main"),
  selector: constantFrom("a", "b", "nobody"),
  type: constantFrom("ClusterIP", "NodePort"),
  extra: constantFrom("", "b"),
  publish: constantFrom("true", "false"),
});

function deployment(name: string, replicas: number, image: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: ${image}, ports: [{name: main, containerPort: ${image === "nginx" ? 80 : 6379}}], readinessProbe: {tcpSocket: {port: main}}}]}}}\n---\n`;
}

function textOf(state: State): string {
  const { replicas, image, port, selector, type, extra, publish } = state;
  return `${deployment("a", replicas, image)}${extra === "" ? "" : deployment(extra, 2, "nginx")}apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: ${type}, publishNotReadyAddresses: ${publish}, selector: {app: ${selector}}, ports: [{port: 80, targetPort: ${port}}]}\n`;
}

function objectsOf(simulation: Simulation): {
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
} {
  // The kinds say so.
  return {
    pods: simulation.objects("Pod") as readonly Pod[],
    services: simulation.objects("Service") as readonly Service[],
    slices: simulation.objects("EndpointSlice") as readonly EndpointSlice[],
  };
}

const nameOf = (slice: EndpointSlice): string =>
  `${slice.metadata.namespace ?? ""}/${slice.metadata.labels?.["kubernetes.io/service-name"] ?? ""}`;

/** Endpoints of the Service by owner, target port and conditions: without names, addresses and places. */
function endpointsOf(simulation: Simulation): readonly string[] {
  const { pods, slices } = objectsOf(simulation);
  return slices
    .filter((slice) => nameOf(slice) === "default/s")
    .flatMap(({ ports, endpoints }) =>
      endpoints.map(({ conditions, targetRef }) => {
        const pod = pods.find(({ metadata }) => metadata.name === targetRef?.name);
        const owner = pod === undefined ? undefined : controllerOf(pod);
        return JSON.stringify([owner?.kind, owner?.name, ports.map(({ port }) => port), conditions]);
      }),
    )
    .sort();
}

function checkHoldings(simulation: Simulation): void {
  const { pods, services } = objectsOf(simulation);
  const distinct = (values: readonly unknown[]): void => expect(new Set(values).size).toBe(values.length);
  distinct(services.flatMap(({ spec }) => (spec.clusterIPs ?? []).filter((ip) => ip !== "None")));
  distinct(
    services.flatMap(({ spec }) =>
      (spec.ports ?? []).flatMap(({ nodePort, protocol }) => (nodePort === undefined ? [] : [`${nodePort}/${protocol}`])),
    ),
  );
  distinct(pods.flatMap(({ spec, status }) => (spec.hostNetwork === true ? [] : (status.podIPs ?? []).map(({ ip }) => ip))));
}

/** At rest: while controllers are still at work, a slice may list what has just changed. */
function checkMatches(simulation: Simulation): void {
  const { pods, services, slices } = objectsOf(simulation);
  for (const slice of slices) {
    const service = services.find(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}` === nameOf(slice));
    const selector = service?.spec.selector;
    if (selector === undefined) continue;
    for (const { targetRef } of slice.endpoints) {
      const pod = pods.find(({ metadata }) => metadata.name === targetRef?.name && metadata.namespace === targetRef.namespace);
      expect(pod !== undefined && matchesPairs(selector, pod.metadata.labels)).toBe(true);
    }
  }
}

function apply(simulation: Simulation, state: State, wait?: number): void {
  const { diagnostics, applied } = simulation.apply(
    [{ name: "test.yaml", text: textOf(state) }],
    wait === undefined ? undefined : simulation.now + wait,
  );
  if (!applied) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
}

test(
  "random edits settle to what the last text gives; no address or port is given twice; every endpoint is a Pod that matches",
  { timeout: 120_000 },
  () => {
    assert(
      property(
        array(STATE, { minLength: 1, maxLength: 5 }),
        array(integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
        (states, waits) => {
          const edited = createSimulation();
          for (const [index, state] of states.entries()) {
            // The next edit comes while the last one is still at work, or after.
            const wait = waits[index] ?? 0;
            apply(edited, state, wait === 3 ? undefined : wait * 400 * MILLISECOND);
            checkHoldings(edited);
          }
          edited.settle();
          const fresh = createSimulation();
          const last = states.at(-1);
          if (last !== undefined) apply(fresh, last);
          checkHoldings(edited);
          checkMatches(edited);
          const owners = (simulation: Simulation): readonly string[] =>
            endpointsOf(simulation).map((text) => text.replace(/-[^-"]+"/, '"'));
          expect(owners(edited)).toEqual(owners(fresh));
          // What every node's rules hold is what a node that comes up now would write.
          expect(edited.view().nodes.map(({ changesBehind }) => changesBehind)).toEqual(edited.view().nodes.map(() => 0));
          const proxy = { apiVersion: "kubeproxy.config.k8s.io/v1alpha1", kind: "KubeProxyConfiguration", clusterCIDR: "10.244.0.0/16" };
          const recomputed = createSimulation({ objects: [proxy, ...edited.objects()], stored: true });
          for (const { name } of edited.view().nodes)
            expect(edited.rulesText(name, "IPv4", true)).toBe(recomputed.rulesText(name, "IPv4", true));
        },
      ),
      { numRuns: 40, seed: 20260101 },
    );
  },
);

// ---- sets with an order, schedules, and nodes that are emptied --------------------------------------------------------

interface Town {
  readonly db: number;
  readonly image: string;
  readonly parallel: boolean;
  readonly tick: boolean;
  readonly budget: boolean;
  readonly deed: "none" | "cordon" | "uncordon" | "drain" | "scale";
  readonly node: string;
}

const TOWN: Arbitrary<Town> = record({
  db: integer({ min: 0, max: 3 }),
  image: constantFrom("redis:7", "redis:8"),
  parallel: constantFrom(true, false),
  tick: constantFrom(true, false),
  budget: constantFrom(true, false),
  deed: constantFrom("none", "cordon", "uncordon", "drain", "scale"),
  node: constantFrom("node-1", "node-2", "node-3"),
});

function townText({ db, image, parallel, tick, budget }: Town): string {
  const name = parallel ? "par" : "ord";
  return [
    `apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: db}, ports: [{port: 6379}]}\n`,
    `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: ${name}}\nspec: {serviceName: s, replicas: ${db}, podManagementPolicy: ${parallel ? "Parallel" : "OrderedReady"}, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: "${image}"}]}}}\n`,
    ...(tick
      ? [
          "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tick}\nspec: {schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [echo, hi]}]}}}}}\n",
        ]
      : []),
    ...(budget
      ? [
          "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {maxUnavailable: 1, selector: {matchLabels: {app: db}}}\n",
        ]
      : []),
  ].join("---\n");
}

/** Each Pod of the set with its image and whether it is an endpoint; how many CronJobs and budgets there are. */
function townOf(simulation: Simulation): readonly string[] {
  const { pods, slices } = objectsOf(simulation);
  const ready = new Set(
    slices.flatMap(({ endpoints }) => endpoints.filter(({ conditions }) => conditions?.ready).map(({ targetRef }) => targetRef?.name)),
  );
  const members = pods.filter(({ metadata }) => metadata.labels?.["app"] === "db");
  return [
    ...members.map(({ metadata, spec }) => `${metadata.name} ${spec.containers[0]?.image ?? ""} ${ready.has(metadata.name)}`).sort(),
    `${simulation.objects("CronJob").length} ${simulation.objects("PodDisruptionBudget").length}`,
  ];
}

function townDeed(simulation: Simulation, { deed, node, parallel, db }: Town): void {
  const until = simulation.now + 700 * MILLISECOND;
  if (deed === "cordon" || deed === "uncordon") simulation.perform({ kind: deed, node }, until);
  if (deed === "drain") simulation.perform({ kind: deed, node, force: true }, until);
  if (deed === "scale")
    simulation.perform(
      { kind: deed, workload: { kind: "StatefulSet", key: `default/${parallel ? "par" : "ord"}` }, replicas: db + 1 },
      until,
    );
}

test(
  "StatefulSets, CronJobs and budgets settle to what the last text gives, through cordons, drains and time",
  { timeout: 120_000 },
  () => {
    assert(
      property(
        array(TOWN, { minLength: 1, maxLength: 5 }),
        array(integer({ min: 0, max: 90 }), { minLength: 5, maxLength: 5 }),
        (towns, waits) => {
          const edited = createSimulation();
          for (const [index, town] of towns.entries()) {
            const { applied, diagnostics } = edited.apply(
              [{ name: "test.yaml", text: townText(town) }],
              edited.now + (waits[index] ?? 0) * 1000 * MILLISECOND,
            );
            if (!applied) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
            townDeed(edited, town);
            checkHoldings(edited);
          }
          const last = towns.at(-1);
          if (last === undefined) return;
          for (const node of ["node-1", "node-2", "node-3"]) edited.perform({ kind: "uncordon", node });
          // What a person scaled the text does not take back: it says the same as before.
          edited.perform({
            kind: "scale",
            workload: { kind: "StatefulSet", key: `default/${last.parallel ? "par" : "ord"}` },
            replicas: last.db,
          });
          edited.settle();
          const fresh = createSimulation();
          fresh.apply([{ name: "test.yaml", text: townText(last) }]);
          checkMatches(edited);
          expect(townOf(edited)).toEqual(townOf(fresh));
        },
      ),
      { numRuns: 40, seed: 20260102 },
    );
  },
);
