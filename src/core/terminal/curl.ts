/**
 * curl: sends a request in the simulation and prints what came of it. Its last words on failure are the trace's
 * (network/words.ts, curl 8.14); here are its options and its log of `-v` (curl 8.14, lib/connect.c, lib/cf-socket.c).
 */
import { familyOf } from "../network/topology.ts";
import { SECOND } from "../base/time.ts";
import { readDestination } from "../network/destination.ts";
import { METHODS, type Method } from "../network/methods.ts";
import type { Journey } from "../network/trace.ts";
import { answerIn, connectedAt, peerOf, sendOne, type HttpAnswer } from "./requests.ts";
import type { Call, Running } from "./types.ts";

/** A client without a limit of its own waits for the kernel, which gives up after 134 s. */
const NO_LIMIT = 3600 * SECOND;

const WITH_VALUE: { readonly [option: string]: string } = {
  "-m": "max-time",
  "--max-time": "max-time",
  "--connect-timeout": "connect-timeout",
  "-o": "output",
  "--output": "output",
  "-w": "write-out",
  "--write-out": "write-out",
  "-X": "request",
  "--request": "request",
  "-d": "data",
  "--data": "data",
  "--data-raw": "data",
  "--json": "data",
  "-H": "header",
  "--header": "header",
  "-A": "user-agent",
  "--user-agent": "user-agent",
  "-u": "user",
  "--user": "user",
  "--url": "url",
  "--retry": "retry",
  "--interface": "interface",
};
const BARE: { readonly [option: string]: string } = {
  "-s": "silent",
  "--silent": "silent",
  "-S": "show-error",
  "--show-error": "show-error",
  "-f": "fail",
  "--fail": "fail",
  "-v": "verbose",
  "--verbose": "verbose",
  "-i": "include",
  "--include": "include",
  "--show-headers": "include",
  "-I": "head",
  "--head": "head",
  "-L": "location",
  "--location": "location",
  "-k": "insecure",
  "--insecure": "insecure",
  "-4": "ipv4",
  "--ipv4": "ipv4",
  "-N": "no-buffer",
  "--no-buffer": "no-buffer",
  "-g": "globoff",
  "--http1.1": "http1.1",
  "--no-progress-meter": "no-progress-meter",
  "--no-keepalive": "no-keepalive",
};

interface Options {
  readonly on: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly urls: readonly string[];
}

function optionsOf(args: readonly string[]): Options | { readonly error: string } {
  const on = new Set<string>();
  const values = new Map<string, string>();
  const urls: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith("-") || arg === "-") urls.push(arg);
    else if (arg.startsWith("--") || arg.length === 2) {
      const name = WITH_VALUE[arg];
      const flag = BARE[arg];
      if (flag !== undefined) on.add(flag);
      else if (name === undefined) return { error: `curl: option ${arg}: is unknown` };
      else {
        const value = rest.shift();
        if (value === undefined) return { error: `curl: option ${arg}: requires parameter` };
        if (name === "url") urls.push(value);
        else values.set(name, value);
      }
    } else {
      // Several letters in one, the last of which may take what follows.
      for (let i = 1; i < arg.length; i++) {
        const letter = `-${arg[i] ?? ""}`;
        const flag = BARE[letter];
        const name = WITH_VALUE[letter];
        if (flag !== undefined) on.add(flag);
        else if (name === undefined) return { error: `curl: option ${arg}: is unknown` };
        else {
          const value = i + 1 < arg.length ? arg.slice(i + 1) : rest.shift();
          if (value === undefined) return { error: `curl: option ${arg}: requires parameter` };
          values.set(name, value);
          break;
        }
      }
    }
  }
  return { on, values, urls };
}

const TRY_HELP = "curl: try 'curl --help' or 'curl --manual' for more information\n";

export function* curl(call: Call): Running {
  if (call.args.includes("--version") || call.args.includes("-V")) {
    call.out("curl 8.14.1 (simulated)\nProtocols: http https\n");
    return 0;
  }
  const options = optionsOf(call.args);
  if ("error" in options) {
    call.err(`${options.error}\n${TRY_HELP}`);
    return 2;
  }
  if (options.urls.length === 0) {
    call.err(`curl: (2) no URL specified\n${TRY_HELP}`);
    return 2;
  }
  let exit = 0;
  for (const url of options.urls) exit = yield* fetchOne(call, options, url);
  return exit;
}

