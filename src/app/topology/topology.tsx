/** The middle of the workbench: conditions, picture, caption, shares. */
import { useCallback, useRef, useState, type ReactElement, type ReactNode } from "react";
import { openFind, useFinding } from "../canvas/finding.ts";
import { Stage, useStale, type StageHandle } from "../canvas/stage.tsx";
import { ZOOM_STEP, type View } from "../canvas/camera.ts";
import { Icon } from "../parts/icons.tsx";
import { useFar, useMapLevel } from "../map/map-state.ts";
import { later } from "../parts/later.tsx";
import { toEditor } from "../state/commands.ts";
import { clearFilter, openFilter } from "../state/narrow.ts";
import { isBusy } from "../state/busy.ts";
import { count, plural } from "../state/format.ts";
import { useReading } from "../state/reading.ts";
import { openGallery } from "../state/gallery.ts";
import { useStore } from "../state/store.ts";
import { useTerminal } from "../state/terminal-open.ts";
import { StoryCaption } from "../watch/banner.tsx";
import { Conditions } from "./conditions.tsx";
import { SharePanel } from "./share-panel.tsx";
import { Steps } from "./steps.tsx";
import { ToastLine } from "./toast.tsx";

/** The rows of the picture as a list: not needed for the first picture, and it brings what lists of thousands need. */
const Outline = later(async () => (await import("./outline.tsx")).Outline);
const NarrowStrip = later(async () => (await import("../narrow/narrow-strip.tsx")).NarrowStrip);
const Minimap = later(async () => (await import("../canvas/minimap.tsx")).Minimap);
const MapBar = later(async () => (await import("../map/map-bar.tsx")).MapBar);
const Loupe = later(async () => (await import("../map/loupe.tsx")).Loupe);
const Drawer = later(async () => (await import("../terminal/drawer.tsx")).Drawer);
const Find = later(async () => (await import("../canvas/find.tsx")).Find);

export function Topology(): ReactElement {
  const busy = useStore(isBusy);
  const far = useFar();
  const terminal = useTerminal((state) => state.open);
  const story = useStore((state) => state.watched !== null || state.live || state.lostOnShow !== null);
  return (
    <main className={story ? "canvas steadyground" : "canvas"} id="topology" aria-label="Topology" aria-busy={busy} tabIndex={-1}>
      {!far && <Conditions />}
      <PictureArea arrangement="workbench" />
      <StoryCaption />
      <Steps />
      {terminal ? <Drawer /> : !far && <SharePanel />}
    </main>
  );
}

/** The canvas with its outline, zoom and whatever stands in for a picture that cannot be. */
export function PictureArea({
  arrangement,
  children,
}: {
  readonly arrangement: "workbench" | "phone";
  /** What lies over the canvas, below its buttons. */
  readonly children?: ReactNode;
}): ReactElement {
  const handle = useRef<StageHandle | null>(null);
  const [scale, setScale] = useState(1);
  const onHandle = useCallback((made: StageHandle | null) => {
    handle.current = made;
  }, []);
  const onView = useCallback((view: View) => setScale(view.scale), []);
  const finding = useFinding((state) => state.open);
  const map = useMapLevel();
  const narrowed = useStore((state) => state.filter !== null || state.only !== null);
  return (
    <>
      {narrowed && <NarrowStrip fit={() => handle.current?.camera.fit()} />}
      {map !== null && <MapBar />}
      <div className="picture">
        <Stage onHandle={onHandle} onView={onView} arrangement={arrangement} />
        {children}
        <div className="zoom" role="group" aria-label="Zoom">
          <button type="button" aria-label="Zoom out" onClick={() => handle.current?.camera.zoomBy(1 / ZOOM_STEP)}>
            <Icon name="minus" size={14} />
          </button>
          <span>{Math.round(scale * 100)}%</span>
          <button type="button" aria-label="Zoom in" onClick={() => handle.current?.camera.zoomBy(ZOOM_STEP)}>
            <Icon name="plus" size={14} />
          </button>
          <button type="button" aria-label="Fit to view" onClick={() => handle.current?.camera.fit()}>
            <Icon name="fit" size={14} />
          </button>
        </div>
        {map !== null && <Loupe />}
        {(map === null || arrangement === "phone") && <FindButton />}
        <FilterButton />
        {finding && <Find camera={() => handle.current?.camera ?? null} />}
        <Minimap camera={() => handle.current?.camera ?? null} />
        <Outline stage={handle} />
        <InsteadOfPicture />
        <ToastLine stage={handle} />
      </div>
    </>
  );
}

function FilterButton(): ReactElement {
  const on = useStore((state) => state.filter !== null);
  return (
    <button
      type="button"
      className="tool small findgo filtergo"
      aria-label="Filter"
      aria-pressed={on}
      title="Filter, N"
      onClick={() => (on ? clearFilter() : openFilter())}
    >
      <Icon name="filter" size={14} />
    </button>
  );
}

function FindButton(): ReactElement {
  return (
    <button type="button" className="tool small findgo" aria-label="Find" title="Find, /" onClick={openFind}>
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
        <path
          d="M11.2 11.2L14 14M7 12.2A5.2 5.2 0 1 0 7 1.8a5.2 5.2 0 0 0 0 10.4z"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
        />
      </svg>
    </button>
  );
}

/** Nothing yet, or not right: said in place (DESIGN 10). */
function InsteadOfPicture(): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  const stale = useStale();
  const read = useReading((state) => state.pods);
  const error = useStore((state) => state.diagnostics.find((diagnostic) => diagnostic.severity === "error"));
  if (read !== null)
    return (
      <div className="instead" role="status">
        <h2 className="tnum">Reading {count(read)} Pods</h2>
      </div>
    );
  if (stale && error !== undefined) {
    const { line } = error.range;
    return (
      <div className="instead bottom" role="status">
        <h2>{error.code.startsWith("yaml") ? `Line ${line} is not valid YAML` : `Line ${line} cannot be applied`}</h2>
        <p>The picture still shows the last version that was good.</p>
        <button
          type="button"
          className="btn"
          onClick={() =>
            toEditor(error.file, (handle) => {
              handle.revealRange(error.range);
              handle.focus();
            })
          }
        >
          Go to line {line}
        </button>
      </div>
    );
  }
  if (cluster === null) return null;
  const others = cluster.notSimulated;
  const pods = cluster.pods.some((pod) => pod.role === "server" || pod.role === "client");
  if (!pods) {
    return (
      <div className="instead" role="status">
        <h2>No Pods yet</h2>
        <p>
          Write a Deployment in the manifests, or start from a scenario. Services appear here as soon as they are in the manifests.
          {others.length > 0 && ` Kept, but not simulated: ${others.map(({ kind, count }) => plural(count, kind)).join(", ")}.`}
        </p>
        <button type="button" className="btn" onClick={openGallery}>
          Open the gallery
        </button>
      </div>
    );
  }
  return null;
}
