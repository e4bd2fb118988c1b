/** The prompt, what was typed, and what came back. Each request stands with a chip that opens it. */
import { useEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent, type ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { follow } from "../state/commands.ts";
import { count } from "../state/format.ts";
import { useStore } from "../state/store.ts";
import { useTerminal } from "../state/terminal-open.ts";
import {
  clear,
  completed,
  enter,
  interrupt,
  isRunning,
  journeyOf,
  promptOf,
  useSession,
  type Entry,
  type Piece,
  type RequestMark,
} from "./session.ts";

/** What the empty prompt suggests. */
const SUGGESTED = "kubectl get svc";

export function Shell(): ReactElement {
  const screen = useRef<HTMLDivElement>(null);
  const entries = useSession((session) => session.entries);
  const dropped = useSession((session) => session.dropped);
  const follows = useRef(true);
  useEffect(() => {
    const box = screen.current;
    if (box !== null && follows.current) box.scrollTop = box.scrollHeight;
  }, [entries]);
  return (
    <div
      className="termscreen"
      ref={screen}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        follows.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
      onClick={(event) => {
        // A click beside the text is for the prompt; one that ends a selection is not.
        if (event.target === event.currentTarget && String(getSelection()) === "") screen.current?.querySelector("input")?.focus();
      }}
    >
      <div className="termout" role="log" aria-live="polite" aria-label="Output of the terminal">
        {dropped > 0 && <p className="termnote">{count(dropped)} earlier lines are not kept.</p>}
        {entries.map((entry) => (
          <EntryLines key={entry.id} entry={entry} />
        ))}
      </div>
      <Prompt
        onEnter={() => {
          follows.current = true;
        }}
      />
    </div>
  );
}

function EntryLines({ entry }: { readonly entry: Entry }): ReactElement {
  const { prompt, text, pieces } = entry;
  const requests = pieces.filter((piece) => piece.kind === "request");
  // One request stands beside its line; of several each stands before what it printed.
  const [only] = requests;
  const beside = requests.length === 1 ? only : undefined;
  return (
    <div className="termentry">
      <div className="termline">
        <span className="termprompt">{prompt} </span>
        <b>{text}</b>
        {beside?.kind === "request" && <RequestChip request={beside.request} />}
      </div>
      {pieces.map((piece, i) => (piece === beside ? null : <PieceLines key={i} piece={piece} />))}
    </div>
  );
}

function PieceLines({ piece }: { readonly piece: Piece }): ReactElement {
  if (piece.kind === "request")
    return (
      <div className="termline">
        <RequestChip request={piece.request} />
      </div>
    );
  return <div className={piece.kind === "note" ? "termnote" : piece.kind === "err" ? "termerr" : undefined}>{shownText(piece.text)}</div>;
}

/** Carriage returns of HTTP, and the line end that the box makes by itself. */
function shownText(text: string): string {
  return text.replace(/\r/g, "").replace(/\n$/, "");
}

function RequestChip({ request }: { readonly request: RequestMark }): ReactElement {
  const there = useStore(({ journeys }) => journeyOf(journeys, request) !== null);
  const onShow = useStore(({ followed }) => followed === request.id);
  const glyph =
    request.outcome === "delivered" ? "ok" : request.outcome === "refused" || request.outcome === "unreachable" ? "reject" : "drop";
  return (
    <button
      type="button"
      className={`termchip${onShow && there ? " on" : ""}`}
      disabled={!there}
      title={there ? "Show this request" : "Of a run that is not this one any more"}
      onClick={() => follow(request.id, "play")}
    >
      <Icon name={glyph} size={13} />
      Request {request.id}
    </button>
  );
}

// ---- prompt -------------------------------------------------------------------------------------------------------------

/** Where in the history the prompt stands: the number of lines back, 0 for a new one; and what was typed there. */
interface Recalled {
  readonly back: number;
  readonly typed: string;
}

/** The last wish for the focus that was met: coming back to the tab is none. */
let focusedFor = 0;

function Prompt({ onEnter }: { readonly onEnter: () => void }): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [candidates, setCandidates] = useState<readonly string[]>([]);
  const [recalled, setRecalled] = useState<Recalled>({ back: 0, typed: "" });
  const spot = useSession(({ shell }) => shell.spots.at(-1));
  const open = useSession((session) => session.open);
  const running = useSession(isRunning);
  const empty = useSession(({ history }) => history.length === 0);
  const wanted = useTerminal((state) => state.wanted);
  useEffect(() => {
    if (wanted === focusedFor) return;
    focusedFor = wanted;
    input.current?.focus();
  }, [wanted]);
  const write = (next: string): void => {
    setText(next);
    setCandidates([]);
  };
  const submit = (line: string): void => {
    onEnter();
    write("");
    setRecalled({ back: 0, typed: "" });
    enter(line);
  };
  const recall = (by: 1 | -1): void => {
    const { history } = useSession.getState();
    const back = Math.max(0, Math.min(history.length, recalled.back + by));
    if (back === recalled.back) return;
    const typed = recalled.back === 0 ? text : recalled.typed;
    setRecalled({ back, typed });
    write(back === 0 ? typed : (history[history.length - back] ?? ""));
  };
  const complete = async (): Promise<void> => {
    const before = input.current?.value ?? "";
    const done = await completed(before);
    // What was typed meanwhile stays.
    if (input.current?.value !== before) return;
    setText(done.text);
    setCandidates(done.candidates);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const did = keyPressed(event, { text, ghost: empty && text === "", submit, recall, complete: () => void complete(), write });
    if (!did) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>): void => {
    const pasted = event.clipboardData.getData("text").replace(/\r\n?/g, "\n");
    if (!pasted.includes("\n")) return;
    // Several lines are typed one after the other; the last waits for Enter.
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    const whole = text.slice(0, selectionStart ?? text.length) + pasted + text.slice(selectionEnd ?? text.length);
    const end = whole.lastIndexOf("\n");
    submit(whole.slice(0, end));
    write(whole.slice(end + 1));
  };
  const prompt = promptOf(spot, open);
  const where =
    spot?.kind === "pod"
      ? `in ${spot.pod.slice(spot.pod.indexOf("/") + 1)}`
      : spot?.kind === "node"
        ? `on ${spot.node}`
        : "on your machine";
  return (
    <>
      <div className={`termask${running ? " running" : ""}`}>
        <label htmlFor="term-input" className="termprompt">
          <span aria-hidden="true">{prompt}</span>
          <span className="visually-hidden">Command {where}. Tab completes, Escape leaves.</span>
        </label>
        <input
          id="term-input"
          ref={input}
          value={text}
          placeholder={empty ? SUGGESTED : undefined}
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        {running && (
          <button type="button" className="termchip" onClick={() => interrupt("")}>
            Stop
          </button>
        )}
      </div>
      <p className="termcandidates" role="status">
        {candidates.join("  ")}
      </p>
    </>
  );
}

