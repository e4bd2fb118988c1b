/** Screen D: the lesson in place of the editor, the picture beside it, one line of time below. Narrow: the picture comes first. */
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { useViewing } from "../canvas/viewing.ts";
import { Manifests } from "../editor/manifests.tsx";
import { PageTools, TerminalButton } from "../header/page-tools.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { LogoMark, Wordmark } from "../parts/logo.tsx";
import { MenuButton, type MenuEntry } from "../parts/menu.tsx";
import { NoticeLine } from "../parts/notice.tsx";
import { isBusy } from "../state/busy.ts";
import { openGallery, TO_GALLERY } from "../state/gallery.ts";
import { lessonOf } from "../state/lesson-name.ts";
import { usePicture } from "../state/picture.ts";
import { setState, useStore } from "../state/store.ts";
import { useTerminal } from "../state/terminal-open.ts";
import { PictureArea } from "../topology/topology.tsx";
import { StoryCaption } from "../watch/banner.tsx";
import { COURSE, lessonById } from "./course/index.ts";
import { countsOf, followLesson, useLessons } from "./following.ts";
import { beforeWords, leaveLessons, open } from "./opening.ts";
import { LessonOverlay } from "./overlay.tsx";
import { LessonPanel } from "./panel.tsx";
import { useAddedPicture } from "./picture.ts";
import { isDone } from "./progress.ts";
import { LessonTime } from "./time.tsx";
import type { Lesson } from "./types.ts";
import "../styles/lessons.css";

const Drawer = later(async () => (await import("../terminal/drawer.tsx")).Drawer);

export type Arrangement = "wide" | "stacked" | "phone";

export function LessonBench({ arrangement }: { readonly arrangement: Arrangement }): ReactElement {
  const lesson = lessonById(useStore(lessonOf));
  if (lesson === null) return <UnknownLesson />;
  return <Bench lesson={lesson} arrangement={arrangement} />;
}

/** A link may name a lesson that this version does not have. */
function UnknownLesson(): ReactElement {
  return (
    <main className="lesnone" aria-label="Lesson">
      <h1>This lesson is not in this version</h1>
      <p>The link names one that does not exist here. The course has others.</p>
      <button type="button" className="btn pri lg" onClick={() => COURSE.lessons[0] !== undefined && open(COURSE.lessons[0])}>
        Begin the course
      </button>
      <button type="button" className="btn lg" onClick={leaveLessons}>
        {beforeWords()}
      </button>
    </main>
  );
}

function Bench({ lesson, arrangement }: { readonly lesson: Lesson; readonly arrangement: Arrangement }): ReactElement {
  useEffect(followLesson, []);
  useAddedPicture(lesson, arrangement);
  // Found again after a reload, too: the lesson shows, and what may cover it does not.
  useEffect(() => setState({ side: "manifests", manifestsFolded: true }), []);
  const inspecting = useStore((state) => state.side === "inspector");
  return (
    <div className={`app lesson ${arrangement}`}>
      <LessonHeader lesson={lesson} arrangement={arrangement} />
      <NoticeLine elsewhere={TO_GALLERY} />
      <div className="lescols">
        <Panel lesson={lesson} />
        <Picture lesson={lesson} arrangement={arrangement} />
        {inspecting && (
          <div className="lesinsp">
            <Inspector>
              <button
                type="button"
                className="tool small lesclose"
                aria-label="Close the inspector"
                onClick={() => setState({ side: "manifests" })}
              >
                <Icon name="close" size={14} />
              </button>
            </Inspector>
          </div>
        )}
      </div>
      <LessonTime phone={arrangement === "phone"} />
    </div>
  );
}

/** The manifests lie over the lesson; they are there all the time, so that a switch can write into them. */
function Panel({ lesson }: { readonly lesson: Lesson }): ReactElement {
  const folded = useStore((state) => state.manifestsFolded);
  return (
    <div className="lespanel">
      <div className="lesbelow" inert={!folded}>
        <LessonPanel lesson={lesson} />
      </div>
      <div className="lesover" hidden={folded}>
        <Manifests onFold={() => setState({ manifestsFolded: true })} />
      </div>
    </div>
  );
}

