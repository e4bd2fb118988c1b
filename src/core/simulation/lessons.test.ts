/**
 * The manifests of our lessons: each comes up as it says, nothing is said that is not so, a request to every port ends in
 * an outcome with a name, and the text stays as it was.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyEdits, removeField, setField } from "../manifests/edits.ts";
import { expandList } from "../manifests/list.ts";
import { parseManifests } from "../manifests/parse.ts";
import { splitDocuments } from "../manifests/split.ts";
import type { Diagnostic } from "../manifests/types.ts";
import { createSimulation } from "./simulation.ts";
import { survey, SURVEYOR } from "./survey.ts";

const FOLDER = new URL("fixtures/lessons/", import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");

/** objects, Services, Services whose selector matches a workload · what is said · what becomes of requests. */
const TABLE = `
site-cluster-ip.yaml      2 1 1  -                                 80/TCP: name delivered, cluster-ip delivered
site-node-port.yaml       2 1 1  -                                 80/TCP: name delivered, cluster-ip delivered, node-port delivered
site-load-balancer.yaml   2 1 1  -                                 80/TCP: name delivered, cluster-ip delivered, node-port delivered
storefront.yaml           2 1 1  -                                 80/TCP: name delivered, cluster-ip delivered
two-doors.yaml            2 1 1  -                                 http 8080/TCP: name delivered, cluster-ip delivered, node-port delivered; https 8443/TCP: name delivered, cluster-ip delivered, node-port delivered
ledger-internal.yaml      2 1 1  -                                 80/TCP: name delivered, cluster-ip delivered
portal-public.yaml        3 1 1  -                                 80/TCP: name delivered, cluster-ip delivered, node-port delivered, load-balancer delivered
try-out-node-port.yaml    2 1 1  -                                 80/TCP: name delivered, cluster-ip delivered, node-port delivered
archive-elsewhere.yaml    1 1 -  -                                 80/TCP: name dropped (lost: no-route)
orders-named-port.yaml    2 1 1  -                                 http 80/TCP: name delivered, cluster-ip delivered
gallery-balanced.yaml     2 1 1  -                                 http 80/TCP: name delivered, cluster-ip delivered, node-port delivered
one-letter-too-many.yaml  2 1 0  7 selector-matches-nothing        80/TCP: name refused (rejected by filter KUBE-SERVICES), cluster-ip refused (rejected by filter KUBE-SERVICES)
wrong-target-port.yaml    2 1 1  10 target-port-not-listening      80/TCP: name refused (nobody listens on 8080), cluster-ip refused (nobody listens on 8080)
never-ready.yaml          2 1 1  34 readiness-probe-fails          80/TCP: name refused (rejected by filter KUBE-SERVICES), cluster-ip refused (rejected by filter KUBE-SERVICES)
members-headless.yaml     2 1 1  -                                 redis 6379/TCP: name delivered
by-hand.yaml              2 1 -  -                                 http 80/TCP: name dropped (lost: no-route), cluster-ip dropped (lost: no-route)
one-client-one-pod.yaml   2 1 1  -                                 80/TCP: name delivered, cluster-ip delivered
across-namespaces.yaml    3 1 1  -                                 80/TCP: name delivered, cluster-ip delivered
`;

const ROWS = TABLE.trim()
  .split("\n")
  .map(
    (line) =>
      /^(\S+) +(\S) (\S) (\S)  (.{32}) +(.*)$/
        .exec(line)
        ?.slice(1)
        .map((cell) => cell.trim()) ?? [line],
  );

