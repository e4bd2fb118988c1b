import { expect, test } from "vitest";
import type { PaintMessage } from "../../scene/paint/renderer.ts";
import type { Scene } from "../../scene/scene.ts";
import { createOutbox } from "./outbox.ts";

/** `scene 3000`, `moves 3000`, `clock 1`, `visible`: a message by its kind and a number that tells it from others. */
function message(text: string): PaintMessage {
  const [kind = "", number = "0"] = text.split(" ");
  const count = Number(number);
  switch (kind) {
    case "scene":
    case "moves":
      // the cast: of a scene an outbox looks at the number of Pods alone
      return { kind: "scene", scene: { pods: Array.from({ length: count }), crowd: null } as unknown as Scene, moves: kind === "moves" };
    case "clock":
      return { kind: "clock", clock: { playing: false, rate: 1, showMs: count, stampedAt: 0 } };
    case "journey":
      return { kind: "journey", choreography: null };
    default:
      return { kind: "visible", visible: true };
  }
}

function textOf(one: PaintMessage): string {
  if (one.kind === "scene") return `${one.moves === true ? "moves" : "scene"} ${one.scene?.pods.length ?? 0}`;
  return one.kind === "clock" ? `clock ${one.clock.showMs}` : one.kind;
}

const ROWS: readonly { readonly name: string; readonly told: string; readonly atOnce: string; readonly later: string }[] = [
  {
    name: "a small cluster is told at once",
    told: "scene 3, journey, clock 1, clock 2",
    atOnce: "scene 3, journey, clock 1, clock 2",
    later: "",
  },
  {
    name: "a large scene waits, and all that follows it",
    told: "clock 1, scene 3000, journey, clock 2",
    atOnce: "clock 1",
    later: "scene 3000, journey, clock 2",
  },
  {
    name: "of each kind the newest",
    told: "scene 3000, clock 1, journey, clock 2, scene 3001",
    atOnce: "",
    later: "scene 3001, clock 2, journey",
  },
  { name: "what was to move still does", told: "moves 3000, scene 3001", atOnce: "", later: "moves 3001" },
  { name: "a small scene in place of a large one", told: "scene 3000, scene 3", atOnce: "", later: "scene 3" },
];

test.each(ROWS)("$name", ({ told, atOnce, later }) => {
  const posted: string[] = [];
  const tasks: (() => void)[] = [];
  const outbox = createOutbox(
    (one) => posted.push(textOf(one)),
    (callback) => tasks.push(callback),
  );
  for (const one of told.split(", ")) outbox.send(message(one));
  expect(posted.join(", ")).toBe(atOnce);
  for (const task of tasks) task();
  expect(posted.slice(atOnce === "" ? 0 : atOnce.split(", ").length).join(", ")).toBe(later);
  outbox.send(message("clock 9"));
  expect(posted.at(-1)).toBe("clock 9");
});

test("a painter that is gone is told nothing more", () => {
  const posted: string[] = [];
  const tasks: (() => void)[] = [];
  const outbox = createOutbox(
    (one) => posted.push(textOf(one)),
    (callback) => tasks.push(callback),
  );
  outbox.send(message("scene 3000"));
  outbox.close();
  for (const task of tasks) task();
  expect(posted).toEqual([]);
});
