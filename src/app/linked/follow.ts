/**
 * Linked highlighting: listens to what the pointer and the keyboard's focus are at, and marks every other appearance of it. On
 * the page by one rule of a style sheet over `data-names`, which also holds for what comes later; on the canvas by rings that the
 * painter lays over the picture; in the editor by lines. Nothing renders, and nothing is laid out anew.
 */
import type { ManifestFile } from "../../core/manifests/types.ts";
import { editor } from "../editor/handle.ts";
import { ORDER, pointAt, pointedNames, usePointing } from "../state/pointing.ts";
import { nameOfThing, type PointedName } from "../state/pointing-names.ts";
import { getState, useStore } from "../state/store.ts";
import { linesNaming, namesAtLine } from "./lines.ts";
import { meaningOf } from "./meaning.ts";

/** Calm: a line of ink around it, no colour, no movement. The keyboard's own ring wins where it is. */
const LOOK = "outline: 1.25px solid var(--ink-3); outline-offset: 1px;";

/** Starts it; returns how to stop. */
export function followPointing(): () => void {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const listen = new AbortController();
  const { signal } = listen;
  document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && pointAt("page", namesAt(event.target)), { signal });
  document.documentElement.addEventListener("pointerleave", () => pointAt("page", []), { signal });
  document.addEventListener("pointermove", (event) => event.pointerType !== "touch" && lightEditorLine(event), { signal });
  addEventListener("blur", () => pointAt("page", []), { signal });
  // Only the keyboard's focus: what was clicked is not pointed at any more once the pointer has gone.
  document.addEventListener("focusin", (event) => pointAt("focus", keyboardAt(event.target) ? namesAt(event.target) : []), { signal });
  document.addEventListener("focusout", () => pointAt("focus", []), { signal });
  let shown: readonly unknown[] = [];
  const mark = (): void => {
    const { cluster, files } = getState();
    const names = pointedNames(usePointing.getState());
    if (names === shown[0] && cluster === shown[1] && files === shown[2]) return;
    shown = [names, cluster, files];
    const meaning = cluster === null ? { names: [], things: [] } : meaningOf(cluster, names);
    sheet.replaceSync(ruleFor(meaning.names));
    const lines = cluster === null ? [] : linesNaming(cluster, files, new Set(meaning.names));
    editor()?.mark?.(lines);
    usePointing.setState({ things: meaning.things, stops: stopsOf(names) });
  };
  const stopPointing = usePointing.subscribe((state, before) => {
    if (ORDER.some((by) => state.by[by] !== before.by[by])) mark();
  });
  const stopStore = useStore.subscribe((state, before) => {
    if (state.hovered !== before.hovered) pointAt("canvas", named(state.hovered));
    if (state.cluster !== before.cluster || state.files !== before.files) mark();
  });
  return () => {
    listen.abort();
    stopPointing();
    stopStore();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

/** A line of an open file is under the pointer, or the keyboard's caret went there; null: no more. */
export function pointAtLine(file: ManifestFile, line: number | null): void {
  const { cluster } = getState();
  pointAt("editor", line === null || cluster === null ? [] : namesAtLine(cluster, file, line));
}

/** Height of a line of the light editor, px. */
const LINE_PX = 20;

/** The light editor is one field: which of its lines the pointer is over follows from where it is. */
function lightEditorLine({ target, clientY }: PointerEvent): void {
  const field = target instanceof HTMLTextAreaElement ? target : null;
  const file = field === null ? undefined : getState().files.find(({ name }) => name === field.dataset.file);
  if (field === null || file === undefined) {
    if (!(target instanceof Element) || target.closest(".monaco") === null) pointAt("editor", []);
    return;
  }
  const top = field.getBoundingClientRect().top + Number.parseFloat(getComputedStyle(field).paddingTop);
  pointAtLine(file, 1 + Math.floor((clientY - top + field.scrollTop) / LINE_PX));
}

function named(thing: Parameters<typeof nameOfThing>[0] | null): readonly PointedName[] {
  const name = thing === null ? null : nameOfThing(thing);
  return name === null ? [] : [name];
}

function namesAt(target: EventTarget | null): readonly PointedName[] {
  const said = target instanceof Element ? target.closest("[data-names]")?.getAttribute("data-names") : null;
  // Only names() writes that attribute.
  return said == null ? [] : (said.split(" ") as PointedName[]);
}

function keyboardAt(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(":focus-visible");
}

function stopsOf(names: readonly PointedName[]): readonly number[] {
  return names.filter((name) => name.startsWith("hop:")).map((name) => Number(name.slice("hop:".length)));
}

/** One appearance within another is marked once; rows without a box of their own are marked at their name. */
function ruleFor(names: readonly PointedName[]): string {
  if (names.length === 0) return "";
  const list = names.map((name) => `[data-names~="${CSS.escape(name)}"]`).join(",");
  return [
    `:where(${list}) { border-radius: 5px; }`,
    `:is(${list}):not(:focus-visible), .brow:is(${list}) > .clip { ${LOOK} }`,
    `:is(${list}) :is(${list}):not(:focus-visible) { outline: none; }`,
  ].join("\n");
}
