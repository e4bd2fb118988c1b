/**
 * The composer: all that a request can say, below the request line and of one mind with it. It lies in the same form, so
 * Enter sends; Escape and a press outside close it. Kept senders and those of steady traffic stand below the fields.
 */
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { send, senderOf } from "../state/commands.ts";
import { senderName } from "../state/format.ts";
import { setState, useStore } from "../state/store.ts";
import { Fields } from "./fields.tsx";
import { bringKept, freeName, keepSender, nameFault } from "./keeping.ts";
import { useStands } from "../watch/steady.tsx";
import { stopTraffic } from "../watch/traffic.ts";
import { sentenceOf } from "./compose.ts";
import { SenderList } from "./sender-list.tsx";
import "../styles/composer.css";

export function Composer({ onClose }: { readonly onClose: () => void }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(document.activeElement);
  const cluster = useStore((state) => state.cluster);
  const draft = useStore((state) => state.draft);
  const rate = useStore((state) => state.steady?.rate ?? null);
  useEffect(() => {
    bringKept();
    const back = before.current;
    box.current?.querySelector<HTMLElement>("select, input")?.focus();
    return () => {
      if (back instanceof HTMLElement && (document.activeElement === document.body || document.activeElement === null)) back.focus();
    };
  }, []);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      const { target } = event;
      if (target instanceof Element && target.closest(".compose, .menu, .toast") === null) onClose();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [onClose]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  if (cluster === null) return <div className="composer" ref={box} />;
  const from = senderOf(draft, cluster);
  const { more: _, keep: __, ...plain } = draft;
  const asUsual = draft.more === undefined && draft.keep !== true;
  return (
    <div className="composer" role="dialog" aria-label="Compose a request" ref={box} onKeyDown={onKeyDown}>
      <Fields draft={draft} rate={rate} from={from} cluster={cluster} />
      <p className="csentence" aria-live="polite">
        {sentenceOf(draft, rate, from, cluster)}
      </p>
      <div className="cfoot">
        <KeepField name={freeName(`${from === null ? "sender" : senderName(cluster, from)} to ${draft.to.replace(/^[a-z]+:\/\//, "")}`)} />
        <span className="grow" />
        <button type="button" className="btn" disabled={asUsual} onClick={() => setState({ draft: plain })}>
          As usual
        </button>
        <SendHere onClose={onClose} />
      </div>
      <SenderList cluster={cluster} />
      <button type="button" className="tool small cclose" aria-label="Close the composer" onClick={onClose}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

/** Where the composer covers the request line: sends, and gives the picture free. */
function SendHere({ onClose }: { readonly onClose: () => void }): ReactElement {
  const stands = useStands();
  const steady = useStore((state) => state.steady !== null);
  const act = (): void => {
    if (stands) void stopTraffic();
    else send();
    onClose();
  };
  return (
    <button type="button" className="btn csend" onClick={act}>
      {stands ? "Stop" : steady ? "Start" : "Send"}
    </button>
  );
}

/** Gives what the fields say a name. */
function KeepField({ name: suggested }: { readonly name: string }): ReactElement {
  const [typed, setTyped] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const faultId = useId();
  const keepIt = (): void => {
    const name = typed ?? suggested;
    const wrong = nameFault(name);
    setFault(wrong);
    if (wrong !== null) return;
    const { draft, steady } = useStore.getState();
    keepSender(name, draft, steady?.rate ?? null);
    setTyped(null);
  };
  return (
    <div className="ckeep">
      <input
        aria-label="Name of this sender"
        value={typed ?? suggested}
        maxLength={40}
        autoComplete="off"
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : faultId}
        onChange={(event) => {
          setTyped(event.target.value);
          setFault(null);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          keepIt();
        }}
      />
      <button type="button" className="btn" onClick={keepIt}>
        Keep this sender
      </button>
      {fault !== null && (
        <p className="drop-t" id={faultId} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
