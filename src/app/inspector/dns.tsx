/**
 * Names: the resolver's file with the entry that matched, the search question by question, its cost and how it failed; then
 * the cluster's name servers, and any name that one likes to look up.
 */
import type { ReactElement } from "react";
import { costOf } from "../../core/dns/cost.ts";
import type { Journey, Lookup } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { send, setDraft } from "../state/commands.ts";
import { duration, plural, senderName } from "../state/format.ts";
import { thingAt } from "../state/focus.ts";
import { usePicture } from "../state/picture.ts";
import { addressName, nameOfThing, names } from "../state/pointing-names.ts";
import { useStore } from "../state/store.ts";
import { AskName } from "./ask-name.tsx";
import { failureOf } from "./lookup-failure.ts";
import { bare } from "./lookup-rows.ts";
import { LookupWalk } from "./lookup-walk.tsx";
import { NameServers } from "./name-servers.tsx";
import { useNames } from "./use-names.ts";

export function DnsTab(): ReactElement {
  const journey = usePicture((picture) => picture.journey);
  const cluster = useStore((state) => state.cluster);
  if (cluster === null) return <p className="emptytab">Send a request by name to see its look-up.</p>;
  return (
    <>
      {journey?.lookup == null ? (
        <p className="emptytab">
          {journey === null ? "Send a request by name to see its look-up." : "This request used an address, no look-up."}
        </p>
      ) : (
        <LookupOf journey={journey} lookup={journey.lookup} cluster={cluster} />
      )}
      <NameServers cluster={cluster} />
      <AskName cluster={cluster} />
    </>
  );
}

interface LookupProps {
  readonly journey: Journey;
  readonly lookup: Lookup;
  readonly cluster: ClusterView;
}

function LookupOf({ journey, lookup, cluster }: LookupProps): ReactElement {
  const resolver = useNames({ kind: "resolver", from: journey.from })?.resolver ?? null;
  return (
    <>
      <div className="ibar">
        <b {...names(nameOfThing(thingAt(journey.from)))}>{senderName(cluster, journey.from)}</b>
        asks for <b className="mono">{lookup.name}</b>
        {resolver !== null && (
          <span className="libc clip" title={resolver.image ?? undefined}>
            {resolver.libc}
          </span>
        )}
      </div>
      <ResolvConf lookup={lookup} file={resolver?.file ?? null} />
      <p className="why pad">
        {orderText(lookup)}
        {resolver?.image != null && ` ${resolver.image} has ${resolver.libc}.`}
      </p>
      <Cost journey={journey} lookup={lookup} />
      <Failure journey={journey} lookup={lookup} />
      <LookupWalk key={journey.id} journey={journey} lookup={lookup} cluster={cluster} />
      <p className="why pad">{bothTypes(lookup)}</p>
    </>
  );
}

/** The file as it is now where it is still the one that the look-up read, else what the look-up kept of it. */
function ResolvConf({ lookup, file }: { readonly lookup: Lookup; readonly file: string | null }): ReactElement {
  const { search, nameserver, ndots } = lookup;
  const found = lookup.candidates.find((candidate) => candidate.result === "found");
  const matched = found === undefined ? null : bare(found.name).slice(bare(lookup.name).length + 1);
  const kept = [...(search.length > 0 ? [`search ${search.join(" ")}`] : []), `nameserver ${nameserver}`, `options ndots:${ndots}`];
  const lines = file?.split("\n").filter((line) => line !== "") ?? kept;
  const same = search.length === 0 || lines.includes(`search ${search.join(" ")}`);
  return (
    <div className="res" role="group" aria-label="resolv.conf">
      <span className="at">/etc/resolv.conf</span>
      {(same ? lines : kept).map((line) => (
        <div key={line}>
          {line.split(" ").map((word, i) => (
            <span key={i}>
              {i > 0 && " "}
              {word === matched && line.startsWith("search ") ? (
                <em>{word}</em>
              ) : i > 0 && line.startsWith("nameserver ") ? (
                <span {...names(addressName(word))}>{word}</span>
              ) : (
                word
              )}
            </span>
          ))}
        </div>
      ))}
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

function Cost({ journey, lookup }: { readonly journey: Journey; readonly lookup: Lookup }): ReactElement | null {
  if (lookup.queries.length === 0) return null;
  const cost = costOf(lookup);
  return (
    <section className="dcost" aria-label="Cost of the look-up">
      <p>
        <b>{plural(cost.queries, "question")}</b>
        {`, ${plural(cost.packets, "packet")}, ${duration(cost.took)}`}
        {cost.wasted > 0 && `; ${cost.wasted} before the name that was found`}
      </p>
      {cost.wasted > 0 && <Spellings journey={journey} lookup={lookup} />}
    </section>
  );
}

/** Other ways to write the name, each tried beside the run: they find the same address with fewer questions. */
function Spellings({ journey, lookup }: { readonly journey: Journey; readonly lookup: Lookup }): ReactElement | null {
  const [typed, ...others] = useNames({ kind: "spellings", from: journey.from, name: lookup.name })?.spellings ?? [];
  if (typed === undefined || others.length === 0) return null;
  const dotted = others.find(({ name }) => name.endsWith("."));
  const short = others.find(({ name }) => !name.endsWith("."));
  return (
    <ul aria-label="Cheaper ways to write the name">
      {[dotted, short].map((spelling) =>
        spelling === undefined ? null : (
          <li key={spelling.name}>
            <span>{hintText(lookup.name, spelling.name, typed.questions - spelling.questions)}</span>
            <button
              type="button"
              className="btn"
              aria-label={`Ask for ${spelling.name}`}
              onClick={() => {
                setDraft({ from: journey.from, to: journey.to.replace(lookup.name, spelling.name) });
                send();
              }}
            >
              Try it
            </button>
          </li>
        ),
      )}
    </ul>
  );
}

/** `A trailing dot would save 6 questions`; a shorter or longer name is named. */
function hintText(typed: string, name: string, saves: number): ReactElement {
  const fewer = plural(saves, "question");
  if (name === `${typed}.`) return <>{`A trailing dot would save ${fewer}.`}</>;
  return (
    <>
      <span className="mono">{name}</span>
      {` would save ${fewer}.`}
    </>
  );
}

function bothTypes({ queries }: Lookup): string {
  const aaaa = queries.filter((query) => query.type === "AAAA");
  if (aaaa.length === 0) return "Only A was asked for: this resolver asks for IPv4 addresses.";
  const last = aaaa.at(-1);
  const empty = last?.rcode === "NOERROR" && last.answers.length === 0;
  return empty ? "A and AAAA are asked together. AAAA came back empty: there is no IPv6 address." : "A and AAAA are asked together.";
}
