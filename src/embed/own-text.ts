/**
 * This script as a value. The build wraps the whole of it in one function that is handed its role and itself
 * (vite.embed.config.ts), because in a frame with an opaque origin a worker can only be made from text: a classic
 * worker from a Blob that holds this very function, called with another role.
 */
declare const __KUBEHOP_ROLE__: Role;
declare const __KUBEHOP_SELF__: { toString(): string };

export type Role = "page" | "simulation" | "render";

export const ROLE: Role = __KUBEHOP_ROLE__;

/** A worker that runs this script in another role. Throws where the browser or the frame allows no such worker. */
export function ownWorker(role: Exclude<Role, "page">): Worker {
  const address = URL.createObjectURL(new Blob([`(${__KUBEHOP_SELF__.toString()})(${JSON.stringify(role)})`], { type: "text/javascript" }));
  const worker = new Worker(address, { name: `kubehop ${role}` });
  const forget = (): void => URL.revokeObjectURL(address);
  worker.addEventListener("message", forget, { once: true });
  worker.addEventListener("error", forget, { once: true });
  return worker;
}
