/** Do network policies let the request through? */
import { compareText, type Json, type NamespacedName } from "../base/names.ts";
import type { NetworkPolicyPort } from "../api/network-types.ts";
import type { PolicyView } from "../simulation/view.ts";
import type { Stop } from "./evidence.ts";
import { podAt, type Facts } from "./facts.ts";
import type { Finding, Fix, FoundCause } from "./types.ts";
import { andList, inNamespace, refOf, senderName, table } from "./words.ts";

const DNS_PORT = 53;

export function checkPolicy(facts: Facts): Finding {
  const { view, evidence, from } = facts;
  if (view.policies.length === 0) return { state: "passes", says: "none in the cluster" };
  if (!view.enforcesPolicies) return { state: "does-not-apply", says: "the network plugin enforces none" };
  const shown = policiesShown(
    view.policies.map(({ key }) => key),
    facts,
  );
  if (evidence.kind === "stopped" && evidence.by.kind === "policy")
    return {
      state: "fails",
      says: `${evidence.by.stop.policies} ${evidence.by.stop.direction === "in" ? "does not let it in" : "does not let it out"}`,
      shown,
      ...stopped(facts, evidence.by),
    };
  const touched = view.policies.filter(({ selects, spec }) => {
    const out = from.kind === "pod" && spec.policyTypes.includes("Egress") && selects.includes(from.pod);
    return out || (spec.policyTypes.includes("Ingress") && facts.pods.some(({ key }) => selects.includes(key)));
  });
  if (touched.length === 0) return { state: "passes", says: "none applies", shown };
  const names = andList(touched.map(({ name }) => name));
  return {
    state: "passes",
    says: evidence.kind === "fine" ? `${names} ${touched.length === 1 ? "lets" : "let"} it through` : `${names} did not stop it`,
    shown,
  };
}

type PolicyStopped = Extract<Stop, { readonly kind: "policy" }>;

function stopped(facts: Facts, by: PolicyStopped): FoundCause {
  const { view } = facts;
  const { stop } = by;
  const pod = podAt(facts, stop.pod);
  const names = stop.policies.split(", ");
  const policies = view.policies
    .filter(({ namespace, name }) => namespace === (pod?.namespace ?? "") && names.includes(name))
    .sort((a, b) => compareText(a.key, b.key));
  const [first] = policies;
  const subject = `Network ${names.length === 1 ? "policy" : "policies"} ${andList(names)}`;
  const keys = policies.map(({ key }) => key);
  const source = first?.source ?? null;
  if (stop.direction === "out") return { ...outwards(facts, subject, pod?.shortName ?? stop.pod, first), policies: keys, source };
  const who = senderName(view, facts.from);
  const wrong = first === undefined ? null : servicePortMeant(facts, first);
  if (wrong !== null && first !== undefined)
    return {
      code: "policy-port",
      title: `${subject} allows the Service's port`,
      why: `It lets in to port ${wrong.written}, which is the Service's. A policy is asked after the rewrite, when the packet is for port ${wrong.pod} of a Pod.`,
      fix: {
        kind: "fields",
        title: `Change to ${wrong.pod}`,
        object: refOf(first, "NetworkPolicy"),
        changes: [{ path: wrong.path, value: wrong.pod }],
      },
      policies: keys,
      source,
    };
  return {
    code: "policy",
    title: `${subject} ${names.length === 1 ? "does" : "do"} not let ${who} in`,
    why: `${names.length === 1 ? "It selects" : "They select"} ${pod?.shortName ?? stop.pod}, so only what ${names.length === 1 ? "it allows" : "one of them allows"} comes in. The packet from ${who} is dropped on ${by.node}, without a word to the client.`,
    fix: first === undefined ? null : letIn(facts, first),
    policies: keys,
    source,
  };
}

