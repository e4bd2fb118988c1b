/**
 * A workspace: all that makes a run again, and what of the page belongs to it. It goes into the link and into the
 * browser's storage in the same shape.
 */
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { Sender } from "../../core/network/trace.ts";
import type { TimedAction } from "../../worker/protocol.ts";
import { readAction } from "./action-record.ts";
import type { Detail } from "../../scene/contract.ts";
import type { Filter } from "./narrow.ts";
import { readMore, readSenders, type KeptSender } from "./requests.ts";
import type { Draft, InspectorTab, WorkbenchState } from "./store.ts";

export interface WorkspaceView {
  readonly tab: InspectorTab;
  readonly focus: string | null;
  /** What stays at full ink; absent: everything. */
  readonly filter?: Filter;
  /** The Service of which only what it touches shows; absent: everything. */
  readonly only?: string;
  /** How closely a request is told; absent: by its connection's first packet. */
  readonly detail?: Detail;
}

export interface Workspace {
  readonly files: readonly ManifestFile[];
  readonly seed: number;
  readonly scenario: string | null;
  readonly request: Draft;
  readonly actions: readonly TimedAction[];
  readonly view: WorkspaceView;
  /** The request as steady traffic, so many a second: offered in place of a single one. Whether it runs, the actions say. */
  readonly traffic: { readonly rate: number } | null;
  /** Senders with a name; absent: none. */
  readonly senders?: readonly KeptSender[];
}

/** In the past of a run, what is kept and shared is still the newest that was made of it. */
export function workspaceOf(state: WorkbenchState): Workspace {
  const { files, actions } = state.newest ?? state;
  return {
    files,
    seed: state.seed,
    scenario: state.scenario,
    request: state.draft,
    actions,
    view: {
      // A diagnosis opens by itself when the request is sent again.
      tab: state.tab === "diagnosis" ? "hops" : state.tab,
      focus: state.chosenService,
      ...(state.filter === null ? {} : { filter: state.filter }),
      ...(state.only === null ? {} : { only: state.only }),
      ...(state.detail === "connection" ? {} : { detail: state.detail }),
    },
    traffic: state.steady,
    ...(state.senders.length === 0 ? {} : { senders: state.senders }),
  };
}

export type Read =
  | { readonly kind: "ok"; readonly workspace: Workspace; readonly unknown: readonly string[] }
  | { readonly kind: "damaged" };

const TABS: readonly InspectorTab[] = ["hops", "rules", "conntrack", "dns", "slices", "odds"];
const KNOWN = new Set(["files", "seed", "scenario", "request", "actions", "view", "traffic", "senders"]);

type Fields = { readonly [key: string]: unknown };
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads a workspace from foreign data, trusting nothing: what has another shape is damaged as a whole, fields that
 * are not known are named and left out.
 */
export function readWorkspace(value: unknown): Read {
  if (!isFields(value)) return { kind: "damaged" };
  const files = readFiles(value.files);
  const request = readDraft(value.request);
  const actions = readActions(value.actions);
  if (files === null || request === null || actions === null || !Number.isSafeInteger(value.seed)) return { kind: "damaged" };
  const view = isFields(value.view) ? value.view : {};
  const filter = readFilter(view.filter);
  const senders = readSenders(value.senders, readDraft);
  const workspace: Workspace = {
    files,
    seed: value.seed as number, // checked above
    scenario: typeof value.scenario === "string" ? value.scenario : null,
    request,
    actions: actions.known,
    view: {
      tab: TABS.find((tab) => tab === view.tab) ?? "hops",
      focus: typeof view.focus === "string" ? view.focus : null,
      ...(filter === null ? {} : { filter }),
      ...(typeof view.only === "string" ? { only: view.only } : {}),
      ...(view.detail === "request" || view.detail === "packet" ? { detail: view.detail } : {}),
    },
    traffic: readTraffic(value.traffic),
    ...(senders.length === 0 ? {} : { senders }),
  };
  return { kind: "ok", workspace, unknown: [...Object.keys(value).filter((key) => !KNOWN.has(key)), ...actions.unknown] };
}

function readFiles(value: unknown): readonly ManifestFile[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const files: ManifestFile[] = [];
  for (const file of value as readonly unknown[]) {
    if (!isFields(file) || typeof file.name !== "string" || typeof file.text !== "string") return null;
    files.push({ name: file.name, text: file.text });
  }
  return files;
}

export function readDraft(value: unknown): Draft | null {
  if (!isFields(value) || typeof value.to !== "string") return null;
  const count = Number.isSafeInteger(value.count) ? Math.max(1, Math.min(1000, value.count as number)) : 1;
  return {
    from: readSender(value.from),
    to: value.to,
    count,
    ...(value.keep === true ? { keep: true } : {}),
    ...readMore(value.more, readSender),
  };
}

function readTraffic(value: unknown): Workspace["traffic"] {
  if (!isFields(value) || !Number.isSafeInteger(value.rate)) return null;
  return { rate: Math.max(1, Math.min(50, value.rate as number)) }; // checked above
}

function readFilter(value: unknown): Filter | null {
  if (!isFields(value) || typeof value.name !== "string" || typeof value.labels !== "string") return null;
  return { name: value.name, labels: value.labels, namespace: typeof value.namespace === "string" ? value.namespace : null };
}

function readSender(value: unknown): Sender | null {
  if (!isFields(value)) return null;
  if (value.kind === "pod" && typeof value.pod === "string") return { kind: "pod", pod: value.pod };
  if (value.kind === "node" && typeof value.node === "string") return { kind: "node", node: value.node };
  if (value.kind === "outside" && typeof value.id === "string") return { kind: "outside", id: value.id };
  return null;
}

function readActions(value: unknown): { readonly known: readonly TimedAction[]; readonly unknown: readonly string[] } | null {
  if (value === undefined) return { known: [], unknown: [] };
  if (!Array.isArray(value)) return null;
  const known: TimedAction[] = [];
  const unknown: string[] = [];
  for (const timed of value as readonly unknown[]) {
    if (!isFields(timed) || !Number.isSafeInteger(timed.at) || (timed.at as number) < 0 || !isFields(timed.action)) return null;
    const action = readAction(timed.action);
    if (action === null) unknown.push(`action ${String(timed.action.kind)}`);
    else known.push({ at: timed.at as number, action }); // checked above
  }
  return { known, unknown };
}
