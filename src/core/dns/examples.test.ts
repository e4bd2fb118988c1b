import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { emptyStore, put } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { KubeObject, Pod } from "../api/types.ts";
import { get } from "../api/store.ts";
import { dig } from "./dig.ts";
import type { DigRecord } from "./dig.ts";
import { answerMessage } from "./dns-message.ts";
import { internetOf } from "./internet.ts";
import type { Internet, InternetInput } from "./internet.ts";
import { resolveFromPod, storedDns } from "./resolve.ts";
import type { StoredDns, StoredDnsOptions } from "./resolve.ts";
import type { Libc } from "./resolver.ts";

/** Rows of the batch contract: what `kubehop batch` is asked, and what its answer must show. */
interface Row<E> {
  readonly request: {
    readonly id: string;
    readonly objects: readonly KubeObject[];
    readonly options: { readonly [name: string]: unknown } & { readonly internet: InternetInput };
  };
  readonly expect: E;
}

function rows<E>(file: string): Row<E>[] {
  const text = readFileSync(new URL(`./fixtures/${file}`, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row<E>);
}

function storeOf(objects: readonly KubeObject[]): ObjectStore {
  const store = emptyStore();
  for (const object of objects) put(store, object);
  return store;
}

function internetFor(input: InternetInput): Internet {
  const internet = internetOf(input);
  if ("error" in internet) throw new Error(internet.error);
  return internet;
}

function dnsOf(store: ObjectStore, options: StoredDnsOptions): StoredDns {
  const dns = storedDns(store, options);
  if ("error" in dns) throw new Error(`${dns.line}: ${dns.error}`);
  return dns;
}

const sorted = (records: readonly DigRecord[]): string[] =>
  records.map(({ name, type, ttl, data }) => `${name} ${type} ${ttl} ${type === "SOA" ? withoutSerial(data) : data}`).sort();

const withoutSerial = (data: string): string =>
  data
    .split(" ")
    .map((word, i) => (i === 2 ? "*" : word))
    .join(" ");

describe("dig", () => {
  interface Expected {
    readonly rcode: string;
    readonly answer: readonly DigRecord[];
    readonly authority: readonly string[];
    readonly additional?: readonly DigRecord[];
    readonly flags: { readonly aa: boolean; readonly ra: boolean };
  }
  test.each(
    rows<Expected>("dns.jsonl").map(
      (row) => [`${row.request.id} ${String(row.request.options["name"])} ${String(row.request.options["type"])}`, row] as const,
    ),
  )("%s", (_, { request, expect: wanted }) => {
    const { name, type, server, internet } = request.options as unknown as {
      name: string;
      type: string;
      server: string[];
      internet: InternetInput;
    };
    const answer = dig(dnsOf(storeOf(request.objects), { serverAddresses: server, serial: 1 }), internetFor(internet), name, type);
    expect(answer.rcode).toBe(wanted.rcode);
    expect({ aa: answer.flags.aa, ra: answer.flags.ra }).toEqual(wanted.flags);
    expect(sorted(answer.answer)).toEqual(sorted(wanted.answer));
    expect(answer.authority.map((record) => record.type)).toEqual(wanted.authority);
    if (wanted.additional !== undefined) expect(sorted(answer.additional)).toEqual(sorted(wanted.additional));
  });
});

describe("resolve", () => {
  interface Expected {
    readonly server: string;
    readonly queries: readonly string[];
    readonly answer?: readonly string[];
    readonly error?: string;
    readonly message?: string;
  }
  test.each(
    rows<Expected>("resolver.jsonl").map(
      (row) => [`${row.request.id} ${String(row.request.options["libc"])} ${String(row.request.options["name"])}`, row] as const,
    ),
  )("%s", (_, { request, expect: wanted }) => {
    const options = request.options as unknown as {
      from: string;
      name: string;
      type: string;
      libc: Libc;
      node?: string;
      internet: InternetInput;
    };
    const store = storeOf(request.objects);
    const pod = get(store, "Pod", options.from) as Pod;
    const family = options.type === "A" ? "IPv4" : options.type === "AAAA" ? "IPv6" : "both";
    const resolved = resolveFromPod(store, dnsOf(store, {}), internetFor(options.internet), {
      pod,
      name: options.name,
      family,
      libc: options.libc,
    });
    expect(resolved.server).toBe(wanted.server);
    expect(resolved.names).toEqual(wanted.queries);
    expect([...resolved.addresses].sort()).toEqual([...(wanted.answer ?? [])].sort());
    expect(resolved.error !== null).toBe(wanted.error !== undefined);
    if (wanted.message !== undefined) expect(resolved.error?.message).toBe(wanted.message);
  });
});

describe("dns-message", () => {
  test.each(rows<{ hex: string; notes: string }>("wire.jsonl").map((row) => [`${row.request.id} ${row.expect.notes}`, row] as const))(
    "%s",
    (_, { request, expect: wanted }) => {
      const options = request.options as unknown as { hex: string; transport: "udp" | "tcp"; serial: number; internet: InternetInput };
      const dns = dnsOf(storeOf(request.objects), { serial: options.serial });
      expect(answerMessage(dns, internetFor(options.internet), options.hex, options.transport)).toEqual({ kind: "reply", hex: wanted.hex });
    },
  );
});
