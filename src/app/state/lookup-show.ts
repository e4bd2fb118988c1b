/** From a question in the DNS tab to its packet on the canvas. */
import { usePicture } from "./picture.ts";
import { seek } from "./playback.ts";

/** Goes to the moment at which the packet is on its way, and stays there. */
export function showPacket(packet: number): void {
  const { choreography } = usePicture.getState();
  if (choreography === null) return;
  const motions = choreography.motions.filter((motion) => motion.packet === packet);
  const last = motions.at(-1);
  if (last !== undefined) seek(last.endMs);
}
