import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { clusterBasis, defaultCluster, serviceAddress } from "./default-cluster.ts";
import { completedNodes } from "./nodes.ts";
import { readSettings } from "./settings.ts";
import type { ClusterSettings } from "./settings.ts";
import type { Node } from "./types.ts";

function documents(text: string): unknown[] {
  return parseAllDocuments(text).map((document): unknown => document.toJS());
}

function read(text: string, options: Parameters<typeof readSettings>[1] = {}): ClusterSettings {
  const { settings, problems } = readSettings(documents(text), options);
  expect(problems).toEqual([]);
  return settings;
}

const KIND = `
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {ipFamily: dual, kubeProxyMode: nftables}
nodes:
- role: control-plane
  extraPortMappings: [{containerPort: 30080, hostPort: 8080}]
- role: worker
  labels: {topology.kubernetes.io/zone: a}
- role: worker
`;

describe("settings", () => {
  it("default to kubeadm's", () => {
    expect(read("")).toMatchObject({
      podSubnets: ["10.244.0.0/16"],
      serviceSubnets: ["10.96.0.0/12"],
      families: ["IPv4"],
      dnsDomain: "cluster.local",
      nodePortRange: { first: 30_000, last: 32_767 },
      proxy: { mode: "iptables", clusterCIDR: "10.244.0.0/16", detectLocalMode: "ClusterCIDR", masqueradeAll: false },
    });
  });

  it("come from a kind Cluster", () => {
    const settings = read(KIND);
    expect(settings).toMatchObject({
      podSubnets: ["10.244.0.0/16", "fd00:10:244::/56"],
      serviceSubnets: ["10.96.0.0/16", "fd00:10:96::/112"],
      families: ["IPv4", "IPv6"],
      proxy: { mode: "nftables", clusterCIDR: "10.244.0.0/16,fd00:10:244::/56" },
      portMappings: [{ node: "kind-control-plane", containerPort: 30_080, hostPort: 8080 }],
    });
    expect(settings.kindNodes?.map(({ name }) => name)).toEqual(["kind-control-plane", "kind-worker", "kind-worker2"]);
  });

  it("come from kubeadm's ClusterConfiguration, old and new", () => {
    const old =
      "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nnetworking: {serviceSubnet: 172.20.0.0/16, podSubnet: 10.0.0.0/8, dnsDomain: k8s.example}\napiServer: {extraArgs: {service-node-port-range: 20000-20100}}\n";
    expect(read(old)).toMatchObject({
      serviceSubnets: ["172.20.0.0/16"],
      podSubnets: ["10.0.0.0/8"],
      dnsDomain: "k8s.example",
      nodePortRange: { first: 20_000, last: 20_100 },
      proxy: { clusterCIDR: "10.0.0.0/8" },
    });
    const plus =
      "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer: {extraArgs: [{name: service-node-port-range, value: 20000+15}]}\n";
    expect(read(plus).nodePortRange).toEqual({ first: 20_000, last: 20_015 });
  });

  const PROXY = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
  it.each([
    [
      "of the documents",
      `${PROXY}mode: nftables\nclusterCIDR: 10.0.0.0/8\niptables: {masqueradeAll: true, localhostNodePorts: false}\nnodePortAddresses: [primary]\n`,
      {},
      { mode: "nftables", clusterCIDR: "10.0.0.0/8", masqueradeAll: true, localhostNodePorts: false, nodePortAddresses: ["primary"] },
    ],
    ["but the option's mode", `${PROXY}mode: nftables\n`, { mode: "ipvs" }, { mode: "ipvs" }],
    ["of a stored cluster, exactly", PROXY, { stored: true }, { mode: "iptables", clusterCIDR: "" }],
    ["of a stored cluster without any", "", { stored: true }, { clusterCIDR: "", detectLocalMode: "ClusterCIDR" }],
  ] as const)("kube-proxy's are those %s", (_name, text, options, wanted) => {
    expect(read(text, options).proxy).toMatchObject(wanted);
  });

  it("that cannot be read are named, and the default stands", () => {
    const text = `${PROXY}mode: ebpf\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking: {podSubnet: 10.244.0.0}\napiServer: {extraArgs: {service-node-port-range: many}}\n`;
    const { settings, problems } = readSettings(documents(text));
    expect(problems.map(({ document, field }) => `${document} ${field}`)).toEqual([
      "1 apiServer.extraArgs",
      "1 networking.podSubnet",
      "0 mode",
    ]);
    expect(settings).toMatchObject({ podSubnets: ["10.244.0.0/16"], nodePortRange: { first: 30_000 }, proxy: { mode: "iptables" } });
  });
});

