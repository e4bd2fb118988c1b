/**
 * Rules that a person adds to a node, as text: what they would type (`iptables -t nat -A PREROUTING …`, `ip6tables …`), or
 * the form of `iptables-save`. They stand beside those that kube-proxy writes, which replaces its own chains only:
 *
 *   -A to a built-in chain   behind all that stands there, so behind kube-proxy's jumps
 *   -I to a built-in chain   in front, or at the given place
 *   chains of their own      as written
 *
 * Nothing is guessed: a text with one line that iptables would refuse, or that is not modelled, is refused as a whole, with
 * the line named. What is laid over which rules is a pure function; a chain that did not change stays the same object.
 */
import type { Family } from "../base/names.ts";
import { parseRuleWords } from "./parse-rule.ts";
import { BUILT_IN, isBuiltIn, validChainName } from "./parse.ts";
import { misplacedAt, misplacedIn, misplacedTarget } from "./placement.ts";
import { isHook } from "./print.ts";
import type { Chain, Hook, Rule, RuleSet, Table, TableName } from "./rules.ts";
import { splitWords } from "./words.ts";

/** A line that was not taken, and why. Lines count from 1. */
export interface OwnRuleFault {
  readonly line: number;
  readonly message: string;
}

/** A rule for a built-in chain. */
interface Edit {
  readonly hook: Hook;
  /** null: at the end; else its index in the chain. */
  readonly at: number | null;
  readonly rules: readonly Rule[];
}

interface OwnTable {
  readonly chains: ReadonlyMap<string, Chain>;
  readonly edits: readonly Edit[];
  readonly policies: ReadonlyMap<Hook, "ACCEPT" | "DROP">;
}

/** One person's text, read. */
export interface OwnRules {
  readonly IPv4: ReadonlyMap<TableName, OwnTable>;
  readonly IPv6: ReadonlyMap<TableName, OwnTable>;
}

/** null: the name of a chain is free for a person; else whose it is. */
export type ChainOwner = (chain: string) => string | null;

const TABLES = Object.keys(BUILT_IN) as TableName[]; // the keys are its type

interface Draft {
  readonly chains: Map<string, Rule[]>;
  readonly edits: Edit[];
  readonly policies: Map<Hook, "ACCEPT" | "DROP">;
}

interface Reader {
  readonly ownerOf: ChainOwner;
  readonly drafts: { readonly [F in Family]: Map<TableName, Draft> };
  readonly faults: OwnRuleFault[];
  /** Of lines that do not name it. */
  family: Family;
  /** Between `*nat` and COMMIT. */
  table: TableName | null;
  line: number;
}

/** Reads a whole text; each line that is not taken is named. `rules` is what to lay over only where there are no faults. */
export function readOwnRules(text: string, ownerOf: ChainOwner): { readonly rules: OwnRules; readonly faults: readonly OwnRuleFault[] } {
  const reader: Reader = {
    ownerOf,
    drafts: { IPv4: new Map(), IPv6: new Map() },
    faults: [],
    family: "IPv4",
    table: null,
    line: 0,
  };
  for (const { line, text: joined } of joinedLines(text)) {
    reader.line = line;
    const problem = readLine(reader, joined.trim());
    if (problem !== null) reader.faults.push({ line, message: problem });
  }
  if (reader.table !== null) reader.faults.push({ line: reader.line, message: `COMMIT of table ${reader.table} is missing` });
  const rules = { IPv4: finish(reader, "IPv4"), IPv6: finish(reader, "IPv6") };
  return { rules, faults: reader.faults };
}

/** True where the text has no rule at all. */
export function isEmptyOwnRules({ IPv4, IPv6 }: OwnRules): boolean {
  return IPv4.size === 0 && IPv6.size === 0;
}

