/** Inline cards under the lines that will stop traffic: one sentence, one fix, its shortcut. Plain DOM in view zones. */
import type { Diagnostic, QuickFix } from "../../core/manifests/types.ts";
import { monaco } from "./monaco.ts";

export interface ProblemCards {
  show(problems: readonly Diagnostic[]): void;
  dispose(): void;
}

/** Room above and below the card, px. */
const AROUND_PX = 12;

export function createProblemCards(editor: monaco.editor.IStandaloneCodeEditor, apply: (fix: QuickFix) => void): ProblemCards {
  let zones: string[] = [];
  let shown = "";
  return {
    show(problems) {
      const carded = problems.filter((problem) => problem.stopsTraffic && problem.fixes.length > 0);
      const key = JSON.stringify(carded.map(({ range, message, fixes }) => [range.endLine, message, fixes]));
      if (key === shown) return;
      shown = key;
      editor.changeViewZones((accessor) => {
        for (const zone of zones) accessor.removeZone(zone);
        zones = carded.map((problem) => addZone(editor, accessor, problem, apply));
      });
    },
    dispose() {
      editor.changeViewZones((accessor) => {
        for (const zone of zones) accessor.removeZone(zone);
      });
    },
  };
}

function addZone(editor: monaco.editor.IStandaloneCodeEditor, accessor: monaco.editor.IViewZoneChangeAccessor, problem: Diagnostic, apply: (fix: QuickFix) => void): string {
  const host = document.createElement("div");
  host.className = "diagzone";
  const card = cardOf(problem, apply);
  host.append(card);
  const zone: monaco.editor.IViewZone = { afterLineNumber: problem.range.line, heightInPx: 90, domNode: host, suppressMouseDown: true, showInHiddenAreas: false };
  const id = accessor.addZone(zone);
  // The card's height depends on how its text wraps; measured once it stands.
  const measure = (): void => {
    const width = editor.getLayoutInfo().contentWidth - 24;
    card.style.width = `${Math.max(160, width)}px`;
    const height = card.offsetHeight + AROUND_PX;
    if (card.offsetHeight === 0 || Math.abs(height - (zone.heightInPx ?? 0)) < 2) return;
    zone.heightInPx = height;
    editor.changeViewZones((later) => later.layoutZone(id));
  };
  requestAnimationFrame(measure);
  const observer = new ResizeObserver(measure);
  observer.observe(card);
  return id;
}

function cardOf(problem: Diagnostic, apply: (fix: QuickFix) => void): HTMLElement {
  const card = element("div", "diag");
  const [first, rest] = splitSentence(problem.message);
  card.append(element("b", "", first), rest === "" ? "" : ` ${rest}`);
  const fix = problem.fixes[0];
  if (fix === undefined) return card;
  const acts = element("div", "acts");
  const button = element("button", "btn pri", fix.title);
  button.setAttribute("type", "button");
  button.addEventListener("click", () => apply(fix));
  acts.append(button, element("span", "kbd", "Alt"), element("span", "kbd", "Enter"));
  card.append(acts);
  return card;
}

/** The first sentence stands out. */
function splitSentence(message: string): readonly [string, string] {
  const end = /[.:](?=\s)/.exec(message);
  return end === null ? [message, ""] : [message.slice(0, end.index + 1), message.slice(end.index + 1).trim()];
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