describe("settings that no cluster can have", () => {
  const kubeadm = (networking: string): string =>
    `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking: {${networking}}\n`;
  it.each([
    [
      "a service subnet without room for DNS",
      kubeadm("serviceSubnet: 10.0.0.0/29"),
      "networking.serviceSubnet: 10.0.0.0/29 is too small: it takes at least 10 addresses",
    ],
    [
      "a pod subnet without room for nodes",
      kubeadm("podSubnet: 10.0.0.0/29"),
      "networking.podSubnet: 10.0.0.0/29 is too small: it takes at least 16 addresses",
    ],
    [
      "a domain that is none",
      kubeadm('dnsDomain: "a b"'),
      /^networking.dnsDomain: "a b" is not a domain such as cluster.local: a lowercase RFC 1123 subdomain/,
    ],
    [
      "a kind name that names no nodes",
      "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nname: My Cluster\n",
      /^name: "My Cluster" is not a name for nodes: /,
    ],
    [
      "kind labels that are none",
      "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{labels: {a: x y}}]\n",
      /^nodes\[0\].labels: labels of kind-control-plane: Invalid value: "x y": a valid label/,
    ],
    [
      "Pods and Services in one range",
      kubeadm("podSubnet: 10.96.0.0/16, serviceSubnet: 10.96.0.0/12"),
      "networking.podSubnet: 10.96.0.0/16 overlaps the Service subnet 10.96.0.0/12: what is sent to an address of both goes to the Service that has it",
    ],
    [
      "more nodes than ranges",
      "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: {podSubnet: 10.244.0.0/23}\nnodes: [{}, {role: worker}, {role: worker}, {role: worker}]\n",
      "networking.podSubnet: 10.244.0.0/23 has ranges (/24) for 2 nodes: 2 are left without, and their Pods get no address",
    ],
  ])("%s: named, and the default stands", (_name, text, wanted) => {
    const { settings, problems } = readSettings(documents(text));
    expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      typeof wanted === "string" ? wanted : expect.stringMatching(wanted),
    ]);
    expect(defaultCluster(settings, documents(text)).length).toBeGreaterThan(0);
  });

  it("of Nodes that somebody wrote, names the first without a range for its Pods", () => {
    const node = (name: string, podCIDR = ""): string =>
      `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\n${podCIDR === "" ? "" : `spec: {podCIDR: ${podCIDR}}\n`}`;
    const texts = [kubeadm("podSubnet: 10.244.0.0/23"), node("a"), node("b", "10.9.0.0/24"), node("c"), node("d"), node("e")];
    const { problems } = readSettings(documents(texts.join("---\n")));
    expect(problems).toEqual([
      {
        document: 4,
        field: "metadata.name",
        message: "10.244.0.0/23 has ranges (/24) for 2 nodes: this one and 1 more are left without, and Pods there get no address",
      },
    ]);
  });

  it("but a stored cluster's ranges may be as small as they are", () => {
    expect(read(kubeadm("serviceSubnet: 10.0.0.0/30"), { stored: true }).serviceSubnets).toEqual(["10.0.0.0/30"]);
  });
});

