/** A small node for tests, described in the words of the domain. */
import { parseEndpoint } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { randomState } from "../base/random.ts";
import type { RandomState } from "../base/random.ts";
import { NODE_A_RESTORE, NODE_A_SAVE } from "./fixtures/rule-texts.ts";
import { TCP_SYN } from "./packet.ts";
import type { SctpChunk } from "./sctp-states.ts";
import type { Packet } from "./packet.ts";
import { applyRestore, emptyRuleSet, parseRules } from "./parse.ts";
import type { RuleSet } from "./rules.ts";
import { createNodeStack, setRules, traverse } from "./stack.ts";
import type { Entry, NodeSettings, NodeStack, RouteQuestion, RouteResult, TraceMode, TraverseResult } from "./stack.ts";

/** Rules from text that must be free of errors. */
export function rules(text: string, family: Family = "IPv4"): RuleSet {
  const parsed = parseRules(text, family);
  const [problem] = parsed.diagnostics;
  if (problem !== undefined) throw new Error(`line ${problem.line}: ${problem.message}`);
  return parsed.ruleSet;
}

/** node-a of the worked example: as iptables-save prints it, with kube-proxy's own full text laid over it. */
export function nodeARules(): RuleSet {
  const saved = rules(NODE_A_SAVE);
  const result = applyRestore(saved, NODE_A_RESTORE, { noflush: true });
  if (!result.applied) throw new Error(JSON.stringify(result.diagnostics));
  return result.ruleSet;
}

/** node-a: 192.168.1.11 on eth0, 10.244.1.1 on cni0, Pods of 10.244.1.0/24 behind it, all else by eth0. */
export function nodeA(ruleSet: RuleSet = nodeARules(), settings: NodeSettings = {}): NodeStack {
  const stack = createNodeStack({
    node: "node-a",
    localAddresses: ["192.168.1.11"],
    interfaces: [
      { name: "eth0", addresses: ["192.168.1.11/24"] },
      { name: "cni0", addresses: ["10.244.1.1/24"] },
    ],
    settings,
  });
  setRules(stack, ruleSet);
  setRules(stack, emptyRuleSet("IPv6"));
  return stack;
}

export function routeOnNodeA({ dst }: RouteQuestion): RouteResult {
  if (dst.startsWith("127.") || dst === "192.168.1.11" || dst === "10.244.1.1")
    return { kind: "local", outInterface: "lo", masqueradeAddress: "192.168.1.11" };
  if (dst.startsWith("10.244.1.")) return { kind: "forward", outInterface: "cni0", masqueradeAddress: "10.244.1.1" };
  return { kind: "forward", outInterface: "eth0", masqueradeAddress: "192.168.1.11" };
}

export interface Sending {
  readonly now?: number;
  readonly random?: RandomState;
  readonly mode?: TraceMode;
  readonly entry?: Entry;
  readonly tcpFlags?: number;
  readonly sctpChunk?: SctpChunk;
  readonly protocol?: "TCP" | "UDP" | "SCTP";
  readonly useIndex?: boolean;
  readonly route?: (question: RouteQuestion) => RouteResult;
}

/** Sends `10.244.1.77:40000` → `10.96.10.1:80` through node-a: from where its source says, unless `entry` does. */
export function send(stack: NodeStack, from: string, to: string, sending: Sending = {}): TraverseResult<RouteResult> {
  return traverse(stack, packet(from, to, sending), sending.entry ?? entryOf(from), {
    now: sending.now ?? 0,
    random: sending.random ?? randomState(1, `${from} ${to}`),
    route: sending.route ?? routeOnNodeA,
    mode: sending.mode ?? "full",
    useIndex: sending.useIndex,
  });
}

export function packet(from: string, to: string, sending: Sending = {}): Packet {
  const source = parseEndpoint(from);
  const destination = parseEndpoint(to);
  if (source === null || destination === null) throw new Error(`not an endpoint: ${from} ${to}`);
  const protocol = sending.protocol ?? "TCP";
  return {
    family: source.address.includes(":") ? "IPv6" : "IPv4",
    protocol,
    src: source.address,
    srcPort: source.port,
    dst: destination.address,
    dstPort: destination.port,
    ...(protocol === "TCP" ? { tcpFlags: sending.tcpFlags ?? TCP_SYN } : {}),
    ...(sending.sctpChunk === undefined ? {} : { sctpChunk: sending.sctpChunk }),
  };
}

function entryOf(from: string): Entry {
  if (from.startsWith("192.168.1.11:") || from.startsWith("127.")) return { hook: "OUTPUT" };
  return { hook: "PREROUTING", inInterface: from.startsWith("10.244.1.") ? "cni0" : "eth0" };
}

/** `10.244.1.10:8080`, and whether the client's address was kept. */
export function arrival(result: TraverseResult<RouteResult>): string {
  const { header, nat, verdict } = result;
  if (verdict.kind === "reject") return `REJECT ${verdict.with}`;
  if (verdict.kind === "drop") return `DROP ${verdict.rule?.chain ?? verdict.why}`;
  if (verdict.kind === "unmodelled") return `unmodelled: ${verdict.what}`;
  return `${header.dst}:${header.dstPort}${nat.changed.source ? ` masq ${header.src}` : ""}`;
}
