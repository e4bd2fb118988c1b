/** Two requests with a change between them, in simulated clusters: where they differ first, and how that is said. */
import { expect, test } from "vitest";
import type { Sender } from "../core/network/trace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { Action } from "../core/simulation/contract.ts";
import { compare, type Between, type Comparison } from "./compare.ts";
import { sideOf, type Side } from "./compare-steps.ts";

const DEBUG =
  "apiVersion: v1\nkind: Pod\nmetadata: { name: debug, labels: { run: debug } }\nspec: { containers: [{ name: c, image: curlimages/curl, command: [sleep, infinity] }] }";
const WEB = deployment("web", 3);
const SERVICE = service("web", "{ app: web }");
const POLICY =
  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny }\nspec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress] }";

function deployment(name: string, replicas: number): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec:\n  replicas: ${replicas}\n  selector: { matchLabels: { app: ${name} } }\n  template:\n    metadata: { labels: { app: ${name} } }\n    spec: { containers: [{ name: c, image: nginx }] }`;
}

function service(name: string, selector: string, extra = "", targetPort = 80): string {
  return `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec:\n  selector: ${selector}\n${extra}  ports: [{ port: 80, targetPort: ${targetPort} }]`;
}

interface Case {
  readonly name: string;
  readonly before: readonly string[];
  /** The manifests afterwards; the same: no edit. */
  readonly after?: readonly string[];
  readonly action?: Action;
  readonly from?: Sender;
  readonly to?: string;
  readonly seed?: number;
  /** Requests between the two. */
  readonly skip?: number;
}

function sides({
  before,
  after,
  action,
  from = { kind: "pod", pod: "default/debug" },
  to = "http://web",
  seed = 1,
  skip = 0,
}: Case): readonly [Side, Side] {
  const text = (documents: readonly string[]) => [{ name: "all.yaml", text: documents.join("\n---\n") }];
  const simulation = createSimulation({ files: text(before), seed });
  simulation.settle();
  const send = (): Side => {
    const sent = simulation.send({ from, to });
    if ("error" in sent) throw new Error(sent.error);
    simulation.settle();
    const journey = simulation.journey(sent[0] ?? 0);
    if (journey === null) throw new Error("the request has not ended");
    return sideOf(journey, simulation.view());
  };
  const first = send();
  if (after !== undefined) simulation.apply(text(after));
  if (action !== undefined) simulation.perform(action);
  simulation.settle();
  for (let i = 0; i < skip; i++) send();
  return [first, send()];
}

function betweenOf({ after, action }: Case): Between {
  return after !== undefined ? "edit" : action !== undefined ? "change" : "nothing";
}

function compared(one: Case): Comparison {
  const [before, after] = sides(one);
  return compare(before, after, betweenOf(one));
}

/** `rewrite/reject!`: kinds side by side, `-` where there is none; `!` different, `?` chance. */
function rowsText({ rows }: Comparison): string {
  return rows
    .map(({ before, after, relation }) => {
      const kinds = before?.kind === after?.kind ? (before?.kind ?? "") : `${before?.kind ?? "-"}/${after?.kind ?? "-"}`;
      return `${kinds}${{ same: "", chance: "?", different: "!" }[relation]}`;
    })
    .join(" ");
}

const TABLE: readonly (Case & { readonly rows: string; readonly says: string })[] = [
  {
    name: "a selector's typo is mended",
    before: [service("web", "{ app: webb }"), WEB, DEBUG],
    after: [SERVICE, WEB, DEBUG],
    rows: "lookup leave reject/rewrite! -/cross! -/pass! -/deliver! -/reply! -/home!",
    says: "Before the edit node-1 rejected the packet: web had no endpoints. Now node-1 rewrites the destination to 10.244.2.3:80.",
  },
  {
    name: "a targetPort is mended",
    before: [service("web", "{ app: web }", "", 8080), WEB, DEBUG],
    after: [SERVICE, WEB, DEBUG],
    rows: "lookup leave rewrite! cross/-! pass/-! refuse/deliver! reply! home!",
    says: "Before the edit node-1 rewrote the destination to 10.244.2.3:8080. Now node-1 rewrites the destination to 10.244.1.3:80. That another endpoint was drawn is chance.",
  },
  {
    name: "a policy is added",
    before: [SERVICE, WEB, DEBUG],
    after: [SERVICE, WEB, DEBUG, POLICY],
    rows: "lookup leave rewrite/drop! cross/-! pass/-! deliver/-! reply/-! home/-!",
    says: "Before the edit node-1 rewrote the destination to 10.244.2.3:80. Now node-1 rewrites the destination to 10.244.1.3:80 and drops the packet: network policy deny does not let it in to web-mxdv7. That another endpoint was drawn is chance.",
  },
  {
    name: "internalTrafficPolicy becomes Local",
    before: [SERVICE, WEB, DEBUG],
    after: [service("web", "{ app: web }", "  internalTrafficPolicy: Local\n"), WEB, DEBUG],
    rows: "lookup leave rewrite! cross/-! pass/-! deliver! reply home",
    says: "Before the edit node-1 rewrote the destination to 10.244.2.3:80, drawn from 3 endpoints. Now node-1 rewrites the destination to 10.244.1.3:80, the only endpoint that its rules name.",
  },
  {
    name: "session affinity is switched on",
    before: [SERVICE, WEB, DEBUG],
    after: [service("web", "{ app: web }", "  sessionAffinity: ClientIP\n"), WEB, DEBUG],
    rows: "lookup leave rewrite! cross/-! pass/-! deliver! reply home",
    says: "Before the edit node-1 rewrote the destination to 10.244.2.3:80. Now node-1 rewrites the destination to 10.244.1.3:80, and remembers the sender for its next requests. That another endpoint was drawn is chance.",
  },
  {
    name: "session affinity is switched on, and it is the second request since",
    before: [SERVICE, WEB, DEBUG],
    after: [service("web", "{ app: web }", "  sessionAffinity: ClientIP\n"), WEB, DEBUG],
    skip: 1,
    rows: "lookup leave rewrite! cross/-! pass/-! deliver! reply home",
    says: "Before the edit node-1 rewrote the destination to 10.244.2.3:80, drawn from 3 endpoints. Now node-1 rewrites the destination to 10.244.1.3:80, which it remembers for this sender.",
  },
  {
    name: "nothing is changed",
    before: [SERVICE, WEB, DEBUG],
    rows: "lookup leave rewrite? cross/-? pass/-? deliver? reply home",
    says: "Both requests went the same way. The first was drawn to web-tl8zw, this one to web-mxdv7: that is chance.",
  },
  {
    name: "an edit that has no part in it",
    before: [SERVICE, deployment("web", 1), DEBUG],
    after: [SERVICE, deployment("web", 1), DEBUG, deployment("other", 1)],
    rows: "lookup leave rewrite deliver reply home",
    says: "Both requests went the same way: the edit made no difference to this one.",
  },
  {
    name: "an edit that has no part in it, and another draw",
    before: [SERVICE, WEB, DEBUG],
    after: [SERVICE, WEB, DEBUG, deployment("other", 1)],
    rows: "lookup leave rewrite? cross/-? pass/-? deliver? reply home",
    says: "Both requests went the same way. The first was drawn to web-tl8zw, this one to web-mxdv7: that is chance, not the edit.",
  },
  {
    name: "the name is there now",
    before: [WEB, DEBUG],
    after: [SERVICE, WEB, DEBUG],
    rows: "lookup! -/leave! -/rewrite! -/cross! -/pass! -/deliver! -/reply! -/home!",
    says: "Before the edit nobody knew the name web. Now the name web leads to 10.104.202.168.",
  },
  {
    name: "the Service is deleted",
    before: [SERVICE, WEB, DEBUG],
    after: [WEB, DEBUG],
    rows: "lookup! leave/-! rewrite/-! cross/-! pass/-! deliver/-! reply/-! home/-!",
    says: "Before the edit the name web led to 10.104.202.168. Now nobody knows the name web.",
  },
  {
    name: "the Service becomes headless",
    before: [SERVICE, WEB, DEBUG],
    after: [service("web", "{ app: web }", "  clusterIP: None\n"), WEB, DEBUG],
    rows: "lookup! leave! rewrite/-! cross pass deliver reply! home",
    says: "Before the edit the name web led to 10.104.202.168. Now the name web leads to 10.244.2.3, 10.244.3.3, 10.244.1.3.",
  },
  {
    name: "three Pods in place of one",
    before: [SERVICE, deployment("web", 1), DEBUG],
    after: [SERVICE, WEB, DEBUG],
    rows: "lookup leave rewrite! -/cross! -/pass! deliver! reply home",
    says: "Before the edit node-1 rewrote the destination to 10.244.1.3:80, the only endpoint that its rules name. Now node-1 rewrites the destination to 10.244.2.3:80, drawn from 3 endpoints.",
  },
  {
    name: "a headless Service twice",
    before: [service("web", "{ app: web }", "  clusterIP: None\n"), WEB, DEBUG],
    seed: 3,
    rows: "lookup leave cross pass deliver reply home",
    says: "Both requests went the same way.",
  },
];

test.each(TABLE)("$name", ({ rows, says, ...one }) => {
  const comparison = compared(one);
  expect(rowsText(comparison)).toBe(rows);
  expect(comparison.sentence).toBe(says);
});

test("only the first difference is pointed at, and the steps keep the numbers of the hop list", () => {
  const comparison = compared(TABLE[0]!);
  expect(comparison.verdict).toBe("different");
  expect(comparison.first).toBe(2);
  const row = comparison.rows[2]!;
  expect([row.before?.number, row.after?.number]).toEqual([3, 3]);
  expect(row.before?.rule).toContain("-j REJECT --reject-with icmp-port-unreachable");
  expect(row.after?.rule).toContain("-j DNAT");
  expect(row.before?.after.dst).toBe(row.before?.before.dst);
  expect(row.after?.after.dst).not.toBe(row.after?.before.dst);
});

test("a journey beside itself is the same in every step", () => {
  for (const one of TABLE) {
    const [before] = sides(one);
    const { verdict, rows, first } = compare(before, before, "nothing");
    expect([one.name, verdict, first, rows.length]).toEqual([one.name, "same", null, before.steps.length]);
  }
});

test("every step of both stands in one row, in order", () => {
  for (const one of TABLE) {
    const [before, after] = sides(one);
    const { rows } = compare(before, after, betweenOf(one));
    expect(rows.flatMap((row) => row.before?.number ?? [])).toEqual(before.steps.map((_, i) => i + 1));
    expect(rows.flatMap((row) => row.after?.number ?? [])).toEqual(after.steps.map((_, i) => i + 1));
  }
});
