/**
 * What a machine says of itself: ip, hostname, env, conntrack, iptables-save and -L, the files that the kubelet wrote into a
 * container. Texts come from the rooms that make them (network/links.ts, netfilter/conntrack-text.ts, iptables-list.ts).
 */
import type { Family } from "../base/names.ts";
import { addressAt, parseCidr } from "../base/address.ts";
import type { Pod } from "../api/types.ts";
import { hostsFileOf } from "../dns/hosts-file.ts";
import { conntrackLines, conntrackSummary } from "../netfilter/conntrack-text.ts";
import { addressLines, linkLines, linksOfNode, linksOfPod, neighbourLines, routeLines, type Link, type Links } from "../network/links.ts";
import { familyOf } from "../network/topology.ts";
import { linkWorldOf } from "../simulation/link-world.ts";
import { environmentAt, hostNameOf } from "./interpret.ts";
import { listLines, specLines, tableIn } from "./iptables-list.ts";
import { senderAt, type Call } from "./types.ts";

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join("");

export function podAt({ spot, world }: Pick<Call, "spot" | "world">): Pod | null {
  return spot.kind === "pod" ? (world.object("Pod", spot.pod) as Pod | null) : null; // the kind says so
}

/** The node in whose network namespace the program runs: a host-network Pod is on its node's. */
function nodeAt(call: Call): string | null {
  if (call.spot.kind === "node") return call.spot.node;
  const pod = podAt(call);
  return pod?.spec.hostNetwork === true ? (pod.spec.nodeName ?? null) : null;
}

// ---- ip -----------------------------------------------------------------------------------------------------------------

function linksAt(call: Call): Links | null {
  const world = linkWorldOf(call.world.view());
  const node = nodeAt(call);
  if (node !== null) return linksOfNode(world, node);
  return call.spot.kind === "pod" ? linksOfPod(world, call.spot.pod) : null;
}

export function ip(call: Call): number {
  const words = call.args.filter((arg) => !arg.startsWith("-"));
  const families: readonly Family[] = call.args.includes("-6") ? ["IPv6"] : call.args.includes("-4") ? ["IPv4"] : ["IPv4", "IPv6"];
  const links = linksAt(call);
  if (links === null) {
    call.note("This machine is outside of the cluster; its interfaces are not simulated.");
    return 1;
  }
  const [object = "", ...rest] = words;
  const of = rest.filter((word) => !/^(show|list|ls|dev|s|sh|l)$/.test(word))[0] ?? null;
  const mine: Links = of === null ? links : { ...links, links: links.links.filter(({ device }) => device === of) };
  if (of !== null && mine.links.length === 0 && !/^r|^get$/.test(object)) {
    call.err(`Device "${of}" does not exist.\n`);
    return 1;
  }
  const brief = call.args.some((arg) => arg.startsWith("-br"));
  if (object !== "" && "address".startsWith(object)) {
    call.out(brief ? lines(addressLines(mine)) : lines(mine.links.flatMap((link) => fullLink(link, links, families))));
    return 0;
  }
  if (object !== "" && "link".startsWith(object)) {
    call.out(brief ? lines(linkLines(mine)) : lines(mine.links.flatMap((link) => linkHead(link, links))));
    return 0;
  }
  if (object !== "" && "route".startsWith(object)) return route(call, links, rest, call.args.includes("-6") ? "IPv6" : "IPv4");
  if (object !== "" && "neighbour".startsWith(object)) {
    call.out(lines(neighbourLines(links)));
    return 0;
  }
  call.err(
    object === ""
      ? "Usage: ip [ -4 | -6 | -br ] { address | link | route | neigh } [ show ]\n"
      : `Object "${object}" is unknown, try "ip help".\n`,
  );
  return object === "" ? 255 : 1;
}

function indexOf(link: Link, { links }: Links): number {
  return links.indexOf(link) + 1;
}