interface Doing {
  readonly text: string;
  /** The suggestion stands where text would. */
  readonly ghost: boolean;
  submit(line: string): void;
  recall(by: 1 | -1): void;
  complete(): void;
  write(text: string): void;
}

/** What a key does at the prompt. False: it does what it does everywhere. */
function keyPressed(event: KeyboardEvent<HTMLInputElement>, doing: Doing): boolean {
  const { text, ghost } = doing;
  if (event.nativeEvent.isComposing) return false;
  const { selectionStart, selectionEnd } = event.currentTarget;
  if (event.ctrlKey && !event.metaKey && !event.altKey) {
    switch (event.key.toLowerCase()) {
      case "c":
        // A selection is copied.
        if (selectionStart !== selectionEnd || String(getSelection()) !== "") return false;
        interrupt(text);
        doing.write("");
        return true;
      case "l":
        clear();
        return true;
      case "u":
        doing.write(text.slice(selectionStart ?? 0));
        return true;
      default:
        return false;
    }
  }
  switch (event.key) {
    case "Enter":
      doing.submit(text);
      return true;
    case "ArrowUp":
      doing.recall(1);
      return true;
    case "ArrowDown":
      doing.recall(-1);
      return true;
    case "ArrowRight":
      if (ghost) doing.write(SUGGESTED);
      return ghost;
    case "Tab":
      if (event.shiftKey || (text === "" && !ghost)) return false;
      if (ghost) doing.write(SUGGESTED);
      else doing.complete();
      return true;
    case "Escape":
      document.getElementById("topology")?.focus();
      return true;
    default:
      return false;
  }
}
