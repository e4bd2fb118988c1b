/** The run on one line: transport, clock, speed, and the marks of what happened. */
import { useEffect, useRef, type ReactElement } from "react";
import { virtualAt } from "../../scene/show-time.ts";
import { Icon } from "../parts/icons.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { useSize } from "../parts/use-size.ts";
import { moment } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { FASTEST, onFrame, restart, setRate, SPEEDS } from "../state/playback.ts";
import { getState, useStore } from "../state/store.ts";
import { RunLine } from "../timeline/run-line.tsx";
import { TransportButtons } from "../timeline/transport.tsx";

const LEFT = 52;

export function LessonTime({ phone }: { readonly phone: boolean }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const nothing = usePicture((picture) => picture.told === null || picture.told.beats.length === 0);
  return (
    <footer className={phone ? "mtrans lestime" : "time lestime"} aria-label="Timeline">
      <div className="transport">
        <div className="tbtns" role="group" aria-label="Playback">
          <TransportButtons size={phone ? 18 : 16} />
          <button type="button" className="tool" aria-label="Replay request" disabled={nothing} onClick={restart}>
            <Icon name="restart" size={phone ? 18 : 16} />
          </button>
        </div>
        {!phone && <Clock />}
        <span className="grow" />
        <Speed />
      </div>
      {!phone && (
        <div className="tl" ref={box}>
          {width > 0 && <RunLine width={width} left={LEFT} />}
        </div>
      )}
    </footer>
  );
}

const SPEED_WORDS: Readonly<Record<number, string>> = { 0.25: "\u00bc\u00d7", 0.5: "\u00bd\u00d7", [FASTEST]: "Max" };
const wordsOf = (rate: number): string => SPEED_WORDS[rate] ?? `${rate}\u00d7`;

function Speed(): ReactElement {
  const rate = useStore((state) => state.clock.rate);
  return (
    <MenuButton
      label={`Speed, ${wordsOf(rate)}`}
      className="btn quiet"
      entries={SPEEDS.map((speed) => ({
        kind: "item" as const,
        label: wordsOf(speed),
        checked: speed === rate,
        run: () => setRate(speed),
      }))}
    >
      {wordsOf(rate)}
      <Icon name="chevron" size={12} className="c3" />
    </MenuButton>
  );
}

/** Written straight into the page: it changes on every frame. */
function Clock(): ReactElement {
  const text = useRef<HTMLElement>(null);
  useEffect(
    () =>
      onFrame((showMs) => {
        const { told } = usePicture.getState();
        if (text.current !== null) text.current.textContent = moment(told === null ? getState().now : virtualAt(told, showMs));
      }),
    [],
  );
  return (
    <div className="clock">
      <b ref={text} />
    </div>
  );
}
