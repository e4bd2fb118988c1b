/** The composer's fields: where to, how, how often, on which connection. */
import { useId, type ReactElement } from "react";
import type { Sender } from "../../core/network/trace.ts";
import { METHODS } from "../../core/network/methods.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Segmented } from "../parts/segmented.tsx";
import { setState, type Draft } from "../state/store.ts";
import { ClientFields } from "./client-fields.tsx";
import { everyOf, isHttp, perSecond, schemeOf, SCHEMES, withMore, withScheme } from "./compose.ts";
import { NumberField } from "./number-field.tsx";
import { Row } from "./row.tsx";
import { suggestionsOf } from "./suggestions.ts";

const MILLISECOND = 1_000_000;
const SECOND = 1_000_000_000;
/** As the simulation has it where nothing is said. */
const USUAL = { pause: 10 * MILLISECOND, patience: 5 * SECOND, rate: 10 } as const;

interface FieldsProps {
  readonly draft: Draft;
  readonly rate: number | null;
  readonly from: Sender | null;
  readonly cluster: ClusterView;
}

const set = (draft: Draft): void => setState({ draft, sendError: null });

export function Fields({ draft, rate, from, cluster }: FieldsProps): ReactElement {
  return (
    <div className="cfields">
      <ClientFields draft={draft} from={from} cluster={cluster} set={set} />
      <Destination draft={draft} from={from} cluster={cluster} />
      <Method draft={draft} />
      <Pace draft={draft} rate={rate} />
      <Connection draft={draft} />
      <Row label="Gives up after">
        <NumberField
          label="Seconds until the client gives up"
          value={(draft.more?.patience ?? USUAL.patience) / SECOND}
          least={0.1}
          most={3600}
          step={0.1}
          unit="s"
          onChange={(seconds) => {
            const patience = Math.round(seconds * SECOND);
            set(withMore(draft, { patience: patience === USUAL.patience ? undefined : patience }));
          }}
        />
        <span className="cnote">without a connection, and then without an answer</span>
      </Row>
    </div>
  );
}

function Destination({ draft, from, cluster }: Omit<FieldsProps, "rate">): ReactElement {
  const listId = useId();
  const namespace = from?.kind === "pod" ? from.pod.slice(0, from.pod.indexOf("/")) : "";
  return (
    <Row label="To">
      <input
        className="mono cto"
        aria-label="To"
        list={listId}
        value={draft.to}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        inputMode="url"
        onChange={(event) => set({ ...draft, to: event.target.value })}
      />
      <datalist id={listId}>
        {suggestionsOf(cluster, namespace).map(({ to, what }) => (
          <option key={to} value={to}>
            {what}
          </option>
        ))}
      </datalist>
      <Segmented
        label="Protocol"
        value={schemeOf(draft.to)}
        choices={SCHEMES.map((scheme) => ({ value: scheme, label: scheme }))}
        onChange={(scheme) => set({ ...draft, to: withScheme(draft.to, scheme) })}
      />
    </Row>
  );
}

function Method({ draft }: { readonly draft: Draft }): ReactElement {
  const http = isHttp(schemeOf(draft.to));
  return (
    <Row label="Method">
      <select
        aria-label="Method"
        value={draft.more?.method ?? "GET"}
        disabled={!http}
        onChange={(event) => {
          const method = METHODS.find((one) => one === event.target.value);
          set(withMore(draft, { method: method === "GET" ? undefined : method }));
        }}
      >
        {METHODS.map((method) => (
          <option key={method}>{method}</option>
        ))}
      </select>
      <span className="cnote">{http ? "in the request packet; the server's image decides what it answers" : "only HTTP has methods"}</span>
    </Row>
  );
}

function Pace({ draft, rate }: { readonly draft: Draft; readonly rate: number | null }): ReactElement {
  const { more = {} } = draft;
  const pace = rate !== null ? "steady" : more.every === undefined ? "after" : "rate";
  const choose = (next: "after" | "rate" | "steady"): void => {
    const every = next === "rate" ? everyOf(USUAL.rate) : undefined;
    setState({
      draft: withMore(draft, { every, ...(next === "after" ? {} : { pause: undefined }) }),
      steady: next === "steady" ? { rate: USUAL.rate } : null,
      sendError: null,
    });
  };
  return (
    <Row label="How often">
      {pace !== "steady" && (
        <NumberField
          label="Number of requests"
          value={draft.count}
          least={1}
          most={1000}
          step={1}
          unit="times"
          onChange={(count) => set({ ...draft, count: Math.round(count) })}
        />
      )}
      <Segmented
        label="Pace"
        value={pace}
        choices={[
          { value: "after", label: "After each other" },
          { value: "rate", label: "At a rate" },
          { value: "steady", label: "Until stopped" },
        ]}
        onChange={choose}
      />
      {pace === "after" && draft.count > 1 && (
        <NumberField
          label="Milliseconds from the end of one to the next"
          value={(more.pause ?? USUAL.pause) / MILLISECOND}
          least={0}
          most={60_000}
          step={1}
          unit="ms apart"
          onChange={(ms) => {
            const pause = Math.round(ms * MILLISECOND);
            set(withMore(draft, { pause: pause === USUAL.pause ? undefined : pause }));
          }}
        />
      )}
      {pace === "rate" && (
        <NumberField
          label="Requests a second"
          value={perSecond(more.every ?? everyOf(USUAL.rate))}
          least={0.1}
          most={1000}
          step={1}
          unit="a second"
          onChange={(perS) => set(withMore(draft, { every: everyOf(perS) }))}
        />
      )}
      {pace === "steady" && (
        <NumberField
          label="Requests a second"
          value={rate ?? USUAL.rate}
          least={1}
          most={50}
          step={1}
          unit="a second"
          onChange={(perS) => setState({ steady: { rate: Math.round(perS) } })}
        />
      )}
    </Row>
  );
}

function Connection({ draft }: { readonly draft: Draft }): ReactElement {
  const kept = draft.keep === true;
  const { until } = draft.more ?? {};
  const kind = until?.requests !== undefined ? "requests" : until?.seconds !== undefined ? "seconds" : "end";
  const limit = (next: string, value: number): void =>
    set(withMore(draft, { until: next === "requests" ? { requests: value } : next === "seconds" ? { seconds: value } : undefined }));
  return (
    <Row label="Connection">
      <Segmented
        label="Connection"
        value={kept ? "kept" : "new"}
        choices={[
          { value: "new", label: "New each time" },
          { value: "kept", label: "Kept" },
        ]}
        onChange={(next) => set(next === "kept" ? { ...draft, keep: true } : withMore({ ...draft, keep: false }, { until: undefined }))}
      />
      {kept && (
        <select aria-label="Kept until" value={kind} onChange={(event) => limit(event.target.value, 10)}>
          <option value="end">until somebody closes it</option>
          <option value="requests">for so many requests</option>
          <option value="seconds">for so many seconds</option>
        </select>
      )}
      {kept && kind !== "end" && (
        <NumberField
          label={kind === "requests" ? "Requests on one connection" : "Seconds on one connection"}
          value={until?.requests ?? until?.seconds ?? 10}
          least={1}
          most={100_000}
          step={1}
          unit={kind}
          onChange={(value) => limit(kind, Math.round(value))}
        />
      )}
      <span className="cnote">
        {kept ? "as HTTP keep-alive, HTTP/2 and gRPC do: one connection, so one Pod" : "each may go to another Pod"}
      </span>
    </Row>
  );
}
