/**
 * The template plugin, as far as its templates only put in `.Name`, `.Zone`, `.Type`, `.Class`, `.Group.x` and
 * `index .Match n`. Source: coredns plugin/template/{setup,template}.go.
 */
import type { CorefileError, Directive } from "./corefile-tokens.ts";
import type { PluginResult } from "./kubernetes-plugin.ts";
import { inZone, longestZone } from "./names.ts";
import type { Question, Rcode, ResourceRecord } from "./records.ts";
import { patternOf } from "./rewrite-plugin.ts";
import { parseRecord } from "./zone-text.ts";
import { zonesOf } from "./zones.ts";

export interface TemplateConfig {
  readonly type: string;
  readonly zones: readonly string[];
  /** Regular expressions over the question's name; one match is enough. */
  readonly matches: readonly string[];
  readonly answer: readonly string[];
  readonly additional: readonly string[];
  readonly authority: readonly string[];
  readonly rcode: Rcode;
  readonly fallthrough: readonly string[];
}

const RCODES: readonly Rcode[] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

export function readTemplate(
  directive: Directive,
  blockZones: readonly string[],
  skip: (option: string, line: number) => void,
): TemplateConfig | CorefileError {
  const [, type = "", ...zoneArgs] = directive.args;
  const zones = zoneArgs.length === 0 ? blockZones : zoneArgs.flatMap(zonesOf);
  if (type === "") return { error: "plugin/template: wants a class and a type", line: directive.line };
  let config: TemplateConfig = {
    type: type.toUpperCase(),
    zones,
    matches: [],
    answer: [],
    additional: [],
    authority: [],
    rcode: "NOERROR",
    fallthrough: [],
  };
  for (const { name, args, line } of directive.block ?? []) {
    const fail = (error: string): CorefileError => ({ error: `plugin/template: ${error}`, line });
    switch (name) {
      case "match": {
        const bad = args.find((pattern) => patternOf(pattern) === null);
        if (args.length === 0 || bad !== undefined) return fail(`could not parse regex: ${bad ?? ""}`);
        config = { ...config, matches: [...config.matches, ...args] };
        break;
      }
      case "answer":
      case "additional":
      case "authority":
        if (args.length === 0) return fail(`${name} wants a record`);
        config = { ...config, [name]: [...config[name], ...args] };
        break;
      case "rcode": {
        const rcode = RCODES.find((known) => known === args[0]?.toUpperCase());
        if (rcode === undefined) return fail(`unknown rcode ${args[0] ?? ""}`);
        config = { ...config, rcode };
        break;
      }
      case "fallthrough":
        config = { ...config, fallthrough: args.length === 0 ? ["."] : args.flatMap(zonesOf) };
        break;
      case "ederror":
      case "upstream":
        skip(name, line);
        break;
      default:
        return fail(`unknown property '${name}'`);
    }
  }
  return config;
}

/** The first template that matches answers; a template of the right type and zone that does not match ends the search. */
export function askTemplates(templates: readonly TemplateConfig[], question: Question): PluginResult {
  for (const template of templates) {
    const zone = longestZone(question.name, template.zones);
    if (zone === null || (template.type !== "ANY" && template.type !== question.type)) continue;
    const groups = firstMatch(template, question.name);
    if (groups === null) {
      if (template.fallthrough.some((through) => inZone(question.name, through))) continue;
      return { kind: "next" };
    }
    if (template.rcode === "SERVFAIL") return { kind: "bare", rcode: "SERVFAIL" };
    const fill = (texts: readonly string[]): ResourceRecord[] | null => fillAll(texts, question, zone, groups);
    const [answer, additional, authority] = [fill(template.answer), fill(template.additional), fill(template.authority)];
    if (answer === null || additional === null || authority === null) return { kind: "bare", rcode: "SERVFAIL" };
    return { kind: "answer", rcode: template.rcode, answer, authority, additional, truncated: false };
  }
  return { kind: "next" };
}

function firstMatch(template: TemplateConfig, name: string): RegExpExecArray | null {
  for (const pattern of template.matches.length === 0 ? [".*"] : template.matches) {
    const groups = patternOf(pattern)?.exec(name) ?? null;
    if (groups !== null) return groups;
  }
  return null;
}

function fillAll(texts: readonly string[], question: Question, zone: string, groups: RegExpExecArray): ResourceRecord[] | null {
  const records = texts.map((text) =>
    parseRecord(text.replace(/\{\{-?\s*(.+?)\s*-?\}\}/g, (whole, what: string) => valueOf(what, question, zone, groups) ?? whole)),
  );
  return records.some((record) => record === null) ? null : records.filter((record) => record !== null);
}

function valueOf(what: string, question: Question, zone: string, groups: RegExpExecArray): string | null {
  const index = /^index \.Match (\d+)$/.exec(what)?.[1] ?? /^\.Group\.(\d+)$/.exec(what)?.[1] ?? /^index \.Group "(\d+)"$/.exec(what)?.[1];
  if (index !== undefined) return groups[Number(index)] ?? "";
  const group = /^\.Group\.(\w+)$/.exec(what)?.[1] ?? /^index \.Group "(\w+)"$/.exec(what)?.[1];
  if (group !== undefined) return groups.groups?.[group] ?? "";
  return { ".Name": question.name, ".Zone": zone, ".Type": question.type, ".Class": "IN" }[what] ?? null;
}