function outwards(facts: Facts, subject: string, pod: string, policy: PolicyView | undefined): FoundCause {
  const { evidence, view } = facts;
  const port = evidence.kind === "stopped" ? evidence.header.dstPort : 0;
  if (port === DNS_PORT)
    return {
      code: "policy-dns",
      title: `${subject} does not let ${pod} ask DNS`,
      why: `It decides what ${pod} may send, and port 53 of kube-dns is not among it: the question for the name is dropped on its own node.`,
      fix: policy === undefined ? null : appended(policy, "egress", "Allow DNS", DNS_RULE),
    };
  const to = evidence.kind === "stopped" ? (view.pods.find(({ ips }) => ips.includes(evidence.header.dst)) ?? null) : null;
  return {
    code: "policy",
    title: `${subject} does not let ${pod} send it`,
    why: `It decides what ${pod} may send, and ${to === null ? "this destination" : to.shortName} is not among it. The packet is dropped on the sender's own node.`,
    fix:
      policy === undefined || to === null
        ? null
        : appended(policy, "egress", `Let it reach ${facts.service?.name ?? to.shortName}`, {
            to: [peerOf(to.labels, to.namespace, policy.namespace)],
          }),
  };
}

const DNS_RULE: Json = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: DNS_PORT },
    { protocol: "TCP", port: DNS_PORT },
  ],
};

/** A rule more for the sender: by its labels where it is a Pod, else by its address. */
function letIn(facts: Facts, policy: PolicyView): Fix | null {
  const { from, view, evidence } = facts;
  const name = senderName(view, from);
  if (from.kind === "pod") {
    const sender = podAt(facts, from.pod);
    return sender === null
      ? null
      : appended(policy, "ingress", `Let ${name} in`, { from: [peerOf(sender.labels, sender.namespace, policy.namespace)] });
  }
  const source = evidence.kind === "stopped" ? evidence.header.src : "";
  return source === ""
    ? null
    : appended(policy, "ingress", `Let ${source} in`, { from: [{ ipBlock: { cidr: `${source}/${source.includes(":") ? 128 : 32}` } }] });
}

/** Labels that stay when the Pod is made anew. */
function peerOf(labels: Readonly<Record<string, string>>, namespace: string, own: string): Json {
  const stable = Object.fromEntries(
    Object.entries(labels).filter(([key]) => !/pod-template-hash|controller-revision-hash|statefulset\.kubernetes\.io|pod-index/.test(key)),
  );
  const pods: { readonly podSelector: Json } = { podSelector: Object.keys(stable).length === 0 ? {} : { matchLabels: stable } };
  return namespace === own ? pods : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } }, ...pods };
}

function appended(policy: PolicyView, list: "ingress" | "egress", title: string, rule: Json): Fix {
  const there = (policy.spec[list] ?? []).length;
  const path = `spec.${list}`;
  // An empty list stands in brackets: it goes, so that the rule stands in lines of its own.
  const changes =
    there > 0
      ? [{ path: `${path}[${there}]`, value: rule }]
      : [...(policy.spec[list] === undefined ? [] : [{ path, value: undefined }]), { path, value: [rule] }];
  return { kind: "fields", title, object: refOf(policy, "NetworkPolicy"), changes };
}

/** The policy names the port that clients ask the Service for, in place of the Pod's. */
function servicePortMeant(
  { target, evidence }: Facts,
  { spec }: PolicyView,
): { readonly written: number; readonly pod: number; readonly path: string } | null {
  const { servicePort } = target;
  const pod = evidence.kind === "stopped" ? evidence.header.dstPort : 0;
  if (servicePort === null || servicePort.port === pod) return null;
  for (const [i, { ports = [] }] of (spec.ingress ?? []).entries()) {
    const j = ports.findIndex(({ port, protocol }: NetworkPolicyPort) => port === servicePort.port && protocol === servicePort.protocol);
    if (j >= 0) return { written: servicePort.port, pod, path: `spec.ingress[${i}].ports[${j}].port` };
  }
  return null;
}

function policiesShown(keys: readonly NamespacedName[], { view }: Facts): { readonly command: string; readonly output: readonly string[] } {
  const namespaces = [...new Set(view.policies.map(({ namespace }) => namespace))];
  const where = namespaces.length === 1 ? inNamespace(namespaces[0] ?? "") : " -A";
  const rows = view.policies
    .filter(({ key }) => keys.includes(key))
    .slice(0, 6)
    .map(({ name, spec }) => [
      name,
      Object.entries(spec.podSelector.matchLabels ?? {})
        .map(([k, v]) => `${k}=${v}`)
        .join(",") || "<none>",
    ]);
  return { command: `kubectl get networkpolicies${where}`, output: table([["NAME", "POD-SELECTOR"], ...rows]) };
}
