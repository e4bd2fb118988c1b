/** Was the name found, and if not, whose fault is it? */
import { sameName, withoutFinalDot } from "../dns/names.ts";
import type { Lookup, LookupQuery } from "../network/trace.ts";
import type { DnsReplicaView } from "../simulation/dns-view.ts";
import { SECOND } from "../base/time.ts";
import { isCause } from "./check-members.ts";
import { storedPod, type Facts } from "./facts.ts";
import type { CheckId, Finding, Findings, Fix, FoundCause, Shown } from "./types.ts";
import { because, countOf, inNamespace, senderName, table } from "./words.ts";

export function checkDns(facts: Facts, found: Findings): Finding {
  const { target, evidence, journey } = facts;
  if (target.way.kind !== "name" && target.way.kind !== "outside-name") return { state: "does-not-apply", says: "asked by address" };
  const lookup = journey?.lookup ?? null;
  const failed = evidence.kind === "no-name" || (evidence.kind === "stopped" && evidence.dns);
  if (!failed) {
    if (journey !== null && lookup === null) return keptAddress(facts);
    return { state: "passes", says: foundText(facts, lookup), shown: lookedUp(facts) };
  }
  const shown = lookedUp(facts);
  const first = explainedBy(facts, found);
  if (first !== null) return { state: "fails", because: first, says: `no answer, ${because(first)}`, shown };
  const cause = failure(facts, lookup);
  return {
    state: "fails",
    says: failureText(lookup),
    shown: cause.code === "coredns-down" ? replicasShown(facts.dns.replicas) : shown,
    ...cause,
  };
}

/** No question was asked: the client has an address from before. It may be nobody's by now. */
function keptAddress({ evidence, target, service, from, view }: Facts): Finding {
  const address = evidence.kind === "stopped" ? (evidence.sent?.dst ?? evidence.header.dst) : "";
  const stale = evidence.kind === "stopped" && evidence.by.kind === "lost" && !(service?.clusterIps.includes(address) ?? false);
  if (!stale) return { state: "does-not-apply", says: "the client kept the address" };
  const who = senderName(view, from);
  return {
    state: "fails",
    says: `${who} kept ${address}`,
    code: "address-kept",
    title: `${who} still asks an old address`,
    why: `It looked ${target.host} up once and keeps ${address} for as long as its process lives. No Pod has that address any more.`,
    fix:
      from.kind === "pod" ? { kind: "action", title: `Restart the process of ${who}`, action: { kind: "crash-pod", pod: from.pod } } : null,
    source: service?.source ?? null,
  };
}

function foundText({ target, service, view }: Facts, lookup: Lookup | null): string {
  if (service?.externalName != null) return `${target.host} is ${service.externalName}`;
  const addresses =
    lookup?.addresses ??
    (service?.headless === true
      ? service.endpoints.filter(({ ready }) => ready).map(({ address }) => address)
      : (service?.clusterIps ?? []));
  const [first] = addresses;
  if (first === undefined) return view.domain;
  return addresses.length === 1
    ? `${target.host} is ${first}`
    : `${target.host} is ${countOf(addresses.length, "address").replace("addresss", "addresses")}`;
}

/** The check that failed before, of which no name is the consequence. */
function explainedBy({ evidence, service }: Facts, found: Findings): CheckId | null {
  if (evidence.kind === "stopped" && evidence.by.kind === "policy") return "policy";
  for (const id of ["exists", "namespace"] as const) if (isCause(found[id]) && (id === "namespace" || service === null)) return id;
  // A headless Service without ready endpoints has a name without addresses.
  if (service?.headless === true) for (const id of ["selector", "endpoints", "readiness"] as const) if (isCause(found[id])) return id;
  return null;
}

function failureText(lookup: Lookup | null): string {
  const last = lookup?.queries.at(-1)?.rcode;
  if (last === undefined) return "not found";
  return RCODES[last];
}

const RCODES: { readonly [code in LookupQuery["rcode"]]: string } = {
  NOERROR: "no address",
  NXDOMAIN: "no such name",
  SERVFAIL: "SERVFAIL",
  REFUSED: "REFUSED",
  TIMEOUT: "nobody answered",
  ICMP: "the name server was refused",
};

