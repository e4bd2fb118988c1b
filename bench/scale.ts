/**
 * Clusters of 5,000 to 150,000 Pods, stage by stage: text to a settled cluster, its view, the message to the page, the scene of
 * it, one Pod fewer, a dump of it. Milliseconds of the processor with all helpers (garbage collection, compiler), since others use the machine.
 * A process of its own for each size, so that no heap is shared.
 */
import { spawnSync } from "node:child_process";
import { note, type Row } from "./report.ts";

const SIZES = [5_000, 30_000, 150_000];
const PODS_PER_NODE = 30;
export const SERVICES = 40;

export function benchScale(): readonly Row[] {
  const rows: Row[] = [];
  for (const pods of SIZES) {
    const run = spawnSync(
      process.execPath,
      ["--max-old-space-size=8192", "--expose-gc", "scripts/run-ts.mjs", "bench/scale-one.ts", String(pods)],
      {
        encoding: "utf8",
      },
    );
    if (run.status !== 0) throw new Error(`bench/scale-one.ts ${pods} failed: ${run.stderr}`);
    const found = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "[]") as readonly Row[]; // what scale-one.ts writes
    for (const { what, value, unit } of found) note(rows, what, value, unit);
  }
  return rows;
}

/** A kind cluster whose nodes are written short, and Deployments of many replicas. */
export function largeText(pods: number): string {
  const thirds = Math.ceil(pods / PODS_PER_NODE / 3);
  const worker = (zone: string): string => `&${zone} {role: worker, labels: {topology.kubernetes.io/zone: zone-${zone}}}`;
  const more = Array.from({ length: thirds - 1 }, () => "    *a, *b, *c,").join("\n");
  const cluster = `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {podSubnet: 10.128.0.0/11}\nnodes:\n  [\n    {role: control-plane},\n    ${worker("a")},\n    ${worker("b")},\n    ${worker("c")},\n${more}\n  ]\n`;
  const workloads = Array.from({ length: SERVICES }, (_, i) => workload(`web-${i}`, Math.ceil(pods / SERVICES)));
  return [cluster, ...workloads].join("---\n");
}

function workload(name: string, replicas: number): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: {app: ${name}}, ports: [{port: 80}]}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: "nginx:1.28"}]}}}\n`;
}
