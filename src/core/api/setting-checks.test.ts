import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DEFAULT_SETTINGS, readSettings } from "./settings.ts";

const HEADS = {
  kind: "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n",
  proxy: "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n",
  kubeadm: "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n",
} as const;

const read = (head: keyof typeof HEADS, body: string) => readSettings([parse(`${HEADS[head]}${body}\n`)]);
const said = (head: keyof typeof HEADS, body: string): readonly string[] =>
  read(head, body).problems.map(({ field, message, severity = "warning" }) => `${severity} ${field}: ${message}`);

describe("settings of the wrong type are errors at their place", () => {
  it.each([
    ["kind", "networking: {podSubnet: 7}", ["error networking.podSubnet: expected text, found the number 7"]],
    ["kind", "networking: {podSubnet: []}", ["error networking.podSubnet: expected text, found a list"]],
    ["kind", "networking: {podSubnet: {a: b}}", ["error networking.podSubnet: expected text, found an object"]],
    ["kind", "networking: {serviceSubnet: true}", ["error networking.serviceSubnet: expected text, found true"]],
    ["kind", "networking: {ipFamily: 4}", ["error networking.ipFamily: expected text, found the number 4"]],
    ["kind", "networking: {kubeProxyMode: [iptables]}", ["error networking.kubeProxyMode: expected text, found a list"]],
    [
      "kind",
      "networking: {disableDefaultCNI: please}",
      ['error networking.disableDefaultCNI: expected true or false, found the text "please"'],
    ],
    ["kind", "networking: [podSubnet]", ["error networking: expected an object, found a list"]],
    ["kind", "nodes: foo", ['error nodes: expected a list, found the text "foo"']],
    ["kind", "nodes: 3", ["error nodes: expected a list, found the number 3"]],
    ["kind", "nodes: [worker]", ['error nodes[0]: expected an object, found the text "worker"']],
    ["kind", "nodes: [{role: 1}]", ["error nodes[0].role: expected text, found the number 1"]],
    ["kind", "nodes: [{role: worker, labels: {zone: 1}}]", ["error nodes[0].labels[zone]: expected text, found the number 1"]],
    ["kind", "nodes: [{role: worker, labels: [a]}]", ["error nodes[0].labels: expected an object, found a list"]],
    [
      "kind",
      "nodes: [{extraPortMappings: [{containerPort: '80', hostPort: 80}]}]",
      ['error nodes[0].extraPortMappings[0].containerPort: expected a whole number, found the text "80"'],
    ],
    ["kind", "name: 5", ["error name: expected text, found the number 5"]],
    ["proxy", "clusterCIDR: []", ["error clusterCIDR: expected text, found a list"]],
    ["proxy", "mode: 1", ["error mode: expected text, found the number 1"]],
    ["proxy", "mode: {iptables: true}", ["error mode: expected text, found an object"]],
    ["proxy", "nodePortAddresses: primary", ['error nodePortAddresses: expected a list, found the text "primary"']],
    ["proxy", "nodePortAddresses: [1]", ["error nodePortAddresses[0]: expected text, found the number 1"]],
    ["proxy", "iptables: {masqueradeAll: 'yes'}", ['error iptables.masqueradeAll: expected true or false, found the text "yes"']],
    ["proxy", "iptables: {masqueradeBit: '14'}", ['error iptables.masqueradeBit: expected a whole number, found the text "14"']],
    ["proxy", "iptables: {localhostNodePorts: 0}", ["error iptables.localhostNodePorts: expected true or false, found the number 0"]],
    ["proxy", "iptables: {syncPeriod: 30}", ["error iptables.syncPeriod: expected text, found the number 30"]],
    ["proxy", "iptables: all", ['error iptables: expected an object, found the text "all"']],
    ["proxy", "ipvs: {scheduler: 3}", ["error ipvs.scheduler: expected text, found the number 3"]],
    ["proxy", "detectLocal: {bridgeInterface: 1}", ["error detectLocal.bridgeInterface: expected text, found the number 1"]],
    ["kubeadm", "networking: {podSubnet: 7}", ["error networking.podSubnet: expected text, found the number 7"]],
    ["kubeadm", "networking: {dnsDomain: 1}", ["error networking.dnsDomain: expected text, found the number 1"]],
    ["kubeadm", "networking: here", ['error networking: expected an object, found the text "here"']],
    ["kubeadm", "apiServer: []", ["error apiServer: expected an object, found a list"]],
    ["kubeadm", "apiServer: {extraArgs: ports}", ['error apiServer.extraArgs: expected a list of name and value, found the text "ports"']],
    [
      "kubeadm",
      "apiServer: {extraArgs: [{name: service-node-port-range, value: 30000}]}",
      ["error apiServer.extraArgs[0].value: expected text, found the number 30000"],
    ],
    [
      "kubeadm",
      "apiServer: {extraArgs: [{name: service-node-port-range}]}",
      ["error apiServer.extraArgs[0].value: expected text, found nothing"],
    ],
    [
      "kubeadm",
      "apiServer: {extraArgs: {service-node-port-range: 30000}}",
      ["error apiServer.extraArgs[service-node-port-range]: expected text, found the number 30000"],
    ],
  ] as const)("%s: %s", (head, body, wanted) => {
    expect(said(head, body)).toEqual(wanted);
  });
});

