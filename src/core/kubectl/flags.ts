/**
 * The command line as kubectl reads it: long and short flags, values beside them or after `=`, `--` ends them. The words of
 * mistakes are those of its flag library. (github.com/spf13/pflag, flag.go)
 */
import { quote } from "../api/field-errors.ts";
import { KubectlError } from "./session.ts";

/**
 * `optional`: has a value of its own where none is given (`--dry-run`). `list`: values are split at commas; `texts`: they
 * are not. Both may come more than once.
 */
export type FlagKind = "text" | "bool" | "int" | "list" | "texts" | "duration" | { readonly optional: string };

export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind;
}

/** `-n --namespace text`: a row of the tables below. */
export function flag(name: string, kind: FlagKind = "text", short?: string): Flag {
  return short === undefined ? { name, kind } : { name, kind, short };
}

export const GLOBAL_FLAGS: readonly Flag[] = [
  flag("namespace", "text", "n"),
  flag("server", "text", "s"),
  flag("help", "bool", "h"),
  flag("v", "int", "v"),
  ..."as as-uid cache-dir certificate-authority client-certificate client-key cluster context kubeconfig kuberc log-flush-frequency password profile profile-output request-timeout tls-server-name token user username vmodule"
    .split(" ")
    .map((name) => flag(name)),
  flag("as-group", "texts"),
  flag("as-user-extra", "texts"),
  ..."disable-compression insecure-skip-tls-verify match-server-version warnings-as-errors".split(" ").map((name) => flag(name, "bool")),
];

export class Flags {
  private readonly values: ReadonlyMap<string, readonly string[]>;
  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.values = values;
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** The last value given; undefined where the flag is not there. */
  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  bool(name: string, otherwise = false): boolean {
    const value = this.text(name);
    return value === undefined ? otherwise : TRUE.has(value);
  }

  int(name: string, otherwise: number): number {
    const value = this.text(name);
    return value === undefined ? otherwise : Number(value);
  }

  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }
}

export interface Invocation {
  readonly args: readonly string[];
  /** How many arguments stand before `--`; null where there is none. */
  readonly beforeDash: number | null;
  readonly flags: Flags;
  /** `kubectl create service clusterip`. */
  readonly path: string;
}

const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE: ReadonlySet<string> = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** Reads what follows the command. Throws KubectlError for a flag that the command does not have. */
export function readFlags(path: string, known: readonly Flag[], words: readonly string[]): Invocation {
  const all = [...known, ...GLOBAL_FLAGS];
  const byName = new Map(all.map((each) => [each.name, each]));
  const byShort = new Map(all.flatMap((each) => (each.short === undefined ? [] : [[each.short, each] as const])));
  const values = new Map<string, string[]>();
  const args: string[] = [];
  let beforeDash: number | null = null;
  const refuse = (message: string): never => {
    throw new KubectlError(`error: ${message}\nSee '${path} --help' for usage.`);
  };
  const set = (of: Flag, value: string): void => {
    const checked = readValue(of, value, refuse);
    const repeats = of.kind === "list" || of.kind === "texts";
    values.set(of.name, repeats ? [...(values.get(of.name) ?? []), ...checked] : [...checked]);
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") {
      beforeDash = args.length;
      args.push(...words.slice(i + 1));
      break;
    }
    if (word.startsWith("--")) i += readLong(word, words[i + 1]);
    else if (word.startsWith("-") && word.length > 1) i += readShort(word.slice(1), words[i + 1]);
    else args.push(word);
  }
  return { args, beforeDash, flags: new Flags(values), path };

  /** How many further words it took. */
  function readLong(word: string, next: string | undefined): number {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (name === "" || name.startsWith("-") || name.startsWith("=")) return refuse(`bad flag syntax: ${word}`);
    const of = byName.get(name) ?? refuse(`unknown flag: --${name}`);
    if (equals >= 0) set(of, word.slice(equals + 1));
    else if (of.kind === "bool") set(of, "true");
    else if (typeof of.kind === "object") set(of, of.kind.optional);
    else {
      set(of, next ?? refuse(`flag needs an argument: --${name}`));
      return 1;
    }
    return 0;
  }

  function readShort(letters: string, next: string | undefined): number {
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at] ?? "";
      const of = byShort.get(letter) ?? refuse(`unknown shorthand flag: ${goQuoteRune(letter)} in -${letters.slice(at)}`);
      const rest = letters.slice(at + 1);
      if (rest.startsWith("=") && rest.length > 1) {
        set(of, rest.slice(1));
        return 0;
      }
      if (of.kind === "bool") set(of, "true");
      else if (typeof of.kind === "object") set(of, of.kind.optional);
      else if (rest !== "") {
        set(of, rest);
        return 0;
      } else {
        set(of, next ?? refuse(`flag needs an argument: ${goQuoteRune(letter)} in -${letters.slice(at)}`));
        return 1;
      }
    }
    return 0;
  }
}

function goQuoteRune(letter: string): string {
  return `'${letter}'`;
}

function readValue(of: Flag, value: string, refuse: (message: string) => never): readonly string[] {
  const wrong = (why: string): never => {
    const shown = of.short === undefined ? `--${of.name}` : `-${of.short}, --${of.name}`;
    return refuse(`invalid argument ${quote(value)} for ${quote(shown)} flag: ${why}`);
  };
  switch (of.kind) {
    case "bool":
      if (!TRUE.has(value) && !FALSE.has(value)) wrong(`strconv.ParseBool: parsing ${quote(value)}: invalid syntax`);
      return [value];
    case "int":
      if (!/^[+-]?\d+$/.test(value)) wrong(`strconv.ParseInt: parsing ${quote(value)}: invalid syntax`);
      return [String(Number(value))];
    case "duration":
      if (!/^([+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$|^[+-]?0$/.test(value)) wrong(durationFault(value));
      return [value];
    case "list":
      return value === "" ? [] : value.split(",");
    default:
      return [value];
  }
}

function durationFault(value: string): string {
  if (/^[+-]?[\d.]+$/.test(value)) return `time: missing unit in duration ${quote(value)}`;
  return `time: invalid duration ${quote(value)}`;
}

/** Nanoseconds of a duration that has been read. */
export function durationNanos(text: string): number {
  const units: { readonly [unit: string]: number } = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
  const sum = [...text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (all, [, count, unit]) => all + Number(count) * (units[unit ?? ""] ?? 0),
    0,
  );
  return Math.round(text.startsWith("-") ? -sum : sum);
}
