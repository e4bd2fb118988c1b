/** `kubectl set image`, `set selector` and `set env`. (kubectl/pkg/cmd/set) */
import { isObject, listAt, textAt } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, announce, dryRunOf } from "./announce.ts";
import { updateObject } from "./api.ts";
import type { Failure } from "./failures.ts";
import { flag, type Flag, type Invocation } from "./flags.ts";
import { labelsOf } from "./generate.ts";
import { namespaceOf, select } from "./select.ts";
import { attempt, fail, type Session } from "./session.ts";

export const SET_FLAGS: readonly Flag[] = [
  ...FILE_FLAGS,
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  flag("all", "bool"),
  flag("containers", "text", "c"),
  flag("env", "texts", "e"),
  flag("list", "bool"),
  flag("local", "bool"),
  flag("overwrite", "bool"),
  flag("resource-version"),
  flag("selector", "text", "l"),
];

/** Objects, then words such as `web=nginx:2`. */
function split(
  args: readonly string[],
  isWord: (arg: string) => boolean,
): { readonly resources: readonly string[]; readonly words: readonly string[] } {
  const first = args.findIndex(isWord);
  return first < 0 ? { resources: args, words: [] } : { resources: args.slice(0, first), words: args.slice(first) };
}

function forEach(session: Session, { flags }: Invocation, resources: readonly string[], does: (object: KubeObject) => void): void {
  if (resources.length === 0) fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  const { found, errors } = select(session, resources, {
    namespace: namespaceOf(flags),
    labels: flags.text("selector"),
    allByDefault: false,
    all: flags.bool("all"),
  });
  const failures: Failure[] = [...errors];
  for (const { object } of found) {
    const made = attempt(() => does(object));
    if (!made.ok) failures.push(made.failure);
  }
  session.report(failures);
}

function write(session: Session, { flags }: Invocation, object: KubeObject, next: KubeObject, verb: string): void {
  const dryRun = dryRunOf(flags);
  if (dryRun === "client") return announce(session, flags, next, verb);
  const { object: written, changed } = updateObject(session, object, next, { verb: "set", dryRun });
  if (changed) announce(session, flags, written, verb);
}

type Fields = { readonly [field: string]: unknown };

function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** The object with other containers in its Pods. */
function withContainers(object: KubeObject, change: (container: Fields, isInit: boolean) => Fields): KubeObject {
  const changed = (spec: Fields): Fields => {
    const each = (field: string, isInit: boolean): Fields => {
      const list = listAt(spec, field);
      return list.length === 0 ? {} : { [field]: list.map((container) => change(fields(container), isInit)) };
    };
    return { ...spec, ...each("initContainers", true), ...each("containers", false) };
  };
  const spec = fields(object["spec"]);
  if (object.kind === "Pod") return { ...object, spec: changed(spec) };
  const template = fields(spec["template"]);
  return { ...object, spec: { ...spec, template: { ...template, spec: changed(fields(template["spec"])) } } };
}

export function setImage(session: Session, invocation: Invocation): void {
  const { resources, words } = split(invocation.args, (arg) => arg.includes("="));
  if (words.length === 0) fail("at least one image update is required");
  const images = new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const));
  forEach(session, invocation, resources, (object) => {
    const used = new Set<string>();
    const next = withContainers(object, (container) => {
      const name = textAt(container, "name") ?? "";
      const image = images.get(name) ?? images.get("*");
      if (image === undefined) return container;
      used.add(name).add("*");
      return { ...container, image };
    });
    const unknown = [...images.keys()].find((name) => !used.has(name));
    if (unknown !== undefined) fail(`unable to find container named ${JSON.stringify(unknown)}`);
    write(session, invocation, object, next, "image updated");
  });
}

export function setSelector(session: Session, invocation: Invocation): void {
  const { resources, words } = split(invocation.args, (arg) => arg.includes("="));
  if (words.length === 0) fail("one selector is required");
  const selector = labelsOf(words.join(","));
  forEach(session, invocation, resources, (object) => {
    if (object.kind !== "Service") fail(`selector for ${object.kind.toLowerCase()} cannot be set: only a Service's can`);
    write(session, invocation, object, { ...object, spec: { ...fields(object["spec"]), selector } }, "selector updated");
  });
}

export function setEnv(session: Session, invocation: Invocation): void {
  const { resources, words } = split(invocation.args, (arg) => arg.includes("=") || arg.endsWith("-"));
  const all = [...words, ...invocation.flags.list("env")];
  if (all.length === 0) fail("at least one environment variable must be provided");
  const set = all
    .filter((word) => word.includes("="))
    .map((word) => ({ name: word.slice(0, word.indexOf("=")), value: word.slice(word.indexOf("=") + 1) }));
  const removed = new Set(all.filter((word) => !word.includes("=")).map((word) => word.slice(0, -1)));
  const only = invocation.flags.text("containers");
  forEach(session, invocation, resources, (object) => {
    const next = withContainers(object, (container, isInit) => {
      if (isInit || (only !== undefined && only !== "*" && textAt(container, "name") !== only)) return container;
      const kept = listAt(container, "env").filter((each) => !removed.has(textAt(each, "name") ?? ""));
      const changed = kept.map((each) => set.find(({ name }) => name === textAt(each, "name")) ?? each);
      const added = set.filter(({ name }) => !kept.some((each) => textAt(each, "name") === name));
      return { ...container, env: [...changed, ...added] };
    });
    write(session, invocation, object, next, "env updated");
  });
}
