/**
 * The words of the picture: titles, details and sentences of hops (DESIGN 9, 11). Plain, the actor named; "refused" when
 * the client is told, "dropped" when it is not. Every switch is closed: a new kind of hop does not compile until it has
 * its words. Names are in naming.ts, outcomes and summaries in outcomes.ts.
 */
import { unreachable } from "../core/base/names.ts";
import { OWN_RULE, ownPassText, ownRewrite, ownStopWords, policyChain, policyDropWords } from "./own-rule-words.ts";
import { masqueradedByPlugin } from "../core/base/plugin-masquerade.ts";
import { policyStopOf, policyText } from "../core/base/policy-stop.ts";
import type { Hop, Journey, LostReason, Place } from "../core/network/trace.ts";
import type { ServiceView } from "../core/simulation/view.ts";
import { destinationText, senderName } from "./naming.ts";
import type { Names } from "./naming.ts";
import { passText, policyWords } from "./policy-words.ts";
import { choseAsBefore, isHairpin, masqueradeText, proxyDrop, seenAs } from "./proxy-words.ts";

/** What the hop list prints for one beat. */
export interface BeatWords {
  readonly title: string;
  readonly detail: string;
  readonly sentence: string;
  readonly past: string;
}

export function lookupWords(journey: Journey, names: Names): BeatWords {
  const lookup = journey.lookup;
  const who = senderName(journey, names);
  if (lookup === null) throw new Error(`journey ${journey.id} has no look-up to tell`);
  const by = lookup.queries.findLast((query) => query.by !== null)?.by ?? null;
  const server = by === null ? "the name server" : serverName(by);
  const title = "Look up the name";
  const asks = `${who} asks ${server} for the address of ${lookup.name}.`;
  const found = lookup.candidates.find((candidate) => candidate.result === "found");
  if (lookup.error === null && lookup.addresses.length > 0) {
    const [first, ...rest] = lookup.addresses;
    const list = rest.length === 0 ? (first ?? "") : `${lookup.addresses.length} addresses`;
    return {
      title,
      detail: `${lookup.name} is ${rest.length === 0 ? list : lookup.addresses.join(", ")}, says ${server}${askedOften(lookup)}`,
      sentence: asks,
      past:
        rest.length === 0
          ? `${capital(server)} answered with ${holderWords(first ?? "", names)}.`
          : `${capital(server)} answered with ${list}, one for each ready Pod. ${who} takes the first.`,
    };
  }
  if (found === undefined && lookup.candidates.some((one) => one.result === "no-such-name")) {
    return {
      title,
      detail: `no such name: ${lookup.name}${askedOften(lookup)}`,
      sentence: asks,
      past: `${capital(server)} knows no name ${lookup.name}, so ${who} sent no packet.`,
    };
  }
  const silent = lookup.queries.some((query) => query.rcode === "TIMEOUT");
  const stop = journey.packets
    .flatMap(({ purpose, hops }) => (purpose === "dns-query" ? hops : []))
    .map((hop) => (hop.kind === "drop" ? policyStopOf(hop.rule) : null))
    .find((each) => each !== null);
  if (silent && stop !== undefined && stop !== null)
    return {
      title,
      detail: `no answer: ${policyText(stop)} stops the question`,
      sentence: asks,
      past: `${capital(policyText(stop))} ${stop.policies.includes(",") ? "stop" : "stops"} the question for ${lookup.name}. Nobody answers, so ${who} sent no packet.`,
    };
  if (silent)
    return {
      title,
      detail: "no answer from the name server",
      sentence: asks,
      past: `Nobody answered the look-up of ${lookup.name}, so ${who} sent no packet.`,
    };
  if (lookup.queries.some((query) => query.rcode === "ICMP"))
    return {
      title,
      detail: "the name server's address was refused",
      sentence: asks,
      past: `The look-up of ${lookup.name} was refused, so ${who} sent no packet.`,
    };
  return {
    title,
    detail: `${lookup.name} has no address`,
    sentence: asks,
    past: `${capital(server)} gave no address for ${lookup.name}, so ${who} sent no packet.`,
  };
}

/** A and AAAA are one step to a person; more than that is worth saying. */
function askedOften({ queries }: NonNullable<Journey["lookup"]>): string {
  return queries.length > 2 ? `, asked ${queries.length} times` : "";
}

