/**
 * The chains of a node as a picture: boxes are buttons, edges lie behind them. It scrolls by itself where it is larger than its
 * room, so the page's own scroll is never caught; zoom is by buttons, keys and Ctrl with the wheel. Arrow keys go along edges.
 */
import { curveBumpX, line } from "d3";
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from "react";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { useSize } from "../parts/use-size.ts";
import { names } from "../state/pointing-names.ts";
import { namesOfChain } from "../linked/rule-names.ts";
import { bandPicture, type BandPicture, type Box } from "./chain-boxes.ts";
import type { ChainEdge, ChainGraph } from "./chain-graph.ts";

const ZOOM_STEP = 1.2;
const ZOOM = { least: 0.4, most: 2.5 };
const TITLE_PX = 36;
const BAND_GAP_PX = 22;
const MARGIN_PX = 12;

interface ChainPictureProps {
  readonly graph: ChainGraph;
  readonly cluster: ClusterView;
  /** For a narrow panel: cut names, and it begins where the rewrite is. */
  readonly compact: boolean;
  /** The chain whose rules are shown beside. */
  readonly opened: string | null;
  readonly onOpen: (chain: string) => void;
  readonly onUnfold: (chain: string) => void;
  /** Beside the controls of its size. */
  readonly children?: ReactNode;
}

