/** What the page has been told of the run, and what the next update has to tell. */
import type { ApplyResult, SimulationFacade } from "../core/simulation/contract.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import type { Pace } from "./pace.ts";
import type { Update } from "./protocol.ts";
import type { SpanBook } from "./spans.ts";
import { pastUpdate } from "./time-travel.ts";
import { endedOf, trafficUpdate } from "./traffic-update.ts";

/** So many journeys of one update are posted with their packets. */
const FULL_JOURNEYS = 20;

/** What the next update has to tell. */
interface Pending {
  /** Result of a text that was read since the last update. */
  applied: ApplyResult | null;
  /** How many timeline entries were posted already. */
  timelinePosted: number;
  /** Something changed that is neither a journey nor a timeline entry. */
  due: boolean;
}

/** What an update tells beside the run itself. */
export interface Beside {
  readonly spans: SpanBook;
  readonly pace: Pace;
  /** The texts that the run has at its newest moment, */
  readonly files: readonly ManifestFile[];
  /** and what became of texts when they were applied; null where that is not known. */
  readonly resultOf: (files: readonly ManifestFile[]) => ApplyResult | null;
  /** More updates follow. */
  readonly busy: boolean;
}

export class News {
  private appliedId = 0;
  private lastGood = true;
  /** The texts whose diagnostics the page has. */
  private filesTold: readonly ManifestFile[] | null = null;
  private clusterVersion = -1;
  /** How many Pods there were when the page was last told. */
  pods = 0;
  /** Requests under way. */
  unfinished = new Set<number>();
  /** Steady requests that earlier updates knew as sent and as ended. */
  private told = { sent: 0, ended: 0 };
  private pending: Pending = { applied: null, timelinePosted: 0, due: false };

  /** A run begins: nothing was told of it. */
  begins(): void {
    this.unfinished.clear();
    this.clusterVersion = -1;
    this.filesTold = null;
    this.pending = { applied: null, timelinePosted: 0, due: true };
    this.told = { sent: 0, ended: 0 };
  }

  /** Something changed that is neither a journey nor a timeline entry. */
  due(): void {
    this.pending.due = true;
  }

  applied(id: number, result: ApplyResult): void {
    this.appliedId = id;
    this.lastGood = !result.applied;
    this.pending.applied = result;
    this.pending.due = true;
  }

  trafficBegins(): void {
    this.told = { sent: 0, ended: 0 };
  }

  /** The run goes another way from a moment of its past: all of it is told anew. */
  forked(simulation: SimulationFacade): void {
    this.unfinished.clear();
    this.pending.timelinePosted = 0;
    this.showsAnother(simulation);
  }

  /** What is told next is of another moment than the last. */
  showsAnother(simulation: SimulationFacade): void {
    this.clusterVersion = -1;
    this.pending.due = true;
    this.knowsTraffic(simulation);
  }

  /** The run went back to before something that is to be done otherwise: the view and the end of the timeline are told again. */
  wentBack(simulation: SimulationFacade): void {
    this.clusterVersion = -1;
    this.pending.timelinePosted = Math.min(this.pending.timelinePosted, simulation.timeline().length);
    this.knowsTraffic(simulation);
  }

  private knowsTraffic(simulation: SimulationFacade): void {
    const traffic = simulation.traffic();
    this.told = traffic === null ? { sent: 0, ended: 0 } : { sent: traffic.sent, ended: endedOf(traffic) };
  }

  /** News that a person waits for: anything but steady traffic. */
  hasOwn(simulation: SimulationFacade): boolean {
    return (
      this.pending.due ||
      this.unfinished.size > 0 ||
      simulation
        .timeline()
        .slice(this.pending.timelinePosted)
        .some(({ kind }) => kind !== "traffic")
    );
  }

  hasTraffic(simulation: SimulationFacade): boolean {
    const traffic = simulation.traffic();
    return traffic !== null && (traffic.sent !== this.told.sent || endedOf(traffic) !== this.told.ended);
  }

  next(simulation: SimulationFacade, { spans, pace, files, resultOf, busy }: Beside): Update {
    const ended = [...this.unfinished].map((id) => simulation.journey(id)).filter((journey) => journey !== null);
    for (const journey of ended) this.unfinished.delete(journey.id);
    const timelineFrom = this.pending.timelinePosted;
    // In the past the recorded timeline has fewer entries than were told; those ahead stay as they are.
    const timeline = simulation.timeline().slice(timelineFrom);
    const view = simulation.view();
    this.pods = view.pods.length;
    const changed = view.version !== this.clusterVersion;
    this.clusterVersion = view.version;
    const past = pastUpdate(simulation, pace.playing);
    // In the past the text is the one of then, and so is what is said of it.
    const filesNow = past?.files ?? files;
    const applied = this.pending.applied ?? (filesNow === this.filesTold ? null : resultOf(filesNow));
    this.filesTold = filesNow;
    if (applied !== null) this.lastGood = !applied.applied;
    const traffic = simulation.traffic();
    const told = traffic === null ? null : trafficUpdate(traffic, this.told.ended, pace);
    if (traffic !== null) this.told = { sent: traffic.sent, ended: endedOf(traffic) };
    this.pending = { ...this.pending, applied: null, due: false, timelinePosted: this.pending.timelinePosted + timeline.length };
    return {
      kind: "update",
      applied: this.appliedId,
      now: simulation.now,
      cluster: changed ? view : null,
      diagnostics: applied?.diagnostics ?? null,
      lastGood: this.lastGood,
      journeys: ended.map((journey, i) => (i < FULL_JOURNEYS ? journey : { ...journey, packets: [] })),
      timeline,
      timelineFrom,
      spans: spans.positions,
      traffic: told,
      past,
      leftRuns: simulation.leftRuns(),
      busy,
    };
  }
}
