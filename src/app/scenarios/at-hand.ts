/**
 * The scenarios that this page has now: all of them. The embedded page begins with a few and has the others later; its
 * build puts a module of its own in place of this one (src/embed/at-hand.ts).
 */
import { scenarioById } from "./index.ts";

export { scenarioById as scenarioAtHand } from "./index.ts";

/** What to look at in a scenario; undefined without one, and for one that this version does not have. */
export function useNote(id: string | null): string | undefined {
  return id === null ? undefined : scenarioById(id)?.note;
}
