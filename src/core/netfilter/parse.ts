/**
 * `iptables-save` and `iptables-restore` text read back into rules, in either spelling.
 *
 *   parseRules    a whole text, as far as it can be read: what cannot is named with its line and left out (or kept as
 *                 an unknown match or target, which ends a packet that meets it in the outcome `unmodelled`)
 *   applyRestore  what iptables-restore does to existing rules (measured with iptables 1.8.9): without --noflush a named
 *                 table is emptied first; a `:CHAIN` line makes the chain or empties it; each table is all or nothing at
 *                 its COMMIT, and the first error ends the text
 */
import type { Family } from "../base/names.ts";
import { parseRuleWords } from "./parse-rule.ts";
import { misplacedIn, misplacedTarget } from "./placement.ts";
import { isHook } from "./print.ts";
import type { Chain, Hook, Rule, RuleSet, Table, TableName } from "./rules.ts";
import { splitWords } from "./words.ts";

export interface RuleDiagnostic {
  /** From 1. */
  readonly line: number;
  /** error: iptables would refuse it. unmodelled: kept, but what it does is not simulated. */
  readonly severity: "error" | "unmodelled";
  readonly message: string;
}

export interface ParsedRules {
  readonly ruleSet: RuleSet;
  readonly diagnostics: readonly RuleDiagnostic[];
}

export interface RestoreResult extends ParsedRules {
  /** False when an error ended the text; tables committed before it stay changed. */
  readonly applied: boolean;
}

/** The built-in chains of each table, in hook order. */
export const BUILT_IN: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
};

interface ChainDraft {
  readonly name: string;
  policy: Chain["policy"];
  rules: Rule[];
  /** The chain this was, as long as nothing changed. */
  kept: Chain | null;
}

interface TableDraft {
  readonly name: TableName;
  readonly chains: Map<string, ChainDraft>;
}

interface Reader {
  readonly family: Family;
  readonly tables: Map<TableName, Table>;
  readonly noflush: boolean;
  readonly diagnostics: RuleDiagnostic[];
  table: TableDraft | null;
  /** Inside a table that is not modelled: its lines are passed over. */
  skipping: boolean;
  line: number;
}

/** A rule set without tables: every packet is accepted. */
export function emptyRuleSet(family: Family): RuleSet {
  return { family, tables: new Map() };
}

/** Reads a whole text as far as it can be read. */
export function parseRules(text: string, family: Family = "IPv4"): ParsedRules {
  const reader = readerOf(emptyRuleSet(family), true);
  readText(reader, text, false);
  return { ruleSet: { family, tables: reader.tables }, diagnostics: reader.diagnostics };
}

/** Lays a text over existing rules as iptables-restore does; chains that it does not touch stay the same objects. */
export function applyRestore(ruleSet: RuleSet, text: string, options: { readonly noflush: boolean }): RestoreResult {
  const reader = readerOf(ruleSet, options.noflush);
  const applied = readText(reader, text, true);
  return { ruleSet: { family: ruleSet.family, tables: reader.tables }, diagnostics: reader.diagnostics, applied };
}

function readerOf(ruleSet: RuleSet, noflush: boolean): Reader {
  const { family } = ruleSet;
  return { family, tables: new Map(ruleSet.tables), noflush, diagnostics: [], table: null, skipping: false, line: 0 };
}

/** True if no error ended it. In strict reading the first error ends the text; else reading goes on. */
function readText(reader: Reader, text: string, strict: boolean): boolean {
  for (const line of text.split("\n")) {
    reader.line += 1;
    const error = readLine(reader, line.trim());
    if (error === null) continue;
    report(reader, "error", error);
    if (strict) return false;
  }
  if (reader.table === null) return true;
  // A table without COMMIT changes nothing for iptables-restore; a reader of pasted text keeps what it saw.
  report(reader, "error", `COMMIT of table ${reader.table.name} is missing`);
  if (!strict) commit(reader, reader.table);
  return false;
}

function report(reader: Reader, severity: RuleDiagnostic["severity"], message: string): void {
  reader.diagnostics.push({ line: reader.line, severity, message });
}

/** The first line of `nft list ruleset`. */
const NFT_TABLE = /^table\s+(?:ip|ip6|inet|arp|bridge|netdev)\s/;

// ---- lines --------------------------------------------------------------------------------------------------------