function holderWords(address: string, names: Names): string {
  const holder = names.holder(address);
  if (holder === null) return "an address outside this cluster";
  return holder.kind === "service" ? `the address of the Service ${holder.name}` : `the address of ${holder.name}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function serverName(place: Place): string {
  return place.kind === "pod" ? "CoreDNS" : "the name server outside";
}

/** Words of the beat that begins with this hop of a packet that goes out. */
export function outWords(hop: Hop, names: Names, about: { readonly sender: string; readonly first: boolean }): BeatWords {
  const { sender } = about;
  switch (hop.kind) {
    case "send":
    case "leave":
      return leaveWords(hop, names, sender);
    case "enter-cluster":
      return enterWords(hop, names, sender);
    case "leave-cluster":
      return {
        title: "Leave the cluster",
        detail: `to ${names.place(hop.to)}, ${destinationText(hop.after)}`,
        sentence: `The packet leaves the cluster for ${names.place(hop.to)}.`,
        past: `The packet left the cluster for ${names.place(hop.to)}.`,
      };
    case "pass":
      return passWords(hop);
    case "rewrite":
      return rewriteWords(hop, names);
    case "known":
      return {
        title: "Known connection",
        detail: `conntrack on ${hop.node}, no rule asked`,
        sentence: `${hop.node} knows this connection and translates it as before; no rule is asked.`,
        past: `${hop.node} knew this connection and translated it as before.`,
      };
    case "restore":
      return {
        title: hop.changed.source ? "Restore the source" : "Restore the destination",
        detail: `conntrack on ${hop.node}`,
        sentence: `${hop.node} puts back the address that it replaced before.`,
        past: `${hop.node} put back the address that it had replaced.`,
      };
    case "reject":
      return rejectWords(hop, names);
    case "drop":
      return dropWords(hop, names);
    case "cross":
      return crossWords(hop, names);
    case "deliver":
    case "accept":
      return arriveWords(hop, names);
    case "refuse": {
      const who = names.place(hop.to);
      const port = hop.after.dstPort;
      return {
        title: `Refused by ${who}`,
        detail: `nothing listens on port ${port}`,
        sentence: `The packet is in ${who}, but nothing listens on port ${port} there: it is refused.`,
        past: `${who} refused the connection: nothing listens on port ${port}.`,
      };
    }
    case "lost":
      return lostWords(hop, names);
    default:
      return unreachable(hop);
  }
}

function enterWords(hop: Hop, names: Names, sender: string): BeatWords {
  const node = names.place(hop.to);
  const service = names.balancer(hop.before.dst);
  const reach = service?.loadBalancer.reach;
  const title = `Reach ${node}`;
  if (service === null || reach === undefined)
    return {
      title,
      detail: destinationText(hop.after),
      sentence: `${sender} sends its packet to ${node}, through the boundary of the cluster.`,
      past: `The packet came from ${sender} to ${node}.`,
    };
  if (reach.provider === "metallb")
    return {
      title,
      detail: `${destinationText(hop.after)}, announced by ${node}`,
      sentence: `${node} alone answers for the external address of ${service.name}, so the packet comes to it.`,
      past: `The packet came to ${node}, which answers for the external address of ${service.name}.`,
    };
  const healthy = healthyNodes(service).length;
  const among = healthy < 2 ? "the one healthy node" : `one of ${healthy} healthy nodes`;
  const own = hop.before.dst !== hop.after.dst;
  return {
    title,
    detail: `${destinationText(hop.after)}, ${among}`,
    sentence: own
      ? `The load balancer of ${service.name} opens a connection of its own to ${node}, ${among}.`
      : `The load balancer of ${service.name} gives the packet to ${node}, ${among}.`,
    past: own ? `The load balancer opened a connection of its own to ${node}.` : `The load balancer gave the packet to ${node}.`,
  };
}

/** Nodes that pass the health checks of the Service's load balancer. */
export function healthyNodes({ loadBalancer }: ServiceView): readonly string[] {
  return (loadBalancer.reach?.checks ?? []).filter((check) => check.healthy).map((check) => check.node);
}

function leaveWords(hop: Hop, names: Names, sender: string): BeatWords {
  const holder = names.holder(hop.after.dst);
  const target =
    holder === null ? destinationText(hop.after) : holder.kind === "service" ? `the Service address of ${holder.name}` : holder.name;
  const pod = hop.from.kind === "pod";
  const node = hop.to.kind === "gate" || hop.to.kind === "node" ? hop.to.node : hop.to.kind === "pod" ? hop.to.node : "";
  return {
    title: pod ? "Leave the Pod" : hop.from.kind === "outside" ? `Leave ${sender}` : `Leave ${node}`,
    detail: pod ? `${sender}, eth0 to ${node}` : `${sender} to ${destinationText(hop.after)}`,
    sentence:
      holder?.kind === "service"
        ? `${sender} sends its packet to ${target}. No machine has that address.`
        : `${sender} sends its packet to ${target}.`,
    past: `The packet left ${sender} for ${target}.`,
  };
}

/** While the rules are still being looked through: nothing is said of what comes out. */
export function openingWords(node: string, service: ServiceView | null): string {
  return service === null ? `${node} looks through its rules for this address.` : `${node} looks through its rules for ${service.name}.`;
}

function passWords(hop: Extract<Hop, { readonly kind: "pass" }>): BeatWords {
  const policy = passText(hop);
  if (policy !== null)
    return {
      title: `Enter ${hop.node}`,
      detail: `${policy}, forwarded`,
      sentence: `${hop.node} lets the packet through unchanged: ${policy}.`,
      past: `${hop.node} let the packet through unchanged: ${policy}.`,
    };
  const own = ownPassText(hop);
  const why = own === null ? "no rule changes it here" : `${OWN_RULE} ${own}, and none changes it`;
  return {
    title: `Enter ${hop.node}`,
    detail: own === null ? "no rule matches, forwarded" : `${OWN_RULE} ${own}, forwarded`,
    sentence: `${hop.node} lets the packet through: ${why}.`,
    past: `${hop.node} let the packet through unchanged${own === null ? "" : `: ${OWN_RULE} ${own}`}.`,
  };
}

function rewriteWords(hop: Extract<Hop, { readonly kind: "rewrite" }>, names: Names): BeatWords {
  const { node, changed, after, before } = hop;
  const service = names.service(hop.servicePort);
  const to = names.podAt(after.dst)?.shortName ?? names.holder(after.dst)?.name ?? destinationText(after);
  const own = ownRewrite(hop) !== null;
  const detail = own ? `${OWN_RULE} on ${node}` : `kube-proxy rules on ${node}`;
  const what =
    service === null
      ? `the address ${before.dst}`
      : names.holder(before.dst)?.kind === "node"
        ? `its own address, port ${before.dstPort},`
        : `the ${isExternal(service, before.dst) ? "external" : "Service"} address of ${service.name}`;
  const same = choseAsBefore(hop) ? ", the same Pod as before" : "";
  const then = allowed(hop);
  if (changed.source && masqueradedByPlugin(hop)) return leavingWords(hop, changed.destination ? { what, to } : null, detail, then);
  if (changed.destination && changed.source) {
    const itself = isHairpin(hop) ? ", which is the sender itself" : same;
    return {
      title: "Rewrite destination and source",
      detail,
      sentence: `${node} replaces ${what} with the address of ${to}${itself}, and ${masqueradeText(hop, names)}.${then}`,
      past: `${node} replaced both addresses: the packet goes to ${to}${same}, and ${to} will see ${seenAs(hop, names)} as the sender.${then}`,
    };
  }
  if (changed.destination) {
    return {
      title: "Rewrite the destination",
      detail,
      sentence: `${node} replaces ${what} with the address of ${to}${same}.${then}`,
      past: `${node} replaced ${what} with the address of ${to}${same}.${then}`,
    };
  }
  return {
    title: "Rewrite the source",
    detail: own ? detail : `masquerade on ${node}`,
    sentence: `${node} puts ${names.isBridge(after.src) ? "the address of its bridge" : "its own address"} in place of the sender's.${then}`,
    past: `${node} put ${names.isBridge(after.src) ? "the address of its bridge" : "its own address"} in place of the sender's.${then}`,
  };
}

