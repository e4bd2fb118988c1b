/**
 * What is said where an address is replaced: which one it was, which it became, on which node, and by whose rules. A person
 * who reads nothing else is to know these four. Names stand for addresses (DESIGN 9); the inspector has the numbers.
 */
import { masqueradedByPlugin } from "../core/base/plugin-masquerade.ts";
import type { Hop, PacketTrace } from "../core/network/trace.ts";
import type { ServiceView } from "../core/simulation/view.ts";
import { rewroteFirst } from "./bars.ts";
import { destinationText } from "./naming.ts";
import type { Names } from "./naming.ts";
import { OWN_RULE, ownRewrite } from "./own-rule-words.ts";
import { choseAsBefore, isHairpin } from "./proxy-words.ts";
import type { BeatWords } from "./words.ts";

type Rewrite = Extract<Hop, { readonly kind: "rewrite" }>;
type GateHop = Extract<Hop, { readonly walks: readonly unknown[] }>;
type Known = Extract<Hop, { readonly kind: "known" }>;

/** By whose rules a node rewrites, where kube-proxy wrote them. */
export const BY_PROXY = "as kube-proxy's rules say";

/** "the Service address of web", "the address of node-2, port 30080,": the address that a packet was sent to. */
export function askedAddress({ before }: Pick<Hop, "before">, service: ServiceView | null, names: Names): string {
  const holder = names.holder(before.dst);
  if (holder?.kind === "node") return `the address of ${holder.name}, port ${before.dstPort},`;
  if (service === null) return holder?.kind === "service" ? `the Service address of ${holder.name}` : `the address ${before.dst}`;
  const external = service.externalIps.includes(before.dst) || service.loadBalancer.addresses.includes(before.dst);
  return `the ${external ? "external" : "Service"} address of ${service.name}`;
}

/** "web-x2k8b", or the address of whoever has no name here. */
export function receiverName({ after }: Pick<Hop, "after">, names: Names): string {
  return names.podAt(after.dst)?.shortName ?? names.holder(after.dst)?.name ?? destinationText(after);
}

function byWhom(hop: GateHop): string {
  return ownRewrite(hop) === null ? BY_PROXY : `as ${OWN_RULE} says`;
}

/** Words of a gate that rewrote the first packet of a connection. */
export function rewriteWords(hop: Rewrite, names: Names): BeatWords {
  const { node, changed } = hop;
  const own = ownRewrite(hop) !== null;
  const detail = own ? `${OWN_RULE} on ${node}` : `kube-proxy rules on ${node}`;
  const by = byWhom(hop);
  const what = askedAddress(hop, names.service(hop.servicePort), names);
  const to = receiverName(hop, names);
  const same = choseAsBefore(hop) ? ", the same Pod as before" : "";
  if (changed.source && masqueradedByPlugin(hop)) return leavingWords(hop, changed.destination ? { what, to, by } : null, detail);
  if (changed.destination && changed.source) {
    const itself = isHairpin(hop) ? ", which is the sender itself" : same;
    const both = `${what} with that of ${to}${itself}, and the sender's with its own`;
    return {
      title: "Rewrite destination and source",
      detail,
      sentence: `${node} replaces two addresses, ${by}: ${both}, so that the answer comes back through it.`,
      past: `${node} replaced two addresses, ${by}: ${both}.`,
    };
  }
  if (changed.destination) {
    const rest = `${what} with the address of ${to}${same}, ${by}.`;
    return { title: "Rewrite the destination", detail, sentence: `${node} replaces ${rest}`, past: `${node} replaced ${rest}` };
  }
  const rest = `the sender's address with its own, ${by}, so that the answer comes back through it.`;
  return {
    title: "Rewrite the source",
    detail: own ? detail : `masquerade on ${node}`,
    sentence: `${node} replaces ${rest}`,
    past: `${node} replaced ${rest}`,
  };
}

