/**
 * A CoreDNS process and its Corefile: read at the start (with a mistake in it the process ends), looked at again by the
 * reload plugin. A file with a mistake is not loaded by a process that runs: it says so once and keeps what it has.
 * Source: coredns plugin/reload/{setup,reload}.go, coremain/run.go; the file itself comes by pkg/kubelet/volumemanager.
 */
import { nextBelow, type RandomState } from "../base/random.ts";
import { SECOND, type Nanos } from "../base/time.ts";
import type { Corefile, CorefileError } from "./corefile.ts";

/** How a CoreDNS process stands to its file. A plain value. */
export interface CoreDnsProcess {
  readonly uid: string;
  /** When it started (virtual time): another start is another process. */
  readonly startedAt: Nanos;
  /** The kubelet brings the Pod's volume up to date so often. */
  readonly volumePeriod: Nanos;
  /** What stands in the volume. */
  readonly mounted: string;
  /** What the reload plugin saw last, right or wrong: it tries no text twice. */
  readonly seen: string;
  /** What it runs with, and since when. */
  readonly text: string;
  readonly loadedAt: Nanos;
  /** It looks so often; null: never. */
  readonly interval: Nanos | null;
  /** The last text that it would not load. */
  readonly refused: Refused | null;
  /** It could not read the text that it started with, and has ended. */
  readonly ended: boolean;
}

export interface Refused {
  readonly at: Nanos;
  /** As in its log. */
  readonly message: string;
  /** Line of the Corefile, from 1. */
  readonly line: number;
}

/** Reads a Corefile's text: `parseCorefile`, or a memo of it. */
export type ReadCorefile = (text: string) => Corefile | CorefileError;

/** The kubelet looks after a Pod once a minute and up to half a minute later (syncFrequency, workerResyncIntervalJitterFactor). */
const VOLUME_PERIOD: Nanos = 60 * SECOND;

/** Where the kubeadm Deployment mounts it. */
const PATH = "/etc/coredns/Corefile";

/** A process starts with what stands in its volume, which the kubelet has just brought up to date. */
export function startProcess(
  text: string,
  pod: { readonly uid: string; readonly startedAt: Nanos },
  read: ReadCorefile,
  random: RandomState,
): CoreDnsProcess {
  const corefile = read(text);
  const failed = "error" in corefile;
  return {
    ...pod,
    volumePeriod: VOLUME_PERIOD + nextBelow(random, 30) * SECOND,
    mounted: text,
    seen: text,
    text,
    loadedAt: pod.startedAt,
    interval: failed ? null : intervalOf(corefile, random),
    refused: failed ? { at: pod.startedAt, message: parseMessage(corefile), line: corefile.line } : null,
    ended: failed,
  };
}

/** `30s` and up to half the jitter more or less, drawn once a load. */
function intervalOf({ reload }: Corefile, random: RandomState): Nanos | null {
  if (reload === null) return null;
  const jitter = Math.min(reload.jitter, Math.floor(reload.interval / 2));
  const milliseconds = Math.max(1, Math.floor(jitter / 1e6));
  return reload.interval + (nextBelow(random, milliseconds) - Math.floor(milliseconds / 2)) * 1e6;
}

/** The next moment after which something may be different, given what the ConfigMap holds now; null: none. */
export function nextLook(process: CoreDnsProcess, configured: string, now: Nanos): Nanos | null {
  if (process.ended) return null;
  const times: Nanos[] = [];
  if (process.mounted !== configured) times.push(nextTick(process.startedAt, process.volumePeriod, now));
  if (process.mounted !== process.seen && process.interval !== null) times.push(nextTick(process.loadedAt, process.interval, now));
  return times.length === 0 ? null : Math.min(...times);
}

function nextTick(since: Nanos, period: Nanos, now: Nanos): Nanos {
  return since + (Math.floor((now - since) / period) + 1) * period;
}

export interface Looked {
  readonly process: CoreDnsProcess;
  /** It runs with another text now: its caches are empty. */
  readonly reloaded: boolean;
  /** What it writes to its log. */
  readonly log: readonly string[];
}

/** What happens at `now`: the volume is brought up to date, the process looks at it, or neither is due. */
export function look(process: CoreDnsProcess, configured: string, now: Nanos, read: ReadCorefile, random: RandomState): Looked {
  if (process.ended) return { process, reloaded: false, log: [] };
  const isDue = (since: Nanos, period: Nanos): boolean => now > since && (now - since) % period === 0;
  const mounted = isDue(process.startedAt, process.volumePeriod) ? configured : process.mounted;
  const looks = process.interval !== null && isDue(process.loadedAt, process.interval) && mounted !== process.seen;
  if (!looks) return { process: { ...process, mounted }, reloaded: false, log: [] };
  const corefile = read(mounted);
  if (!("error" in corefile)) {
    const interval = intervalOf(corefile, random);
    const loaded = { ...process, mounted, seen: mounted, text: mounted, loadedAt: now, interval, refused: null };
    return { process: loaded, reloaded: true, log: ["[INFO] Reloading", "[INFO] Reloading complete"] };
  }
  const message = parseMessage(corefile);
  return {
    process: { ...process, mounted, seen: mounted, refused: { at: now, message, line: corefile.line } },
    reloaded: false,
    log: [
      "[INFO] Reloading",
      `[ERROR] Restart failed: ${message}`,
      `[ERROR] plugin/reload: Corefile changed but reload failed: ${message}`,
    ],
  };
}

/** What CoreDNS prints of a file that it cannot read: `/etc/coredns/Corefile:5 - Error during parsing: Unknown directive 'foo'`. */
export function parseMessage({ error, line }: CorefileError): string {
  const [, plugin = "", text = error] = /^(plugin\/\w+: )?(.*)$/s.exec(error) ?? [];
  return `${plugin}${PATH}:${line} - ${text.startsWith("Syntax error: ") ? "" : "Error during parsing: "}${text}`;
}
