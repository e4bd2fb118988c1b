/** `kubehop dig`: a question to CoreDNS, or with `--from` through a Pod's stub resolver. */
import { readFileSync } from "node:fs";
import { get } from "../core/api/store.ts";
import type { ObjectStore } from "../core/api/store.ts";
import { parseInstant } from "../core/api/instant.ts";
import { digReply, digReplyFromPod, type DigReply } from "../core/dns/dig.ts";
import { digText } from "../core/dns/dig-text.ts";
import { defaultInternet, internetOf, internetOfZone, type Internet, type InternetInput } from "../core/dns/internet.ts";
import { knownType } from "../core/dns/message.ts";
import { storedDns, type StoredDns } from "../core/dns/resolve.ts";
import { isObject } from "../core/api/json.ts";
import { libcOf } from "../core/workloads/clients.ts";
import { UsageError, listOption, requiredOption, textOption, type Options } from "./arguments.ts";
import { clusterOf, type CommandInput, type CommandOutput } from "./cluster.ts";

export function dig(input: CommandInput): CommandOutput {
  const { options } = input;
  const { files, name, type } =
    input.objects === undefined && textOption(options, "name") === undefined
      ? fromLine(input.positionals)
      : fromOptions(options, input.positionals);
  const simulation = clusterOf(input, files);
  const store = simulation.snapshot();
  const dns = clusterDns(store, options);
  const internet = internetOption(options);
  const from = textOption(options, "from");
  const reply = from === undefined ? digReply(dns, internet, name, type) : throughPod(store, dns, { internet, from, name, type });
  const { answer, message, bytes, server, transport, truncated } = reply;
  const found = answer.rcode === "NOERROR" && answer.answer.length > 0;
  const args = [name, ...(type === "A" ? [] : [type]), ...(from === undefined ? [] : ["+search"])].join(" ");
  const when = dateText(simulation.epochSeconds + Math.floor(simulation.now / 1e9));
  const text = digText({ args, reply: message, bytes, server, transport, truncated, took: 0, when });
  return { json: answer, text, exit: found ? 0 : 1 };
}

interface Question {
  readonly files: readonly string[];
  readonly name: string;
  readonly type: string;
}

/** `FILE… NAME [TYPE]`: the last word is a type where it is one and something stands before it that can be the name. */
function fromLine(words: readonly string[]): Question {
  const last = words.at(-1) ?? "";
  const typed = words.length >= 3 ? knownType(last) : null;
  const name = typed === null ? last : (words.at(-2) ?? "");
  const files = words.slice(0, typed === null ? -1 : -2);
  if (name === "" || files.length === 0) throw new UsageError("dig takes FILE… NAME [TYPE]");
  return { files, name, type: typed ?? "A" };
}

function fromOptions(options: Options, files: readonly string[]): Question {
  const written = textOption(options, "type") ?? "A";
  const type = knownType(written);
  if (type === null) throw new UsageError(`${JSON.stringify(written)} is not a type of DNS record`);
  return { files, name: requiredOption(options, "name"), type };
}

/** The cluster's DNS as stored objects describe it. `server` in a batch request: the server's own addresses. */
export function clusterDns(store: ObjectStore, options: Options): StoredDns {
  const server = listOption(options, "server");
  const serial = typeof options["serial"] === "number" ? options["serial"] : (parseInstant(textOption(options, "now") ?? "") ?? undefined);
  const node = textOption(options, "node");
  const dns = storedDns(store, {
    ...(server.length > 0 ? { serverAddresses: server } : {}),
    ...(serial === undefined ? {} : { serial }),
    ...(node?.includes("\n") === true ? { nodeResolvConf: node } : {}),
  });
  if ("error" in dns) throw new UsageError(`Corefile line ${dns.line}: ${dns.error}`);
  return dns;
}

/** `--internet FILE` (a zone file), or in a batch request the records themselves. */
export function internetOption(options: Options): Internet {
  const given = options["internet"];
  if (given === undefined || given === null) return defaultInternet();
  const internet = typeof given === "string" ? internetOfZone(readZone(given)) : internetOfRecords(given);
  if ("error" in internet) throw new UsageError(`--internet: ${internet.error}`);
  return internet;
}

function internetOfRecords(given: unknown): Internet | { readonly error: string } {
  if (!isObject(given)) return { error: "it is neither a zone file nor records" };
  const { records = [], otherwise = "NXDOMAIN", soa } = given;
  if (!Array.isArray(records)) return { error: "records is a list" };
  const bad = records.findIndex((record) => !has(record, { name: "string", type: "string", ttl: "number", data: "string" }));
  if (bad >= 0) return { error: `records[${bad}] takes name, type, ttl and data` };
  if (otherwise !== "NXDOMAIN" && otherwise !== "SERVFAIL") return { error: "otherwise is NXDOMAIN or SERVFAIL" };
  if (soa !== undefined && soa !== null && !has(soa, SOA_FIELDS)) return { error: `soa takes ${Object.keys(SOA_FIELDS).join(", ")}` };
  return internetOf({ records, otherwise, ...(isObject(soa) ? { soa } : {}) } as unknown as InternetInput); // looked at above
}

const SOA_FIELDS = {
  name: "string",
  ttl: "number",
  mname: "string",
  rname: "string",
  serial: "number",
  refresh: "number",
  retry: "number",
  expire: "number",
  minimum: "number",
} as const;

function has(value: unknown, fields: { readonly [field: string]: "string" | "number" }): boolean {
  return isObject(value) && Object.entries(fields).every(([field, type]) => typeof value[field] === type);
}

function readZone(path: string): string {
  if (path.includes("\n")) return path;
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`${path} cannot be read`);
  }
}

function throughPod(
  store: ObjectStore,
  dns: StoredDns,
  asked: { readonly internet: Internet; readonly from: string; readonly name: string; readonly type: string },
): DigReply {
  const key = asked.from.includes("/") ? asked.from : `default/${asked.from}`;
  const pod = get(store, "Pod", key);
  if (pod === undefined) throw new UsageError(`--from: there is no Pod ${key}`);
  const answer = digReplyFromPod(dns, asked.internet, { pod, libc: libcOf(pod.spec), name: asked.name, type: asked.type });
  if (answer === null) throw new UsageError(`${JSON.stringify(asked.name)} is not a name that can be asked for`);
  return answer;
}

/** An instant (seconds since 1970) as dig writes it in UTC: `Thu Jan 01 00:00:00 UTC 2026`. */
function dateText(seconds: number): string {
  const [, weekday = "", day = "", month = "", year = "", time = ""] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(seconds * 1000).toUTCString()) ?? [];
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
