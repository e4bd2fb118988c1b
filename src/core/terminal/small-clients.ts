/**
 * busybox's wget and nc: requests in the simulation, in busybox's words (recorded with 1.35: fixtures/wget.txt; nc as Alpine
 * and Debian build it, networking/nc_bloaty.c).
 */
import { SECOND } from "../base/time.ts";
import { readDestination } from "../network/destination.ts";
import type { Destination } from "../network/flight.ts";
import { libcOf } from "../workloads/clients.ts";
import type { Pod } from "../api/types.ts";
import { answerIn, connectFault, faultWords, peerOf, sendOne } from "./requests.ts";
import type { Call, Running } from "./types.ts";

const NO_LIMIT = 3600 * SECOND;
/** wget's own patience without `-T`. */
const WGET_SECONDS = 900;

export function libcAt({ spot, world }: Call): "glibc" | "musl" {
  if (spot.kind !== "pod") return "glibc";
  const pod = world.object("Pod", spot.pod) as Pod | null; // the kind says so
  return pod === null ? "glibc" : libcOf(pod.spec);
}

// ---- wget ---------------------------------------------------------------------------------------------------------------

interface WgetOptions {
  readonly quiet: boolean;
  readonly spider: boolean;
  readonly headers: boolean;
  readonly output: string | null;
  readonly seconds: number;
  readonly url: string;
}

function wgetOptions(args: readonly string[]): WgetOptions | { readonly error: string } {
  const options = { quiet: false, spider: false, headers: false, output: null as string | null, seconds: WGET_SECONDS, url: "" };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const long = /^--(output-document|timeout|tries)(?:=(.*))?$/.exec(arg);
    if (arg === "--spider") options.spider = true;
    else if (arg === "--quiet") options.quiet = true;
    else if (arg === "--no-check-certificate" || arg === "-c") continue;
    else if (long !== null) {
      const value = long[2] ?? rest.shift() ?? "";
      if (long[1] === "output-document") options.output = value;
      else if (long[1] === "timeout") options.seconds = Number(value);
    } else if (!arg.startsWith("-") || arg === "-") options.url = arg;
    else
      for (let i = 1; i < arg.length; i++) {
        const letter = arg[i] ?? "";
        if (letter === "q") options.quiet = true;
        else if (letter === "S") options.headers = true;
        else if ("OTPU".includes(letter) || letter === "t") {
          const value = i + 1 < arg.length ? arg.slice(i + 1) : (rest.shift() ?? "");
          if (letter === "O") options.output = value;
          if (letter === "T") options.seconds = Number(value);
          break;
        } else return { error: `wget: unrecognized option: ${letter}` };
      }
  }
  if (options.url === "") return { error: "Usage: wget [-cqS] [--spider] [-O FILE] [-T SEC] URL..." };
  return options;
}

export function* wget(call: Call): Running {
  const options = wgetOptions(call.args);
  if ("error" in options) {
    call.err(`${options.error}\n`);
    return 1;
  }
  const destination = readDestination(options.url);
  if ("error" in destination) {
    call.err(`wget: bad address '${options.url.replace(/^\w+:\/\//, "").replace(/[/:].*$/, "")}'\n`);
    return 1;
  }
  const journey = yield* sendOne(call, {
    to: options.url,
    patience: options.seconds > 0 && options.seconds < WGET_SECONDS ? Math.round(options.seconds * SECOND) : NO_LIMIT,
    ...(options.spider ? { method: "HEAD" } : {}),
  });
  const die = (words: string): number => {
    call.err(`wget: ${words}\n`);
    return 1;
  };
  if (typeof journey === "string") return die(journey);
  const fault = connectFault(journey);
  if (fault === "no-name") return die(`bad address '${authorityOf(destination)}'`);
  const peer = peerOf(journey);
  if (!options.quiet && peer !== null) call.err(`Connecting to ${authorityOf(destination)} (${socketText(peer.address, peer.port)})\n`);
  if (fault === "timeout" && options.seconds < WGET_SECONDS) return die("download timed out");
  if (fault !== null) return die(`can't connect to remote host (${peer?.address ?? destination.host}): ${faultWords(fault, libcAt(call))}`);
  const answer = answerIn(journey);
  if (answer === null) {
    if (/\(28\)/.test(journey.clientSays)) return die("download timed out");
    return die(/\(56\)/.test(journey.clientSays) ? "error getting response: Connection reset by peer" : "error getting response");
  }
  if (options.headers) call.err([answer.statusLine, ...answer.headers, ""].map((line) => `  ${line}\n`).join(""));
  if (answer.status >= 400) return die(`server returned error: ${answer.statusLine}`);
  return kept(call, options, destination, answer.body);
}

