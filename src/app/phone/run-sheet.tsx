/** On a phone: the run on its line, its lanes, and the steps through it, on a sheet in place of the picture. */
import { useRef, type ReactElement } from "react";
import { EventLanes } from "../lanes/event-lanes.tsx";
import { useSize } from "../parts/use-size.ts";
import { RunLine } from "../timeline/run-line.tsx";
import { StepsMenu } from "../timeline/transport.tsx";
import { PastLine } from "../watch/past.tsx";

/** Left of the lines stand the names. */
const LEFT = 68;

export function RunSheet(): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  return (
    <div className="msheet runsheet">
      <PastLine />
      <div className="runsheethead">
        <h2>The run</h2>
        <StepsMenu />
      </div>
      <div className="tl" ref={box}>
        {width > 0 && (
          <>
            <RunLine width={width} left={LEFT} />
            <EventLanes width={width} left={LEFT} />
          </>
        )}
      </div>
    </div>
  );
}