function* fetchOne(call: Call, options: Options, url: string): Running {
  const { on, values } = options;
  const told = (says: string): void => {
    if (!on.has("silent") || on.has("show-error")) call.err(`${says}\n`);
  };
  const fault = urlFault(url);
  if (fault !== null) {
    told(fault.says);
    return fault.exit;
  }
  const seconds = Number(values.get("max-time") ?? values.get("connect-timeout") ?? NaN);
  const method = methodOf(options);
  if (method === null) {
    call.note(`Requests of kind ${values.get("request") ?? ""} are not simulated: ${METHODS.join(", ")} are.`);
    return 2;
  }
  const journey = yield* sendOne(call, {
    to: url,
    patience: Number.isFinite(seconds) && seconds > 0 ? Math.min(NO_LIMIT, Math.round(seconds * SECOND)) : NO_LIMIT,
    ...(method === "GET" ? {} : { method }),
  });
  if (typeof journey === "string") {
    told(`curl: (7) ${journey}`);
    return 7;
  }
  return printed(call, options, journey, url, told);
}

function printed(call: Call, options: Options, journey: Journey, url: string, told: (says: string) => void): number {
  const { on, values } = options;
  const answer = answerIn(journey);
  const failed = curlStatus(journey.clientSays);
  const refusedByServer = failed === 0 && on.has("fail") && (answer?.status ?? 0) >= 400;
  if (on.has("verbose")) call.err(logBefore(journey, url, failed));
  const file = values.get("output");
  const print =
    file === undefined || file === "-" ? call.out : file === "/dev/null" ? (): void => {} : (text: string): void => call.save(file, text);
  if (failed === 0 && answer !== null && !refusedByServer) print(shownOf(options, answer));
  else if (failed === 0 && answer === null) call.note(`${journey.clientSays} (no answer of HTTP)`);
  if (on.has("verbose") && failed === 0) call.err(`* Connection #0 to host ${hostOf(url)} left intact\n`);
  const exit = failed !== 0 ? failed : refusedByServer ? 22 : 0;
  const format = values.get("write-out");
  if (format !== undefined) call.out(writtenOut(format, { journey, answer, url, exit }));
  if (failed !== 0) told(journey.clientSays);
  else if (refusedByServer) told(`curl: (22) The requested URL returned error: ${answer?.status ?? 0}`);
  return exit;
}

function shownOf({ on }: Options, { statusLine, headers, body }: HttpAnswer): string {
  const head = `${[statusLine, ...headers].join("\r\n")}\r\n\r\n`;
  if (on.has("head")) return head;
  return on.has("include") ? head + body : body;
}

function methodOf({ on, values }: Options): Method | null {
  if (on.has("head")) return "HEAD";
  const named = values.get("request")?.toUpperCase() ?? (values.has("data") ? "POST" : "GET");
  return METHODS.find((method) => method === named) ?? null;
}

/** curl's exit status, as its last words say it; 0: they say none. */
export function curlStatus(says: string): number {
  return Number(/^curl: \((\d+)\)/.exec(says)?.[1] ?? 0);
}