/** The network plugin took the Pod's address out of a packet that leaves the cluster. */
function leavingWords(
  { node }: Extract<Hop, { readonly kind: "rewrite" }>,
  rewritten: { readonly what: string; readonly to: string } | null,
  detail: string,
  then: string,
): BeatWords {
  const why = "because the packet leaves the cluster";
  const plugin = `the network plugin on ${node}`;
  if (rewritten === null)
    return {
      title: "Rewrite the source",
      detail: `network plugin on ${node}`,
      sentence: `${capital(plugin)} replaces the Pod's address with that of ${node}, ${why}: an answer to a Pod would not find its way.${then}`,
      past: `${capital(plugin)} replaced the Pod's address with that of ${node}, ${why}.${then}`,
    };
  const { what, to } = rewritten;
  return {
    title: "Rewrite destination and source",
    detail,
    sentence: `${node} replaces ${what} with the address of ${to}, and ${plugin} replaces the Pod's address with that of ${node}, ${why}.${then}`,
    past: `${node} replaced ${what} with the address of ${to}; ${plugin} replaced the Pod's address, ${why}.${then}`,
  };
}

function isExternal({ externalIps, loadBalancer }: ServiceView, address: string): boolean {
  return externalIps.includes(address) || loadBalancer.addresses.includes(address);
}

