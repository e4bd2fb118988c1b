/** For tests: a page that talks to a session, and whose wall clock the test moves. */
import type { SimulationFacade } from "../core/simulation/contract.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import { web } from "../core/simulation/testing.ts";
import type { Command, FromWorker, Reply, TimedAction, TrafficUpdate, Update } from "./protocol.ts";
import { SimulationSession } from "./session.ts";

export const files = (text: string): readonly { name: string; text: string }[] => [{ name: "web.yaml", text }];

/** A page whose wall clock the test moves: computing takes no time. */
export class Page {
  readonly updates: Update[] = [];
  /** Moments from which the run went another way. */
  readonly forks: number[] = [];
  private readonly replies = new Map<number, Reply>();
  run: SimulationFacade | null = null;
  nowMs = 1_000;
  private readonly tasks: (() => void)[] = [];
  private timers: { readonly at: number; readonly callback: () => void }[] = [];
  private lastId = 0;
  private readonly session = new SimulationSession(
    {
      post: (message) => this.receive(structuredClone(message)),
      now: () => this.nowMs,
      soon: (callback) => this.tasks.push(callback),
      later: (callback, ms) => this.timers.push({ at: this.nowMs + ms, callback }),
    },
    (options) => (this.run = createSimulation(options)),
  );

  private receive(message: FromWorker): void {
    if (message.kind === "reply") this.replies.set(message.id, message.reply);
    if (message.kind === "update") this.updates.push(message);
    if (message.kind === "forked") this.forks.push(message.at);
    if (message.kind === "failed") throw new Error(message.error);
  }

  ask(command: Command): Reply {
    const id = ++this.lastId;
    this.session.handle({ id, command });
    this.drain();
    const reply = this.replies.get(id);
    if (reply === undefined) throw new Error(`no reply to ${command.kind}`);
    return reply;
  }

  private drain(): void {
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) task();
  }

  pass(ms: number): void {
    const until = this.nowMs + ms;
    for (;;) {
      this.drain();
      const next = this.timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.nowMs = next.at;
      next.callback();
    }
    this.nowMs = until;
  }

  get traffic(): TrafficUpdate {
    const traffic = this.updates.at(-1)?.traffic;
    if (traffic == null) throw new Error("no traffic told");
    return traffic;
  }
}

export function started(text = web(), actions: readonly TimedAction[] = []): Page {
  const page = new Page();
  page.ask({ kind: "start", files: files(text), seed: 1, actions });
  return page;
}
