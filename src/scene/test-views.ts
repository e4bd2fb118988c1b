/**
 * Clusters and journeys for tests of the scene, made by hand and small: a ClusterView from lines of text, and journeys
 * as the network room records them. Nothing here chooses by rules: the test says which endpoint it wants.
 *
 *   node node-1 zone-a 192.168.10.11
 *   pod node-1 web-4k2p 10.244.1.5 [app=web] [not-ready|client|dns|…]
 *   service web LoadBalancer 10.96.142.31:80 -> 8080 [app=web] [nodePort=31523]
 */
import type { Header, Hop, Journey, Lookup, PacketTrace, Place, Purpose, RuleStep } from "../core/network/trace.ts";
import type { RuleRef } from "../core/netfilter/rules.ts";
import type { ClusterView, EndpointView, NodeView, PodState, PodView, ServiceView } from "../core/simulation/view.ts";

export function clusterOf(text: string): ClusterView {
  const rows = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const nodes = rows.filter((row) => row.startsWith("node ")).map(nodeOf);
  const pods = rows.filter((row) => row.startsWith("pod ")).map((row, i) => podOf(row, i));
  const zones = new Map(nodes.map((node) => [node.name, node.zone]));
  const services = rows.filter((row) => row.startsWith("service ")).map((row, i) => serviceOf(row, i, pods, zones));
  return {
    version: 1,
    at: 0,
    domain: "cluster.local",
    podCidrs: ["10.244.0.0/16"],
    serviceCidrs: ["10.96.0.0/12"],
    nodes,
    pods: pods.sort((a, b) => (a.key < b.key ? -1 : 1)),
    services: services.sort((a, b) => (a.key < b.key ? -1 : 1)),
    slices: [],
    outsiders: [
      { id: "external", name: "client", address: "203.0.113.24", kind: "client" },
      { id: "laptop", name: "laptop", address: "198.51.100.7", kind: "laptop" },
      { id: "dns", name: "external DNS", address: "198.51.100.53", kind: "dns" },
    ],
    policies: [],
    enforcesPolicies: true,
    notSimulated: [],
  };
}

function nodeOf(row: string): NodeView {
  const [, name = "", zone = "", ip = "", ...flags] = row.split(/\s+/);
  return {
    name,
    zone: zone === "-" ? "" : zone,
    addresses: [ip],
    bridges: [],
    internalIp: ip,
    podCidrs: [],
    ready: !flags.includes("not-ready"),
    cordoned: flags.includes("cordoned"),
    controlPlane: flags.includes("control-plane"),
    proxyMode: "iptables",
    changesBehind: flags.includes("behind") ? 2 : 0,
    proxy: { stopped: flags.includes("proxy-stopped"), syncedAt: 12_400_000_000, dueAt: null },
    fault: flags.includes("stopped") ? "stopped" : flags.includes("cut") ? "cut" : null,
    evictsAt: flags.includes("not-ready") ? 350_000_000_000 : null,
    source: null,
  };
}

const STATES: readonly PodState[] = ["pending", "starting", "ready", "not-ready", "terminating", "crashing", "completed", "failed"];

function podOf(row: string, index: number): PodView {
  const [, node = "", qualified = "", ip = "", ...rest] = row.split(/\s+/);
  const [namespace, name] = qualified.includes("/")
    ? [qualified.split("/")[0] ?? "", qualified.split("/")[1] ?? ""]
    : ["default", qualified];
  const labels = Object.fromEntries(
    rest.filter((word) => word.includes("=")).map((word) => [word.split("=")[0] ?? "", word.split("=")[1] ?? ""]),
  );
  const state = STATES.find((one) => rest.includes(one)) ?? "ready";
  const role = rest.includes("client") ? "client" : rest.includes("dns") ? "dns" : rest.includes("system") ? "system" : "server";
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    shortName: name,
    node: node === "-" ? null : node,
    ips: ip === "-" ? [] : [ip],
    hostNetwork: rest.includes("host-network"),
    state,
    reason: node === "-" ? "0/3 nodes are available: 3 node(s) had untolerated taint(s)." : "",
    unschedulable: node === "-",
    endsBy: state === "terminating" ? 42_300_000_000 : null,
    restarts: state === "crashing" ? 3 : 0,
    workload: role === "client" ? null : { kind: "Deployment", namespace, name: name.replace(/-[^-]+$/, "") },
    labels,
    role,
    image: "nginx",
    listens: role === "client" ? [] : [{ port: 8080, protocol: "TCP", because: "annotation" }],
    readyOverride: null,
    source: namespace === "kube-system" ? null : { file: "cluster.yaml", document: index, line: 1 },
  };
}

