/**
 * What network policies cost when one Pod changes among many: 50 policies, half of which mean Pods by label, half every Pod
 * of a namespace. Timed is one node's rules after the change, which the first packet through that node waits for. Times are
 * of the processor; medians.
 */
import { createSimulation, type Simulation } from "../src/core/simulation/simulation.ts";
import type { Action } from "../src/core/simulation/contract.ts";
import { median, note, type Row } from "./report.ts";

const SIZES = [1_000, 10_000];
const ROUNDS = 9;
const WORKLOADS = 50;

export function benchPolicies(sizes: readonly number[] = SIZES): readonly Row[] {
  const rows: Row[] = [];
  for (const pods of sizes) {
    const simulation = createSimulation({ files: [{ name: "cluster.yaml", text: manifests(pods) }] });
    const node = simulation.view().pods.find(({ name }) => name.startsWith("app-0-"))?.node ?? "";
    const first = cpu(() => rulesOf(simulation, node));
    note(rows, `${pods} Pods, 50 policies: rules of a node, the first time`, first, "ms");
    const each = `${pods} Pods, 50 policies: rules of a node after`;
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("app-1-"))?.key ?? "";
    const after = (what: string, change: (i: number) => Action): void =>
      note(
        rows,
        `${each} ${what}`,
        median(
          Array.from({ length: ROUNDS }, (_, i) => {
            const refusal = simulation.perform(change(i));
            if (refusal !== null) throw new Error(refusal.error);
            return cpu(() => rulesOf(simulation, node));
          }),
        ),
        "ms",
      );
    after("a Pod's readiness changed", (i) => ({ kind: "set-ready", pod, ready: i % 2 === 1 }));
    after("a Pod more or less", (i) => ({
      kind: "scale",
      workload: { kind: "Deployment", key: "default/app-1" },
      replicas: pods / WORKLOADS + 1 - (i % 2),
    }));
  }
  return rows;
}

function rulesOf(simulation: Simulation, node: string): void {
  if (simulation.ruleSet(node, "IPv4") === null) throw new Error(`no rules on ${node}`);
}

function cpu(run: () => unknown): number {
  const begun = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

function manifests(pods: number): string {
  const numbers = Array.from({ length: WORKLOADS }, (_, i) => i);
  return [
    ...Array.from(
      { length: Math.ceil(pods / 100) },
      (_, i) => `apiVersion: v1\nkind: Node\nmetadata: {name: worker-${String(i).padStart(3, "0")}}\n`,
    ),
    ...numbers.map(
      (i) =>
        `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app-${i}}\nspec: {replicas: ${pods / WORKLOADS}, selector: {matchLabels: {app: app-${i}}}, template: {metadata: {labels: {app: app-${i}}}, spec: {containers: [{name: c, image: nginx}]}}}\n`,
    ),
    ...numbers.map((i) => {
      const peer = i % 2 === 0 ? `podSelector: {matchLabels: {app: app-${(i + 1) % WORKLOADS}}}` : "namespaceSelector: {}";
      return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: policy-${i}}\nspec: {podSelector: {matchLabels: {app: app-${i}}}, ingress: [{from: [{${peer}}], ports: [{port: 80}]}]}\n`;
    }),
  ].join("---\n");
}
