/**
 * A script as a value. The build wraps the whole of each script in one function that is handed its role and itself
 * (vite.embed.config.ts), because in a frame with an opaque origin a worker can only be made from text: a classic
 * worker from a Blob that holds such a function, called with another role.
 */
declare const __KUBEHOP_ROLE__: Role;
declare const __KUBEHOP_SELF__: { toString(): string };

export type Role = "page" | "simulation" | "render";

export const ROLE: Role = __KUBEHOP_ROLE__;

/** The text of this very script, as a function of its role. */
export const OWN_TEXT = (): string => __KUBEHOP_SELF__.toString();

/** Where this script came from; "" in a worker. Read while the script runs for the first time, or it is gone. */
export const OWN_ADDRESS: string = ROLE === "page" && document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : "";

/** A worker that runs a script's text in a role. Throws where the browser or the frame allows no such worker. */
export function workerFrom(text: string, role: Exclude<Role, "page">): Worker {
  const address = URL.createObjectURL(new Blob([`(${text})(${JSON.stringify(role)})`], { type: "text/javascript" }));
  const worker = new Worker(address, { name: `kubehop ${role}` });
  const forget = (): void => URL.revokeObjectURL(address);
  worker.addEventListener("message", forget, { once: true });
  worker.addEventListener("error", forget, { once: true });
  return worker;
}
