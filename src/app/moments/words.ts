/** What differs between two moments, in rows of plain words; each knows where to look, and at which of the two moments it is there. Pure. */
import type { ConntrackDiff, FieldDiff, MomentsDiff, RulesDiff, SumDiff, ThingDiff, What } from "../../core/simulation/moment-diff.ts";
import type { ThingId } from "../../scene/contract.ts";
import type { IconName } from "../parts/icons.tsx";
import { capital, duration, moment, plural, socket } from "../state/format.ts";
import type { InspectorTab } from "../state/store.ts";

export interface DiffRow {
  readonly what: What;
  /** Only what has one: a Service, a rewrite, a name. */
  readonly glyph: IconName | null;
  readonly title: string;
  readonly lines: readonly { readonly field: string; readonly from: string; readonly to: string }[];
  /** Exact text that went and came: rules. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly note: string | null;
  readonly link: DiffLink;
}

export interface DiffLink {
  /** What it does, for its name. */
  readonly says: string;
  readonly at: "from" | "to" | "either";
  readonly thing: ThingId | null;
  readonly tab: InspectorTab | null;
  readonly node: string | null;
}

export interface DiffSection {
  readonly title: string;
  /** `2 came, 1 went`. */
  readonly sum: string;
  readonly rows: readonly DiffRow[];
}

const plainRow = { lines: [], removed: [], added: [], note: null } as const;

