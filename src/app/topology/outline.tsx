/**
 * The cluster as a tree: zone, node, Pod, Service. It is the canvas's one stop in the tab order and its twin for
 * assistive technology, always present, shown with O. Hidden, arrow keys go to the nearest thing on the picture;
 * shown, they walk the tree.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactElement, type RefObject } from "react";
import type { ThingId } from "../../scene/contract.ts";
import { nameOf } from "../../scene/describe.ts";
import { neighbour, type Direction } from "../../scene/hit.ts";
import { boxOf } from "../../scene/hit.ts";
import { NO_ROWS, outlineRows, type OutlineItem, type OutlineRows } from "../../scene/outline.ts";
import { viewIndex } from "../../scene/view-index.ts";
import { indexOf as indexOfScene } from "../../scene/lookup.ts";
import { isMap, levelAt } from "../../scene/map.ts";
import type { Scene } from "../../scene/scene.ts";
import { balancedService } from "../../scene/wires.ts";
import { ZOOM_STEP } from "../canvas/camera.ts";
import { useViewing } from "../canvas/viewing.ts";
import { entryOfKey } from "../canvas/thing-menu.ts";
import type { StageHandle } from "../canvas/stage.tsx";
import type { ClusterView, PodState } from "../../core/simulation/view.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { select } from "../state/commands.ts";
import { showAll } from "../state/narrow.ts";
import { usePicture } from "../state/picture.ts";
import { nameOfThing, names } from "../state/pointing-names.ts";
import { stepBack, stepForward } from "../state/playback.ts";
import { getState, setState, useStore } from "../state/store.ts";

const ROW_PX = 28;
const PAN_PX = 60;

export function Outline({ stage }: { readonly stage: RefObject<StageHandle | null> }): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const open = useStore((state) => state.outlineOpen);
  const selected = useStore((state) => state.selected);
  const focused = useStore((state) => state.focused);
  const items = useMemo(() => (cluster === null ? NO_ROWS : outlineRows(cluster)), [cluster]);
  const host = useRef<HTMLDivElement>(null);
  const holdsFocus = useRef(false);
  const current = useMemo(() => Math.max(0, rowOf(items, focused ?? selected)), [items, focused, selected]);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => host.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: { width: 280, height: 600 },
  });
  const wanted = useRef(-1);
  const lastIndex = useRef(0);

  const focusRow = (index: number): void => {
    const item = items.at(index);
    if (item === undefined) return;
    wanted.current = index;
    rows.scrollToIndex(index);
    setState({ focused: item.thing });
  };
  // Rows move when the cluster changes: the focus stays on its thing, or beside where that was.
  useEffect(() => {
    if (!holdsFocus.current) return;
    const { focused: before } = getState();
    if (before !== null && rowOf(items, before) === -1)
      setState({ focused: items.at(Math.min(lastIndex.current, items.length - 1))?.thing ?? null });
    wanted.current = Math.max(0, rowOf(items, getState().focused));
  }, [items]);
  useEffect(() => {
    if (!holdsFocus.current || wanted.current < 0) return;
    const row = host.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (row !== null && row !== undefined) {
      wanted.current = -1;
      row.focus({ preventScroll: !open });
    }
  });

  useEffect(() => {
    lastIndex.current = current;
  });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const item = items.at(current);
    if (keyOf(event, item, items, current, open, focusRow, stage.current)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const shown = rows.getVirtualItems();
  const indexes =
    shown.some((row) => row.index === current) || items.length === 0
      ? shown.map((row) => row.index)
      : [...shown.map((row) => row.index), current];
  return (
    <div className={open ? "outline" : "outline closed"}>
      {open && (
        <div className="phead">
          <h2>Outline</h2>
          <span className="grow" />
          <span className="kbd" aria-hidden="true">
            O
          </span>
          <button type="button" className="tool small" aria-label="Close the outline" onClick={() => setState({ outlineOpen: false })}>
            <Icon name="close" size={14} />
          </button>
        </div>
      )}
      <div
        ref={host}
        className="tree"
        role="tree"
        aria-label="Cluster"
        aria-describedby="outline-help"
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          holdsFocus.current = true;
          // Assistive technology may put the focus on any row, not only on the one in the tab order.
          const item = items.at(Number(event.target.dataset.index ?? current));
          if (item !== undefined) setState({ focused: item.thing });
        }}
        onBlur={(event) => {
          if (event.currentTarget.contains(event.relatedTarget)) return;
          holdsFocus.current = false;
          setState({ focused: null });
        }}
      >
        <div className="treebody" role="presentation" style={{ height: rows.getTotalSize() }}>
          {indexes.map((index) => {
            const item = items.at(index);
            if (item === undefined) return null;
            return (
              <div
                key={index}
                data-index={index}
                {...names(nameOfThing(item.thing))}
                role="treeitem"
                tabIndex={index === current ? 0 : -1}
                aria-level={item.level}
                aria-setsize={item.size}
                aria-posinset={item.position}
                aria-selected={same(item.thing, selected)}
                aria-label={cluster === null ? undefined : nameOf(cluster, item.thing)}
                aria-expanded={(items.at(index + 1)?.level ?? 0) > item.level ? true : undefined}
                className={`titem ${item.thing.kind}`}
                style={{ top: index * ROW_PX, paddingLeft: 12 + 14 * (item.level - 1) }}
                onClick={() => {
                  focusRow(index);
                  select(item.thing);
                }}
                onContextMenu={(event) => {
                  event.preventDefault();
                  focusRow(index);
                  stage.current?.openMenu(item.thing, { left: event.clientX, top: event.clientY, bottom: event.clientY });
                }}
                onPointerEnter={() => setState({ hovered: item.thing })}
                onPointerLeave={() => setState({ hovered: null })}
              >
                {cluster !== null && <RowFace cluster={cluster} item={item} />}
              </div>
            );
          })}
        </div>
      </div>
      <p id="outline-help" hidden>
        Enter selects. R makes a Pod ready or not. Shift F10 opens the menu.{" "}
        {open ? "" : "Arrow keys go to the nearest thing on the picture. "}O {open ? "hides" : "shows"} this outline.
      </p>
    </div>
  );
}

const POD_GLYPH: Readonly<Record<PodState, IconName>> = {
  ready: "ready",
  "not-ready": "not-ready",
  crashing: "not-ready",
  failed: "not-ready",
  completed: "not-ready",
  pending: "starting",
  starting: "starting",
  terminating: "terminating",
};

/** What a row shows; its whole name is its accessible name. */
function RowFace({ cluster, item }: { readonly cluster: ClusterView; readonly item: OutlineItem }): ReactElement {
  const { icon, label, note } = faceOf(cluster, item);
  return (
    <>
      {icon !== null && <Icon name={icon} size={14} />}
      <span className="clip">{label}</span>
      {note !== "" && <small>{note}</small>}
    </>
  );
}

