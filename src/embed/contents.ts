/** What the first script knows of every scenario, also of those that come later: whether there is one, and what it is called. */
import { contents } from "virtual:embed-contents";

/** Null for a scenario that this version does not have. */
export function contentsOf(id: string): { readonly title: string; readonly words: string } | null {
  const found = Object.hasOwn(contents, id) ? contents[id] : undefined;
  return found === undefined ? null : { title: found[0], words: found[1] };
}
