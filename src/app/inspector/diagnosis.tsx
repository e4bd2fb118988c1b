/** Why it failed: one cause with its way out, and nine checks in the order in which traffic needs them (DESIGN 3 B). */
import { Fragment, useEffect, useId, useState, type ReactElement, type ReactNode } from "react";
import type { Cause, Check, CheckId, CheckState, Diagnosis, Shown } from "../../core/diagnosis/types.ts";
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { allowLines } from "../../scene/policy-lines.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { undoLast } from "../state/changes.ts";
import { toEditor } from "../state/commands.ts";
import { isBusy } from "../state/busy.ts";
import { useDiagnosed } from "../state/diagnosed.ts";
import { problemOf, type FixGround } from "../state/fix-plan.ts";
import { readyFix, sendAgain, type ReadyFix } from "../state/fixing.ts";
import { capital } from "../state/format.ts";
import { sameFiles } from "../state/history.ts";
import { useStore } from "../state/store.ts";
import { diffOf, type Diff } from "./diff.ts";

export function DiagnosisTab(): ReactElement {
  const diagnosis = useDiagnosed((state) => state.diagnosis);
  const asked = useDiagnosed((state) => state.asked);
  const cluster = useStore((state) => state.cluster);
  if (diagnosis === null || cluster === null)
    return (
      <p className="emptytab">
        {asked === null ? "A request that fails is diagnosed here. D diagnoses the Service in focus." : "Checking"}
      </p>
    );
  return (
    <div className="dx" key={diagnosis.journey ?? "now"}>
      {/* Of a request that was sent the header above says all this. */}
      {diagnosis.journey === null && <p className="dxwhat">{whatText(diagnosis, cluster)}</p>}
      {diagnosis.cause === null ? (
        <p className="dxfine">
          <Icon name="ok" />
          {diagnosis.journey === null ? "Such a request is answered." : "Nothing is wrong."}
        </p>
      ) : (
        <CauseCard key={diagnosis.cause.title} cause={diagnosis.cause} diagnosis={diagnosis} cluster={cluster} />
      )}
      <Checks diagnosis={diagnosis} />
    </div>
  );
}

function whatText({ from, to, service }: Diagnosis, cluster: ClusterView): string {
  const who =
    from.kind === "pod"
      ? (cluster.pods.find(({ key }) => key === from.pod)?.shortName ?? from.pod)
      : from.kind === "node"
        ? from.node
        : (cluster.outsiders.find(({ id }) => id === from.id)?.name ?? from.id);
  const name = cluster.services.find(({ key }) => key === service)?.name;
  return `${name === undefined ? to : `${name} as it stands`}, asked by ${who} for ${to}`;
}

// ---- the cause ------------------------------------------------------------------------------------------------------

interface CauseProps {
  readonly cause: Cause;
  readonly diagnosis: Diagnosis;
  readonly cluster: ClusterView;
}

/** What was in the text, and in the list of what was done, when a fix was applied. */
interface Applied {
  readonly title: string;
  readonly files: readonly ManifestFile[];
  readonly changes: number;
  readonly text: boolean;
}

