/** The lesson: where it stands in the course, a statement, its sentences, one task with its checks, a hint, Back and Next. */
import { useEffect, useId, useRef, useState, type ReactElement } from "react";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { toggleReady } from "../state/changes.ts";
import { setDraft } from "../state/commands.ts";
import { changeFields } from "../state/fields.ts";
import { actionOfStep } from "../state/steps.ts";
import { useStore } from "../state/store.ts";
import { COURSE } from "./course/index.ts";
import { canDo, does, sendThat, showText } from "./doing.ts";
import { countsOf, useLessons } from "./following.ts";
import { finish, open, resetLesson } from "./opening.ts";
import { isDone, isTicked, tickedOf } from "./progress.ts";
import { Marked } from "./refs.tsx";
import type { Check, Lesson, Try } from "./types.ts";

export function LessonPanel({ lesson }: { readonly lesson: Lesson }): ReactElement {
  const progress = useLessons((state) => state.progress);
  const said = useLessons((state) => state.said);
  const counts = countsOf(progress, lesson.id);
  const title = useRef<HTMLHeadingElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  useEffect(() => {
    body.current?.scrollTo(0, 0);
    // Whoever pressed Next reads on at the top; whoever arrives by a link is left where the browser puts them.
    if (!first.current) title.current?.focus();
    first.current = false;
  }, [lesson]);
  return (
    <section className="les" aria-label="Lesson">
      <div className="lesin" ref={body}>
        <Course lesson={lesson} />
        <h2 className="lestitle" ref={title} tabIndex={-1}>
          {lesson.title}
        </h2>
        {lesson.paragraphs.map((text) => (
          <p key={text} className="lespar">
            <Marked text={text} />
          </p>
        ))}
        <div className="lestask">
          <h3>Try it</h3>
          <p className="do">{lesson.task}</p>
          <div className="lestry">
            {lesson.tries.map((one) => (
              <TryControl key={`${lesson.id} ${one.kind} ${"label" in one ? one.label : ""}`} one={one} />
            ))}
          </div>
          <ol aria-label="Checks">
            {lesson.checks.map((check, i) => (
              <CheckRow key={check.says} check={check} count={counts[i] ?? 0} done={isTicked(lesson, counts, i)} />
            ))}
          </ol>
        </div>
        <Hint key={lesson.id} lesson={lesson} />
        <p className="visually-hidden" role="status">
          {said}
        </p>
      </div>
      <Foot lesson={lesson} done={isDone(lesson, counts)} ticked={tickedOf(lesson, counts)} begun={counts.some((count) => count > 0)} />
    </section>
  );
}

function Course({ lesson }: { readonly lesson: Lesson }): ReactElement {
  const progress = useLessons((state) => state.progress);
  const at = COURSE.lessons.indexOf(lesson);
  return (
    <div className="lesbars">
      <span className="bars" aria-hidden="true">
        {COURSE.lessons.map((one) => (
          <i key={one.id} className={one === lesson ? "now" : isDone(one, countsOf(progress, one.id)) ? "done" : ""} />
        ))}
      </span>
      <span>
        <span className="visually-hidden">Lesson </span>
        {at + 1} of {COURSE.lessons.length}
      </span>
    </div>
  );
}

function CheckRow({ check, count, done }: { readonly check: Check; readonly count: number; readonly done: boolean }): ReactElement {
  const state = done ? "done" : count > 0 ? "under way" : "to do";
  return (
    <li className={done ? "" : "todo"}>
      {done ? <Icon name="ok" size={18} /> : count > 0 ? <Pie part={count / check.of} /> : <Icon name="todo" size={18} />}
      <span>
        <span className="visually-hidden">{state}: </span>
        {check.says}
      </span>
      {check.of > 1 && (
        <span className="num">
          {count} of {check.of}
        </span>
      )}
    </li>
  );
}

/** How much of a check is done, as a pie. */
function Pie({ part }: { readonly part: number }): ReactElement {
  const turn = 2 * Math.PI * part;
  const [x, y] = [8 + 4 * Math.sin(turn), 8 - 4 * Math.cos(turn)];
  return (
    <svg className="i" width="18" height="18" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="5.8" fill="none" stroke="var(--ink)" strokeWidth="1.5" />
      <path d={`M8 8V4A4 4 0 ${part > 0.5 ? 1 : 0} 1 ${x} ${y}Z`} fill="var(--ink)" />
    </svg>
  );
}

// ---- What is at hand ------------------------------------------------------------------------------------------------

