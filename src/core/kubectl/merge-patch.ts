/** JSON merge patches (RFC 7386), JSON patches (RFC 6902) and strategic merge patches, made and applied. */
import type { Shape } from "../api/decode.ts";
import { isObject, sameJson } from "../api/json.ts";
import { fail } from "./session.ts";

/** What turns `from` into `to`: removed fields are null, lists are whole. */
export function mergePatch(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to;
  const patch: { [key: string]: unknown } = {};
  for (const key of Object.keys(from)) if (to[key] === undefined && from[key] !== undefined) patch[key] = null;
  for (const [key, value] of Object.entries(to)) if (!sameJson(from[key], value)) patch[key] = mergePatch(from[key], value);
  return patch;
}

export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: { [key: string]: unknown } = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}

/** Lists whose items the API tells apart by a member are merged item by item. (apimachinery/pkg/util/strategicpatch) */
export function applyStrategicPatch(target: unknown, patch: unknown, shape: Shape | null): unknown {
  if (Array.isArray(patch)) return patchedList(Array.isArray(target) ? target : [], patch, shape);
  if (!isObject(patch)) return patch;
  const { $patch: directive, ...fields } = patch;
  if (directive === "replace") return fields;
  const result: { [key: string]: unknown } = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith("$setElementOrder/") || key.startsWith("$retainKeys")) continue;
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      const of = key.slice("$deleteFromPrimitiveList/".length);
      const list = result[of];
      if (Array.isArray(list) && Array.isArray(value)) result[of] = list.filter((item) => !value.includes(item));
    } else if (value === null) delete result[key];
    else result[key] = applyStrategicPatch(result[key], value, memberShape(shape, key));
  }
  return result;
}

function memberShape(shape: Shape | null, key: string): Shape | null {
  if (shape?.kind === "map") return shape.of;
  return shape?.kind === "struct" && Object.hasOwn(shape.fields, key) ? (shape.fields[key] ?? null) : null;
}

function patchedList(target: readonly unknown[], patch: readonly unknown[], shape: Shape | null): unknown {
  if (patch.some((item) => isObject(item) && item["$patch"] === "replace"))
    return patch.filter((item) => !isObject(item) || item["$patch"] !== "replace");
  if (shape?.kind !== "list" || shape.key === undefined) return patch;
  const { key, of } = shape;
  if (key === "") return [...target, ...patch.filter((item) => !target.includes(item))];
  const result = [...target];
  const added: unknown[] = [];
  for (const item of patch) {
    const own = isObject(item) ? item[key] : undefined;
    if (own === undefined) return fail(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const at = result.findIndex((each) => isObject(each) && each[key] === own);
    if (isObject(item) && item["$patch"] === "delete") {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = applyStrategicPatch(result[at], item, of);
    else added.push(applyStrategicPatch({}, item, of));
  }
  return [...result, ...added];
}

/** Throws KubectlError in the server's words where an operation does not fit. */
export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) return fail("unable to parse: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  return patch.reduce<unknown>((now, operation) => oneOperation(now, isObject(operation) ? operation : {}), target);
}

function oneOperation(target: unknown, { op, path, value, from }: { readonly [key: string]: unknown }): unknown {
  const steps = stepsOf(path);
  switch (op) {
    case "add":
      return changed(target, steps, value, "add");
    case "replace":
      return changed(target, steps, value, "replace");
    case "remove":
      return changed(target, steps, undefined, "remove");
    case "test":
      return sameJson(valueAt(target, steps), value) ? target : fail(`testing value ${String(path)} failed: test failed`);
    case "copy":
      return changed(target, steps, valueAt(target, stepsOf(from)), "add");
    case "move":
      return changed(changed(target, stepsOf(from), undefined, "remove"), steps, valueAt(target, stepsOf(from)), "add");
    default:
      return fail(`Unexpected kind: ${String(op)}`);
  }
}

function stepsOf(path: unknown): readonly string[] {
  return String(path)
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueAt(target: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (here, step) => (Array.isArray(here) ? here[Number(step)] : isObject(here) ? here[step] : undefined),
    target,
  );
}

function changed(target: unknown, [step, ...rest]: readonly string[], value: unknown, how: "add" | "replace" | "remove"): unknown {
  if (step === undefined) return value;
  const missing = (): never => fail(`the server rejected our request due to an error in our request`);
  if (Array.isArray(target)) {
    const at = step === "-" ? target.length : Number(step);
    if (rest.length > 0) return target.map((item: unknown, i) => (i === at ? changed(item, rest, value, how) : item));
    if (!Number.isInteger(at) || at < 0 || at > target.length || (how !== "add" && at === target.length)) return missing();
    const before = target.slice(0, at);
    return how === "add"
      ? [...before, value, ...target.slice(at)]
      : [...before, ...(how === "replace" ? [value] : []), ...target.slice(at + 1)];
  }
  if (!isObject(target)) return missing();
  if (rest.length > 0) return target[step] === undefined ? missing() : { ...target, [step]: changed(target[step], rest, value, how) };
  if (how !== "add" && target[step] === undefined) return missing();
  const { [step]: _old, ...others } = target;
  return how === "remove" ? others : { ...others, [step]: value };
}
