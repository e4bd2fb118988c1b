/**
 * Every scenario as a card with a drawing, in groups; one's own cluster; and, for who comes back, the last documents.
 * A card opens the workbench with the request filled in and the run paused at zero. Lies over the workbench, which stays.
 */
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import type { ManifestFile } from "../../core/manifests/types.ts";
import { PageTools } from "../header/page-tools.tsx";
import { COURSE } from "../lessons/course/index.ts";
import { LessonShelf } from "../lessons/shelf.tsx";
import { Icon } from "../parts/icons.tsx";
import { Wordmark } from "../parts/logo.tsx";
import { DEFAULT_SCENARIO, SCENARIO_GROUPS, SCENARIOS, type Scenario, type ScenarioGroup } from "../scenarios/index.ts";
import { openWorkspace } from "../state/commands.ts";
import { plural } from "../state/format.ts";
import { closeGallery, setImporting, useGallery } from "../state/gallery.ts";
import { countsOf, recentDocuments, takeRecent, titleOf, type Recent } from "../state/recent.ts";
import { isOwnWork, openScenario } from "../state/scenarios.ts";
import { getState } from "../state/store.ts";
import { toggleTheme } from "../state/theme.ts";
import { workspaceOf } from "../state/workspace.ts";
import { ago } from "./ago.ts";
import { Drawing } from "./drawing.tsx";
import { DRAWINGS, drawingOf } from "./drawings.ts";
import { filesOf } from "./files.ts";
import { ImportDialog } from "./import-dialog.tsx";
import { findScenarios } from "./search.ts";
import { mark, border, type Sketch } from "./sketch.ts";
import "../styles/gallery.css";

const EMPTY_FILES: readonly ManifestFile[] = [];

export function Gallery(): ReactElement {
  const importing = useGallery((state) => state.importing);
  const [dropped, setDropped] = useState(EMPTY_FILES);
  const [typed, setTyped] = useState("");
  const [over, setOver] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const found = findScenarios(SCENARIOS, SCENARIO_GROUPS, typed);
  const number = found.reduce((sum, { scenarios }) => sum + scenarios.length, 0);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer.files.length === 0) return;
    void filesOf(event.dataTransfer.files).then((files) => {
      setDropped(files);
      setImporting(true);
    });
  };
  return (
    <div
      className={`gallery${over ? " over" : ""}`}
      // A press beside everything leaves the focus here, and so the keys.
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onDrop={onDrop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (event.target === event.currentTarget) setOver(false);
      }}
    >
      <GalleryHeader />
      <main className="gmain" aria-label="Scenarios">
        <div className="hero">
          <div>
            <h1 ref={heading} tabIndex={-1}>
              See where a Service sends your packet
            </h1>
            <p>
              Pick a scenario, send a request, and follow it hop by hop. All of it runs in this page: change the manifests and see what
              breaks.
            </p>
          </div>
          <div className="row">
            <button type="button" className="btn lg" onClick={() => setImporting(true)}>
              Paste your own YAML
            </button>
            <ScenarioLink scenario={DEFAULT_SCENARIO} className="btn pri lg">
              Start with ClusterIP
            </ScenarioLink>
          </div>
        </div>
        <div className="gfind">
          <input
            type="search"
            aria-label="Find a scenario"
            placeholder="Find a scenario"
            aria-keyshortcuts="/"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              const [first] = found.flatMap(({ scenarios }) => scenarios);
              if (event.key === "Enter" && typed.trim() !== "" && first !== undefined) open(first);
            }}
          />
          <nav aria-label="Groups of scenarios">
            {typed.trim() === "" && (
              <button type="button" onClick={() => showGroup("lessons")}>
                Lessons <span>{COURSE.lessons.length}</span>
              </button>
            )}
            {found.map(({ group, scenarios }) => (
              <button key={group.id} type="button" onClick={() => showGroup(group.id)}>
                {group.title} <span>{scenarios.length}</span>
              </button>
            ))}
          </nav>
        </div>
        <p className="visually-hidden" role="status">
          {typed.trim() === "" ? "" : `${plural(number, "scenario")} found`}
        </p>
        {typed.trim() === "" && <Documents />}
        {typed.trim() === "" && <LessonShelf />}
        {found.map(({ group, scenarios }) => (
          <Group key={group.id} group={group} scenarios={scenarios} last={typed.trim() === "" && group.id === SCENARIO_GROUPS.at(-1)?.id} />
        ))}
        {number === 0 && (
          <div className="gnone">
            <p>No scenario speaks of “{typed.trim()}”.</p>
            <button type="button" className="btn" onClick={() => setTyped("")}>
              Show all
            </button>
          </div>
        )}
      </main>
      {importing && (
        <ImportDialog
          dropped={dropped}
          onClose={() => {
            setImporting(false);
            setDropped(EMPTY_FILES);
          }}
        />
      )}
    </div>
  );
}

