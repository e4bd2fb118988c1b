/**
 * A menu: a button that opens it, or a point where it opens (right click, long press, Shift F10). Arrow keys move,
 * letters find, Escape closes and gives the focus back.
 */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { Icon, type IconName } from "./icons.tsx";

export type MenuEntry =
  | {
      readonly kind: "item";
      readonly label: string;
      readonly note?: string;
      readonly icon?: IconName;
      readonly keys?: string;
      readonly checked?: boolean;
      /** Why it cannot be done now: the entry stays, says so, and does nothing. */
      readonly unavailable?: string | null;
      readonly run: () => void;
    }
  /** One of a few values, in one row. */
  | {
      readonly kind: "choices";
      readonly label: string;
      readonly unavailable?: string | null;
      readonly choices: readonly { readonly label: string; readonly checked: boolean; readonly run: () => void }[];
    }
  | { readonly kind: "line" }
  | { readonly kind: "title"; readonly text: string };

/** Items under a title; several groups stand side by side where there is room. */
export interface MenuGroup {
  readonly kind: "group";
  readonly title: string;
  readonly note: string;
  readonly items: readonly MenuItem[];
}

export type MenuItem = Extract<MenuEntry, { kind: "item" }>;

export interface MenuAnchor {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  /** Right edge of what it belongs to: beside it, where there is no room above or below. */
  readonly right?: number;
}

interface MenuProps {
  readonly label: string;
  readonly entries: readonly (MenuEntry | MenuGroup)[];
  readonly at: MenuAnchor;
  readonly onClose: () => void;
}

export function Menu({ label, entries, at, onClose }: MenuProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  // Measured at the left edge, where it has the width that it wants.
  const [place, setPlace] = useState({ left: 8, top: at.bottom + 4 });
  const before = useRef(document.activeElement);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    setPlace(placeFor(at, width, height));
    const chosen = element.querySelector<HTMLElement>(":scope > [aria-checked=true], :scope > .mgroup > [aria-checked=true]");
    (chosen ?? itemsOf(element)[0])?.focus();
  }, [at]);

  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) onClose();
    };
    document.addEventListener("pointerdown", outside, true);
    addEventListener("blur", onClose);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      removeEventListener("blur", onClose);
    };
  }, [onClose]);

  const close = (): void => {
    onClose();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    event.stopPropagation();
    const items = itemsOf(event.currentTarget);
    const index = items.findIndex((item) => item === document.activeElement);
    const to = target(event.key, event.currentTarget, items[index]);
    if (to !== null) {
      event.preventDefault();
      to.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
    } else if (event.key.length === 1 && event.key !== " ") {
      const found = [...items.slice(index + 1), ...items].find((item) =>
        item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()),
      );
      found?.focus();
    }
  };

  return createPortal(
    <section aria-label={label}>
      <div ref={box} className="menu" role="menu" aria-label={label} tabIndex={0} style={place} onKeyDown={onKeyDown}>
        {entries.map((entry, i) => {
          if (entry.kind === "line") return <hr key={i} />;
          if (entry.kind === "title")
            return (
              <div key={i} className="mtitle" role="presentation">
                {entry.text}
              </div>
            );
          const finish = (run: () => void) => () => {
            close();
            run();
          };
          if (entry.kind === "choices") return <Choices key={i} entry={entry} finish={finish} />;
          if (entry.kind === "item") return <Item key={i} entry={entry} finish={finish} />;
          return (
            <div key={i} className="mgroup" role="group" aria-label={`${entry.title}, ${entry.note}`}>
              <div className="mtitle" aria-hidden="true">
                <b>{entry.title}</b> {entry.note}
              </div>
              {entry.items.map((item) => (
                <Item key={item.label} entry={item} finish={finish} />
              ))}
            </div>
          );
        })}
      </div>
    </section>,
    document.body,
  );
}

/** Below; else above; else beside, so that what it belongs to stays in sight. */
export function placeFor(at: MenuAnchor, width: number, height: number): { readonly left: number; readonly top: number } {
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  if (at.bottom + 4 + height <= innerHeight - 8) return { left, top: at.bottom + 4 };
  if (at.top - 4 - height >= 8) return { left, top: at.top - 4 - height };
  const top = Math.max(8, Math.min(at.top, innerHeight - height - 8));
  const right = (at.right ?? at.left) + 4;
  if (right + width <= innerWidth - 8) return { left: right, top };
  return { left: at.left - 4 - width >= 8 ? at.left - 4 - width : left, top };
}

type Finish = (run: () => void) => () => void;