/** A backslash at the end of a line joins the next to it. */
function joinedLines(text: string): readonly { readonly line: number; readonly text: string }[] {
  const joined: { line: number; text: string }[] = [];
  let open = false;
  text.split("\n").forEach((raw, i) => {
    const line = raw.replace(/\r$/, "");
    const last = joined.at(-1);
    const continued = line.endsWith("\\");
    const body = continued ? line.slice(0, -1) : line;
    if (open && last !== undefined) last.text += ` ${body}`;
    else joined.push({ line: i + 1, text: body });
    open = continued;
  });
  return joined;
}

// ---- lines ----------------------------------------------------------------------------------------------------------

const PROGRAM = /^(?:\S*\/)?(ip6?tables)(?:-nft|-legacy)?$/;

function readLine(reader: Reader, line: string): string | null {
  if (line === "") return null;
  if (line.startsWith("#")) return readRemark(reader, line);
  if (line.startsWith("*")) return beginTable(reader, line.slice(1).trim());
  if (line === "COMMIT") {
    if (reader.table === null) return "COMMIT without a table before it";
    reader.table = null;
    return null;
  }
  if (line.startsWith(":")) return declare(reader, line.slice(1));
  const counted = line.replace(/^\[\d+:\d+\]\s*/, "");
  const like = counted.startsWith("-") ? "restore" : "shell";
  const words = splitWords(counted, like);
  if (words === null) return "a quotation mark is not closed";
  return like === "restore" ? readCommand(reader, reader.family, words) : readTyped(reader, words);
}

/** What `iptables-save` and `ip6tables-save` print says whose the tables are that follow. */
function readRemark(reader: Reader, line: string): string | null {
  const program = /^# Generated by (ip6?tables)/.exec(line)?.[1];
  if (program !== undefined && reader.table === null) reader.family = program === "ip6tables" ? "IPv6" : "IPv4";
  return null;
}

function beginTable(reader: Reader, name: string): string | null {
  const table = TABLES.find((known) => known === name);
  reader.table = table ?? null;
  return table === undefined ? `table ${name} is not modelled` : null;
}

/** `:MY-CHAIN - [0:0]`, `:FORWARD DROP [0:0]`. */
function declare(reader: Reader, text: string): string | null {
  const [chain = "", policy = "-"] = text.split(/\s+/);
  const { table, family } = reader;
  if (table === null) return "a chain is declared below its table: *filter";
  if (!isBuiltIn(table, chain)) return policy === "-" ? newChain(reader, family, table, chain) : `only built-in chains have a policy`;
  return policy === "-" ? null : setPolicy(reader, family, table, chain, policy);
}

/** `iptables -t nat -A …`, with `sudo` and a path as people type it. */
function readTyped(reader: Reader, typed: readonly string[]): string | null {
  const words = typed[0] === "sudo" ? typed.slice(1) : typed;
  const program = PROGRAM.exec(words[0] ?? "")?.[1];
  if (program === undefined) return `begins with no iptables command: ${words[0] ?? ""}`;
  if (reader.table !== null) return `a command stands between *${reader.table} and COMMIT`;
  return readCommand(reader, program === "ip6tables" ? "IPv6" : "IPv4", words.slice(1));
}

/** Options of the program itself, which change no rule. */
const PROGRAM_OPTIONS: readonly string[] = ["-w", "--wait", "-v", "--verbose", "-n", "--numeric", "--modprobe"];

function readCommand(reader: Reader, family: Family, given: readonly string[]): string | null {
  const words: string[] = [];
  let { table } = reader;
  for (let i = 0; i < given.length; i++) {
    const word = given[i] ?? "";
    if (word === "-t" || word === "--table") {
      const name = given[++i] ?? "";
      const named = TABLES.find((known) => known === name);
      if (named === undefined) return `table ${name} is not modelled`;
      if (table !== null && reader.table !== null) return "-t inside a table's part";
      table = named;
    } else if (PROGRAM_OPTIONS.includes(word)) {
      if (/^\d+$/.test(given[i + 1] ?? "")) i += 1;
    } else {
      words.push(word);
    }
  }
  return runCommand(reader, family, table ?? "filter", words);
}

