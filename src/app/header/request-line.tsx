/** The one primary action: who sends, to what, how often. Enter sends. */
import { useId, type FormEvent, type ReactElement } from "react";
import type { Sender } from "../../core/network/trace.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { send, senderOf, setDraft } from "../state/commands.ts";
import { senderName } from "../state/format.ts";
import { useStore } from "../state/store.ts";
import { KeepSwitch } from "./keep-switch.tsx";
import { More } from "./more.tsx";
import { SenderOptions, keyOf, senderOfKey } from "./sender-options.tsx";
import { CountOrRate, SteadyButton, useStands } from "../watch/steady.tsx";
import { stopTraffic } from "../watch/traffic.ts";

const COUNTS = [1, 10, 60, 100, 200];
const SENDER_ICON: Readonly<Record<Sender["kind"], IconName>> = { pod: "terminal", node: "node", outside: "client" };

export function RequestLine(): ReactElement {
  const draft = useStore((state) => state.draft);
  const cluster = useStore((state) => state.cluster);
  const waiting = useStore((state) => state.awaited.length > 0);
  const error = useStore((state) => state.sendError);
  const errorId = useId();
  const from = cluster === null ? null : senderOf(draft, cluster);

  const stands = useStands();
  const steady = useStore((state) => state.steady !== null);

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (stands) void stopTraffic();
    else send();
  };
  return (
    <form className={`compose ${error !== null ? "wrong" : ""}`} aria-label="Send a request" noValidate onSubmit={onSubmit}>
      <label className="from">
        <span className="lab">From</span>
        <Icon name={SENDER_ICON[from?.kind ?? "pod"]} size={14} className="c2" />
        <b className="clip">{cluster !== null && from !== null ? senderName(cluster, from) : "nobody yet"}</b>
        <Icon name="chevron" size={12} className="c3" />
        {cluster !== null && (
          <select
            aria-label="From"
            value={from === null ? "" : keyOf(from)}
            onChange={(event) => setDraft({ from: senderOfKey(event.target.value) })}
          >
            <SenderOptions cluster={cluster} chosen={from} />
          </select>
        )}
      </label>
      <input
        className="url"
        aria-label="Destination"
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : errorId}
        value={draft.to}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        inputMode="url"
        onChange={(event) => setDraft({ to: event.target.value })}
      />
      <CountOrRate counts={COUNTS} />
      <KeepSwitch />
      <SteadyButton />
      <More />
      <button type="submit" className="send" aria-busy={waiting || undefined} disabled={from === null}>
        {stands ? "Stop" : steady ? "Start" : "Send"}
      </button>
      {error !== null && (
        <p className="senderror" id={errorId} role="alert">
          <Icon name="blocked" size={14} />
          {error}
        </p>
      )}
    </form>
  );
}
