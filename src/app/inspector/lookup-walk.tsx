/** The search of a look-up, name by name; under each the questions that were asked for it, and all about the one that is open. */
import { useState, type ReactElement } from "react";
import type { Journey, Lookup } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { hovers, sourceOf } from "../state/commands.ts";
import { thingAt } from "../state/focus.ts";
import { duration, placeName, socket } from "../state/format.ts";
import { showPacket } from "../state/lookup-show.ts";
import { addressName, names } from "../state/pointing-names.ts";
import { setState } from "../state/store.ts";
import { MessageView } from "./dns-message.tsx";
import { RESULTS } from "./hop-card.tsx";
import { answerText, foundThings, pluginText, walkOf, type NameRow, type QueryRow } from "./lookup-rows.ts";
import { Places } from "./places.tsx";
import { Words } from "./words.tsx";

type Result = NameRow["result"];
const GLYPH: Readonly<Record<Result, IconName>> = {
  found: "dns",
  "no-such-name": "todo",
  "no-address": "todo",
  failed: "blocked",
  "not-asked": "todo",
};

interface WalkProps {
  readonly journey: Journey;
  readonly lookup: Lookup;
  readonly cluster: ClusterView;
}

export function LookupWalk({ journey, lookup, cluster }: WalkProps): ReactElement {
  const [open, setOpen] = useState<number | null>(null);
  const press = (row: QueryRow): void => {
    setOpen(open === row.index ? null : row.index);
    if (open !== row.index && row.question !== null) showPacket(row.question.index);
  };
  return (
    <ul aria-label="Names asked for">
      {walkOf(journey, lookup).map((name) => (
        <li key={name.name} className={`try ${name.result === "not-asked" ? "un" : ""}`}>
          <Icon name={GLYPH[name.result]} size={17} />
          <div>
            <span className="q">{name.name}</span>
            <small>{RESULTS[name.result]}</small>
          </div>
          <span className="ms">{name.took === null ? "" : duration(name.took)}</span>
          <Found name={name} cluster={cluster} />
          {name.queries.length > 0 && (
            <div className="qrows">
              {name.queries.map((row) => (
                <Question key={row.index} row={row} cluster={cluster} open={open === row.index} onPress={() => press(row)} />
              ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What the name was found to be: the Service behind its address, or the Pods. */
function Found({ name: { name, queries }, cluster }: { readonly name: NameRow; readonly cluster: ClusterView }): ReactElement | null {
  const things = foundThings(cluster, queries);
  const source = things.map(sourceOf).find((place) => place !== null) ?? null;
  if (things.length === 0) return null;
  return (
    <span className="found">
      <Places what={name} source={source} things={things} />
    </span>
  );
}

interface QuestionProps {
  readonly row: QueryRow;
  readonly cluster: ClusterView;
  readonly open: boolean;
  readonly onPress: () => void;
}

function Question({ row, cluster, open, onPress }: QuestionProps): ReactElement {
  return (
    <>
      <button type="button" className="qrow" aria-expanded={open} onClick={onPress} {...hovers(row.by === null ? null : thingAt(row.by))}>
        <span className="ty">{row.type}</span>
        <span className="an">
          <Words text={answerText(row)} />
          {row.by !== null && (
            <span className="c3">{`, ${row.plugin === "cache" ? "from the cache of" : "says"} ${placeName(cluster, row.by)}`}</span>
          )}
        </span>
        <span className="ms">{duration(row.took)}</span>
      </button>
      {open && <Details row={row} cluster={cluster} />}
    </>
  );
}

function Details({ row, cluster }: Pick<QuestionProps, "row" | "cluster">): ReactElement {
  const { rewrite, by, answer, transport, truncated } = row;
  const message = answer?.payload?.kind === "dns" ? answer.payload.message : null;
  const from = pluginText(row.plugin, message);
  return (
    <div className="qopen">
      <div>
        {rewrite === null ? (
          <p>No rule rewrote the question on its way.</p>
        ) : (
          <>
            <p className="way">
              <span className="mono was" {...names(addressName(rewrite.from.address))}>
                {socket(rewrite.from.address, rewrite.from.port)}
              </span>
              <Icon name="arrow" size={12} />
              <span className="hl mono" {...names(addressName(rewrite.to.address))}>
                {socket(rewrite.to.address, rewrite.to.port)}
              </span>
            </p>
            <p>
              {rewrite.known
                ? `${rewrite.node} knew the flow: both questions leave from one port, so they go to the same CoreDNS.`
                : `kube-dns is a Service, so ${rewrite.node} rewrites the question as it does any packet.`}
            </p>
          </>
        )}
        {by !== null && from !== null && <p>{`${placeName(cluster, by)} answered ${from}.`}</p>}
        {transport === "tcp" && <p>Asked over TCP, after an answer that was cut.</p>}
        {truncated && <p>The answer was too long for UDP and was cut (TC).</p>}
        {row.question !== null && (
          <button type="button" className="btn quiet flush" onClick={() => showAmongHops(row.question?.index ?? 0)}>
            <Icon name="arrow" size={13} />
            Show among the hops
          </button>
        )}
      </div>
      <MessageView row={row} />
    </div>
  );
}

function showAmongHops(packet: number): void {
  showPacket(packet);
  setState({ tab: "hops" });
}