function runCommand(reader: Reader, family: Family, table: TableName, words: readonly string[]): string | null {
  const [command = "", chain = "", ...rest] = words;
  switch (command) {
    case "-A":
    case "--append":
      return addRule(reader, family, { table, chain, words: rest, at: null });
    case "-I":
    case "--insert": {
      const numbered = /^\d+$/.test(rest[0] ?? "");
      const place = numbered ? Number(rest[0]) : 1;
      if (place < 1) return "places in a chain count from 1";
      return addRule(reader, family, { table, chain, words: numbered ? rest.slice(1) : rest, at: place - 1 });
    }
    case "-N":
    case "--new-chain":
      return newChain(reader, family, table, chain);
    case "-P":
    case "--policy":
      return setPolicy(reader, family, table, chain, rest[0] ?? "");
    case "":
      return "what to do is missing: -A CHAIN …";
    default:
      return `${command}: own rules only add (-A, -I, -N, -P); kube-proxy's stay as it writes them`;
  }
}

// ---- what they do ---------------------------------------------------------------------------------------------------

function draftOf(reader: Reader, family: Family, table: TableName): Draft {
  const drafts = reader.drafts[family];
  let draft = drafts.get(table);
  if (draft === undefined) drafts.set(table, (draft = { chains: new Map(), edits: [], policies: new Map() }));
  return draft;
}

function newChain(reader: Reader, family: Family, table: TableName, chain: string): string | null {
  const owner = reader.ownerOf(chain);
  if (owner !== null) return `chain ${chain} is ${owner}'s: it writes it anew at each change`;
  if (isHook(chain)) return isBuiltIn(table, chain) ? `chain ${chain} is there already` : `table ${table} has no chain ${chain}`;
  if (!validChainName(chain)) return `bad chain name ${chain}`;
  const { chains } = draftOf(reader, family, table);
  if (chains.has(chain)) return `chain ${chain} is there already`;
  chains.set(chain, []);
  return null;
}

function setPolicy(reader: Reader, family: Family, table: TableName, chain: string, policy: string): string | null {
  if (!isHook(chain) || !isBuiltIn(table, chain)) return `no built-in chain ${chain} in table ${table}`;
  if (policy !== "ACCEPT" && policy !== "DROP") return `bad policy ${policy}: ACCEPT or DROP`;
  if (table === "nat" && policy === "DROP") return 'the "nat" table is not for filtering, DROP is refused there';
  draftOf(reader, family, table).policies.set(chain, policy);
  return null;
}

interface Addition {
  readonly table: TableName;
  readonly chain: string;
  readonly words: readonly string[];
  readonly at: number | null;
}

function addRule(reader: Reader, family: Family, { table, chain, words, at }: Addition): string | null {
  const draft = draftOf(reader, family, table);
  const owner = reader.ownerOf(chain);
  if (owner !== null) return `chain ${chain} is ${owner}'s: it writes it anew at each change`;
  const own = draft.chains.get(chain);
  if (own === undefined && !isBuiltIn(table, chain)) return `no chain named ${chain} in table ${table}`;
  // Chains of kube-proxy and of plugins may be jumped to; whether they are there shows when the rules are laid over theirs.
  const isChain = (name: string): boolean => draft.chains.has(name) || reader.ownerOf(name) !== null;
  const { rules, error, unmodelled } = parseRuleWords({ family, words, isChain });
  if (error !== null) return error;
  if (unmodelled.length > 0) return `not modelled: ${unmodelled.join(", ")}`;
  const misplaced = rules.flatMap((rule) => misplacedTarget(table, rule) ?? misplacedIn(chain, rule) ?? [])[0];
  if (misplaced !== undefined) return misplaced;
  const marked = rules.map((rule): Rule => ({ ...rule, own: reader.line }));
  if (own === undefined && isHook(chain)) {
    draft.edits.push({ hook: chain, at, rules: marked });
    return null;
  }
  const length = own?.length ?? 0;
  if (at !== null && at > length) return `no place ${at + 1} in chain ${chain}: it has ${length} ${length === 1 ? "rule" : "rules"} so far`;
  own?.splice(at ?? length, 0, ...marked);
  return null;
}