/** iproute2's two lines of a link (ip/ipaddress.c, print_linkinfo). */
function linkHead(link: Link, links: Links): readonly string[] {
  const loopback = link.device === "lo";
  const name = link.peer === null ? link.device : `${link.device}@if${link.peer}`;
  const flags = loopback ? "LOOPBACK,UP,LOWER_UP" : "BROADCAST,MULTICAST,UP,LOWER_UP";
  const master = link.device.startsWith("veth") ? "master cni0 " : "";
  const queue = loopback || link.device === "cni0" || link.peer !== null ? "noqueue" : "fq_codel";
  const netns = link.peer === null ? "" : " link-netnsid 0";
  return [
    `${indexOf(link, links)}: ${name}: <${flags}> mtu ${loopback ? 65536 : 1500} qdisc ${queue} ${master}state ${link.state} group default qlen 1000`,
    `    link/${loopback ? "loopback" : "ether"} ${link.mac} brd ${loopback ? "00:00:00:00:00:00" : "ff:ff:ff:ff:ff:ff"}${netns}`,
  ];
}

function fullLink(link: Link, links: Links, families: readonly Family[]): readonly string[] {
  const addresses = link.addresses.filter((address) => families.includes(familyOf(address)));
  return [
    ...linkHead(link, links),
    ...addresses.flatMap((address) => {
      const family = familyOf(address);
      const scope = link.device === "lo" ? "host" : address.startsWith("fe80:") ? "link" : "global";
      const brd = family === "IPv4" && scope === "global" ? broadcastOf(address) : "";
      const text = family === "IPv4" ? `    inet ${address} ${brd}scope ${scope} ${link.device}` : `    inet6 ${address} scope ${scope} `;
      return [text, "       valid_lft forever preferred_lft forever"];
    }),
  ];
}

function broadcastOf(address: string): string {
  const cidr = parseCidr(address);
  const last = cidr === null || cidr.prefix >= 31 ? null : addressAt(cidr, 2 ** (32 - cidr.prefix) - 1);
  return last === null ? "" : `brd ${last} `;
}

function route(call: Call, links: Links, rest: readonly string[], family: Family): number {
  if (rest[0] === "get") return routeGet(call, links, rest[1] ?? "");
  call.out(lines(routeLines(links, family)));
  return 0;
}

/** The longest prefix that holds the address. */
function routeGet(call: Call, { routes, links }: Links, address: string): number {
  const family = address.includes(":") ? "IPv6" : "IPv4";
  const full = family === "IPv4" ? 32 : 128;
  if (parseCidr(`${address}/${full}`) === null) {
    call.err(`Error: any valid address is expected rather than "${address}".\n`);
    return 1;
  }
  const fits = routes.flatMap((one) => {
    if (one.family !== family) return [];
    const prefix = one.prefix === "default" ? 0 : Number(one.prefix.split("/")[1] ?? full);
    const wanted = prefix === 0 ? "" : (parseCidr(`${address}/${prefix}`)?.text ?? "");
    const has = prefix === 0 || parseCidr(one.prefix.includes("/") ? one.prefix : `${one.prefix}/${full}`)?.text === wanted;
    return has ? [{ one, prefix }] : [];
  });
  const [best] = fits.sort((a, b) => b.prefix - a.prefix);
  if (best === undefined) {
    call.err("RTNETLINK answers: Network is unreachable\n");
    return 2;
  }
  const { via, device } = best.one;
  const own =
    links
      .find((link) => link.device === device)
      ?.addresses.find((each) => familyOf(each) === family)
      ?.replace(/\/.*/, "") ?? "";
  call.out(`${address} ${via === null ? "" : `via ${via} `}dev ${device} src ${own} uid 0 \n    cache \n`);
  return 0;
}

// ---- names and files ----------------------------------------------------------------------------------------------------

export function hostname(call: Call): number {
  const { spot, world, args } = call;
  if (args.some((arg) => /^-[iI]$/.test(arg))) {
    const pod = podAt(call);
    call.out(`${(pod?.status.podIPs ?? []).map(({ ip: address }) => address).join(" ")}\n`);
    return 0;
  }
  call.out(`${spot.kind === "node" ? spot.node : spot.kind === "host" ? "laptop" : hostNameOf(world, spot.pod)}\n`);
  return 0;
}

