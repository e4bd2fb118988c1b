/** Names: the resolver's file with the entry that matched, the search question by question, its cost, and how it failed. */
import type { ReactElement } from "react";
import { costOf } from "../../core/dns/cost.ts";
import type { Journey, Lookup } from "../../core/network/trace.ts";
import { Icon } from "../parts/icons.tsx";
import { duration, plural, senderName } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { bare, failureOf } from "./lookup-rows.ts";
import { LookupWalk } from "./lookup-walk.tsx";

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
      <Cost lookup={lookup} />
      <Failure journey={journey} lookup={lookup} />
      <LookupWalk key={journey.id} journey={journey} lookup={lookup} cluster={cluster} />
      <p className="foot">{bothTypes(lookup)}</p>
    </>
  );
}

function ResolvConf({ lookup }: { readonly lookup: Lookup }): ReactElement {
  const found = lookup.candidates.find((candidate) => candidate.result === "found");
  const matched = found === undefined ? null : bare(found.name).slice(bare(lookup.name).length + 1);
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

/** How it failed, what that means, and what the client printed. */
function Failure({ journey, lookup }: { readonly journey: Journey; readonly lookup: Lookup }): ReactElement | null {
  const failure = failureOf(lookup);
  if (failure === null) return null;
  return (
    <section className="dsaid" aria-label="How the look-up failed">
      <p className="t">
        <Icon name="blocked" size={15} />
        {failure.title}
      </p>
      <p>{failure.why}</p>
      {lookup.error !== null && <p>{`The resolver says: ${lookup.error}.`}</p>}
      {journey.clientSays !== "" && <code className="term">{journey.clientSays}</code>}
    </section>
  );
}

function Cost({ lookup }: { readonly lookup: Lookup }): ReactElement | null {
  if (lookup.queries.length === 0) return null;
  const cost = costOf(lookup);
  return (
    <section className="dcost" aria-label="Cost of the look-up">
      <p>
        <b>{plural(cost.queries, "question")}</b>
        {`, ${plural(cost.packets, "packet")}, ${duration(cost.took)}`}
        {cost.wasted > 0 && `; ${cost.wasted} before the name that was found`}
      </p>
    </section>
  );
}

function bothTypes({ queries }: Lookup): string {
  const aaaa = queries.filter((query) => query.type === "AAAA");
  if (aaaa.length === 0) return "Only A was asked for: this resolver asks for IPv4 addresses.";
  const empty = aaaa.at(-1)?.answers.length === 0;
  return empty ? "A and AAAA are asked together. AAAA came back empty: there is no IPv6 address." : "A and AAAA are asked together.";
}
