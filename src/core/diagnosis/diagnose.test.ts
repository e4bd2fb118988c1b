/** A good cluster has no cause; broken in exactly one way, the cause names that way. */
import { describe, expect, test } from "vitest";
import { act, cluster, edit, rewriteRules, send } from "../simulation/testing.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { diagnoseJourney, diagnoseRequest } from "./diagnose.ts";
import type { CauseCode, CheckId, Diagnosis } from "./types.ts";

interface Good {
  readonly replicas: number;
  readonly port: number;
  /** As the Service writes it: a number, or the name of the container's port. */
  readonly named: boolean;
  readonly from: "default/client" | "default/probe";
  readonly namespace: "default" | "shop";
}

/** `shop` puts Service and Pods into a namespace of their own, asked for by its name. */
function manifests({ replicas, port, named, namespace }: Good): string {
  return `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${namespace}}
spec:
  selector: {app: web}
  ports: [{name: http, port: ${port}, targetPort: ${named ? "http" : 80}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}}
spec:
  replicas: ${replicas}
  strategy: {type: Recreate}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: nginx
          image: nginx:1.28
          ports: [{name: http, containerPort: 80}]
          readinessProbe: {httpGet: {path: /, port: 80}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {containers: [{name: curl, image: curlimages/curl:8.11.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: probe, labels: {app: probe}}
spec: {containers: [{name: curl, image: curlimages/curl:8.11.1}]}
`;
}

function urlOf({ port, namespace }: Good): string {
  return `http://${namespace === "default" ? "web" : "web.shop"}:${port}`;
}

interface Breakage {
  readonly name: string;
  readonly breaks: (simulation: Simulation, good: Good) => void;
  readonly to?: (good: Good) => string;
  readonly from?: string;
  readonly code: CauseCode;
  readonly check: CheckId | null;
  readonly names: RegExp;
}

const change =
  (from: string | RegExp, to: string) =>
  (simulation: Simulation, good: Good): void => {
    const before = manifests(good);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`not there: ${String(from)}`);
    edit(simulation, after);
    simulation.settle();
  };

const podsOf = (simulation: Simulation): readonly string[] =>
  simulation.view().pods.flatMap(({ key, labels }) => (labels["app"] === "web" ? [key] : []));

const POLICY = (good: Good, spec: string): string => `${manifests(good)}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: guard, namespace: ${good.namespace}}
spec: ${spec}
`;

const BREAKAGES: readonly Breakage[] = [
  {
    name: "selector misspelled",
    breaks: change("selector: {app: web}\n  ports", "selector: {app: webb}\n  ports"),
    code: "selector-matches-nothing",
    check: "selector",
    names: /^web selects no Pods$/,
  },
  {
    name: "selector with another key",
    breaks: change("selector: {app: web}\n  ports", "selector: {apps: web}\n  ports"),
    code: "selector-matches-nothing",
    check: "selector",
    names: /^web selects no Pods$/,
  },
  {
    name: "targetPort where nothing listens",
    breaks: change(/targetPort: (80|http)/, "targetPort: 8080"),
    code: "target-port-closed",
    check: "target-port",
    names: /^Nothing listens on 8080$/,
  },
  {
    name: "targetPort by a name that no port has",
    breaks: change(/targetPort: (80|http)/, "targetPort: web"),
    code: "target-port-name",
    check: "target-port",
    names: /^No Pod of web names a port web$/,
  },
  {
    name: "scaled to 0",
    breaks: change(/replicas: \d/, "replicas: 0"),
    code: "scaled-to-zero",
    check: "endpoints",
    names: /^Deployment web is scaled to 0$/,
  },
  {
    name: "a probe that asks elsewhere",
    breaks: change("path: /, port: 80", "path: /, port: 8081"),
    code: "none-ready",
    check: "readiness",
    names: /web is (not )?ready$/,
  },
  {
    name: "all Pods switched to not ready",
    breaks: (simulation) => {
      for (const pod of podsOf(simulation)) act(simulation, { kind: "set-ready", pod, ready: false });
    },
    code: "none-ready",
    check: "readiness",
    names: /web is (not )?ready$/,
  },
  {
    name: "Pods that no node takes",
    breaks: change("containers:\n        - name: nginx", "nodeSelector: {disk: ssd}\n      containers:\n        - name: nginx"),
    code: "pods-pending",
    check: "endpoints",
    names: /^No node takes the Pods of web$/,
  },
  {
    name: "the Service deleted",
    breaks: change(/apiVersion: v1\nkind: Service[^]*?---\n/, ""),
    code: "no-such-service",
    check: "exists",
    names: /^There is no Service web$/,
  },
  {
    name: "a name misspelled",
    breaks: () => {},
    to: (good) => urlOf(good).replace("web", "webb"),
    code: "no-such-service",
    check: "exists",
    names: /^There is no Service webb$/,
  },
  {
    name: "a namespace that is not there",
    breaks: () => {},
    to: ({ port }) => `http://web.shopp:${port}`,
    code: "no-such-namespace",
    check: "namespace",
    names: /^There is no namespace shopp$/,
  },
  {
    name: "another port asked for",
    breaks: () => {},
    to: (good) => urlOf(good).replace(/\d+$/, "9999"),
    code: "no-such-port",
    check: "exists",
    names: /^web has no port 9999$/,
  },
  {
    name: "another protocol asked for",
    breaks: () => {},
    to: (good) => urlOf(good).replace("http:", "udp:"),
    code: "wrong-protocol",
    check: "exists",
    names: /^web has no UDP port/,
  },
  {
    name: "a policy that lets nobody in",
    breaks: (simulation, good) => edit(simulation, POLICY(good, "{podSelector: {}, policyTypes: [Ingress]}")),
    code: "policy",
    check: "policy",
    names: /^Network policy guard does not let (client|probe) in$/,
  },
  {
    name: "a policy that lets the sender send nothing",
    breaks: (simulation, good) =>
      edit(
        simulation,
        POLICY({ ...good, namespace: "default" }, "{podSelector: {}, policyTypes: [Egress]}").replace(
          /^[^]*?(?=\n---\napiVersion: networking)/,
          manifests(good),
        ),
      ),
    code: "policy-dns",
    check: "policy",
    names: /^Network policy guard does not let (client|probe) ask DNS$/,
  },
  {
    name: "CoreDNS scaled to 0",
    breaks: (simulation) => act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "kube-system/coredns" }, replicas: 0 }),
    code: "coredns-down",
    check: "dns",
    names: /^There is no CoreDNS Pod$/,
  },
  {
    name: "the sender asks its node's name server",
    breaks: (simulation, good) => {
      // What cannot change in place is made anew.
      edit(simulation, manifests(good).replaceAll("containers: [{name: curl", "dnsPolicy: Default, containers: [{name: curl"));
      simulation.settle();
    },
    code: "no-cluster-dns",
    check: "dns",
    names: /^(client|probe) does not ask CoreDNS$/,
  },
  {
    name: "rules that have lost the endpoints",
    breaks: (simulation, { from }) => {
      const node = simulation.view().pods.find(({ key }) => key === from)?.node ?? "";
      const text = simulation.rulesText(node, "IPv4", false) ?? "";
      const jump = text.split("\n").find((line) => line.startsWith("-A KUBE-SERVICES") && line.includes("web:http cluster IP")) ?? "";
      const reject = jump.replace(/-j .*/, "").replace("cluster IP", "has no endpoints") + "-j REJECT --reject-with icmp-port-unreachable";
      rewriteRules(simulation, node, [`${jump}\n`, ""], [/(?<=\*filter\n[^]*?\n)(?=-A)/, `${reject}\n`]);
    },
    code: "rules-out-of-date",
    check: "endpoints",
    names: /^node-\d's rules are out of date$/,
  },
  {
    name: "a rule of one's own",
    breaks: (simulation) => act(simulation, { kind: "own-rules", node: null, text: "iptables -I FORWARD -p tcp -j DROP" }),
    code: "own-rule",
    check: null,
    names: /^A rule of your own stops the packet$/,
  },
  {
    name: "asked from outside by its name",
    breaks: () => {},
    from: "outside/external",
    code: "no-cluster-dns",
    check: "dns",
    names: /does not ask CoreDNS$/,
  },
  {
    name: "asked from outside by its address",
    breaks: () => {},
    from: "outside/external",
    to: () => "cluster-ip",
    code: "not-from-outside",
    check: "balancer",
    names: /^web cannot be reached like this from outside$/,
  },
  {
    name: "a node port that nobody has",
    breaks: () => {},
    to: () => "http://192.168.10.12:30999",
    code: "no-such-node-port",
    check: "exists",
    names: /^No Service has node port 30999$/,
  },
  {
    name: "an address that no Service has",
    breaks: () => {},
    to: () => "http://10.96.77.77",
    code: "no-such-address",
    check: "exists",
    names: /^No Service has 10\.96\.77\.77$/,
  },
];

