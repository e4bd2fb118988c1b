/**
 * `iptables -L` and `-S` out of what `iptables-save` prints, column by column as iptables 1.8.9 does (iptables/nft-shared.c,
 * iptables/iptables.c: print_firewall_details; the extensions' print functions). Held against recordings of that program with
 * our rules loaded (fixtures/iptables-*.txt). What has no column of its own stands as iptables-save says it.
 */

export interface ListedChain {
  readonly name: string;
  /** null: a person's or kube-proxy's own chain. */
  readonly policy: string | null;
  /** As `-A CHAIN …`, without those two words. */
  readonly rules: readonly string[];
}

/** The chains of one table; null: the text has no such table. */
export function tableIn(save: string, table: string): readonly ListedChain[] | null {
  const chains = new Map<string, { policy: string | null; rules: string[] }>();
  let inside = false;
  let found = false;
  for (const line of save.split("\n")) {
    if (line.startsWith("*")) {
      inside = line === `*${table}`;
      found ||= inside;
    } else if (inside && line.startsWith(":")) {
      const [name = "", policy = "-"] = line.slice(1).split(" ");
      chains.set(name, { policy: policy === "-" ? null : policy, rules: [] });
    } else if (inside && line.startsWith("-A ")) {
      const [, name = ""] = line.split(" ", 2);
      chains.get(name)?.rules.push(line.slice(`-A ${name}`.length).trimStart());
    }
  }
  return found ? [...chains].map(([name, chain]) => ({ name, ...chain })) : null;
}

/** `iptables -S [CHAIN]` */
export function specLines(chains: readonly ListedChain[], only: string | null): readonly string[] {
  const shown = chains.filter(({ name }) => only === null || name === only);
  const heads = shown.map(({ name, policy }) => (policy === null ? `-N ${name}` : `-P ${name} ${policy}`));
  return [...heads, ...shown.flatMap(({ name, rules }) => rules.map((rule) => `-A ${name}${rule === "" ? "" : ` ${rule}`}`))];
}

export interface ListOptions {
  /** `-n` */
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly lineNumbers: boolean;
  /** Packets that a rule has counted. */
  readonly packets: (chain: string, index: number) => number;
}

/** `iptables -L [CHAIN]` */
export function listLines(chains: readonly ListedChain[], only: string | null, options: ListOptions): readonly string[] {
  const references = new Map<string, number>();
  for (const { rules } of chains)
    for (const rule of rules) {
      const target = / ?-[jg] (\S+)/.exec(rule)?.[1];
      if (target !== undefined) references.set(target, (references.get(target) ?? 0) + 1);
    }
  const shown = chains.filter(({ name }) => only === null || name === only);
  return shown.flatMap((chain, i) => [
    ...(i === 0 ? [] : [""]),
    headOf(chain, references, options),
    titles(options),
    ...rowsOf(chain, options),
  ]);
}

function headOf({ name, policy }: ListedChain, references: ReadonlyMap<string, number>, { verbose }: ListOptions): string {
  const of = policy === null ? `${references.get(name) ?? 0} references` : `policy ${policy}${verbose ? " 0 packets, 0 bytes" : ""}`;
  return `Chain ${name} (${of})`;
}

function titles({ verbose, lineNumbers }: ListOptions): string {
  const number = lineNumbers ? "num  " : "";
  const counts = verbose ? " pkts bytes " : "";
  const devices = verbose ? "in     out     " : "";
  return `${number}${counts}target     prot opt ${devices}source               destination         `;
}

function rowsOf({ name, rules }: ListedChain, options: ListOptions): readonly string[] {
  return rules.map((rule, i) => {
    const number = options.lineNumbers ? `${String(i + 1).padEnd(4)} ` : "";
    // Octets are not counted.
    const counts = options.verbose ? `${countText(options.packets(name, i))} ${"0".padStart(5)} ` : "";
    return `${number}${counts}${rowText(rule, options)}`;
  });
}

/** Five columns; from 100,000 on in thousands, as without `-x`. */
function countText(count: number): string {
  return (count > 99_999 ? `${Math.round(count / 1000)}K` : String(count)).padStart(5);
}

