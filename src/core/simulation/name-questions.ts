/**
 * Questions about names that a person asks of a run: a sender's resolver, what a Pod's nslookup or dig would print now, the
 * cluster's DNS, a Service's records, cheaper ways to spell a name. Nothing is sent, no cache is touched, no time passes.
 */
import type { NamespacedName } from "../base/names.ts";
import { nextUint32, randomState } from "../base/random.ts";
import { get } from "../api/store.ts";
import { digOutside, digReply, type DigReply } from "../dns/dig.ts";
import type { DnsSlice } from "../dns/dns-data.ts";
import { digNoServer, digText } from "../dns/dig-text.ts";
import { askInternet, type Internet } from "../dns/internet.ts";
import { knownType } from "../dns/message.ts";
import { absolute, sameName, withoutFinalDot } from "../dns/names.ts";
import { reverseQuestion, type AskTool } from "../dns/nslookup.ts";
import { bindNslookup } from "../dns/nslookup-bind.ts";
import { busyboxNslookup } from "../dns/nslookup-busybox.ts";
import { coreDnsState, serveAtOnce, type CoreDnsState } from "../dns/pipeline.ts";
import { DEFAULT_NODE_RESOLV_CONF, parseResolvConf, resolvConfText } from "../dns/resolv-conf.ts";
import { resolveSync, type StoredDns } from "../dns/resolve.ts";
import { recordSetOf, type RecordSet } from "../dns/record-set.ts";
import type { LookupError } from "../dns/lookup-state.ts";
import type { Transport } from "../dns/records.ts";
import { familyOf } from "../network/topology.ts";
import type { ResolverSetup } from "../network/name-service.ts";
import type { Sender } from "../network/trace.ts";
import { nslookupOf } from "../workloads/clients.ts";
import { absentNames, type AbsentName } from "./absent-names.ts";
import { isReady } from "./cluster-view.ts";
import type { Refusal } from "./contract.ts";
import { corefileOfPod } from "./coredns.ts";
import { dnsView, type DnsView } from "./dns-view.ts";
import { dnsServers, dnsSettings, resolverSetup, unixSeconds } from "./names.ts";
import { distributionIn } from "./questions.ts";
import type { Run } from "./run.ts";

export type NameQuestion =
  | { readonly kind: "resolver"; readonly from: Sender }
  /** What a program in the Pod would print. `type`: in any letters; null: addresses of both families (nslookup), A (dig). */
  | {
      readonly kind: "program";
      readonly pod: NamespacedName;
      readonly program: "nslookup" | "dig";
      readonly name: string;
      readonly type: string | null;
      /** The server on the command line (`dig @10.96.0.10`); absent: those of the resolver's file. */
      readonly server?: string;
    }
  /** What the C library tells a program that asks for a name's addresses. */
  | { readonly kind: "addresses"; readonly from: Sender; readonly name: string }
  | { readonly kind: "servers" }
  | { readonly kind: "records"; readonly service: NamespacedName }
  | { readonly kind: "spellings"; readonly from: Sender; readonly name: string };

export interface ResolverView {
  /** `/etc/resolv.conf` */
  readonly file: string;
  readonly libc: "glibc" | "musl";
  /** Of the first container; null for senders that are no Pods. */
  readonly image: string | null;
}

export interface ProgramOutput {
  /** As typed in the Pod's shell. */
  readonly command: string;
  /** Whose program it is: `busybox`, `bind`. */
  readonly by: "busybox" | "bind";
  readonly text: string;
  readonly exit: number;
  readonly questions: number;
  /** Virtual nanoseconds of waiting; answers take none. */
  readonly took: number;
  /** The CoreDNS Pod whose cache was read; null: none was asked. */
  readonly asked: NamespacedName | null;
}

/** A way to spell a name, with what the search for it would cost now. */
export interface Spelling {
  readonly name: string;
  readonly questions: number;
}

/** As getaddrinfo has it. */
export interface Addresses {
  readonly addresses: readonly string[];
  /** Under which name they were found; as typed where nothing was asked. */
  readonly name: string;
  readonly error: LookupError | null;
  readonly libc: "glibc" | "musl";
  /** Virtual nanoseconds of waiting. */
  readonly took: number;
}

