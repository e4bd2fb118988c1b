/**
 * What was understood of somebody's own cluster, before it is opened: what is simulated, what was made here because the
 * input lacks it, and what is left out with the reason. Nothing is left out without being named.
 */
import type { Inventory } from "../../core/manifests/inventory.ts";
import type { Diagnostic, ManifestFile } from "../../core/manifests/types.ts";
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";
import type { Draft } from "../state/store.ts";

/** The facts that the simulation gives of the files. */
export interface Reading {
  readonly files: readonly ManifestFile[];
  readonly inventory: Inventory;
  readonly cluster: ClusterView;
  readonly diagnostics: readonly Diagnostic[];
}

export interface LeftOut {
  readonly what: string;
  readonly why: string;
  /** First line in its file, where it has one. */
  readonly line: number | null;
}

export interface Summary {
  readonly nodes: number;
  readonly pods: number;
  readonly ready: number;
  readonly services: number;
  /** Kinds on which something acts, with their numbers. */
  readonly simulated: readonly { readonly kind: string; readonly count: number }[];
  readonly made: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** More that was left out than is listed. */
  readonly more: number;
  /** Why it cannot be opened as a cluster yet; null where it can. */
  readonly stops: LeftOut | null;
  /** Texts of Secrets, which a link would hold. */
  readonly secrets: number;
  /** The request that it opens with. */
  readonly request: Draft;
}

const LISTED = 12;
/** Codes of the text itself and of an object's head; the others are the API server's. */
const TEXT = /^(yaml-|template-|lost-|not-an-|missing-|wrong-type$)/;

export function summaryOf({ files, inventory, cluster, diagnostics }: Reading): Summary {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const nothing = inventory.kinds.length === 0;
  const refused = nothing ? [] : errors.map((diagnostic) => refusal(diagnostic, files));
  const leftOut = [...onePerObject(refused), ...kept(inventory), ...others(inventory)];
  const own = cluster.pods.filter(({ role }) => role === "server" || role === "client");
  return {
    nodes: cluster.nodes.length,
    pods: own.length,
    ready: own.filter(({ state }) => state === "ready").length,
    services: cluster.services.filter(({ source }) => source !== null).length,
    simulated: inventory.kinds.filter(({ simulated }) => simulated).map(({ kind, count }) => ({ kind, count })),
    made: diagnostics.filter(({ code }) => code.startsWith("dump-")).map(({ message }) => message),
    leftOut: leftOut.slice(0, LISTED),
    more: Math.max(0, leftOut.length - LISTED),
    stops: nothing ? whatStops(errors, files) : null,
    secrets: inventory.kinds.filter(({ kind }) => kind === "Secret").reduce((sum, { count }) => sum + count, 0),
    request: requestTo(cluster),
  };
}

const NOTHING: LeftOut = {
  what: "No Kubernetes object in it",
  why: "Every object begins with apiVersion and kind; this text has none.",
  line: null,
};

function whatStops(errors: readonly Diagnostic[], files: readonly ManifestFile[]): LeftOut {
  const [first] = errors;
  if (first === undefined) return NOTHING;
  const where = files.length > 1 ? `${first.file}, line ${first.range.line}` : `Line ${first.range.line}`;
  const others = errors.length === 1 ? "" : ` ${errors.length - 1} more like it.`;
  return { what: `${where} cannot be read`, why: `${first.message}${others}`, line: first.range.line };
}

function refusal({ file, range, code, message }: Diagnostic, files: readonly ManifestFile[]): LeftOut {
  const where = files.length > 1 ? `${file}, line ${range.line}` : `Line ${range.line}`;
  return {
    what: where,
    why: TEXT.test(code) ? `Cannot be read: ${message}` : `The API server would refuse it: ${message}`,
    line: range.line,
  };
}

/** The same sentence about many lines is said once. */
function onePerObject(refused: readonly LeftOut[]): readonly LeftOut[] {
  const by = new Map<string, LeftOut[]>();
  for (const each of refused) by.set(each.why, [...(by.get(each.why) ?? []), each]);
  return [...by.values()].map(([first, ...rest]) => {
    if (first === undefined) throw new Error("a group without a member");
    return rest.length === 0 ? first : { ...first, what: `${first.what} and ${rest.length} more` };
  });
}

/** Kinds that are kept as text: of other groups, or of those that send no packet anywhere. */
function kept({ kinds }: Inventory): readonly LeftOut[] {
  return kinds
    .filter(({ simulated }) => !simulated)
    .map(({ kind, apiVersion, count }) => ({
      what: `${count} ${kind}`,
      why: `${apiVersion}: kept in the text, and nothing in the simulation acts on it.`,
      line: null,
    }));
}

function others({ others: count }: Inventory): readonly LeftOut[] {
  if (count === 0) return [];
  return [{ what: `${count} ${count === 1 ? "document" : "documents"}`, why: "No object: neither a kind nor fields.", line: null }];
}

/** To the first Service that somebody answers for; of the cluster's own only where there is no other. */
function requestTo(cluster: ClusterView): Draft {
  const ready = (service: ServiceView): boolean => service.endpoints.some((endpoint) => endpoint.ready);
  const candidates = cluster.services.filter(
    (service) => service.source !== null && service.ports.some(({ protocol }) => protocol === "TCP"),
  );
  const service =
    candidates.find((each) => ready(each) && !each.namespace.startsWith("kube-")) ??
    candidates.find((each) => !each.namespace.startsWith("kube-")) ??
    candidates[0];
  if (service === undefined) return { from: null, to: "http://web", count: 1 };
  const port = service.ports.find(({ protocol }) => protocol === "TCP")?.port ?? 80;
  const name = service.namespace === "default" ? service.name : `${service.name}.${service.namespace}`;
  return { from: null, to: `http://${name}${port === 80 ? "" : `:${port}`}`, count: 1 };
}