export function env(call: Call): number {
  const own = environmentAt({ spots: [call.spot], world: call.world });
  const [name] = call.args;
  const all = { ...own, ...call.environment };
  if (call.name === "printenv" && name !== undefined) {
    const value = Object.hasOwn(all, name) ? all[name] : undefined;
    if (value !== undefined) call.out(`${value}\n`);
    return value === undefined ? 1 : 0;
  }
  call.out(lines(Object.entries(all).map(([key, value]) => `${key}=${value}`)));
  return 0;
}

/** A file that the kubelet or the kernel put there; null: there is none. */
export function systemFile(call: Call, path: string): string | null {
  const { spot, world } = call;
  switch (path) {
    case "/etc/resolv.conf": {
      const answer = world.names({ kind: "resolver", from: senderAt(spot) });
      return "error" in answer || answer.kind !== "resolver" ? null : answer.resolver.file;
    }
    case "/etc/hosts": {
      const pod = podAt(call);
      if (pod !== null) return hostsFileOf(pod, world.view().domain).text;
      return spot.kind === "node" ? `127.0.0.1\tlocalhost\n127.0.1.1\t${spot.node}\n` : "127.0.0.1\tlocalhost\n";
    }
    case "/etc/hostname":
      return `${spot.kind === "node" ? spot.node : spot.kind === "host" ? "laptop" : hostNameOf(world, spot.pod)}\n`;
    case "/var/run/secrets/kubernetes.io/serviceaccount/namespace":
    case "/run/secrets/kubernetes.io/serviceaccount/namespace":
      return spot.kind === "pod" ? (spot.pod.split("/")[0] ?? "") : null;
    default:
      return null;
  }
}

// ---- conntrack ----------------------------------------------------------------------------------------------------------

export function conntrack(call: Call): number {
  const node = nodeAt(call);
  const { args, world } = call;
  if (node === null) {
    call.note(
      "A Pod has a table of its own, in which nothing is rewritten. The one that the Service rules fill is the node's: node NAME, then conntrack -L.",
    );
    return 1;
  }
  if (args.includes("-C") || args.includes("--count")) {
    call.out(`${world.conntrack(node).length}\n`);
    return 0;
  }
  if (!args.some((arg) => arg === "-L" || arg === "--dump")) {
    call.err("conntrack v1.4.7 (conntrack-tools): You need to supply the `-L' or `-C' option: the others are not simulated.\n");
    return 1;
  }
  const value = (...names: readonly string[]): string | null => {
    const at = args.findIndex((arg) => names.includes(arg));
    return at < 0 ? null : (args[at + 1] ?? null);
  };
  const family = value("-f", "--family");
  const [protocol, source, destination, port, state] = [
    value("-p", "--proto"),
    value("-s", "--src", "--orig-src"),
    value("-d", "--dst", "--orig-dst"),
    value("--dport", "--orig-port-dst"),
    value("--state"),
  ];
  const fits = world
    .conntrack(node)
    .filter(
      ({ original, state: now }) =>
        (family === null || (family === "ipv6") === original.src.includes(":")) &&
        (protocol === null || original.protocol.toLowerCase() === protocol.toLowerCase()) &&
        (source === null || original.src === source) &&
        (destination === null || original.dst === destination) &&
        (port === null || String(original.dstPort) === port) &&
        (state === null || now === state.toUpperCase()),
    );
  const shown = conntrackLines(fits, world.now);
  call.out(lines(shown));
  call.err(`${conntrackSummary(shown.length)}\n`);
  return 0;
}

// ---- iptables -----------------------------------------------------------------------------------------------------------

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Sun Nov 22 02:33:37 2026` (ctime). */
export function ctime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${WEEKDAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${time} ${date.getUTCFullYear()}`;
}

export function nowSeconds({ world }: Pick<Call, "world">): number {
  return world.epochSeconds + Math.floor(world.now / 1e9);
}

function rulesAt(call: Call, family: Family): string | null {
  const node = nodeAt(call);
  if (node === null) {
    call.note("kube-proxy writes its rules on nodes, not in Pods: node NAME opens a node's shell.");
    return null;
  }
  return call.world.rulesText(node, family, false);
}

