/**
 * The chains of one node as a graph, read from its tables as the kernel has them: chains are nodes, rules that jump are
 * edges. What belongs to other Services is folded to a number; where a packet went is marked. Pure.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { Hook, RuleOrigin, RuleRef, TableName } from "../../core/netfilter/rules.ts";
import type { HookWalk } from "../../core/netfilter/walk.ts";
import type { RuleRow, RulesView } from "../../core/simulation/view.ts";
import { serviceOfPort } from "../state/focus.ts";
import { readRule, type RuleReading } from "./rule-reading.ts";

/** What a rule of a chain does besides handing on. */
export interface ChainEnd {
  readonly kind: "rewrite" | "stop" | "other";
  /** `DNAT to 10.244.2.6:8080`, `REJECT with icmp-port-unreachable` */
  readonly text: string;
  readonly packets: number;
  /** The packet met it. */
  readonly walked: boolean;
}

export interface ChainNode {
  readonly kind: "chain";
  /** `nat KUBE-SERVICES` */
  readonly id: string;
  readonly table: TableName;
  readonly name: string;
  /** Of a built-in chain. */
  readonly hook: Hook | null;
  readonly rules: number;
  /** What its rules were written for, where that is one thing. */
  readonly origin: RuleOrigin | null;
  readonly ends: readonly ChainEnd[];
  readonly walked: boolean;
}

/** Chains that are folded to a number. */
export interface FoldNode {
  readonly kind: "fold";
  readonly id: string;
  /** The chain whose jumps are folded. */
  readonly of: string;
  readonly chains: number;
}

export type GraphNode = ChainNode | FoldNode;

export interface ChainEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The rules that jump there, in order; none to a fold. */
  readonly rules: readonly RuleRef[];
  /** How many packets they handed on. */
  readonly packets: number;
  /** Among endpoints: how often a new connection that reaches the chain goes this way, 0 to 1; null where nothing is drawn. */
  readonly share: number | null;
  /** What a packet must be to go this way: `10.96.142.31:80`, `port 31523`; "" where that is not short. */
  readonly when: string;
  readonly walked: boolean;
}

/** Chains that are joined, from their built-in ones on. */
export interface ChainBand {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly ChainEdge[];
}

export interface ChainGraph {
  readonly bands: readonly ChainBand[];
}

export interface GraphAsk {
  readonly rules: RulesView;
  /** Whose chains are shown; others are folded. null: all are. */
  readonly service: NamespacedName | null;
  /** Where a packet went on this node, or none. */
  readonly walks: readonly HookWalk[];
  /** Chains (by id) whose jumps are all shown. */
  readonly unfolded: ReadonlySet<string>;
}

/** So many ways out of a chain show at once. */
const FAN = 8;
/** And so many where a reader unfolded it. */
const FAN_UNFOLDED = 60;

/** Built-in chains in the order in which the kernel asks them. */
const ROOTS: readonly { readonly hook: Hook; readonly tables: readonly TableName[] }[] = [
  { hook: "PREROUTING", tables: ["raw", "mangle", "nat"] },
  { hook: "INPUT", tables: ["mangle", "nat", "filter"] },
  { hook: "FORWARD", tables: ["mangle", "filter"] },
  { hook: "OUTPUT", tables: ["raw", "mangle", "nat", "filter"] },
  { hook: "POSTROUTING", tables: ["mangle", "nat"] },
];

export const chainId = (table: TableName, name: string): string => `${table} ${name}`;

export function chainGraph(ask: GraphAsk): ChainGraph {
  const tables = tablesOf(ask);
  const reached = new Map<string, Reached>();
  const roots: string[] = [];
  for (const { hook, tables: names } of ROOTS) {
    for (const name of names) {
      const root = tables.chains.get(chainId(name, hook));
      if (root === undefined || root.rows.length === 0) continue;
      roots.push(root.id);
      reach(root, tables, ask, reached);
    }
  }
  return { bands: bandsOf(roots, reached) };
}

// ---- the tables, read ---------------------------------------------------------------------------------------------

interface Read {
  readonly id: string;
  readonly table: TableName;
  readonly name: string;
  readonly hook: Hook | null;
  readonly rows: readonly { readonly row: RuleRow; readonly reading: RuleReading }[];
}

interface Tables {
  readonly chains: ReadonlyMap<string, Read>;
  /** Rules that matched, as `table chain index`. */
  readonly matched: ReadonlySet<string>;
  /** Chains that were walked. */
  readonly visited: ReadonlySet<string>;
}