/** To standard output, into a file, or nowhere. */
function kept(call: Call, { quiet, spider, output }: WgetOptions, destination: Destination, body: string): number {
  const say = (text: string): void => {
    if (!quiet) call.err(`${text}\n`);
  };
  if (spider) {
    say("remote file exists");
    return 0;
  }
  const name = output ?? /([^/?]+)(?:\?.*)?$/.exec(destination.path)?.[1] ?? "index.html";
  const bar = `${(name === "-" ? "-" : name).padEnd(20)} 100% |${"*".repeat(32)}| ${String(body.length).padStart(5)}  0:00:00 ETA`;
  if (name === "-") {
    say("writing to stdout");
    call.out(body);
    say(bar);
    say("written to stdout");
    return 0;
  }
  if (output === null && call.file(name) !== null) {
    call.err(`wget: can't open '${name}': File exists\n`);
    return 1;
  }
  say(`saving to '${name}'`);
  if (!name.startsWith("/dev/")) call.save(name, body);
  say(bar);
  say(`'${name}' saved`);
  return 0;
}

/** As typed: with its port where one was typed. */
function authorityOf({ text, host, port }: Destination): string {
  const shown = host.includes(":") ? `[${host}]` : host;
  return new RegExp(`:${port}(?:[/?#]|$)`).test(text.replace(/^\w+:\/\//, "")) ? `${shown}:${port}` : shown;
}

function socketText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

// ---- nc -----------------------------------------------------------------------------------------------------------------

interface NcOptions {
  readonly zero: boolean;
  readonly verbose: number;
  readonly udp: boolean;
  readonly seconds: number | null;
  readonly rest: readonly string[];
}

function ncOptions(args: readonly string[]): NcOptions | { readonly error: string } {
  const options = { zero: false, verbose: 0, udp: false, seconds: null as number | null, rest: [] as string[] };
  const words = [...args];
  for (let arg = words.shift(); arg !== undefined; arg = words.shift()) {
    if (!arg.startsWith("-") || arg === "-") {
      options.rest.push(arg);
      continue;
    }
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] ?? "";
      if (letter === "z") options.zero = true;
      else if (letter === "v") options.verbose += 1;
      else if (letter === "u") options.udp = true;
      else if (letter === "n" || letter === "q") continue;
      else if (letter === "l") return { error: "nc: what listens is what the Pod's image says; to listen by hand is not simulated" };
      else if ("wpsi".includes(letter)) {
        const value = i + 1 < arg.length ? arg.slice(i + 1) : (words.shift() ?? "");
        if (letter === "w") options.seconds = Number(value);
        break;
      } else return { error: `nc: unrecognized option: ${letter}` };
    }
  }
  return options;
}

/** One connection; what is piped in is not carried, the request that is sent is curl's. */
export function* nc(call: Call): Running {
  const options = ncOptions(call.args);
  if ("error" in options) {
    call.err(`${options.error}\n`);
    return 1;
  }
  const [host, port] = options.rest;
  if (host === undefined || port === undefined || !/^\d{1,5}$/.test(port)) {
    call.err("Usage: nc [-uvz] [-w SEC] HOST PORT\n");
    return 1;
  }
  const shown = host.includes(":") ? `[${host}]` : host;
  const journey = yield* sendOne(call, {
    to: `${options.udp ? "udp" : "tcp"}://${shown}:${port}`,
    patience: options.seconds === null ? NO_LIMIT : Math.max(1, Math.round(options.seconds * SECOND)),
  });
  if (typeof journey === "string") {
    call.err(`nc: ${journey}\n`);
    return 1;
  }
  const fault = connectFault(journey);
  if (fault === "no-name") {
    call.err(`nc: bad address '${host}'\n`);
    return 1;
  }
  const at = `${host} (${socketText(peerOf(journey)?.address ?? host, Number(port))})`;
  if (fault === null) {
    if (options.verbose > 0) call.err(`${at} open\n`);
    const answer = answerIn(journey);
    if (!options.zero && answer !== null) call.out(`${[answer.statusLine, ...answer.headers].join("\n")}\n\n${answer.body}`);
    return 0;
  }
  // With one -v a refusal is not worth a word to it.
  if (options.verbose > 1 || (options.verbose > 0 && fault !== "refused")) call.err(`nc: ${at}: ${faultWords(fault, libcAt(call))}\n`);
  else if (!options.zero) call.err(`nc: ${at}: ${faultWords(fault, libcAt(call))}\n`);
  return 1;
}
