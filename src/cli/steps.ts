/** One plain sentence a hop, for the command line. */
import { endpointText } from "../core/base/address.ts";
import { unreachable } from "../core/base/names.ts";
import { masqueradedByPlugin } from "../core/base/plugin-masquerade.ts";
import type { RuleRef } from "../core/netfilter/rules.ts";
import type { Header, Hop, PacketTrace } from "../core/network/trace.ts";

function ends({ src, srcPort, dst, dstPort, protocol }: Header): string {
  return protocol === "ICMP" ? `${src} -> ${dst}` : `${endpointText(src, srcPort)} -> ${endpointText(dst, dstPort)}`;
}

export function stepOf(hop: Hop, packet: PacketTrace): string {
  switch (hop.kind) {
    case "send":
      return `sends ${ends(hop.after)}`;
    case "leave":
      return "leaves";
    case "enter-cluster":
      return "enters the cluster";
    case "leave-cluster":
      return "leaves the cluster";
    case "pass":
      return hop.route === null
        ? "passes"
        : `passes, route ${hop.route.prefix}${hop.route.via === null ? "" : ` via ${hop.route.via}`} dev ${hop.route.device}`;
    case "rewrite": {
      const by = masqueradedByPlugin(hop) ? ", the source by the network plugin" : "";
      return `rewritten${hop.servicePort === null ? "" : ` for ${hop.servicePort}`}: ${changes(hop)}${by}`;
    }
    case "known":
      return `known connection: ${changes(hop)}`;
    case "restore":
      return `restored: ${changes(hop)}`;
    case "reject":
      return `rejected with ${hop.with} by ${ruleText(hop.rule)}`;
    case "drop":
      return hop.rule === null ? "dropped" : `dropped by ${ruleText(hop.rule)}`;
    case "cross":
      return `crosses to ${hop.to.kind === "gate" ? hop.to.node : "a node"}, route ${hop.route.prefix}${hop.route.via === null ? "" : ` via ${hop.route.via}`}`;
    case "deliver":
      return "is delivered";
    case "accept":
      return hop.says === null ? `accepts ${packet.purpose}` : `hears: ${hop.says}`;
    case "refuse":
      return packet.tcp === null || packet.tcp.flags.includes("SYN")
        ? `refuses with ${hop.with}: nobody listens on ${hop.before.dstPort}`
        : `refuses with ${hop.with}: it has no such connection`;
    case "lost":
      return `is lost: ${LOST[hop.why]}`;
    default:
      return unreachable(hop);
  }
}

function ruleText({ text, own }: RuleRef): string {
  return own === undefined ? text : `${text}, a rule of your own`;
}

const LOST = {
  "no-route": "nobody beyond knows the address",
  "nobody-has-the-address": "no host has the address",
  "hop-limit": "its time to live ran out",
  "pod-gone": "the Pod with that address is gone",
  "node-down": "the node is down",
  "no-healthy-node": "the load balancer finds no healthy node",
  "source-not-allowed": "the load balancer takes nothing from that address",
} as const;

function changes(hop: { readonly before: Header; readonly after: Header }): string {
  const { before, after } = hop;
  const source =
    before.src === after.src && before.srcPort === after.srcPort
      ? []
      : [`source ${endpointText(before.src, before.srcPort)} becomes ${endpointText(after.src, after.srcPort)}`];
  const destination =
    before.dst === after.dst && before.dstPort === after.dstPort
      ? []
      : [`destination ${endpointText(before.dst, before.dstPort)} becomes ${endpointText(after.dst, after.dstPort)}`];
  return [...destination, ...source].join(", ");
}
