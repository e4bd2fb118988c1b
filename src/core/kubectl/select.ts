/** Which objects a command means: `pods`, `svc web api`, `svc/web deploy/web`, `-l app=web`. (cli-runtime/pkg/resource/builder.go) */
import { get, listed } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { endpointsObjects } from "../controllers/endpoints-object.ts";
import { eventsIn } from "./events.ts";
import type { Flags } from "./flags.ts";
import { matchesFields, readFieldSelector } from "./field-selector.ts";
import { matchesLabels, readLabelSelector } from "./label-selector.ts";
import { ALL, resourceNamed, storedAs, withGroup, type Resource } from "./resources.ts";
import { serverFailure, type Failure } from "./failures.ts";
import { attempt, fail, type Session } from "./session.ts";

/** One thing asked for: an object that is there. */
export interface Found {
  readonly resource: Resource;
  readonly object: KubeObject;
}

export interface Selection {
  readonly found: readonly Found[];
  /** Types that were listed, whether or not they have objects. */
  readonly listed: readonly Resource[];
  /** What was named and is not there. */
  readonly errors: readonly Failure[];
  /** One object was named, no list asked for. */
  readonly single: boolean;
}

export interface Where {
  /** null: all namespaces. */
  readonly namespace: string | null;
  readonly labels?: string | undefined;
  readonly fields?: string | undefined;
}

export const DEPRECATED_ENDPOINTS = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/** The namespace that a command works in. */
export function namespaceOf(flags: Flags): string {
  const named = flags.text("namespace") ?? "";
  return named === "" ? "default" : named;
}

/** Objects of a kind, in the order of their keys. The API server warns of Endpoints. */
export function objectsOf(session: Session, resource: Resource): readonly KubeObject[] {
  if (resource.kind === "Endpoints" && resource.group === "") {
    session.warn(DEPRECATED_ENDPOINTS);
    return session.run.stored ? listed(session.store, "Endpoints") : endpointsObjects(session.store);
  }
  return isEvent(resource) ? eventsIn(session) : listed(session.store, storedAs(resource));
}

function isEvent({ kind, group }: Resource): boolean {
  return kind === "Event" && group === "";
}

export function objectNamed(session: Session, resource: Resource, namespace: string, name: string): KubeObject | undefined {
  if ((resource.kind === "Endpoints" && resource.group === "") || isEvent(resource))
    return objectsOf(session, resource).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  return get(session.store, storedAs(resource), resource.namespaced ? `${namespace}/${name}` : name);
}

export function selected(session: Session, resource: Resource, { namespace, labels, fields }: Where): readonly KubeObject[] {
  const place = { resource, labels: labels ?? "", fields: fields ?? "" };
  const byLabels = labels === undefined || labels === "" ? null : readLabelSelector(labels, place);
  const byFields = fields === undefined || fields === "" ? null : readFieldSelector(fields, place);
  return objectsOf(session, resource).filter(
    (object) =>
      (namespace === null || !resource.namespaced || object.metadata.namespace === namespace) &&
      (byLabels === null || matchesLabels(byLabels, object.metadata.labels ?? {})) &&
      (byFields === null || matchesFields(byFields, object)),
  );
}

interface Named {
  readonly type: string;
  readonly name: string;
}

/** Arguments as types and names. Throws KubectlError where they do not go together. */
function readArguments(given: readonly string[]): {
  readonly types: readonly string[];
  readonly names: readonly string[];
  readonly pairs: readonly Named[];
} {
  const args = spread(given);
  const slashes = args.filter((arg) => arg.includes("/")).length;
  if (slashes > 0) {
    if (slashes !== args.length)
      fail(
        "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
      );
    return { types: [], names: [], pairs: args.map(readPair) };
  }
  const [types = "", ...names] = args;
  return { types: types.split(",").flatMap((type) => (type === "all" ? ALL : type === "" ? [] : [type])), names, pairs: [] };
}

