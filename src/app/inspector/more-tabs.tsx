/** The tabs that do not fit in the row, in a menu behind a chevron; and a swipe over the panel, to the tab beside. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement, type RefObject } from "react";
import "../styles/more-tabs.css";
import { Icon } from "../parts/icons.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { useSize } from "../parts/use-size.ts";
import { setState, type InspectorTab } from "../state/store.ts";
import { foldedTabs } from "./tab-fold.ts";

export interface Tab {
  readonly id: InspectorTab;
  readonly label: string;
}

interface MoreTabsProps {
  readonly tabs: readonly Tab[];
  readonly open: InspectorTab;
  /** The row of tabs and of this button. */
  readonly row: RefObject<HTMLDivElement | null>;
  readonly folded: readonly InspectorTab[];
  readonly onFold: (folded: readonly InspectorTab[]) => void;
}

/** Width of the button, with its margins. */
const BUTTON_PX = 34;

export function MoreTabs({ tabs, open, row, folded, onFold }: MoreTabsProps): ReactElement {
  const ghosts = useRef<HTMLSpanElement>(null);
  const room = useSize(row).width;
  // The words are measured where nobody sees them: their widths change when the font has come, and else never. (To measure them
  // with every tab that opens would lay out the page in the midst of its changes.)
  const words = `${tabs.map(({ label }) => label).join(" ")} ${useSize(ghosts).width}`;
  const measured = useRef<{ readonly words: string; readonly widths: readonly number[] } | null>(null);
  useLayoutEffect(() => {
    const { current: list } = ghosts;
    if (list === null || room === 0) return;
    if (measured.current?.words !== words)
      measured.current = { words, widths: [...list.children].map((ghost) => ghost.getBoundingClientRect().width) };
    const { widths } = measured.current;
    const input = { widths, open: tabs.findIndex(({ id }) => id === open), room: room - 2 * PADDING_PX, button: BUTTON_PX };
    const next = foldedTabs(input).flatMap((i) => tabs[i]?.id ?? []);
    if (next.join(" ") !== folded.join(" ")) onFold(next);
  });
  useSwipe(tabs, open);
  const hidden = tabs.filter(({ id }) => folded.includes(id));
  return (
    <>
      <span className="tabghosts" ref={ghosts} aria-hidden="true">
        {tabs.map(({ id, label }) => (
          <span key={id} data-label={label} />
        ))}
      </span>
      {hidden.length > 0 && (
        <MenuButton
          label={`More tabs: ${hidden.map(({ label }) => label).join(", ")}`}
          className="tool small moretabs"
          entries={hidden.map(({ id, label }) => ({ kind: "item", label, run: () => openTab(id) }))}
        >
          <Icon name="chevron" size={14} />
        </MenuButton>
      )}
    </>
  );
}

/** Left and right of the tabs. */
const PADDING_PX = 8;

/** Opens it, and gives it the focus once it stands in the row. */
function openTab(id: InspectorTab): void {
  setState({ tab: id });
  requestAnimationFrame(() => document.getElementById(`tab-${id}`)?.focus());
}

/** So far a finger goes to the side, and twice as far as up or down. */
const SWIPE_PX = 56;

/** What scrolls to the side below the finger keeps its own gesture. */
function useSwipe(tabs: readonly Tab[], open: InspectorTab): void {
  const [panel, setPanel] = useState<HTMLElement | null>(null);
  useEffect(() => setPanel(document.getElementById("tabpanel")), []);
  const at = useRef(0);
  at.current = tabs.findIndex(({ id }) => id === open);
  const all = useRef(tabs);
  all.current = tabs;
  useEffect(() => {
    if (panel === null) return;
    const listen = new AbortController();
    let start: Touch | null = null;
    const options = { signal: listen.signal, passive: true };
    panel.addEventListener(
      "touchstart",
      ({ touches, target }) => (start = touches.length === 1 && !scrollsAside(target, panel) ? (touches[0] ?? null) : null),
      options,
    );
    panel.addEventListener(
      "touchend",
      ({ changedTouches: [end] }) => {
        if (start === null || end === undefined) return;
        const [dx, dy] = [end.clientX - start.clientX, end.clientY - start.clientY];
        start = null;
        if (Math.abs(dx) < SWIPE_PX || Math.abs(dx) < 2 * Math.abs(dy)) return;
        const next = all.current[at.current + (dx < 0 ? 1 : -1)];
        if (next !== undefined) setState({ tab: next.id });
      },
      options,
    );
    return () => listen.abort();
  }, [panel]);
}

function scrollsAside(target: EventTarget | null, within: HTMLElement): boolean {
  for (let element = target instanceof Element ? target : null; element !== null && element !== within; element = element.parentElement) {
    if (element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX)) return true;
  }
  return false;
}
