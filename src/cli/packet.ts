/**
 * `kubehop packet`: one new-flow packet that enters a node, against the node's rules. With `--rules` any rule text on a
 * node that has just the given addresses, no cluster.
 */
import { endpointText, parseAddress, parseEndpoint } from "../core/base/address.ts";
import { parseRules } from "../core/netfilter/parse.ts";
import { createNodeStack, setRules, type Entry } from "../core/netfilter/stack.ts";
import { answerPacket, firstPacket, type PacketAnswer } from "../core/network/new-flow.ts";
import { UPLINK, isLoopback } from "../core/network/topology.ts";
import { stepsOf } from "./actions.ts";
import { UsageError, choiceOption, listOption, requiredOption, textOption, type Options } from "./arguments.ts";
import { clusterOf, noSuchNode, type CommandInput, type CommandOutput } from "./cluster.ts";
import { textFile } from "./files.ts";

type Header = Parameters<typeof firstPacket>[0];

export function packet(input: CommandInput): CommandOutput {
  const header = headerOf(input.options);
  const rules = textOption(input.options, "rules");
  const node = textOption(input.options, "node") ?? (rules === undefined ? requiredOption(input.options, "node") : "node");
  const answer = rules === undefined ? inCluster(input, node, header) : inRules(input.options, rules, node, header);
  const json = {
    node,
    verdict: answer.verdict,
    endpoints: answer.endpoints,
    probabilities: answer.probabilities,
    masquerade: answer.masquerade,
    service: answer.service,
    rules: answer.rules.map(({ table, chain, text }) => ({ table, chain, text })),
  };
  return { json, text: asText(header, node, answer), exit: 0 };
}

function inCluster(input: CommandInput, node: string, header: Header): PacketAnswer {
  const simulation = clusterOf(input);
  const answer = simulation.packetAt(node, header);
  if (answer === null) throw noSuchNode(simulation, node);
  return answer;
}

/** A node with these addresses and nothing else: what is not its own goes out by eth0. */
function inRules(options: Options, name: string, node: string, header: Header): PacketAnswer {
  if (stepsOf(options).length > 0) throw new UsageError("--do: rules from a file have no cluster that steps could be done to");
  const addresses = listOption(options, "address").map((text) => parseAddress(text)?.text ?? badAddress("address", text));
  if (addresses.length === 0) throw new UsageError("--address is missing: the node's own addresses");
  const family = header.src.includes(":") ? "IPv6" : "IPv4";
  const { ruleSet, diagnostics } = parseRules(rulesText(options, name), family);
  const bad = diagnostics.find(({ severity }) => severity === "error");
  if (bad !== undefined) throw new UsageError(`${name.includes("\n") ? "rules" : name}:${bad.line}: ${bad.message}`);
  const stack = createNodeStack({ node, localAddresses: addresses });
  setRules(stack, ruleSet);
  const local = (address: string): boolean => addresses.includes(address) || isLoopback(address);
  const own = addresses.find((address) => address.includes(":") === header.src.includes(":")) ?? null;
  const entry: Entry = local(header.src) ? { hook: "OUTPUT" } : { hook: "PREROUTING", inInterface: UPLINK };
  return answerPacket(stack, firstPacket(header), entry, {
    now: 0,
    route: ({ dst }) =>
      local(dst)
        ? { kind: "local", outInterface: "lo", masqueradeAddress: own }
        : { kind: "forward", outInterface: UPLINK, masqueradeAddress: own },
  });
}

/** A file's name on the command line; in a batch request the text itself is allowed too. */
function rulesText(options: Options, name: string): string {
  if (name.includes("\n")) return name;
  return textFile(requiredOption(options, "rules")).text;
}

function headerOf(options: Options): Header {
  const to = requiredOption(options, "dst");
  const dst = parseEndpoint(to);
  if (dst === null || dst.port === 0) throw new UsageError(`--dst takes IP:PORT or [IPv6]:PORT, not ${JSON.stringify(to)}`);
  const from = requiredOption(options, "src");
  const alone = parseAddress(from.replace(/^\[(.*)\]$/, "$1"));
  const src = alone === null ? parseEndpoint(from) : { address: alone.text, port: 40_000 };
  if (src === null) throw new UsageError(`--src takes IP or IP:PORT, not ${JSON.stringify(from)}`);
  if (src.address.includes(":") !== dst.address.includes(":"))
    throw new UsageError(`--src ${src.address} and --dst ${dst.address} are of different families`);
  const protocol = choiceOption(options, "protocol", ["tcp", "udp", "sctp"] as const) ?? "tcp";
  return {
    src: src.address,
    srcPort: src.port,
    dst: dst.address,
    dstPort: dst.port,
    protocol: protocol === "udp" ? "UDP" : protocol === "sctp" ? "SCTP" : "TCP",
  };
}

function badAddress(option: string, text: string): never {
  throw new UsageError(`--${option}: ${JSON.stringify(text)} is not an address`);
}

function asText(header: Header, node: string, answer: PacketAnswer): string {
  const share = (i: number): string => `${((answer.probabilities[i] ?? 0) * 100).toFixed(2)}%`;
  const lines = [
    `${header.src} -> ${endpointText(header.dst, header.dstPort)} (${header.protocol}) on ${node}: ${answer.verdict}${answer.service === null ? "" : `, ${answer.service}`}`,
    ...answer.endpoints.map((endpoint, i) => `  ${share(i).padStart(7)}  ${endpoint}`),
    ...(answer.masquerade ? ["  the source is replaced (masquerade)"] : []),
    ...answer.rules.map(({ table, text }) => `  ${table.padEnd(6)} ${text}`),
  ];
  return `${lines.join("\n")}\n`;
}