/** Null, or what iptables would say against the line. */
function readLine(reader: Reader, line: string): string | null {
  if (line === "" || line.startsWith("#")) return null;
  if (line.startsWith("*")) return beginTable(reader, line.slice(1).trim());
  if (reader.skipping) {
    if (line === "COMMIT") reader.skipping = false;
    return null;
  }
  const { table } = reader;
  if (table === null && NFT_TABLE.test(line)) return `this is nft's form (${line}): rules are read in the form of iptables-save`;
  if (table === null) return `no table for ${line}`;
  if (line === "COMMIT") {
    reader.table = null;
    return commit(reader, table);
  }
  if (line.startsWith(":")) return declareChain(table, line.slice(1));
  return readCommand(reader, table, line.replace(/^\[\d+:\d+\]\s*/, ""));
}

function beginTable(reader: Reader, name: string): string | null {
  const known = (Object.keys(BUILT_IN) as TableName[]).find((table) => table === name);
  if (known === undefined) {
    reader.skipping = true;
    report(reader, "unmodelled", `table ${name}`);
    return null;
  }
  const table: TableDraft = { name: known, chains: new Map() };
  for (const hook of BUILT_IN[known]) table.chains.set(hook, { name: hook, policy: "ACCEPT", rules: [], kept: null });
  const before = reader.tables.get(known);
  if (before !== undefined && reader.noflush) {
    for (const chain of before.chains.values()) {
      table.chains.set(chain.name, { name: chain.name, policy: chain.policy, rules: [], kept: chain });
    }
  }
  reader.table = table;
  return null;
}

/** `KUBE-SERVICES - [0:0]`, `INPUT ACCEPT [12:3400]`. */
function declareChain(table: TableDraft, text: string): string | null {
  const [name = "", policy = "-"] = text.split(/\s+/);
  const chain = table.chains.get(name);
  const builtIn = isBuiltIn(table.name, name);
  if (builtIn) return setPolicy(table, name, policy);
  if (policy !== "-") return `chain ${name} is not built in and has no policy`;
  if (chain === undefined) {
    if (!validChainName(name)) return `bad chain name ${name}`;
    table.chains.set(name, { name, policy: null, rules: [], kept: null });
  } else {
    flush(chain);
  }
  return null;
}

function setPolicy(table: TableDraft, name: string, policy: string): string | null {
  const chain = table.chains.get(name);
  if (chain === undefined || !isBuiltIn(table.name, name)) return `no built-in chain ${name} in table ${table.name}`;
  if (policy === "-") return null;
  if (policy !== "ACCEPT" && policy !== "DROP") return `bad policy ${policy}`;
  if (chain.policy !== policy) {
    open(chain);
    chain.policy = policy;
  }
  return null;
}

function readCommand(reader: Reader, table: TableDraft, line: string): string | null {
  const words = splitWords(line);
  if (words === null) return "a quotation mark is not closed";
  const [command = "", name = "", ...rest] = words;
  switch (command) {
    case "-A":
    case "--append":
      return addRules(reader, table, name, rest, null);
    case "-I":
    case "--insert":
      return insertRules(reader, table, name, rest);
    case "-D":
    case "--delete":
      return deleteRule(reader, table, name, rest);
    case "-N":
    case "--new-chain":
      return table.chains.has(name) ? `chain ${name} exists already` : declareChain(table, name);
    case "-P":
    case "--policy":
      return setPolicy(table, name, rest[0] ?? "");
    case "-F":
    case "--flush":
      return flushChains(table, name);
    case "-X":
    case "--delete-chain":
      return deleteChains(table, name);
    case "-Z":
    case "--zero":
      return null;
    default:
      return `unknown command ${command}`;
  }
}

// ---- changing chains ----------------------------------------------------------------------------------------------

function addRules(reader: Reader, table: TableDraft, name: string, words: readonly string[], at: number | null): string | null {
  const chain = table.chains.get(name);
  if (chain === undefined) return `no chain named ${name}`;
  const parsed = parse(reader, table, words);
  if (parsed.error !== null) return parsed.error;
  const misplaced = parsed.rules.map((rule) => misplacedIn(name, rule)).find((problem) => problem !== null) ?? null;
  if (misplaced !== null) return misplaced;
  for (const text of parsed.unmodelled) report(reader, "unmodelled", text);
  open(chain);
  chain.rules.splice(at ?? chain.rules.length, 0, ...parsed.rules);
  return null;
}

function insertRules(reader: Reader, table: TableDraft, name: string, words: readonly string[]): string | null {
  const numbered = /^\d+$/.test(words[0] ?? "");
  const position = numbered ? Number(words[0]) : 1;
  const length = rulesOf(table.chains.get(name)).length;
  if (position < 1 || position > length + 1) return `no rule ${position} in chain ${name}`;
  return addRules(reader, table, name, numbered ? words.slice(1) : words, position - 1);
}