function GalleryHeader(): ReactElement {
  const workspace = workspaceOf(getState());
  const empty = workspace.files.every(({ text }) => text.trim() === "");
  return (
    <header className="top">
      <span className="logo" role="img" aria-label="Kubehop">
        <Wordmark />
      </span>
      <span className="grow" />
      <button type="button" className="btn quiet" onClick={closeGallery}>
        <Icon name="close" size={14} />
        {empty ? "Close" : `Back to ${titleOf(workspace, isOwnWork(workspace))}`}
      </button>
      <span className="sep" />
      <PageTools />
    </header>
  );
}

// ---- Cards ----------------------------------------------------------------------------------------------------------

interface GroupProps {
  readonly group: ScenarioGroup;
  readonly scenarios: readonly Scenario[];
  /** One's own cluster stands at the end of the last group. */
  readonly last: boolean;
}

function Group({ group, scenarios, last }: GroupProps): ReactElement {
  return (
    <section aria-labelledby={`group-${group.id}`}>
      <h2 id={`group-${group.id}`} tabIndex={-1}>
        {group.title} <span>{group.words}</span>
      </h2>
      <ul className="cards">
        {scenarios.map((scenario) => (
          <li key={scenario.id}>
            <ScenarioLink scenario={scenario} className="sc">
              <Card sketch={sketchOf(scenario)} title={scenario.title} words={scenario.words} />
            </ScenarioLink>
          </li>
        ))}
        {last && (
          <li>
            <button type="button" className="sc imp" onClick={() => setImporting(true)}>
              <Card sketch={IMPORT} title="Your cluster" words="Paste or drop what kubectl get -o yaml prints." go={null} />
            </button>
          </li>
        )}
      </ul>
    </section>
  );
}

const IMPORT: Sketch = [...border(22, 24, 72, 74), ...mark("arrow", 58, 61, 0)];

