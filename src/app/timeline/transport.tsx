/** Play, pause, step, replay, the simulated clock, and how fast it is shown. */
import { useEffect, useRef, type ReactElement, type ReactNode } from "react";
import { virtualAt } from "../../scene/show-time.ts";
import { Icon } from "../parts/icons.tsx";
import { MenuButton, type MenuEntry } from "../parts/menu.tsx";
import { Segmented } from "../parts/segmented.tsx";
import type { Breakpoint } from "../state/breakpoints.ts";
import { send } from "../state/commands.ts";
import { moment } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { compareWithNow, forgetMarks, markOrCompare, useMarked } from "../moments/marked.ts";
import { FASTEST, onFrame, pause, play, restart, setRate, SPEEDS, stepBack, stepForward, toggleLoop, useLoop } from "../state/playback.ts";
import { getState, setState, useStore } from "../state/store.ts";
import { stepPacket, stepRun } from "./run-steps.ts";
import { toggleBreakpoint } from "../watch/breaking.ts";

const SPEED_LABEL: Readonly<Record<number, string>> = {
  0.25: "\u00bc\u00d7",
  0.5: "\u00bd\u00d7",
  1: "1\u00d7",
  2: "2\u00d7",
  4: "4\u00d7",
  [FASTEST]: "Max",
};

/** Plays or pauses; without a request on show it sends the one in the request line. */
export function togglePlay(): void {
  if (getState().clock.playing) pause();
  else if (usePicture.getState().told === null) send();
  else play();
}

export function TransportButtons({ size = 16 }: { readonly size?: 16 | 18 }): ReactElement {
  const playing = useStore((state) => state.clock.playing);
  // Steady traffic has no steps: it only goes on, or stands.
  const nothing = usePicture((picture) => picture.told === null || picture.told.beats.length === 0);
  return (
    <>
      <button type="button" className="tool" aria-label="Previous hop" disabled={nothing} onClick={stepBack}>
        <Icon name="back" size={size} />
      </button>
      <button type="button" className="tool play" aria-label={playing ? "Pause" : "Play"} onClick={togglePlay}>
        <Icon name={playing ? "pause" : "play"} size={size} />
      </button>
      <button type="button" className="tool" aria-label="Next hop" disabled={nothing} onClick={stepForward}>
        <Icon name="step" size={size} />
      </button>
    </>
  );
}

/** `children`: what stands at the end of its first line. */
export function Transport({ children }: { readonly children?: ReactNode }): ReactElement {
  const nothing = usePicture((picture) => picture.told === null || picture.told.beats.length === 0);
  const rate = useStore((state) => state.clock.rate);
  return (
    <div className="transport">
      <div className="tbtns" role="group" aria-label="Playback">
        <TransportButtons />
        <button type="button" className="tool" aria-label="Replay request" disabled={nothing} onClick={restart}>
          <Icon name="restart" />
        </button>
        <Stops />
        <Clock />
        {children}
      </div>
      <div className="speed">
        <span id="speed-label">Speed</span>
        <Segmented
          label="Speed"
          labelledBy="speed-label"
          value={String(rate)}
          choices={SPEEDS.map((speed) => ({ value: String(speed), label: SPEED_LABEL[speed] ?? String(speed) }))}
          onChange={(value) => setRate(Number(value))}
        />
        <WaitForMe />
        <StepsMenu />
      </div>
    </div>
  );
}