/** The network plugin took the Pod's address out of a packet that leaves the cluster. */
function leavingWords(
  { node }: Rewrite,
  rewritten: { readonly what: string; readonly to: string; readonly by: string } | null,
  detail: string,
): BeatWords {
  const why = "because the packet leaves the cluster";
  const plugin = `the network plugin on ${node}`;
  if (rewritten === null)
    return {
      title: "Rewrite the source",
      detail: `network plugin on ${node}`,
      sentence: `The network plugin on ${node} replaces the Pod's address with that of ${node}, ${why}: an answer to a Pod would not find its way.`,
      past: `The network plugin on ${node} replaced the Pod's address with that of ${node}, ${why}.`,
    };
  const { what, to, by } = rewritten;
  return {
    title: "Rewrite destination and source",
    detail,
    sentence: `${node} replaces ${what} with the address of ${to}, ${by}, and ${plugin} replaces the Pod's address with that of ${node}, ${why}.`,
    past: `${node} replaced ${what} with the address of ${to}, ${by}; ${plugin} replaced the Pod's address with that of ${node}, ${why}.`,
  };
}

/** Words of a gate that knows the connection: it rewrites what the first packet's rules decided, and asks none. */
export function knownWords(hop: Known, names: Names): BeatWords {
  const { node } = hop;
  const what = knownChange(hop, names);
  return {
    title: "Known connection",
    detail: `conntrack on ${node}, no rule asked`,
    sentence: `${node} knows this connection and asks no rule: as it remembers from the first packet, it replaces ${what}.`,
    past: `${node} knew this connection and asked no rule: as it remembers from the first packet, it replaced ${what}.`,
  };
}

/** "the Service address of web with the address of web-x2k8b" */
export function knownChange(hop: Known, names: Names): string {
  const { changed } = hop;
  const destination = `${askedAddress(hop, names.balancer(hop.before.dst), names)} with the address of ${receiverName(hop, names)}`;
  if (changed.destination && changed.source) return `${destination}, and the sender's with its own`;
  return changed.destination ? destination : "the sender's address with its own";
}

/** What a gate puts back in an answer: where, whether in both ends, and the address that the client had asked. */
export function restoreWords(
  { node, changed, after }: Extract<Hop, { readonly kind: "restore" | "known" }>,
  names: Names,
): { readonly node: string; readonly both: boolean; readonly address: string } {
  const asked = { before: { ...after, dst: after.src, dstPort: after.srcPort } };
  return { node, both: changed.source && changed.destination, address: askedAddress(asked, names.balancer(after.src), names) };
}

/** "node-1 replaces …, then ": a drop behind a rewrite is one hop of the trace. */
export function rewroteBefore(
  hop: Extract<Hop, { readonly kind: "drop" | "reject" }>,
  names: Names,
): { readonly now: string; readonly past: string } {
  if (hop.before.dst === hop.after.dst && hop.before.dstPort === hop.after.dstPort) return { now: "", past: "" };
  const what = askedAddress(hop, names.service(hop.servicePort), names);
  const rest = `${what} with the address of ${receiverName(hop, names)}, ${byWhom(hop)}, then `;
  return { now: `replaces ${rest}`, past: `replaced ${rest}` };
}

/**
 * The last sentence of a request that sent a packet: what was rewritten on its way out, where and by whom, or that nothing
 * was. Begins with a space; empty where there is nothing to say. `out`: the packet that tells the request's story.
 */
export function rewrittenWords(out: PacketTrace | null, names: Names): string {
  if (out === null) return "";
  const said = out.hops.flatMap((hop) => {
    if (hop.kind === "rewrite") return [rewriteWords(hop, names).past];
    if (hop.kind === "known" && (hop.changed.destination || hop.changed.source))
      return [`${hop.node} replaced ${knownChange(hop, names)}, as it remembers from the connection's first packet.`];
    if (hop.kind === "drop" && rewroteFirst(hop)) return [`${hop.node} had ${rewroteBefore(hop, names).past.replace(/, then $/, ".")}`];
    return [];
  });
  if (said.length > 0) return ` ${said.join(" ")}`;
  const [first, last] = [out.hops[0], out.hops.at(-1)];
  if (first === undefined || last === undefined) return "";
  const same = first.before.dst === last.after.dst && first.before.src === last.after.src;
  return same ? " No address of the request was rewritten." : "";
}
