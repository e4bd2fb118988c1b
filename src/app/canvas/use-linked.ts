/** Linked highlighting, brought once the picture is there: without it everything still works. */
import { useEffect } from "react";
import { setState, useStore } from "../state/store.ts";

const AFTER_MS = 300;

export function useLinked(): void {
  const there = useStore((state) => state.cluster !== null);
  useEffect(() => {
    if (!there) return;
    let stop: (() => void) | null = null;
    let gone = false;
    const begin = (): void =>
      void import("../linked/follow.ts").then(
        ({ followPointing }) => {
          if (!gone) stop = followPointing();
        },
        () => {},
      );
    const timer = setTimeout(begin, AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
      stop?.();
      setState({ hovered: null });
    };
  }, [there]);
}
