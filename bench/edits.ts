/**
 * One Deployment among many Services: what one change of it costs, stage by stage, with 10 to 10,000 Services around it
 * that have nothing to do with it. Half of the others have endpoints written by hand, or each has a Pod of its own. Times
 * are of the processor, since others use the machine too; medians.
 */
import { createSimulation, type Simulation } from "../src/core/simulation/simulation.ts";
import type { Action } from "../src/core/simulation/contract.ts";
import { median, note, type Row } from "./report.ts";

const SIZES = [10, 100, 1_000, 10_000];
const ROUNDS = 15;
const WEB = { kind: "Deployment", key: "default/web" };

export function benchEdits(sizes: readonly number[] = SIZES): readonly Row[] {
  const rows: Row[] = [];
  for (const kind of ["by hand", "Pods"] as const) {
    for (const services of sizes) {
      const name = `${services} Services, ${kind === "Pods" ? "each with a Pod" : "endpoints by hand"}`;
      const file = (replicas: number, image = "nginx:1.27"): Files => [
        { name: "cluster.yaml", text: manifests(services, kind, replicas, image) },
      ];
      let simulation: Simulation | null = null;
      const start = cpu(() => (simulation = createSimulation({ files: file(3) })));
      note(rows, `${name}: text to settled cluster`, start, "ms");
      if (simulation !== null) measure(rows, name, simulation, file);
    }
  }
  return rows;
}

type Files = readonly { readonly name: string; readonly text: string }[];

function measure(rows: Row[], name: string, simulation: Simulation, file: (replicas: number, image?: string) => Files): void {
  const pod = simulation.view().pods.find(({ workload }) => workload?.name === "web")?.key ?? "";
  const flip = (i: number): Action => ({ kind: "set-ready", pod, ready: i % 2 === 1 });
  const scale = (i: number): Action => ({ kind: "scale", workload: WEB, replicas: 3 + ((i + 1) % 2) });
  look(simulation);
  const stages: Readonly<Record<string, number[]>> = {
    "readiness flipped, to settled": [],
    "then the view": [],
    "then a packet's odds": [],
    "then a name": [],
  };
  for (let i = 0; i < ROUNDS; i++) {
    stages["readiness flipped, to settled"]?.push(cpu(() => act(simulation, flip(i))));
    stages["then the view"]?.push(cpu(() => simulation.view()));
    stages["then a packet's odds"]?.push(cpu(() => odds(simulation, ADDRESS)));
    stages["then a name"]?.push(cpu(() => odds(simulation, "http://web")));
  }
  for (const [stage, times] of Object.entries(stages)) note(rows, `${name}: ${stage}`, median(times), "ms");
  const all = (change: (i: number) => void): number =>
    median(
      Array.from({ length: ROUNDS }, (_, i) =>
        cpu(() => {
          change(i);
          simulation.view();
          odds(simulation, ADDRESS);
        }),
      ),
    );
  note(
    rows,
    `${name}: scaled, to view and odds`,
    all((i) => act(simulation, scale(i))),
    "ms",
  );
  note(
    rows,
    `${name}: rolled out anew, to view and odds`,
    all(() => act(simulation, { kind: "restart-pods", workload: WEB })),
    "ms",
  );
  note(
    rows,
    `${name}: scaled in the text, to view and odds`,
    all((i) => apply(simulation, file(3 + ((i + 1) % 2)))),
    "ms",
  );
  note(
    rows,
    `${name}: another image in the text, to view and odds`,
    all((i) => apply(simulation, file(3, `nginx:1.2${i % 2}`))),
    "ms",
  );
}

/** Everything that is made when first looked at. */
function look(simulation: Simulation): void {
  simulation.view();
  odds(simulation, ADDRESS);
  odds(simulation, "http://web");
}

function act(simulation: Simulation, action: Action): void {
  const refusal = simulation.perform(action);
  if (refusal !== null) throw new Error(refusal.error);
}

function apply(simulation: Simulation, files: Files): void {
  const { applied, diagnostics } = simulation.apply(files);
  if (!applied) throw new Error(diagnostics[0]?.message ?? "the edit was not applied");
}

function odds(simulation: Simulation, to: string): void {
  const shares = simulation.distribution({ from: { kind: "pod", pod: "default/debug" }, to });
  if ("error" in shares || shares.candidates.length === 0) throw new Error(`no endpoint for ${to}`);
}

/** Milliseconds of the processor. */
function cpu(run: () => unknown): number {
  const begun = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

const ADDRESS = "10.96.200.200:80";

function manifests(services: number, kind: "by hand" | "Pods", replicas: number, image: string): string {
  const others = Array.from({ length: services - 1 }, (_, i) => {
    if (kind === "Pods")
      return `${service(`other-${i}`, `{selector: {app: other-${i}}, ports: [{port: 80}]}`)}---\n${deployment(`other-${i}`, 1, "nginx:1.27")}`;
    const alone = service(`other-${i}`, "{ports: [{port: 80}]}");
    return i % 2 === 0 ? alone : `${alone}---\n${slice(i)}`;
  });
  return [
    deployment("web", replicas, image),
    service("web", "{clusterIP: 10.96.200.200, selector: {app: web}, ports: [{port: 80}]}"),
    "apiVersion: v1\nkind: Pod\nmetadata: {name: debug}\nspec: {containers: [{name: c, image: curlimages/curl, command: [sleep, infinity]}]}\n",
    ...(kind === "Pods" ? nodes(Math.ceil(services / 100)) : []),
    ...others,
  ].join("---\n");
}

function nodes(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `apiVersion: v1\nkind: Node\nmetadata: {name: worker-${String(i).padStart(3, "0")}}\n`);
}

function deployment(name: string, replicas: number, image: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: "${image}"}]}}}\n`;
}

function service(name: string, spec: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

function slice(i: number): string {
  return `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: other-${i}-1, labels: {kubernetes.io/service-name: other-${i}}}\naddressType: IPv4\nports: [{name: "", port: 80}]\nendpoints: [{addresses: [10.9.${i >> 8}.${i & 255}]}]\n`;
}
