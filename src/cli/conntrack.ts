/** `kubehop conntrack`: a node's connection tracking as `conntrack -L` prints it, after traffic where `--from` and `--to` say some. */
import { conntrackLines } from "../core/netfilter/conntrack-text.ts";
import { choiceOption, requiredOption, textOption } from "./arguments.ts";
import { clusterOf, noSuchNode, type CommandInput, type CommandOutput } from "./cluster.ts";
import { trafficOf } from "./traffic.ts";

export function conntrack(input: CommandInput): CommandOutput {
  const { options } = input;
  const node = requiredOption(options, "node");
  const family = choiceOption(options, "family", ["ipv4", "ipv6"] as const);
  const sends = textOption(options, "from") !== undefined || textOption(options, "to") !== undefined;
  const simulation = sends ? trafficOf(input).simulation : clusterOf(input);
  if (!simulation.view().nodes.some(({ name }) => name === node)) throw noSuchNode(simulation, node);
  const entries = simulation
    .conntrack(node)
    .filter(({ original }) => family === undefined || (family === "ipv6") === original.src.includes(":"));
  const lines = conntrackLines(entries, simulation.now);
  return { json: { node, entries, lines }, text: lines.map((line) => `${line}\n`).join(""), exit: 0 };
}
