/** What the page has been told of the run, and what the next update has to tell. */
import type { ApplyResult, SimulationFacade } from "../core/simulation/contract.ts";
import type { ManifestFile } from "../core/manifests/types.ts";
import type { Journey } from "../core/network/trace.ts";
import type { Pace } from "./pace.ts";
import type { Update } from "./protocol.ts";
import type { SpanBook } from "./spans.ts";
import { pastUpdate } from "./time-travel.ts";
import { endedOf, trafficUpdate } from "./traffic-update.ts";

/**
 * So many journeys at most are posted with their packets in one update: to read more of them (40 kB each) at once would keep the
 * page from drawing. The others wait for the next update.
 */
const FULL_JOURNEYS = 8;
/** When more than this wait, the first go without their packets: the page keeps those of no more. */
const WAITING_MOST = 200;
/** So many of those in one update. */
const BARE_JOURNEYS = 100;

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
  /** The run itself goes on. */
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
  /** Requests under way, and those that ended and were not told yet. */
  unfinished = new Set<number>();
  /** There is more to tell than the last update could hold. */
  more = false;
  /** Steady requests that earlier updates knew as sent and as ended. */
  private told = { sent: 0, ended: 0 };
  private pending: Pending = { applied: null, timelinePosted: 0, due: false };

  /** A run begins: nothing was told of it. */
  begins(): void {
    this.unfinished.clear();
    this.more = false;
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
    const journeys = nextJourneys(ended);
    for (const journey of journeys) this.unfinished.delete(journey.id);
    this.more = journeys.length < ended.length;
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
      journeys,
      timeline,
      timelineFrom,
      spans: spans.positions,
      traffic: told,
      past,
      leftRuns: simulation.leftRuns(),
      busy: busy || this.more,
    };
  }
}

/** What the next update tells of those that ended and wait to be told, in their order. */
function nextJourneys(ended: readonly Journey[]): readonly Journey[] {
  const over = Math.max(0, ended.length - WAITING_MOST);
  const bare = ended.slice(0, Math.min(over, BARE_JOURNEYS)).map((journey) => ({ ...journey, packets: [] }));
  return over > BARE_JOURNEYS ? bare : [...bare, ...ended.slice(over, over + FULL_JOURNEYS)];
}
