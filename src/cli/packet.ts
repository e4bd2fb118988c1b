/**
 * `kubehop packet`: one new-flow packet that enters a node, against the node's rules. With `--rules` any rule text on a
 * node that has just the given addresses, no cluster.
 */
import { endpointText, parseAddress, parseEndpoint } from "../core/base/address.ts";
import type { PacketAnswer, firstPacket } from "../core/network/new-flow.ts";
import { tracePasted } from "../core/network/pasted-rules.ts";
import { stepsOf } from "./actions.ts";
import { UsageError, choiceOption, listOption, requiredOption, textOption, type Options } from "./arguments.ts";
import { clusterOf, noSuchNode, type CommandInput, type CommandOutput } from "./cluster.ts";
import { textFile } from "./files.ts";

type Header = Parameters<typeof firstPacket>[0];

export function packet(input: CommandInput): CommandOutput {
  const header = headerOf(input.options);
  const rules = textOption(input.options, "rules");
  const node = textOption(input.options, "node") ?? (rules === undefined ? requiredOption(input.options, "node") : "node");
  const { answer, remarks } =
    rules === undefined ? { answer: inCluster(input, node, header), remarks: [] } : inRules(input.options, rules, header);
  const json = {
    node,
    verdict: answer.verdict,
    endpoints: answer.endpoints,
    probabilities: answer.probabilities,
    masquerade: answer.masquerade,
    service: answer.service,
    rules: answer.rules.map(({ table, chain, text }) => ({ table, chain, text })),
    ...(answer.unmodelled.length === 0 ? {} : { unmodelled: answer.unmodelled }),
    ...(remarks.length === 0 ? {} : { remarks }),
  };
  return { json, text: asText(header, node, answer, remarks), exit: 0 };
}

function inCluster(input: CommandInput, node: string, header: Header): PacketAnswer {
  const simulation = clusterOf(input);
  const answer = simulation.packetAt(node, header);
  if (answer === null) throw noSuchNode(simulation, node);
  return answer;
}

interface Traced {
  readonly answer: PacketAnswer;
  /** Lines that were passed over because they are not modelled. */
  readonly remarks: readonly string[];
}

/** A node with these addresses and nothing else: what is not its own goes out by eth0, unless an option names another. */
function inRules(options: Options, name: string, header: Header): Traced {
  if (stepsOf(options).length > 0) throw new UsageError("--do: rules from a file have no cluster that steps could be done to");
  const addresses = listOption(options, "address").map((text) => parseAddress(text)?.text ?? badAddress("address", text));
  if (addresses.length === 0) throw new UsageError("--address is missing: the node's own addresses");
  const inInterface = textOption(options, "in-interface");
  const outInterface = textOption(options, "out-interface");
  const { answer, errors, unmodelled } = tracePasted({
    text: rulesText(options, name),
    addresses,
    header,
    ...(inInterface === undefined ? {} : { inInterface }),
    ...(outInterface === undefined ? {} : { outInterface }),
  });
  const [bad] = errors;
  const place = name.includes("\n") ? "rules" : name;
  if (answer === null) throw new UsageError(`${place}:${bad?.line ?? 0}: ${bad?.message ?? ""}`);
  return { answer, remarks: unmodelled.map(({ line, message }) => `${place}:${line}: not modelled: ${message}`) };
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

function asText(header: Header, node: string, answer: PacketAnswer, remarks: readonly string[]): string {
  const share = (i: number): string => `${((answer.probabilities[i] ?? 0) * 100).toFixed(2)}%`;
  const lines = [
    `${header.src} -> ${endpointText(header.dst, header.dstPort)} (${header.protocol}) on ${node}: ${answer.verdict}${answer.service === null ? "" : `, ${answer.service}`}`,
    ...answer.endpoints.map((endpoint, i) => `  ${share(i).padStart(7)}  ${endpoint}`),
    ...(answer.masquerade ? ["  the source is replaced (masquerade)"] : []),
    ...(answer.pluginMasquerade ? ["  the network plugin replaces the source: the packet leaves the cluster"] : []),
    ...answer.rules.map(({ table, text, own }) => `  ${table.padEnd(6)} ${text}${own === undefined ? "" : "   (a rule of your own)"}`),
    ...answer.unmodelled.map(
      ({ what, probability }) => `  ${(probability * 100).toFixed(2).padStart(6)}%  ends where nobody knows: ${what}`,
    ),
    ...remarks.map((remark) => `  ${remark}`),
  ];
  return `${lines.join("\n")}\n`;
}
