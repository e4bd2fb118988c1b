/**
 * The first packet of a scenario moves before the simulator has arrived. Its beginning was recorded when the page was
 * built, by the same simulator with the same seed (record.ts), and a run is the same to the byte wherever it runs. This
 * engine answers `start` and the scenario's own `send` from the recording, fetches the simulator meanwhile, lets it
 * catch up on the same two requests, and hands over. Whatever is not on the recording waits for the simulator.
 *
 *   page ─ start, send ─▶ recording ─▶ page          meanwhile: simulator arrives, hears start, send (answers unheard)
 *   page ─ anything else ─▶ waits ───────────────────▶ simulator ─▶ page
 */
import type { Engine } from "../app/client/simulation-client.ts";
import type { Scenario } from "../app/scenarios/types.ts";
import { workspaceOfScenario } from "../app/state/scenario-workspace.ts";
import type { Command, FromWorker, Request, Update } from "../worker/protocol.ts";
import { AT_ONCE } from "./at-once.ts";
import type { Recording } from "./recording.ts";

export interface HeadStartHost {
  /** What the page hears. */
  listener(message: FromWorker): void;
  /** Fetches the simulator and starts an engine on it. Rejects when it cannot be had. */
  live(listener: (message: FromWorker) => void): Promise<Engine>;
  /** Calls back a little later: the recorded packet should be on its way before the simulator is fetched. */
  later(callback: () => void): void;
}

/** An engine that begins with a recording where one fits the first request, else with the simulator at once. */
export function headStart(recordings: readonly Recording[], host: HeadStartHost): Engine {
  return new HeadStart(recordings, host);
}

class HeadStart implements Engine {
  private readonly recordings: readonly Recording[];
  private readonly host: HeadStartHost;
  private recording: Recording | null = null;
  /** Requests that were answered from the recording, in order. */
  private readonly answered: Request[] = [];
  private waiting: Request[] = [];
  private fetching = false;
  private engine: Engine | null = null;
  private stopped = false;

  constructor(recordings: readonly Recording[], host: HeadStartHost) {
    this.recordings = recordings;
    this.host = host;
  }

  get replaceable(): boolean {
    return this.engine?.replaceable ?? false;
  }

  post(request: Request): void {
    if (this.engine !== null) {
      this.engine.post(request);
      return;
    }
    const recorded = this.waiting.length === 0 ? this.recordedAnswer(request.command) : null;
    if (recorded === null) {
      this.waiting.push(request);
      this.bringSimulator();
      return;
    }
    this.answered.push(request);
    const startId = this.answered[0]?.id ?? request.id;
    for (const message of recorded) this.host.listener(numbered(message, request.id, startId));
    if (request.command.kind === "send") this.host.later(() => this.bringSimulator());
  }

  stop(): void {
    this.stopped = true;
    this.engine?.stop();
  }

  /** The recorded messages for this command, if it is the next one on a recording. */
  private recordedAnswer(command: Command): readonly FromWorker[] | null {
    if (this.fetching) return null;
    if (command.kind === "start" && this.answered.length === 0) {
      this.recording = this.recordings.find(({ scenario }) => starts(scenario, command)) ?? null;
      return this.recording?.start ?? null;
    }
    if (command.kind === "send" && this.answered.length === 1 && this.recording !== null && sends(this.recording.scenario, command))
      return this.recording.send;
    return null;
  }

  private bringSimulator(): void {
    if (this.fetching || this.stopped) return;
    this.fetching = true;
    void this.handOver().catch((error: unknown) => {
      this.host.listener({ kind: "failed", error: error instanceof Error ? error.message : String(error) });
    });
  }

  /** Lets the simulator catch up unheard, then puts it in this engine's place. */
  private async handOver(): Promise<void> {
    const unheard = new Set(this.answered.map(({ id }) => id));
    let caughtUp: () => void = () => {};
    const done = new Promise<void>((resolve) => (caughtUp = resolve));
    let hearing = false;
    const engine = await this.host.live((message) => {
      if (hearing) this.host.listener(message);
      else if (message.kind === "failed") this.host.listener(message);
      else if (message.kind === "reply") unheard.delete(message.id);
      else if (message.kind === "update" && unheard.size === 0 && !message.busy) caughtUp();
    });
    if (this.stopped) {
      engine.stop();
      return;
    }
    if (unheard.size > 0) {
      for (const request of this.answered) engine.post(request);
      await done;
    }
    hearing = true;
    this.engine = engine;
    const waiting = this.waiting;
    this.waiting = [];
    for (const request of waiting) engine.post(request);
  }
}

/** Puts the page's own request numbers in place of the recording's. */
function numbered(message: FromWorker, id: number, startId: number): FromWorker {
  if (message.kind === "reply") return { ...message, id };
  if (message.kind === "update") return { ...message, applied: startId } satisfies Update;
  return message;
}

const beginning = (id: string): Scenario | undefined => AT_ONCE.find((scenario) => scenario.id === id);

function starts(id: string, command: Extract<Command, { kind: "start" }>): boolean {
  const scenario = beginning(id);
  if (scenario === undefined || command.actions.length > 0) return false;
  const { files, seed } = workspaceOfScenario(scenario);
  return command.seed === seed && JSON.stringify(command.files) === JSON.stringify(files);
}

function sends(id: string, command: Extract<Command, { kind: "send" }>): boolean {
  const scenario = beginning(id);
  if (scenario === undefined) return false;
  const { from, to, count } = workspaceOfScenario(scenario).request;
  const { request } = command;
  const plain = (request.protocol === undefined || request.protocol === "TCP") && request.keepAlive === undefined;
  return plain && request.to === to && (request.count ?? 1) === count && JSON.stringify(request.from) === JSON.stringify(from);
}