function serviceOf(row: string, index: number, pods: readonly PodView[], zones: ReadonlyMap<string, string>): ServiceView {
  const [head = "", tail = ""] = row.split("->");
  const [, qualified = "", kind = "ClusterIP", address = ""] = head.trim().split(/\s+/);
  const [namespace, name] = qualified.includes("/")
    ? [qualified.split("/")[0] ?? "", qualified.split("/")[1] ?? ""]
    : ["default", qualified];
  const words = tail.trim().split(/\s+/);
  const target = Number(words[0] ?? 80);
  const selector = Object.fromEntries(
    words
      .filter((word) => word.includes("=") && !word.startsWith("nodePort"))
      .map((word) => [word.split("=")[0] ?? "", word.split("=")[1] ?? ""]),
  );
  const nodePort = words.find((word) => word.startsWith("nodePort="))?.split("=")[1];
  const [ip = "", port = "80"] = address.split(":");
  const headless = ip === "None";
  const selected = pods.filter(
    (pod) =>
      pod.namespace === namespace &&
      Object.entries(selector).every(([key, value]) => pod.labels[key] === value) &&
      Object.keys(selector).length > 0,
  );
  const endpoints = selected
    .filter((pod) => pod.ips.length > 0)
    .map((pod): EndpointView => {
      const ready = pod.state === "ready";
      return {
        address: pod.ips[0] ?? "",
        ports: [{ name: "", protocol: "TCP", port: target }],
        pod: pod.key,
        node: pod.node,
        zone: zones.get(pod.node ?? "") ?? null,
        ready,
        serving: ready,
        terminating: false,
        hostname: null,
      };
    });
  const system = namespace === "kube-system" || name === "kubernetes";
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    type: kind === "LoadBalancer" || kind === "NodePort" ? kind : "ClusterIP",
    headless,
    clusterIps: headless ? [] : [ip],
    ports: [
      { name: "", protocol: "TCP", port: Number(port), targetPort: target, nodePort: nodePort === undefined ? null : Number(nodePort) },
    ],
    externalIps: [],
    externalName: null,
    loadBalancer: kind === "LoadBalancer" ? { state: "ready", addresses: ["198.51.100.10"] } : { state: "none", addresses: [] },
    selector,
    selects: selected.map((pod) => pod.key),
    endpoints,
    health: selected.length === 0 ? "selects-nothing" : endpoints.some((one) => one.ready) ? "ok" : "none-ready",
    internalTrafficPolicy: words.includes("Local") ? "Local" : "Cluster",
    externalTrafficPolicy: kind === "ClusterIP" ? null : words.includes("Local") ? "Local" : "Cluster",
    sessionAffinity: words.includes("ClientIP") ? "ClientIP" : "None",
    affinitySeconds: null,
    dnsName: `${name}.${namespace}.svc.cluster.local`,
    source: system ? null : { file: "cluster.yaml", document: index, line: 1 },
  };
}

