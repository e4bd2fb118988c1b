/** Screen A: header, manifests, topology, inspector, timeline; below 560 px the phone's arrangement of the same. */
import { useRef, useSyncExternalStore, type ReactElement } from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import { Dialogs } from "./dialogs/dialogs.tsx";
import { Manifests } from "./editor/manifests.tsx";
import { Header } from "./header/header.tsx";
import { Inspector } from "./inspector/inspector.tsx";
import { NoticeLine } from "./parts/notice.tsx";
import { Phone } from "./phone/phone.tsx";
import { useKeys } from "./state/keys.ts";
import { Timeline } from "./timeline/timeline.tsx";
import { Topology } from "./topology/topology.tsx";

/** Widths at which panels stack: below 560 px as on a phone, below 1000 px one column with the canvas first. */
const PHONE = "(max-width: 559.98px)";
const STACKED = "(max-width: 999.98px)";

export function Workbench(): ReactElement {
  useKeys();
  const phone = useMedia(PHONE);
  const stacked = useMedia(STACKED);
  return (
    <>
      <a className="skip" href="#topology">
        Skip to the topology
      </a>
      {phone ? <Phone /> : stacked ? <Stacked /> : <Wide />}
      <Dialogs />
    </>
  );
}

function Wide(): ReactElement {
  const root = useRef<HTMLDivElement>(null);
  return (
    <div className="app" ref={root}>
      <Header />
      <NoticeLine />
      <Group className="columns" orientation="horizontal">
        <Panel
          id="manifests"
          defaultSize="348px"
          minSize="220px"
          maxSize="60%"
          groupResizeBehavior="preserve-pixel-size"
          onResize={(size) => root.current?.style.setProperty("--w-editor-now", `${size.inPixels}px`)}
        >
          <Manifests />
        </Panel>
        <Separator className="splitter" aria-label="Width of the manifests" />
        <Panel id="topology-panel" minSize="320px">
          <Topology />
        </Panel>
        <Separator className="splitter" aria-label="Width of the inspector" />
        <Panel id="inspector" defaultSize="372px" minSize="260px" maxSize="60%" groupResizeBehavior="preserve-pixel-size">
          <Inspector />
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
      <NoticeLine />
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
