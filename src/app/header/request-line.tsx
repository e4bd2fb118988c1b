/** The one primary action: who sends, to what, how often. Enter sends. */
import { useId, type FormEvent, type ReactElement } from "react";
import type { Sender } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { send, senderOf, setDraft } from "../state/commands.ts";
import { senderName } from "../state/format.ts";
import { useStore } from "../state/store.ts";
import { KeepSwitch } from "./keep-switch.tsx";
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
    <form className={`compose ${error !== null ? "wrong" : ""}`} aria-label="Send a request" onSubmit={onSubmit}>
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

function SenderOptions({ cluster, chosen }: { readonly cluster: ClusterView; readonly chosen: Sender | null }): ReactElement {
  // an address that has not sent yet is no host of the cluster's view
  const stranger = chosen?.kind === "outside" && !cluster.outsiders.some(({ id }) => id === chosen.id) ? chosen.id : null;
  const clients = cluster.pods.filter((pod) => pod.role === "client");
  const others = cluster.pods.filter((pod) => pod.role === "server" || pod.role === "dns");
  const pod = (key: string, name: string): ReactElement => (
    <option key={key} value={keyOf({ kind: "pod", pod: key })}>
      {name}
    </option>
  );
  return (
    <>
      {clients.length > 0 && <optgroup label="Client Pods">{clients.map((one) => pod(one.key, one.shortName))}</optgroup>}
      {others.length > 0 && <optgroup label="Other Pods">{others.map((one) => pod(one.key, one.shortName))}</optgroup>}
      <optgroup label="Nodes">
        {cluster.nodes.map((node) => (
          <option key={node.name} value={keyOf({ kind: "node", node: node.name })}>
            {node.name}
          </option>
        ))}
      </optgroup>
      <optgroup label="Outside">
        {cluster.outsiders
          .filter((outsider) => outsider.kind !== "dns")
          .map((outsider) => (
            <option key={outsider.id} value={keyOf({ kind: "outside", id: outsider.id })}>
              {outsider.name}
            </option>
          ))}
        {stranger !== null && <option value={keyOf({ kind: "outside", id: stranger })}>{stranger}</option>}
      </optgroup>
    </>
  );
}

function keyOf(sender: Sender): string {
  switch (sender.kind) {
    case "pod":
      return `pod ${sender.pod}`;
    case "node":
      return `node ${sender.node}`;
    case "outside":
      return `outside ${sender.id}`;
  }
}

function senderOfKey(key: string): Sender | null {
  const name = key.slice(key.indexOf(" ") + 1);
  if (key.startsWith("pod ")) return { kind: "pod", pod: name };
  if (key.startsWith("node ")) return { kind: "node", node: name };
  return key.startsWith("outside ") ? { kind: "outside", id: name } : null;
}
