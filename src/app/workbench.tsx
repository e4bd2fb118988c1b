/**
 * Screen A: header, manifests, topology, inspector, timeline. With less room manifests and inspector share a column,
 * then everything stacks with the canvas first; below 560 px it is the phone's arrangement.
 */
import { useEffect, useRef, useSyncExternalStore, type ReactElement } from "react";
import { Group, Panel, usePanelRef } from "react-resizable-panels";
import { Dialogs } from "./dialogs/dialogs.tsx";
import { Manifests } from "./editor/manifests.tsx";
import { RAIL_PX, Rail } from "./editor/rail.tsx";
import { Header } from "./header/header.tsx";
import { Inspector } from "./inspector/inspector.tsx";
import { NoticeLine } from "./parts/notice.tsx";
import { Segmented } from "./parts/segmented.tsx";
import { Splitter } from "./parts/splitter.tsx";
import { later } from "./parts/later.tsx";
import { Phone } from "./phone/phone.tsx";
import { useScenario } from "./scenarios/at-hand.ts";
import { TO_GALLERY, useGallery } from "./state/gallery.ts";
import { useKeys } from "./state/keys.ts";
import { lessonOf } from "./state/lesson-name.ts";
import { getState, setState, useStore } from "./state/store.ts";
import { Timeline } from "./timeline/timeline.tsx";
import { Topology } from "./topology/topology.tsx";

const Gallery = later(async () => (await import("./gallery/gallery.tsx")).Gallery);
const LessonBench = later(async () => (await import("./lessons/bench.tsx")).LessonBench);

const PHONE = "(max-width: 559.98px)";
const STACKED = "(max-width: 879.98px)";
const SHARED = "(max-width: 1199.98px)";

export function Workbench(): ReactElement {
  useKeys();
  const phone = useMedia(PHONE);
  const stacked = useMedia(STACKED);
  const shared = useMedia(SHARED);
  const gallery = useGallery((state) => state.open);
  const lesson = useStore(lessonOf) !== null;
  return (
    <>
      <div className="bench" inert={gallery}>
        <a className="skip" href="#topology">
          Skip to the topology
        </a>
        {lesson ? (
          <LessonBench arrangement={phone ? "phone" : stacked ? "stacked" : "wide"} />
        ) : phone ? (
          <Phone />
        ) : stacked ? (
          <Stacked />
        ) : shared ? (
          <Shared />
        ) : (
          <Wide />
        )}
      </div>
      {gallery && <Gallery />}
      <Dialogs />
    </>
  );
}

function Wide(): ReactElement {
  const root = useRef<HTMLDivElement>(null);
  const manifests = usePanelRef();
  const inspector = usePanelRef();
  const folded = useStore((state) => state.manifestsFolded);
  const opensFolded = useStore((state) => state.opensFolded);
  const wantsRoom = useScenario(useStore((state) => state.scenario))?.folded === true || opensFolded;
  useEffect(() => setState({ manifestsFolded: wantsRoom }), [wantsRoom]);
  useEffect(() => {
    const panel = manifests.current;
    if (panel === null || panel.isCollapsed() === folded) return;
    if (folded) panel.collapse();
    else panel.expand();
  }, [folded, manifests]);
  return (
    <div className="app" ref={root}>
      <Header />
      <NoticeLine elsewhere={TO_GALLERY} />
      <Group className="columns" orientation="horizontal">
        <Panel
          id="manifests"
          panelRef={manifests}
          defaultSize={folded ? `${RAIL_PX}px` : "348px"}
          minSize="220px"
          maxSize="60%"
          groupResizeBehavior="preserve-pixel-size"
          collapsible
          collapsedSize={`${RAIL_PX}px`}
          onResize={(size) => {
            const isRail = size.inPixels <= RAIL_PX + 1;
            if (isRail !== getState().manifestsFolded) setState({ manifestsFolded: isRail });
            // the transport below keeps its room
            if (!isRail) root.current?.style.setProperty("--w-editor-now", `${size.inPixels}px`);
          }}
        >
          {folded && <Rail onUnfold={() => setState({ manifestsFolded: false })} />}
          <div className="foldable" hidden={folded}>
            <Manifests onFold={() => setState({ manifestsFolded: true })}>
              <Splitter panel={manifests} edge="right" label="Width of the manifests" />
            </Manifests>
          </div>
        </Panel>
        <Panel id="topology-panel" minSize="320px">
          <Topology />
        </Panel>
        <Panel
          id="inspector"
          panelRef={inspector}
          defaultSize="372px"
          minSize="260px"
          maxSize="60%"
          groupResizeBehavior="preserve-pixel-size"
        >
          <Inspector>
            <Splitter panel={inspector} edge="left" label="Width of the inspector" />
          </Inspector>
        </Panel>
      </Group>
      <Timeline />
    </div>
  );
}

/** Two columns: manifests and inspector take turns in the right one. */
function Shared(): ReactElement {
  const side = useStore((state) => state.side);
  const panel = usePanelRef();
  return (
    <div className="app">
      <Header />
      <NoticeLine elsewhere={TO_GALLERY} />
      <Group className="columns" orientation="horizontal">
        <Panel id="topology-panel" minSize="400px">
          <Topology />
        </Panel>
        <Panel id="side" panelRef={panel} defaultSize="348px" minSize="280px" maxSize="55%" groupResizeBehavior="preserve-pixel-size">
          <div className="sidecolumn">
            <nav className="sideswitch" aria-label="Side panel">
              <Splitter panel={panel} edge="left" label="Width of the side panel" />
              <Segmented
                label="Side panel"
                value={side}
                choices={[
                  { value: "manifests", label: "Manifests" },
                  { value: "inspector", label: "Inspector" },
                ]}
                onChange={(next) => setState({ side: next })}
              />
            </nav>
            <div hidden={side !== "manifests"}>
              <Manifests />
            </div>
            <div hidden={side !== "inspector"}>
              <Inspector />
            </div>
          </div>
        </Panel>
      </Group>
      <Timeline />
    </div>
  );
}

/** One column, canvas first: narrow windows and 200% zoom. The page scrolls. */
function Stacked(): ReactElement {
  return (
    <div className="app stacked">
      <Header />
      <NoticeLine elsewhere={TO_GALLERY} />
      <Topology />
      <Timeline />
      <Inspector />
      <Manifests />
    </div>
  );
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}
