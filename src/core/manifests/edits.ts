/**
 * Edits of the text that change one field and leave every other character where it is: comments, blank lines, quotes,
 * order, dialect and line ends. Switches and quick fixes write through these. Each plan is tried before it is handed
 * out: the edited text is read again and must hold exactly the value that was asked for.
 */
import { isAlias, isMap, isSeq } from "yaml";
import type { ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import type { Json } from "../base/names.ts";
import * as block from "./block-edits.ts";
import * as flow from "./flow-edits.ts";
import { layoutOf } from "./layout.ts";
import type { Change, Ground } from "./layout.ts";
import { childPlace, isFlow, isInFlow, placesAlong } from "./outline.ts";
import type { Place } from "./outline.ts";
import { readDocument } from "./parse.ts";
import { parsePath } from "./path.ts";
import type { PathStep } from "./path.ts";
import type { Reading } from "./reading.ts";
import { isInline, isList, isObject } from "./render.ts";
import type { JsonObject } from "./render.ts";
import { splitDocuments } from "./split.ts";
import type { ManifestFile, TextEdit } from "./types.ts";

/** Why a field cannot be changed by an edit, in a sentence for the person. */
export interface EditRefusal {
  readonly refused: string;
}

export type EditResult = readonly TextEdit[] | EditRefusal;

/**
 * Sets the field at `path` (`spec.sessionAffinity`, `spec.ports[0].port`) of document number `document` of a file.
 * Parents that are missing are written too; index = length appends to a list. No edits when it has that value already.
 */
export function setField(file: ManifestFile, document: number, path: string, value: Json): EditResult {
  return edit(file, document, path, value);
}

/** Like `setField`, for a field that must not be there yet. */
export function insertField(file: ManifestFile, document: number, path: string, value: Json): EditResult {
  const opened = openDocument(file, document);
  if ("refused" in opened) return opened;
  const steps = parsePath(path);
  if (valueAt(opened.reading.value, steps) !== undefined) return { refused: `${path} is already in the text.` };
  return edit(file, document, path, value);
}

/** Removes the field or list item at `path` with its lines. No edits when it is not there. */
export function removeField(file: ManifestFile, document: number, path: string): EditResult {
  return edit(file, document, path, undefined);
}

/** The text after edits of one file, which may come in any order and must not overlap. */
export function applyEdits(text: string, edits: readonly Pick<TextEdit, "start" | "end" | "text">[]): string {
  let result = "";
  let at = 0;
  for (const each of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (each.start < at || each.end > text.length)
      throw new Error(`edit ${each.start}-${each.end} overlaps another or leaves the text (${text.length})`);
    result += text.slice(at, each.start) + each.text;
    at = each.end;
  }
  return result + text.slice(at);
}

function edit(file: ManifestFile, document: number, path: string, value: Json | undefined): EditResult {
  const opened = openDocument(file, document);
  if ("refused" in opened) return opened;
  const { reading, start } = opened;
  const steps = parsePath(path);
  const wanted = value === undefined ? without(reading.value, steps) : withValue(reading.value, steps, value);
  if (wanted === undefined) return { refused: `${path} does not fit into this document.` };
  if (sameJson(reading.value, wanted)) return [];
  const ground: Ground = { reading, layout: layoutOf(reading) };
  for (const plan of plansFor(ground, steps, value, wanted)) {
    if (reachesValue(reading.text, plan, wanted))
      return plan.map((each) => ({ file: file.name, start: each.start + start, end: each.end + start, text: each.text }));
  }
  return { refused: `${path} is written in a way that other parts of the text depend on. Change it by hand.` };
}

function openDocument(file: ManifestFile, index: number): { readonly reading: Reading; readonly start: number } | EditRefusal {
  const chunk = splitDocuments(file.text)[index];
  if (chunk === undefined) return { refused: `${file.name} has no document number ${index + 1}.` };
  const reading = readDocument(chunk.text);
  if (reading.broken) return { refused: "The text has an error. Mend that first." };
  return { reading, start: chunk.start };
}

/** Plans, most sparing first. */
function* plansFor(ground: Ground, steps: readonly PathStep[], value: Json | undefined, wanted: Json): Generator<readonly Change[]> {
  const places = placesAlong(ground.reading, steps);
  const at = places.at(-1) as Place;
  const found = places.length - 1 === steps.length;
  if (value === undefined) {
    if (found) yield removal(ground, places);
  } else if (found) {
    yield difference(ground, at, valueAt(ground.reading.value, steps) as Json, value);
    yield replacement(ground, at, value);
  } else {
    const rest = steps.slice(places.length - 1);
    const [step] = rest as [PathStep, ...PathStep[]];
    yield addition(ground, at, step, valueAt(wanted, steps.slice(0, places.length)) as Json);
  }
  // The way leads through an alias: write out what it stands for, changed, in its place.
  const whole = isAlias(at.node) ? valueAt(wanted, steps.slice(0, places.length - 1)) : undefined;
  if (whole !== undefined) yield replacement(ground, at, whole);
}

/** Replaces a value as a whole. */
function replacement(ground: Ground, place: Place, value: Json): readonly Change[] {
  return isInFlow(place) || isFlow(place.node) ? flow.replace(ground, place, value) : block.replace(ground, place, value);
}

function addition(ground: Ground, place: Place, step: PathStep, value: Json): readonly Change[] {
  const { node } = place;
  if (isMap(node))
    return node.flow
      ? flow.addField(ground, node as YAMLMap.Parsed, String(step), value)
      : block.addField(ground, node as YAMLMap.Parsed, String(step), value);
  if (isSeq(node))
    return node.flow ? flow.addItem(ground, node as YAMLSeq.Parsed, value) : block.addItem(ground, node as YAMLSeq.Parsed, value);
  return replacement(ground, place, step === 0 ? [value] : { [String(step)]: value });
}

function removal(ground: Ground, places: readonly Place[]): readonly Change[] {
  const { holder } = places.at(-1) as Place;
  const parent = places.at(-2);
  if (holder.kind === "root" || parent === undefined) return [];
  if (holder.kind === "field") {
    const { map, index } = holder;
    if (map.items.length === 1) return replacement(ground, parent, {});
    return map.flow ? flow.removePart(ground, map, index) : block.removeField(ground, map, index);
  }
  const { seq, index } = holder;
  if (seq.items.length === 1) return replacement(ground, parent, []);
  return seq.flow ? flow.removePart(ground, seq, index) : block.removeItem(ground, seq, index);
}

/** Changes only what differs between two values, so that comments inside an object stay. */
function difference(ground: Ground, place: Place, before: Json, after: Json): readonly Change[] {
  if (sameJson(before, after)) return [];
  const { node } = place;
  if (isMap(node) && isObject(before) && isObject(after) && !isInline(before) && !isInline(after))
    return mapDifference(ground, place, before, after);
  if (isSeq(node) && isList(before) && isList(after) && before.length === after.length) {
    return after.flatMap((item, index) => difference(ground, childPlace(node as ParsedNode, index) as Place, before[index] as Json, item));
  }
  return replacement(ground, place, after);
}

function mapDifference(ground: Ground, place: Place, before: JsonObject, after: JsonObject): readonly Change[] {
  const changes: Change[] = [];
  for (const key of Object.keys(before)) {
    const child = childPlace(place.node, key);
    if (child === null) return replacement(ground, place, after);
    const value = Object.hasOwn(after, key) ? after[key] : undefined;
    changes.push(...(value === undefined ? removal(ground, [place, child]) : difference(ground, child, before[key] as Json, value)));
  }
  for (const [key, value] of Object.entries(after)) if (!Object.hasOwn(before, key)) changes.push(...addition(ground, place, key, value));
  return changes;
}

function reachesValue(text: string, plan: readonly Change[], wanted: Json): boolean {
  const inOrder = [...plan].sort((a, b) => a.start - b.start || a.end - b.end);
  if (inOrder.some((each, i) => each.start < (inOrder[i - 1]?.end ?? 0))) return false;
  const edited = applyEdits(text, plan);
  const chunks = splitDocuments(edited);
  if (chunks.length !== 1) return false;
  const reading = readDocument(edited);
  return !reading.broken && sameJson(reading.value, wanted);
}

/** The value at a path, or undefined. */
export function valueAt(value: Json, steps: readonly PathStep[]): Json | undefined {
  let at: Json | undefined = value;
  for (const step of steps) {
    if (isList(at)) at = typeof step === "number" ? at[step] : undefined;
    else if (isObject(at)) at = Object.hasOwn(at, String(step)) ? at[String(step)] : undefined;
    else return undefined;
  }
  return at;
}

/** `value` with `item` at `steps`; undefined where text or a number stands in the way. */
export function withValue(value: Json | undefined, steps: readonly PathStep[], item: Json): Json | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return item;
  if (isList(value) || ((value === null || value === undefined) && step === 0)) {
    const list = isList(value) ? value : [];
    if (typeof step !== "number" || step > list.length) return undefined;
    const child = withValue(list[step], rest, item);
    return child === undefined ? undefined : [...list.slice(0, step), child, ...list.slice(step + 1)];
  }
  if (value !== null && value !== undefined && !isObject(value)) return undefined;
  const key = String(step);
  const child = withValue(isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined, rest, item);
  return child === undefined ? undefined : { ...value, [key]: child };
}

/** `value` without what stands at `steps`. */
export function without(value: Json, steps: readonly PathStep[]): Json | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return undefined;
  if (valueAt(value, [step]) === undefined) return value;
  const key = String(step);
  if (isList(value)) {
    const index = Number(step);
    if (rest.length === 0) return [...value.slice(0, index), ...value.slice(index + 1)];
    return [...value.slice(0, index), without(value[index] as Json, rest) as Json, ...value.slice(index + 1)];
  }
  const { [key]: child, ...others } = value as JsonObject;
  return rest.length === 0 ? others : { ...(value as JsonObject), [key]: without(child as Json, rest) as Json };
}

/** Equal as JSON; the order of fields does not matter. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}
