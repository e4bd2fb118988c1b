/** Where nodes are seen closely, each says what its conntrack holds: asks for the tables of those in sight. Shows nothing itself. */
import { useEffect, useMemo } from "react";
import { useConntrack } from "../inspector/use-answers.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { trackedOf } from "./tracked.ts";
import { useTracked, useViewing } from "./viewing.ts";

/** So close, more nodes than this are not in sight. */
const MOST = 12;

export function TrackedNodes(): null {
  const scene = usePicture((picture) => picture.scene);
  const journey = usePicture((picture) => picture.journey);
  const choreography = usePicture((picture) => picture.choreography);
  const now = useStore((state) => state.now);
  // As text, so that a gesture renders only where another node comes into sight.
  const inSight = useViewing(({ view: { scale, offsetX, offsetY }, width, height }) => {
    const seen = (scene?.nodes ?? []).filter(({ box }) => {
      const [x, y] = [box.x * scale + offsetX, box.y * scale + offsetY];
      return x < width && y < height && x + box.width * scale > 0 && y + box.height * scale > 0;
    });
    return seen
      .slice(0, MOST)
      .map(({ name }) => name)
      .join(" ");
  });
  const nodes = useMemo(() => (inSight === "" ? [] : inSight.split(" ")), [inSight]);
  const tables = useConntrack(nodes);
  const tracked = useMemo(() => {
    const told = journey === null || choreography === null ? null : { journey, choreography };
    return nodes.flatMap((node) => {
      const table = tables.get(node);
      return table === undefined ? [] : [trackedOf({ node, table, told, now })];
    });
  }, [nodes, tables, journey, choreography, now]);
  useEffect(() => useTracked.setState({ tracked }), [tracked]);
  useEffect(() => () => useTracked.setState({ tracked: null }), []);
  return null;
}
