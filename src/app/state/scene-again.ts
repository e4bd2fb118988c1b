/** The scene of the picture, laid out anew only where something that it is made of changed: most requests change nothing of it. */
import type { ClusterView } from "../../core/simulation/view.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { SceneOptions, ThingId } from "../../scene/contract.ts";
import { buildScene, usedBy } from "../../scene/layout.ts";
import { API_SERVICE, DNS_SERVICE } from "../../scene/shelf.ts";
import type { Scene } from "../../scene/scene.ts";

interface Made {
  readonly view: ClusterView;
  readonly key: string;
  readonly scene: Scene;
}

/** Gives what `buildScene` gives, and the very scene of the call before where that is the same. */
export function sceneMaker(): (view: ClusterView, options: SceneOptions) => Scene {
  let last: Made | null = null;
  return (view, options) => {
    const { previous, used = [], ...rest } = options;
    const key = JSON.stringify([rest, shownFor(used, options)]);
    // Laid out with the slots that it gave itself: everything stays where it is.
    if (last !== null && last.view === view && last.key === key && last.scene.slots === previous) return last.scene;
    const scene = buildScene(view, options);
    last = { view, key, scene };
    return scene;
  };
}

/**
 * The things that show because they are used. In the workbench every node and Pod shows anyway, and the Service in focus and that
 * of DNS: a first request to the Service in focus changes nothing.
 */
function shownFor(used: readonly ThingId[], { arrangement, focus }: SceneOptions): readonly string[] {
  const shows = (thing: ThingId): boolean => {
    if (thing.kind === "service") return thing.key === API_SERVICE || (thing.key !== DNS_SERVICE && thing.key !== focus);
    return thing.kind === "outside";
  };
  const those = arrangement === "workbench" ? used.filter(shows) : used;
  return [...new Set(those.map((thing) => JSON.stringify(thing)))].sort();
}

// A journey never changes, and of hundreds that were sent together it is asked again and again.
const used = new WeakMap<Journey, readonly ThingId[]>();

/** The things that a journey uses, as `usedBy` says. */
export function usedIn(journey: Journey): readonly ThingId[] {
  const known = used.get(journey);
  if (known !== undefined) return known;
  const things = usedBy(journey);
  used.set(journey, things);
  return things;
}
