/** The inspector's tab that holds two moments of the run against each other; it is there while two are marked. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import "../styles/moments.css";
import type { Moment } from "../../core/simulation/moment-diff.ts";
import { Icon } from "../parts/icons.tsx";
import { select } from "../state/commands.ts";
import { moment } from "../state/format.ts";
import { getState, setState, useStore } from "../state/store.ts";
import { backToNow, goInTurn, goTo } from "../state/time-travel.ts";
import { compareWithNow, forgetMarks, useMarked } from "./marked.ts";
import { diffSections, diffSentence, signOf, type DiffLink, type DiffRow, type DiffSection } from "./words.ts";

/** Rows of a section that show at once. */
const ROWS_FIRST = 8;
/** Rule lines of one row that show at once. */
const LINES_FIRST = 6;

export function MomentsTab(): ReactElement {
  const { a, b, diff } = useMarked();
  const heading = useRef<HTMLHeadingElement>(null);
  // What opened it may be far away: reading begins here.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [diff]);
  if (diff === null || a === undefined || b === undefined)
    return <p className="emptytab">Mark two moments of the run to see what differs.</p>;
  const sections = diffSections(diff);
  return (
    <section className="moments" aria-label="Two moments of the run">
      <div className="mohead">
        <h2 ref={heading} tabIndex={-1}>
          What differs
        </h2>
        <button type="button" className="btn quiet flush" onClick={forgetMarks}>
          Close
        </button>
      </div>
      <div className="mowhen">
        <When letter="A" of={a} at={diff.from} />
        <Icon name="arrow" size={14} className="c3" />
        <When letter="B" of={b} at={diff.to} />
        {b === null && <RunWentOn to={diff.to} />}
      </div>
      <p aria-live="polite">{diffSentence(diff)}</p>
      {sections.map((section) => (
        <Section key={section.title} section={section} a={a} b={b} />
      ))}
    </section>
  );
}

function When({ letter, of, at }: { readonly letter: string; readonly of: Moment; readonly at: number }): ReactElement {
  const onShow = useStore(({ past }) =>
    of === null ? past === null : past?.at === of.at && (past.before ?? false) === (of.before ?? false),
  );
  return (
    <button type="button" className="btn mobtn" aria-pressed={onShow} onClick={() => goInTurn(() => toMoment(of))}>
      <b>{letter}</b>
      {of === null ? `now, ${moment(at)}` : moment(at)}
    </button>
  );
}

/** The newest moment was compared, and there is a newer one by now. */
function RunWentOn({ to }: { readonly to: number }): ReactElement | null {
  const newer = useStore(({ past, now }) => (past?.endsAt ?? now) > to);
  if (!newer) return null;
  return (
    <button type="button" className="link" onClick={compareWithNow}>
      Compare again
    </button>
  );
}

async function toMoment(of: Moment): Promise<void> {
  if (of === null) await backToNow();
  else await goTo(of.at, of.before);
}

interface Sides {
  readonly a: Moment;
  readonly b: Moment;
}

function Section({ section: { title, sum, rows }, a, b }: { readonly section: DiffSection } & Sides): ReactElement {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, ROWS_FIRST);
  return (
    <section aria-label={title}>
      <h3>
        {title} <small>{sum}</small>
      </h3>
      <ul>
        {shown.map((row, i) => (
          <Row key={i} row={row} a={a} b={b} />
        ))}
      </ul>
      {rows.length > shown.length && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          Show {rows.length - shown.length} more
        </button>
      )}
    </section>
  );
}

const SIGNS = { came: "plus", went: "minus", changed: "swap" } as const;

function Row({ row, a, b }: { readonly row: DiffRow } & Sides): ReactElement {
  const [all, setAll] = useState(false);
  const { what, glyph, title, lines, removed, added, note, link } = row;
  const more = Math.max(0, removed.length - LINES_FIRST) + Math.max(0, added.length - LINES_FIRST);
  const some = (texts: readonly string[]): readonly string[] => (all ? texts : texts.slice(0, LINES_FIRST));
  return (
    <li className={`morow ${what}`}>
      <button type="button" className="motitle" aria-label={`${title}. ${link.says}`} onClick={() => goInTurn(() => follow(link, a, b))}>
        <span className="mosign" title={signOf(what)}>
          <Icon name={SIGNS[what]} size={12} />
        </span>
        {glyph !== null && <Icon name={glyph} size={13} />}
        <span className="grow">{title}</span>
        <Icon name="chevron-right" size={12} className="c3" />
      </button>
      {lines.map(({ field, from, to }) => (
        <p key={field} className="mofield">
          <span className="c3">{field}</span> <span className="was">{from}</span> <Icon name="arrow" size={10} className="c3" /> <b>{to}</b>
        </p>
      ))}
      {some(removed).map((text, i) => (
        <p key={`r${i}`} className="moline went">
          <span className="visually-hidden">went: </span>
          {text}
        </p>
      ))}
      {some(added).map((text, i) => (
        <p key={`a${i}`} className={`moline${removed.length > 0 || lines.length === 0 ? " came" : ""}`}>
          {lines.length === 0 && <span className="visually-hidden">came: </span>}
          {text}
        </p>
      ))}
      {more > 0 && !all && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          Show {more} more lines
        </button>
      )}
      {note !== null && <p className="mofield c3">{note}</p>}
    </li>
  );
}

/** To the moment at which it is there, where the one on show is not such; then to its place. */
async function follow({ at, thing, tab, node }: DiffLink, a: Moment, b: Moment): Promise<void> {
  if (at !== "either") await toMoment(at === "from" ? a : b);
  else if (thing !== null && !isThere(thing)) await toMoment(b);
  if (thing !== null) select(thing);
  if (tab !== null) setState({ tab, side: "inspector", ...(tab === "rules" && node !== null ? { rulesNode: node } : {}) });
}

function isThere(thing: NonNullable<DiffLink["thing"]>): boolean {
  const { cluster } = getState();
  switch (thing.kind) {
    case "pod":
      return cluster?.pods.some(({ key }) => key === thing.key) ?? false;
    case "service":
      return cluster?.services.some(({ key }) => key === thing.key) ?? false;
    default:
      return true;
  }
}