/** Good clusters, every one different. */
function goodOf(seed: number): Good {
  return {
    replicas: 1 + (seed % 4),
    port: [80, 8080, 3000][seed % 3] ?? 80,
    named: seed % 2 === 1,
    from: seed % 5 < 3 ? "default/client" : "default/probe",
    namespace: seed % 7 < 4 ? "default" : "shop",
  };
}

function diagnosed(simulation: Simulation, from: string, to: string): Diagnosis {
  const [journey] = send(simulation, from, to);
  const diagnosis = journey === undefined ? null : diagnoseJourney(simulation, journey);
  if (diagnosis === null) throw new Error(`nothing came of ${to}`);
  return diagnosis;
}

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 11];

describe("a good cluster", () => {
  test.each(SEEDS)("has no cause and no check that breaks, seed %i", (seed) => {
    const good = goodOf(seed);
    const simulation = cluster(manifests(good), { seed });
    simulation.settle();
    for (const { cause, checks } of [
      diagnosed(simulation, good.from, urlOf(good)),
      diagnoseRequest(simulation, { kind: "pod", pod: good.from }, urlOf(good)),
    ].flatMap((one) => one ?? [])) {
      expect(cause).toBeNull();
      expect(checks.filter(({ state }) => state.kind === "breaks" || state.kind === "follows")).toEqual([]);
      expect(checks.map(({ id }) => id)).toEqual([
        "exists",
        "namespace",
        "selector",
        "endpoints",
        "readiness",
        "target-port",
        "dns",
        "policy",
        "balancer",
      ]);
    }
  });
});

describe.each(BREAKAGES)("$name", ({ breaks, to, from, code, check, names }) => {
  test.each(SEEDS)("is the cause, seed %i", (seed) => {
    const good = goodOf(seed);
    const simulation = cluster(manifests(good), { seed });
    simulation.settle();
    const asked = to?.(good) ?? urlOf(good);
    const address = simulation.view().services.find(({ name }) => name === "web")?.clusterIps[0] ?? "";
    breaks(simulation, good);
    const { cause, checks } = diagnosed(simulation, from ?? good.from, asked === "cluster-ip" ? `http://${address}:${good.port}` : asked);
    expect([cause?.code, cause?.check, cause?.title]).toEqual([code, check, expect.stringMatching(names)]);
    expect(cause?.why).toMatch(/^\S.*[.`]$/);
    expect(checks.flatMap(({ id, state }) => (state.kind === "breaks" ? [id] : []))).toEqual(check === null ? [] : [check]);
  });
});
