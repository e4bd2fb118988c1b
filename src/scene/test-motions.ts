/** What every choreography must keep, as a list of breaches; tests want it empty. */
import type { Journey } from "../core/network/trace.ts";
import type { Choreography } from "./contract.ts";
import { isAt } from "./routes.ts";
import type { Scene } from "./scene.ts";

/** What is wrong with a choreography's motions: every hop of every packet has one, between the places the hop names. */
export function motionComplaints(journey: Journey, scene: Scene, story: Choreography): readonly string[] {
  const wrong: string[] = [];
  const count = new Map<string, number>();
  for (const motion of story.motions) {
    const key = `${motion.packet} ${motion.hop}`;
    count.set(key, (count.get(key) ?? 0) + 1);
    const hop = journey.packets[motion.packet]?.hops[motion.hop];
    if (hop === undefined) {
      wrong.push(`a motion for packet ${motion.packet} hop ${motion.hop}, which is none`);
      continue;
    }
    const who = `packet ${motion.packet} hop ${motion.hop} ${hop.kind}`;
    const first = motion.path[0];
    const last = motion.path.at(-1);
    if (first === undefined || last === undefined) {
      wrong.push(`${who} has no path`);
      continue;
    }
    if (motion.kind !== hop.kind) wrong.push(`${who} is shown as ${motion.kind}`);
    if (!isAt(scene, hop.from, first)) wrong.push(`${who} begins at ${JSON.stringify(first)}, not at ${JSON.stringify(hop.from)}`);
    if (!isAt(scene, hop.to, last)) wrong.push(`${who} ends at ${JSON.stringify(last)}, not at ${JSON.stringify(hop.to)}`);
    if (motion.endMs < motion.startMs || motion.startMs < 0 || motion.endMs > story.totalMs + 1e-6)
      wrong.push(`${who} runs from ${motion.startMs} to ${motion.endMs} of ${story.totalMs}`);
    motion.path.forEach((point, i) => {
      const before = motion.path[i - 1];
      if (before !== undefined && before.x !== point.x && before.y !== point.y) wrong.push(`${who} leaves the wires`);
    });
  }
  for (const packet of journey.packets)
    packet.hops.forEach((hop, i) => {
      const times = count.get(`${packet.index} ${i}`) ?? 0;
      if (times !== 1) wrong.push(`packet ${packet.index} hop ${i} ${hop.kind} has ${times} motions`);
    });
  return wrong;
}
