/** `kubehop rules`: a node's rules as text that an empty machine loads, or exactly a full sync. */
import { choiceOption, flagOption, requiredOption } from "./arguments.ts";
import { clusterOf, noSuchNode, type CommandInput, type CommandOutput } from "./cluster.ts";

export function rules(input: CommandInput): CommandOutput {
  const node = requiredOption(input.options, "node");
  const family = choiceOption(input.options, "family", ["ipv4", "ipv6"] as const) === "ipv6" ? "IPv6" : "IPv4";
  const simulation = clusterOf(input);
  const text = simulation.rulesText(node, family, flagOption(input.options, "sync"));
  if (text === null) throw noSuchNode(simulation, node);
  return { json: { text }, text, exit: 0 };
}
