/** The way to a lesson: the lessons themselves come with the part of the page that shows them. */
import { say } from "./commands.ts";

/** Opens a lesson; without a name the first that is not done. False where lessons could not be brought. */
export async function openLesson(id: string | null = null): Promise<boolean> {
  try {
    (await import("../lessons/opening.ts")).enter(id);
    return true;
  } catch {
    say("The lessons could not be fetched", "trouble");
    return false;
  }
}
