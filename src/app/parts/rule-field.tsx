/** A text of rules to write or paste into: lines with their numbers, and what is wrong with them, line by line. */
import { useId, useRef, type ReactElement } from "react";

export interface LineFault {
  readonly line: number;
  readonly message: string;
}

interface RuleFieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly faults: readonly LineFault[];
  /** Rows in sight at least; longer texts scroll. */
  readonly rows?: number;
  readonly onChange: (value: string) => void;
  /** Ctrl or Cmd with Enter. */
  readonly onDone?: () => void;
}

/** So many are listed; whoever pastes something else entirely need not scroll through it. */
const SHOWN = 6;

export function RuleField({ label, value, placeholder, faults, rows = 6, onChange, onDone }: RuleFieldProps): ReactElement {
  const gutter = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const said = useId();
  const lines = value.split("\n");
  const bad = new Set(faults.map(({ line }) => line));
  const goTo = (line: number): void => {
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    field.current?.focus();
    field.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  };
  return (
    <div className="rulefield">
      <div className="rulebox" style={{ ["--rows" as string]: rows }}>
        <div className="gutter" ref={gutter} aria-hidden="true">
          {lines.map((_line, i) => (
            <span key={i} className={bad.has(i + 1) ? "bad" : undefined}>
              {i + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={field}
          className="mono"
          aria-label={label}
          aria-invalid={faults.length > 0 || undefined}
          aria-describedby={faults.length > 0 ? said : undefined}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onScroll={(event) => {
            if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            onDone?.();
          }}
        />
      </div>
      {faults.length > 0 && (
        <ul className="linefaults" id={said}>
          {faults.slice(0, SHOWN).map(({ line, message }, i) => (
            <li key={i}>
              <button type="button" onClick={() => goTo(line)}>
                {`Line ${line}`}
              </button>
              <span>{message}</span>
            </li>
          ))}
          {faults.length > SHOWN && <li className="c3">{`and ${faults.length - SHOWN} more`}</li>}
        </ul>
      )}
    </div>
  );
}
