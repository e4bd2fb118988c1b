/** On a Pod's page: the last requests that it answered, with the source that it saw. There a masquerade shows. */
import { useMemo, type ReactElement } from "react";
import "../styles/server-log.css";
import { follow } from "../state/commands.ts";
import { holder, moment } from "../state/format.ts";
import { addressName, names } from "../state/pointing-names.ts";
import { useStore } from "../state/store.ts";
import { serverLog, type LogLine } from "./server-log.ts";

const SHOWN = 6;

export function ServerLog({ pod }: { readonly pod: string }): ReactElement | null {
  const journeys = useStore((state) => state.journeys);
  const lines = useMemo(() => serverLog(journeys, pod, SHOWN), [journeys, pod]);
  if (lines.length === 0) return null;
  return (
    <section aria-label="Server log">
      <h3>Server log</h3>
      <p className="c2">{`The last ${lines.length === 1 ? "request" : `${lines.length} requests`} it took, with the source address that it saw.`}</p>
      <ol className="serverlog">
        {lines.map((line) => (
          <Line key={`${line.journey} ${line.at}`} line={line} />
        ))}
      </ol>
    </section>
  );
}

function Line({ line: { journey, at, source, sent, asks, status } }: { readonly line: LogLine }): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const who = cluster === null ? null : holder(cluster, source);
  return (
    <li>
      <button type="button" aria-label={`Request ${journey}, go to it`} className="link" onClick={() => follow(journey, "hold")}>
        {moment(at)}
      </button>
      <code>
        <span className={source === sent ? undefined : "hl"} {...names(addressName(source))}>
          {source}
        </span>{" "}
        {`"${asks}" ${status ?? "-"}`}
      </code>
      {source !== sent && (
        <small>
          {`That is ${who === null ? "not the client" : who.name}: it was sent by `}
          <span className="mono" {...names(addressName(sent))}>
            {sent}
          </span>
          , and masqueraded on the way.
        </small>
      )}
    </li>
  );
}