/** Larger steps, playing again and again, moments to be compared. */
export function StepsMenu(): ReactElement {
  const loop = useLoop((state) => state.on);
  const marked = useMarked(({ a }) => a !== undefined);
  const past = useStore((state) => state.past !== null);
  const packets = usePicture((picture) => (picture.choreography === null ? "No request is on show" : null));
  const atNow = past ? null : "This is the newest moment of the run";
  const entries: MenuEntry[] = [
    { kind: "title", text: "Steps" },
    { kind: "item", label: "Next packet", keys: ".", unavailable: packets, run: () => stepPacket(1) },
    { kind: "item", label: "Previous packet", keys: ",", unavailable: packets, run: () => stepPacket(-1) },
    { kind: "item", label: "Next event of the run", keys: ">", unavailable: atNow, run: () => stepRun("event", 1) },
    { kind: "item", label: "Previous event of the run", keys: "<", run: () => stepRun("event", -1) },
    {
      kind: "item",
      label: "To the next change",
      note: "of Pods, endpoints or rules",
      keys: "}",
      unavailable: atNow,
      run: () => stepRun("change", 1),
    },
    { kind: "item", label: "To the change before", keys: "{", run: () => stepRun("change", -1) },
    { kind: "line" },
    { kind: "item", label: "Play again and again", keys: "G", checked: loop, run: toggleLoop },
    { kind: "line" },
    { kind: "title", text: "Compare two moments" },
    { kind: "item", label: marked ? "Compare A with this moment" : "Mark this moment as A", keys: "A", run: markOrCompare },
    {
      kind: "item",
      label: marked && !past ? "Compare A with now" : "Compare this moment with now",
      unavailable: past || marked ? null : atNow,
      run: compareWithNow,
    },
    ...(marked ? [{ kind: "item", label: "Forget the marks", run: forgetMarks } as const] : []),
  ];
  return (
    <MenuButton label="Steps and moments" className={`tool${loop || marked ? " on" : ""}`} entries={entries}>
      <Icon name="dots" />
    </MenuButton>
  );
}

/** Where the play stops by itself. */
function Stops(): ReactElement {
  const breakpoints = useStore((state) => state.breakpoints);
  const on = (kind: Breakpoint["kind"]): boolean => breakpoints.some((one) => one.kind === kind);
  const rules = breakpoints.filter((one) => one.kind === "rule");
  const entries: MenuEntry[] = [
    { kind: "title", text: "Stop the play by itself" },
    { kind: "item", label: "When a packet is stopped", checked: on("stopped"), run: () => toggleBreakpoint({ kind: "stopped" }) },
    { kind: "item", label: "When endpoints change", checked: on("endpoints"), run: () => toggleBreakpoint({ kind: "endpoints" }) },
    {
      kind: "item",
      label: "When a request is lost",
      note: "of steady traffic",
      checked: on("lost"),
      run: () => toggleBreakpoint({ kind: "lost" }),
    },
    { kind: "line" },
    ...rules.map((one): MenuEntry => ({
      kind: "item",
      label: `When a rule of ${one.chain} matches`,
      note: one.node,
      checked: true,
      run: () => toggleBreakpoint(one),
    })),
    ...(rules.length > 0 ? [] : [{ kind: "title", text: "At a rule: open it in the Rules tab" } as const]),
  ];
  return (
    <MenuButton
      label={breakpoints.length === 0 ? "Where to stop" : `Where to stop, ${breakpoints.length} chosen`}
      className={`tool${breakpoints.length === 0 ? "" : " on"}`}
      entries={entries}
    >
      <Icon name="hold" />
    </MenuButton>
  );
}

/** Only where motion is reduced: a step waits for the reader, or for 1.4 s. */
function WaitForMe(): ReactElement | null {
  const reduced = usePicture((picture) => picture.around.reducedMotion);
  const waits = useStore((state) => state.waitForMe);
  if (!reduced) return null;
  return (
    <label className="wait">
      <input type="checkbox" checked={waits} onChange={(event) => setState({ waitForMe: event.target.checked })} />
      Wait for me
    </label>
  );
}

/** Written straight into the page: it changes on every frame. */
function Clock(): ReactElement {
  const text = useRef<HTMLElement>(null);
  useEffect(
    () =>
      onFrame((showMs) => {
        const { told } = usePicture.getState();
        const nanos = told === null ? getState().now : virtualAt(told, showMs);
        if (text.current !== null) text.current.textContent = moment(nanos);
      }),
    [],
  );
  return (
    <div className="clock">
      <b ref={text} />
      <span>simulated time</span>
    </div>
  );
}
