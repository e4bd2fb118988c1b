/** nslookup, dig and getent: what they print comes from the dns room, through the cluster's DNS as it stands. */
import type { NamespacedName } from "../base/names.ts";
import { knownType } from "../dns/message.ts";
import { familyOf } from "../network/topology.ts";
import { senderAt, type Call } from "./types.ts";

interface Asked {
  readonly name: string;
  readonly type: string | null;
  readonly server: string | undefined;
}

function askProgram(
  call: Call,
  pod: NamespacedName,
  program: "nslookup" | "dig",
  { name, type, server }: Asked,
): { text: string; exit: number } | null {
  const answer = call.world.names({ kind: "program", pod, program, name, type, ...(server === undefined ? {} : { server }) });
  if ("error" in answer) {
    call.err(`${program}: ${answer.error}\n`);
    return null;
  }
  return answer.kind === "program" ? { text: answer.output.text, exit: answer.output.exit } : null;
}

const ONLY_IN_PODS = "is simulated in Pods only: kubectl exec POD -- and then the command. getent hosts NAME works on nodes too.";

export function nslookup(call: Call): number {
  const { spot } = call;
  if (spot.kind !== "pod") {
    call.note(`nslookup ${ONLY_IN_PODS}`);
    return 1;
  }
  let type: string | null = null;
  const words: string[] = [];
  for (const arg of call.args) {
    const typed = /^-(?:q|query|querytype|type|t)=(.+)$/i.exec(arg)?.[1];
    if (typed !== undefined) type = typed;
    else if (!arg.startsWith("-")) words.push(arg);
  }
  const [name, server] = words;
  if (name === undefined) {
    call.err("Usage: nslookup [-type=QUERY_TYPE] HOST [DNS_SERVER]\n");
    return 1;
  }
  const printed = askProgram(call, spot.pod, "nslookup", { name, type, server });
  if (printed === null) return 1;
  call.out(printed.text);
  return printed.exit;
}

export function dig(call: Call): number {
  const { spot } = call;
  if (spot.kind !== "pod") {
    call.note(`dig ${ONLY_IN_PODS}`);
    return 1;
  }
  const { names, type, server, plus } = digWords(call.args);
  const [name = "."] = names;
  const answer = plus.has("search") ? found(call, name) : name;
  const printed = askProgram(call, spot.pod, "dig", { name: answer, type, server });
  if (printed === null) return 1;
  call.out(plus.has("short") ? shortOf(printed.text) : plus.has("noall") ? sectionOf(printed.text, "ANSWER", true) : printed.text);
  return printed.exit;
}

function digWords(args: readonly string[]): {
  names: readonly string[];
  type: string | null;
  server: string | undefined;
  plus: ReadonlySet<string>;
} {
  const names: string[] = [];
  const plus = new Set<string>();
  let type: string | null = null;
  let server: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg.startsWith("@")) server = arg.slice(1);
    else if (arg.startsWith("+")) plus.add(arg.slice(1));
    else if (arg === "-x" || arg === "-q") names.push(args[++i] ?? "");
    else if (arg === "-t") type = args[++i] ?? null;
    else if (arg.startsWith("-") || arg.toUpperCase() === "IN") continue;
    else if (names.length > 0 && type === null && knownType(arg) !== null) type = arg;
    else names.push(arg);
  }
  return { names, type, server, plus };
}

/** The name that the search list finds; the last that was tried where it finds none. */
function found(call: Call, name: string): string {
  const answer = call.world.names({ kind: "addresses", from: senderAt(call.spot), name });
  return "error" in answer || answer.kind !== "addresses" ? name : answer.found.name;
}

/** The data of the answers, one a line. */
function shortOf(text: string): string {
  return sectionOf(text, "ANSWER", false)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${line.split(/\s+/).slice(4).join(" ")}\n`)
    .join("");
}

/** The lines of a section; `tail`: with the empty line that `+noall +answer` leaves out. */
function sectionOf(text: string, name: string, tail: boolean): string {
  const from = text.indexOf(`;; ${name} SECTION:\n`);
  if (from < 0) return "";
  const body = text.slice(from).split("\n").slice(1);
  const end = body.indexOf("");
  const lines = body.slice(0, end < 0 ? body.length : end);
  return lines.length === 0 && tail ? "" : lines.map((line) => `${line}\n`).join("");
}

/** glibc's getent: an address in 16 columns, then the name that was found. */
export function getent(call: Call): number {
  const [database, ...names] = call.args;
  if (database === undefined || !/^a?hosts(v[46])?$/.test(database)) {
    call.err(database === undefined ? "getent: wrong number of arguments\n" : `Unknown database: ${database}\n`);
    return 1;
  }
  let exit = 0;
  for (const name of names) {
    const answer = call.world.names({ kind: "addresses", from: senderAt(call.spot), name });
    if ("error" in answer || answer.kind !== "addresses" || answer.found.addresses.length === 0) {
      exit = 2;
      continue;
    }
    const { addresses, name: canonical } = answer.found;
    if (database.startsWith("a")) {
      const wanted = addresses.filter(
        (address) => !/v[46]$/.test(database) || familyOf(address) === (database.endsWith("4") ? "IPv4" : "IPv6"),
      );
      call.out(
        wanted
          .flatMap((address, i) => [
            `${address.padEnd(15)} STREAM ${i === 0 ? canonical : ""}\n`,
            `${address.padEnd(15)} DGRAM  \n`,
            `${address.padEnd(15)} RAW    \n`,
          ])
          .join(""),
      );
    } else {
      // It asks for IPv6 first, and only where there is none for IPv4.
      const six = addresses.filter((address) => familyOf(address) === "IPv6");
      call.out((six.length > 0 ? six : addresses).map((address) => `${address.padEnd(15)} ${canonical}\n`).join(""));
    }
  }
  return exit;
}