// ---- the whole text -------------------------------------------------------------------------------------------------

function finish(reader: Reader, family: Family): ReadonlyMap<TableName, OwnTable> {
  const tables = new Map<TableName, OwnTable>();
  for (const [name, draft] of reader.drafts[family]) {
    const circles = loops(draft);
    reader.faults.push(...circles, ...(circles.length > 0 ? [] : tooDeep(draft)), ...misplacedWhereReached(draft));
    const chains = new Map([...draft.chains].map(([chain, rules]) => [chain, { name: chain, policy: null, rules }]));
    if (chains.size + draft.edits.length + draft.policies.size > 0)
      tables.set(name, { chains, edits: draft.edits, policies: draft.policies });
  }
  return tables;
}

function targetsOf(rules: readonly Rule[]): readonly { readonly chain: string; readonly line: number }[] {
  return rules.flatMap(({ target, own = 0 }) =>
    target?.kind === "jump" || target?.kind === "goto" ? [{ chain: target.chain, line: own }] : [],
  );
}

/** The kernel refuses tables in which a chain can reach itself (mark_source_chains). */
function loops({ chains }: Draft): readonly OwnRuleFault[] {
  const closed = new Set<string>();
  const faults: OwnRuleFault[] = [];
  const visit = (chain: string, open: ReadonlySet<string>): void => {
    if (closed.has(chain)) return;
    const within = new Set([...open, chain]);
    for (const { chain: next, line } of targetsOf(chains.get(chain) ?? [])) {
      if (within.has(next)) faults.push({ line, message: `chain ${next} can reach itself` });
      else visit(next, within);
    }
    closed.add(chain);
  };
  for (const chain of chains.keys()) visit(chain, new Set());
  return faults;
}

/** iptables-nft takes so many chains within each other (NFT_JUMP_STACK_SIZE, measured: the sixteenth is "Too many links"). */
const NESTED = 15;

function tooDeep({ chains, edits }: Draft): readonly OwnRuleFault[] {
  const depths = new Map<string, number>();
  const depthOf = (chain: string): number => {
    const known = depths.get(chain);
    if (known !== undefined) return known;
    const depth = 1 + Math.max(0, ...targetsOf(chains.get(chain) ?? []).map(({ chain: next }) => depthOf(next)));
    depths.set(chain, depth);
    return depth;
  };
  return edits.flatMap(({ rules }) =>
    targetsOf(rules)
      .filter(({ chain }) => depthOf(chain) > NESTED)
      .map(({ line }) => ({ line, message: `more than ${NESTED} chains within each other` })),
  );
}

/** A rule in a chain of one's own that one of the hooks it is reached from does not know. */
function misplacedWhereReached({ chains, edits }: Draft): readonly OwnRuleFault[] {
  const faults = new Map<number, OwnRuleFault>();
  const seen = new Set<string>();
  const visit = (hook: Hook, chain: string): void => {
    if (seen.has(`${hook} ${chain}`)) return;
    seen.add(`${hook} ${chain}`);
    const rules = chains.get(chain) ?? [];
    for (const rule of rules) {
      // An interface in a chain that another hook reaches just never matches; a target there is refused.
      const problem = misplacedAt(hook, { ...rule, inInterface: null, outInterface: null });
      const line = rule.own ?? 0;
      if (problem !== null && !faults.has(line)) faults.set(line, { line, message: `${problem}, from where chain ${chain} is reached` });
    }
    for (const { chain: next } of targetsOf(rules)) visit(hook, next);
  };
  for (const { hook, rules } of edits) for (const { chain } of targetsOf(rules)) visit(hook, chain);
  return [...faults.values()];
}

// ---- laying over ----------------------------------------------------------------------------------------------------

/** A pure memo: the same table over the same chain gives the same chain again, so that its counters go on. */
const laid = new WeakMap<OwnTable, { readonly over: WeakMap<Chain, Chain>; readonly fresh: Map<Hook, Chain> }>();