function CauseCard({ cause, diagnosis, cluster }: CauseProps): ReactElement {
  const title = useId();
  const files = useStore((state) => state.files);
  const changes = useStore((state) => state.actions.length);
  const diagnostics = useStore((state) => state.diagnostics);
  const [applied, setApplied] = useState<Applied | null>(null);
  const ready = useReady(cause, { files, diagnostics, cluster });
  // Taken back: the way out is there again.
  const undone = applied !== null && (applied.text ? sameFiles(files, applied.files) : changes < applied.changes);
  const done = applied !== null && !undone;
  const diff = ready === null ? null : diffOf(files, ready.edits);
  const at = placeOf(cause, diff, { files, diagnostics, cluster });
  return (
    <section className="cause" aria-labelledby={title}>
      <div className="h">
        <h3 id={title}>
          <Icon name="fail" />
          <Rich text={cause.title} />
        </h3>
        <p>
          <Rich text={cause.why} />
        </p>
        {cause.policies.length > 0 && <Allows cause={cause} cluster={cluster} />}
      </div>
      {!done && diff !== null && <DiffLines diff={diff} id={`${title}-diff`} />}
      {done ? (
        <Resend applied={applied} journey={diagnosis.journey} />
      ) : (
        (ready !== null || at !== null) && (
          <div className="acts">
            {ready !== null && (
              <button
                type="button"
                className="btn pri"
                aria-describedby={diff === null ? undefined : `${title}-diff`}
                onClick={() => {
                  ready.apply();
                  if (!ready.sends) setApplied({ title: ready.title, files, changes: changes + 1, text: ready.edits.length > 0 });
                }}
              >
                {diff === null ? ready.title : "Apply fix"}
              </button>
            )}
            {at !== null && (
              <button type="button" className="btn" onClick={() => toEditor(at.file, (handle) => handle.revealLine(at.line))}>
                Show in manifests
              </button>
            )}
            {ready !== null && diagnosis.journey !== null && !ready.sends && <span className="then">then resend</span>}
          </div>
        )
      )}
    </section>
  );
}

function useReady(cause: Cause, ground: FixGround): ReadyFix | null {
  const [ready, setReady] = useState<ReadyFix | null>(null);
  const { files, diagnostics, cluster } = ground;
  useEffect(() => {
    let current = true;
    void readyFix(cause.fix, { files, diagnostics, cluster }).then((fix) => current && setReady(fix));
    return () => {
      current = false;
    };
  }, [cause, files, diagnostics, cluster]);
  return ready;
}

/** Where to look in the manifests: at the field that a fix changes, at the problem, else where the object begins. */
function placeOf(cause: Cause, diff: Diff | null, ground: FixGround): { readonly file: string; readonly line: number } | null {
  const { fix, source } = cause;
  const problem = fix?.kind === "problem" ? problemOf(fix.object, fix.codes, ground) : null;
  if (problem !== null) return { file: problem.file, line: problem.range.line };
  return diff ?? source;
}

function Allows({ cause, cluster }: { readonly cause: Cause; readonly cluster: ClusterView }): ReactElement {
  const policies = cluster.policies.filter(({ key }) => cause.policies.includes(key));
  return (
    <ul className="allows">
      {policies.map((policy) => (
        <li key={policy.key}>
          <b>{policy.name}</b> {allowLines(policy).join("; ")}
        </li>
      ))}
    </ul>
  );
}

function DiffLines({ diff, id }: { readonly diff: Diff; readonly id: string }): ReactElement {
  return (
    <div className="diff" id={id} role="group" tabIndex={0} aria-label={`Change in ${diff.file}, line ${diff.line}`}>
      {diff.lines.map((line, i) => (
        <div key={i} className={line.sign === "-" ? "del" : "add"}>
          <span className="n">{line.number}</span>
          <span className="s">{line.sign === "-" ? "\u2212" : "+"}</span>
          <span className="code">
            {line.before}
            {line.changed !== "" && (line.sign === "-" ? <del>{line.changed}</del> : <ins>{line.changed}</ins>)}
            {line.after}
          </span>
        </div>
      ))}
      {diff.more > 0 && (
        <div>
          <span className="n" />
          <span className="s" />
          <span className="code c3">{diff.more} lines more</span>
        </div>
      )}
    </div>
  );
}

/** Once a fix is applied the rules follow; then the same request is worth sending again. */
function Resend({ applied, journey }: { readonly applied: Applied; readonly journey: number | null }): ReactElement {
  const busy = useStore(isBusy);
  return (
    <div className="acts" role="status">
      <Icon name={busy ? "starting" : "ok"} />
      <span className="applied">{busy ? `${applied.title}: nodes are writing new rules` : "Fix applied"}</span>
      <button type="button" className="btn quiet" onClick={undoLast}>
        Undo
      </button>
      {journey !== null && (
        <button type="button" className="btn pri" disabled={busy} onClick={() => sendAgain(journey)}>
          Resend
        </button>
      )}
    </div>
  );
}

