/** Who sends: one, several addresses outside (for affinity), or several of the cluster's own in turn. */
import { useState, type ReactElement } from "react";
import type { Sender } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Segmented } from "../parts/segmented.tsx";
import { SenderOptions, keyOf, senderOfKey } from "../header/sender-options.tsx";
import type { Draft } from "../state/store.ts";
import { addresses, clientsKind, CLIENTS_MOST, withClients } from "./compose.ts";
import { NumberField } from "./number-field.tsx";
import { Row } from "./row.tsx";

interface ClientFieldsProps {
  readonly draft: Draft;
  readonly from: Sender | null;
  readonly cluster: ClusterView;
  readonly set: (draft: Draft) => void;
}

const SOME = 5;
const PODS_SHOWN = 24;

export function ClientFields({ draft, from, cluster, set }: ClientFieldsProps): ReactElement {
  const kind = clientsKind(draft);
  const clients = from === null ? [] : [from, ...(draft.more?.others ?? [])];
  const choose = (next: typeof kind): void => {
    if (next === "one") set(withClients(draft, from === null ? [] : [from]));
    else if (next === "addresses") set(withClients(draft, addresses(SOME)));
    else set(withClients(draft, [...(from?.kind === "outside" ? [] : clients.slice(0, 1)), ...other(cluster, from)].slice(0, 2)));
  };
  return (
    <Row label="From">
      <Segmented
        label="Clients"
        value={kind}
        choices={[
          { value: "one", label: "One client" },
          { value: "addresses", label: "Several addresses" },
          { value: "several", label: "Several Pods" },
        ]}
        onChange={choose}
      />
      {kind === "one" && <One draft={draft} from={from} cluster={cluster} set={set} />}
      {kind === "addresses" && (
        <NumberField
          label="Client addresses"
          value={clients.length}
          least={2}
          most={CLIENTS_MOST}
          step={1}
          unit="addresses outside, in turn"
          onChange={(count) => set(withClients(draft, addresses(Math.round(count))))}
        />
      )}
      {kind === "several" && <Several clients={clients} cluster={cluster} onChange={(next) => set(withClients(draft, next))} />}
    </Row>
  );
}

/** Who may send beside the first: another client Pod, else a server, else a node. */
function other({ pods, nodes }: ClusterView, from: Sender | null): readonly Sender[] {
  const keys = pods
    .filter(({ role }) => role === "client" || role === "server")
    .toSorted((a, b) => Number(b.role === "client") - Number(a.role === "client"))
    .map(({ key }) => key)
    .filter((key) => !(from?.kind === "pod" && from.pod === key));
  return [...keys.map((pod) => ({ kind: "pod", pod }) as const), ...nodes.map(({ name }) => ({ kind: "node", node: name }) as const)];
}

/** Any address outside may send too: it is typed. */
function One({ draft, from, cluster, set }: ClientFieldsProps): ReactElement {
  const typed = from?.kind === "outside" && /[.:]/.test(from.id);
  const [address, setAddress] = useState<string | null>(null);
  const choose = (key: string): void => {
    if (key === ANY) return set({ ...draft, from: { kind: "outside", id: "198.51.100.7" } });
    set({ ...draft, from: senderOfKey(key) });
  };
  return (
    <>
      <select aria-label="Sender" value={typed ? ANY : from === null ? "" : keyOf(from)} onChange={(event) => choose(event.target.value)}>
        <SenderOptions cluster={cluster} chosen={typed ? null : from} />
        <option value={ANY}>an address outside</option>
      </select>
      {typed && from?.kind === "outside" && (
        <input
          className="mono"
          aria-label="Address outside"
          value={address ?? from.id}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setAddress(event.target.value);
            const id = event.target.value.trim();
            if (/[.:]/.test(id)) set({ ...draft, from: { kind: "outside", id } });
          }}
          onBlur={() => setAddress(null)}
        />
      )}
    </>
  );
}

const ANY = "any address";

interface SeveralProps {
  readonly clients: readonly Sender[];
  readonly cluster: ClusterView;
  readonly onChange: (clients: readonly Sender[]) => void;
}

function Several({ clients, cluster, onChange }: SeveralProps): ReactElement {
  const chosen = new Set(clients.map(keyOf));
  const all = [...clients, ...other(cluster, null)].filter((one, i, list) => list.findIndex((same) => keyOf(same) === keyOf(one)) === i);
  const toggle = (client: Sender): void => {
    const next = chosen.has(keyOf(client)) ? clients.filter((one) => keyOf(one) !== keyOf(client)) : [...clients, client];
    if (next.length > 0) onChange(next.slice(0, CLIENTS_MOST));
  };
  return (
    <div className="cpods" role="group" aria-label="Clients that take turns">
      {all
        .slice(0, PODS_SHOWN)
        .toSorted((a, b) => (nameOf(cluster, a) < nameOf(cluster, b) ? -1 : 1))
        .map((client) => (
          <label key={keyOf(client)}>
            <input type="checkbox" checked={chosen.has(keyOf(client))} onChange={() => toggle(client)} />
            {nameOf(cluster, client)}
          </label>
        ))}
    </div>
  );
}

function nameOf({ pods }: ClusterView, client: Sender): string {
  if (client.kind === "pod") return pods.find(({ key }) => key === client.pod)?.shortName ?? client.pod;
  return client.kind === "node" ? client.node : client.id;
}