// ---- one rule -----------------------------------------------------------------------------------------------------------

interface ReadRule {
  readonly header: { source: Sided; destination: Sided; in: Sided; out: Sided; protocol: Sided };
  target: string;
  /** What the matches and the target print. */
  readonly says: string[];
}

interface Sided {
  value: string;
  not: boolean;
}

const PROTOCOL_NUMBERS: { readonly [name: string]: string } = { tcp: "6", udp: "17", sctp: "132", icmp: "1", "ipv6-icmp": "58", all: "0" };

function rowText(rule: string, { numeric, verbose }: ListOptions): string {
  const { header, target, says } = readRule(wordsOf(rule), numeric);
  const { source, destination, protocol } = header;
  const sign = ({ not }: Sided): string => (not ? "!" : " ");
  const address = ({ value }: Sided): string => {
    if (value === "") return numeric ? "0.0.0.0/0" : "anywhere";
    return value.replace(/\/(32|128)$/, "");
  };
  const prot = protocol.value === "" ? "all" : protocol.value;
  const shown = numeric ? (PROTOCOL_NUMBERS[prot] ?? prot) : prot;
  const devices = verbose
    ? `${sign(header.in)}${(header.in.value || "*").padEnd(6)}${sign(header.out)}${(header.out.value || "*").padEnd(6)} `
    : "";
  return (
    `${target.padEnd(9)} ${sign(protocol)}${shown.padEnd(4)} -- ${devices}` +
    `${sign(source)}${address(source).padEnd(19)} ${sign(destination)}${address(destination).padEnd(19)} ${says.map((each) => ` ${each}`).join("")}`
  ).replace(/^(.*--) (?=[ !])/, "$1 ");
}

function readRule(words: readonly string[], numeric: boolean): ReadRule {
  const sided = (): Sided => ({ value: "", not: false });
  const read: ReadRule = {
    header: { source: sided(), destination: sided(), in: sided(), out: sided(), protocol: sided() },
    target: "",
    says: [],
  };
  const { header, says } = read;
  const HEADER: { readonly [option: string]: Sided } = {
    "-s": header.source,
    "-d": header.destination,
    "-i": header.in,
    "-o": header.out,
    "-p": header.protocol,
  };
  let at = 0;
  let not = false;
  const next = (): string => words[at++] ?? "";
  let targetWords: string[] = [];
  while (at < words.length) {
    const word = next();
    if (word === "!") {
      not = true;
      continue;
    }
    const side = HEADER[word];
    if (side !== undefined) {
      side.value = next();
      side.not = not;
    } else if (word === "-m") {
      const match = next();
      const own: string[] = [];
      while (at < words.length && !ENDS_A_MATCH.has(words[at] ?? "") && !(words[at] === "!" && ENDS_A_MATCH.has(words[at + 1] ?? "")))
        own.push(next());
      says.push(matchText(match, own, numeric));
    } else if (word === "-j" || word === "-g") {
      read.target = next();
      targetWords = words.slice(at) as string[];
      at = words.length;
      if (word === "-g") says.push("[goto] ");
    }
    not = false;
  }
  const of = targetText(read.target, targetWords);
  if (of !== "") says.push(of);
  return read;
}

const ENDS_A_MATCH: ReadonlySet<string> = new Set(["-m", "-j", "-g", "-s", "-d", "-i", "-o", "-p"]);

/** The well-known ports that stand by name without `-n` (/etc/services). */
const SERVICES: { readonly [port: string]: string } = {
  "53": "domain",
  "80": "http",
  "443": "https",
  "22": "ssh",
  "8080": "http-alt",
  "3306": "mysql",
  "5432": "postgresql",
};

