/** Find: a field over the picture. Arrow keys choose among what was found, Enter selects it and goes there, Escape goes back. */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { boxOf } from "../../scene/hit.ts";
import type { Box, ThingId } from "../../scene/contract.ts";
import { hover, select } from "../state/commands.ts";
import { count, plural } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import type { Camera } from "./camera.ts";
import { find, findIndex, type Found } from "./find-index.ts";
import { closeFind } from "./finding.ts";

const MOST = 30;
/** So much of the surroundings is seen with what was found, in px at zoom 1. */
const AROUND = 80;

export function Find({ camera }: { readonly camera: () => Camera | null }): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const before = useRef(document.activeElement);
  const found: Found = useMemo(
    () => (cluster === null ? { first: [], total: 0 } : find(findIndex(cluster), query, MOST)),
    [cluster, query],
  );
  useEffect(() => {
    field.current?.focus();
    return () => hover(null);
  }, []);
  const chosen = found.first[Math.min(at, found.first.length - 1)];

  const leave = (): void => {
    closeFind();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const go = (thing: ThingId): void => {
    select(thing);
    // What was selected is never folded away: the scene may be another one now.
    const { scene } = usePicture.getState();
    const box = scene === null ? null : boxOf(scene, thing);
    if (box !== null) camera()?.goTo(withSurroundings(box));
    leave();
  };
  const moveTo = (next: number): void => {
    const { length } = found.first;
    if (length === 0) return;
    const index = (next + length) % length;
    setAt(index);
    hover(found.first[index]?.thing ?? null);
    document.getElementById(`${id}-${index}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") moveTo(at + 1);
    else if (event.key === "ArrowUp") moveTo(at - 1);
    else if (event.key === "Escape") leave();
    else if (event.key === "Enter") {
      if (chosen !== undefined) go(chosen.thing);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="find"
      role="search"
      aria-label="Find"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) closeFind();
      }}
    >
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Find a Pod, node, Service, address or label"
        aria-expanded={found.first.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${found.first.indexOf(chosen)}`}
        placeholder="Name, address, label=value"
        value={query}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="found" role="listbox" id={`${id}-list`} aria-label="Found" hidden={found.first.length === 0}>
        {found.first.map((one, i) => (
          <div
            key={i}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={one === chosen}
            onPointerDown={(event) => event.preventDefault()}
            onPointerEnter={() => hover(one.thing)}
            onPointerLeave={() => hover(null)}
            onClick={() => go(one.thing)}
          >
            <b>{one.name}</b>
            <span>{one.note}</span>
          </div>
        ))}
      </div>
      <p role="status">{query.trim() === "" ? "" : wordsOf(found)}</p>
    </div>
  );
}

function wordsOf({ first, total }: Found): string {
  if (total === 0) return "Nothing has that name, address or label.";
  return total > first.length ? `${count(first.length)} of ${count(total)} shown` : plural(total, "thing") + " found";
}

function withSurroundings({ x, y, width, height }: Box): Box {
  return { x: x - AROUND, y: y - AROUND, width: width + 2 * AROUND, height: height + 2 * AROUND };
}
