/**
 * How the page begins: a link's workspace, else the one that was open last, else the default scenario, which sends
 * its request and plays it by itself (with reduced motion it waits for Play).
 */
import { bringScenarios, scenarioAtHand } from "../scenarios/at-hand.ts";
import { openWorkspace } from "./commands.ts";
import { GALLERY, useGallery } from "./gallery.ts";
import { openLesson } from "./lesson.ts";
import { followStore, setSurroundings, usePicture } from "./picture.ts";
import { readFragment } from "./link.ts";
import { touchFrame } from "./playback.ts";
import { defaultWorkspace, workspaceOfScenario } from "./scenario-workspace.ts";
import { isOwnWork } from "./scenarios.ts";
import { keep, kept } from "./storage.ts";
import { followSystemTheme } from "./theme.ts";
import { getState, setState, useStore } from "./store.ts";
import { readWorkspace, workspaceOf, type Workspace } from "./workspace.ts";

const KEY = "kubehop.workspace";
const SAVE_AFTER_MS = 400;

export async function boot(): Promise<void> {
  followSystemTheme(kept("kubehop.theme"));
  watchMotion();
  followStore();
  useStore.subscribe((state, before) => {
    if (state.clock !== before.clock) touchFrame();
  });
  usePicture.subscribe(touchFrame);
  await openFirst();
  autosave();
  // What is left is noted for the next visit; the first picture does not wait for it.
  void import("./recent.ts").then(
    ({ followDocuments }) => followDocuments(),
    () => {},
  );
  addEventListener("hashchange", () => void openLink());
}

async function openFirst(): Promise<void> {
  if (await openLink()) return;
  const before = lastOpen();
  const gallery = location.hash === GALLERY;
  if (before !== null) {
    await bringFor(before);
    openWorkspace(before, "hold");
    useGallery.setState({ open: gallery || before.files.every(({ text }) => text.trim() === "") });
    return;
  }
  openWorkspace(defaultWorkspace(), gallery || usePicture.getState().around.reducedMotion ? "hold" : "play");
  useGallery.setState({ open: gallery });
}

/** Opens the workspace in the address, or the scenario or lesson that it names. True when it held one that could be opened. */
async function openLink(): Promise<boolean> {
  useGallery.setState({ open: location.hash === GALLERY });
  const lesson = /^#lesson(?:=([\w-]+))?$/.exec(location.hash);
  if (lesson !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    return openLesson(lesson[1]);
  }
  const id = /^#scenario=([\w-]+)$/.exec(location.hash)?.[1] ?? null;
  if (id !== null) await bringScenarios();
  const scenario = id === null ? null : scenarioAtHand(id);
  const read =
    scenario === null
      ? await readFragment(location.hash)
      : ({ kind: "ok", workspace: workspaceOfScenario(scenario), unknown: [] } as const);
  if (read.kind === "none") return false;
  // The address has done its work: a reload shall find what the reader made of it since.
  history.replaceState(null, "", location.pathname + location.search);
  if (read.kind === "ok") {
    const before = getState().files.length > 0 ? workspaceOf(getState()) : lastOpen();
    await bringFor(read.workspace);
    if (before !== null) await bringFor(before);
    openWorkspace(read.workspace, "hold");
    if (before !== null && isOwnWork(before)) setState({ notice: { kind: "link-opened", back: () => openWorkspace(before, "hold") } });
    if (read.unknown.length > 0) setState({ notice: { kind: "link-newer", unknown: read.unknown } });
    return true;
  }
  setState({ notice: read.kind === "newer" ? { kind: "link-unreadable", version: read.version } : { kind: "link-damaged" } });
  if (getState().files.length === 0) openWorkspaceKeepingNotice(lastOpen() ?? defaultWorkspace());
  return true;
}

/** A scenario's words are there when it is, and whether a text is its own can be told. */
async function bringFor({ scenario }: Workspace): Promise<void> {
  if (scenario !== null && scenarioAtHand(scenario) === null) await bringScenarios();
}

function openWorkspaceKeepingNotice(workspace: Workspace): void {
  const { notice } = getState();
  openWorkspace(workspace, "hold");
  setState({ notice });
}

function lastOpen(): Workspace | null {
  const text = kept(KEY);
  if (text === null) return null;
  try {
    const read = readWorkspace(JSON.parse(text));
    return read.kind === "ok" ? read.workspace : null;
  } catch {
    return null;
  }
}

/** Keeps the workspace soon after every change, and at once when the page goes away. */
function autosave(): void {
  let timer = 0;
  const save = (): void => {
    clearTimeout(timer);
    timer = 0;
    if (getState().files.length > 0) keep(KEY, JSON.stringify(workspaceOf(getState())));
  };
  useStore.subscribe((state, before) => {
    const same =
      state.files === before.files &&
      state.draft === before.draft &&
      state.senders === before.senders &&
      state.detail === before.detail &&
      state.actions === before.actions &&
      state.newest === before.newest &&
      state.tab === before.tab &&
      state.chosenService === before.chosenService &&
      state.filter === before.filter &&
      state.only === before.only;
    if (same || timer !== 0) return;
    timer = window.setTimeout(save, SAVE_AFTER_MS);
  });
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}

function watchMotion(): void {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const set = (): void => setSurroundings({ reducedMotion: reduced.matches });
  set();
  reduced.addEventListener("change", set);
}
