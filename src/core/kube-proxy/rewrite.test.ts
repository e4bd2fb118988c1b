/** Rules made from those before are what a full sync writes, after any changes of Services, slices and nodes. */
import { type Arbitrary, array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { emptyStore, get, listed, put, remove } from "../api/store.ts";
import type { EndpointSlice, Node, Service } from "../api/types.ts";
import { printSave } from "../netfilter/print.ts";
import { rewriteRules, writeRules, type ProxyInput, type Written } from "./iptables.ts";
import { ServicePortBook } from "./service-port-book.ts";
import { servicePorts } from "./service-ports.ts";
import { DEFAULT_PROXY_SETTINGS } from "./settings.ts";
import { inputFor, staleFlows } from "./sync.ts";

const NAMES = ["a", "a-b", "b", "c"];
const CHANGE = record({
  what: constantFrom("service", "service", "slice", "slice", "slice", "gone", "no-slice", "node", "many"),
  name: constantFrom(...NAMES),
  namespace: constantFrom("x", "x-y"),
  type: constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
  local: boolean(),
  protocol: constantFrom("TCP", "UDP"),
  ports: integer({ min: 1, max: 2 }),
  endpoints: integer({ min: 0, max: 3 }),
  ready: boolean(),
  look: boolean(),
});
type Change = typeof CHANGE extends Arbitrary<infer T> ? T : never;

function service({ name, namespace, type, local, protocol, ports }: Change): Service {
  const address = `10.96.${namespace.length}.${NAMES.indexOf(name) + 1}`;
  const outside = type !== "ClusterIP";
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: {
      type,
      clusterIP: address,
      clusterIPs: [address],
      ipFamilies: ["IPv4"],
      sessionAffinity: "None",
      ...(outside && local ? { externalTrafficPolicy: "Local" } : {}),
      ports: Array.from({ length: ports }, (_, i) => ({
        name: `p${i}`,
        port: 80 + i,
        protocol,
        targetPort: 80,
        ...(outside ? { nodePort: 30_000 + 10 * NAMES.indexOf(name) + i + (namespace === "x" ? 0 : 100) } : {}),
      })),
    },
    status: { loadBalancer: type === "LoadBalancer" ? { ingress: [{ ip: `198.51.100.${NAMES.indexOf(name) + namespace.length}` }] } : {} },
  } as Service; // what is left out is not read here
}

function slice({ name, namespace, protocol, endpoints, ready }: Change, length = endpoints): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-1`, namespace, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [0, 1].map((i) => ({ name: `p${i}`, port: 8080 + i, protocol })),
    endpoints: Array.from({ length }, (_, i) => ({
      addresses: [`10.244.${i >> 8}.${(i & 255) + 1}`],
      conditions: { ready: ready || i > 0, serving: ready || i > 0, terminating: false },
      nodeName: i % 2 === 0 ? "n" : "m",
    })),
  };
}

const node = (zone: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n", labels: { "topology.kubernetes.io/zone": zone } },
  spec: { podCIDR: "10.244.0.0/24", podCIDRs: ["10.244.0.0/24"] },
  status: { addresses: [{ type: "InternalIP", address: "192.168.1.1" }] },
});

test("whatever changed, and however many changes one sync takes in", () => {
  let followed = 0;
  assert(
    property(array(CHANGE, { maxLength: 25 }), (changes) => {
      const store = emptyStore();
      put(store, node("z"));
      const book = new ServicePortBook("IPv4");
      let written: Written | null = null;
      let before: ProxyInput["servicePorts"] = [];
      // The same, asked for single chains only, gone ones too: so does who follows packets.
      let asked: Written | null = null;
      const names = new Set<string>();
      for (const change of changes) {
        const { what, namespace, name } = change;
        if (what === "service") put(store, service(change));
        if (what === "slice") put(store, slice(change));
        // Above a thousand endpoints comments are left out.
        if (what === "many") put(store, slice(change, 600));
        if (what === "gone") remove(store, "Service", `${namespace}/${name}`);
        if (what === "no-slice") remove(store, "EndpointSlice", `${namespace}/${name}-1`);
        if (what === "node") put(store, node(change.local ? "z" : "y"));
        if (!change.look) continue;
        const ports = book.portsOf(listed(store, "Service"), listed(store, "EndpointSlice"));
        const anew = servicePorts(store, "IPv4");
        expect(ports.length).toBe(anew.length);
        expect(ports.every((port, i) => port === anew[i])).toBe(true);
        const stored = get(store, "Node", "n");
        const input = inputFor({ name: "n", node: stored, bridgeAddresses: [] }, "IPv4", { ...DEFAULT_PROXY_SETTINGS }, ports);
        written = rewriteRules(input, written);
        expect(printSave(written.ruleSet)).toBe(printSave(writeRules({ ...input, servicePorts: anew })));
        // One by one, as a packet asks for chains.
        const fresh = writeRules(input).tables.get("nat")?.chains;
        for (const [chain, { rules }] of fresh ?? []) expect(written.ruleSet.tables.get("nat")?.chains.get(chain)?.rules).toEqual(rules);
        const next: Written = rewriteRules(input, asked);
        const changed = asked === null ? null : next.nat.changedSince(asked.nat);
        for (const chain of fresh?.keys() ?? []) names.add(chain);
        for (const chain of names) {
          const now = next.nat.get(chain);
          expect(now?.rules, chain).toEqual(fresh?.get(chain)?.rules);
          if (changed !== null && now !== asked?.nat.get(chain)) expect(changed).toContain(chain);
        }
        if (changed !== null) followed += 1;
        asked = next;
        const changedUdp = staleFlows([...before], [...ports]);
        expect(staleFlows(before, ports)).toEqual(changedUdp);
        before = ports;
      }
    }),
    { numRuns: 200, seed: 20260101 },
  );
  expect(followed).toBeGreaterThan(300);
});

test("rules that nothing changed in stay the same, written anew", () => {
  const store = emptyStore();
  put(store, node("z"));
  const change: Change = {
    what: "slice",
    name: "a",
    namespace: "x",
    type: "ClusterIP",
    local: false,
    protocol: "TCP",
    ports: 1,
    endpoints: 2,
    ready: true,
    look: true,
  };
  put(store, service(change));
  put(store, service({ ...change, name: "b" }));
  put(store, slice(change));
  put(store, slice({ ...change, name: "b" }));
  const book = new ServicePortBook("IPv4");
  const write = (before: Written | null): Written => {
    const ports = book.portsOf(listed(store, "Service"), listed(store, "EndpointSlice"));
    return rewriteRules(
      inputFor({ name: "n", node: get(store, "Node", "n"), bridgeAddresses: [] }, "IPv4", { ...DEFAULT_PROXY_SETTINGS }, ports),
      before,
    );
  };
  const first = write(null);
  put(store, slice({ ...change, ready: false }));
  const second = write(first);
  const chain = ({ ruleSet }: Written, name: string): unknown => ruleSet.tables.get("nat")?.chains.get(name);
  const rules = (of: Written, name: string): unknown => of.ruleSet.tables.get("nat")?.chains.get(name)?.rules;
  expect(rules(second, "KUBE-SERVICES")).toBe(rules(first, "KUBE-SERVICES"));
  expect(chain(second, "KUBE-SERVICES")).not.toBe(chain(first, "KUBE-SERVICES"));
  const own = [...(first.ruleSet.tables.get("nat")?.chains.keys() ?? [])].filter((name) => name.startsWith("KUBE-SVC-"));
  expect(own.map((name) => chain(first, name) === chain(second, name)).sort()).toEqual([false, true]);
});
