/** What differs, in words: a section a kind, a row a thing, and where each row leads. */
import { describe, expect, test } from "vitest";
import { cluster, edit, send, web } from "../../core/simulation/testing.ts";
import type { MomentsDiff } from "../../core/simulation/moment-diff.ts";
import type { Simulation } from "../../core/simulation/simulation.ts";
import { diffSections, diffSentence } from "./words.ts";

function between(make: (simulation: Simulation) => void): MomentsDiff {
  const simulation = cluster(web(), { recorded: true });
  const before = simulation.now;
  make(simulation);
  simulation.settle();
  return simulation.compareMoments({ at: before, before: true }, null);
}

const plain = (text: string): string => text.replace(/\bweb-[a-z0-9]{5}\b/g, "web-#").replace(/\b10\.\d+\.\d+\.\d+/g, "IP");

describe("two moments in words", () => {
  test("nothing differs", () => {
    const diff = between(() => {});
    expect(diffSections(diff)).toEqual([]);
    expect(diffSentence(diff)).toBe("Nothing differs between the two moments.");
  });

  test("a selector that matches nobody", () => {
    const diff = between((simulation) => void edit(simulation, web({ selector: "nobody" })));
    const sections = diffSections(diff);
    expect(sections.map(({ title, sum }) => `${title}: ${sum}`)).toEqual(["Services: 1 changed", "Endpoints: 3 went", "Rules: 4 nodes"]);
    expect(sections[0]?.rows[0]).toMatchObject({
      title: "web changed",
      lines: [{ field: "selector", from: "app=web", to: "app=nobody" }],
      link: { at: "either", thing: { kind: "service", key: "default/web" } },
    });
    expect(plain(sections[1]?.rows[0]?.title ?? "")).toBe("IP of web went");
    expect(sections[1]?.rows[0]?.link).toMatchObject({ at: "from", tab: "slices" });
    const rules = sections[2]?.rows[0];
    expect(rules?.title).toMatch(/^control-plane, node-1, node-2 and node-3: \d+ rules before, \d+ after$/);
    expect(rules?.added).toHaveLength(1);
    expect(rules?.added[0]).toMatch(/REJECT.*\(filter\)$/);
    expect(rules?.link).toMatchObject({ at: "to", tab: "rules", node: "control-plane" });
    expect(diffSentence(diff)).toMatch(
      /^In [\d.]+ m?s of simulated time: Services \(1 changed\), Endpoints \(3 went\), Rules \(4 nodes\)\.$/,
    );
  });

  test("a deleted Pod can be seen at the earlier moment, its successor at the later", () => {
    const diff = between((simulation) => {
      const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
      simulation.perform({ kind: "delete-pod", pod });
    });
    const pods = diffSections(diff).find(({ title }) => title === "Pods");
    expect(pods?.rows.map(({ title, link }) => [plain(title), link.at])).toEqual([
      ["web-# went", "from"],
      ["web-# came", "to"],
    ]);
  });

  test("a request: who answered, which rules counted it, the connection with what it was rewritten to", () => {
    const diff = between((simulation) => void send(simulation, "default/client", "http://web"));
    const sections = diffSections(diff);
    const named = (title: string): (typeof sections)[number] | undefined => sections.find((one) => one.title === title);
    expect(named("Requests")?.sum).toBe("1 answered");
    expect(named("Requests")?.rows.map(({ title }) => plain(title))).toEqual([expect.stringMatching(/^web-[\w#-]+ answered$/)]);
    const tcp = named("Tracked connections")?.rows.find(({ title, lines }) => title.startsWith("TCP") && lines.length > 0);
    expect(plain(tcp?.title ?? "")).toMatch(/^TCP from IP:\d+ to IP:80 on node-\d came$/);
    expect(tcp?.lines.map(({ field }) => field)).toEqual(["rewritten"]);
    expect(named("Packets counted by rules")?.rows[0]?.lines[0]).toMatchObject({ field: "packets" });
  });
});
