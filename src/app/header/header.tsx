import { useEffect, type ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { Wordmark } from "../parts/logo.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { bringScenarios, useScenarios } from "../scenarios/at-hand.ts";
import { SCENARIO_GROUPS } from "../scenarios/groups.ts";
import { openGallery } from "../state/gallery.ts";
import { openLesson } from "../state/lesson.ts";
import { openScenario } from "../state/scenarios.ts";
import { setState, useStore } from "../state/store.ts";
import { PageTools, TerminalButton } from "./page-tools.tsx";
import { RequestLine } from "./request-line.tsx";

export function Header(): ReactElement {
  return (
    <header className="top">
      <h1 className="logo" aria-label="Kubehop">
        <Wordmark />
      </h1>
      <ScenarioMenu />
      <span className="grow" />
      <RequestLine />
      <span className="grow" />
      <button type="button" className="btn quiet tolessons" onClick={() => void openLesson()}>
        Lessons
      </button>
      <button type="button" className="btn quiet" onClick={() => setState({ dialog: "share" })}>
        <Icon name="share" size={14} />
        Share
      </button>
      <span className="sep" />
      <TerminalButton />
      <PageTools />
    </header>
  );
}

export function ScenarioMenu(): ReactElement {
  const current = useStore((state) => state.scenario);
  const scenarios = useScenarios();
  const alive = useStore((state) => state.cluster !== null);
  useEffect(() => {
    if (alive) void bringScenarios();
  }, [alive]);
  const title = scenarios.find((scenario) => scenario.id === current)?.title ?? "Your manifests";
  return (
    <MenuButton
      label="Scenario"
      className="crumb"
      entries={[
        { kind: "item", label: "All scenarios", note: "With drawings, and a search; your own cluster too", run: openGallery },
        { kind: "item", label: "Lessons", note: "Services, step by step", run: () => void openLesson() },
        ...SCENARIO_GROUPS.filter((group) => scenarios.some((scenario) => scenario.group === group.id)).map((group) => ({
          kind: "group" as const,
          title: group.title,
          note: group.words,
          items: scenarios
            .filter((scenario) => scenario.group === group.id)
            .map((scenario) => ({
              kind: "item" as const,
              label: scenario.title,
              note: scenario.words,
              checked: scenario.id === current,
              run: () => void openScenario(scenario.id),
            })),
        })),
      ]}
    >
      <span className="clip">{title}</span>
      <Icon name="chevron" size={14} className="c3" />
    </MenuButton>
  );
}