function failure(facts: Facts, lookup: Lookup | null): FoundCause {
  return (
    notAsked(facts) ??
    coreDnsDown(facts) ??
    keptDenial(facts) ??
    brokenCorefile(facts) ??
    unknownAlias(facts) ??
    unreachableServer(facts, lookup) ?? {
      code: "no-such-name",
      title: `${facts.target.host} has no address`,
      why:
        facts.service === null
          ? `No name server knows ${facts.target.host}.`
          : `${facts.service.name} is there, and the answer to ${senderName(facts.view, facts.from)} was: ${failureText(lookup)}.`,
      source: facts.service?.source ?? null,
    }
  );
}

// ---- the client does not ask CoreDNS --------------------------------------------------------------------------------

function notAsked(facts: Facts): FoundCause | null {
  const { from, view, service, target } = facts;
  if (target.way.kind !== "name") return null;
  const name = senderName(view, from);
  if (from.kind !== "pod") {
    const address = from.kind === "node" ? service?.clusterIps[0] : (service?.loadBalancer.addresses[0] ?? service?.externalIps[0]);
    return {
      code: "no-cluster-dns",
      title: `${name} does not ask CoreDNS`,
      why: `Names of Services are known to Pods, whose \`/etc/resolv.conf\` names the cluster's DNS. ${from.kind === "node" ? "A node" : "A client outside"} asks its own name server, which never heard of ${target.host}.`,
      fix:
        address === undefined
          ? null
          : { kind: "request", title: `Ask for http://${address}`, to: `http://${address}${target.port === 80 ? "" : `:${target.port}`}` },
      source: service?.source ?? null,
    };
  }
  const policy = storedPod(facts, from.pod)?.spec.dnsPolicy ?? "ClusterFirst";
  const host = storedPod(facts, from.pod)?.spec.hostNetwork === true;
  if (policy !== "Default" && policy !== "None" && !(host && policy === "ClusterFirst")) return null;
  const source = view.pods.find(({ key }) => key === from.pod)?.source ?? null;
  const [namespace = "", podName = ""] = from.pod.split("/");
  return {
    code: "no-cluster-dns",
    title: `${name} does not ask CoreDNS`,
    why: host
      ? `It has its node's network, and with \`dnsPolicy: ClusterFirst\` also its node's resolver, which never heard of ${target.host}.`
      : `With \`dnsPolicy: ${policy}\` it asks ${policy === "None" ? "only whom its dnsConfig names" : "its node's name server"}, which never heard of ${target.host}.`,
    fix:
      source === null
        ? null
        : {
            kind: "fields",
            title: `Change to ${host ? "ClusterFirstWithHostNet" : "ClusterFirst"}`,
            object: { kind: "Pod", namespace, name: podName },
            changes: [{ path: "spec.dnsPolicy", value: host ? "ClusterFirstWithHostNet" : "ClusterFirst" }],
          },
    source,
  };
}

// ---- CoreDNS itself -------------------------------------------------------------------------------------------------

function coreDnsDown({ dns, run, evidence }: Facts): FoundCause | null {
  const { replicas } = dns;
  if (replicas.some(({ ready }) => ready)) return null;
  if (evidence.kind === "stopped" && evidence.by.kind === "lost") return null;
  const refused = replicas.find((replica) => replica.refused !== null)?.refused ?? null;
  if (replicas.length > 0)
    return {
      code: refused === null ? "coredns-down" : "corefile",
      title: "No CoreDNS Pod is ready",
      why:
        refused === null
          ? `${countOf(replicas.length, "Pod")} of CoreDNS ${replicas.length === 1 ? "is" : "are"} not ready, so kube-dns has no endpoint and nobody answers.`
          : `CoreDNS ends at its start, because it cannot read its Corefile: ${withoutPrefix(dns.mistake?.message ?? "")}`,
      source: refused === null ? null : sourceOfCorefile(),
    };
  const deployment = run.object("Deployment", "kube-system/coredns") !== null;
  const fix: Fix | null = deployment
    ? {
        kind: "scale",
        title: "Scale CoreDNS to 2",
        workload: { kind: "Deployment", namespace: "kube-system", name: "coredns" },
        replicas: 2,
      }
    : null;
  return {
    code: "coredns-down",
    title: "There is no CoreDNS Pod",
    why: "Deployment coredns of kube-system has no Pods, so kube-dns has no endpoint and nobody answers for any name.",
    fix,
  };
}

function sourceOfCorefile(): null {
  // The view has no place for a ConfigMap; the editor marks the line itself.
  return null;
}

function withoutPrefix(message: string): string {
  return message === "" ? "it has a mistake." : `\`${message}\``;
}