function faceOf(
  cluster: ClusterView,
  { thing }: OutlineItem,
): { readonly icon: IconName | null; readonly label: string; readonly note: string } {
  const { pods, nodes, services } = viewIndex(cluster);
  const name = (): string => nameOf(cluster, thing);
  switch (thing.kind) {
    case "pod": {
      const pod = pods.get(thing.key);
      return pod === undefined
        ? { icon: null, label: name(), note: "" }
        : { icon: POD_GLYPH[pod.state], label: pod.name, note: pod.ips[0] ?? "" };
    }
    case "service": {
      const service = services.get(thing.key);
      if (service === undefined) return { icon: null, label: name(), note: "" };
      return {
        icon: service.health === "ok" ? "service" : "service-empty",
        label: service.name,
        note: service.headless ? "headless" : (service.clusterIps[0] ?? ""),
      };
    }
    case "node":
      return { icon: "node", label: thing.name, note: nodes.get(thing.name)?.internalIp ?? "" };
    case "gate":
      return { icon: "swap", label: "kube-proxy", note: nodes.get(thing.node)?.proxyMode ?? "" };
    case "outside": {
      const balanced = balancedService(cluster, thing.id);
      if (balanced !== null)
        return { icon: "client", label: `load balancer of ${balanced.name}`, note: balanced.loadBalancer.addresses[0] ?? "pending" };
      const outsider = cluster.outsiders.find((candidate) => candidate.id === thing.id);
      return { icon: "client", label: outsider?.name ?? name().split(", ")[0] ?? thing.id, note: outsider?.address ?? "" };
    }
    case "workload":
      return { icon: "table", label: name().split(",")[0] ?? thing.key, note: "no Pods" };
    case "group":
      return { icon: null, label: name(), note: "" };
  }
}

function same(a: ThingId | null, b: ThingId | null): boolean {
  return a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b);
}

