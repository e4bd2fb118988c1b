/** Below 560 px: the canvas, a card for each hop that is swiped, a transport with 44 px targets. */
import { useState, type ReactElement } from "react";
import { Manifests } from "../editor/manifests.tsx";
import { ScenarioMenu } from "../header/header.tsx";
import { RequestLine } from "../header/request-line.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { LogoMark } from "../parts/logo.tsx";
import { NoticeLine } from "../parts/notice.tsx";
import { TO_GALLERY } from "../state/gallery.ts";
import { usePicture } from "../state/picture.ts";
import { restart } from "../state/playback.ts";
import { setState, useStore } from "../state/store.ts";
import { SharePanel } from "../topology/share-panel.tsx";
import { Conditions } from "../topology/conditions.tsx";
import { isBusy } from "../state/busy.ts";
import { Steps } from "../topology/steps.tsx";
import { PictureArea } from "../topology/topology.tsx";
import { DetailMenu } from "./detail-menu.tsx";
import { HopSheet, SpeedButton } from "./hop-sheet.tsx";
import { StoryCaption } from "../watch/banner.tsx";
import { TransportButtons } from "../timeline/transport.tsx";

type OpenSheet = "none" | "manifests" | "inspector" | "terminal" | "run";

const Terminal = later(async () => (await import("../terminal/drawer.tsx")).Terminal);
const RunSheet = later(async () => (await import("./run-sheet.tsx")).RunSheet);

export function Phone(): ReactElement {
  const [sheet, setSheet] = useState<OpenSheet>("none");
  const busy = useStore(isBusy);
  const toggle = (which: OpenSheet): void => setSheet(sheet === which ? "none" : which);
  return (
    <div className="app phone">
      <header className="mhead">
        <h1 className="logo" aria-label="Kubehop">
          <LogoMark />
        </h1>
        <ScenarioMenu />
        <span className="grow" />
        <button
          type="button"
          className="tool"
          aria-label="Manifests"
          aria-pressed={sheet === "manifests"}
          onClick={() => toggle("manifests")}
        >
          <Icon name="code" size={18} />
        </button>
        <button
          type="button"
          className="tool"
          aria-label="Inspector"
          aria-pressed={sheet === "inspector"}
          onClick={() => toggle("inspector")}
        >
          <Icon name="table" size={18} />
        </button>
        <button type="button" className="tool" aria-label="Terminal" aria-pressed={sheet === "terminal"} onClick={() => toggle("terminal")}>
          <Icon name="terminal" size={18} />
        </button>
        <button type="button" className="tool" aria-label="Share" onClick={() => setState({ dialog: "share" })}>
          <Icon name="share" size={18} />
        </button>
      </header>
      <NoticeLine elsewhere={TO_GALLERY} />
      <main className="mmain" id="topology" aria-label="Topology" aria-busy={busy} tabIndex={-1}>
        {sheet === "manifests" && (
          <div className="msheet">
            <Conditions />
            <Manifests />
          </div>
        )}
        {sheet === "inspector" && (
          <div className="msheet">
            <SharePanel />
            <Inspector landmark="section" />
          </div>
        )}
        {sheet === "run" && <RunSheet />}
        {sheet === "terminal" && (
          <section className="msheet termsheet" aria-label="Terminal">
            <Terminal closes={false} />
          </section>
        )}
        <div className="mpicture" hidden={sheet !== "none"}>
          <div className="mrequest">
            <RequestLine />
          </div>
          <PictureArea arrangement="phone" />
          <StorySheet />
          <HopSheet detail={<DetailMenu />} />
          <Steps />
        </div>
      </main>
      <PhoneTransport run={sheet === "run"} toggleRun={() => toggle("run")} />
    </div>
  );
}

/** What happens to the cluster; without a request on show it stands in place of the hop. */
function StorySheet(): ReactElement | null {
  const story = useStore((state) => state.watched !== null || state.live || state.traffic !== null);
  const alone = usePicture((picture) => picture.journey === null);
  if (!story) return null;
  return (
    <section className={`msheetcard story${alone ? " alone" : ""}`} aria-label="What happens">
      <StoryCaption />
    </section>
  );
}

function PhoneTransport({ run, toggleRun }: { readonly run: boolean; readonly toggleRun: () => void }): ReactElement {
  const nothing = usePicture((picture) => picture.told === null || picture.told.beats.length === 0);
  return (
    <footer className="mtrans" aria-label="Timeline">
      <button type="button" className="tool" aria-label="Replay request" disabled={nothing} onClick={restart}>
        <Icon name="restart" size={18} />
      </button>
      <span className="grow" />
      <TransportButtons size={18} />
      <span className="grow" />
      <button type="button" className="tool" aria-label="The run" aria-pressed={run} onClick={toggleRun}>
        <Icon name="text" size={18} />
      </button>
      <SpeedButton />
    </footer>
  );
}