function brokenCorefile({ dns, service }: Facts): FoundCause | null {
  if (dns.mistake !== null)
    return { code: "corefile", title: "The Corefile has a mistake", why: `CoreDNS cannot read it: ${withoutPrefix(dns.mistake.message)}` };
  if (service === null) return null;
  const [replica] = dns.replicas;
  return replica !== undefined && replica.policy === null && !replica.current
    ? {
        code: "corefile",
        title: "CoreDNS runs with an old Corefile",
        why: "It was changed, and the running processes have not taken it over yet.",
      }
    : null;
}

/** A denial that a replica keeps although the Service is there by now. */
function keptDenial({ dns, service, target, view }: Facts): FoundCause | null {
  if (service === null) return null;
  const kept = dns.replicas.flatMap(({ pod, cache }) =>
    cache.flatMap((row) => (row.kind === "denial" && sameName(withoutFinalDot(row.name), service.dnsName) ? [{ pod, row }] : [])),
  );
  const [first] = kept;
  if (first === undefined) return null;
  const left = Math.max(...kept.map(({ row }) => row.left));
  const who = kept.map(({ pod }) => view.pods.find(({ key }) => key === pod)?.shortName ?? pod);
  return {
    code: "denial-kept",
    title: "CoreDNS kept an old answer",
    why: `${who[0] ?? "A replica"} was asked for ${target.host} before the Service was there, and goes on saying "no such name" from its cache for ${countOf(left, "second")} more.`,
    fix: { kind: "action", title: `Wait ${countOf(left, "second")}`, action: { kind: "wait", time: left * SECOND } },
    source: service.source,
  };
}

function unknownAlias({ service, target }: Facts): FoundCause | null {
  if (service === null || service.externalName === null) return null;
  return {
    code: "alias-unknown",
    title: `Nobody knows ${service.externalName}`,
    why: `${service.name} is an alias: CoreDNS answers ${target.host} with \`${service.externalName}\`, and that name has no address.`,
    source: service.source,
  };
}

/** The question itself, or its answer, was stopped on the way. */
function unreachableServer({ evidence, dns, from, view }: Facts, lookup: Lookup | null): FoundCause | null {
  if (evidence.kind !== "stopped") return null;
  const server = lookup?.nameserver ?? dns.nameservers[0] ?? "the name server";
  const { by } = evidence;
  // Replicas may have become ready while the client was still told of those that were not.
  if (by.kind === "rule" && by.says === "no-endpoints")
    return {
      code: "coredns-down",
      title: "No CoreDNS Pod was ready",
      why: `kube-dns had no endpoint when ${senderName(view, from)} asked, and its rule refused the question. By now ${countOf(dns.replicas.filter(({ ready }) => ready).length, "replica")} of CoreDNS can answer: send again.`,
    };
  const where =
    by.kind === "rule"
      ? by.rule.own === undefined
        ? `a rule of ${by.node} stops it: \`${by.rule.text}\``
        : `a rule of your own on ${by.node} stops it: \`${by.rule.text}\``
      : by.kind === "lost"
        ? `it is lost${by.node === null ? "" : ` at ${by.node}`}`
        : by.kind === "port"
          ? "nobody listens there"
          : "it is dropped without a rule";
  return {
    code: by.kind === "rule" && by.rule.own !== undefined ? "own-rule" : "coredns-unreachable",
    title: "The question for the name does not get through",
    why: `${senderName(view, from)} asks ${server}, and ${where}.`,
  };
}

// ---- what shows it --------------------------------------------------------------------------------------------------

/** What a program in the sender's Pod prints; a question that is stopped on its way is shown by what stops it. */
function lookedUp({ run, from, target, evidence }: Facts): Shown | null {
  if (from.kind !== "pod" || (evidence.kind === "stopped" && evidence.dns)) return null;
  const answer = run.names({ kind: "program", pod: from.pod, program: "nslookup", name: target.host, type: null });
  if ("error" in answer || answer.kind !== "program") return null;
  const [namespace = "", pod = ""] = from.pod.split("/");
  const output = answer.output.text.split("\n").filter((line) => line.trim() !== "");
  return { command: `kubectl exec${inNamespace(namespace)} ${pod} -- ${answer.output.command}`, output: output.slice(0, 12) };
}

function replicasShown(replicas: readonly DnsReplicaView[]): Shown {
  const command = "kubectl get pods -n kube-system -l k8s-app=kube-dns";
  if (replicas.length === 0) return { command, output: ["No resources found in kube-system namespace."] };
  return {
    command,
    output: table([["NAME", "READY"], ...replicas.map(({ pod, ready }) => [pod.split("/")[1] ?? pod, ready ? "1/1" : "0/1"])]),
  };
}
