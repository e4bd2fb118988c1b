/** The terminal's lines, its history, and the line under way. All of it lasts as long as the page. */
import { create } from "zustand";
import type { Journey } from "../../core/network/trace.ts";
import { FRESH_SHELL, type Output, type ShellState, type Spot, type TerminalAnswer, type TerminalAsk } from "../../core/terminal/types.ts";
import { ask } from "../state/commands.ts";
import { getState } from "../state/store.ts";
import { satisfy, showLast } from "./needs.ts";

/** A request, also after its run is no more: then another may have its number. */
export type RequestMark = Pick<Journey, "id" | "sentAt" | "to" | "from"> & { readonly outcome: Journey["outcome"]["kind"] };

export type Piece = Exclude<Output, { kind: "request" | "clear" }> | { readonly kind: "request"; readonly request: RequestMark };

export interface Entry {
  readonly id: number;
  readonly prompt: string;
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly running: boolean;
}

interface TerminalSession {
  readonly entries: readonly Entry[];
  readonly shell: ShellState;
  /** Lines as typed, oldest first. */
  readonly history: readonly string[];
  /** What stands before the next line belongs to it: an open quote, a `for` without its `done`. */
  readonly open: string;
  /** Lines of output that are not kept any more. */
  readonly dropped: number;
}

export const useSession = create<TerminalSession>(() => ({ entries: [], shell: FRESH_SHELL, history: [], open: "", dropped: 0 }));

/** Lines of output that are kept, and lines of history. */
export const LINES_MOST = 4_000;
const HISTORY_MOST = 500;

let lastEntry = 0;
/** The line under way; another number: it was stopped. */
let under = 0;
/** Lines that wait for it. */
let waiting: readonly string[] = [];

export function isRunning({ entries }: Pick<TerminalSession, "entries">): boolean {
  return entries.at(-1)?.running === true;
}

export function promptOf(spot: Spot | undefined, open: string): string {
  if (open !== "") return ">";
  if (spot?.kind === "pod") return `${spot.pod.slice(spot.pod.indexOf("/") + 1)} $`;
  return spot?.kind === "node" ? `${spot.node} #` : "$";
}

/** Types lines, one after the other. */
export function enter(text: string): void {
  const [first = "", ...rest] = text.split("\n");
  waiting = [...waiting, ...rest];
  if (isRunning(useSession.getState())) waiting = [...waiting, first];
  else void run(first);
}

async function run(line: string): Promise<void> {
  const { entries, shell, history, open } = useSession.getState();
  const entry: Entry = { id: ++lastEntry, prompt: promptOf(shell.spots.at(-1), open), text: line, pieces: [], running: true };
  const kept = line.trim() === "" || history.at(-1) === line ? history : [...history, line].slice(-HISTORY_MOST);
  useSession.setState({ entries: [...entries, entry], history: kept });
  const mine = ++under;
  const stopped = (): boolean => under !== mine;
  const last = await follow(
    { kind: "line", line: open === "" ? line : `${open}\n${line}`, shell },
    open === "" ? line : `${open}\n${line}`,
    stopped,
  );
  if (stopped()) return;
  ends();
  showLast(last);
  const [next, ...others] = waiting;
  waiting = others;
  if (next !== undefined) await run(next);
}

/** From its beginning to its end; the last request that it sent. */
async function follow(first: TerminalAsk, whole: string, stopped: () => boolean): Promise<number | null> {
  let asked = first;
  let last: number | null = null;
  for (;;) {
    const answer = await answerTo(asked);
    if (stopped()) return null;
    if (answer.kind === "open") {
      useSession.setState({ open: whole });
      return last;
    }
    useSession.setState({ open: "" });
    if (answer.kind !== "turn") {
      print([{ kind: "err", text: `${answer.kind === "gone" ? answer.error : "This line had no answer."}\n` }]);
      return last;
    }
    const { output, need, shell } = answer.turn;
    useSession.setState({ shell });
    for (const piece of output) if (piece.kind === "request") last = piece.journey;
    print(output);
    if (need === null) return last;
    if (need.kind === "wait") showLast(last);
    const got = await satisfy(need, stopped);
    if (stopped()) return null;
    asked = { kind: "go-on", got };
  }
}

async function answerTo(asked: TerminalAsk): Promise<TerminalAnswer> {
  const reply = await ask({ kind: "terminal", ask: asked });
  if (reply.kind === "terminal") return reply.answer;
  return { kind: "gone", error: "error" in reply ? reply.error : "There is no answer." };
}

