/**
 * One query through CoreDNS: server block, then loadbalance → cache → rewrite → template → hosts → kubernetes → forward, and
 * back through the same plugins. The order is the build's (coredns plugin.cfg), not the file's. A query that needs an
 * upstream stops with `forward` and goes on with `resume`; at most one upstream question is open per query.
 */
import { nextBelow, nextUint32, randomState } from "../base/random.ts";
import type { RandomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { answersQuestion, cacheCovers, emptyCache, passCache, readCache } from "./cache.ts";
import type { CacheStore } from "./cache.ts";
import type { Corefile, ForwardConfig, ServerBlock } from "./corefile.ts";
import type { CoreDnsProcess } from "./corefile-process.ts";
import type { DnsData } from "./dns-data.ts";
import { askHosts } from "./hosts-plugin.ts";
import { askInternet } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { askKubernetes } from "./kubernetes-plugin.ts";
import type { PluginResult } from "./kubernetes-plugin.ts";
import { balance } from "./loadbalance.ts";
import { encodeMessage } from "./message.ts";
import { inZone, longestZone } from "./names.ts";
import { bareReply } from "./records.ts";
import type { Message, Question, Transport } from "./records.ts";
import { revertReply, rewriteQuestion } from "./rewrite-plugin.ts";
import { askTemplates } from "./template-plugin.ts";
import { finishReply } from "./response-size.ts";
import type { Finished } from "./response-size.ts";

/** What one CoreDNS process works with. */
export interface CoreDnsServer {
  readonly config: Corefile;
  readonly data: DnsData;
  /** The Pod's own addresses, without loopback. */
  readonly addresses: readonly string[];
  /** The `nameserver` lines of the file that `forward . /etc/resolv.conf` reads: the node's. */
  readonly upstreams: readonly string[];
  /** SOA serial: Unix seconds of the last change that can alter an answer. */
  readonly serial: number;
  /** False until the watch has delivered its first lists. */
  readonly synced: boolean;
}

/** What changes while it serves. A plain value, changed in place; one per CoreDNS Pod. */
export interface CoreDnsState {
  /** Another process, or the same with another Corefile, begins with empty caches. */
  cache: CacheStore;
  readonly random: RandomState;
  /** How the process stands to its file; null where nobody follows it. */
  process: CoreDnsProcess | null;
}

export function coreDnsState(seed: number, pod: string): CoreDnsState {
  return { cache: emptyCache(), random: randomState(seed, `coredns ${pod}`), process: null };
}

/** Which plugin made the reply. `server`: no plugin did, the server wrote a bare one. */
export type AnsweredBy = "kubernetes" | "cache" | "forward" | "hosts" | "template" | "server";

export type Served =
  /** `bytes` are the payload of the packet. */
  | { readonly kind: "reply"; readonly message: Message; readonly bytes: Uint8Array; readonly by: AnsweredBy }
  /** Send `message` to `to` (an address, perhaps with a port) and call `resume`; give up after `timeout`. */
  | {
      readonly kind: "forward";
      readonly to: string;
      readonly message: Message;
      readonly transport: Transport;
      readonly timeout: Nanos;
      readonly pending: PendingQuery;
    }
  /** A message that no server answers. */
  | { readonly kind: "ignore" };

/** A query that waits for an upstream. */
export interface PendingQuery {
  readonly query: Message;
  readonly transport: Transport;
  readonly upstream: Message;
  readonly to: readonly string[];
  readonly tries: number;
  readonly startedAt: Nanos;
}

export type UpstreamResult = Message | "timeout" | "unreachable";

/** One try of forward, and all of them together. */
const FORWARD_TRY: Nanos = 2 * SECOND;
const FORWARD_TOTAL: Nanos = 5 * SECOND;
const TRIES_PER_UPSTREAM = 2;

/** A query that reached CoreDNS's port 53. The reply is as it leaves: EDNS, compression and truncation settled. */
export function serve(server: CoreDnsServer, state: CoreDnsState, query: Message, now: Nanos, transport: Transport = "udp"): Served {
  if (query.response) return { kind: "ignore" };
  if (query.opcode !== 0 && query.opcode !== 4)
    return refusal({ ...query, response: true, aa: false, rcode: "NOTIMP", question: null, edns: null });
  if (query.question === null) return refusal({ ...query, response: true, aa: false, opcode: 0, rcode: "FORMERR", edns: null });
  if (query.edns !== null && query.edns.version !== 0) return refusal(badVersion(query));
  const run: Run = { server, state, transport, now, upstream: null, question: null };
  return finish(run, query, throughServer(run, query));
}

/** The upstream's reply, or that none came. May answer with another `forward`: the next try. */
export function resume(server: CoreDnsServer, state: CoreDnsState, pending: PendingQuery, result: UpstreamResult, now: Nanos): Served {
  const failed = result === "timeout" || result === "unreachable";
  const mayRetry = pending.tries < TRIES_PER_UPSTREAM * pending.to.length && now - pending.startedAt < FORWARD_TOTAL;
  if (failed && mayRetry) return forwardTry({ ...pending, tries: pending.tries + 1 });
  const run: Run = {
    server,
    state,
    transport: pending.transport,
    now,
    upstream: { query: pending.upstream, reply: failed ? null : result },
    question: null,
  };
  return finish(run, pending.query, throughServer(run, pending.query));
}

/** Serves without packets: the upstream is `internet`, at once. null for a message that is not answered. */
export function serveAtOnce(
  server: CoreDnsServer,
  state: CoreDnsState,
  query: Message,
  now: Nanos,
  transport: Transport,
  internet: Internet,
): Finished | null {
  let served = serve(server, state, query, now, transport);
  while (served.kind === "forward") served = resume(server, state, served.pending, askInternet(internet, served.message), now);
  return served.kind === "reply" ? served : null;
}

/** One pass of a query. A pass after the upstream's reply walks the same way with the reply at hand. */
interface Run {
  readonly server: CoreDnsServer;
  readonly state: CoreDnsState;
  readonly transport: Transport;
  readonly now: Nanos;
  /** The upstream's reply once it is there (null in it: none came). */
  readonly upstream: { readonly query: Message; readonly reply: Message | null } | null;
  /** Set where an upstream has to be asked: what to ask, and by which directive. */
  question: { readonly query: Message; readonly forward: ForwardConfig } | null;
}

type Passed = { readonly message: Message; readonly by: AnsweredBy } | "wait";

function finish(run: Run, query: Message, passed: Passed): Served {
  if (passed === "wait") return firstTry(run, query);
  return { kind: "reply", ...finishReply(query, passed.message, run.transport), by: passed.by };
}

/** A reply that is made before any plugin is asked. */
function refusal(message: Message): Served {
  return { kind: "reply", message, bytes: encodeMessage(message), by: "server" };
}

function firstTry(run: Run, query: Message): Served {
  if (run.question === null) throw new Error(`nothing to ask an upstream for: ${JSON.stringify(query.question)}`);
  const { query: inner, forward } = run.question;
  const { random } = run.state;
  const all = forward.to.flatMap((to) => (to.startsWith("/") ? run.server.upstreams : [to]));
  const start = forward.policy === "random" && all.length > 1 ? nextBelow(random, all.length) : 0;
  const to = [...all.slice(start), ...all.slice(0, start)];
  const upstream: Message = { ...inner, id: nextUint32(random) & 0xffff };
  return forwardTry({ query, transport: forward.forceTcp ? "tcp" : run.transport, upstream, to, tries: 1, startedAt: run.now });
}

function forwardTry(pending: PendingQuery): Served {
  const to = pending.to[(pending.tries - 1) % pending.to.length];
  if (to === undefined) throw new Error("forward without upstreams");
  return { kind: "forward", to, message: pending.upstream, transport: pending.transport, timeout: FORWARD_TRY, pending };
}

/** Chooses the server block, runs its plugins, and writes a bare reply where none of them did. */
function throughServer(run: Run, query: Message): Passed {
  const { question } = query;
  if (question === null) return { message: bareReply(query, "FORMERR"), by: "server" };
  const blocks = run.server.config.blocks.filter((block) => block.port === 53);
  const zone = longestZone(
    question.name,
    blocks.flatMap((block) => block.zones),
  );
  const block = blocks.find((candidate) => zone !== null && candidate.zones.includes(zone));
  if (block === undefined) return { message: bareReply(query, "REFUSED"), by: "server" };
  const passed = throughCache(run, block, query);
  if (passed === "wait" || !block.loadbalance || passed.by === "server") return passed;
  return { ...passed, message: balance(passed.message, run.state.random) };
}

function throughCache(run: Run, block: ServerBlock, query: Message): Passed {
  const { cache } = block;
  if (cache === null || !cacheCovers(cache, query)) return throughRewrite(run, block, query);
  const stored = run.upstream === null ? readCache(run.state.cache, query, run.now) : null;
  if (stored !== null) return { message: stored, by: "cache" };
  const passed = throughRewrite(run, block, query);
  if (passed === "wait" || passed.by === "server") return passed;
  return { ...passed, message: passCache(cache, run.state.cache, query, passed.message, run.now) };
}

function throughRewrite(run: Run, block: ServerBlock, query: Message): Passed {
  if (query.question === null || block.rewrites.length === 0) return throughPlugins(run, block, query);
  const rewritten = rewriteQuestion(block.rewrites, query.question);
  const passed = throughPlugins(run, block, { ...query, question: rewritten.question });
  return passed === "wait" ? passed : { ...passed, message: revertReply(passed.message, query.question, rewritten) };
}

function throughPlugins(run: Run, block: ServerBlock, query: Message): Passed {
  const { question } = query;
  if (question === null) throw new Error("a query without a question reached the plugins");
  const plugins: readonly (readonly [AnsweredBy, () => PluginResult])[] = [
    ["template", () => askTemplates(block.templates, question)],
    ["hosts", () => (block.hosts === null ? { kind: "next" } : askHosts(block.hosts, question))],
    ["kubernetes", () => throughKubernetes(run, block, query, question)],
  ];
  for (const [by, ask] of plugins) {
    const result = ask();
    if (result.kind === "wait") return "wait";
    if (result.kind === "bare") return { message: bareReply(query, result.rcode), by: "server" };
    if (result.kind === "answer") return { message: pluginReply(query, result), by };
  }
  return throughForward(run, block, query, question);
}

function pluginReply(query: Message, result: Extract<PluginResult, { kind: "answer" }>): Message {
  const { rcode, answer, authority, additional, truncated } = result;
  return { ...bareReply(query, rcode), aa: true, tc: truncated, answer, authority, additional };
}

function throughKubernetes(run: Run, block: ServerBlock, query: Message, question: Question): PluginResult {
  if (block.kubernetes === null) return { kind: "next" };
  const { data, addresses, serial, synced } = run.server;
  return askKubernetes({ config: block.kubernetes, data, addresses, serial, synced }, question, (outside) =>
    lookUpOutside(run, query, outside),
  );
}

/** An alias's target through the whole server, as the plugin's own upstream look-up does it. */
function lookUpOutside(run: Run, query: Message, question: Question): Message | null {
  const passed = throughServer(run, { ...query, question });
  return passed === "wait" ? null : passed.message;
}

function throughForward(run: Run, block: ServerBlock, query: Message, question: Question): Passed {
  // The directives stand in the chain as they stand in the file; the first that covers the name takes it.
  const forward = block.forwards.find((one) => inZone(question.name, one.from) && longestZone(question.name, one.except) === null);
  const hasUpstream = forward?.to.some((to) => !to.startsWith("/") || run.server.upstreams.length > 0) ?? false;
  if (forward === undefined) return { message: bareReply(query, "REFUSED"), by: "server" };
  if (!hasUpstream) return { message: bareReply(query, "SERVFAIL"), by: "server" };
  if (run.upstream === null) {
    run.question = { query, forward };
    return "wait";
  }
  const { reply } = run.upstream;
  if (reply === null) return { message: bareReply(query, "SERVFAIL"), by: "server" };
  if (!answersQuestion(query, reply)) return { message: bareReply(query, "FORMERR"), by: "server" };
  const { id, rd, cd } = query;
  return { message: { ...reply, id, rd, cd, response: true, question }, by: "forward" };
}

function badVersion(query: Message): Message {
  return { ...bareReply(query, "BADVERS"), edns: { udpSize: 0, version: 0, dnssecOk: false, options: [] } };
}
