/**
 * Parts of the page that are opened on demand and are not in its first script. Each is brought when it is first shown;
 * all are brought once the page is at rest (`bringParts`), so that they open at once, and also without a network.
 */
import { useEffect, useState, type ComponentType, type ReactElement } from "react";

/** Before that a part that is on its way shows nothing: most come sooner, and a word that flashes is worse than none. */
const QUIET_MS = 300;

const parts: (() => Promise<void>)[] = [];

export interface MissingProps {
  /** Tries to bring it once more. */
  readonly again: () => void;
}

/**
 * A component that is brought by `load`, and takes the same props. Once it is there it renders at once, without a frame of
 * something else before. `Missing` stands in its place when it could not be brought.
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Missing: ComponentType<MissingProps> = MissingPart,
): ComponentType<P> {
  let Part: ComponentType<P> | null = null;
  const bring = async (): Promise<void> => {
    Part ??= await load();
  };
  parts.push(bring);
  return function Later(props: P): ReactElement {
    const [, setHere] = useState(Part !== null);
    const [tries, setTries] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      let current = true;
      if (Part === null)
        void bring().then(
          () => current && setHere(true),
          () => current && setFailed(true),
        );
      return () => {
        current = false;
      };
    }, [tries]);
    if (Part !== null) return <Part {...props} />;
    if (!failed) return <OnItsWay />;
    const again = (): void => {
      setFailed(false);
      setTries(tries + 1);
    };
    return <Missing again={again} />;
  };
}

function OnItsWay(): ReactElement | null {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return long ? (
    <p className="emptytab" role="status">
      On its way
    </p>
  ) : null;
}

function MissingPart({ again }: MissingProps): ReactElement {
  return (
    <div className="emptytab" role="status">
      <p>This part of the page could not be fetched.</p>
      <button type="button" className="btn" onClick={again}>
        Try again
      </button>
    </div>
  );
}

/** The picture and the editor come first. */
const AFTER_MS = 2_000;

/**
 * Brings all parts, one after the other, some time after it was called and when the browser has nothing better to do. One
 * that cannot be had then is tried again when it is shown.
 */
export async function bringParts(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
  // A part may bring parts of its own: the list grows.
  for (let i = 0; i < parts.length; i++) {
    await idle();
    await parts[i]?.().catch(() => {});
  }
}

function idle(): Promise<unknown> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(resolve, { timeout: 2_000 });
    else setTimeout(resolve, 200);
  });
}