function Picture({ lesson, arrangement }: { readonly lesson: Lesson; readonly arrangement: Arrangement }): ReactElement {
  const busy = useStore(isBusy);
  const terminal = useTerminal((state) => state.open) && arrangement !== "phone";
  return (
    <main className="canvas" id="topology" aria-label="Topology" aria-busy={busy} tabIndex={-1}>
      <PictureArea arrangement={arrangement === "phone" ? "phone" : "workbench"}>
        {arrangement !== "phone" && <LessonOverlay emphasis={lesson.emphasis} />}
      </PictureArea>
      <LessonCaption lesson={lesson} phone={arrangement === "phone"} />
      {terminal && <Drawer />}
    </main>
  );
}

function LessonCaption({ lesson, phone }: { readonly lesson: Lesson; readonly phone: boolean }): ReactElement {
  const nothing = usePicture((picture) => picture.told === null);
  const up = useGap();
  return (
    <div className="lescaption" style={up > 0 && !phone ? { transform: `translateY(-${up}px)` } : undefined}>
      {nothing ? (
        <div className="caption">
          <p aria-live="polite">{lesson.look}</p>
        </div>
      ) : (
        <StoryCaption />
      )}
    </div>
  );
}

/** px between the picture and the canvas's lower edge while all of it is in view: the sentence stands right below the picture. */
function useGap(): number {
  const { view, height, fits } = useViewing();
  const bottom = usePicture(({ scene }) => (scene === null ? 0 : scene.cluster.y + scene.cluster.height));
  if (!fits || height === 0 || bottom === 0) return 0;
  return Math.max(0, Math.round(height - (view.offsetY + bottom * view.scale) - 10));
}

// ---- Header -----------------------------------------------------------------------------------------------------------

function LessonHeader({ lesson, arrangement }: { readonly lesson: Lesson; readonly arrangement: Arrangement }): ReactElement {
  const folded = useStore((state) => state.manifestsFolded);
  const inspecting = useStore((state) => state.side === "inspector");
  const [back] = useState(beforeWords);
  const phone = arrangement === "phone";
  const button = (name: string, icon: "code" | "table" | "share", pressed: boolean | undefined, run: () => void): ReactNode =>
    phone ? (
      <button type="button" className="tool" aria-label={name} aria-pressed={pressed} onClick={run}>
        <Icon name={icon} size={18} />
      </button>
    ) : (
      <button type="button" className="btn quiet" aria-pressed={pressed} onClick={run}>
        <Icon name={icon} size={14} />
        {name}
      </button>
    );
  return (
    <header className={phone ? "mhead" : "top"}>
      <h1 className="logo" aria-label="Kubehop">
        {phone ? <LogoMark /> : <Wordmark />}
      </h1>
      <CourseMenu lesson={lesson} back={back} />
      <span className="grow" />
      {!phone && (
        <button type="button" className="btn quiet lesback" onClick={leaveLessons}>
          {back}
        </button>
      )}
      {button("Manifests", "code", !folded, () => setState({ manifestsFolded: !folded, side: "manifests" }))}
      {button("Inspector", "table", inspecting, () => setState({ side: inspecting ? "manifests" : "inspector" }))}
      {button("Share", "share", undefined, () => setState({ dialog: "share" }))}
      {!phone && (
        <>
          <span className="sep" />
          <TerminalButton />
          <PageTools />
        </>
      )}
    </header>
  );
}

function CourseMenu({ lesson, back }: { readonly lesson: Lesson; readonly back: string }): ReactElement {
  const progress = useLessons((state) => state.progress);
  const entries: readonly MenuEntry[] = [
    { kind: "title", text: COURSE.title },
    ...COURSE.lessons.map((one, i) => ({
      kind: "item" as const,
      label: `${i + 1}. ${one.title}`,
      ...(isDone(one, countsOf(progress, one.id)) ? { note: "done" } : {}),
      checked: one === lesson,
      run: () => open(one),
    })),
    { kind: "line" },
    { kind: "item", label: back, icon: "back", run: leaveLessons },
    { kind: "item", label: "All scenarios", run: openGallery },
  ];
  return (
    <MenuButton label="Lessons" className="crumb" entries={entries}>
      <span className="clip">{COURSE.title}</span>
      <Icon name="chevron" size={14} className="c3" />
    </MenuButton>
  );
}
