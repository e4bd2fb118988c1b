/**
 * What a lesson lays over the canvas: the EndpointSlice that hangs from its Service, and a square in each Pod for every request it
 * answered, grey before the endpoints changed last and ink since. Drawn in the scene's own coordinates; the outline and the EndpointSlice tab
 * say the same to who cannot see it.
 */
import { useMemo, type ReactElement } from "react";
import type { EndpointView, ServiceView, SliceView } from "../../core/simulation/view.ts";
import type { Scene } from "../../scene/scene.ts";
import { useViewing } from "../canvas/viewing.ts";
import { Glyph } from "../parts/icons.tsx";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";
import { pointedNames, usePointing } from "../state/pointing.ts";
import { onTheWay } from "../state/tally.ts";
import { useStore } from "../state/store.ts";
import { countedJourneys } from "../topology/share.ts";
import type { Emphasis } from "./types.ts";

/** At this scale a Pod is too small for words: the picture alone is left. */
const SMALLEST = 0.62;

export function LessonOverlay({ emphasis }: { readonly emphasis: Emphasis }): ReactElement | null {
  const { view, width, height } = useViewing();
  const scene = usePicture((picture) => picture.scene);
  const cluster = useStore((state) => state.cluster);
  const service = cluster?.services.find(({ key }) => key === emphasis.service);
  const slice = cluster?.slices.find((one) => one.service === emphasis.service);
  if (scene === null || width === 0 || view.scale < SMALLEST) return null;
  return (
    <svg className="lessonover" width={width} height={height} aria-hidden="true">
      <g transform={`translate(${view.offsetX} ${view.offsetY}) scale(${view.scale})`}>
        {emphasis.slice === true && service !== undefined && <HangingSlice scene={scene} service={service} slice={slice} />}
        {emphasis.squares === true && <Squares scene={scene} />}
      </g>
    </svg>
  );
}

const SLICE_HEIGHT = 50;
const HEAD = 150;
const MONO = 6.65;

interface SliceProps {
  readonly scene: Scene;
  readonly service: ServiceView;
  readonly slice: SliceView | undefined;
}

function HangingSlice({ scene, service, slice }: SliceProps): ReactElement | null {
  const front = scene.services.find(({ key }) => key === service.key);
  const pointed = usePointing((state) => pointedNames(state).some((name) => name.startsWith("slice:")));
  if (front === undefined || scene.map !== null) return null;
  const { cluster, metrics } = scene;
  const top = metrics.shelfY + metrics.frontHeight + 16;
  const left = cluster.x + 12;
  const width = cluster.width - 24;
  const column = 26 + (slice?.endpoints.reduce((most, { address }) => Math.max(most, address.length + 3), 0) ?? 0) * MONO;
  const endpoints = [...(slice?.endpoints ?? [])];
  const fit = Math.max(1, Math.floor((width - HEAD) / Math.max(150, column + 22)));
  const shown = endpoints.length > fit ? endpoints.slice(0, fit - 1) : endpoints;
  const each = (width - HEAD) / Math.max(1, endpoints.length > fit ? fit : endpoints.length);
  const x = front.box.x + front.box.width / 2;
  return (
    <g>
      {/* A thread of the selector passes behind it; where there is none it hangs by its own. */}
      {scene.threads.length === 0 && (
        <path d={`M${x} ${front.box.y + front.box.height}V${top}`} stroke="var(--svc-fill)" strokeWidth="1.25" strokeDasharray="1.5 3" />
      )}
      {pointed && (
        <rect
          x={left - 5}
          y={top - 5}
          width={width + 10}
          height={SLICE_HEIGHT + 10}
          rx="15"
          fill="none"
          stroke="var(--svc-fill)"
          strokeOpacity=".28"
          strokeWidth="4"
        />
      )}
      <rect
        x={left}
        y={top}
        width={width}
        height={SLICE_HEIGHT}
        rx="11"
        fill="var(--surface)"
        stroke="var(--svc-fill)"
        strokeWidth="1.25"
      />
      <text x={left + 18} y={top + 21} className="name">
        EndpointSlice
      </text>
      <text x={left + 18} y={top + 37} className="mono c3">
        {slice?.name ?? "none yet"}
      </text>
      {endpoints.length === 0 && (
        <text x={left + HEAD + 8} y={top + 29} className="words">
          {slice === undefined ? "Nobody has written one" : "empty: the selector finds no Pod"}
        </text>
      )}
      {shown.map((endpoint, i) => (
        <Endpoint key={endpoint.address} endpoint={endpoint} x={left + HEAD + i * each} top={top} />
      ))}
      {shown.length < endpoints.length && (
        <text x={left + HEAD + shown.length * each + 12} y={top + 29} className="words">
          {`and ${endpoints.length - shown.length} more`}
        </text>
      )}
    </g>
  );
}

