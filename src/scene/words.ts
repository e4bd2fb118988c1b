/**
 * The words of the picture: titles, details and sentences of hops (DESIGN 9, 11). Plain, the actor named; "refused" when
 * the client is told, "dropped" when it is not. Every switch is closed: a new kind of hop does not compile until it has
 * its words. Names are in naming.ts, outcomes and summaries in outcomes.ts.
 */
import { unreachable } from "../core/base/names.ts";
import { OWN_RULE, ownPassText, ownStopWords, policyChain, policyDropWords } from "./own-rule-words.ts";
import { masqueradedByPlugin } from "../core/base/plugin-masquerade.ts";
import { policyStopOf, policyText } from "../core/base/policy-stop.ts";
import type { Header, Hop, Journey, LostReason, Place } from "../core/network/trace.ts";
import type { ServiceView } from "../core/simulation/view.ts";
import { destinationText, senderName } from "./naming.ts";
import type { Names } from "./naming.ts";
import { passText, policyWords } from "./policy-words.ts";
import { proxyDrop } from "./proxy-words.ts";
import { knownWords, receiverName, rewriteWords } from "./rewrite-words.ts";

/** What the hop list prints for one beat. */
export interface BeatWords {
  readonly title: string;
  readonly detail: string;
  readonly sentence: string;
  readonly past: string;
}

/** Words of a whole look-up. `opening`: what is said until the answer is on its way; absent where none comes that helps. */
export function lookupWords(journey: Journey, names: Names): BeatWords & { readonly opening?: string } {
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
    const list =
      rest.length === 0
        ? `${holderWords(first ?? "", names)}.`
        : `${lookup.addresses.length} addresses, one for each ready Pod. ${who} takes the first.`;
    return {
      title,
      detail: `${lookup.name} is ${lookup.addresses.join(", ")}, says ${server}${askedOften(lookup)}`,
      opening: asks,
      sentence: `${capital(server)}${server === CORE_DNS ? ", the cluster's name server," : ""} answers ${who} with ${list}`,
      past: `${capital(server)} answered with ${list}`,
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
  return holder.kind === "service" ? `the Service address of ${holder.name}` : `the address of ${holder.name}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const CORE_DNS = "CoreDNS";

function serverName(place: Place): string {
  return place.kind === "pod" ? CORE_DNS : "the name server outside";
}

interface OutAbout {
  readonly sender: string;
  readonly first: boolean;
  /** The packet's header as it was sent. */
  readonly sent: Header;
}

/** Words of the beat that begins with this hop of a packet that goes out. */
export function outWords(hop: Hop, names: Names, about: OutAbout): BeatWords {
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
      return rewroteWords(hop, names);
    case "known":
      return knownWords(hop, names);
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
      return crossWords(hop, names, about.sent);
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

/** A rewrite, and the network policies that were asked at the same gate. */
function rewroteWords(hop: Extract<Hop, { readonly kind: "rewrite" }>, names: Names): BeatWords {
  const words = rewriteWords(hop, names);
  const then = allowed(hop);
  const both = hop.changed.destination && hop.changed.source && !masqueradedByPlugin(hop);
  const sees = both ? ` So ${receiverName(hop, names)} sees ${hop.node} as the sender.` : "";
  return { ...words, sentence: words.sentence + then, past: words.past + sees + then };
}

/** " Network policy web lets it in.": after a rewrite, where policies were asked. */
function allowed(hop: Extract<Hop, { readonly kind: "rewrite" }>): string {
  const text = passText(hop);
  return text === null ? "" : ` ${capital(text)}.`;
}

function crossWords(hop: Extract<Hop, { readonly kind: "cross" }>, names: Names, sent: Header): BeatWords {
  const from = names.place(hop.from);
  const to = names.place(hop.to);
  const { prefix, via } = hop.route;
  return {
    title: `Cross to ${to}`,
    detail: via === null ? `route ${prefix}` : `route ${prefix} via ${via}`,
    sentence: `Crossing from ${from} to ${to}${hop.sameZone ? "" : ", in another zone"}.${carriesText(hop, names, sent)}`,
    past: `The packet crossed from ${from} to ${to}.`,
  };
}

/** Whose address it has on the road, and whether that is new. */
function carriesText({ after }: Hop, names: Names, sent: Header): string {
  const holder = names.holder(after.dst);
  if (holder?.kind !== "pod") return "";
  if (after.dst === sent.dst) return ` The packet has carried the address of ${holder.name} from the start.`;
  const service = names.holder(sent.dst)?.kind === "service" || names.balancer(sent.dst) !== null;
  return ` The packet carries the address of ${holder.name} now${service ? ", no longer the Service's" : ""}.`;
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
  const why = service === null ? "a rule refuses the packet" : `it has no endpoint for ${service.name}, nobody to send it to`;
  return {
    title: "Refuse the connection",
    detail: `${hop.node}, ${rejectText(hop, names)}`,
    sentence:
      service === null
        ? `A rule on ${hop.node} refuses the packet and tells the sender.`
        : `${hop.node} has no endpoint for ${service.name}, nobody to send it to, so it refuses the connection.`,
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

/** What an answer's two beats tell. */
export interface ReplyAbout {
  readonly by: string;
  readonly to: string;
  /** The first packet was rewritten at this hop, and the answer's address is put back there; null: it goes straight. */
  readonly restore: { readonly node: string; readonly both: boolean; readonly address: string } | null;
  /** Whose address the client had asked; null: nobody's known here. */
  readonly asked: string | null;
  /** What the answer denies. */
  readonly no: "refused" | "unreachable" | null;
}

/** Words of the answer's two beats: the way back and the arrival. `opening`: said until the address is put back. */
export function replyWords(about: ReplyAbout): { readonly way: BeatWords; readonly opening: string | null; readonly home: BeatWords } {
  const { by, to, restore, no } = about;
  const noun = no === null ? "answer" : no === "refused" ? "refusal" : "error";
  const says = no === null ? `${by} answers` : no === "refused" ? `${by} says no` : `${by} says that nobody can be reached there`;
  const title = no === null ? "Reply" : `The ${noun} returns`;
  if (restore === null) {
    const way = {
      title,
      detail: `${by} to ${to}`,
      sentence: `${says}, straight to ${to}.`,
      past: `The ${noun} went straight back to ${to}.`,
    };
    return { way, opening: null, home: homeWords(to, no, null) };
  }
  const { node, both, address } = restore;
  const back = both ? "both addresses that it had replaced" : `${address} in place of that of ${by}`;
  const seems = about.asked ?? "the address it asked";
  return {
    way: {
      title: `${title}, source restored`,
      detail: `conntrack, the memory of ${node}`,
      sentence: `In the ${noun}, ${node} puts back ${back}, so ${to} sees ${no === "refused" ? "a" : "an"} ${noun} from ${seems}.`,
      past: `In the ${noun}, ${node} put back ${back}.`,
    },
    opening: `${says}. The ${noun} goes back the same way, to ${node}.`,
    home: homeWords(to, no, seems),
  };
}

/** `seems`: whom the answer seems to come from, where an address was put back in it. */
function homeWords(to: string, no: ReplyAbout["no"], seems: string | null): BeatWords {
  const title = `Back in ${to}`;
  const from = seems === null ? "" : `, as if from ${seems}`;
  switch (no) {
    case null:
      return { title, detail: "", sentence: `The answer is back in ${to}${from}.`, past: `The answer came back to ${to}${from}.` };
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
