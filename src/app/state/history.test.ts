import { expect, test } from "vitest";
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { TimedAction } from "../../worker/protocol.ts";
import { acted, edited, NO_HISTORY, stepAgain, stepBack, without, type Change, type History } from "./history.ts";

const files = (text: string): readonly ManifestFile[] => [{ name: "web.yaml", text }];
const drain: TimedAction = { at: 1, action: { kind: "drain", node: "node-1" } };
const cordon: TimedAction = { at: 2, action: { kind: "cordon", node: "node-2" } };

function word(change: Change): string {
  if (change.kind === "action") return change.timed.action.kind;
  return `${change.before[0]?.text ?? ""}>${change.after[0]?.text ?? ""}`;
}

/** `a>b drain | cordon`: what was done, oldest first, then what was taken back, next to come again first. */
function print({ past, future }: History): string {
  return `${past.map(word).join(" ")} | ${[...future].reverse().map(word).join(" ")}`.trim();
}

/** Letters are texts that follow each other, `D` and `C` actions, `<` and `>` steps back and again. */
function run(steps: string): History {
  let history = NO_HISTORY;
  let text = "a";
  for (const step of steps) {
    if (step === "D") history = acted(history, drain);
    else if (step === "C") history = acted(history, cordon);
    else if (step === "<") history = stepBack(history)?.history ?? history;
    else if (step === ">") history = stepAgain(history)?.history ?? history;
    else {
      history = edited(history, files(text), files(step));
      text = step;
    }
  }
  return history;
}

test.each([
  { name: "typing counts once", steps: "bcd", want: "a>d |" },
  { name: "until something else is done", steps: "bDc", want: "a>b drain b>c |" },
  { name: "back at the text before, nothing was changed", steps: "bcDba", want: "a>c drain c>a |" },
  { name: "by the editor's own undo", steps: "Dba", want: "drain |" },
  { name: "what was done last goes first", steps: "bDC<<", want: "a>b | drain cordon" },
  { name: "and comes again last", steps: "bDC<<>", want: "a>b drain | cordon" },
  { name: "no further back than the beginning", steps: "D<<<", want: "| drain" },
  { name: "something new ends what was taken back", steps: "D<C", want: "cordon |" },
  { name: "typing too", steps: "D<b", want: "a>b |" },
])("$name", ({ steps, want }) => {
  expect(print(run(steps))).toBe(want);
});

test("the last action is taken back like by Undo, an earlier one is gone", () => {
  expect(print(without(run("bDC"), cordon))).toBe("a>b drain | cordon");
  expect(print(without(run("bDC"), drain))).toBe("a>b cordon |");
});