/** The cluster of the design's picture A. */
export const PICTURE_A = `
  node control-plane - 192.168.10.10 control-plane
  node node-1 zone-a 192.168.10.11
  node node-2 zone-a 192.168.10.12
  node node-3 zone-b 192.168.10.13
  pod node-1 web-4k2p 10.244.1.5 app=web
  pod node-1 kube-system/coredns-2x7f 10.244.1.2 k8s-app=kube-dns dns
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-2 web-9xq7 10.244.2.6 app=web
  pod node-2 web-m3tz 10.244.2.8 app=web not-ready
  pod node-2 cart-7rbn 10.244.2.9 app=cart
  pod node-3 web-h8wd 10.244.3.4 app=web
  pod node-3 cart-q5zc 10.244.3.7 app=cart
  pod node-3 kube-system/coredns-8m4k 10.244.3.3 k8s-app=kube-dns dns
  service web LoadBalancer 10.96.142.31:80 -> 8080 app=web nodePort=31523
  service cart ClusterIP 10.96.88.9:80 -> 8080 app=crat
  service kube-system/kube-dns ClusterIP 10.96.0.10:53 -> 53 k8s-app=kube-dns
  service kubernetes ClusterIP 10.96.0.1:443 -> 6443
`;

// ---- journeys -----------------------------------------------------------------------------------------------------

/** How the connection ends. */
export type Ending = "delivered" | "rejected" | "dropped" | "refused" | "no-such-name";

export interface JourneyOf {
  readonly view: ClusterView;
  /** Pod key, or an outsider's id. */
  readonly from: string;
  readonly service: string;
  /** Pod that answers. */
  readonly to?: string;
  readonly ending?: Ending;
  readonly lookup?: boolean;
  /** The node that an outside client calls. */
  readonly node?: string;
  readonly id?: number;
}

/** A journey's packets, built hop by hop on a virtual clock. */
class Recorder {
  readonly packets: PacketTrace[] = [];
  now = 12_417_000_000;
  readonly view: ClusterView;

  constructor(view: ClusterView) {
    this.view = view;
  }

  packet(
    purpose: Purpose,
    direction: "out" | "back",
    answers: number | null,
    hops: readonly Hop[],
    outcome: PacketTrace["outcome"],
  ): number {
    const index = this.packets.length;
    this.packets.push({ index, purpose, direction, answers, ipId: index, tcp: null, payloadBytes: 0, payload: null, hops, outcome });
    return index;
  }
}

const rule = (node: string, chain: string, text: string, servicePort: string, endpoint?: string): RuleRef => ({
  node,
  family: "IPv4",
  table: "nat",
  chain,
  index: 0,
  text,
  origin: endpoint === undefined ? { servicePort } : { servicePort, endpoint: endpoint as `${string}:${number}` },
});

/** Hops of one packet from place to place; rewrites happen at the first gate. */
class Way {
  readonly hops: Hop[] = [];
  header: Header;
  readonly recorder: Recorder;

  constructor(recorder: Recorder, header: Header) {
    this.recorder = recorder;
    this.header = header;
  }

  private base(from: Place, to: Place, takes: number) {
    const at = this.recorder.now;
    this.recorder.now += takes;
    return { at, endsAt: this.recorder.now, from, to, before: this.header, after: this.header, ttl: 64 };
  }

  send(place: Place): this {
    this.hops.push({ ...this.base(place, place, 8_000), kind: "send" });
    return this;
  }

  leave(from: Place, node: string): this {
    this.hops.push({ ...this.base(from, { kind: "gate", node }, 14_000), kind: from.kind === "outside" ? "enter-cluster" : "leave" });
    return this;
  }

  private gate(node: string) {
    const place: Place = { kind: "gate", node };
    return { ...this.base(place, place, 22_000), node, walks: [], ctState: "NEW" as const, route: null };
  }

  pass(node: string): this {
    this.hops.push({ ...this.gate(node), kind: "pass" });
    return this;
  }

