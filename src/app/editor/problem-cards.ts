/**
 * Inline cards under the lines that will stop traffic: one sentence, one fix, its shortcut. The room is a view zone,
 * which the editor hides from assistive technology; the card itself lies over it as an overlay widget.
 */
import type { Diagnostic, QuickFix } from "../../core/manifests/types.ts";
import { monaco } from "./monaco.ts";

type CodeEditor = monaco.editor.IStandaloneCodeEditor;

export interface ProblemCards {
  show(problems: readonly Diagnostic[]): void;
  dispose(): void;
}

/** Room above and below the card, px. */
const ABOVE_PX = 4;
const BELOW_PX = 8;
/** Room at its right, px. */
const RIGHT_PX = 12;

export function createProblemCards(editor: CodeEditor, apply: (fix: QuickFix) => void): ProblemCards {
  let remove: (() => void)[] = [];
  let shown = "";
  const clear = (): void => {
    for (const one of remove) one();
    remove = [];
  };
  return {
    show(problems) {
      const carded = problems.filter((problem) => problem.stopsTraffic && problem.fixes.length > 0);
      const key = JSON.stringify(carded.map(({ range, message, fixes }) => [range.line, message, fixes]));
      if (key === shown) return;
      shown = key;
      clear();
      remove = carded.map((problem, i) => addCard(editor, `kubehop.problem.${i}`, problem, apply));
    },
    dispose: clear,
  };
}

function addCard(editor: CodeEditor, id: string, problem: Diagnostic, apply: (fix: QuickFix) => void): () => void {
  const card = cardOf(problem, apply);
  card.classList.add("diagover");
  editor.addOverlayWidget({ getId: () => id, getDomNode: () => card, getPosition: () => null });
  const zone: monaco.editor.IViewZone = {
    afterLineNumber: problem.range.line,
    heightInPx: 90,
    domNode: document.createElement("div"),
    showInHiddenAreas: false,
    onDomNodeTop: (top) => {
      card.style.top = `${top + ABOVE_PX}px`;
    },
  };
  let zoneId = "";
  editor.changeViewZones((accessor) => (zoneId = accessor.addZone(zone)));
  // The card's height depends on how its text wraps, so it is measured whenever its width or the editor's changes.
  const measure = (): void => {
    const { contentLeft, contentWidth } = editor.getLayoutInfo();
    card.style.left = `${contentLeft}px`;
    card.style.width = `${Math.max(160, contentWidth - RIGHT_PX)}px`;
    const height = card.offsetHeight + ABOVE_PX + BELOW_PX;
    if (card.offsetHeight === 0 || Math.abs(height - (zone.heightInPx ?? 0)) < 1) return;
    zone.heightInPx = height;
    editor.changeViewZones((accessor) => accessor.layoutZone(zoneId));
  };
  measure();
  const observer = new ResizeObserver(measure);
  observer.observe(card);
  const layout = editor.onDidLayoutChange(measure);
  return () => {
    observer.disconnect();
    layout.dispose();
    editor.removeOverlayWidget({ getId: () => id, getDomNode: () => card, getPosition: () => null });
    editor.changeViewZones((accessor) => accessor.removeZone(zoneId));
  };
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