function Item({ entry, finish }: { readonly entry: MenuItem; readonly finish: Finish }): ReactElement {
  const { label, icon, keys, checked, unavailable = null } = entry;
  const note = unavailable ?? entry.note;
  return (
    <button
      type="button"
      role={checked === undefined ? "menuitem" : "menuitemradio"}
      tabIndex={-1}
      aria-checked={checked}
      aria-disabled={unavailable !== null || undefined}
      aria-keyshortcuts={keys?.replaceAll(" ", "+")}
      onClick={unavailable === null ? finish(entry.run) : undefined}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span className="grow">
        {label}
        {note !== undefined && <small>{note}</small>}
      </span>
      {checked === true && <Icon name="check" size={14} />}
      {keys !== undefined && <span className="kbd">{keys}</span>}
    </button>
  );
}

function Choices({ entry, finish }: { readonly entry: Extract<MenuEntry, { kind: "choices" }>; readonly finish: Finish }): ReactElement {
  const { label, choices, unavailable = null } = entry;
  return (
    <div className="mchoices" role="group" aria-label={unavailable === null ? label : `${label}. ${unavailable}`}>
      <span aria-hidden="true">{label}</span>
      <div>
        {choices.map((choice) => (
          <button
            key={choice.label}
            type="button"
            role="menuitemradio"
            tabIndex={-1}
            aria-checked={choice.checked}
            aria-disabled={unavailable !== null || undefined}
            onClick={unavailable === null ? finish(choice.run) : undefined}
          >
            {choice.label}
          </button>
        ))}
      </div>
      {unavailable !== null && <small>{unavailable}</small>}
    </div>
  );
}

/** Up and down go from row to row, left and right within a row of choices or to the group beside. */
function target(key: string, menu: HTMLElement, from: HTMLElement | undefined): HTMLElement | null {
  const rows = [
    ...menu.querySelectorAll<HTMLElement>(":scope > [role^=menuitem], :scope > .mgroup > [role^=menuitem], :scope > .mchoices"),
  ];
  const row = rows.findIndex((candidate) => from !== undefined && candidate.contains(from));
  const enter = (index: number): HTMLElement | null => {
    const found = rows[(index + rows.length) % rows.length];
    if (found === undefined || !found.matches(".mchoices")) return found ?? null;
    return found.querySelector<HTMLElement>("[aria-checked=true]") ?? itemsOf(found)[0] ?? null;
  };
  switch (key) {
    case "ArrowDown":
      return enter(row + 1);
    case "ArrowUp":
      return enter(row === -1 ? rows.length - 1 : row - 1);
    case "Home":
      return enter(0);
    case "End":
      return enter(rows.length - 1);
    case "ArrowRight":
    case "ArrowLeft": {
      const choices = itemsOf(from?.closest<HTMLElement>(".mchoices") ?? null);
      if (choices.length === 0) return beside(rows, from, key === "ArrowRight" ? 1 : -1);
      const at = choices.findIndex((choice) => choice === from);
      return at === -1 ? null : (choices[(at + (key === "ArrowRight" ? 1 : -1) + choices.length) % choices.length] ?? null);
    }
    default:
      return null;
  }
}

/** The row of another group that is nearest in height, in the next column to the right (1) or left (-1). */
function beside(rows: readonly HTMLElement[], from: HTMLElement | undefined, side: 1 | -1): HTMLElement | null {
  if (from === undefined) return null;
  const here = from.getBoundingClientRect();
  const beyond = rows
    .map((row) => ({ row, box: row.getBoundingClientRect() }))
    .filter(({ box }) => (box.left - here.left) * side > 1)
    .map(({ row, box }) => ({ row, across: Math.abs(box.left - here.left), down: Math.abs(box.top - here.top) }));
  const nearest = Math.min(...beyond.map(({ across }) => across));
  return beyond.filter(({ across }) => across < nearest + 1).sort((a, b) => a.down - b.down)[0]?.row ?? null;
}

function itemsOf(menu: HTMLElement | null): HTMLElement[] {
  return menu === null ? [] : [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

interface MenuButtonProps {
  readonly label: string;
  readonly className: string;
  readonly entries: readonly (MenuEntry | MenuGroup)[];
  readonly children: ReactNode;
}

export function MenuButton({ label, className, entries, children }: MenuButtonProps): ReactElement {
  const [at, setAt] = useState<MenuAnchor | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const open = (): void => {
    const box = button.current?.getBoundingClientRect();
    if (box !== undefined) setAt(at === null ? { left: box.left, top: box.top, bottom: box.bottom } : null);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={at !== null}
        aria-label={label}
        onClick={open}
      >
        {children}
      </button>
      {at !== null && <Menu label={label} entries={entries} at={at} onClose={() => setAt(null)} />}
    </>
  );
}
