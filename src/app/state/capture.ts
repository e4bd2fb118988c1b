/** Taking the packets of requests along as a capture file: made by the worker, saved by the browser. */
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { ask, say } from "./commands.ts";
import { count, plural, senderName } from "./format.ts";
import { saveFile } from "./save-file.ts";
import { getState } from "./store.ts";

/** `request-3-debug-to-web.pcapng`; of several `requests-3-to-62-…`. */
export function captureName(cluster: ClusterView, journeys: readonly Pick<Journey, "id" | "from" | "to">[]): string {
  const [first, last] = [journeys[0], journeys.at(-1)];
  if (first === undefined || last === undefined) return "requests.pcapng";
  const numbers = first === last ? `request-${first.id}` : `requests-${first.id}-to-${last.id}`;
  return `${numbers}-${plain(senderName(cluster, last.from))}-to-${plain(last.to)}.pcapng`;
}

/** Letters, digits, dots and dashes: what every file system takes. */
function plain(text: string): string {
  const bare = text
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/[^A-Za-z0-9.-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return bare.slice(0, 60) || "request";
}

/** Asks for the file and hands it to the browser; says what is in it, or why there is none. */
export async function downloadCapture(journeys: readonly number[] | "all", name: string): Promise<void> {
  const reply = await ask({ kind: "capture", journeys });
  if (reply.kind !== "capture") return;
  const { octets, packets, interfaces, requests, forgotten } = reply.capture;
  if (requests === 0) {
    say("Nothing to capture: these requests are kept without their packets.", "trouble");
    return;
  }
  saveFile(new Blob([octets], { type: "application/x-pcapng" }), name);
  const left = forgotten === 0 ? "" : ` ${plural(forgotten, "older one")} left out.`;
  say(`${count(packets)} packets of ${plural(requests, "request")}, seen at ${plural(interfaces, "interface")}.${left}`, "done");
}

/** Requests that were sent together with this one, itself included. */
export function sentTogether(id: number): readonly number[] {
  return getState().sends.find((ids) => ids.includes(id)) ?? [id];
}