function deleteRule(reader: Reader, table: TableDraft, name: string, words: readonly string[]): string | null {
  const chain = table.chains.get(name);
  if (chain === undefined) return `no chain named ${name}`;
  let index = Number(words[0] ?? "") - 1;
  if (words.length !== 1 || !Number.isInteger(index)) {
    const parsed = parse(reader, table, words);
    if (parsed.error !== null) return parsed.error;
    const wanted = JSON.stringify(parsed.rules[0]);
    index = rulesOf(chain).findIndex((rule) => JSON.stringify({ ...rule, origin: null }) === wanted);
  }
  if (index < 0 || index >= rulesOf(chain).length) return `no such rule in chain ${name}`;
  open(chain);
  chain.rules.splice(index, 1);
  return null;
}

function parse(reader: Reader, table: TableDraft, words: readonly string[]): ReturnType<typeof parseRuleWords> {
  const isChain = (chain: string): boolean => table.chains.has(chain) && !isHook(chain);
  const parsed = parseRuleWords({ family: reader.family, words, isChain });
  const misplaced = parsed.rules.map((rule) => misplacedTarget(table.name, rule)).find((error) => error !== null) ?? null;
  return misplaced === null ? parsed : { rules: [], error: misplaced, unmodelled: [] };
}

function flushChains(table: TableDraft, name: string): string | null {
  if (name !== "") {
    const chain = table.chains.get(name);
    if (chain === undefined) return `no chain named ${name}`;
    flush(chain);
    return null;
  }
  for (const chain of table.chains.values()) flush(chain);
  return null;
}

function deleteChains(table: TableDraft, name: string): string | null {
  const names = name === "" ? [...table.chains.keys()].filter((chain) => !isBuiltIn(table.name, chain)) : [name];
  for (const chain of names) {
    if (isBuiltIn(table.name, chain)) return `chain ${chain} is built in`;
    if (!table.chains.has(chain)) return `no chain named ${chain}`;
    if (rulesOf(table.chains.get(chain)).length > 0) return `chain ${chain} is not empty`;
    table.chains.delete(chain);
  }
  return null;
}

function flush(chain: ChainDraft): void {
  chain.rules = [];
  chain.kept = null;
}

/** Before a change: from now on the draft's own rules count. */
function open(chain: ChainDraft): void {
  if (chain.kept === null) return;
  chain.rules = [...chain.kept.rules];
  chain.kept = null;
}

function rulesOf(chain: ChainDraft | undefined): readonly Rule[] {
  return chain?.kept?.rules ?? chain?.rules ?? [];
}

export function isBuiltIn(table: TableName, chain: string): boolean {
  return BUILT_IN[table].some((hook) => hook === chain);
}

/** XT_EXTENSION_MAXNAMELEN is 29 with its ending zero, so names have up to 28 characters. */
export function validChainName(name: string): boolean {
  return /^[^\s!-][^\s]{0,27}$/.test(name);
}

// ---- commit -------------------------------------------------------------------------------------------------------

function commit(reader: Reader, draft: TableDraft): string | null {
  const chains = new Map<string, Chain>();
  for (const { name, policy, rules, kept } of draft.chains.values()) chains.set(name, kept ?? { name, policy, rules });
  const error = danglingJump(chains) ?? loop(chains);
  if (error === null) reader.tables.set(draft.name, { name: draft.name, chains });
  return error;
}

function danglingJump(chains: ReadonlyMap<string, Chain>): string | null {
  for (const chain of chains.values()) {
    for (const { target } of chain.rules) {
      if (isJump(target) && !chains.has(target.chain)) return `chain ${target.chain} is in use by ${chain.name}`;
    }
  }
  return null;
}

/** The kernel refuses tables in which a chain can reach itself (mark_source_chains). */
function loop(chains: ReadonlyMap<string, Chain>): string | null {
  const state = new Map<string, "open" | "done">();
  const stack: { name: string; next: number }[] = [];
  for (const start of chains.keys()) {
    if (!state.has(start)) stack.push({ name: start, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { name: string; next: number };
      if (top.next === 0) state.set(top.name, "open");
      const rule = chains.get(top.name)?.rules[top.next];
      top.next += 1;
      if (rule === undefined) {
        state.set(top.name, "done");
        stack.pop();
      } else if (isJump(rule.target)) {
        const seen = state.get(rule.target.chain);
        if (seen === "open") return `chain ${rule.target.chain} can reach itself`;
        if (seen === undefined) stack.push({ name: rule.target.chain, next: 0 });
      }
    }
  }
  return null;
}

function isJump(target: Rule["target"]): target is { readonly kind: "jump" | "goto"; readonly chain: string } {
  return target !== null && (target.kind === "jump" || target.kind === "goto");
}
