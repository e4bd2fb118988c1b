/**
 * The page's end of the protocol. Runs the simulation in a worker where the browser allows one, else on the main
 * thread with the same session. Every request carries a number; replies that nobody waits for any more are dropped.
 *
 * Watchdog: a worker that leaves a request unanswered for `stuckAfterMs`, or that dies, is replaced by a fresh one,
 * and the owner is told so that it can hand in the same input again and say so.
 */
import type { Command, FromWorker, Reply, Request, Update } from "../../worker/protocol.ts";

/** Something that takes requests and answers by the listener it was made with. */
export interface Engine {
  post(request: Request): void;
  stop(): void;
  /** False for the main thread, which cannot be stopped from outside. */
  readonly replaceable: boolean;
}

export type EngineFactory = (listener: (message: FromWorker) => void, died: (why: string) => void) => Engine | Promise<Engine>;

export interface ClientEvents {
  update(update: Update): void;
  /** The run went another way from a past moment: what came later is not in it. */
  forked(at: number): void;
  /** A large text is being applied: so many Pods there are by now. */
  progress?(pods: number): void;
  /** The simulation itself failed: our own fault, with its words. */
  failed(error: string): void;
  /** The engine was replaced; what it knew is gone. */
  restarted(why: "stuck" | "died"): void;
}

/** The wall clock and timers, handed in so that the watchdog can be tested without waiting. */
export interface ClientTimers {
  now(): number;
  every(callback: () => void, ms: number): () => void;
}

const STUCK_AFTER_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
/** A large cluster takes its time between two words: so much more for each Pod that there is. */
const MORE_PER_POD_MS = 0.5;
/** And before its first word so much for each character that it was given: a whole cluster's text is read in one go. */
const MORE_PER_CHARACTER_MS = 0.004;

export class SimulationClient {
  private readonly create: EngineFactory;
  private readonly events: ClientEvents;
  private readonly timers: ClientTimers;
  private engine: Engine | null = null;
  private generation = 0;
  private lastId = 0;
  /** As many as were told of last. */
  private pods = 0;
  private characters = 0;
  private waiting = new Map<number, { readonly since: number; readonly resolve: (reply: Reply) => void }>();
  private backlog: Request[] = [];
  /** Runs only while an answer is awaited: an idle page has no timer. */
  private stopLooking: (() => void) | null = null;

  constructor(create: EngineFactory, events: ClientEvents, timers: ClientTimers) {
    this.create = create;
    this.events = events;
    this.timers = timers;
    void this.spawn();
  }

  /** Sends a command. The reply of a request that was lost with its engine is `failed`. */
  request(command: Command): Promise<Reply> {
    return this.numbered(command).reply;
  }

  /** The same, with the request's number: `Update.applied` names the `start` or `apply` it reflects. */
  numbered(command: Command): { readonly id: number; readonly reply: Promise<Reply> } {
    const id = ++this.lastId;
    if ("files" in command) this.characters = command.files.reduce((sum, { text }) => sum + text.length, 0);
    const reply = new Promise<Reply>((resolve) => this.waiting.set(id, { since: this.timers.now(), resolve }));
    this.stopLooking ??= this.timers.every(() => this.look(), LOOK_EVERY_MS);
    this.post({ id, command });
    return { id, reply };
  }

  close(): void {
    this.stopLooking?.();
    this.stopLooking = null;
    this.engine?.stop();
    this.engine = null;
  }

  private post(request: Request): void {
    if (this.engine === null) this.backlog.push(request);
    else this.engine.post(request);
  }

  private async spawn(): Promise<void> {
    const generation = ++this.generation;
    const current = (): boolean => generation === this.generation;
    try {
      const engine = await this.create(
        (message) => {
          if (current()) this.receive(message);
        },
        () => {
          if (current()) this.replace("died");
        },
      );
      if (!current()) {
        engine.stop();
        return;
      }
      this.engine = engine;
      const backlog = this.backlog;
      this.backlog = [];
      for (const request of backlog) engine.post(request);
    } catch (error) {
      this.events.failed(error instanceof Error ? error.message : String(error));
    }
  }

  private receive(message: FromWorker): void {
    switch (message.kind) {
      case "update":
        this.alive();
        this.events.update(message);
        return;
      case "forked":
        this.events.forked(message.at);
        return;
      case "failed":
        this.events.failed(message.error);
        return;
      case "progress":
        this.pods = message.pods;
        this.alive();
        this.events.progress?.(message.pods);
        return;
      case "ready":
        return;
      case "reply": {
        const waiting = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        this.alive();
        waiting?.resolve(message.reply);
        if (message.reply.kind === "failed") this.events.failed(message.reply.error);
        return;
      }
    }
  }

  /** Whoever answers something is not stuck: the other requests only wait in line. */
  private alive(): void {
    const now = this.timers.now();
    for (const [id, entry] of this.waiting) this.waiting.set(id, { ...entry, since: now });
  }

  private look(): void {
    if (this.waiting.size === 0) {
      this.stopLooking?.();
      this.stopLooking = null;
      return;
    }
    if (this.engine === null || !this.engine.replaceable) return;
    const more = this.pods * MORE_PER_POD_MS + this.characters * MORE_PER_CHARACTER_MS;
    const limit = this.timers.now() - STUCK_AFTER_MS - more;
    for (const { since } of this.waiting.values()) {
      if (since < limit) {
        this.replace("stuck");
        return;
      }
    }
  }

  private replace(why: "stuck" | "died"): void {
    this.engine?.stop();
    this.engine = null;
    const lost = this.waiting;
    this.waiting = new Map();
    this.backlog = [];
    for (const { resolve } of lost.values()) resolve({ kind: "failed", error: "The simulation was started again." });
    void this.spawn();
    this.events.restarted(why);
  }
}