/** What curl says of a URL before it asks anybody. */
function urlFault(url: string): { readonly says: string; readonly exit: number } | null {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) return { says: `curl: (1) Protocol "${scheme}" not supported`, exit: 1 };
  // A URL with variables in it is read by the sender's own shell.
  const read = readDestination(url.replace(/\$\{?\w+\}?/g, "1"));
  if (!("error" in read)) return null;
  const port = /:([^/:?#\]]*)(?:[/?#]|$)/.exec(url.replace(/^\w+:\/\//, ""))?.[1];
  if (port !== undefined && !/^\d{0,5}$/.test(port))
    return { says: "curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535", exit: 3 };
  return { says: "curl: (3) URL rejected: Bad hostname", exit: 3 };
}

function hostOf(url: string): string {
  const read = readDestination(url);
  return "error" in read ? url : read.host;
}

// ---- -v -----------------------------------------------------------------------------------------------------------------

/** What curl tells until the body. */
function logBefore(journey: Journey, url: string, failed: number): string {
  const read = readDestination(url);
  if ("error" in read) return "";
  const { host, port, path } = read;
  const peer = peerOf(journey);
  const lines: string[] = [];
  const addresses = journey.lookup?.addresses ?? [];
  if (addresses.length > 0) {
    const of = (family: "IPv4" | "IPv6"): string => addresses.filter((address) => familyOf(address) === family).join(", ") || "(none)";
    lines.push(`* Host ${host}:${port} was resolved.`, `* IPv6: ${of("IPv6")}`, `* IPv4: ${of("IPv4")}`);
  }
  const says = journey.clientSays.replace(/^curl: \(\d+\) /, "");
  if (peer === null) return text([...lines, `* ${says}`, "* closing connection #0"]);
  const at = peer.address.includes(":") ? `[${peer.address}]` : peer.address;
  lines.push(`*   Trying ${at}:${peer.port}...`);
  if (connectedAt(journey) === null && failed !== 0) {
    if (failed === 7)
      lines.push(
        `* connect to ${peer.address} port ${peer.port} from ${peer.from.address} port ${peer.from.port} failed: ${refusal(journey)}`,
      );
    return text([...lines, `* ${says}`, "* closing connection #0"]);
  }
  lines.push(`* Connected to ${host} (${peer.address}) port ${peer.port}`, "* using HTTP/1.x");
  const asked = journey.packets.find(({ purpose, payload }) => purpose === "request" && payload?.kind === "text")?.payload;
  const request =
    asked?.kind === "text" ? asked.text.replace(/\r\n\r\n[\s\S]*$/, "").split("\r\n") : [`GET ${path} HTTP/1.1`, `Host: ${host}`];
  lines.push(...request.map((line) => `> ${line}`), "> ", "* Request completely sent off");
  const answer = answerIn(journey);
  if (failed !== 0 || answer === null) return text([...lines, `* ${says}`, "* closing connection #0"]);
  return text([...lines, `< ${answer.statusLine}`, ...answer.headers.map((line) => `< ${line}`), "< "]);
}

function refusal({ outcome }: Journey): string {
  return outcome.kind === "unreachable" ? "No route to host" : "Connection refused";
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

// ---- -w -----------------------------------------------------------------------------------------------------------------

interface Written {
  readonly journey: Journey;
  readonly answer: HttpAnswer | null;
  readonly url: string;
  readonly exit: number;
}

function writtenOut(format: string, written: Written): string {
  const plain = format.replace(/\\n/g, "\n").replace(/\\t/g, "\t").replace(/\\r/g, "\r");
  return plain.replace(/%\{(\w+)\}|%%/g, (whole, name: string | undefined) =>
    name === undefined ? "%" : (valueOf(name, written) ?? whole),
  );
}

function valueOf(name: string, { journey, answer, url, exit }: Written): string | null {
  const peer = peerOf(journey);
  const seconds = (nanos: number): string => (nanos / SECOND).toFixed(6);
  const connected = connectedAt(journey);
  switch (name) {
    case "http_code":
    case "response_code":
      return String(answer?.status ?? 0).padStart(3, "0");
    case "remote_ip":
      return connected === null ? "" : (peer?.address ?? "");
    case "remote_port":
      return connected === null ? "0" : String(peer?.port ?? 0);
    case "local_ip":
      return connected === null ? "" : (peer?.from.address ?? "");
    case "local_port":
      return connected === null ? "0" : String(peer?.from.port ?? 0);
    case "size_download":
      return String(answer?.body.length ?? 0);
    case "time_total":
      return seconds(journey.endedAt - journey.sentAt);
    case "time_connect":
      return seconds(connected === null ? 0 : connected - journey.sentAt);
    case "time_namelookup":
      return seconds((journey.lookup?.queries.at(-1)?.endsAt ?? journey.sentAt) - journey.sentAt);
    case "url":
    case "url_effective":
      return url;
    case "exitcode":
      return String(exit);
    case "errormsg":
      return exit === 0 ? "" : journey.clientSays.replace(/^curl: \(\d+\) /, "");
    case "num_connects":
      return connected === null ? "0" : "1";
    case "content_type":
      return answer?.headers.find((line) => /^content-type:/i.test(line))?.replace(/^[^:]*: */, "") ?? "";
    default:
      return null;
  }
}
