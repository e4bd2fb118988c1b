/** The command line: commands, their options, and mistakes in one line. */
import { parseArgs } from "node:util";
import { stepHelp } from "./verbs.ts";

/** A mistake in how the command was asked; the message is one line for standard error. */
export class UsageError extends Error {}

export type Options = { readonly [name: string]: string | boolean | readonly string[] | number | undefined | unknown };

type Kind = "string" | "boolean" | "list";

const COMMON: { readonly [name: string]: Kind } = {
  mode: "string",
  seed: "string",
  now: "string",
  stored: "boolean",
  json: "boolean",
  quiet: "boolean",
};

/** What happens to the settled cluster before the command asks it. */
const STEPS: { readonly [name: string]: Kind } = { do: "list", after: "string" };

/** What is sent. */
const TRAFFIC: { readonly [name: string]: Kind } = {
  from: "string",
  to: "string",
  count: "string",
  protocol: "string",
  "keep-alive": "boolean",
  patience: "string",
  at: "string",
};

interface CommandSpec {
  readonly usage: string;
  readonly does: string;
  readonly options: { readonly [name: string]: Kind };
}

export const COMMANDS: { readonly [command: string]: CommandSpec } = {
  check: { usage: "check FILE…", does: "validates manifests", options: {} },
  trace: {
    usage: "trace FILE… --from SRC --to DEST",
    does: "sends traffic in the settled cluster and prints the hops",
    options: { ...TRAFFIC, ...STEPS },
  },
  packet: {
    usage: "packet FILE… --node NODE --src IP[:PORT] --dst IP:PORT, or packet --rules FILE --address IP… --src … --dst …",
    does: "one new-flow packet against one node's rules",
    options: {
      node: "string",
      src: "string",
      dst: "string",
      protocol: "string",
      rules: "string",
      address: "list",
      "in-interface": "string",
      "out-interface": "string",
      ...STEPS,
    },
  },
  conntrack: {
    usage: "conntrack FILE… --node NODE [--from SRC --to DEST]",
    does: "a node's connection tracking as conntrack -L prints it, after that traffic",
    options: {
      node: "string",
      family: "string",
      from: "string",
      to: "string",
      count: "string",
      protocol: "string",
      at: "string",
      "keep-alive": "boolean",
      patience: "string",
      ...STEPS,
    },
  },
  rules: {
    usage: "rules FILE… --node NODE",
    does: "a node's rules as text",
    options: { node: "string", sync: "boolean", family: "string", ...STEPS },
  },
  nslookup: {
    usage: "nslookup FILE… --from POD NAME [SERVER]",
    does: "what nslookup prints in that Pod, busybox's or BIND's by its image",
    options: { from: "string", type: "string", program: "string", internet: "string", ...STEPS },
  },
  dig: { usage: "dig FILE… NAME [TYPE]", does: "asks CoreDNS", options: { from: "string", internet: "string", ...STEPS } },
  kubectl: {
    usage: "kubectl FILE… -- ARGS…",
    does: "a kubectl command against the cluster, as the real one prints it; get, describe, apply and many more",
    options: { ...STEPS },
  },
  reach: {
    usage: "reach FILE… SERVICE",
    does: "who can reach a Service, by which way, and what stops the others; --explain: each end with its odds",
    options: { explain: "boolean", ...STEPS },
  },
  pcap: {
    usage: "pcap FILE… --from SRC --to DEST -o OUT.pcapng",
    does: "the packets of that traffic as a capture; --interface SRC: only what passes there",
    options: { ...TRAFFIC, out: "string", interface: "list", ...STEPS },
  },
  replay: {
    usage: "replay RUN.json",
    does: "makes a recorded run again and prints the hash of its whole state; --at DURATION,…: at those moments",
    options: { at: "list" },
  },
  batch: { usage: "batch", does: "JSON Lines requests on standard input", options: {} },
};

export interface Arguments {
  readonly command: string;
  readonly options: Options;
  readonly positionals: readonly string[];
}