describe("lessons", () => {
  it("have a row each", () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
    expect(ROWS.map(([file]) => file).sort()).toEqual(files.sort());
  });

  it.each(ROWS)("%s: %s objects, %s Services, %s matched", (file = "", objects, services, matched, said, outcomes) => {
    const text = textOf(file);
    const members = parseManifests([{ name: file, text }])
      .documents.flatMap(expandList)
      .filter(({ value }) => value !== null);
    const isService = (value: unknown): boolean =>
      typeof value === "object" && value !== null && "kind" in value && value.kind === "Service";
    const simulation = createSimulation();
    const { applied, diagnostics } = simulation.apply([
      { name: file, text },
      { name: "surveyor.yaml", text: SURVEYOR },
    ]);
    expect(applied).toBe(true);
    expect(`${members.length} ${members.filter(({ value }) => isService(value)).length}`).toBe(`${objects ?? ""} ${services ?? ""}`);
    expect(matchedOf(text, diagnostics)).toBe(matched);
    expect(diagnostics.map(({ range, code }) => `${range.line} ${code}`).join(", ") || "-").toBe(said);
    expect(outcomesOf(simulation)).toBe(outcomes);
  });

  it.each(ROWS)("%s is the same text after a round trip and after an edit taken back", (file = "") => {
    const text = textOf(file);
    const chunks = splitDocuments(text);
    expect(chunks.map((chunk) => chunk.text).join("")).toBe(text);
    expect(applyEdits(text, [])).toBe(text);
    const there = setField({ name: file, text }, 0, "metadata.labels", { lesson: "yes" });
    if ("refused" in there) throw new Error(there.refused);
    const edited = applyEdits(text, there);
    expect(edited).not.toBe(text);
    const back = removeField({ name: file, text: edited }, 0, "metadata.labels");
    if ("refused" in back) throw new Error(back.refused);
    expect(applyEdits(edited, back)).toBe(text);
  });
});

/** Services with a selector, less those that are told to match nothing; `-` where none has one. */
function matchedOf(text: string, diagnostics: readonly Diagnostic[]): string {
  if (!/^ {2}selector:\n {4}\w/m.test(text.split("---\n").find((part) => /^kind: Service$/m.test(part)) ?? "")) return "-";
  return String(1 - diagnostics.filter(({ code }) => code === "selector-matches-nothing").length);
}

function outcomesOf(simulation: ReturnType<typeof createSimulation>): string {
  const asked = survey(simulation, ({ metadata }) => metadata.namespace !== "kube-system" && metadata.name !== "kubernetes");
  const ports = [...new Set(asked.map(({ port }) => port))];
  return ports
    .map((port) => {
      const ways = asked.filter((each) => each.port === port);
      return `${port}: ${ways.map(({ door, outcome, because }) => `${door} ${outcome}${outcome === "delivered" ? "" : ` (${plain(because)})`}`).join(", ")}`;
    })
    .join("; ");
}

/** Which of several Pods was chosen is chance. */
function plain(because: string): string {
  return because.replace(/nobody listens at .*:(\d+)$/, "nobody listens on $1");
}

describe("a manifest that was pasted without its indentation", () => {
  const files = readdirSync(new URL("pasted/", FOLDER));

  it.each(files)("%s is told so, with a fix after which it comes up", (file) => {
    const text = textOf(`pasted/${file}`);
    const simulation = createSimulation();
    const { applied, diagnostics } = simulation.apply([{ name: file, text }]);
    expect(applied).toBe(false);
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["error lost-indentation"]);
    const [fix] = diagnostics[0]?.fixes ?? [];
    const mended = applyEdits(text, fix?.edits ?? []);
    const after = createSimulation().apply([{ name: file, text: mended }]);
    expect(after.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(after.applied).toBe(true);
    // Every word that was pasted is still there, in its order.
    expect(wordsOf(mended).filter((word) => !["metadata:", "spec:", "selector:", "ports:"].includes(word))).toEqual(
      wordsOf(text).filter((word) => !["metadata:", "spec:", "selector:", "ports:"].includes(word)),
    );
  });

  it("says what it says of each document of a file that was pasted whole", () => {
    const text = `${textOf("pasted/all-indentation-lost.yaml")}---\n${textOf("site-cluster-ip.yaml").split("---\n")[1] ?? ""}`;
    const { diagnostics } = createSimulation().apply([{ name: "pasted.yaml", text }]);
    expect(diagnostics.map(({ document, code }) => `${document} ${code}`)).toEqual(["0 lost-indentation"]);
  });
});

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
