/**
 * The embed plays only while a reader can see it: it starts when half of it is in view, pauses when it leaves or the
 * page is hidden, and goes on when it is back. A reader's own pause stays a pause.
 */
import { usePicture } from "../app/state/picture.ts";
import { pause, play } from "../app/state/playback.ts";
import { getState, useStore } from "../app/state/store.ts";

const STEPS = [0, 0.1, 0.25, 0.5, 0.75, 1];

type SightListener = (anything: boolean, half: boolean) => void;

function watchSight(listener: SightListener): void {
  let anything = false;
  let half = false;
  const tell = (): void => listener(anything && !document.hidden, half && !document.hidden);
  document.addEventListener("visibilitychange", tell);
  const observer = new IntersectionObserver(
    (entries) => {
      const last = entries.at(-1);
      if (last === undefined) return;
      anything = last.isIntersecting;
      // A frame taller than the window can never be half in view: then half a window of it counts.
      half = last.intersectionRatio >= 0.5 || last.intersectionRect.height >= 0.5 * screen.availHeight;
      tell();
    },
    { threshold: STEPS },
  );
  observer.observe(document.documentElement);
}

/** Calls back once, when any part of the frame came into view. */
export function onFirstSight(then: () => void): void {
  let done = false;
  watchSight((anything) => {
    if (!anything || done) return;
    done = true;
    then();
  });
}

/** `wanted`: it shall play by itself as soon as there is something to play. */
export function playInSight(wanted: boolean): void {
  let owed = wanted;
  let inSight = false;
  const settle = (): void => {
    const { playing } = getState().clock;
    if (inSight && owed && usePicture.getState().choreography !== null) {
      owed = false;
      if (!playing) play();
    } else if (!inSight && playing) {
      owed = true;
      pause();
    }
  };
  watchSight((_anything, half) => {
    inSight = half;
    settle();
  });
  // Whoever put the picture there may still set the clock: that comes first.
  usePicture.subscribe(() => queueMicrotask(settle));
  useStore.subscribe((state, before) => {
    if (state.clock !== before.clock) settle();
  });
}