export type NameAnswer =
  | { readonly kind: "addresses"; readonly found: Addresses }
  | { readonly kind: "resolver"; readonly resolver: ResolverView }
  | { readonly kind: "program"; readonly output: ProgramOutput }
  | { readonly kind: "servers"; readonly dns: DnsView }
  /** `more`: ready endpoints that are left out, where there are very many. */
  | { readonly kind: "records"; readonly records: RecordSet | null; readonly absent: readonly AbsentName[]; readonly more: number }
  /** The first is the name as typed; the others find the same addresses with fewer questions, cheapest first. */
  | { readonly kind: "spellings"; readonly spellings: readonly Spelling[] };

export function answerNames(run: Run, question: NameQuestion): NameAnswer | Refusal {
  const { state } = run;
  switch (question.kind) {
    case "resolver":
      return isThere(run, question.from) ? { kind: "resolver", resolver: resolverView(run, question.from) } : noPod(question.from);
    case "program":
      return programOutput(run, question);
    case "addresses":
      return isThere(run, question.from)
        ? { kind: "addresses", found: addressesOf(run, question.from, question.name) }
        : noPod(question.from);
    case "servers":
      return { kind: "servers", dns: dnsView(state) };
    case "records":
      return recordsOf(run, question.service);
    case "spellings":
      return isThere(run, question.from)
        ? { kind: "spellings", spellings: spellingsOf(run, question.from, question.name) }
        : noPod(question.from);
  }
}

function isThere({ state }: Run, from: Sender): boolean {
  return from.kind !== "pod" || get(state.store, "Pod", from.pod) !== undefined;
}

function noPod(from: Sender): Refusal {
  return { error: `There is no Pod ${from.kind === "pod" ? from.pod : ""}.` };
}

function resolverView({ state }: Run, from: Sender): ResolverView {
  const { conf, libc } = resolverSetup(state, from);
  const image = from.kind === "pod" ? (get(state.store, "Pod", from.pod)?.spec.containers[0]?.image ?? null) : null;
  return { file: resolvConfText(conf), libc, image };
}

// ---- who answers ------------------------------------------------------------------------------------------------------

/** Where the questions of a Pod to one server come to. */
type Fate = "cluster" | "outside" | "timeout" | "unreachable";

/** The cluster's DNS as a value of its own: what is asked of it leaves the run as it is. */
interface Asked {
  readonly dns: StoredDns;
  /** The replica whose cache answers. */
  readonly pod: NamespacedName | null;
}

function askedServer(run: Run): Asked {
  const { state } = run;
  const servers = dnsServers(state);
  const ready = servers.find(({ pod }) => isReadyPod(run, pod)) ?? servers[0] ?? null;
  const { clusterDns, domain } = dnsSettings(state);
  const known = ready === null ? undefined : state.coredns.get(ready.pod);
  const server = run.dns.server(state, ready?.pod ?? "", ready === null ? [] : [ready.address]);
  const memory = known === undefined ? coreDnsState(state.seed, ready?.pod ?? "nobody") : copyOf(known);
  return { dns: { server, state: memory, clusterDns, domain }, pod: ready?.pod ?? null };
}

function isReadyPod({ state }: Run, key: NamespacedName): boolean {
  const pod = get(state.store, "Pod", key);
  return pod !== undefined && isReady(pod);
}

function copyOf({ cache, random, ...rest }: CoreDnsState): CoreDnsState {
  return { ...rest, cache: { success: new Map(cache.success), denial: new Map(cache.denial) }, random: { ...random } };
}

/** By the rules that a new flow of the Pod to that server meets. */
function fateOf(run: Run, from: Sender, server: string, transport: Transport): Fate {
  const inCluster = dnsSettings(run.state).clusterDns.includes(server) || dnsServers(run.state).some(({ address }) => address === server);
  const to = familyOf(server) === "IPv6" ? `[${server}]:53` : `${server}:53`;
  const found = distributionIn(run, { from, to, protocol: transport === "tcp" ? "TCP" : "UDP" });
  const known: Fate = inCluster ? "cluster" : "outside";
  // A cluster of stored objects without nodes has no rules: its name server is simply there.
  if ("error" in found) return known;
  if (found.rejected > 0.5) return "unreachable";
  return found.dropped > 0.5 ? "timeout" : known;
}