// ---- the checks -----------------------------------------------------------------------------------------------------

const LABELS: Readonly<Record<CheckId, string>> = {
  exists: "Service exists",
  namespace: "Namespace",
  selector: "Selector",
  endpoints: "Endpoints",
  readiness: "Readiness",
  "target-port": "targetPort",
  dns: "DNS",
  policy: "NetworkPolicy",
  balancer: "Load balancer",
};

const STATES: Readonly<Record<CheckState["kind"], { readonly icon: IconName; readonly says: string; readonly tone: string }>> = {
  passes: { icon: "ok", says: "Passes", tone: "" },
  breaks: { icon: "fail", says: "Breaks", tone: "bad" },
  follows: { icon: "blocked", says: "Follows", tone: "" },
  "does-not-apply": { icon: "todo", says: "Does not apply", tone: "na" },
};

function Checks({ diagnosis }: { readonly diagnosis: Diagnosis }): ReactElement {
  const { checks, cause } = diagnosis;
  const [turned, setTurned] = useState<ReadonlyMap<CheckId, boolean>>(new Map());
  return (
    <section className="checks" aria-label="Checks">
      <h3>
        Checks <span>{countsText(checks)}</span>
      </h3>
      <ul>
        {checks.map((check) => {
          const open = turned.get(check.id) ?? cause?.check === check.id;
          return <CheckRow key={check.id} check={check} open={open} onTurn={() => setTurned(new Map(turned).set(check.id, !open))} />;
        })}
      </ul>
    </section>
  );
}

/** "7 pass, 1 breaks, 1 follows from it" */
function countsText(checks: readonly Check[]): string {
  const count = (kind: CheckState["kind"]): number => checks.filter(({ state }) => state.kind === kind).length;
  const [passes, breaks, follows, skipped] = [count("passes"), count("breaks"), count("follows"), count("does-not-apply")];
  return [
    `${passes} ${passes === 1 ? "passes" : "pass"}`,
    ...(breaks === 0 ? [] : [`${breaks} ${breaks === 1 ? "breaks" : "break"}`]),
    ...(follows === 0 ? [] : [`${follows} ${follows === 1 ? "follows" : "follow"} from it`]),
    ...(skipped === 0 ? [] : [`${skipped} ${skipped === 1 ? "does" : "do"} not apply`]),
  ].join(", ");
}

function CheckRow({ check, open, onTurn }: { readonly check: Check; readonly open: boolean; readonly onTurn: () => void }): ReactElement {
  const { icon, says, tone } = STATES[check.state.kind];
  const line = (
    <>
      <Icon name={icon} />
      <span className="visually-hidden">{`${says}: `}</span>
      <b>{LABELS[check.id]}</b>
      <span className="visually-hidden">, </span>
      <span className="says">{check.says}</span>
    </>
  );
  return (
    <li className={`chk ${tone}`}>
      {check.shown === null ? (
        <div className="chkline">{line}</div>
      ) : (
        <button type="button" className="chkline" aria-expanded={open} onClick={onTurn}>
          {line}
          <Icon name={open ? "chevron" : "chevron-right"} size={12} className="c3" />
        </button>
      )}
      {open && check.shown !== null && <ShownLines shown={check.shown} />}
    </li>
  );
}

function ShownLines({ shown }: { readonly shown: Shown }): ReactElement {
  return (
    <pre className="cmd" tabIndex={0} aria-label="What shows it">
      <b>{shown.command}</b>
      {shown.output.map((line, i) => (
        <Fragment key={i}>
          {"\n"}
          {line}
        </Fragment>
      ))}
    </pre>
  );
}

// ---- words ----------------------------------------------------------------------------------------------------------

/** What stands in backquotes is what a machine would print. */
function Rich({ text }: { readonly text: string }): ReactNode {
  return capitalFirst(text)
    .split("`")
    .map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : <Fragment key={i}>{part}</Fragment>));
}

/** Names stay as they are spelled. */
function capitalFirst(text: string): string {
  return /^(a|an|the|no|there|nothing|nobody) /.test(text) ? capital(text) : text;
}