describe("the default cluster", () => {
  const nodesOf = (text: string): Node[] =>
    defaultCluster(read(text), documents(text)).filter((object): object is Node => object.kind === "Node");
  const summary = (nodes: readonly Node[]): readonly string[] =>
    nodes.map(
      ({ metadata, spec, status }) =>
        `${metadata.name} ${(status.addresses ?? [])
          .filter(({ type }) => type === "InternalIP")
          .map(({ address }) => address)
          .join("+")} ${(spec.podCIDRs ?? []).join("+")} ${metadata.labels?.["topology.kubernetes.io/zone"] ?? "-"}`,
    );

  it("has a control plane and three workers", () => {
    expect(summary(nodesOf(""))).toEqual([
      "control-plane 192.168.10.10 10.244.0.0/24 zone-a",
      "node-1 192.168.10.11 10.244.1.0/24 zone-a",
      "node-2 192.168.10.12 10.244.2.0/24 zone-a",
      "node-3 192.168.10.13 10.244.3.0/24 zone-b",
    ]);
  });

  it("has kind's nodes when a kind Cluster is given", () => {
    expect(summary(nodesOf(KIND))).toEqual([
      "kind-control-plane 172.18.0.2+fc00:f853:ccd:e793::2 10.244.0.0/24+fd00:10:244::/64 -",
      "kind-worker 172.18.0.3+fc00:f853:ccd:e793::3 10.244.1.0/24+fd00:10:244:1::/64 a",
      "kind-worker2 172.18.0.4+fc00:f853:ccd:e793::4 10.244.2.0/24+fd00:10:244:2::/64 -",
    ]);
  });

  it("completes nodes that somebody wrote", () => {
    const text =
      "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec: {podCIDR: 10.244.0.0/24}\nstatus: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: b, labels: {topology.kubernetes.io/zone: z}}\n";
    expect(summary(nodesOf(text))).toEqual(["a 192.0.2.1 10.244.0.0/24 -", "b 192.168.10.11 10.244.1.0/24 z"]);
    const standing = nodesOf(text);
    const first = `apiVersion: v1\nkind: Node\nmetadata: {name: c}\n---\n${text}`;
    expect(summary([...completedNodes(documents(first), read(first), standing).values()])).toEqual([
      "c 192.168.10.10 10.244.2.0/24 -",
      "a 192.0.2.1 10.244.0.0/24 -",
      "b 192.168.10.11 10.244.1.0/24 z",
    ]);
  });

  it("leaves nodes without a podCIDR where the pod subnet has no part left", () => {
    const many = Array.from({ length: 258 }, (_, index) => `---\napiVersion: v1\nkind: Node\nmetadata: {name: n${index}}\n`).join("");
    const nodes = defaultCluster(readSettings(documents(many)).settings, documents(many)).filter(
      (object): object is Node => object.kind === "Node",
    );
    expect(nodes.filter(({ spec }) => spec.podCIDR === undefined).map(({ metadata }) => metadata.name)).toEqual(["n256", "n257"]);
  });

  it.each([
    ["of other types", "spec: {podCIDR: 5}", []],
    ["nothing in lists", "spec: {taints: [~]}\nstatus: {addresses: [~], conditions: [~]}", ["n 192.168.10.10 10.244.0.0/24 -"]],
    ["an address that is none", "status: {addresses: [{type: InternalIP, address: abc}, {type: InternalIP}]}", ["n abc 10.244.0.0/24 -"]],
  ])("takes a Node whose fields are wrong for what it is: %s", (_name, fields, wanted) => {
    expect(summary(nodesOf(`apiVersion: v1\nkind: Node\nmetadata: {name: n}\n${fields}\n`))).toEqual(wanted);
  });

  it("points default/kubernetes at the API server", () => {
    const slice = defaultCluster(read(""), []).find((object) => object.kind === "EndpointSlice");
    expect(slice).toMatchObject({ endpoints: [{ addresses: ["192.168.10.10"] }], ports: [{ name: "https", port: 6443 }] });
    expect(serviceAddress(read(""), 1)).toBe("10.96.0.1");
    expect(serviceAddress(read(""), 10)).toBe("10.96.0.10");
  });

  it("is another one when settings or nodes change, and the same when workloads do", () => {
    const basis = (text: string): string => clusterBasis(read(text), documents(text));
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    expect(basis(pod)).toBe(basis(""));
    expect(basis(KIND)).not.toBe(basis(""));
    expect(basis("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n")).not.toBe(basis(""));
  });
});