/** Reads argv. `help` carries the help text's lines as positionals. Throws UsageError. */
export function readArguments(argv: readonly string[]): Arguments {
  const [command, ...rest] = argv;
  if (command === undefined) throw new UsageError(`which command? One of ${Object.keys(COMMANDS).join(", ")} (kubehop --help)`);
  if (command === "--help" || command === "-h" || command === "help") return { command: "help", options: {}, positionals: helpText() };
  const spec = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (spec === undefined) throw new UsageError(`unknown command ${JSON.stringify(command)}; one of ${Object.keys(COMMANDS).join(", ")}`);
  const dash = command === "kubectl" ? rest.indexOf("--") : -1;
  const own = dash < 0 ? rest : rest.slice(0, dash);
  if (own.includes("--help")) return { command: "help", options: {}, positionals: [...commandHelp(spec), ""] };
  const kinds = { ...COMMON, ...spec.options };
  const definitions = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      {
        type: kind === "boolean" ? ("boolean" as const) : ("string" as const),
        multiple: kind === "list",
        ...(name === "out" ? { short: "o" } : {}),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: own, options: definitions, allowPositionals: true, strict: true });
    return { command, options: dash < 0 ? values : { ...values, args: rest.slice(dash + 1) }, positionals };
  } catch (error) {
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new UsageError(`${message.replace(/\.?(\n.*)?$/s, "")}; usage: kubehop ${spec.usage}`);
  }
}

function commandHelp({ usage, does, options }: CommandSpec): readonly string[] {
  const names = (of: object): string =>
    Object.keys(of)
      .map((name) => `--${name}`)
      .join(", ");
  return [
    `usage: kubehop ${usage}`,
    does,
    ...(names(options) === "" ? [] : [`options: ${names(options)}`]),
    `common options: ${names(COMMON)}`,
  ];
}

/** Commands that take steps: `trace, packet and rules`. */
function commandsWithSteps(): string {
  const names = Object.keys(COMMANDS).filter((name) => Object.hasOwn(COMMANDS[name]?.options ?? {}, "do"));
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

function helpText(): readonly string[] {
  const rows = Object.values(COMMANDS).map(({ usage, does }) => `  kubehop ${usage}\n      ${does}`);
  return [
    "Kubehop: see where a packet to a Kubernetes Service goes.",
    "",
    ...rows,
    "",
    "Common options: --mode iptables|nftables|ipvs, --seed N, --now INSTANT, --stored, --json, --quiet; kubehop COMMAND --help names the others",
    "",
    `${commandsWithSteps()} take --do STEP, as often as wanted: what happens to the settled cluster first.`,
    ...stepHelp(),
    "  POD is NS/POD, POD, deploy/web (its first Pod), deploy/web[2] or deploy/web[*] (each); WORKLOAD is deploy/web or sts/shop/db.",
    "  A step that ends in --at DURATION comes at that virtual time after the first, any other when all before it has settled.",
    "  --after DURATION: so much virtual time goes by after the last step; by default until nothing changes any more.",
    "",
    "Exit status: 0 done, 1 the answer is no, 2 a mistake in how it was asked",
    "",
  ];
}

// ---- reading single options -----------------------------------------------------------------------------------------

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new UsageError(`--${name} takes one text`);
}

export function requiredOption(options: Options, name: string): string {
  const value = textOption(options, name);
  if (value === undefined || value === "") throw new UsageError(`--${name} is missing`);
  return value;
}

export function flagOption(options: Options, name: string): boolean {
  const value = options[name];
  if (value === undefined || value === null || typeof value === "boolean") return value === true;
  throw new UsageError(`--${name} takes no value`);
}

/** A whole number of at least `least`. */
export function numberOption(options: Options, name: string, least: number): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name} takes a whole number from ${least}, not ${JSON.stringify(text)}`);
  return value;
}

export function choiceOption<T extends string>(options: Options, name: string, choices: readonly T[]): T | undefined {
  const text = textOption(options, name)?.toLowerCase();
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${name} takes ${choices.join(", ")}, not ${JSON.stringify(text)}`);
  return found;
}

export function listOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return value.split(",").map((each) => each.trim());
  if (Array.isArray(value) && value.every((each) => typeof each === "string"))
    return value.flatMap((each: string) => each.split(",").map((part) => part.trim()));
  throw new UsageError(`--${name} takes texts`);
}

/** `500ms`, `2s`, `1m30s` as nanoseconds. */
export function durationOption(options: Options, name: string): number | undefined {
  const text = textOption(options, name);
  return text === undefined ? undefined : readDuration(name, text);
}

/** A duration as Go's time.ParseDuration reads it, in nanoseconds. Throws UsageError that names the option. */
export function readDuration(name: string, text: string): number {
  const units: { readonly [unit: string]: number } = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy)];
  const read = parts.map((part) => part[0]).join("");
  if (parts.length === 0 || read !== text)
    throw new UsageError(`--${name} takes a duration such as 500ms or 1m30s, not ${JSON.stringify(text)}`);
  return Math.round(parts.reduce((sum, part) => sum + Number(part[1]) * (units[part[2] ?? ""] ?? 0), 0));
}
