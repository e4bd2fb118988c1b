/** What of the picture is left out, said above it, with the way back: the filter's fields, and what one Service touches. */
import { useEffect, useId, useRef, type ReactElement, type ReactNode } from "react";
import { Icon } from "../parts/icons.tsx";
import { clearFilter, setFilter, showAll, type Filter } from "../state/narrow.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { countWords, namespacesOf } from "./filter.ts";
import { filterNow, touchedNow } from "./narrowing.ts";

export function NarrowStrip({ fit }: { readonly fit: () => void }): ReactElement {
  const filter = useStore((state) => state.filter);
  const only = useStore((state) => state.only);
  return (
    <div className="narrowed">
      {only !== null && <OnlyRow only={only} fit={fit} />}
      {filter !== null && <FilterRow filter={filter} />}
    </div>
  );
}

/** Of a large cluster another picture is laid out: the camera shows it whole, then everything again. */
function useFitting(fit: () => void): void {
  const apart = usePicture((picture) => picture.apart);
  const before = useRef(apart);
  const fitting = useRef(fit);
  fitting.current = fit;
  useEffect(() => {
    if (before.current !== apart) fitting.current();
    before.current = apart;
  }, [apart]);
  // With everything again the row goes, and the camera is not to stay where only a part stood.
  useEffect(
    () => () => {
      if (before.current !== null) fitting.current();
    },
    [],
  );
}

function OnlyRow({ only, fit }: { readonly only: string; readonly fit: () => void }): ReactElement {
  const touched = useStore(touchedNow);
  useFitting(fit);
  const name = only.slice(only.indexOf("/") + 1);
  return (
    <div className="onlyrow" role="group" aria-label="Only what one Service touches">
      <Icon name="service" size={14} />
      <p role="status">
        {touched === null ? (
          `Service ${name} is not there any more, so everything shows.`
        ) : (
          <>
            Showing only what <b>{name}</b> touches: {touched.words}.
          </>
        )}
      </p>
      <button type="button" className="btn" onClick={() => showAll()}>
        Show all <span className="kbd">Esc</span>
      </button>
    </div>
  );
}

function FilterRow({ filter }: { readonly filter: Filter }): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const found = useStore(filterNow);
  const id = useId();
  const before = useRef(document.activeElement);
  // One that came with a link takes nobody's focus.
  const opened = useRef(filter.name === "" && filter.labels === "" && filter.namespace === null);
  useEffect(() => {
    if (opened.current) document.getElementById("filter-name")?.focus();
  }, []);
  const back = (): void => {
    if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    else document.getElementById("topology")?.focus();
  };
  const clear = (): void => {
    clearFilter();
    back();
  };
  const namespaces = cluster === null ? [] : namespacesOf(cluster);
  const wrong = found?.wrong ?? null;
  return (
    <div
      className="filterrow"
      role="search"
      aria-label="Filter"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        back();
      }}
    >
      <Field id="filter-name" label="Name">
        <input
          id="filter-name"
          type="text"
          value={filter.name}
          placeholder="part of it"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          onChange={(event) => setFilter({ name: event.target.value })}
        />
      </Field>
      <Field id={`${id}-labels`} label="Labels" wide>
        <input
          id={`${id}-labels`}
          className="mono"
          type="text"
          value={filter.labels}
          placeholder="app=web, tier in (a, b), !canary"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-invalid={wrong !== null}
          aria-describedby={wrong === null ? undefined : `${id}-wrong`}
          onChange={(event) => setFilter({ labels: event.target.value })}
        />
      </Field>
      <Field id={`${id}-namespace`} label="Namespace">
        <select
          id={`${id}-namespace`}
          value={filter.namespace ?? ""}
          onChange={(event) => setFilter({ namespace: event.target.value === "" ? null : event.target.value })}
        >
          <option value="">all</option>
          {[...new Set([...namespaces, ...(filter.namespace === null ? [] : [filter.namespace])])].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </Field>
      <p role="status" className="filtercount">
        {found === null ? "" : countWords(found)}
      </p>
      <button type="button" className="btn" onClick={clear}>
        Clear
      </button>
      {wrong !== null && (
        <p className="filterwrong" id={`${id}-wrong`}>
          <Icon name="blocked" size={14} />
          <span>
            <Marked text={filter.labels} at={wrong.at} /> {wrong.message}
          </span>
        </p>
      )}
    </div>
  );
}

function Field({
  id,
  label,
  wide = false,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <div className={wide ? "filterfield wide" : "filterfield"}>
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

/** The text up to where it goes wrong, and from there on marked. */
function Marked({ text, at }: { readonly text: string; readonly at: number }): ReactElement {
  return (
    <code>
      {text.slice(0, at)}
      <mark>{text.slice(at) === "" ? "\u00a0" : text.slice(at)}</mark>
    </code>
  );
}