  rewrite(node: string, after: Header, servicePort: string, endpoints: readonly string[], kind: "rewrite" | "restore" = "rewrite"): this {
    const gate = this.gate(node);
    const changed = {
      source: after.src !== this.header.src,
      destination: after.dst !== this.header.dst || after.dstPort !== this.header.dstPort,
    };
    const entry = {
      id: 1,
      node,
      protocol: "TCP" as const,
      state: "SYN_SENT",
      original: this.header,
      reply: { ...after, src: after.dst, srcPort: after.dstPort, dst: after.src, dstPort: after.srcPort },
      assured: false,
      seenReply: false,
      createdAt: gate.at,
      expiresAt: gate.at + 1,
      journey: 1,
    };
    const chosen = `${after.dst}:${after.dstPort}`;
    const steps: RuleStep[] = [{ kind: "skipped", chain: "KUBE-SERVICES", count: 5 }];
    for (const [i, endpoint] of endpoints.entries()) {
      const matched = endpoint === chosen;
      const below = 1 / (endpoints.length - i);
      const draw = i < endpoints.length - 1 ? { drawn: matched ? below / 2 : (1 + below) / 2, below } : null;
      steps.push({
        kind: "rule",
        rule: rule(node, "KUBE-SVC-X", "", servicePort, endpoint),
        result: matched ? "matched" : "passed",
        did: matched ? { kind: "jump", chain: "KUBE-SEP-X" } : null,
        draw,
      });
      if (matched) break;
    }
    if (kind === "rewrite")
      steps.push({
        kind: "rule",
        rule: rule(node, "KUBE-SEP-X", "-j DNAT", servicePort, chosen),
        result: "matched",
        did: { kind: "dnat", to: chosen },
        draw: null,
      });
    const walks = kind === "rewrite" ? [{ hook: "PREROUTING" as const, table: "nat" as const, steps, verdict: "accept" as const }] : [];
    if (kind === "rewrite") this.hops.push({ ...gate, walks, after, kind, changed, servicePort, entry });
    else this.hops.push({ ...gate, after, kind, changed, entry });
    this.header = after;
    return this;
  }

  stop(node: string, kind: "reject" | "drop", servicePort: string): this {
    const gate = this.gate(node);
    const by = { ...rule(node, kind === "reject" ? "KUBE-SERVICES" : "KUBE-FORWARD", "", servicePort), table: "filter" as const };
    const walks = [
      {
        hook: "FORWARD" as const,
        table: "filter" as const,
        steps: [{ kind: "rule" as const, rule: by, result: "matched" as const, did: { kind: "drop" as const }, draw: null }],
        verdict: kind,
      },
    ];
    if (kind === "reject") this.hops.push({ ...gate, walks, kind, rule: by, with: "icmp-port-unreachable", servicePort });
    else this.hops.push({ ...gate, walks, kind, rule: by, servicePort });
    return this;
  }

  cross(from: string, to: string): this {
    if (from === to) return this;
    const zone = (name: string): string => this.recorder.view.nodes.find((node) => node.name === name)?.zone ?? "";
    const via = this.recorder.view.nodes.find((node) => node.name === to)?.internalIp ?? "";
    this.hops.push({
      ...this.base({ kind: "gate", node: from }, { kind: "gate", node: to }, 90_000),
      kind: "cross",
      sameZone: zone(from) === zone(to),
      route: { prefix: "10.244.2.0/24", via, device: "eth0" },
    });
    return this.pass(to);
  }

  crossOnly(from: string, to: string): this {
    if (from === to) return this;
    this.cross(from, to);
    this.hops.pop();
    return this;
  }

  deliver(node: string, place: Place): this {
    this.hops.push({ ...this.base({ kind: "gate", node }, place, 14_000), kind: place.kind === "outside" ? "leave-cluster" : "deliver" });
    return this;
  }

  accept(place: Place): this {
    this.hops.push({ ...this.base(place, place, 6_000), kind: "accept", says: null });
    return this;
  }

  refuse(place: Place): this {
    this.hops.push({ ...this.base(place, place, 6_000), kind: "refuse", with: "tcp-reset" });
    return this;
  }
}

const turn = (header: Header): Header => ({
  ...header,
  src: header.dst,
  srcPort: header.dstPort,
  dst: header.src,
  dstPort: header.srcPort,
});