/** With the remarks between the tables, as iptables 1.8.9 writes them. */
export function iptablesSave(call: Call): number {
  const family: Family = call.name.startsWith("ip6") ? "IPv6" : "IPv4";
  const text = rulesAt(call, family);
  if (text === null) return 1;
  const at = call.args.findIndex((arg) => arg === "-t" || arg === "--table");
  const only = at < 0 ? null : (call.args[at + 1] ?? "");
  const program = `${call.name} v1.8.9`;
  const when = ctime(nowSeconds(call));
  const tables = text.split(/(?<=^COMMIT\n)/m).filter((table) => only === null || table.startsWith(`*${only}\n`));
  call.out(tables.map((table) => `# Generated by ${program} on ${when}\n${table}# Completed on ${when}\n`).join(""));
  return 0;
}

export function iptables(call: Call): number {
  const family: Family = call.name.startsWith("ip6") ? "IPv6" : "IPv4";
  const read = iptablesOptions(call.args);
  if ("error" in read) {
    call.err(`${call.name} v1.8.9: ${read.error}\nTry \`${call.name} -h' or '${call.name} --help' for more information.\n`);
    return 2;
  }
  const text = rulesAt(call, family);
  if (text === null) return 1;
  if (read.does === "change") {
    call.note("Rules of your own go in by the Rules tab of the inspector, where they are kept, shared and undone.");
    return 1;
  }
  const chains = tableIn(text, read.table);
  if (chains === null) {
    call.err(`${call.name}: table \`${read.table}' does not exist (do you need to insmod?)\n`);
    return 3;
  }
  if (read.chain !== null && !chains.some(({ name }) => name === read.chain)) {
    call.err(`${call.name}: No chain/target/match by that name.\n`);
    return 1;
  }
  if (read.does === "spec") call.out(lines(specLines(chains, read.chain)));
  else {
    const node = nodeAt(call) ?? "";
    const counted = read.verbose ? call.world.rulesView(node, family) : null;
    const rows = counted?.tables.find(({ name }) => name === read.table)?.chains;
    const packets = (chain: string, index: number): number => rows?.find(({ name }) => name === chain)?.rows[index]?.packets ?? 0;
    call.out(lines(listLines(chains, read.chain, { ...read, packets })));
  }
  return 0;
}

interface IptablesOptions {
  readonly does: "list" | "spec" | "change";
  readonly table: string;
  readonly chain: string | null;
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly lineNumbers: boolean;
}

function iptablesOptions(args: readonly string[]): IptablesOptions | { readonly error: string } {
  const options = {
    does: null as IptablesOptions["does"] | null,
    table: "filter",
    chain: null as string | null,
    numeric: false,
    verbose: false,
    lineNumbers: false,
  };
  const rest = [...args];
  const chain = (): void => {
    if (rest[0] !== undefined && !rest[0].startsWith("-")) options.chain = rest.shift() ?? null;
  };
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--line-numbers") options.lineNumbers = true;
    else if (arg === "--table") options.table = rest.shift() ?? "";
    else if (arg === "--list") {
      options.does = "list";
      chain();
    } else if (arg === "--list-rules") {
      options.does = "spec";
      chain();
    } else if (arg === "--numeric") options.numeric = true;
    else if (arg === "--verbose") options.verbose = true;
    else if (arg === "--wait" || arg === "-w" || arg === "-x") continue;
    else if (/^--(append|insert|delete|flush|new-chain|policy|replace)$/.test(arg) || /^-[AIDFNXPRZE]$/.test(arg)) options.does = "change";
    else if (/^-[a-zA-Z]+$/.test(arg)) {
      for (const letter of arg.slice(1)) {
        if (letter === "n") options.numeric = true;
        else if (letter === "v") options.verbose = true;
        else if (letter === "x" || letter === "w") continue;
        else if (letter === "t") options.table = rest.shift() ?? "";
        else if (letter === "L") options.does = "list";
        else if (letter === "S") options.does = "spec";
        else if (options.does !== "change") return { error: `unknown option "-${letter}"` };
      }
      if (/[LS]/.test(arg)) chain();
    } else if (options.does !== "change") {
      if (options.chain === null && options.does !== null && !arg.startsWith("-")) options.chain = arg;
      else return { error: `unknown arguments found on commandline` };
    }
  }
  const { does } = options;
  return does === null ? { error: "no command specified" } : { ...options, does };
}
