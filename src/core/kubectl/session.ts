/** One command under way: what it has printed, and what it has asked the API server for so far. */
import type { ObjectStore } from "../api/store.ts";
import { snapshotStore } from "../api/store.ts";
import { SECOND } from "../base/time.ts";
import { failureText, type Failure } from "./failures.ts";
import type { Effect, ExecWish, KubectlInput, KubectlResult, KubectlRun } from "./types.ts";

/** Ends what is being done: thrown and caught only in this room. `text` is what goes to standard error where it ends the command. */
export class KubectlError extends Error {
  readonly text: string;
  readonly failure: Failure;
  constructor(text: string, failure: Failure = { kind: "text", text }) {
    super(text);
    this.text = text.endsWith("\n") ? text : `${text}\n`;
    this.failure = failure;
  }
}

/** `error: TEXT`, as most mistakes are said. */
export function fail(text: string): never {
  return refuse({ kind: "text", text });
}

export function refuse(failure: Failure): never {
  throw new KubectlError(failureText([failure]), failure);
}

/** What `make` gives, or what was thrown at it in kubectl's own words. */
export function attempt<T>(make: () => T): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure } {
  try {
    return { ok: true, value: make() };
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return { ok: false, failure: error.failure };
  }
}

/** A class because a command prints and writes as it goes. */
export class Session {
  readonly run: KubectlRun;
  readonly stdin: string | undefined;
  readonly files: ReadonlyMap<string, string>;
  /** The command as typed, for the timeline. */
  readonly line: string;
  readonly effects: Effect[] = [];
  exec: ExecWish | null = null;
  follows = false;
  failed = false;
  private out = "";
  private err = "";
  private scratch: ObjectStore | null = null;
  private readonly warned = new Set<string>();

  constructor(run: KubectlRun, { args, stdin, files = new Map() }: KubectlInput) {
    this.run = run;
    this.stdin = stdin;
    this.files = files;
    this.line = ["kubectl", ...args].join(" ");
  }

  /** What is stored, with what this command has written. */
  get store(): ObjectStore {
    return this.scratch ?? this.run.store;
  }

  /** A copy that this command may write to. */
  ownStore(): ObjectStore {
    return (this.scratch ??= snapshotStore(this.run.store));
  }

  /** What the clock shows: seconds since 1970. */
  get nowSeconds(): number {
    return this.run.epochSeconds + Math.floor(this.run.now / SECOND);
  }

  print(text: string): void {
    this.out += text;
  }

  complain(text: string): void {
    this.err += text.endsWith("\n") ? text : `${text}\n`;
  }

  /** Ends the command with what went wrong, if anything did. */
  report(failures: readonly Failure[]): void {
    if (failures.length === 0) return;
    this.failed = true;
    this.complain(failureText(failures));
  }

  /** An error as it stands. */
  failWith(text: string): void {
    this.failed = true;
    this.complain(text);
  }

  /** The server's warnings: each once a command. */
  warn(text: string): void {
    if (this.warned.has(text)) return;
    this.warned.add(text);
    this.complain(`Warning: ${text}`);
  }

  result(): KubectlResult {
    const { out: stdout, err: stderr, failed, effects, exec, follows, store } = this;
    return { stdout, stderr, exit: failed ? 1 : 0, effects, exec, follows, store };
  }
}