/** The rule set with a person's rules. A rule that jumps to a chain which is not there (yet) is left out, as iptables would refuse it. */
export function withOwnRules(ruleSet: RuleSet, own: OwnRules): RuleSet {
  const added = own[ruleSet.family];
  if (added.size === 0) return ruleSet;
  const tables = new Map(ruleSet.tables);
  for (const [name, table] of added) tables.set(name, layTable(ruleSet.tables.get(name), name, table));
  return { ...ruleSet, tables };
}

function layTable(base: Table | undefined, name: TableName, own: OwnTable): Table {
  let memo = laid.get(own);
  if (memo === undefined) laid.set(own, (memo = { over: new WeakMap(), fresh: new Map() }));
  const chains = new Map(base?.chains);
  const there = (chain: string): boolean => own.chains.has(chain) || base?.chains.has(chain) === true;
  for (const hook of BUILT_IN[name]) {
    const before = base?.chains.get(hook) ?? freshChain(memo.fresh, hook);
    const touched = own.policies.has(hook) || own.edits.some((edit) => edit.hook === hook);
    if (!touched) {
      chains.set(hook, before);
      continue;
    }
    const after = layChain(before, hook, own, there);
    const known = memo.over.get(before);
    const same = known !== undefined && sameRules(known, after);
    if (!same) memo.over.set(before, after);
    chains.set(hook, same ? known : after);
  }
  for (const [chain, written] of own.chains) {
    const kept = written.rules.filter((rule) => targetsOf([rule]).every(({ chain: to }) => there(to)));
    chains.set(chain, kept.length === written.rules.length ? written : { ...written, rules: kept });
  }
  return { name, chains };
}

function freshChain(fresh: Map<Hook, Chain>, hook: Hook): Chain {
  let chain = fresh.get(hook);
  if (chain === undefined) fresh.set(hook, (chain = { name: hook, policy: "ACCEPT", rules: [] }));
  return chain;
}

function layChain(before: Chain, hook: Hook, own: OwnTable, there: (chain: string) => boolean): Chain {
  const rules = [...before.rules];
  for (const edit of own.edits) {
    if (edit.hook !== hook || targetsOf(edit.rules).some(({ chain }) => !there(chain))) continue;
    rules.splice(Math.min(edit.at ?? rules.length, rules.length), 0, ...edit.rules);
  }
  return { name: hook, policy: own.policies.get(hook) ?? before.policy, rules };
}

function sameRules(a: Chain, b: Chain): boolean {
  return a.policy === b.policy && a.rules.length === b.rules.length && a.rules.every((rule, i) => rule === b.rules[i]);
}

/**
 * What of a person's rules these rules do not allow: jumps to chains that are not there, places behind a chain's end. For
 * whoever adds rules to a node and wants to know.
 */
export function ownRuleFaults(ruleSet: RuleSet, own: OwnRules): readonly OwnRuleFault[] {
  const faults: OwnRuleFault[] = [];
  for (const [name, table] of own[ruleSet.family]) {
    const base = ruleSet.tables.get(name);
    const lengths = new Map<Hook, number>();
    const check = (rules: readonly Rule[]): void => {
      for (const { chain, line } of targetsOf(rules)) {
        if (!table.chains.has(chain) && base?.chains.has(chain) !== true)
          faults.push({ line, message: `no chain named ${chain} in table ${name}` });
      }
    };
    for (const { hook, at, rules } of table.edits) {
      const length = lengths.get(hook) ?? base?.chains.get(hook)?.rules.length ?? 0;
      if (at !== null && at > length)
        faults.push({ line: rules[0]?.own ?? 0, message: `no place ${at + 1} in chain ${hook}: it has ${length} so far` });
      lengths.set(hook, length + rules.length);
      check(rules);
    }
    for (const { rules } of table.chains.values()) check(rules);
  }
  return faults.sort((a, b) => a.line - b.line);
}
