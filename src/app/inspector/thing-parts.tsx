/** Parts of a thing's page that are more than a line: conditions, resolv.conf, its own variables, the Pods of a node, a Service's members and slices. */
import { useEffect, useMemo, useState, type ReactElement } from "react";
import type { PodCondition } from "../../core/api/types.ts";
import type { SendRequest } from "../../core/simulation/contract.ts";
import type { ClusterView, Distribution, NodeView, ServiceView, SliceView } from "../../core/simulation/view.ts";
import { stateWords } from "../../scene/describe.ts";
import type { ThingId } from "../../scene/contract.ts";
import { thingAtAddress } from "../linked/holders.ts";
import { ask, senderOf } from "../state/commands.ts";
import { count, plural, senderName } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { names } from "../state/pointing-names.ts";
import { getState, useStore, type TextPlace } from "../state/store.ts";
import { lineOfObject } from "../state/text.ts";
import { requestTo } from "../topology/share.ts";
import { Places, ThingLine } from "./places.tsx";
import { useNames } from "./use-names.ts";

/** So many of a list show at once. */
const SHOWN = 12;

/** What the API server would tell of the Pod: each with its reason where it does not hold. */
export function Conditions({ conditions }: { readonly conditions: readonly PodCondition[] }): ReactElement | null {
  if (conditions.length === 0) return null;
  return (
    <section aria-label="Conditions">
      <h3>Conditions</h3>
      <ul className="conds">
        {conditions.map(({ type, status, reason, message }) => (
          <li key={type}>
            <span className="mono">{type}</span>
            <b>{status}</b>
            {status !== "True" && (reason !== undefined || message !== undefined) && (
              <small>{[reason, message].filter((part) => part !== undefined && part !== "").join(": ")}</small>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Its file as the programs in it read it. */
export function ResolvConf({ pod }: { readonly pod: string }): ReactElement | null {
  const answer = useNames({ kind: "resolver", from: { kind: "pod", pod } });
  if (answer === null) return null;
  return (
    <details className="netfacts">
      <summary>/etc/resolv.conf</summary>
      <pre className="mono" tabIndex={0} aria-label={`/etc/resolv.conf of ${pod}`}>
        {answer.resolver.file.trimEnd()}
      </pre>
      <p className="c3">{`Read by ${answer.resolver.libc}.`}</p>
    </details>
  );
}

interface Line {
  readonly key: string;
  readonly thing: ThingId | null;
  /** Where there is no thing. */
  readonly text: string;
  readonly note: string;
}

function Lines({ lines }: { readonly lines: readonly Line[] }): ReactElement {
  const [most, setMost] = useState(SHOWN);
  return (
    <>
      <ul className="members">
        {lines.slice(0, most).map(({ key, thing, text, note }) => (
          <li key={key}>
            {thing === null ? (
              <span className="thingline">
                <span className="mono">{text}</span>
                <span className="c3">{note}</span>
              </span>
            ) : (
              <ThingLine thing={thing} note={note} />
            )}
          </li>
        ))}
      </ul>
      {lines.length > most && (
        <button type="button" className="btn quiet" onClick={() => setMost(most + 50)}>
          {`Show ${count(Math.min(50, lines.length - most))} more of ${count(lines.length)}`}
        </button>
      )}
    </>
  );
}

export function NodePods({ node, cluster }: { readonly node: NodeView; readonly cluster: ClusterView }): ReactElement | null {
  const pods = cluster.pods.filter((pod) => pod.node === node.name);
  if (pods.length === 0) return null;
  const lines = pods.map(({ key, state, ips, hostNetwork }): Line => ({
    key,
    thing: { kind: "pod", key },
    text: "",
    note: `${stateWords(state)}, ${hostNetwork ? "the node's address" : (ips[0] ?? "no address")}`,
  }));
  return (
    <section aria-label="Pods of the node">
      <h3>Pods</h3>
      <Lines lines={lines} />
    </section>
  );
}

/** Who answers for a Service, with the exact odds of a new connection from the sender of the request line; and its slices. */
export function Members({ service, cluster }: { readonly service: ServiceView; readonly cluster: ClusterView }): ReactElement | null {
  const odds = useOdds(service);
  const lines = useMemo(() => memberLines(service, cluster, odds?.distribution ?? null), [service, cluster, odds]);
  const slices = cluster.slices.filter((slice) => slice.service === service.key);
  if (lines.length === 0 && slices.length === 0) return null;
  return (
    <>
      {lines.length > 0 && (
        <section aria-label="Members">
          <h3>Members</h3>
          {odds !== null && <p className="c2">{`Odds of a new connection from ${odds.from}, from the rules.`}</p>}
          <Lines lines={lines} />
        </section>
      )}
      {slices.length > 0 && <Slices slices={slices} service={service} />}
    </>
  );
}

function memberLines(service: ServiceView, cluster: ClusterView, distribution: Distribution | null): readonly Line[] {
  const known = service.endpoints.map(({ address, pod, ready, serving, terminating }): Line => {
    const share = (distribution?.candidates ?? [])
      .filter(
        (candidate) =>
          (pod !== null && candidate.pod === pod) ||
          candidate.endpoint.startsWith(`${address}:`) ||
          candidate.endpoint.startsWith(`[${address}]`),
      )
      .reduce<number | null>((sum, { probability }) => (probability === null ? sum : (sum ?? 0) + probability), null);
    const how = ready ? "ready" : terminating ? (serving ? "ending, still answers" : "ending") : "not ready";
    return {
      key: address,
      thing: pod === null ? thingAtAddress(cluster, address) : { kind: "pod", key: pod },
      text: address,
      note: share === null ? how : `${how}, ${(100 * share).toFixed(1)}%`,
    };
  });
  const told = new Set(service.endpoints.map(({ pod }) => pod));
  const waiting = service.selects.filter((key) => !told.has(key));
  return [...known, ...waiting.map((key): Line => ({ key, thing: { kind: "pod", key }, text: "", note: "selected, in no slice yet" }))];
}

function Slices({ slices, service }: { readonly slices: readonly SliceView[]; readonly service: ServiceView }): ReactElement {
  useStore((state) => state.files);
  return (
    <section aria-label="EndpointSlices">
      <h3>EndpointSlices</h3>
      <ul className="members">
        {slices.map((slice) => {
          const { namespace, name, addressType, endpoints } = slice;
          const ready = endpoints.filter((endpoint) => endpoint.ready).length;
          return (
            <li key={name}>
              <span className="thingline" {...names(`slice:${namespace}/${name}`)}>
                <span className="mono">{name}</span>
                <span className="c3">{`${addressType}, ${ready} of ${plural(endpoints.length, "endpoint")} ready`}</span>
                <span className="grow" />
                <Places what={`EndpointSlice ${name}`} source={sourceOfSlice(slice, service)} things={podsOfSlice(slice)} />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The Pods behind its endpoints. */
export function podsOfSlice({ endpoints }: SliceView): readonly ThingId[] {
  return endpoints.flatMap(({ pod }) => (pod === null ? [] : [{ kind: "pod", key: pod }]));
}

/** One that was written by hand has a document; others are made for their Service. */
export function sourceOfSlice({ namespace, name }: SliceView, { source }: Pick<ServiceView, "source">): TextPlace | null {
  return lineOfObject(getState().files, "EndpointSlice", name, namespace) ?? source;
}

interface KnownOdds {
  readonly from: string;
  readonly distribution: Distribution;
}

/** null until they are known, and where nobody can ask. */
function useOdds(service: ServiceView): KnownOdds | null {
  const cluster = useStore((state) => state.cluster);
  const draft = useStore((state) => state.draft);
  const journey = usePicture((picture) => picture.journey);
  const [known, setKnown] = useState<{ readonly request: string; readonly odds: KnownOdds } | null>(null);
  const from = cluster === null ? null : (journey?.from ?? senderOf(draft, cluster));
  const request =
    cluster === null || from === null || service.ports.length === 0 ? null : JSON.stringify(requestTo(cluster, service, from, draft.to));
  const version = cluster?.version ?? null;
  useEffect(() => {
    if (request === null || version === null) return;
    let current = true;
    const asked = JSON.parse(request) as SendRequest; // the request as text
    void ask({ kind: "distribution", request: asked }).then((reply) => {
      const { cluster: now } = getState();
      if (current && reply.kind === "distribution" && now !== null)
        setKnown({ request, odds: { from: senderName(now, asked.from), distribution: reply.distribution } });
    });
    return () => {
      current = false;
    };
  }, [request, version]);
  return known?.request === request ? known.odds : null;
}
