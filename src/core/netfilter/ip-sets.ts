/**
 * Sets of ipset(8) that rules ask about by name. Which members a set has stands in no rule: they come with the text that
 * `ipset save` prints, or the set is not known and nobody guesses. A set whose dimensions the rule's flags do not name, or
 * of the other family, never matches (ip_set_core.c, ip_set_test).
 */
import { cidrTest, idInCidr, parseCidr } from "../base/address.ts";
import type { CidrTest } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { TCP, UDP, protocolNumber } from "./protocols.ts";

/** What one part of a member is. */
type Part = "net" | "port";

interface Member {
  /** One test for each part; null: a port part. */
  readonly nets: readonly (CidrTest | null)[];
  /** Of the port part: number and protocol. */
  readonly from: number;
  readonly to: number;
  readonly protocol: number | null;
  /** `nomatch`: an exception within a larger network. */
  readonly except: boolean;
  /** Of the network, for the narrowest to decide. */
  readonly prefix: number;
}

export interface IpSet {
  readonly name: string;
  readonly family: Family | null;
  readonly parts: readonly Part[];
  readonly members: readonly Member[];
}

export type IpSets = ReadonlyMap<string, IpSet>;

/** A packet as sets see it. */
export interface SetQuestion {
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly family: Family;
}

/** A set of addresses and prefixes. */
export function netSet(name: string, members: readonly string[]): IpSet {
  const nets = members.map((text) => {
    const member = readMember(["net"], text, false);
    if (member === null) throw new Error(`not a member of a set of networks: ${text}`);
    return member;
  });
  return { name, family: null, parts: ["net"], members: nets };
}

/** Whether the packet is in the set, by the parts that the rule's flags name (`src`, `src,dst`). */
export function isInSet(set: IpSet, flags: readonly ("src" | "dst")[], question: SetQuestion): boolean {
  const { parts } = set;
  if (flags.length < parts.length || (set.family !== null && set.family !== question.family)) return false;
  const hits = set.members.filter((member) => parts.every((part, i) => partFits(member, part, i, flags[i] === "src", question)));
  const narrowest = Math.max(-1, ...hits.map(({ prefix }) => prefix));
  return hits.some(({ prefix, except }) => prefix === narrowest && !except);
}

function partFits(member: Member, part: Part, at: number, isSource: boolean, question: SetQuestion): boolean {
  if (part === "net") {
    const net = member.nets[at] ?? null;
    return net !== null && idInCidr(isSource ? question.source : question.destination, net);
  }
  if (member.protocol !== null && member.protocol !== question.protocol) return false;
  if (member.protocol === null && question.protocol !== TCP && question.protocol !== UDP) return false;
  const port = isSource ? question.sourcePort : question.destinationPort;
  return port >= member.from && port <= member.to;
}

// ---- the text of `ipset save` -------------------------------------------------------------------------------------------

const TYPES: { readonly [type: string]: readonly Part[] } = {
  "hash:ip": ["net"],
  "hash:net": ["net"],
  "hash:ip,port": ["net", "port"],
  "hash:net,port": ["net", "port"],
  "hash:ip,port,ip": ["net", "port", "net"],
  "hash:ip,port,net": ["net", "port", "net"],
  "hash:net,net": ["net", "net"],
  "bitmap:ip": ["net"],
  "bitmap:port": ["port"],
};

/** Reads `create NAME TYPE …` and `add NAME MEMBER`, one line after the other. */
export class IpSetReader {
  private readonly sets = new Map<
    string,
    { readonly name: string; family: Family | null; parts: readonly Part[] | null; members: Member[] }
  >();

  /** null: read; else why it could not be. `unmodelled`: a kind of set that is not known, which makes all of it unknown. */
  read(line: string): { readonly severity: "error" | "unmodelled"; readonly message: string } | null {
    const [command = "", name = "", ...rest] = line.split(/\s+/);
    const words = command === "ipset" ? [name, ...rest] : [command, name, ...rest];
    return words[0] === "create" ? this.create(words) : this.add(words);
  }

  private create([, name = "", type = "", ...options]: readonly string[]): ReturnType<IpSetReader["read"]> {
    const parts = Object.hasOwn(TYPES, type) ? (TYPES[type] ?? null) : null;
    const family = options[options.indexOf("family") + 1] === "inet6" ? "IPv6" : type.startsWith("bitmap:port") ? null : "IPv4";
    this.sets.set(name, { name, family, parts, members: [] });
    return parts === null ? { severity: "unmodelled", message: `set ${name} of type ${type}` } : null;
  }

  private add([, name = "", text = "", ...options]: readonly string[]): ReturnType<IpSetReader["read"]> {
    const set = this.sets.get(name);
    if (set === undefined) return { severity: "error", message: `no set named ${name}` };
    if (set.parts === null) return null;
    const member = readMember(set.parts, text, options.includes("nomatch"));
    if (member === null) return { severity: "error", message: `cannot read the member ${text} of set ${name}` };
    set.members.push(member);
    return null;
  }

  /** Sets of which all is known. */
  finish(): IpSets {
    return new Map(
      [...this.sets].flatMap(([name, { family, parts, members }]) => (parts === null ? [] : [[name, { name, family, parts, members }]])),
    );
  }
}

function readMember(parts: readonly Part[], text: string, except: boolean): Member | null {
  const words = text.split(",");
  if (words.length !== parts.length) return null;
  const nets: (CidrTest | null)[] = [];
  let [from, to, protocol, prefix]: [number, number, number | null, number] = [0, 0, null, 0];
  for (const [i, part] of parts.entries()) {
    const word = words[i] ?? "";
    if (part === "net") {
      const cidr = parseCidr(word);
      if (cidr === null) return null;
      nets.push(cidrTest(cidr));
      prefix += cidr.prefix;
      continue;
    }
    const port = /^(?:([a-z-]+):)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(word);
    if (port === null) return null;
    nets.push(null);
    from = Number(port[2]);
    to = Number(port[3] ?? port[2]);
    // hash:…,port takes TCP where nothing is said; bitmap:port has no protocol.
    protocol = parts.length === 1 ? null : protocolNumber(port[1] ?? "tcp");
  }
  return { nets, from, to, protocol, except, prefix };
}