/** " Network policy web lets it in.": after a rewrite, where policies were asked. */
function allowed(hop: Extract<Hop, { readonly kind: "rewrite" }>): string {
  const text = passText(hop);
  return text === null ? "" : ` ${capital(text)}.`;
}

function crossWords(hop: Extract<Hop, { readonly kind: "cross" }>, names: Names): BeatWords {
  const from = names.place(hop.from);
  const to = names.place(hop.to);
  const { prefix, via } = hop.route;
  const carries =
    names.holder(hop.after.dst)?.kind === "pod" ? " The packet carries a Pod address now: no Service address leaves a node." : "";
  return {
    title: `Cross to ${to}`,
    detail: via === null ? `route ${prefix}` : `route ${prefix} via ${via}`,
    sentence: `Crossing from ${from} to ${to}${hop.sameZone ? "" : ", in another zone"}.${carries}`,
    past: `The packet crossed from ${from} to ${to}.`,
  };
}

function arriveWords(hop: Hop, names: Names): BeatWords {
  const who = names.place(hop.to);
  const port = hop.after.dstPort;
  const at = port === 0 ? "" : `, port ${port}`;
  return {
    title: `Arrive at ${who}${at}`,
    detail: destinationText(hop.after),
    sentence: `The packet arrives in ${who}${port === 0 ? "" : ` on port ${port}`}, and somebody listens there.`,
    past: `The packet arrived in ${who}${port === 0 ? "" : ` on port ${port}`}.`,
  };
}

/** "no endpoint for web": what the gate says as well. */
export function rejectText(hop: Extract<Hop, { readonly kind: "reject" }>, names: Names): string {
  if (hop.rule.own !== undefined) return "refused by your rule";
  const service = names.service(hop.servicePort ?? hop.rule.origin?.servicePort ?? null);
  return service === null ? "refused by a rule" : `no endpoint for ${service.name}`;
}

function rejectWords(hop: Extract<Hop, { readonly kind: "reject" }>, names: Names): BeatWords {
  if (hop.rule.own !== undefined) return ownStopWords(hop, hop.rule, names);
  const service = names.service(hop.servicePort ?? hop.rule.origin?.servicePort ?? null);
  const why = service === null ? "a rule refuses the packet" : `it has no endpoint for ${service.name}`;
  return {
    title: "Refuse the connection",
    detail: `${hop.node}, ${rejectText(hop, names)}`,
    sentence:
      service === null
        ? `A rule on ${hop.node} refuses the packet and tells the sender.`
        : `${hop.node} has no endpoint for ${service.name}, so it refuses the connection.`,
    past: `${hop.node} refused the connection: ${why}. The packet went no further.`,
  };
}

/** "no Pod here, Local": what the gate says as well. */
export function dropText(hop: Extract<Hop, { readonly kind: "drop" }>, names: Names): string {
  const stop = policyStopOf(hop.rule);
  if (stop !== null) return policyText(stop);
  if (hop.rule?.own !== undefined) return "dropped by your rule";
  const policy = policyChain(hop);
  if (policy !== null) return `policy of ${policy}`;
  const service = names.service(hop.servicePort ?? hop.rule?.origin?.servicePort ?? null);
  const drop = proxyDrop(hop.rule, hop.node, service?.name ?? null);
  if (drop !== null) return drop.text;
  if (service === null) return hop.rule === null ? "not modelled" : "dropped by a rule";
  return `nothing for ${service.name}`;
}

