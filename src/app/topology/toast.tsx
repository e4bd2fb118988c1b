/** One at a time, bottom centre, 6 s; stays while its action has the focus or the pointer. */
import { useEffect, useState, type ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { getState, setState, useStore, type Toast } from "../state/store.ts";

const STAYS_MS = 6_000;
const GLYPH = { done: "ok", busy: "starting", trouble: "blocked" } as const;

export function ToastLine(): ReactElement {
  const toast = useStore((state) => state.toast);
  return <div aria-live="polite">{toast !== null && <OneToast key={toast.id} toast={toast} />}</div>;
}

function OneToast({ toast }: { readonly toast: Toast }): ReactElement {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => {
      if (getState().toast?.id === toast.id) setState({ toast: null });
    }, STAYS_MS);
    return () => clearTimeout(timer);
  }, [held, toast]);
  const { undo, next } = toast;
  return (
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={GLYPH[toast.tone]} />
      <span>{toast.text}</span>
      {undo !== null && (
        <button
          type="button"
          className="link"
          onClick={() => {
            setState({ toast: null });
            undo();
          }}
        >
          Undo
        </button>
      )}
      {next !== null && (
        <button
          type="button"
          className="link"
          onClick={() => {
            setState({ toast: null });
            next.run();
          }}
        >
          {next.label}
        </button>
      )}
    </div>
  );
}
