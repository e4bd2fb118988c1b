/**
 * Whoever watches a request once can say which address was rewritten, to which, where and by whom: the words that are read
 * out say so for every request of every scenario that sends one, at each level of detail, and once more at the end.
 */
import { describe, expect, test } from "vitest";
import { ownRewrite } from "../../scene/own-rule-words.ts";
import { masqueradedByPlugin } from "../../core/base/plugin-masquerade.ts";
import type { Hop, Journey } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { choreograph } from "../../scene/choreography.ts";
import type { Choreography, Detail } from "../../scene/contract.ts";
import { buildScene, usedBy } from "../../scene/layout.ts";
import { destinationText, namesOf, type Names } from "../../scene/naming.ts";
import { storyOf } from "../../scene/story.ts";
import { choreographPackets } from "../../scene/telling-packets.ts";
import { choreographRequest } from "../../scene/telling-request.ts";
import { SCENARIOS } from "./index.ts";
import { Play } from "./testing.ts";

/** Building and telling a cluster of hundreds of nodes for each step says nothing that a small one does not. */
const SMALL = SCENARIOS.filter(({ id }) => id !== "large-cluster");

function tellings(journey: Journey, view: ClusterView): readonly (readonly [Detail, Choreography])[] {
  const scene = buildScene(view, {
    width: 718,
    focus: null,
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used: usedBy(journey),
  });
  const input = { journey, view, scene };
  return [
    ["request", choreographRequest(input)],
    ["connection", choreograph(input)],
    ["packet", choreographPackets(input)],
  ];
}

/** The hops on the way out of the packet that tells the request, where an address changed. */
function rewritesOf(journey: Journey): readonly Hop[] {
  const { out } = storyOf(journey);
  return (out === null ? [] : (journey.packets[out]?.hops ?? [])).filter(
    (hop) => (hop.kind === "rewrite" || hop.kind === "known" || hop.kind === "drop") && (changed(hop).destination || changed(hop).source),
  );
}

function changed({ before, after }: Hop): { readonly destination: boolean; readonly source: boolean } {
  return {
    destination: before.dst !== after.dst || before.dstPort !== after.dstPort,
    source: before.src !== after.src || before.srcPort !== after.srcPort,
  };
}

/** What a sentence has to name for a person to know what was rewritten. */
function wanted(hop: Hop, names: Names): readonly string[] {
  const { destination, source } = changed(hop);
  const { before, after } = hop;
  const node = "node" in hop ? hop.node : "";
  const old = names.holder(before.dst) ?? names.balancer(before.dst);
  const to = names.podAt(after.dst)?.shortName ?? names.holder(after.dst)?.name ?? destinationText(after);
  const where = [node];
  const which = destination
    ? [
        `address of ${old?.name ?? before.dst}`,
        source && !byPlugin(hop) && hop.kind === "rewrite" ? `with that of ${to}` : `with the address of ${to}`,
      ]
    : [];
  const whose = !source ? [] : byPlugin(hop) ? ["the Pod's address with that of"] : ["the sender's", "with its own"];
  return [...where, ...which, ...whose, ...actor(hop)];
}

function byPlugin(hop: Hop): boolean {
  return hop.kind === "rewrite" && masqueradedByPlugin(hop);
}

function actor(hop: Hop): readonly string[] {
  if (hop.kind === "known") return ["first packet"];
  if (hop.kind !== "rewrite" && hop.kind !== "drop") return [];
  const { destination } = changed(hop);
  if (byPlugin(hop)) return ["network plugin", ...(destination ? ["kube-proxy's rules"] : [])];
  return [ownRewrite(hop) === null ? "kube-proxy's rules" : "a rule of your own"];
}

/** What a text leaves out. */
const missing = (text: string, want: readonly string[]): readonly string[] => want.filter((part) => !text.includes(part));

function complaints(journey: Journey, view: ClusterView, what: string): readonly string[] {
  const names = namesOf(view);
  const rewrites = rewritesOf(journey);
  return tellings(journey, view).flatMap(([detail, { beats, summary }]) => {
    const at = `${what}, ${detail}`;
    const end = rewrites.flatMap((hop) => missing(summary, wanted(hop, names)).map((part) => `${at}: the end lacks "${part}": ${summary}`));
    const said = rewrites.flatMap((hop) => {
      const want = wanted(hop, names);
      const told = beats.some(({ sentence, past }) => missing(sentence, want).length === 0 && missing(past, want).length === 0);
      return told ? [] : [`${at}: no hop says ${want.join(" | ")}: ${beats.map(({ sentence }) => sentence).join(" / ")}`];
    });
    const { out } = storyOf(journey);
    const first = out === null ? undefined : journey.packets[out]?.hops[0];
    const none =
      first !== undefined && rewrites.length === 0 && /\breplaced\b/.test(summary) ? [`${at}: nothing was rewritten: ${summary}`] : [];
    return [...end, ...said, ...none];
  });
}

describe.each(SMALL.map((scenario) => [scenario.id, scenario] as const))("%s", (_, scenario) => {
  test("every rewrite is told with the old address, the new one, the place and by whom", () => {
    const play = new Play(scenario);
    const rounds: [string, readonly Journey[]][] = [["opens", play.send()]];
    const wrong: string[] = [];
    const look = (): void => {
      const [what, journeys] = rounds.at(-1) ?? ["", []];
      const last = journeys.at(-1);
      if (last !== undefined) wrong.push(...complaints(last, play.simulation.view(), what));
    };
    look();
    for (const { label } of scenario.steps ?? []) {
      rounds.push([label, play.take(label)]);
      look();
    }
    expect(wrong).toEqual([]);
  });
});