/** One request as the network room would record it, for the ending that the test asks for. */
export function journeyOf(of: JourneyOf): Journey {
  const { view } = of;
  const ending = of.ending ?? "delivered";
  const recorder = new Recorder(view);
  const start = recorder.now;
  const service = view.services.find((one) => one.key === of.service);
  if (service === undefined) throw new Error(`no Service ${of.service}`);
  const pod = view.pods.find((one) => one.key === of.from);
  const outside = view.outsiders.find((one) => one.id === of.from);
  const sender: Place = pod !== undefined ? { kind: "pod", pod: pod.key, node: pod.node ?? "" } : { kind: "outside", id: of.from };
  const gate = pod?.node ?? of.node ?? view.nodes.find((node) => !node.controlPlane)?.name ?? "";
  const address = pod?.ips[0] ?? outside?.address ?? "";
  const lookup =
    of.lookup === false || pod === undefined ? null : look(recorder, sender, gate, address, service, ending === "no-such-name");
  if (ending !== "no-such-name") connect(recorder, of, { sender, gate, address, service, ending });
  const target = view.pods.find((one) => one.key === of.to);
  const last = Math.max(start, ...recorder.packets.map((packet) => packet.hops.at(-1)?.endsAt ?? 0));
  return {
    id: of.id ?? 1,
    from: pod !== undefined ? { kind: "pod", pod: pod.key } : { kind: "outside", id: of.from },
    to: `http://${service.name}`,
    sentAt: start,
    endedAt: ending === "dropped" ? last + 5e9 : last,
    lookup,
    packets: recorder.packets,
    outcome: {
      kind: ending === "delivered" ? "delivered" : ending === "dropped" ? "dropped" : ending === "no-such-name" ? "dns-failed" : "refused",
    },
    servicePort: `${service.key}:http`,
    endpoint: target === undefined ? null : `${target.ips[0]}:8080`,
    pod: ending === "delivered" ? (target?.key ?? null) : null,
    node: target?.node ?? null,
    sourceSeen: null,
    masqueraded: false,
    clientSays: ending === "delivered" ? "HTTP/1.1 200 OK" : "curl: (7) Failed to connect",
  };
}

function look(recorder: Recorder, sender: Place, gate: string, address: string, service: ServiceView, fails: boolean): Lookup {
  const { view } = recorder;
  const server = view.pods.findLast((pod) => pod.role === "dns");
  const kubeDns = view.services.find((one) => one.name === "kube-dns");
  if (server === undefined || kubeDns === undefined || server.node === null) throw new Error("no CoreDNS to ask");
  const at = recorder.now;
  const place: Place = { kind: "pod", pod: server.key, node: server.node };
  const asked: Header = { src: address, srcPort: 40_001, dst: kubeDns.clusterIps[0] ?? "", dstPort: 53, protocol: "UDP" };
  const seen = { ...asked, dst: server.ips[0] ?? "" };
  const out = new Way(recorder, asked)
    .send(sender)
    .leave(sender, gate)
    .rewrite(gate, seen, "kube-system/kube-dns:dns", [`${seen.dst}:53`])
    .cross(gate, server.node)
    .deliver(server.node, place)
    .accept(place);
  const query = recorder.packet("dns-query", "out", null, out.hops, { kind: "delivered", to: place });
  const back = new Way(recorder, turn(seen)).send(place).leave(place, server.node);
  if (server.node !== gate) back.pass(server.node).crossOnly(server.node, gate);
  back.rewrite(gate, turn(asked), "kube-system/kube-dns:dns", [], "restore").deliver(gate, sender).accept(sender);
  const answer = recorder.packet("dns-answer", "back", query, back.hops, { kind: "delivered", to: sender });
  const name = `${service.name}.default.svc.cluster.local`;
  return {
    name: service.name,
    nameserver: asked.dst,
    search: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
    ndots: 5,
    candidates: [{ name: `${name}.`, result: fails ? "no-such-name" : "found" }],
    queries: [
      {
        name: `${name}.`,
        type: "A",
        queryPacket: query,
        answerPacket: answer,
        rcode: fails ? "NXDOMAIN" : "NOERROR",
        answers: fails ? [] : [{ name, type: "A", ttl: 30, data: service.clusterIps[0] ?? "" }],
        by: place,
        at,
        endsAt: recorder.now,
      },
    ],
    addresses: fails ? [] : service.clusterIps,
    error: fails ? `no such host: ${service.name}` : null,
  };
}

