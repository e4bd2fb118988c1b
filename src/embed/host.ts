/**
 * Talk with the page that holds the frame (docs/embedding.md). What is said without being asked: heights, in the
 * forms that course platforms listen for, and how the story goes. What is heard: messages of the parent window alone,
 * and only of the origins that the address allows, if it names any.
 */
import { usePicture } from "../app/state/picture.ts";
import { pause, play, seek, setRate, SPEEDS, stepBack, stepForward, useMoment } from "../app/state/playback.ts";
import { linkFragment } from "../app/state/link.ts";
import { send } from "../app/state/commands.ts";
import { getState, useStore } from "../app/state/store.ts";
import { setTheme } from "../app/state/theme.ts";
import { workspaceOf } from "../app/state/workspace.ts";
import { open } from "./opening.ts";
import { readParameters, type Parameters } from "./parameters.ts";
import { wantedHeight } from "./wanted-height.ts";

/** Version of the messages: stands in each of them as `kubehop: 1`. */
const VERSION = 1;

/** What the embed tells its host. */
export type HostEvent =
  | { readonly event: "ready"; readonly scenario: string | null; readonly title: string }
  | { readonly event: "height"; readonly height: number }
  /** A hop has begun; numbers as shown, from 1. */
  | { readonly event: "hop"; readonly number: number; readonly of: number; readonly title: string; readonly sentence: string }
  /** The story is over. */
  | { readonly event: "verdict"; readonly outcome: string; readonly sentence: string }
  /** Answer to getState: what `load` takes, and what `seek` takes. */
  | { readonly event: "state"; readonly fragment: string; readonly hop: number; readonly playing: boolean };

export type HostCommand =
  | { readonly command: "play" | "pause" | "send" | "getState" }
  | { readonly command: "step"; readonly by: number }
  /** To the still picture of a hop, from 1; 0 is the beginning. */
  | { readonly command: "seek"; readonly hop: number }
  /** A fragment as in the frame's address: `#scenario=…` or `#v1=…`. */
  | { readonly command: "load"; readonly fragment: string }
  | { readonly command: "setOption"; readonly option: "theme" | "speed"; readonly value: string | number };

export function talkToHost({ allow, title }: Parameters): void {
  if (window.parent === window) return;
  addEventListener("message", (event) => {
    if (event.source !== window.parent || (allow.length > 0 && !allow.includes(event.origin))) return;
    const command = readCommand(event.data);
    if (command === null) return;
    obey(command, (answer) => post(answer, event.origin));
  });
  tellHeights();
  tellStory(title);
}

/** An opaque origin has no name, and can only be addressed as any. */
function post(event: HostEvent, origin = "*"): void {
  window.parent.postMessage({ kubehop: VERSION, ...event }, origin === "null" ? "*" : origin);
}

function tellHeights(): void {
  let told = 0;
  const tell = (): void => {
    const { scene, around } = usePicture.getState();
    const height = wantedHeight({ frameWidth: innerWidth, layoutWidth: around.width, scene });
    if (height === told) return;
    told = height;
    const parent = window.parent;
    parent.postMessage({ subject: "lti.frameResize", height }, "*");
    parent.postMessage({ sentinel: "amp", type: "embed-size", height }, "*");
    parent.postMessage(`pymxPYMx${pymId()}xPYMxheightxPYMx${height}`, "*");
    post({ event: "height", height });
  };
  tell();
  usePicture.subscribe(tell);
  addEventListener("resize", tell);
}

/** pym.js names its child in the query of the frame's address. */
function pymId(): string {
  return new URLSearchParams(location.search).get("childId") ?? "";
}

function tellStory(title: string | null): void {
  let ready = false;
  useStore.subscribe((state) => {
    if (ready || state.cluster === null || state.followed === null) return;
    ready = true;
    post({ event: "ready", scenario: state.scenario, title: title ?? document.title });
  });
  useMoment.subscribe((moment, before) => {
    const { choreography, journey } = usePicture.getState();
    const beat = choreography?.beats[moment.beat];
    if (choreography === null || beat === undefined || journey === null) return;
    if (moment.atEnd && !before.atEnd) post({ event: "verdict", outcome: journey.outcome.kind, sentence: choreography.summary });
    else if (moment.beat !== before.beat && !moment.atStart)
      post({ event: "hop", number: beat.number, of: choreography.beats.length, title: beat.title, sentence: beat.sentence });
  });
}

/** Reads a message, trusting nothing; null for what is no command. */
export function readCommand(data: unknown): HostCommand | null {
  if (typeof data !== "object" || data === null || !("kubehop" in data) || data.kubehop !== VERSION || !("command" in data)) return null;
  const { command, by, hop, fragment, option, value } = data as Readonly<Record<string, unknown>>;
  switch (command) {
    case "play":
    case "pause":
    case "send":
    case "getState":
      return { command };
    case "step":
      return { command, by: typeof by === "number" && by < 0 ? -1 : 1 };
    case "seek":
      return typeof hop === "number" && Number.isSafeInteger(hop) && hop >= 0 ? { command, hop } : null;
    case "load":
      return typeof fragment === "string" ? { command, fragment } : null;
    case "setOption":
      if (option === "theme" && (value === "light" || value === "dark")) return { command, option, value };
      if (option === "speed" && SPEEDS.some((speed) => speed === value)) return { command, option, value: value as number }; // one of SPEEDS
      return null;
    default:
      return null;
  }
}

function obey(command: HostCommand, answer: (event: HostEvent) => void): void {
  switch (command.command) {
    case "play":
      return play();
    case "pause":
      return pause();
    case "send":
      return send();
    case "step":
      return command.by < 0 ? stepBack() : stepForward();
    case "seek":
      return seek(command.hop === 0 ? 0 : (usePicture.getState().choreography?.beats[command.hop - 1]?.stillMs ?? Infinity));
    case "load":
      void open(readParameters(command.fragment));
      return;
    case "setOption":
      if (command.option === "theme") setTheme(command.value === "dark" ? "dark" : "light");
      else setRate(Number(command.value));
      return;
    case "getState":
      void fragmentNow().then((fragment) =>
        answer({ event: "state", fragment, hop: useMoment.getState().caption?.number ?? 0, playing: getState().clock.playing }),
      );
  }
}

/** A scenario that has not come yet is named; it has nothing to write down. */
async function fragmentNow(): Promise<string> {
  const { files, scenario } = getState();
  return files.length === 0 && scenario !== null ? `#scenario=${encodeURIComponent(scenario)}` : linkFragment(workspaceOf(getState()));
}
