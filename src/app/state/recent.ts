/**
 * The last documents, for who comes back: what was left when something else was opened. Scenarios as they come need
 * only their name; a person's own text is kept whole, each under a key of its own, and is never pushed out by a scenario.
 */
import { scenarioAtHand } from "../scenarios/at-hand.ts";
import { NO_HISTORY } from "./history.ts";
import { lessonOf } from "./lesson-name.ts";
import { workspaceOfScenario } from "./scenario-workspace.ts";
import { isOwnWork } from "./scenarios.ts";
import { drop, keep, kept } from "./storage.ts";
import { useStore, type WorkbenchState } from "./store.ts";
import { readWorkspace, workspaceOf, type Workspace } from "./workspace.ts";

const KEY = "kubehop.recent";
const EACH = 3;

/** What its card shows without reading it. */
export interface Recent {
  /** Names the text that is kept; of a scenario as it comes, the scenario. */
  readonly id: string;
  readonly own: boolean;
  readonly title: string;
  /** When it was left, in ms since 1970. */
  readonly at: number;
  readonly services: number;
  readonly ready: number;
  readonly waiting: number;
  readonly nodes: number;
}

/** Text of one's own first, each sort by when it was left. */
export function recentDocuments(): readonly Recent[] {
  try {
    const list: unknown = JSON.parse(kept(KEY) ?? "[]");
    return Array.isArray(list) ? list.filter(isRecent) : [];
  } catch {
    return [];
  }
}

/** Notes each document that another takes the place of. */
export function followDocuments(): void {
  useStore.subscribe((state, before) => {
    const opened = state.files !== before.files && state.history === NO_HISTORY && state.cluster === null;
    if (opened) noteLeft(before, Date.now());
  });
}

/** Notes what was just replaced. */
export function noteLeft(state: WorkbenchState, now: number): void {
  const workspace = workspaceOf(state);
  if (lessonOf(workspace) !== null || workspace.files.every(({ text }) => text.trim() === "")) return;
  const own = isOwnWork(workspace) || workspace.actions.length > 0;
  if (!own && workspace.scenario === null) return;
  const text = own ? JSON.stringify(workspace) : "";
  const id = own ? `own-${now}` : (workspace.scenario ?? "");
  const before = recentDocuments();
  const same = before.filter((each) => (own ? each.own && kept(keyOf(each.id)) === text : each.id === id));
  const others = before.filter((each) => !same.includes(each));
  const entry: Recent = { id, own, title: titleOf(workspace, own), at: now, ...countsOf(state) };
  // Text that does not fit into the browser's storage is not promised.
  if (own && !keep(keyOf(id), text)) return;
  write([entry, ...others], before);
}

/** Takes a document out of the list, to be opened: the one that is open is not among the earlier ones. */
export function takeRecent(id: string): Workspace | null {
  const before = recentDocuments();
  const entry = before.find((each) => each.id === id);
  if (entry === undefined) return null;
  const workspace = read(entry);
  write(
    before.filter((each) => each !== entry),
    before,
  );
  return workspace;
}

function read({ id, own }: Recent): Workspace | null {
  if (!own) {
    const scenario = scenarioAtHand(id);
    return scenario === null ? null : workspaceOfScenario(scenario);
  }
  try {
    const found = readWorkspace(JSON.parse(kept(keyOf(id)) ?? "null"));
    return found.kind === "ok" ? found.workspace : null;
  } catch {
    return null;
  }
}

/** Three of each sort at most; the text of those that go is dropped. */
function write(list: readonly Recent[], before: readonly Recent[]): void {
  const newest = [...list].sort((a, b) => b.at - a.at);
  const shown = [...newest.filter(({ own }) => own).slice(0, EACH), ...newest.filter(({ own }) => !own).slice(0, EACH)];
  keep(KEY, JSON.stringify(shown));
  for (const { id, own } of [...before, ...list]) if (own && !shown.some((each) => each.id === id)) drop(keyOf(id));
}

const keyOf = (id: string): string => `kubehop.document.${id}`;

/** What a document is called where there is no more room than for a line. */
export function titleOf(workspace: Workspace, own: boolean): string {
  if (lessonOf(workspace) !== null) return "the lesson";
  const scenario = workspace.scenario === null ? null : scenarioAtHand(workspace.scenario);
  if (scenario !== null) return own ? `${scenario.title}, changed` : scenario.title;
  const [first, ...rest] = workspace.files;
  return rest.length > 0 ? `${first?.name ?? ""} and ${rest.length} more` : (first?.name ?? "");
}

/** Pods that people wrote, not those of the cluster itself. */
export function countsOf({ cluster }: WorkbenchState): Pick<Recent, "services" | "ready" | "waiting" | "nodes"> {
  const pods = cluster?.pods.filter(({ role }) => role === "server" || role === "client") ?? [];
  const ready = pods.filter(({ state }) => state === "ready").length;
  const services = cluster?.services.filter(({ source }) => source !== null).length ?? 0;
  return { services, ready, waiting: pods.length - ready, nodes: cluster?.nodes.length ?? 0 };
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== "object" || value === null) return false;
  const { id, own, title, at, services, ready, waiting, nodes } = value as { readonly [K in keyof Recent]?: unknown };
  return (
    typeof id === "string" &&
    typeof own === "boolean" &&
    typeof title === "string" &&
    [at, services, ready, waiting, nodes].every((each) => typeof each === "number" && Number.isFinite(each))
  );
}
