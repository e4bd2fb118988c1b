/** The inspector's head while something else than a request is on show: a change moment by moment, or how steady traffic goes. */
import type { ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { count, plural, senderName } from "../state/format.ts";
import { seek, useMoment } from "../state/playback.ts";
import { useStore } from "../state/store.ts";
import { titleOf } from "./span-story.ts";
import { lossLabel, LOST_WORDS } from "./steady.tsx";
import { followLoss } from "./traffic.ts";
import { useSpanStory } from "./watching.ts";

const TrafficCapture = later(async () => (await import("../inspector/capture.tsx")).TrafficCapture);
const Standing = later(async () => (await import("../send/sender-list.tsx")).Standing);

/** What happened when; a press goes there. */
export function SpanSummary(): ReactElement | null {
  const story = useSpanStory((watching) => watching.story);
  const current = useMoment((moment) => moment.beat);
  if (story === null) return null;
  const { record, told, beats } = story;
  return (
    <div className="pkt tsummary">
      <div className="t">
        <Icon name="restart" />
        <h2>{titleOf(record, story.before)}</h2>
      </div>
      <ol aria-label="What followed">
        {told.beats.map((beat, i) => (
          <li key={beat.number} aria-current={i === current ? "step" : undefined}>
            <button type="button" className="lossrow" onClick={() => seek(beat.stillMs)}>
              <span className="when">{sinceText((beats[i]?.at ?? record.at) - record.at)}</span>
              <span>{beat.sentence}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** `0 s`, `+0.193 s`. */
function sinceText(nanos: number): string {
  return nanos < 5e5 ? "0 s" : `+${Number((nanos / 1e9).toPrecision(3))} s`;
}

/** So many of the last losses stand here. */
const LOSSES_SHOWN = 6;

export function TrafficSummary(): ReactElement | null {
  const traffic = useStore((state) => state.traffic);
  const cluster = useStore((state) => state.cluster);
  if (traffic === null || cluster === null) return null;
  const { request, senders, bySender, sent, answered, lost, lostBy, losses } = traffic;
  const alone = request !== null && senders === 1;
  const own = bySender.every(({ sender }) => sender.includes("/"));
  const who = alone
    ? `${senderName(cluster, request.from)} to ${request.to}`
    : own
      ? `${plural(senders, "Pod")} on their own`
      : plural(senders, "sender");
  return (
    <div className="pkt tsummary">
      <div className="t">
        <Icon name="packet" />
        <h2>Steady traffic</h2>
        <span className="c3 state clip">{who}</span>
      </div>
      <dl>
        <div>
          <dt>Sent</dt>
          <dd>{count(sent)}</dd>
        </div>
        <div>
          <dt>Answered</dt>
          <dd>{count(answered)}</dd>
        </div>
        <div>
          <dt>Lost</dt>
          <dd className={lost > 0 ? "lost" : ""}>{count(lost)}</dd>
        </div>
      </dl>
      {lost === 0 ? (
        <p className="empty">A request that gets no answer appears here, to be followed hop by hop.</p>
      ) : (
        <>
          <p className="empty">
            {`${lostBy.map(({ outcome, count: its }) => `${count(its)} ${LOST_WORDS[outcome] ?? outcome}`).join(", ")}. The last of them:`}
          </p>
          <ul>
            {losses
              .slice(-LOSSES_SHOWN)
              .toReversed()
              .map((loss) => (
                <li key={loss.journey}>
                  <button type="button" className="lossrow" onClick={() => void followLoss(loss.journey)}>
                    <Icon name={loss.outcome === "refused" ? "reject" : "drop"} size={14} />
                    <span className="clip">{lossLabel(loss, cluster)}</span>
                  </button>
                </li>
              ))}
          </ul>
        </>
      )}
      <Standing />
      {sent > 0 && <TrafficCapture />}
    </div>
  );
}
