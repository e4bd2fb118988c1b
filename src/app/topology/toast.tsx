/** One at a time, bottom centre (a refusal at the thing that refused), 6 s; stays while its action has the focus or the pointer. */
import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type ReactElement, type RefObject } from "react";
import type { StageHandle } from "../canvas/stage.tsx";
import { Icon } from "../parts/icons.tsx";
import { getState, setState, useStore, type Toast } from "../state/store.ts";

const STAYS_MS = 6_000;
const GAP_PX = 6;
const GLYPH = { done: "ok", busy: "starting", trouble: "blocked" } as const;

/** Without a stage that says where things are, every toast stands at the bottom centre. */
type Stage = RefObject<StageHandle | null> | null;

export function ToastLine({ stage = null }: { readonly stage?: Stage }): ReactElement {
  const toast = useStore((state) => state.toast);
  return <div aria-live="polite">{toast !== null && <OneToast key={toast.id} toast={toast} stage={stage} />}</div>;
}

/** Where a toast stands that is about one thing: right below it, else above, inside the picture. null: at the bottom centre. */
function useThere(toast: Toast, stage: Stage): { readonly box: RefObject<HTMLDivElement | null>; readonly style: CSSProperties | null } {
  const box = useRef<HTMLDivElement>(null);
  const [style, setStyle] = useState<CSSProperties | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    const picture = element?.closest(".picture")?.getBoundingClientRect();
    const place = toast.at === undefined ? null : (stage?.current?.placeOf(toast.at) ?? null);
    if (element === null || picture === undefined || place === null) return;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.max(8, Math.min(place.left - picture.left, picture.width - width - 8));
    const below = place.bottom - picture.top + GAP_PX;
    const above = place.top - picture.top - GAP_PX - height;
    setStyle({ left, top: below + height <= picture.height - 8 ? below : Math.max(8, above) });
  }, [toast, stage]);
  return { box, style };
}

function OneToast({ toast, stage }: { readonly toast: Toast; readonly stage: Stage }): ReactElement {
  const { box, style } = useThere(toast, stage);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => {
      if (getState().toast?.id === toast.id) setState({ toast: null });
    }, STAYS_MS);
    return () => clearTimeout(timer);
  }, [held, toast]);
  const { undo, next, also } = toast;
  return (
    <div
      ref={box}
      className={style === null ? "toast" : "toast there"}
      style={style ?? undefined}
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
      {[next, also].map(
        (more) =>
          more != null && (
            <button
              key={more.label}
              type="button"
              className="link"
              onClick={() => {
                setState({ toast: null });
                more.run();
              }}
            >
              {more.label}
            </button>
          ),
      )}
    </div>
  );
}
