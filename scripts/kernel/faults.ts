/**
 * Faults planted in the rules that the kernel gets, while the simulator's prediction stays that of the right rules.
 * Each must be reported: otherwise the comparison is blind. Given the same faulty rules, the simulator must agree with
 * the kernel again: the rules decide, and nothing else.
 */
import type { Rule, RuleSet, TableName } from "../../src/core/netfilter/rules.ts";

export interface Fault {
  readonly name: string;
  /** Name of the probe, among those of the same cluster, that meets it. */
  readonly probe: string;
  readonly plant: (rules: RuleSet) => RuleSet;
  /**
   * The request arrives as the rules say, and its answer goes home by a way without this node's connection tracking:
   * the exact odds, which end at the arrival, do not say what the client sees then.
   */
  readonly answerLost?: true;
}

/** The rule set with one chain rewritten. Throws if the rewriting changed nothing. */
export function rewrite(rules: RuleSet, table: TableName, chain: string, change: (rules: readonly Rule[]) => readonly Rule[]): RuleSet {
  const of = rules.tables.get(table);
  const old = of?.chains.get(chain);
  if (of === undefined || old === undefined) throw new Error(`no chain ${chain} in table ${table}`);
  const changed = change(old.rules);
  if (changed.length === old.rules.length && changed.every((rule, i) => rule === old.rules[i]))
    throw new Error(`the fault changes nothing in ${chain}`);
  const chains = new Map(of.chains).set(chain, { ...old, rules: changed });
  return { ...rules, tables: new Map(rules.tables).set(table, { ...of, chains }) };
}

/** The chain that the rules of nat chain `from` for `servicePort` jump to, by the beginning of its name. */
function chainOf(rules: RuleSet, servicePort: string, prefix: string): string {
  for (const chain of rules.tables.get("nat")?.chains.values() ?? []) {
    if (chain.name.startsWith(prefix) && chain.rules.some((rule) => rule.origin?.servicePort === servicePort)) return chain.name;
  }
  throw new Error(`${servicePort} has no ${prefix} chain`);
}

function edit(servicePort: string, prefix: string, change: (rules: readonly Rule[]) => readonly Rule[]): (rules: RuleSet) => RuleSet {
  return (rules) => rewrite(rules, "nat", chainOf(rules, servicePort, prefix), change);
}

const marks = (rule: Rule): boolean => rule.target?.kind === "jump" && rule.target.chain === "KUBE-MARK-MASQ";
const draws = (rule: Rule): boolean => rule.matches.some((match) => match.kind === "statistic");

function withProbability(rule: Rule, probability: string): Rule {
  return { ...rule, matches: rule.matches.map((match) => (match.kind === "statistic" ? { ...match, probability } : match)) };
}

function swapFirstDrawWithLast(rules: readonly Rule[]): readonly Rule[] {
  const first = rules.findIndex(draws);
  const swapped = [...rules];
  [swapped[first], swapped[rules.length - 1]] = [swapped[rules.length - 1] as Rule, swapped[first] as Rule];
  return swapped;
}

function foreignDrop(port: number): Rule {
  return {
    protocol: { name: "tcp", invert: false },
    source: null,
    destination: null,
    inInterface: null,
    outInterface: null,
    sourcePort: null,
    destinationPort: { from: port, to: port, invert: false },
    matches: [],
    target: { kind: "DROP" },
    origin: null,
  };
}

/** For a Service `servicePort` with endpoints on `port`, and the names of probes that use it so. */
export function plantedFaults(
  servicePort: string,
  port: number,
  probes: { readonly fromPod: string; readonly hairpin: string; readonly nodePort: string },
): readonly Fault[] {
  return [
    {
      name: "a probability of 0.9 on the first endpoint",
      probe: probes.fromPod,
      plant: edit(servicePort, "KUBE-SVC-", (rules) => {
        const first = rules.find(draws);
        return rules.map((rule) => (rule === first ? withProbability(rule, "0.9000000000") : rule));
      }),
    },
    { name: "first and last endpoint swapped", probe: probes.fromPod, plant: edit(servicePort, "KUBE-SVC-", swapFirstDrawWithLast) },
    {
      name: "another --to-destination",
      probe: probes.fromPod,
      plant: edit(servicePort, "KUBE-SEP-", (rules) =>
        rules.map((rule) => (rule.target?.kind === "DNAT" ? { ...rule, target: { ...rule.target, port: 9999 } } : rule)),
      ),
    },
    { name: "no mark for the hairpin", probe: probes.hairpin, plant: withoutHairpinMarks(servicePort), answerLost: true },
    {
      name: "no mark for node ports",
      probe: probes.nodePort,
      plant: edit(servicePort, "KUBE-EXT-", (rules) => rules.filter((rule) => !marks(rule))),
      answerLost: true,
    },
    {
      name: "somebody else's DROP in FORWARD",
      probe: probes.fromPod,
      plant: (rules) => rewrite(rules, "filter", "FORWARD", (own) => [foreignDrop(port), ...own]),
    },
  ];
}

/** From every endpoint chain of the service port. */
function withoutHairpinMarks(servicePort: string): (rules: RuleSet) => RuleSet {
  return (rules) => {
    let edited = rules;
    for (const chain of rules.tables.get("nat")?.chains.values() ?? []) {
      if (!chain.name.startsWith("KUBE-SEP-") || !chain.rules.some((rule) => rule.origin?.servicePort === servicePort)) continue;
      edited = rewrite(edited, "nat", chain.name, (own) => own.filter((rule) => !marks(rule)));
    }
    return edited;
  };
}