function rowOf(items: OutlineRows, thing: ThingId | null): number {
  return thing === null ? -1 : items.rowOf(thing);
}

const DIRECTIONS: Readonly<Record<string, Direction>> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** True when the key meant something here. */
function keyOf(
  event: KeyboardEvent,
  item: OutlineItem | undefined,
  items: OutlineRows,
  current: number,
  open: boolean,
  focusRow: (index: number) => void,
  stage: StageHandle | null,
): boolean {
  const direction = DIRECTIONS[event.key];
  if (direction !== undefined && event.shiftKey) {
    stage?.camera.panBy(
      direction === "left" ? PAN_PX : direction === "right" ? -PAN_PX : 0,
      direction === "up" ? PAN_PX : direction === "down" ? -PAN_PX : 0,
    );
    return true;
  }
  if (direction !== undefined) {
    focusRow(open ? inTree(items, current, direction) : onPicture(items, current, direction));
    return true;
  }
  const thing = item?.thing ?? null;
  switch (event.key) {
    case "Home":
      focusRow(0);
      return true;
    case "End":
      focusRow(items.length - 1);
      return true;
    case "Enter":
      if (thing !== null) select(thing);
      if (thing !== null) openOnMap(thing, stage);
      return true;
    case "Escape":
      if (showAll()) return true;
      if (getState().selected !== null) select(null);
      else setState({ outlineOpen: false });
      return true;
    case "F10":
    case "ContextMenu":
      if (event.key === "F10" && !event.shiftKey) return false;
      // The row itself, while rows show; what is folded away has no place on the picture either.
      if (thing !== null)
        stage?.openMenu(thing, open ? event.currentTarget.querySelector(`[data-index="${current}"]`)?.getBoundingClientRect() : null);
      return true;
    case "+":
    case "=":
      stage?.camera.zoomBy(ZOOM_STEP);
      return true;
    case "-":
      stage?.camera.zoomBy(1 / ZOOM_STEP);
      return true;
    case "0":
      stage?.camera.fit();
      return true;
    case ",":
      stepBack();
      return true;
    case ".":
      stepForward();
      return true;
    default:
      return thing !== null && actByKey(event, thing);
  }
}

/** On a map a node, and a Pod, is gone to. */
function openOnMap(thing: ThingId, stage: StageHandle | null): void {
  const { scene } = usePicture.getState();
  if (scene === null || stage === null || (thing.kind !== "node" && thing.kind !== "pod")) return;
  if (!isMap(scene, levelAt(scene, stage.camera.view().scale))) return;
  const node = thing.kind === "node" ? thing.name : podNode(scene, thing.key);
  const box = node === null ? null : boxOf(scene, { kind: "node", name: node });
  if (box !== null) stage.camera.goTo(box);
}

function podNode(scene: Scene, key: string): string | null {
  return indexOfScene(scene).nodeOf.get(key) ?? null;
}

/** Keys of the thing's own menu; letters among them can be switched off. */
function actByKey(event: KeyboardEvent, thing: ThingId): boolean {
  const letter = event.key.length === 1;
  if (letter && !getState().keysOn) return false;
  const run = entryOfKey(thing, `${event.shiftKey ? "Shift " : ""}${letter ? event.key.toUpperCase() : event.key}`);
  run?.();
  return run !== null;
}

function inTree(items: OutlineRows, current: number, direction: Direction): number {
  if (direction === "up") return Math.max(0, current - 1);
  if (direction === "down") return Math.min(items.length - 1, current + 1);
  const level = items.at(current)?.level ?? 1;
  if (direction === "right") return (items.at(current + 1)?.level ?? 0) > level ? current + 1 : current;
  for (let i = current - 1; i >= 0; i--) if ((items.at(i)?.level ?? 0) < level) return i;
  return current;
}

/** The nearest thing in that direction on the picture; at its edge, and for things that are folded away, the next of the tree. */
function onPicture(items: OutlineRows, current: number, direction: Direction): number {
  const scene = usePicture.getState().scene;
  const from = items.at(current)?.thing ?? null;
  if (scene === null || from === null || boxOf(scene, from) === null)
    return inTree(items, current, direction === "left" ? "up" : direction === "right" ? "down" : direction);
  const to = rowOf(items, neighbour(scene, from, direction, useViewing.getState().view.scale));
  return to === -1 ? current : to;
}