/** At the end of the last entry. */
function print(output: readonly Output[]): void {
  for (const piece of output) {
    if (piece.kind === "clear")
      useSession.setState(({ entries }) => ({ entries: entries.slice(-1).map((entry) => ({ ...entry, pieces: [] })), dropped: 0 }));
    else {
      const shown = pieceOf(piece);
      if (shown === null) continue;
      useSession.setState(({ entries }) => {
        const entry = entries.at(-1);
        return entry === undefined ? {} : { entries: [...entries.slice(0, -1), { ...entry, pieces: [...entry.pieces, shown] }] };
      });
    }
  }
  trim();
}

function pieceOf(piece: Exclude<Output, { kind: "clear" }>): Piece | null {
  if (piece.kind !== "request") return piece;
  const journey = getState().journeys.find(({ id }) => id === piece.journey);
  if (journey === undefined) return null;
  const { id, sentAt, to, from, outcome } = journey;
  return { kind: "request", request: { id, sentAt, to, from, outcome: outcome.kind } };
}

export function linesIn({ pieces }: Pick<Entry, "pieces">): number {
  return 1 + pieces.reduce((sum, piece) => sum + ("text" in piece ? piece.text.split("\n").length - 1 : 0), 0);
}

/** The oldest go; of one that is too long by itself, its beginning. */
function trim(): void {
  const { entries, dropped } = useSession.getState();
  let over = entries.reduce((sum, entry) => sum + linesIn(entry), 0) - LINES_MOST;
  if (over <= 0) return;
  let gone = 0;
  let kept = entries;
  for (let [first] = kept; over > 0 && first !== undefined; [first] = kept) {
    const lines = linesIn(first);
    if (kept.length > 1 && lines <= over) kept = kept.slice(1);
    else if (lines > 1) kept = [{ ...first, pieces: withoutFirst(first.pieces, over) }, ...kept.slice(1)];
    else kept = kept.slice(1);
    const less = kept[0] === undefined || kept[0].id !== first.id ? lines : lines - linesIn(kept[0]);
    if (less === 0) break;
    gone += less;
    over -= less;
  }
  useSession.setState({ entries: kept, dropped: dropped + gone });
}

function withoutFirst(pieces: readonly Piece[], lines: number): readonly Piece[] {
  let left = lines;
  return pieces.flatMap((piece) => {
    if (left <= 0 || !("text" in piece)) return [piece];
    const all = piece.text.split("\n");
    const cut = Math.min(left, all.length - 1);
    left -= cut;
    const text = all.slice(cut).join("\n");
    return text === "" ? [] : [{ ...piece, text }];
  });
}

function ends(): void {
  useSession.setState(({ entries }) => ({ entries: entries.map((entry) => (entry.running ? { ...entry, running: false } : entry)) }));
}

/** Ctrl C. */
export function interrupt(typed: string): void {
  waiting = [];
  const { entries, shell, open } = useSession.getState();
  if (isRunning({ entries })) {
    under += 1;
    print([{ kind: "err", text: "^C\n" }]);
    ends();
    void ask({ kind: "terminal", ask: { kind: "stop" } });
    useSession.setState({ open: "", shell: { ...shell, exit: 130 } });
    return;
  }
  const entry: Entry = { id: ++lastEntry, prompt: promptOf(shell.spots.at(-1), open), text: `${typed}^C`, pieces: [], running: false };
  useSession.setState({ entries: [...entries, entry], open: "", shell: { ...shell, exit: 130 } });
}

/** Ctrl L. What runs goes on. */
export function clear(): void {
  useSession.setState(({ entries }) => ({ entries: entries.filter(({ running }) => running), dropped: 0 }));
}

/** What Tab makes of the text. */
export async function completed(text: string): Promise<{ readonly text: string; readonly candidates: readonly string[] }> {
  const answer = await answerTo({ kind: "complete", text, shell: useSession.getState().shell });
  return answer.kind === "completion" ? answer.completion : { text, candidates: [] };
}

/** The request as it stands in the run on show; null: that run is not this one. */
export function journeyOf(journeys: readonly Journey[], { id, sentAt, to }: RequestMark): Journey | null {
  return journeys.find((journey) => journey.id === id && journey.sentAt === sentAt && journey.to === to) ?? null;
}
