/** A finished look-up as the DNS tab lists it: name by name, question by question. Pure, from the journey alone. */
import type { AnsweredBy } from "../../core/dns/pipeline.ts";
import type { Message } from "../../core/dns/records.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { thingAtAddress } from "../linked/holders.ts";
import type { Hop, Journey, Lookup, LookupQuery, PacketTrace, Place } from "../../core/network/trace.ts";

/** Where the question's destination was rewritten to. */
export interface QueryRewrite {
  readonly node: string;
  readonly from: { readonly address: string; readonly port: number };
  readonly to: { readonly address: string; readonly port: number };
  /** Conntrack knew the flow: no rule was asked. */
  readonly known: boolean;
}

export interface QueryRow {
  /** Position among the look-up's questions, from 0. */
  readonly index: number;
  readonly name: string;
  readonly type: "A" | "AAAA";
  readonly rcode: LookupQuery["rcode"];
  readonly answers: LookupQuery["answers"];
  /** Who answered; null: nobody did. */
  readonly by: Place | null;
  /** Which plugin of CoreDNS did; null where that is not known. */
  readonly plugin: AnsweredBy | null;
  readonly rewrite: QueryRewrite | null;
  readonly transport: "udp" | "tcp";
  /** The answer was cut: it is asked for again over TCP. */
  readonly truncated: boolean;
  readonly took: number;
  /** Packets that carry the question and its answer; null where there is none. */
  readonly question: PacketTrace | null;
  readonly answer: PacketTrace | null;
}

export interface NameRow {
  /** Without a final dot. */
  readonly name: string;
  readonly result: Lookup["candidates"][number]["result"];
  readonly queries: readonly QueryRow[];
  /** From the first question to the last answer; null where it was not asked. */
  readonly took: number | null;
}

/** The search in its order. */
export function walkOf(journey: Journey, lookup: Lookup): readonly NameRow[] {
  const rows = lookup.queries.map((query, index) => rowOf(journey, query, index));
  return lookup.candidates.map(({ name, result }) => {
    const queries = rows.filter((row) => bare(row.name) === bare(name));
    return { name: bare(name), result, queries, took: spanOf(lookup, queries) };
  });
}

export function bare(name: string): string {
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

function spanOf({ queries }: Lookup, rows: readonly QueryRow[]): number | null {
  const own = rows.flatMap(({ index }) => queries[index] ?? []);
  return own.length === 0 ? null : Math.max(...own.map(({ endsAt }) => endsAt)) - Math.min(...own.map(({ at }) => at));
}

function rowOf({ packets }: Journey, query: LookupQuery, index: number): QueryRow {
  const { name, type, rcode, answers, by, at, endsAt } = query;
  const first = packets[query.queryPacket] ?? null;
  // Over TCP the look-up begins with a SYN; the question is in a later packet.
  const question = packets.find((packet) => packet.index >= query.queryPacket && asks(packet, name, type)) ?? first;
  const answer = query.answerPacket === null ? null : (packets[query.answerPacket] ?? null);
  const content = answer?.payload?.kind === "dns" ? answer.payload : null;
  return {
    index,
    name,
    type,
    rcode,
    answers,
    by,
    plugin: content?.by ?? null,
    rewrite: rewriteOf(first),
    transport: (question?.payload?.kind === "dns" ? question.payload.transport : null) ?? "udp",
    truncated: content?.message.tc === true,
    took: endsAt - at,
    question,
    answer,
  };
}

function asks({ payload }: PacketTrace, name: string, type: string): boolean {
  if (payload?.kind !== "dns" || payload.message.response) return false;
  const { question } = payload.message;
  return question !== null && question.type === type && bare(question.name) === bare(name);
}

function rewriteOf(packet: PacketTrace | null): QueryRewrite | null {
  const hop = packet?.hops.find(
    (each): each is Extract<Hop, { kind: "rewrite" | "known" }> => each.kind === "rewrite" || each.kind === "known",
  );
  if (hop === undefined || !hop.changed.destination) return null;
  const { node, before, after, kind } = hop;
  return {
    node,
    from: { address: before.dst, port: before.dstPort },
    to: { address: after.dst, port: after.dstPort },
    known: kind === "known",
  };
}

/** Who holds the addresses that the questions of a name were answered with, each once. */
export function foundThings(cluster: ClusterView, queries: readonly Pick<QueryRow, "answers">[]): readonly ThingId[] {
  const things = new Map<string, ThingId>();
  for (const { data } of queries.flatMap(({ answers }) => answers)) {
    const thing = thingAtAddress(cluster, data);
    if (thing !== null) things.set(JSON.stringify(thing), thing);
  }
  return [...things.values()];
}

/** What came of a question, in a few words: `10.96.142.31, TTL 30 s`, `NXDOMAIN`, `no answer`. */
export function answerText({ rcode, answers }: Pick<QueryRow, "rcode" | "answers">): string {
  switch (rcode) {
    case "NOERROR": {
      if (answers.length === 0) return "empty: no such record";
      const ttl = answers[0]?.ttl;
      return `${answers.map(({ data }) => bare(data)).join(", ")}${ttl === undefined ? "" : `, TTL ${ttl} s`}`;
    }
    case "TIMEOUT":
      return "no answer";
    case "ICMP":
      return "refused (ICMP port unreachable)";
    case "NXDOMAIN":
    case "SERVFAIL":
    case "REFUSED":
      return rcode;
  }
}

/** Where the answer came from, as a sentence's end; null where that is not known. */
export function pluginText(plugin: AnsweredBy | null, message: Message | null): string | null {
  switch (plugin) {
    case null:
      return null;
    case "kubernetes":
      return "from its list of Services and EndpointSlices, not from a cache";
    case "cache":
      return "from its cache";
    case "forward":
      return "after it asked the name server outside";
    case "hosts":
      return "from the hosts entries of its Corefile";
    case "template":
      return "from a template of its Corefile";
    case "server":
      return message?.rcode === "REFUSED" ? "without asking any plugin" : "by itself: no plugin had an answer";
  }
}
