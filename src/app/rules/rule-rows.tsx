/** Chains and their rules as rows: how each fared, its counter, what it was written for. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import type { Draw } from "../../core/network/trace.ts";
import type { RuleOrigin, RuleRef } from "../../core/netfilter/rules.ts";
import { Icon } from "../parts/icons.tsx";
import { breakpointAt, sameBreakpoint } from "../state/breakpoints.ts";
import { capital, count } from "../state/format.ts";
import { useStore } from "../state/store.ts";
import { serviceOfPort } from "../state/focus.ts";
import { names } from "../state/pointing-names.ts";
import { toggleBreakpoint } from "../watch/breaking.ts";
import { showRules, useRulesShow } from "./rules-show.ts";
import { namesOfChain, namesOfRule, thingsOfOrigin } from "../linked/rule-names.ts";
import { ThingLine } from "../inspector/places.tsx";
import { RuleText } from "../inspector/rule-text.tsx";
import { odds, overall, remarkOf, shortRule, type WalkedChain, type WalkedRow } from "../inspector/walk.ts";

export function ChainRows({ chain }: { readonly chain: WalkedChain }): ReactElement {
  const shown = chain.rows.filter((row) => row.kind === "row").length;
  const origin = chain.origin === null ? null : { servicePort: chain.origin };
  return (
    <section className="chain">
      <h3 {...names(...namesOfChain(chain.table, chain.name, origin))}>
        {chain.name}
        {chain.table !== "nat" && <span>{chain.table}</span>}
        {chain.origin !== null && <span className="svc-t">{serviceOfPort(chain.origin).split("/")[1]}</span>}
        {chain.size !== null && shown < chain.size && <span>{`${shown} of ${count(chain.size)} rules`}</span>}
      </h3>
      {chain.rows.map((row, i) =>
        row.kind === "more" ? (
          <p
            key={`more ${i}`}
            className="why"
          >{`${count(row.count)} more ${row.state === "considered" ? "did not match" : "not reached"}`}</p>
        ) : (
          <RuleRowLine key={row.rule.index} row={row} share={overall(chain.rows, row)} />
        ),
      )}
    </section>
  );
}

const STATE = {
  matched: { className: "hit", word: "matched" },
  considered: { className: "miss", word: "did not match" },
  "not-reached": { className: "un", word: "not reached" },
  rewrote: { className: "nat", word: "rewrote" },
  stopped: { className: "stop", word: "stopped the packet" },
} as const;

function isRule(one: RuleRef, { node, family, table, chain, index, text }: RuleRef): boolean {
  const { index: at } = one;
  return one.node === node && one.family === family && one.table === table && one.chain === chain && at === index && one.text === text;
}

interface RuleRowLineProps {
  readonly row: WalkedRow;
  readonly share: number;
  /** Nothing passed: how the rule fared is not said. */
  readonly quiet?: boolean;
}

export function RuleRowLine({ row, share, quiet = false }: RuleRowLineProps): ReactElement {
  const [whole, setWhole] = useState(false);
  const breaks = useStore(({ breakpoints }) => breakpoints.some((one) => sameBreakpoint(one, breakpointAt(row.rule))));
  const { className, word } = STATE[row.state];
  const line = useRef<HTMLButtonElement>(null);
  const wanted = useRulesShow(({ at }) => at !== null && isRule(at, row.rule));
  useEffect(() => {
    if (!wanted) return;
    line.current?.focus();
    line.current?.scrollIntoView({ block: "center" });
    showRules({ at: null });
  }, [wanted]);
  const text = whole ? row.rule.text : shortRule(row.rule.text);
  const said = [row.rule.own === undefined ? "" : ", a rule of your own", quiet ? "" : `, ${word}`].join("");
  return (
    <>
      <button
        type="button"
        className={`rl ${className}`}
        ref={line}
        aria-expanded={whole}
        onClick={() => setWhole(!whole)}
        {...names(...namesOfRule(row.rule))}
      >
        <span className="m" aria-hidden="true">
          {row.state === "rewrote" && <Icon name="nat" size={15} />}
          {row.state === "stopped" && <Icon name={row.rule.text.includes("DROP") ? "drop" : "reject"} size={15} />}
        </span>
        <span className="tx">
          <RuleText text={text} />
          <span className="visually-hidden">{said}</span>
        </span>
        {row.rule.own !== undefined && (
          <span className="owntag" aria-hidden="true">
            yours
          </span>
        )}
        {breaks && (
          <span className="owntag" aria-hidden="true">
            stops
          </span>
        )}
        <span className="ct">{row.packets === null ? "" : count(row.packets)}</span>
      </button>
      {whole && (
        <>
          {row.rule.origin !== null && <WrittenFor origin={row.rule.origin} remark={remarkOf(row.rule.text)} />}
          <button
            type="button"
            className="btn quiet rulestop"
            aria-pressed={breaks}
            onClick={() => toggleBreakpoint(breakpointAt(row.rule))}
          >
            <Icon name={breaks ? "close" : "pause"} size={13} />
            {breaks ? "Do not stop here any more" : "Stop the play when this rule matches"}
          </button>
        </>
      )}
      {row.draw !== null && row.state !== "not-reached" && <p className="why">{drawText(row.draw, row.state === "considered", share)}</p>}
    </>
  );
}

/** What the rule's remark means here: its Service, and who holds its endpoint. */
function WrittenFor({ origin, remark }: { readonly origin: RuleOrigin; readonly remark: string | null }): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  if (cluster === null) return null;
  const things = thingsOfOrigin(cluster, origin);
  return (
    <div className="writtenfor" role="group" aria-label="What it was written for">
      {remark !== null && <span className="mono c3">{remark}</span>}
      {things.map((thing) => (
        <ThingLine
          key={JSON.stringify(thing)}
          thing={thing}
          {...(thing.kind !== "service" && origin.endpoint !== undefined ? { note: origin.endpoint } : {})}
        />
      ))}
      {things.length === 0 && (
        <span className="c3">{`${origin.servicePort}${origin.endpoint === undefined ? "" : ` at ${origin.endpoint}`}: not in the cluster any more`}</span>
      )}
    </div>
  );
}

/** The draw and what it means. */
function drawText({ drawn, below }: Draw, passed: boolean, share: number): string {
  if (passed) return `Drew ${drawn.toFixed(2)}, not under ${below.toFixed(2)}, so on to the next.`;
  const drew = `Drew ${drawn.toFixed(2)}, under ${below.toFixed(2)}.`;
  return Math.abs(share - below) < 1e-6
    ? `${drew} That is ${odds(below)}.`
    : `${drew} ${capital(odds(below))} of what is left is ${odds(share)} overall.`;
}