function TryControl({ one }: { readonly one: Try }): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  const busy = cluster === null;
  switch (one.kind) {
    case "send":
      return (
        <button type="button" className="btn pri lg" disabled={busy} onClick={() => sendThat(one)}>
          {one.label}
        </button>
      );
    case "field":
      return <Field one={one} disabled={busy} />;
    case "ready":
      return cluster === null ? null : <ReadySwitch one={one} cluster={cluster} />;
    case "action":
      return <ActionButton one={one} />;
    case "choice":
      return (
        <div className="lchoice">
          <span>{one.label}</span>
          <Segmented
            label={one.label}
            value={(cluster === null ? null : one.now(cluster)) ?? ""}
            choices={one.values.map((value) => ({ value, label: value }))}
            onChange={(value) => void changeFields(one.object, [{ path: one.path, value }])}
          />
        </div>
      );
    case "manifest":
      return (
        <button type="button" className="btn lg" onClick={() => showText(one.at)}>
          <Icon name="code" size={14} />
          {one.label}
        </button>
      );
  }
}

function Field({ one, disabled }: { readonly one: Extract<Try, { kind: "field" }>; readonly disabled: boolean }): ReactElement {
  const to = useStore((state) => state.draft.to);
  const error = useStore((state) => state.sendError);
  const errorId = useId();
  return (
    <form
      className="lfield"
      aria-label="Send a request"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        sendThat({ to, count: 1, ...(one.from === undefined ? {} : { from: one.from }) });
      }}
    >
      <input
        aria-label={one.label}
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : errorId}
        value={to}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        inputMode="url"
        onChange={(event) => setDraft({ to: event.target.value })}
      />
      <button type="submit" className="btn pri lg" disabled={disabled}>
        Send
      </button>
      {error !== null && (
        <p className="lerror" id={errorId} role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

function ReadySwitch({
  one,
  cluster,
}: {
  readonly one: Extract<Try, { kind: "ready" }>;
  readonly cluster: ClusterView;
}): ReactElement | null {
  const action = actionOfStep({ kind: "set-ready", pod: one.pod, ready: null }, cluster);
  const pod = action !== null && "pod" in action ? cluster.pods.find(({ key }) => key === action.pod) : undefined;
  if (pod === undefined) return null;
  return (
    <button type="button" role="switch" className="podsw" aria-checked={pod.state === "ready"} onClick={() => toggleReady(pod.key)}>
      <span className="swlook" aria-hidden="true" />
      {pod.shortName} ready
    </button>
  );
}

function ActionButton({ one }: { readonly one: Extract<Try, { kind: "action" }> }): ReactElement {
  const deed = { kind: "action", action: one.does } as const;
  const open = useStore((state) => state.cluster !== null && canDo(deed));
  return (
    <button type="button" className="btn lg" disabled={!open} onClick={() => does(deed)}>
      {one.label}
    </button>
  );
}

// ---- Hint -----------------------------------------------------------------------------------------------------------

function Hint({ lesson }: { readonly lesson: Lesson }): ReactElement {
  const [shown, setShown] = useState(false);
  /** How many of the deeds were done from here. */
  const [step, setStep] = useState(0);
  const files = useStore((state) => state.files);
  const cluster = useStore((state) => state.cluster);
  const deed = lesson.solution[step];
  const id = useId();
  const can = deed !== undefined && cluster !== null && files.length > 0 && canDo(deed);
  return (
    <div className="leshint">
      <button type="button" className="hintb" aria-expanded={shown} aria-controls={id} onClick={() => setShown(!shown)}>
        <svg className="i" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path
            d="M6 11.2c0-1.1-1.9-2-1.9-4.4a3.9 3.9 0 0 1 7.8 0c0 2.4-1.9 3.3-1.9 4.4zM6.4 13.6h3.2"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
        {shown ? "Hide the hint" : "Show a hint"}
      </button>
      <div id={id} hidden={!shown}>
        <p>{lesson.hint}</p>
        {deed !== undefined && (
          <button
            type="button"
            className="btn"
            disabled={!can}
            onClick={() => {
              if (does(deed)) setStep(step + 1);
            }}
          >
            Do it for me: {deed.label}
          </button>
        )}
      </div>
    </div>
  );
}

// ---- Back and Next ----------------------------------------------------------------------------------------------------

interface FootProps {
  readonly lesson: Lesson;
  readonly done: boolean;
  readonly ticked: number;
  readonly begun: boolean;
}

function Foot({ lesson, done, ticked, begun }: FootProps): ReactElement {
  const at = COURSE.lessons.indexOf(lesson);
  const before = COURSE.lessons[at - 1];
  const next = COURSE.lessons[at + 1];
  return (
    <div className="lesfoot">
      {before !== undefined && (
        <button type="button" className="btn lg" onClick={() => open(before)}>
          Back
        </button>
      )}
      {begun && (
        <button
          type="button"
          className="tool"
          aria-label="Begin this lesson again"
          title="Begin this lesson again: its own manifests, no check done"
          onClick={() => resetLesson(lesson)}
        >
          <Icon name="restart" />
        </button>
      )}
      <span className="grow" />
      <span className="c3 tnum">
        {ticked} of {lesson.checks.length} done
      </span>
      <button type="button" className={`btn lg${done ? " pri" : ""}`} onClick={() => (next === undefined ? finish() : open(next))}>
        {next === undefined ? "Finish" : "Next"}
        <Icon name="arrow" size={14} />
      </button>
    </div>
  );
}