/** Sections that have something to say, in the order in which one follows from the other. */
export function diffSections(diff: MomentsDiff): readonly DiffSection[] {
  const sections: DiffSection[] = [
    thingSection("Services", diff.services, "service", (one) => ({ kind: "service", key: one.key })),
    thingSection("Pods", diff.pods, null, (one) => ({ kind: "pod", key: one.key })),
    endpointSection(diff),
    thingSection("Nodes", diff.nodes, null, (one) => ({ kind: "node", name: one.key })),
    thingSection("Network policies", diff.policies, "blocked", () => null),
    rulesSection(diff),
    conntrackSection(diff.conntrack),
    cacheSection(diff),
    sumSection(diff),
    counterSection(diff),
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

/** One sentence: what there is to see. */
export function diffSentence(diff: MomentsDiff): string {
  const sections = diffSections(diff);
  const apart = diff.to === diff.from ? "" : `In ${duration(diff.to - diff.from)} of simulated time: `;
  if (sections.length === 0) return `${apart === "" ? "" : apart}nothing differs between the two moments.`.replace(/^n/, "N");
  const names = sections.map(({ title, sum }) => `${title} (${sum})`);
  return `${apart}${names.slice(0, 3).join(", ")}${names.length > 3 ? `, and ${plural(names.length - 3, "more kind")} of difference` : ""}.`;
}

const WORDS: Readonly<Record<What, string>> = { came: "came", went: "went", changed: "changed" };

function sumOf(whats: readonly What[]): string {
  return (["came", "went", "changed"] as const)
    .map((what) => [whats.filter((one) => one === what).length, WORDS[what]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

const sideOf = (what: What): DiffLink["at"] => (what === "came" ? "to" : what === "went" ? "from" : "either");

function linesOf(fields: readonly FieldDiff[]): DiffRow["lines"] {
  return fields.map(({ field, from, to }) => ({ field, from: from === "" ? "none" : from, to: to === "" ? "none" : to }));
}

function thingSection<T extends ThingDiff>(
  title: string,
  things: readonly T[],
  glyph: IconName | null,
  thing: (one: T) => ThingId | null,
): DiffSection {
  return {
    title,
    sum: sumOf(things.map(({ what }) => what)),
    rows: things.map((one) => ({
      ...plainRow,
      what: one.what,
      glyph,
      title: `${one.name} ${one.what === "changed" ? "changed" : WORDS[one.what]}`,
      lines: linesOf(one.fields),
      link: { says: `Show ${one.name}`, at: sideOf(one.what), thing: thing(one), tab: null, node: null },
    })),
  };
}

const nameOf = (key: string): string => key.slice(key.indexOf("/") + 1);

function endpointSection({ endpoints }: MomentsDiff): DiffSection {
  return {
    title: "Endpoints",
    sum: sumOf(endpoints.map(({ what }) => what)),
    rows: endpoints.map((one) => ({
      ...plainRow,
      what: one.what,
      glyph: "service",
      title: `${one.name} of ${nameOf(one.service)} ${WORDS[one.what]}`,
      lines: linesOf(one.fields),
      link: {
        says: `Show the EndpointSlice of ${nameOf(one.service)}`,
        at: sideOf(one.what),
        thing: { kind: "service", key: one.service },
        tab: "slices",
        node: null,
      },
    })),
  };
}

const ruleText = ({ table, text }: RulesDiff["added"][number]): string => (table === "nat" ? text : `${text}   (${table})`);

function rulesSection({ rules, nodesNotCompared }: MomentsDiff): DiffSection {
  return {
    title: "Rules",
    sum: rules.length === 0 ? "" : plural(new Set(rules.flatMap(({ nodes }) => nodes)).size, "node"),
    rows: rules.map((one, i) => ({
      ...plainRow,
      what: "changed" as const,
      glyph: null,
      title: `${listOf(one.nodes)}${one.family === "IPv6" ? " (IPv6)" : ""}: ${plural(one.from, "rule")} before, ${one.to} after`,
      removed: one.removed.map(ruleText),
      added: one.added.map(ruleText),
      note:
        [
          one.more > 0 ? `and ${plural(one.more, "line")} more` : "",
          i === rules.length - 1 && nodesNotCompared > 0 ? `The rules of ${plural(nodesNotCompared, "more node")} were not compared.` : "",
        ]
          .filter((text) => text !== "")
          .join(". ") || null,
      link: { says: `Show the rules of ${one.nodes[0] ?? ""}`, at: "to", thing: null, tab: "rules", node: one.nodes[0] ?? null },
    })),
  };
}

function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

function conntrackSection(diffs: readonly ConntrackDiff[]): DiffSection {
  return {
    title: "Tracked connections",
    sum: sumOf(diffs.map(({ what }) => what)),
    rows: diffs.map(({ node, what, entry, was }) => {
      const { original, reply } = entry;
      const rewritten = reply.src !== original.dst || reply.srcPort !== original.dstPort;
      const to = socket(original.dst, original.dstPort);
      return {
        ...plainRow,
        what,
        glyph: rewritten ? ("nat" as const) : ("link" as const),
        title: `${entry.protocol} from ${socket(original.src, original.srcPort)} to ${to} on ${node} ${what === "went" ? "expired" : WORDS[what]}`,
        lines: [
          ...(was === null ? [] : [{ field: "state", from: was, to: entry.state }]),
          ...(rewritten && what === "came" ? [{ field: "rewritten", from: to, to: socket(reply.src, reply.srcPort) }] : []),
        ],
        link: {
          says: "Show connection tracking",
          at: sideOf(what),
          thing: { kind: "gate" as const, node },
          tab: "conntrack" as const,
          node,
        },
      };
    }),
  };
}

function cacheSection({ caches }: MomentsDiff): DiffSection {
  return {
    title: "DNS caches",
    sum: sumOf(caches.map(({ what }) => (what === "renewed" ? "changed" : what))),
    rows: caches.map(({ pod, name, type, what, denial, goneAt }) => ({
      ...plainRow,
      what: what === "renewed" ? ("changed" as const) : what,
      glyph: denial ? ("blocked" as const) : ("dns" as const),
      title: `${nameOf(pod)} ${what === "went" ? "let go of" : what === "renewed" ? "keeps anew" : "keeps"} ${denial ? `that there is no ${type} of` : type} ${name.replace(/\.$/, "")}`,
      note: what === "went" ? null : `until ${moment(goneAt)}`,
      link: {
        says: "Show DNS",
        at: what === "went" ? "from" : "to",
        thing: { kind: "pod" as const, key: pod },
        tab: "dns" as const,
        node: null,
      },
    })),
  };
}

const LOST: Readonly<Record<string, string>> = { "dns-failed": "name not found", "timed-out": "timed out" };

function sumSection({ answered, lost }: MomentsDiff): DiffSection {
  const row = ({ key, from, to }: SumDiff, title: string, thing: ThingId | null, glyph: IconName): DiffRow => ({
    ...plainRow,
    what: "changed",
    glyph,
    title,
    lines: [{ field: "requests", from: String(from), to: String(to) }],
    link: { says: thing === null ? "Show the moment" : `Show ${nameOf(key)}`, at: "to", thing, tab: null, node: null },
  });
  const rows = [
    ...answered.map((one) => row(one, `${nameOf(one.key)} answered`, { kind: "pod", key: one.key }, "ok")),
    ...lost.map((one) => row(one, `Lost: ${LOST[one.key] ?? one.key.replaceAll("-", " ")}`, null, "drop")),
  ];
  const count = (of: readonly SumDiff[]): number => of.reduce((sum, { from, to }) => sum + to - from, 0);
  const said = [`${count(answered)} answered`, ...(lost.length === 0 ? [] : [`${count(lost)} lost`])].join(", ");
  return { title: "Requests", sum: said, rows };
}

function counterSection({ counters }: MomentsDiff): DiffSection {
  return {
    title: "Packets counted by rules",
    sum: plural(counters.length, "rule"),
    rows: counters.map(({ node, chain, text, from, to }) => ({
      ...plainRow,
      what: "changed" as const,
      glyph: null,
      title: `${chain} on ${node}`,
      added: [text],
      lines: [{ field: "packets", from: String(from), to: String(to) }],
      link: { says: `Show the rules of ${node}`, at: "to", thing: null, tab: "rules", node },
    })),
  };
}

/** `came`: a plus; `went`: a minus; `changed`: unequal. In words, for those who do not see the sign. */
export function signOf(what: What): string {
  return capital(WORDS[what]);
}