/** Rules are read when their chain is reached: of thousands of Services most never are. */
function tablesOf({ rules, walks }: GraphAsk): Tables {
  const chains = new Map<string, Read>();
  for (const table of rules.tables) {
    for (const chain of table.chains) {
      const id = chainId(table.name, chain.name);
      let rows: Read["rows"] | null = null;
      chains.set(id, {
        id,
        table: table.name,
        name: chain.name,
        hook: chain.hook,
        get rows() {
          rows ??= chain.rows.map((row) => ({ row, reading: readRule(row.rule.text) }));
          return rows;
        },
      });
    }
  }
  const matched = new Set<string>();
  const visited = new Set<string>();
  for (const { table, hook, steps } of walks) {
    if (steps.length > 0) visited.add(chainId(table, hook));
    for (const step of steps) {
      visited.add(chainId(table, step.kind === "rule" ? step.rule.chain : step.chain));
      if (step.kind !== "rule" || step.result !== "matched") continue;
      matched.add(`${table} ${step.rule.chain} ${step.rule.index}`);
      // An empty chain leaves no step of its own.
      if (step.did?.kind === "jump" || step.did?.kind === "goto") visited.add(chainId(table, step.did.chain));
    }
  }
  return { chains, matched, visited };
}

// ---- what is reached ----------------------------------------------------------------------------------------------

interface Reached {
  readonly node: GraphNode;
  readonly edges: readonly ChainEdge[];
}

function reach(from: Read, tables: Tables, ask: GraphAsk, reached: Map<string, Reached>): void {
  if (reached.has(from.id)) return;
  const { shown, folded } = waysOut(from, tables, ask);
  const fold: FoldNode | null =
    folded.length === 0 ? null : { kind: "fold", id: `fold ${from.id}`, of: from.id, chains: new Set(folded.map((way) => way.to)).size };
  const edges = shown.map(edgeOf);
  const foldEdge: ChainEdge | null =
    fold === null
      ? null
      : {
          id: `${from.id} > ${fold.id}`,
          from: from.id,
          to: fold.id,
          rules: [],
          packets: folded.reduce((sum, { packets }) => sum + packets, 0),
          share: null,
          when: "",
          walked: false,
        };
  reached.set(from.id, { node: nodeOf(from, tables), edges: foldEdge === null ? edges : [...edges, foldEdge] });
  if (fold !== null) reached.set(fold.id, { node: fold, edges: [] });
  for (const way of shown) {
    const next = tables.chains.get(way.to);
    if (next === undefined) continue;
    // Where the chains of other Services were unfolded, those stand there closed.
    if (way.foreign && !way.walked && !ask.unfolded.has(next.id)) {
      if (!reached.has(next.id)) reached.set(next.id, { node: nodeOf(next, tables), edges: [] });
    } else reach(next, tables, ask, reached);
  }
}

function nodeOf({ id, table, name, hook, rows }: Read, { matched, visited }: Tables): ChainNode {
  const ends = rows.flatMap(({ row, reading }): readonly ChainEnd[] => {
    if (reading.does === "" || reading.does === "RETURN") return [];
    const [target = ""] = reading.does.split(" ", 1);
    const kind = /^(DNAT|SNAT|MASQUERADE|REDIRECT)$/.test(target) ? "rewrite" : /^(DROP|REJECT)$/.test(target) ? "stop" : "other";
    return [{ kind, text: endText(reading.does), packets: row.packets, walked: matched.has(`${table} ${name} ${row.rule.index}`) }];
  });
  return {
    kind: "chain",
    id,
    table,
    name,
    hook,
    rules: rows.length,
    origin: originOf(rows.map(({ row }) => row)),
    ends,
    walked: visited.has(id),
  };
}

/** `DNAT --to-destination 10.244.2.6:8080` → `DNAT to 10.244.2.6:8080` */
function endText(does: string): string {
  return does
    .replace(/^(\w+) --to-(?:destination|source|ports) (\S+).*$/, "$1 to $2")
    .replace(/^MARK --(?:set-xmark|or-mark|set-mark) 0x4000(?:\/0x4000)?$/, "marks it for masquerade")
    .replace(/^MARK --(?:set-xmark 0x4000\/0x0|xor-mark 0x4000)$/, "takes the mark off")
    .replace(/^REJECT --reject-with (\S+)$/, "REJECT with $1")
    .replace(/ --random-fully$/, "");
}

/** The origin that all rules with one share; of an endpoint's chain with its endpoint. */
function originOf(rows: readonly RuleRow[]): RuleOrigin | null {
  const origins = rows.flatMap(({ rule }) => (rule.origin === null ? [] : [rule.origin]));
  const [first] = origins;
  if (first === undefined || origins.some(({ servicePort }) => servicePort !== first.servicePort)) return null;
  const endpoints = new Set(origins.map(({ endpoint }) => endpoint));
  return endpoints.size === 1 && first.endpoint !== undefined ? first : { servicePort: first.servicePort };
}

// ---- ways out -----------------------------------------------------------------------------------------------------

interface Way {
  readonly from: string;
  readonly to: string;
  readonly rules: readonly RuleRef[];
  readonly packets: number;
  readonly share: number | null;
  readonly when: string;
  readonly walked: boolean;
  /** Written for another Service than the one that is shown. */
  readonly foreign: boolean;
}

function edgeOf({ from, to, rules, packets, share, when, walked }: Way): ChainEdge {
  return { id: `${from} > ${to}`, from, to, rules, packets, share, when, walked };
}