function sketchOf({ id, files }: Scenario): Sketch {
  const replicas = [...(files[0]?.text ?? "").matchAll(/^\s*replicas: (\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  return DRAWINGS[id] ?? drawingOf({ services: 1, ready: Math.max(1, replicas), waiting: 0, nodes: 1 });
}

interface CardProps {
  readonly sketch: Sketch;
  readonly title: string;
  readonly words: string;
  readonly go?: string | null;
}

function Card({ sketch, title, words, go = "Open" }: CardProps): ReactElement {
  return (
    <>
      <span className="pic">{sketch === IMPORT ? <Icon name="download" size={18} /> : <Drawing sketch={sketch} />}</span>
      <span className="tx">
        <b>{title}</b>
        <span>{words}</span>
        {go !== null && (
          <i className="go" aria-hidden="true">
            {go} <Icon name="arrow" size={14} />
          </i>
        )}
      </span>
    </>
  );
}

interface ScenarioLinkProps {
  readonly scenario: Scenario;
  readonly className: string;
  readonly children: ReactNode;
}

/** A link, so that it can be opened beside, copied and kept; pressed, it opens here without leaving the page. */
function ScenarioLink({ scenario, className, children }: ScenarioLinkProps): ReactElement {
  return (
    <a
      className={className}
      href={`./#scenario=${scenario.id}`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        open(scenario);
      }}
    >
      {children}
    </a>
  );
}

function open(scenario: Scenario): void {
  void openScenario(scenario.id).then(closeGallery);
}

// ---- The last documents -----------------------------------------------------------------------------------------------

const SHOWN = 3;

/** What is open and what was open before it, where a person has been here before. */
function Documents(): ReactElement | null {
  const [now] = useState(() => Date.now());
  const [earlier] = useState(recentDocuments);
  const state = getState();
  const workspace = workspaceOf(state);
  const own = isOwnWork(workspace) || workspace.actions.length > 0;
  const blank = workspace.files.every(({ text }) => text.trim() === "");
  if (blank ? earlier.length === 0 : !own && earlier.length === 0) return null;
  const here = blank || (!own && workspace.scenario === null) ? 0 : 1;
  const others = earlier.filter(({ id }) => own || id !== workspace.scenario).slice(0, SHOWN - here);
  return (
    <section aria-labelledby="group-documents">
      <h2 id="group-documents" tabIndex={-1}>
        Your last documents <span>kept in this browser</span>
      </h2>
      <ul className="cards">
        {here === 1 && (
          <li>
            <button type="button" className="sc" onClick={closeGallery}>
              <Card
                sketch={drawingOf(countsOf(state))}
                title={titleOf(workspace, own)}
                words={`${wordsOf(countsOf(state))}. Open now.`}
                go="Back to it"
              />
            </button>
          </li>
        )}
        {others.map((recent) => (
          <li key={recent.id}>
            <button type="button" className="sc" onClick={() => openRecent(recent)}>
              <Card
                sketch={recent.own ? drawingOf(recent) : (DRAWINGS[recent.id] ?? drawingOf(recent))}
                title={recent.title}
                words={`${wordsOf(recent)}. Left ${ago(now - recent.at)}.`}
              />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordsOf({ services, ready, waiting }: Pick<Recent, "services" | "ready" | "waiting">): string {
  return `${plural(services, "Service")}, ${plural(ready + waiting, "Pod")}`;
}

function openRecent({ id }: Recent): void {
  const workspace = takeRecent(id);
  if (workspace === null) return;
  openWorkspace(workspace, "hold");
  closeGallery();
}

// ---- Keys -----------------------------------------------------------------------------------------------------------

function showGroup(id: string): void {
  const heading = document.getElementById(`group-${id}`);
  heading?.scrollIntoView({ block: "start" });
  heading?.focus({ preventScroll: true });
}

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** Escape leaves; `/` finds; arrows go from card to card. */
function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
  // No key reaches the workbench below.
  event.stopPropagation();
  if (!(event.target instanceof HTMLElement)) return;
  const field = event.target instanceof HTMLInputElement ? event.target : null;
  // What is typed is cleared first.
  if (event.key === "Escape") {
    if (field === null || field.value === "") closeGallery();
  } else if (event.key === "/" && field === null) {
    event.preventDefault();
    event.currentTarget.querySelector<HTMLInputElement>("input[type=search]")?.focus();
  } else if (event.key.toLowerCase() === "t" && field === null && !event.ctrlKey && !event.metaKey && !event.altKey) {
    toggleTheme();
  } else {
    const step = ARROWS[event.key];
    const card = event.target.closest<HTMLElement>(".sc");
    if (step === undefined || card === null) return;
    event.preventDefault();
    nearest(card, [...event.currentTarget.querySelectorAll<HTMLElement>(".sc")], step)?.focus();
  }
}

/** The card that is nearest in a direction: of the row beside, or of the next row the one below. */
function nearest(from: HTMLElement, cards: readonly HTMLElement[], [x, y]: readonly [number, number]): HTMLElement | undefined {
  if (x !== 0) return cards[cards.indexOf(from) + x];
  const here = from.getBoundingClientRect();
  const beyond = cards
    .map((card) => ({ card, box: card.getBoundingClientRect() }))
    .filter(({ box }) => (box.top - here.top) * y > 1)
    .map(({ card, box }) => ({ card, down: Math.abs(box.top - here.top), across: Math.abs(box.left - here.left) }));
  const row = Math.min(...beyond.map(({ down }) => down));
  return beyond.filter(({ down }) => down < row + 1).sort((a, b) => a.across - b.across)[0]?.card;
}
