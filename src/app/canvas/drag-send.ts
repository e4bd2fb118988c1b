/**
 * Drawing a request with the mouse: from a Pod (or somebody outside) to a Service or another Pod. The keyboard has the same in
 * the menus ("Send from here", "Send to …") and in the request line.
 */
import { create } from "zustand";
import type { Sender } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { send, setDraft } from "../state/commands.ts";
import { getState, setState } from "../state/store.ts";
import { addressOf } from "./service-menu.ts";
import { senderOf } from "./thing-menu.ts";

interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

/** The line that is being drawn, in px of the stage. */
interface DrawnLine {
  readonly from: ScreenPoint;
  readonly to: ScreenPoint;
  /** What would be sent on letting go; null over nothing that can be asked. */
  readonly says: string | null;
}

export const useDrawnLine = create<{ readonly line: DrawnLine | null }>(() => ({ line: null }));

/** What a thing is asked by; null where nothing can be asked of it. */
export function destinationOf(thing: ThingId | null, cluster: ClusterView): string | null {
  if (thing?.kind === "service") {
    const service = cluster.services.find(({ key }) => key === thing.key);
    return service === undefined ? null : addressOf(service);
  }
  if (thing?.kind !== "pod") return null;
  const pod = cluster.pods.find(({ key }) => key === thing.key);
  const listener = pod?.listens.find(({ protocol }) => protocol === "TCP");
  const ip = pod?.ips[0];
  if (listener === undefined || ip === undefined) return null;
  return `${ip.includes(":") ? `[${ip}]` : ip}:${listener.port}`;
}

interface SendDrag {
  move(to: ScreenPoint, over: ThingId | null): void;
  /** Lets go: sends, where something can be asked there. */
  drop(over: ThingId | null): void;
  cancel(): void;
}

/** Begins at a thing that can send; null where the drag means something else. */
function beginDrag(thing: ThingId | null, from: ScreenPoint): SendDrag | null {
  const sender = thing === null ? null : senderOf(thing);
  if (thing === null || sender === null || thing.kind === "node") return null;
  const target = (over: ThingId | null): string | null => {
    const { cluster } = getState();
    return cluster === null || JSON.stringify(over) === JSON.stringify(thing) ? null : destinationOf(over, cluster);
  };
  return {
    move(to, over) {
      const destination = target(over);
      if (getState().hovered !== null) setState({ hovered: null });
      useDrawnLine.setState({ line: { from, to, says: destination === null ? null : `Send to ${destination}` } });
    },
    drop(over) {
      const destination = target(over);
      useDrawnLine.setState({ line: null });
      if (destination !== null) sendDrawn(sender, destination);
    },
    cancel: () => useDrawnLine.setState({ line: null }),
  };
}

function sendDrawn(from: Sender, to: string): void {
  setDraft({ from, to, count: 1 });
  send();
}

export interface DragOptions {
  readonly thingAt: (event: MouseEvent) => ThingId | null;
  /** Whether things are large enough to be meant; else a drag moves the picture. */
  readonly mayDraw: () => boolean;
  /** px that a pointer may move before a press is no click any more. */
  readonly slack: number;
  readonly signal: AbortSignal;
}

/** Listens for such drags over the stage until `signal` is aborted. */
export function followDrags(stage: HTMLElement, { thingAt, mayDraw, slack, signal }: DragOptions): void {
  let drag: { readonly line: SendDrag; readonly from: MouseEvent; moved: boolean } | null = null;
  const place = (event: MouseEvent): ScreenPoint => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const begin = (event: MouseEvent): void => {
    if (event.button !== 0 || event.ctrlKey || !mayDraw()) return;
    const line = beginDrag(thingAt(event), place(event));
    if (line === null) return;
    drag = { line, from: event, moved: false };
    // The camera would take it for a drag of the picture.
    event.stopImmediatePropagation();
  };
  const move = (event: MouseEvent): void => {
    if (drag === null) return;
    drag.moved ||= Math.hypot(event.clientX - drag.from.clientX, event.clientY - drag.from.clientY) > slack;
    if (drag.moved) drag.line.move(place(event), thingAt(event));
  };
  const end = (event: MouseEvent): void => {
    if (drag?.moved === true) drag.line.drop(thingAt(event));
    else drag?.line.cancel();
    drag = null;
  };
  const cancel = (event: KeyboardEvent): void => {
    if (drag === null || event.key !== "Escape") return;
    event.preventDefault();
    drag.line.cancel();
    drag = null;
  };
  stage.addEventListener("mousedown", begin, { signal, capture: true });
  // Wherever the button is let go: the line ends.
  window.addEventListener("mousemove", move, { signal });
  window.addEventListener("mouseup", end, { signal });
  window.addEventListener("keydown", cancel, { signal, capture: true });
}