function Endpoint({ endpoint, x, top }: { readonly endpoint: EndpointView; readonly x: number; readonly top: number }): ReactElement {
  const { address, ports, ready } = endpoint;
  const port = ports[0]?.port;
  return (
    <g>
      <path d={`M${x} ${top + 10}V${top + SLICE_HEIGHT - 10}`} stroke="var(--line)" />
      <Glyph name={ready ? "ready" : "not-ready"} x={x + 12} y={top + 17} size={15} />
      <text x={x + 35} y={top + 21} className={ready ? "mono strong" : "mono c2"}>
        {port === undefined ? address : `${address}:${port}`}
      </text>
      <text x={x + 35} y={top + 37} className="words">
        {stateWords(endpoint)}
      </text>
    </g>
  );
}

function stateWords({ ready, terminating, serving }: EndpointView): string {
  if (ready) return "ready";
  if (terminating) return serving ? "ending, still answers" : "ending";
  return "not ready, left out of the rules";
}

// ---- Squares --------------------------------------------------------------------------------------------------------

const SIDE = 9;
const PITCH = 13;

/** What each Pod answered: before the endpoints changed last, and since, which is what shares count. */
function useSquares(): ReadonlyMap<string, { readonly before: number; readonly since: number }> {
  const cluster = useStore((state) => state.cluster);
  const journeys = useStore((state) => state.journeys);
  const timeline = useStore((state) => state.timeline);
  const choreography = usePicture((picture) => picture.choreography);
  const service = usePicture((picture) => picture.focus);
  const arrived = useMoment((moment) => moment.arrived);
  return useMemo(() => {
    const counts = new Map<string, { before: number; since: number }>();
    if (cluster === null) return counts;
    const coming = onTheWay(choreography, arrived);
    const counted = service === null ? journeys : countedJourneys(cluster, service, journeys, timeline, coming);
    const since = new Set(counted.map(({ id }) => id));
    for (const { id, pod, outcome } of journeys) {
      if (pod === null || outcome.kind !== "delivered" || coming.has(id)) continue;
      const count = counts.get(pod) ?? { before: 0, since: 0 };
      counts.set(pod, since.has(id) ? { ...count, since: count.since + 1 } : { ...count, before: count.before + 1 });
    }
    return counts;
  }, [cluster, service, journeys, timeline, choreography, arrived]);
}

function Squares({ scene }: { readonly scene: Scene }): ReactElement {
  const squares = useSquares();
  return (
    <>
      {scene.pods.map(({ key, box }) => {
        const count = squares.get(key);
        if (count === undefined) return null;
        const fit = Math.max(1, Math.floor((box.width - 33 - 14) / PITCH));
        const all = count.before + count.since;
        // The newest are seen; how many there were in all stands beside the address.
        const hidden = Math.max(0, all - fit);
        return Array.from({ length: Math.min(all, fit) }, (_, i) => (
          <rect
            key={`${key} ${i}`}
            x={box.x + 33 + i * PITCH}
            y={box.y + box.height - 8 - SIDE}
            width={SIDE}
            height={SIDE}
            rx="2.5"
            fill={i + hidden >= count.before ? "var(--ink)" : "var(--heat-2)"}
          />
        ));
      })}
    </>
  );
}