export function ChainPicture({ graph, cluster, compact, opened, onOpen, onUnfold, children }: ChainPictureProps): ReactElement {
  const bands = useMemo(() => graph.bands.map((band) => bandPicture(band, cluster, { compact })), [graph, cluster, compact]);
  const [zoom, setZoom] = useState(1);
  const [stop, setStop] = useState<string | null>(null);
  const room = useRef<HTMLDivElement>(null);
  const places = useMemo(() => placesOf(bands), [bands]);
  /** A reader's own zoom stays; until then all of it shows where there is room. */
  const own = useRef(false);
  const zoomTo = (next: number): void => {
    own.current = true;
    setZoom(Math.min(ZOOM.most, Math.max(ZOOM.least, next)));
  };
  const fit = (): void => {
    own.current = false;
    setZoom(fitting(room.current, places.width));
  };
  useWheelZoom(room, (factor) => zoomTo(zoom * factor));
  const { width: roomWidth } = useSize(room);
  useLayoutEffect(() => {
    if (!compact && !own.current && roomWidth > 0) setZoom(fitting(room.current, places.width));
  }, [compact, roomWidth, places.width]);
  // In a narrow room it begins where the packet was rewritten or stopped, once for each such place.
  const telling = tellingBox(bands);
  const told = useRef<string | null>(null);
  useLayoutEffect(() => {
    const element = room.current;
    const box = telling === null ? undefined : places.boxes.get(telling);
    if (element === null || roomWidth === 0 || box === undefined || told.current === telling) return;
    told.current = telling;
    element.scrollLeft = Math.max(0, (box.x + box.width + MARGIN_PX) * zoom - element.clientWidth);
  }, [telling, places, zoom, roomWidth]);
  const order = [...places.boxes.keys()];
  const current = stop !== null && places.boxes.has(stop) ? stop : (telling ?? order[0] ?? null);
  const focusOn = (id: string | null): void => {
    if (id === null) return;
    setStop(id);
    room.current?.querySelector<HTMLElement>(`[data-chain="${CSS.escape(id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || current === null) return;
    if (event.key === "+" || event.key === "=") zoomTo(zoom * ZOOM_STEP);
    else if (event.key === "-") zoomTo(zoom / ZOOM_STEP);
    else if (event.key === "0") fit();
    else {
      const to = neighbour(bands, places, current, event.key);
      if (to === undefined) return;
      focusOn(to);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const pan = usePan();
  return (
    <div className={compact ? "chaingraph compact" : "chaingraph"}>
      <div className="cgtools" role="group" aria-label="Size of the graph">
        {children}
        <span className="grow" />
        <button type="button" className="tool small" aria-label="Smaller" onClick={() => zoomTo(zoom / ZOOM_STEP)}>
          <Icon name="minus" size={14} />
        </button>
        <span className="pc">{`${Math.round(zoom * 100)}%`}</span>
        <button type="button" className="tool small" aria-label="Larger" onClick={() => zoomTo(zoom * ZOOM_STEP)}>
          <Icon name="plus" size={14} />
        </button>
        <button type="button" className="tool small" aria-label="Fit the graph" onClick={fit}>
          <Icon name="fit" size={14} />
        </button>
      </div>
      <div className="cgroom" ref={room} onKeyDown={onKeyDown} {...pan}>
        <div className="cgsize" style={{ width: places.width * zoom, height: places.height * zoom }}>
          <div
            className="cgplane"
            role="group"
            aria-label="Chains of this node"
            style={{ width: places.width, height: places.height, transform: `scale(${zoom})` }}
          >
            {bands.map((band, i) => (
              <Band
                key={band.band.title}
                band={band}
                top={places.tops[i] ?? 0}
                current={current}
                opened={opened}
                onFocus={setStop}
                onPress={(box) => (box.node.kind === "fold" ? onUnfold(box.node.of) : onOpen(box.node.id))}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

/** The zoom at which the whole width shows. */
function fitting(room: HTMLElement | null, width: number): number {
  return room === null || width === 0 ? 1 : Math.min(1.5, Math.max(ZOOM.least, (room.clientWidth - 2) / width));
}

interface Places {
  readonly width: number;
  readonly height: number;
  /** Of each band. */
  readonly tops: readonly number[];
  readonly boxes: ReadonlyMap<string, { readonly x: number; readonly y: number; readonly width: number; readonly height: number }>;
}

function placesOf(bands: readonly BandPicture[]): Places {
  const tops: number[] = [];
  const boxes = new Map<string, { x: number; y: number; width: number; height: number }>();
  let top = 0;
  for (const { layout } of bands) {
    tops.push(top);
    for (const [id, box] of layout.boxes) boxes.set(id, { ...box, x: box.x + MARGIN_PX, y: box.y + top + TITLE_PX });
    top += TITLE_PX + layout.height + BAND_GAP_PX;
  }
  return { width: Math.max(0, ...bands.map(({ layout }) => layout.width)) + 2 * MARGIN_PX, height: Math.max(0, top), tops, boxes };
}

/** The box where the packet was rewritten or stopped, else the last that it passed in the first band. */
function tellingBox(bands: readonly BandPicture[]): string | null {
  const all = bands.flatMap(({ boxes }) => [...boxes.values()]);
  const ends = all.find(({ lines }) => lines.some(({ lit, kind }) => lit && (kind === "rewrite" || kind === "stop")));
  return ends?.node.id ?? all.filter(({ node }) => node.kind === "chain" && node.walked).at(0)?.node.id ?? null;
}

interface BandProps {
  readonly band: BandPicture;
  readonly top: number;
  readonly current: string | null;
  readonly opened: string | null;
  readonly onFocus: (chain: string) => void;
  readonly onPress: (box: Box) => void;
}

const path = line<readonly [number, number]>().curve(curveBumpX);

function Band({ band: { band, boxes, labels, layout }, top, current, opened, onFocus, onPress }: BandProps): ReactElement {
  // What the packet took lies above the rest.
  const edges = [...band.edges].sort((a, b) => Number(a.walked) - Number(b.walked));
  return (
    <>
      <h3 style={{ top, left: MARGIN_PX }}>{band.title}</h3>
      <svg
        className="cgedges"
        aria-hidden="true"
        width={layout.width + 2}
        height={layout.height + 2}
        style={{ left: MARGIN_PX, top: top + TITLE_PX }}
      >
        {edges.map((edge) => (
          <path key={edge.id} className={edge.walked ? "lit" : ""} d={path(layout.paths.get(edge.id) ?? []) ?? ""} />
        ))}
        {edges.map((edge) => (
          <EdgeWords
            key={edge.id}
            edge={edge}
            label={labels.get(edge.id)}
            points={layout.paths.get(edge.id) ?? []}
            place={placeOfWords(band.edges, edge)}
          />
        ))}
      </svg>
      {[...boxes.values()].map((box) => {
        const place = layout.boxes.get(box.node.id);
        if (place === undefined) return null;
        const { node } = box;
        const lit = node.kind === "chain" && node.walked;
        return (
          <button
            key={node.id}
            type="button"
            data-chain={node.id}
            className={`cgbox ${node.kind} ${lit ? "lit" : ""}`}
            aria-label={box.said}
            aria-current={opened === node.id ? "true" : undefined}
            tabIndex={node.id === current ? 0 : -1}
            style={{ left: place.x + MARGIN_PX, top: place.y + top + TITLE_PX, width: place.width, height: place.height }}
            onFocus={() => onFocus(node.id)}
            onClick={() => onPress(box)}
            {...(node.kind === "chain" ? names(...namesOfChain(node.table, node.name, node.origin)) : {})}
          >
            {box.lines.map((line) => (
              <span key={line.text} className={`l ${line.kind} ${line.lit ? "lit" : ""}`}>
                {line.kind === "rewrite" && <Icon name="nat" size={14} />}
                {line.kind === "stop" && <Icon name={line.text.startsWith("REJECT") ? "reject" : "drop"} size={14} />}
                {line.text}
              </span>
            ))}
          </button>
        );
      })}
    </>
  );
}

/** Words stand where an edge ends; of several into one box those of the edges that something went along, one above the other. */
function placeOfWords(edges: readonly ChainEdge[], edge: ChainEdge): number | null {
  const into = edges.filter(({ to }) => to === edge.to);
  if (into.length === 1) return 0;
  const at = into.filter(({ walked, packets }) => walked || packets > 0).indexOf(edge);
  return at === -1 ? null : at;
}

function EdgeWords({
  edge,
  label,
  points,
  place,
}: {
  readonly edge: ChainEdge;
  readonly label: { readonly above: string; readonly below: string } | undefined;
  readonly points: readonly (readonly [number, number])[];
  readonly place: number | null;
}): ReactElement | null {
  const last = points.at(-1);
  if (label === undefined || last === undefined || place === null) return null;
  const [x, y] = [last[0] - 7, last[1] + 13 * place];
  return (
    <g className={edge.walked ? "lit" : ""} textAnchor="end">
      {label.above !== "" && (
        <text x={x} y={y - 4}>
          {label.above}
        </text>
      )}
      {label.below !== "" && (
        <text x={x} y={y + 12} className="ct">
          {label.below}
        </text>
      )}
    </g>
  );
}

// ---- keys, wheel, drag --------------------------------------------------------------------------------------------

/** Right and Left go along edges, where the packet went first; Up and Down to the box above or below. */
function neighbour(bands: readonly BandPicture[], places: Places, from: string, key: string): string | undefined {
  const edges = bands.flatMap(({ band }) => band.edges).sort((a, b) => Number(b.walked) - Number(a.walked));
  if (key === "ArrowRight") return edges.find((edge) => edge.from === from)?.to;
  if (key === "ArrowLeft") return edges.find((edge) => edge.to === from)?.from;
  const order = [...places.boxes.keys()];
  if (key === "Home") return order[0];
  if (key === "End") return order.at(-1);
  const here = places.boxes.get(from);
  if (here === undefined || (key !== "ArrowUp" && key !== "ArrowDown")) return undefined;
  const down = key === "ArrowDown";
  let best: { readonly id: string; readonly cost: number } | undefined;
  for (const [id, box] of places.boxes) {
    const along = down ? box.y - here.y : here.y - box.y;
    if (id === from || along <= 0) continue;
    // In its own column first.
    const cost = along + 3 * Math.max(0, box.x - (here.x + here.width), here.x - (box.x + box.width));
    if (best === undefined || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}

/** Ctrl with the wheel; the wheel alone scrolls, the graph first and then the page. */
function useWheelZoom(room: { readonly current: HTMLElement | null }, by: (factor: number) => void): void {
  const latest = useRef(by);
  latest.current = by;
  useEffect(() => {
    const element = room.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      latest.current(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP);
    };
    // React's own listener could not hold back the page's zoom.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [room]);
}

/** The mouse drags the ground; a finger scrolls as everywhere. */
function usePan(): {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
} {
  const from = useRef({ x: 0, y: 0, left: 0, top: 0 });
  return {
    onPointerDown(event) {
      const element = event.currentTarget;
      // What is pressed is an element of the page: the cast is for the type of any event's target.
      if (event.pointerType !== "mouse" || event.button !== 0 || (event.target as Element).closest("button") !== null) return;
      element.setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, y: event.clientY, left: element.scrollLeft, top: element.scrollTop };
    },
    onPointerMove(event) {
      const element = event.currentTarget;
      if (event.buttons !== 1 || !element.hasPointerCapture(event.pointerId)) return;
      const { x, y, left, top } = from.current;
      element.scrollTo(left - (event.clientX - x), top - (event.clientY - y));
    },
  };
}