function matchText(match: string, words: readonly string[], numeric: boolean): string {
  const value = (option: string): string => words[words.indexOf(option) + 1] ?? "";
  const has = (option: string): boolean => words.includes(option);
  const inverted = (option: string): string => (words[words.indexOf(option) - 1] === "!" ? "! " : "");
  const port = (text: string): string => (numeric ? text : (SERVICES[text] ?? text));
  switch (match) {
    case "comment":
      return `/* ${value("--comment")} */`;
    case "tcp":
    case "udp":
    case "sctp": {
      const ends = [
        ...(has("--sport") ? [`${portSign("spt", value("--sport"))}${inverted("--sport").trim()}${port(value("--sport"))}`] : []),
        ...(has("--dport") ? [`${portSign("dpt", value("--dport"))}${inverted("--dport").trim()}${port(value("--dport"))}`] : []),
      ];
      return [match, ...ends].join(" ");
    }
    case "addrtype":
      return `ADDRTYPE match ${has("--src-type") ? `src-type ${inverted("--src-type").trim()}${value("--src-type")}` : `dst-type ${inverted("--dst-type").trim()}${value("--dst-type")}`}`;
    case "mark":
      return `mark match ${inverted("--mark")}${value("--mark")}`;
    case "conntrack":
      return `${inverted("--ctstate")}ctstate ${value("--ctstate")}`;
    case "statistic":
      return `statistic mode ${value("--mode")} probability ${value("--probability")}`;
    case "recent":
      return recentText(words);
    case "physdev":
      return `PHYSDEV match ${inverted("--physdev-is-in")}${words
        .filter((word) => word !== "!")
        .map((word) => word.replace(/^--physdev-/, "--physdev-"))
        .join(" ")}`;
    default:
      return [match, ...words].join(" ");
  }
}

function portSign(name: string, value: string): string {
  return value.includes(":") ? `${name}s:` : `${name}:`;
}

/** xt_recent: `recent: CHECK seconds: 10800 reap name: X side: source mask: 255.255.255.255`. */
function recentText(words: readonly string[]): string {
  const value = (option: string): string | null => (words.includes(option) ? (words[words.indexOf(option) + 1] ?? "") : null);
  const does = words.includes("--set") ? "SET" : words.includes("--rcheck") ? "CHECK" : words.includes("--update") ? "UPDATE" : "REMOVE";
  const seconds = value("--seconds");
  return [
    "recent:",
    does,
    ...(seconds === null ? [] : [`seconds: ${seconds}`]),
    ...(words.includes("--reap") ? ["reap"] : []),
    `name: ${value("--name") ?? "DEFAULT"}`,
    `side: ${words.includes("--rdest") ? "dest" : "source"}`,
    `mask: ${value("--mask") ?? "255.255.255.255"}`,
  ].join(" ");
}

function targetText(target: string, words: readonly string[]): string {
  const value = (option: string): string => words[words.indexOf(option) + 1] ?? "";
  switch (target) {
    case "DNAT":
      return `to:${value("--to-destination")}${words.includes("--random") ? " random" : ""}${words.includes("--persistent") ? " persistent" : ""}`;
    case "SNAT":
      return `to:${value("--to-source")}${words.includes("--random-fully") ? " random-fully" : ""}`;
    case "MASQUERADE":
      return words.includes("--random-fully") ? "random-fully" : "";
    case "REJECT":
      return `reject-with ${value("--reject-with")}`;
    case "MARK":
      return markText(words);
    default:
      return words.join(" ");
  }
}

/** iptables-save writes every form as `--set-xmark VALUE/MASK`; the list knows what is meant by it (xt_MARK). */
function markText(words: readonly string[]): string {
  const [value = "0", mask = "0xffffffff"] = (words[words.indexOf("--set-xmark") + 1] ?? "").split("/");
  const [v, m] = [Number(value), Number(mask)];
  if (v === m) return `MARK or ${value}`;
  if (m === 0) return `MARK xor ${value}`;
  if (v === 0) return `MARK and 0x${(~m >>> 0).toString(16)}`;
  return m === 0xffffffff ? `MARK set ${value}` : `MARK xset ${value}/${mask}`;
}

/** The words of a rule: quotes as iptables-save sets them. */
function wordsOf(rule: string): readonly string[] {
  return [...rule.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replace(/\\(.)/g, "$1"),
  );
}