describe("settings that nothing can use are named, and the default stands", () => {
  it.each([
    ["kind", "networking: {ipFamily: v6}", ['warning networking.ipFamily: "v6" is none of ipv4, ipv6, dual']],
    ["kind", "networking: {kubeProxyMode: ebpf}", ['warning networking.kubeProxyMode: "ebpf" is none of iptables, nftables, ipvs, none']],
    [
      "kind",
      "networking: {kubeProxyMode: none}",
      ["warning networking.kubeProxyMode: a cluster without kube-proxy is not simulated; its iptables mode stands in"],
    ],
    ["kind", "nodes: [{role: master}]", ['warning nodes[0].role: "master" is none of control-plane, worker']],
    [
      "kind",
      "nodes: [{extraPortMappings: [{containerPort: 0, hostPort: 70000, protocol: icmp}]}]",
      [
        "warning nodes[0].extraPortMappings[0].containerPort: 0 is not between 1 and 65535",
        "warning nodes[0].extraPortMappings[0].hostPort: 70000 is not between 0 and 65535",
        'warning nodes[0].extraPortMappings[0].protocol: "icmp" is none of TCP, UDP, SCTP, tcp, udp, sctp',
      ],
    ],
    [
      "kind",
      "networkng: {}",
      [
        "warning networkng: no such field here: it takes name, nodes, networking, featureGates, runtimeConfig, kubeadmConfigPatches, kubeadmConfigPatchesJSON6902, containerdConfigPatches, containerdConfigPatchesJSON6902",
      ],
    ],
    ["proxy", "clusterCIDR: everywhere", ['warning clusterCIDR: "everywhere" is not a CIDR such as 10.244.0.0/16']],
    ["proxy", "nodePortAddresses: [eth0]", ['warning nodePortAddresses[0]: "eth0" is not a CIDR such as 10.244.0.0/16']],
    ["proxy", "iptables: {masqueradeBit: 32}", ["warning iptables.masqueradeBit: 32 is not between 0 and 31"]],
    [
      "proxy",
      "ipvs: {scheduler: random}",
      ['warning ipvs.scheduler: "random" is none of rr, wrr, lc, wlc, fo, ovf, lblc, lblcr, dh, sh, mh, sed, nq, twos'],
    ],
  ] as const)("%s: %s", (head, body, wanted) => {
    const { settings } = read(head, body);
    expect(said(head, body)).toEqual(wanted);
    expect(settings.proxy).toEqual(DEFAULT_SETTINGS.proxy);
  });
});

it.each([
  ["BridgeInterface", "bridgeInterface"],
  ["InterfaceNamePrefix", "interfaceNamePrefix"],
])("detectLocalMode %s asks for the interface's name", (mode, setting) => {
  const wanted = `warning detectLocalMode: ${mode} needs detectLocal.${setting}: kube-proxy does not start without it. Here it takes no packet for a Pod's`;
  expect(said("proxy", `detectLocalMode: ${mode}`)).toEqual([wanted]);
  expect(said("proxy", `detectLocalMode: ${mode}\ndetectLocal: {${setting}: ''}`)).toEqual([wanted]);
  expect(said("proxy", `detectLocalMode: ${mode}\ndetectLocal: {${setting}: cni0}`)).toEqual([]);
});

it.each([
  [
    "kind",
    "nodes: [{role: control-plane}, {role: worker, labels: {zone: a}, extraPortMappings: [{containerPort: 30080, hostPort: 8080}]}]",
  ],
  ["kind", "networking: {ipFamily: dual, kubeProxyMode: iptables, disableDefaultCNI: true, apiServerPort: 6443}"],
  ["kind", "kubeadmConfigPatches: ['kind: InitConfiguration']"],
  ["kind", "nodes: ~\nnetworking: ~"],
  ["proxy", "nodePortAddresses: [primary]"],
  ["proxy", "nodePortAddresses: [192.168.0.0/16, '::/0']"],
  ["proxy", "clusterCIDR: '10.244.0.0/16,fd00::/56'\nipvs: {scheduler: ''}\nconntrack: {maxPerCore: 5}"],
  ["kubeadm", "apiServer: {extraArgs: [{name: service-node-port-range, value: 30000-32000}]}\nscheduler: {}"],
  ["kubeadm", "apiServer: {extraArgs: {service-node-port-range: 30000-32000}}"],
] as const)("nothing is wrong with %s: %s", (head, body) => {
  expect(said(head, body)).toEqual([]);
});