function dropWords(hop: Extract<Hop, { readonly kind: "drop" }>, names: Names): BeatWords {
  const stop = policyStopOf(hop.rule);
  if (stop !== null) return policyWords(hop, stop, names);
  if (hop.rule?.own !== undefined) return ownStopWords(hop, hop.rule, names);
  const policy = policyChain(hop);
  if (policy !== null) return policyDropWords(hop, policy, names);
  const service = names.service(hop.servicePort ?? hop.rule?.origin?.servicePort ?? null);
  const drop = proxyDrop(hop.rule, hop.node, service?.name ?? null);
  const reason =
    drop !== null
      ? drop.reason
      : service === null
        ? hop.rule === null
          ? "a rule here is not modelled"
          : "a rule there drops it"
        : `${hop.node} has nothing to give it to`;
  return {
    title: "Drop the packet",
    detail: `${hop.node}, ${dropText(hop, names)}`,
    sentence: `${hop.node} drops the packet and tells nobody: ${reason}.`,
    past: `${hop.node} dropped the packet in silence: ${reason}.`,
  };
}

/** Why a packet that nobody caught is gone. */
export function lostText(why: LostReason): string {
  switch (why) {
    case "no-route":
      return "no route leads there";
    case "nobody-has-the-address":
      return "nobody has the address";
    case "hop-limit":
      return "hop limit reached";
    case "pod-gone":
      return "no Pod has the address now";
    case "node-down":
      return "the node is down";
    case "no-healthy-node":
      return "no node is healthy for the load balancer";
    case "source-not-allowed":
      return "the load balancer takes nothing from that address";
    default:
      return unreachable(why);
  }
}

function lostWords(hop: Extract<Hop, { readonly kind: "lost" }>, names: Names): BeatWords {
  const why = lostText(hop.why);
  const where = hop.to.kind === "beyond" ? "outside the cluster" : `at ${names.place(hop.to)}`;
  return {
    title: "Lose the packet",
    detail: `${destinationText(hop.after)}, ${why}`,
    sentence: `The packet is lost ${where}: ${why}.`,
    past: `The packet was lost ${where}: ${why}.`,
  };
}

/** Words of the answer's two beats: the way back and the arrival. `no`: what the answer denies. */
export function replyWords(about: {
  readonly by: string;
  readonly to: string;
  readonly restoredAt: string | null;
  readonly service: string | null;
  readonly no: "refused" | "unreachable" | null;
}): { readonly way: BeatWords; readonly home: BeatWords } {
  const { by, to, restoredAt, service, no } = about;
  const who = service ?? "the address it asked";
  const noun = no === null ? "answer" : no === "refused" ? "refusal" : "error";
  const says = no === null ? `${by} answers` : no === "refused" ? `${by} says no` : `${by} says that nobody can be reached there`;
  const title = no === null ? "Reply" : `The ${noun} returns`;
  const way: BeatWords =
    restoredAt === null
      ? { title, detail: `${by} to ${to}`, sentence: `${says}, straight to ${to}.`, past: `The ${noun} went straight back to ${to}.` }
      : {
          title: `${title}, source restored`,
          detail: `conntrack on ${restoredAt}`,
          sentence: `${says}. ${restoredAt} puts the address back that it had replaced, so ${to} sees ${no === null ? "an" : no === "refused" ? "a" : "an"} ${noun} from ${who}.`,
          past: `${restoredAt} put the address back that it had replaced in the ${noun}.`,
        };
  return { way, home: homeWords(to, no) };
}

function homeWords(to: string, no: "refused" | "unreachable" | null): BeatWords {
  const title = `Back in ${to}`;
  switch (no) {
    case null:
      return { title, detail: "", sentence: `The answer is back in ${to}.`, past: `The answer came back to ${to}.` };
    case "refused":
      return {
        title,
        detail: "connection refused",
        sentence: `${to} is told that the connection was refused.`,
        past: `${to} was told that the connection was refused.`,
      };
    case "unreachable":
      return {
        title,
        detail: "no route to host",
        sentence: `${to} is told that the address cannot be reached.`,
        past: `${to} was told that the address cannot be reached.`,
      };
  }
}

export function waitingWords(to: string, waited: string): BeatWords {
  return {
    title: `${to} waits`,
    detail: `no answer for ${waited}`,
    sentence: `Nothing comes back. ${to} waits until its timeout.`,
    past: `Nothing came back. ${to} gave up after ${waited}.`,
  };
}