/** What the CoreDNS Pod hears from outside: nothing but failures where its own questions do not get there. */
function heardOutside(run: Run, { pod }: Asked): Internet {
  const internet = run.dns.internetOf(run.state.store);
  const [upstream] = parseResolvConf(DEFAULT_NODE_RESOLV_CONF).nameservers;
  if (pod === null || upstream === undefined || fateOf(run, { kind: "pod", pod }, upstream, "udp") === "outside") return internet;
  return { ...internet, records: [], otherwise: "SERVFAIL" };
}

function askerOf(run: Run, from: Sender, asked: Asked): AskTool {
  const { dns } = asked;
  const fates = new Map<string, Fate>();
  const internet = run.dns.internetOf(run.state.store);
  const heard = heardOutside(run, asked);
  return (server, query, transport, after) => {
    const key = `${transport} ${server}`;
    const fate = fates.get(key) ?? fateOf(run, from, server, transport);
    fates.set(key, fate);
    if (fate === "timeout" || fate === "unreachable") return fate;
    if (fate === "outside") return askInternet(internet, query);
    return serveAtOnce(dns.server, dns.state, query, run.now + after, transport, heard)?.message ?? "timeout";
  };
}

// ---- records ----------------------------------------------------------------------------------------------------------

/** Each endpoint is asked for by name, and each answer looks at all of them: of a large Service the first are enough to see. */
const ENDPOINTS_MOST = 100;

function recordsOf(run: Run, service: NamespacedName): NameAnswer {
  const { state } = run;
  const data = run.dns.dataOf(state.store);
  const slices = data.slices.get(service) ?? [];
  const kept = firstEndpoints(slices, ENDPOINTS_MOST);
  const count = (list: readonly DnsSlice[]): number => list.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
  const blocks = corefileOfPod(state, dnsServers(state)[0]?.pod ?? "").blocks;
  const config = blocks.map(({ kubernetes }) => kubernetes).find((kubernetes) => kubernetes !== null) ?? null;
  return {
    kind: "records",
    records: config === null ? null : recordSetOf({ config, data: { ...data, slices: new Map([[service, kept]]) } }, service),
    absent: absentNames(state.store, service, state.settings.dnsDomain),
    more: count(slices) - count(kept),
  };
}

function firstEndpoints(slices: readonly DnsSlice[], most: number): readonly DnsSlice[] {
  let left = most;
  return slices.flatMap((slice) => {
    const endpoints = slice.endpoints.slice(0, left);
    left -= endpoints.length;
    return endpoints.length === 0 ? [] : [{ ...slice, endpoints }];
  });
}

// ---- programs ---------------------------------------------------------------------------------------------------------

function programOutput(run: Run, question: Extract<NameQuestion, { kind: "program" }>): NameAnswer | Refusal {
  const pod = get(run.state.store, "Pod", question.pod);
  if (pod === undefined) return { error: `There is no Pod ${question.pod}.` };
  const name = question.name.trim();
  if (
    name === "" ||
    /\s/.test(name) ||
    absolute(name)
      .split(".")
      .some((label) => label.length > 63) ||
    name.length > 253
  )
    return { error: `${JSON.stringify(name)} cannot be asked for: a label has 1 to 63 letters, a name 253 at most.` };
  const type = question.type === null ? null : knownType(question.type);
  if (question.type !== null && type === null) return { error: `${JSON.stringify(question.type)} is not a type of DNS record.` };
  const from: Sender = { kind: "pod", pod: question.pod };
  const asked = askedServer(run);
  if (question.program === "dig") return { kind: "program", output: digOutput(run, from, asked, { name, type, at: question.server }) };
  const by = nslookupOf(pod.spec);
  const { conf } = resolverSetup(run.state, from);
  const print = by === "busybox" ? busyboxNslookup : bindNslookup;
  const { stdout, stderr, exit, queries, took } = print({
    name,
    type,
    server: question.server ?? null,
    conf,
    ask: askerOf(run, from, asked),
  });
  const command = `nslookup ${type === null ? "" : `-type=${type.toLowerCase()} `}${name}`;
  return { kind: "program", output: { command, by, text: stderr + stdout, exit, questions: queries.length, took, asked: asked.pod } };
}

