/** resolv.conf with the entry that matched, then the walk; it ends with the query as a packet, which is rewritten too. */
import type { ReactElement } from "react";
import type { Hop, Journey, Lookup, LookupQuery } from "../../core/network/trace.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { duration, senderName, socket } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { RESULTS } from "./hop-card.tsx";

export function DnsTab(): ReactElement {
  const journey = usePicture((picture) => picture.journey);
  const cluster = useStore((state) => state.cluster);
  if (journey === null || cluster === null) return <p className="emptytab">Send a request by name to see its look-up.</p>;
  const { lookup } = journey;
  if (lookup === null) return <p className="emptytab">This request used an address, no look-up.</p>;
  return (
    <>
      <div className="ibar">
        <b>{senderName(cluster, journey.from)}</b>
        asks for <b className="mono">{lookup.name}</b>
      </div>
      <ResolvConf lookup={lookup} />
      <p className="why pad">{orderText(lookup)}</p>
      <ul>
        {lookup.candidates.map((candidate) => (
          <Candidate
            key={candidate.name}
            name={candidate.name}
            result={candidate.result}
            queries={lookup.queries.filter((query) => trimDot(query.name) === trimDot(candidate.name))}
          />
        ))}
      </ul>
      {lookup.error !== null && <p className="why pad drop-t">{lookup.error}</p>}
      <QueryPacket journey={journey} lookup={lookup} />
      <p className="foot">{bothTypes(lookup)}</p>
    </>
  );
}

const trimDot = (name: string): string => name.replace(/\.$/, "");

function ResolvConf({ lookup }: { readonly lookup: Lookup }): ReactElement {
  const found = lookup.candidates.find((candidate) => candidate.result === "found");
  const matched = found === undefined ? null : trimDot(found.name).slice(trimDot(lookup.name).length + 1);
  return (
    <div className="res" role="group" aria-label="resolv.conf">
      <div>nameserver {lookup.nameserver}</div>
      {lookup.search.length > 0 && (
        <div>
          search{" "}
          {lookup.search.map((entry, i) => (
            <span key={entry}>
              {i > 0 && " "}
              {entry === matched ? <em>{entry}</em> : entry}
            </span>
          ))}
        </div>
      )}
      <div>options ndots:{lookup.ndots}</div>
    </div>
  );
}

function orderText({ name, ndots, search }: Lookup): string {
  if (name.endsWith(".")) return "The name ends with a dot, so it is asked as it stands.";
  if (search.length === 0) return "There is no search path, so the name is asked as it stands.";
  const dots = name.split(".").length - 1;
  const has = dots === 0 ? "no dots" : dots === 1 ? "1 dot" : `${dots} dots`;
  return dots < ndots
    ? `${name} has ${has}, fewer than ${ndots}, so the search path is tried first.`
    : `${name} has ${has}, so it is asked as it stands before the search path.`;
}

type Result = Lookup["candidates"][number]["result"];
const GLYPH: Readonly<Record<Result, IconName>> = {
  found: "dns",
  "no-such-name": "todo",
  "no-address": "todo",
  failed: "blocked",
  "not-asked": "todo",
};

function Candidate({
  name,
  result,
  queries,
}: {
  readonly name: string;
  readonly result: Result;
  readonly queries: readonly LookupQuery[];
}): ReactElement {
  const first = queries[0];
  const answers = queries.flatMap((query) => query.answers);
  const took = first === undefined ? null : Math.max(...queries.map((query) => query.endsAt)) - first.at;
  return (
    <li className={`try ${result === "not-asked" ? "un" : ""}`}>
      <Icon name={GLYPH[result]} size={17} />
      <div>
        <span className="q">{trimDot(name)}</span>
        <small>
          {result === "found" ? (
            <>
              found: <Answers answers={answers} />
            </>
          ) : (
            <>
              {RESULTS[result]}
              {first !== undefined && first.rcode !== "NOERROR" ? ` (${first.rcode})` : ""}
            </>
          )}
        </small>
      </div>
      <span className="ms">{took === null ? "" : duration(took)}</span>
    </li>
  );
}

function Answers({ answers }: { readonly answers: LookupQuery["answers"] }): ReactElement {
  const ttl = answers[0]?.ttl;
  return (
    <>
      {answers.map((answer, i) => (
        <span key={i}>
          {i > 0 && ", "}
          <span className="svc-t mono">{answer.data}</span>
        </span>
      ))}
      {ttl !== undefined && `, TTL ${ttl} s`}
    </>
  );
}

function QueryPacket({ journey, lookup }: { readonly journey: Journey; readonly lookup: Lookup }): ReactElement | null {
  const query = lookup.queries.at(-1);
  const hops = query === undefined ? [] : (journey.packets[query.queryPacket]?.hops ?? []);
  const rewritten = hops.find((hop): hop is Extract<Hop, { kind: "rewrite" | "known" }> => hop.kind === "rewrite" || hop.kind === "known");
  if (rewritten === undefined || !rewritten.changed.destination) return null;
  return (
    <>
      <div className="ibar gap">
        <b>The query is a packet too</b>
      </div>
      <div className="ct-e">
        <div className="tup">
          <span className="f">dst</span>
          <span className="was">{socket(rewritten.before.dst, rewritten.before.dstPort)}</span>
          <Icon name="arrow" size={12} />
          <span className="hl">{socket(rewritten.after.dst, rewritten.after.dstPort)}</span>
        </div>
        <p className="why">kube-dns is a Service, so {rewritten.node} rewrites it the same way.</p>
      </div>
    </>
  );
}

function bothTypes({ queries }: Lookup): string {
  const aaaa = queries.filter((query) => query.type === "AAAA");
  if (aaaa.length === 0) return "Only A was asked for: this resolver asks for IPv4 addresses.";
  const empty = aaaa.at(-1)?.answers.length === 0;
  return empty ? "A and AAAA are asked together. AAAA came back empty: there is no IPv6 address." : "A and AAAA are asked together.";
}
