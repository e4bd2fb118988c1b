/** A lesson stands where else a scenario's id does, so that links, storage and reloads know it. */
const PREFIX = "lesson:";

export const asScenario = (id: string): string => PREFIX + id;

/** The lesson that is open; null: the workbench. */
export function lessonOf({ scenario }: { readonly scenario: string | null }): string | null {
  return scenario?.startsWith(PREFIX) === true ? scenario.slice(PREFIX.length) : null;
}
