import { expect, test } from "vitest";
import type { Header, Journey, PacketTrace } from "../../core/network/trace.ts";
import type { TimelineEvent } from "../../core/simulation/view.ts";
import { beatOfStep, betweenOf, comparable, offerFor, sameRequest } from "./comparing.ts";

const PACKET = { index: 0 } as PacketTrace;

function journey(id: number, to = "http://web", from = "default/debug", whole = true): Journey {
  const made: Partial<Journey> = { id, to, from: { kind: "pod", pod: from }, packets: whole ? [PACKET] : [] };
  return made as Journey;
}

/** `1 e 2 a 3`: requests by number, edits, actions, and what else stands in a timeline. */
function timeline(text: string): readonly TimelineEvent[] {
  return text.split(" ").map((word): TimelineEvent => {
    if (word === "e") return { kind: "edit", at: 0, endsAt: 0, what: "web.yaml" };
    if (word === "a") return { kind: "action", at: 0, endsAt: 0, what: "Deleted web-1" };
    if (word === "s") return { kind: "sync", at: 0, node: "node-1" };
    return { kind: "journey", at: 0, endsAt: 0, journey: Number(word), ok: true, outcome: "delivered", to: "http://web" };
  });
}

const OFFERS: readonly { name: string; run: string; followed: number; journeys?: readonly Journey[]; want: string | null }[] = [
  { name: "the first request", run: "e 1", followed: 1, want: null },
  { name: "sent again after an edit", run: "e 1 e s 2", followed: 2, want: "1 edit" },
  { name: "sent again after an action", run: "e 1 a s 2", followed: 2, want: "1 change" },
  { name: "after both", run: "e 1 a e 2", followed: 2, want: "1 change" },
  { name: "twice after the edit: still the last before it", run: "e 1 2 e 3 4", followed: 4, want: "2 edit" },
  { name: "the last edit of several counts", run: "e 1 e 2 e 3", followed: 3, want: "2 edit" },
  { name: "nothing between: the one before", run: "e 1 2", followed: 2, want: "1 nothing" },
  { name: "one before the edit on show: later ones do not matter", run: "e 1 e 2", followed: 1, want: null },
  {
    name: "another destination is no request like it",
    run: "e 1 2 e 3",
    followed: 3,
    journeys: [journey(1), journey(2, "http://api"), journey(3)],
    want: "1 edit",
  },
  {
    name: "none like it: the one before all the same",
    run: "e 1 e 2",
    followed: 2,
    journeys: [journey(1, "http://api"), journey(2)],
    want: "1 edit",
  },
  {
    name: "another sender",
    run: "e 1 2 e 3",
    followed: 3,
    journeys: [journey(1), journey(2, "http://web", "default/other"), journey(3)],
    want: "1 edit",
  },
  {
    name: "packets that are no longer kept",
    run: "e 1 e 2",
    followed: 2,
    journeys: [journey(1, "http://web", "default/debug", false), journey(2)],
    want: null,
  },
];

test.each(OFFERS)("$name", ({ run, followed, journeys, want }) => {
  const events = timeline(run);
  const sent = events.flatMap((event) => (event.kind === "journey" ? [journey(event.journey)] : []));
  const offer = offerFor({ followed, journeys: journeys ?? sent, timeline: events });
  expect(offer === null ? null : `${offer.before} ${offer.between}`).toBe(want);
});

test("what lies between two requests does not depend on which is named first", () => {
  expect(betweenOf(timeline("e 1 e 2"), 2, 1)).toBe("edit");
});

test("the same request: sender and destination, as typed", () => {
  expect(sameRequest(journey(1), journey(2))).toBe(true);
  expect(sameRequest(journey(1), journey(2, "http://web/"))).toBe(false);
  expect(sameRequest(journey(1), { ...journey(2), from: { kind: "node", node: "node-1" } })).toBe(false);
});

test("any other request whose packets are here can be put beside one, newest first", () => {
  const journeys = [journey(1), journey(2, "http://web", "default/debug", false), journey(3), journey(4)];
  expect(comparable(journeys, 3).map(({ id }) => id)).toEqual([4, 1]);
});

test("a step is found by its hop, also where the look-up is told question by question; silence by its time", () => {
  const header: Header = { src: "", srcPort: 0, dst: "", dstPort: 0, protocol: "TCP" };
  const beat = (at: number, hops: readonly (readonly [number, number])[]) => ({
    number: 1,
    glyph: "packet" as const,
    title: "",
    detail: "",
    sentence: "",
    past: "",
    opening: null,
    startMs: 0,
    endMs: 0,
    stillMs: 0,
    at,
    endsAt: at,
    hops,
    place: { kind: "beyond" } as const,
    before: header,
    after: header,
    direction: "out" as const,
    trouble: false,
  });
  const beats = [
    beat(0, [[0, 0]]),
    beat(10, [[2, 0]]),
    beat(20, [
      [4, 0],
      [4, 1],
    ]),
    beat(30, []),
  ];
  expect(beatOfStep({ beats }, { at: [4, 1], nanos: 0 })).toBe(2);
  expect(beatOfStep({ beats }, { at: null, nanos: 35 })).toBe(3);
});
