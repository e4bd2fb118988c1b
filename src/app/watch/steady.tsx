/** Steady traffic beside Send: on, off, how often; and what became of it, with the requests that were lost. */
import type { ReactElement } from "react";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { Loss } from "../../worker/protocol.ts";
import { Icon } from "../parts/icons.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { count, plural, podName } from "../state/format.ts";
import { getState, setState, useStore } from "../state/store.ts";
import { followLoss, goLive, RATES, setRate, stopTraffic, toggleTraffic, USUAL_RATE } from "./traffic.ts";

/** Steady traffic stands now. */
export function useStands(): boolean {
  return useStore((state) => state.traffic !== null && state.traffic.until === null);
}

export function SteadyButton(): ReactElement {
  const stands = useStands();
  const rate = useStore((state) => state.steady?.rate ?? USUAL_RATE);
  return (
    <button
      type="button"
      className="steady"
      aria-pressed={stands}
      title={stands ? "Stop the steady traffic (F)" : `Send ${rate} a second until stopped; edits then happen in simulated time (F)`}
      onClick={toggleTraffic}
    >
      <span className="steadydot" aria-hidden="true" />
      Steady
    </button>
  );
}

/** How many once, or how many a second. */
export function CountOrRate({ counts }: { readonly counts: readonly number[] }): ReactElement {
  const once = useStore((state) => state.draft.count);
  const steady = useStore((state) => state.steady);
  const stands = useStands();
  const choose = (value: string): void => {
    const number = Number.parseInt(value, 10);
    if (value.endsWith("/s")) return setRate(number);
    if (stands) void stopTraffic();
    setState({ steady: null, draft: { ...getState().draft, count: number }, sendError: null });
  };
  const rates = [...new Set([...RATES, steady?.rate ?? USUAL_RATE])].sort((a, b) => a - b);
  const all = [...new Set([...counts, once])].sort((a, b) => a - b);
  return (
    <label className="times">
      {steady === null && <span className="lab">&times;</span>}
      <b>{steady === null ? once : `${steady.rate}/s`}</b>
      <Icon name="chevron" size={12} className="c3" />
      <select
        aria-label="How many requests"
        value={steady === null ? once : `${steady.rate}/s`}
        onChange={(event) => choose(event.target.value)}
      >
        <optgroup label="Once">
          {all.map((n) => (
            <option key={n} value={n}>
              {n}
            </option>
          ))}
        </optgroup>
        <optgroup label="Steady traffic">
          {rates.map((n) => (
            <option key={n} value={`${n}/s`}>
              {n} a second
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

/** `312 sent · 4 lost`: counts of the traffic that stands, or of the last. */
export function TrafficCounts(): ReactElement | null {
  const traffic = useStore((state) => state.traffic);
  const live = useStore((state) => state.live);
  const cluster = useStore((state) => state.cluster);
  if (traffic === null) return null;
  const stands = traffic.until === null;
  const { sent, lost, losses } = traffic;
  return (
    <div className="tcounts" role="group" aria-label="Steady traffic">
      <span className="tnum">
        <b>{count(sent)}</b> sent
      </span>
      <span className={lost > 0 ? "tnum lost" : "tnum"}>
        <b>{count(lost)}</b> lost
      </span>
      {losses.length > 0 && (
        <MenuButton
          label={`Requests that were lost, last ${losses.length}`}
          className="btn small"
          entries={[
            { kind: "title", text: lost > losses.length ? `The last ${losses.length} of ${count(lost)} that were lost` : "Lost" },
            ...losses.toReversed().map((loss) => ({
              kind: "item" as const,
              label: lossLabel(loss, cluster),
              note: loss.says,
              run: () => void followLoss(loss.journey),
            })),
          ]}
        >
          Look
          <Icon name="chevron" size={12} />
        </MenuButton>
      )}
      {stands && !live && (
        <button type="button" className="btn small" onClick={() => goLive(true)}>
          Go on
        </button>
      )}
      {!stands && (
        <button type="button" className="tool small" aria-label="Dismiss the counts" onClick={() => setState({ traffic: null })}>
          <Icon name="close" size={12} />
        </button>
      )}
    </div>
  );
}

export const LOST_WORDS: Readonly<Record<string, string>> = {
  refused: "refused",
  unreachable: "no way there",
  dropped: "no answer",
  "dns-failed": "name not found",
  unmodelled: "not simulated",
};

/** `12.42 s, no answer, web-x2k8b`. */
export function lossLabel({ sentAt, outcome, pod }: Loss, cluster: ClusterView | null): string {
  const who = pod === null ? [] : [cluster === null ? pod.slice(pod.indexOf("/") + 1) : podName(cluster, pod)];
  return [`${(sentAt / 1e9).toFixed(2)} s`, LOST_WORDS[outcome] ?? outcome, ...who].join(", ");
}

/** What a screen reader hears of it. */
export function spokenCounts(sent: number, lost: number): string {
  return `${plural(sent, "request")}, ${lost === 0 ? "none" : count(lost)} lost`;
}