function digOutput(
  run: Run,
  from: Sender,
  asked: Asked,
  { name, type, at }: { readonly name: string; readonly type: string | null; readonly at?: string | undefined },
): ProgramOutput {
  const reverse = reverseQuestion(name);
  const server = at ?? resolverSetup(run.state, from).conf.nameservers[0] ?? "127.0.0.1";
  const typed = reverse === null ? `${name}${type === null ? "" : ` ${type}`}` : `-x ${name}`;
  const args = at === undefined ? typed : `@${at} ${typed}`;
  const common = { command: `dig ${args}`, by: "bind", asked: asked.pod } as const;
  const fate = fateOf(run, from, server, "udp");
  if (fate === "timeout" || fate === "unreachable")
    return { ...common, text: digNoServer(args, server, fate), exit: 9, questions: 3, took: fate === "timeout" ? 15e9 : 0 };
  const internet = run.dns.internetOf(run.state.store);
  const wanted = reverse ?? { name, type: type ?? "A" };
  const reply: DigReply =
    fate === "outside"
      ? digOutside(internet, server, wanted.name, wanted.type)
      : digReply(asked.dns, heardOutside(run, asked), wanted.name, wanted.type, run.now);
  const { message, bytes, transport, truncated } = reply;
  const id = nextUint32(randomState(run.state.seed, `dig ${args} ${run.now}`)) & 0xffff;
  const text = digText({
    args,
    reply: { ...message, id },
    bytes,
    server,
    transport,
    truncated,
    took: 0,
    when: dateText(unixSeconds(run.state)),
  });
  return { ...common, text, exit: 0, questions: truncated ? 2 : 1, took: 0 };
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Sat Nov 21 03:24:24 UTC 2026`, of seconds since 1970. */
function dateText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${WEEKDAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${time} UTC ${date.getUTCFullYear()}`;
}

// ---- spellings --------------------------------------------------------------------------------------------------------

/** Shorter names by the search list, and the whole name with its final dot. */
function spellingsOf(run: Run, from: Sender, name: string): readonly Spelling[] {
  const setup = resolverSetup(run.state, from);
  const typed = costOfName(run, from, setup, name);
  if (typed.found === null) return [{ name, questions: typed.questions }];
  const found = withoutFinalDot(typed.found);
  const short = setup.conf.searches.flatMap((search) => (found.endsWith(`.${search}`) ? [found.slice(0, -search.length - 1)] : []));
  const others = [`${found}.`, ...short].filter((spelling) => spelling !== name);
  const cheaper = others.flatMap((spelling) => {
    const cost = costOfName(run, from, setup, spelling);
    const same = cost.found !== null && sameName(cost.found, typed.found ?? "");
    return same && cost.questions < typed.questions ? [{ name: spelling, questions: cost.questions }] : [];
  });
  return [{ name, questions: typed.questions }, ...cheaper.sort((a, b) => a.questions - b.questions || a.name.length - b.name.length)];
}

function addressesOf(run: Run, from: Sender, name: string): Addresses {
  const { conf, hosts, libc } = resolverSetup(run.state, from);
  const ask = askerOf(run, from, askedServer(run));
  const random = randomState(run.state.seed, "addresses");
  const { canonical, addresses, error, took } = resolveSync({ name, family: "both", libc, resolvConf: conf, hosts, random }, (query, now) =>
    ask(query.server, query.message, query.transport, now),
  );
  return { addresses, name: canonical ?? name, error, libc, took };
}

/** Questions that the resolver sends for it, and the absolute name under which it finds addresses. */
function costOfName(
  run: Run,
  from: Sender,
  { conf, hosts, libc }: ResolverSetup,
  name: string,
): { readonly questions: number; readonly found: string | null } {
  const ask = askerOf(run, from, askedServer(run));
  const random = randomState(run.state.seed, "spellings");
  const { queries, addresses } = resolveSync({ name, family: "both", libc, resolvConf: conf, hosts, random }, (query, now) =>
    ask(query.server, query.message, query.transport, now),
  );
  const last = queries.at(-1)?.question.name ?? null;
  return { questions: queries.length, found: addresses.length === 0 || last === null ? null : absolute(last) };
}
