/**
 * The labels of one Pod as it runs, to be changed as `kubectl label` does. What a change would do is said before it is made. It
 * stands beside the Pod; Escape and a press elsewhere close it.
 */
import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactElement } from "react";
import { createPortal } from "react-dom";
import { Icon } from "../parts/icons.tsx";
import { placeFor, type MenuAnchor } from "../parts/menu.tsx";
import { perform } from "../state/changes.ts";
import { useStore } from "../state/store.ts";
import { effectsOf, readChange, type LabelChange } from "./label-effects.ts";
import { endLabelling } from "./labelling.ts";

export function LabelCard({ pod: key, at }: { readonly pod: string; readonly at: MenuAnchor | null }): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  const pod = cluster?.pods.find((one) => one.key === key);
  const [text, setText] = useState("");
  const id = useId();
  const box = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const before = useRef(document.activeElement);
  const [place, setPlace] = useState({ left: 8, top: 8 });
  const close = (): void => {
    endLabelling();
    if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
  };
  const gone = pod === undefined;
  useEffect(() => {
    if (gone) endLabelling();
  }, [gone]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    setPlace(placeFor(at ?? { left: (innerWidth - width) / 2, top: 80, bottom: 80 }, width, height));
    field.current?.focus();
  }, [at]);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) endLabelling();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, []);
  if (cluster === null || pod === undefined) return null;
  const read = readChange(text, pod.labels);
  const change = (made: LabelChange): void => {
    perform({ kind: "label-pod", pod: key, ...made });
    setText("");
    field.current?.focus();
  };
  return createPortal(
    <section
      ref={box}
      className="labelcard"
      role="dialog"
      aria-label={`Labels of ${pod.shortName}`}
      style={place}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Escape") return;
        event.preventDefault();
        close();
      }}
    >
      <div className="labelhead">
        <Icon name="label" size={14} />
        <h2>{`Labels of ${pod.shortName}`}</h2>
        <button type="button" className="tool small" aria-label="Close" onClick={close}>
          <Icon name="close" size={14} />
        </button>
      </div>
      <ul>
        {Object.entries(pod.labels).map(([label, value]) => (
          <li key={label}>
            <code>{`${label}=${value}`}</code>
            <button
              type="button"
              className="tool small"
              aria-label={`Take ${label} away`}
              title={effectsOf(pod, { label, value: null }, cluster).join(" ")}
              onClick={() => change({ label, value: null })}
            >
              <Icon name="minus" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (read.kind === "ok") change(read.change);
        }}
      >
        <input
          ref={field}
          type="text"
          className="mono"
          aria-label="Label to set, or key- to take away"
          aria-invalid={read.kind === "wrong"}
          aria-describedby={`${id}-says`}
          placeholder="app=web, or app-"
          value={text}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="btn" aria-disabled={read.kind !== "ok" || undefined}>
          Set
        </button>
      </form>
      <p id={`${id}-says`} role="status" className={read.kind === "wrong" ? "wrong" : undefined}>
        {read.kind === "ok"
          ? effectsOf(pod, read.change, cluster).join(" ")
          : read.kind === "wrong"
            ? read.message
            : "On the running Pod alone, as kubectl label does: the manifests stay as they are."}
      </p>
    </section>,
    document.body,
  );
}
