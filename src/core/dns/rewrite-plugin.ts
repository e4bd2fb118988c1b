/**
 * `rewrite name`: the question's name is replaced on the way in and put back on the way out.
 * Source: coredns plugin/rewrite/{name,reverter}.go. An exact rule also puts the names in the records back; a regular
 * expression does so by its own `answer name` rule, the other kinds with `answer auto`.
 */
import type { CorefileError, Directive } from "./corefile-tokens.ts";
import { absolute, lowerName } from "./names.ts";
import type { Message, Question, ResourceRecord } from "./records.ts";

export type RewriteMatch = "exact" | "prefix" | "suffix" | "substring" | "regex";

export interface RewriteRule {
  readonly match: RewriteMatch;
  readonly from: string;
  readonly to: string;
  /** How names in the reply are put back. */
  readonly answer: "none" | "auto" | { readonly from: string; readonly to: string };
  readonly next: "stop" | "continue";
}

/** null for a rule about something else than the name. */
export function readRewrite(directive: Directive): RewriteRule | CorefileError | null {
  const inner = directive.block?.flatMap((line) => [line.name, ...line.args]) ?? [];
  const words = [...directive.args, ...inner];
  const next = words[0] === "continue" ? "continue" : "stop";
  if (words[0] === "continue" || words[0] === "stop") words.shift();
  if (words.shift() !== "name") return null;
  const fail = (error: string): CorefileError => ({ error: `plugin/rewrite: ${error}`, line: directive.line });
  if (words.length < 2) return fail("too few arguments for a name rule");
  const match = words.length === 2 ? "exact" : (words.shift() ?? "");
  if (!isMatch(match)) return fail(`name rule supports only exact, prefix, suffix, substring, and regex name matching, received: ${match}`);
  const [from = "", to = "", ...rest] = words;
  const answer = readAnswer(match, rest);
  if (answer === null) return fail(`cannot read the answer rule: ${rest.join(" ")}`);
  const patterns = [...(match === "regex" ? [from] : []), ...(typeof answer === "object" ? [answer.from] : [])];
  const bad = patterns.find((pattern) => patternOf(pattern) === null);
  if (bad !== undefined) return fail(`invalid regex matching pattern: ${bad}`);
  const whole = match === "exact" || match === "suffix";
  return { match, from: match === "regex" ? from : name(from, whole), to: name(to, whole), answer, next };
}

function isMatch(text: string): text is RewriteMatch {
  return ["exact", "prefix", "suffix", "substring", "regex"].includes(text);
}

function readAnswer(match: RewriteMatch, words: readonly string[]): RewriteRule["answer"] | null {
  if (words.length === 0) return match === "exact" ? "auto" : "none";
  const [first, field, from, to] = words;
  if (first !== "answer") return null;
  if (field === "auto" && words.length === 2) return "auto";
  return field === "name" && from !== undefined && to !== undefined && words.length === 4 ? { from, to: absolute(lowerName(to)) } : null;
}

function name(text: string, whole: boolean): string {
  return whole ? absolute(lowerName(text)) : lowerName(text);
}

/** A regular expression in Go's syntax; the two differ only in how groups are named. */
export function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(text.replaceAll("(?P<", "(?<"));
  } catch {
    return null;
  }
}

export interface Rewritten {
  readonly question: Question;
  /** Rules that took part, in order, each with the name before and after it. */
  readonly applied: readonly { readonly rule: RewriteRule; readonly before: string; readonly after: string }[];
}

export function rewriteQuestion(rules: readonly RewriteRule[], question: Question): Rewritten {
  const applied: { rule: RewriteRule; before: string; after: string }[] = [];
  let current = question.name;
  for (const rule of rules) {
    const after = applyRule(rule, lowerName(current));
    if (after === null) continue;
    applied.push({ rule, before: current, after });
    current = after;
    if (rule.next === "stop") break;
  }
  return { question: { ...question, name: current }, applied };
}

function applyRule(rule: RewriteRule, from: string): string | null {
  switch (rule.match) {
    case "exact":
      return from === rule.from ? rule.to : null;
    case "prefix":
      return from.startsWith(rule.from) ? rule.to + from.slice(rule.from.length) : null;
    case "suffix":
      return from.endsWith(rule.from) ? from.slice(0, from.length - rule.from.length) + rule.to : null;
    case "substring":
      return from.includes(rule.from) ? from.replaceAll(rule.from, rule.to) : null;
    case "regex": {
      const groups = patternOf(rule.from)?.exec(from);
      return groups === null || groups === undefined ? null : absolute(withGroups(rule.to, groups));
    }
  }
}

function withGroups(text: string, groups: readonly (string | undefined)[]): string {
  return text.replace(/\{(\d+)\}/g, (whole, index: string) => groups[Number(index)] ?? whole);
}

/** The reply as the client may see it: its own question, and names put back. */
export function revertReply(reply: Message, original: Question, { applied }: Rewritten): Message {
  if (applied.length === 0) return reply;
  const rename = (text: string): string =>
    [...applied].reverse().reduce((now, { rule, before, after }) => revertName(rule, now, before, after), text);
  const revert = (record: ResourceRecord): ResourceRecord => renameRecord(record, rename);
  return {
    ...reply,
    question: original,
    answer: reply.answer.map(revert),
    authority: reply.authority.map(revert),
    additional: reply.additional.map(revert),
  };
}

function revertName(rule: RewriteRule, now: string, before: string, after: string): string {
  if (rule.answer === "none") return now;
  if (rule.answer === "auto") return lowerName(now) === lowerName(after) ? before : now;
  const groups = patternOf(rule.answer.from)?.exec(now);
  return groups === null || groups === undefined ? now : withGroups(rule.answer.to, groups);
}

function renameRecord(record: ResourceRecord, rename: (name: string) => string): ResourceRecord {
  const renamed = { ...record, name: rename(record.name) };
  switch (renamed.type) {
    case "SRV":
    case "CNAME":
    case "NS":
      return { ...renamed, target: rename(renamed.target) };
    case "MX":
      return { ...renamed, exchange: rename(renamed.exchange) };
    case "SOA":
      return { ...renamed, mname: rename(renamed.mname) };
    default:
      return renamed;
  }
}
