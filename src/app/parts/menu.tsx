/**
 * A menu: a button that opens it, or a point where it opens (right click, Shift F10). Arrow keys move, letters find,
 * Escape closes and gives the focus back.
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
      readonly run: () => void;
    }
  | { readonly kind: "line" }
  | { readonly kind: "title"; readonly text: string };

export interface MenuAnchor {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

interface MenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly at: MenuAnchor;
  readonly onClose: () => void;
}

export function Menu({ label, entries, at, onClose }: MenuProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: at.left, top: at.bottom + 4 });
  const before = useRef(document.activeElement);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
    const below = at.bottom + 4;
    const top = below + height > innerHeight - 8 ? Math.max(8, at.top - height - 4) : below;
    setPlace({ left, top });
    (element.querySelector<HTMLElement>("[aria-checked=true]") ?? itemsOf(element)[0])?.focus();
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
    const move: Readonly<Record<string, number>> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: items.length - 1 };
    const to = move[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length]?.focus();
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
      <div ref={box} className="menu" role="menu" aria-label={label} tabIndex={-1} style={place} onKeyDown={onKeyDown}>
        {entries.map((entry, i) => {
          if (entry.kind === "line") return <hr key={i} />;
          if (entry.kind === "title")
            return (
              <div key={i} className="mtitle" role="presentation">
                {entry.text}
              </div>
            );
          const role = entry.checked === undefined ? "menuitem" : "menuitemradio";
          return (
            <button
              key={i}
              type="button"
              role={role}
              tabIndex={-1}
              aria-checked={entry.checked}
              onClick={() => {
                close();
                entry.run();
              }}
            >
              {entry.icon !== undefined && <Icon name={entry.icon} />}
              <span className="grow">
                {entry.label}
                {entry.note !== undefined && <small>{entry.note}</small>}
              </span>
              {entry.checked === true && <Icon name="check" size={14} />}
              {entry.keys !== undefined && <span className="kbd">{entry.keys}</span>}
            </button>
          );
        })}
      </div>
    </section>,
    document.body,
  );
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

interface MenuButtonProps {
  readonly label: string;
  readonly className: string;
  readonly entries: readonly MenuEntry[];
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