interface Connection {
  readonly sender: Place;
  readonly gate: string;
  readonly address: string;
  readonly service: ServiceView;
  readonly ending: Ending;
}

function connect(recorder: Recorder, of: JourneyOf, connection: Connection): void {
  const { sender, gate, address, service, ending } = connection;
  const { view } = recorder;
  const nodePort = sender.kind === "outside";
  const node = view.nodes.find((one) => one.name === gate);
  const first: Header = {
    src: address,
    srcPort: 48_122,
    dst: nodePort ? (node?.internalIp ?? "") : (service.clusterIps[0] ?? ""),
    dstPort: nodePort ? (service.ports[0]?.nodePort ?? 0) : (service.ports[0]?.port ?? 80),
    protocol: "TCP",
  };
  const servicePort = `${service.key}:http`;
  if (ending === "rejected" || ending === "dropped") return stopped(recorder, connection, first, servicePort);
  const target = view.pods.find((pod) => pod.key === of.to);
  if (target === undefined || target.node === null) throw new Error(`no Pod ${of.to}`);
  const place: Place = { kind: "pod", pod: target.key, node: target.node };
  const seen: Header = { ...first, dst: target.ips[0] ?? "", dstPort: 8080, src: nodePort ? (node?.internalIp ?? "") : first.src };
  const endpoints = service.endpoints.filter((one) => one.ready).map((one) => `${one.address}:8080`);
  const way = (purpose: Purpose, opening: boolean): number => {
    const out = new Way(recorder, first)
      .send(sender)
      .leave(sender, gate)
      .rewrite(gate, seen, servicePort, opening ? endpoints : [])
      .cross(gate, place.node)
      .deliver(place.node, place);
    if (ending === "refused") out.refuse(place);
    else out.accept(place);
    return recorder.packet(
      purpose,
      "out",
      null,
      out.hops,
      ending === "refused" ? { kind: "refused", by: place } : { kind: "delivered", to: place },
    );
  };
  const home = (purpose: Purpose, answers: number): number => {
    const back = new Way(recorder, turn(seen)).send(place).leave(place, place.node);
    if (place.node !== gate) back.pass(place.node).crossOnly(place.node, gate);
    back.rewrite(gate, turn(first), servicePort, [], "restore").deliver(gate, sender).accept(sender);
    return recorder.packet(purpose, "back", answers, back.hops, { kind: "delivered", to: sender });
  };
  const syn = way("syn", true);
  if (ending === "refused") return void home("reset", syn);
  const synAck = home("syn-ack", syn);
  way("ack", false);
  const request = way("request", false);
  home("response", request);
  void synAck;
}

function stopped(recorder: Recorder, connection: Connection, first: Header, servicePort: string): void {
  const { sender, gate, ending } = connection;
  const kind = ending === "rejected" ? "reject" : "drop";
  const out = new Way(recorder, first).send(sender).leave(sender, gate).stop(gate, kind, servicePort);
  const by = rule(gate, "KUBE-SERVICES", "", servicePort);
  const syn = recorder.packet(
    "syn",
    "out",
    null,
    out.hops,
    kind === "reject" ? { kind: "rejected", node: gate, rule: by } : { kind: "dropped", node: gate, rule: by },
  );
  if (kind === "drop") return;
  const here: Place = { kind: "gate", node: gate };
  const icmp: Header = { src: "10.244.1.1", srcPort: 0, dst: first.src, dstPort: 0, protocol: "ICMP" };
  const back = new Way(recorder, icmp).send(here).pass(gate).deliver(gate, sender).accept(sender);
  recorder.packet("icmp-error", "back", syn, back.hops, { kind: "delivered", to: sender });
}