/** `svc,deploy web` is `svc/web deploy/web`. */
function spread(args: readonly string[]): readonly string[] {
  const [types = "", ...names] = args;
  const kinds = types.split(",").filter((type) => type !== "");
  return names.length > 0 && kinds.length > 1 ? kinds.flatMap((kind) => names.map((name) => `${kind}/${name}`)) : args;
}

function readPair(text: string): Named {
  const [type = "", name = "", ...more] = text.split("/");
  if (more.length > 0) fail("arguments in resource/name form may not have more than one slash");
  if (type === "" || name === "" || type.includes(",")) fail("arguments in resource/name form must have a single resource and name");
  return { type, name };
}

/** What is said where no object is named at all. */
const NOTHING_NAMED =
  "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

export interface SelectOptions extends Where {
  /** Without a name or a selector every object of the type is meant (`get`, `describe`); else it is a mistake. */
  readonly allByDefault: boolean;
  /** `--all`. */
  readonly all?: boolean;
  /** A namespace that is not there is said before an object in it. */
  readonly asksForNamespace?: boolean;
}

/** What the arguments mean. Throws KubectlError for arguments that mean nothing; what is not there is in `errors`. */
export function select(session: Session, args: readonly string[], options: SelectOptions): Selection {
  if (args.length === 0) return fail(NOTHING_NAMED);
  const { types, names, pairs } = readArguments(args);
  const bySelector = (options.labels ?? "") !== "" || (options.fields ?? "") !== "" || options.all === true;
  const wantsLists = bySelector || (options.allByDefault && names.length === 0 && pairs.length === 0);
  if (wantsLists) {
    if (names.length > 0) fail("name cannot be provided when a selector is specified");
    if (pairs.length > 0) fail("selectors and the all flag cannot be used when passing resource/name arguments");
    return lists(session, types, options);
  }
  if (pairs.length > 0) return byNames(session, pairs, options);
  if (names.length > 0)
    return byNames(
      session,
      unique(names).map((name) => ({ type: types[0] ?? "", name })),
      options,
    );
  for (const type of types) resourceNamed(session.store, type);
  return fail("resource(s) were provided, but no name was specified");
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function lists(session: Session, types: readonly string[], options: SelectOptions): Selection {
  const resources = types.map((type) => resourceNamed(session.store, type));
  const errors: Failure[] = [];
  const found = resources.flatMap((resource) => {
    const made = attempt(() => selected(session, resource, options));
    if (made.ok) return made.value.map((object) => ({ resource, object }));
    errors.push(made.failure);
    return [];
  });
  return { found, listed: resources, errors, single: false };
}

function byNames(session: Session, names: readonly Named[], { namespace, asksForNamespace = false }: SelectOptions): Selection {
  const resources = names.map(({ type }) => resourceNamed(session.store, type));
  if (namespace === null && resources.some(({ namespaced }) => namespaced))
    fail("a resource cannot be retrieved by name across all namespaces");
  const found: Found[] = [];
  const errors: Failure[] = [];
  names.forEach(({ name }, i) => {
    const resource = resources[i];
    if (resource === undefined) return;
    const object = objectNamed(session, resource, namespace ?? "", name);
    if (object !== undefined) found.push({ resource, object });
    else if (asksForNamespace && resource.namespaced && !hasNamespace(session, namespace ?? "")) errors.push(noNamespace(namespace ?? ""));
    else errors.push(notFound(resource, name));
  });
  return { found, listed: [], errors, single: names.length === 1 };
}

export function notFound(resource: Resource, name: string): Failure {
  return serverFailure("NotFound", `${withGroup(resource)} "${name}" not found`);
}

export function noNamespace(namespace: string): Failure {
  return serverFailure("NotFound", `namespaces "${namespace}" not found`);
}

/** Whether a namespace is there: those of every cluster always are. */
export function hasNamespace(session: Session, namespace: string): boolean {
  return (
    ["default", "kube-system", "kube-public", "kube-node-lease"].includes(namespace) ||
    get(session.store, "Namespace", namespace) !== undefined
  );
}
