/** The commands by name. The command line and `batch` call the same functions. */
import { UsageError } from "./arguments.ts";
import { check } from "./check.ts";
import type { CommandInput, CommandOutput } from "./cluster.ts";
import { conntrack } from "./conntrack.ts";
import { dig } from "./dig.ts";
import { kubectl } from "./kubectl.ts";
import { nslookup } from "./nslookup.ts";
import { packet } from "./packet.ts";
import { pcap } from "./pcap.ts";
import { reach } from "./reach.ts";
import { replay } from "./replay.ts";
import { rules } from "./rules.ts";
import { trace } from "./trace.ts";

const COMMANDS: { readonly [command: string]: (input: CommandInput) => CommandOutput } = {
  check,
  conntrack,
  trace,
  packet,
  rules,
  dig,
  nslookup,
  kubectl,
  reach,
  pcap,
  replay,
};

/** Runs a command. Throws UsageError for a mistake in how it was asked. */
export function runCommand(command: string, input: CommandInput): CommandOutput {
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (run === undefined) throw new UsageError(`unknown command ${JSON.stringify(command)}`);
  return run(input);
}
