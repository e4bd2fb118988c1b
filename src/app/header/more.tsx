/** Opens the composer: everything that a request can say beyond the line. */
import { useCallback, useState, type ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { useStore } from "../state/store.ts";

const Composer = later(async () => (await import("../send/composer.tsx")).Composer);

export function More(): ReactElement {
  const [open, setOpen] = useState(false);
  const says = useStore((state) => state.draft.more !== undefined);
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      <button
        type="button"
        className={`more${says ? " on" : ""}`}
        aria-label={says ? "Compose, more is said than shows here" : "Compose"}
        title="All that a request can say; senders that you keep"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="dots" size={14} />
      </button>
      {open && <Composer onClose={close} />}
    </>
  );
}
