/**
 * Going to a past moment of the run and back. There the text and the actions of then are on show; those of now are kept
 * (`newest`) and saved, so that nothing is lost. What is done there makes another run from that moment.
 */
import { ask, follow, say } from "./commands.ts";
import { NO_HISTORY, sameFiles } from "./history.ts";
import { seek } from "./playback.ts";
import { getState, setState, type Newest, type WorkbenchState } from "./store.ts";

/** To a moment in virtual time; `before`: before what was put in at that very time. */
export async function goTo(at: number, before = false): Promise<void> {
  const reply = await ask({ kind: "go-to", at, before });
  if (reply.kind !== "went") return;
  const { newest, files, journeys, followed } = getState();
  if (!reply.past) return back();
  const shown = journeys.findLast((journey) => journey.endedAt <= at)?.id ?? null;
  setState({
    newest: newest ?? newestOf(getState()),
    files: sameFiles(files, reply.files) ? files : reply.files,
    actions: reply.actions,
    history: NO_HISTORY,
    live: false,
    sendError: null,
  });
  if (shown === followed) return;
  setState({ followed: null });
  if (shown !== null) follow(shown, "hold");
}

/** One journey through time after the other: while one is under way, the last place wished for waits. */
let going = false;
let wished: (() => Promise<void>) | null = null;

function takeWish(): typeof wished {
  const next = wished;
  wished = null;
  return next;
}

/** Goes as soon as it can; of several wishes meanwhile only the last. */
export function goInTurn(go: () => Promise<void>): void {
  wished = go;
  if (going) return;
  going = true;
  void (async () => {
    for (let next = takeWish(); next !== null; next = takeWish()) await next();
    going = false;
  })();
}

function newestOf({ files, actions, history, followed, live }: WorkbenchState): Newest {
  return { files, actions, history, followed, live };
}

/** To the newest moment. */
export async function backToNow(): Promise<void> {
  const reply = await ask({ kind: "go-to", at: null });
  if (reply.kind === "went") back();
}

function back(): void {
  const { newest } = getState();
  if (newest === null) return;
  const { followed, ...made } = newest;
  setState({ ...made, newest: null, past: null });
  if (followed !== null && followed !== getState().followed) follow(followed, "hold");
  else seek(Infinity);
}

/** Goes over to a run that was left, at its newest moment. */
export async function changeRun(index: number): Promise<void> {
  const reply = await ask({ kind: "change-run", index });
  if (reply.kind === "refused") say(reply.error, "trouble");
  if (reply.kind === "went") setState({ files: reply.files, actions: reply.actions, history: NO_HISTORY, newest: null });
}

/** Lets the recorded run play on from the moment on show, or stand. */
export function playPast(playing: boolean): void {
  void ask({ kind: "pace", playing, rate: getState().clock.rate });
}
