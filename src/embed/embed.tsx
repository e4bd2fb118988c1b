/** Screen C: the embed at 760 x 420, and below 560 px the phone's arrangement of the same. */
import { useCallback, useEffect, useRef, useState, type ReactElement } from "react";
import { Icon } from "../app/parts/icons.tsx";
import { LogoMark } from "../app/parts/logo.tsx";
import { NoticeLine } from "../app/parts/notice.tsx";
import { DEFAULT_SCENARIO } from "../app/scenarios/default.ts";
import { linkFragment } from "../app/state/link.ts";
import { usePicture } from "../app/state/picture.ts";
import { seek, useMoment } from "../app/state/playback.ts";
import { isBusy } from "../app/state/busy.ts";
import { openScenario } from "../app/state/scenarios.ts";
import { getState, useStore } from "../app/state/store.ts";
import { workspaceOf } from "../app/state/workspace.ts";

import { ToastLine } from "../app/topology/toast.tsx";
import { BeatCard, type CardPlace } from "./beat-card.tsx";
import { SmallBar, WideBar } from "./bars.tsx";
import { contentsOf } from "./contents.ts";
import { EditPanel } from "./edit-panel.tsx";
import { useKeys } from "./keys.ts";
import type { Parameters } from "./parameters.ts";
import { EmbedStage } from "./stage.tsx";
import { useMedia } from "./use-media.ts";
import { PHONE_BELOW_PX } from "./wanted-height.ts";

const SMALL = `(max-width: ${PHONE_BELOW_PX - 0.02}px)`;

/** Where a link that leads nowhere leaves the reader: a frame has no gallery. */
const TO_THE_FIRST = { label: "Open the first scenario", run: () => void openScenario(DEFAULT_SCENARIO.id) } as const;

export function Embed({ parameters }: { readonly parameters: Parameters }): ReactElement {
  useKeys();
  const small = useMedia(SMALL);
  const busy = useStore(isBusy);
  const nothing = useStore((state) => state.files.length === 0);
  const [editing, setEditing] = useState(false);
  const [card, setCard] = useState<CardPlace | null>(null);
  const title = useTitle(parameters);
  const closeCard = useCallback(() => setCard(null), []);
  const closeEditor = useCallback(() => setEditing(false), []);
  const openCard = useCallback((beat: number) => {
    const { choreography, scene } = usePicture.getState();
    const stop = choreography?.stops.find((one) => one.beat === beat);
    seek(choreography?.beats[beat]?.stillMs ?? 0);
    // The card takes the other side, so that both are seen.
    setCard({ beat, side: stop !== undefined && scene !== null && stop.point.x < scene.width / 2 ? "right" : "left" });
  }, []);
  const playing = useStore((state) => state.clock.playing);
  useEffect(() => {
    if (playing) setCard(null);
  }, [playing]);
  return (
    <div className={small ? "emb small" : "emb"}>
      <header className="ehead">
        <LogoMark />
        <h1 className="clip">{title}</h1>
        <span className="grow" />
        {parameters.editable && (
          <button
            type="button"
            className={small ? "tool" : "btn quiet"}
            aria-label={small ? "Edit YAML" : undefined}
            aria-expanded={editing}
            aria-controls="manifests"
            disabled={nothing}
            onClick={() => setEditing(!editing)}
          >
            <Icon name="code" size={small ? 18 : 14} />
            {small ? null : "Edit YAML"}
          </button>
        )}
        {parameters.openInFull && <OpenInFull small={small} />}
      </header>
      <NoticeLine elsewhere={TO_THE_FIRST} />
      <UnknownScenario parameters={parameters} />
      <main className="epic" aria-label="Topology" aria-busy={busy}>
        <EmbedStage arrangement={small ? "phone" : "embed"} onStop={openCard} />
        {editing && <EditPanel onClose={closeEditor} sendHere={small} />}
        {card !== null && <BeatCard place={card} onClose={closeCard} />}
        <ToastLine />
      </main>
      {small ? <SmallBar onCard={openCard} /> : <WideBar onCard={openCard} />}
    </div>
  );
}

function useTitle({ title }: Parameters): string {
  const scenario = useStore((state) => state.scenario);
  const known = scenario === null ? null : contentsOf(scenario);
  const shown = title ?? known?.title ?? "Kubehop";
  useEffect(() => {
    document.title = shown === "Kubehop" ? "Kubehop" : `${shown}: Kubehop`;
  }, [shown]);
  return shown;
}

/** The workbench with what is here, in a tab of its own. The address is made whenever something changed: a press must not wait. */
function OpenInFull({ small }: { readonly small: boolean }): ReactElement {
  const link = useRef<HTMLAnchorElement>(null);
  const files = useStore((state) => state.files);
  const draft = useStore((state) => state.draft);
  const actions = useStore((state) => state.actions);
  useEffect(() => {
    // A scenario that has not come yet has nothing to write down.
    if (files.length === 0) return undefined;
    let current = true;
    void linkFragment(workspaceOf(getState())).then((fragment) => {
      if (current && link.current !== null) link.current.href = `index.html${fragment}`;
    });
    return () => {
      current = false;
    };
  }, [files, draft, actions]);
  return (
    <a
      ref={link}
      className={small ? "tool" : "btn quiet"}
      href="index.html"
      target="_blank"
      rel="noopener"
      aria-label={small ? "Open in full, in a new tab" : undefined}
    >
      {small ? null : "Open in full"}
      <Icon name="external" size={small ? 18 : 14} />
    </a>
  );
}

/** The address names a scenario that this version does not have. */
function UnknownScenario({ parameters }: { readonly parameters: Parameters }): ReactElement | null {
  const { scenario, link } = parameters;
  const moved = useMoment((moment) => moment.beat > 0);
  if (scenario === null || link !== null || contentsOf(scenario) !== null || moved) return null;
  return (
    <div className="notice" role="status">
      <Icon name="info" />
      <p>There is no scenario “{scenario}” here. The first one stands in for it.</p>
    </div>
  );
}