function waysOut(
  chain: Read,
  tables: Tables,
  { service, unfolded }: GraphAsk,
): { readonly shown: readonly Way[]; readonly folded: readonly Way[] } {
  const ways = new Map<string, Way>();
  const shares = sharesOf(chain);
  chain.rows.forEach(({ row, reading }, i) => {
    const { rule, packets } = row;
    if (reading.to === null) return;
    const to = chainId(chain.table, reading.to);
    const before = ways.get(to);
    const foreign = service !== null && rule.origin !== null && serviceOfPort(rule.origin.servicePort) !== service;
    ways.set(to, {
      from: chain.id,
      to,
      rules: [...(before?.rules ?? []), rule],
      packets: (before?.packets ?? 0) + packets,
      share: shares[i] ?? before?.share ?? null,
      when: before?.when ?? whenText(reading.when),
      walked: before?.walked === true || tables.matched.has(`${chain.table} ${chain.name} ${rule.index}`),
      foreign: foreign && (before?.foreign ?? true),
    });
  });
  const all = [...ways.values()];
  const most = unfolded.has(chain.id) ? FAN_UNFOLDED : FAN;
  const wanted = all.filter((way) => way.walked || !way.foreign || unfolded.has(chain.id));
  // What the packet took always shows; of the rest the first, and one place is the fold's.
  const keep = wanted.length <= most ? wanted : firstOf(wanted, most - 1);
  return { shown: keep, folded: all.filter((way) => !keep.includes(way)) };
}

function firstOf(ways: readonly Way[], most: number): readonly Way[] {
  let room = most - ways.filter(({ walked }) => walked).length;
  return ways.filter((way) => way.walked || room-- > 0);
}

/** For each rule of a chain that draws: the share of new connections that it takes overall; null for rules that do not choose. */
function sharesOf({ rows }: Read): readonly (number | null)[] {
  if (!rows.some(({ reading }) => reading.probability !== null)) return [];
  let left = 1;
  let drawn = false;
  return rows.map(({ reading }) => {
    if (reading.to === null || reading.remembers) return null;
    if (reading.probability !== null) {
      const share = left * reading.probability;
      left -= share;
      drawn = true;
      return share;
    }
    return drawn && reading.when === "" ? left : null;
  });
}

/** The short form of an address or port that is asked for. */
function whenText(when: string): string {
  const address = /(?:^| )-d (\S+?)(?:\/(?:32|128))?(?= |$)/.exec(when)?.[1];
  const port = /--dport (\d+)/.exec(when)?.[1];
  const inverted = when.includes("! -d");
  if (address !== undefined && !inverted && !address.includes("/"))
    return port === undefined ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  if (port !== undefined && !when.includes("-d ")) return `port ${port}`;
  return when.includes("--dst-type LOCAL") && address === undefined ? "to this node" : "";
}

// ---- bands --------------------------------------------------------------------------------------------------------

/** Chains that hang together, in the order of their first built-in chain. */
function bandsOf(roots: readonly string[], reached: ReadonlyMap<string, Reached>): readonly ChainBand[] {
  const bands: ChainBand[] = [];
  const taken = new Map<string, string[]>();
  const groups: string[][] = [];
  for (const root of roots) {
    const own = below(root, reached);
    const met = [...new Set(own.flatMap((id) => (taken.has(id) ? [taken.get(id) as string[]] : [])))]; // `has` was asked
    const into = met[0] ?? [];
    if (met.length === 0) groups.push(into);
    for (const other of met.slice(1)) {
      into.push(...other);
      groups.splice(groups.indexOf(other), 1);
      for (const id of other) taken.set(id, into);
    }
    for (const id of own) {
      if (!into.includes(id)) into.push(id);
      taken.set(id, into);
    }
  }
  for (const ids of groups) {
    const members = ids.flatMap((id) => reached.get(id) ?? []);
    bands.push({
      title: bandTitle(members.map(({ node }) => node)),
      nodes: members.map(({ node }) => node),
      edges: members.flatMap(({ edges }) => edges),
    });
  }
  return bands;
}

function below(root: string, reached: ReadonlyMap<string, Reached>): readonly string[] {
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    for (const { to } of reached.get(id)?.edges ?? []) if (reached.has(to)) visit(to);
  };
  visit(root);
  return [...found];
}

function bandTitle(nodes: readonly GraphNode[]): string {
  const roots = nodes.filter((node): node is ChainNode => node.kind === "chain" && node.hook !== null);
  const table = roots[0]?.table ?? "nat";
  const hooks = roots.map(({ hook }) => hook);
  if (table === "nat") {
    if (hooks.includes("PREROUTING") || hooks.includes("OUTPUT")) return "Table nat: where the destination is chosen";
    if (hooks.includes("POSTROUTING")) return "Table nat: whether the source is replaced";
  }
  if (table === "filter") return "Table filter: what may pass";
  return `Table ${table}`;
}
