/** One of a few, all in sight: a radio group with one stop in the tab order and arrows inside. */
import { useId, type KeyboardEvent, type ReactElement } from "react";
import { Tip } from "./tip.tsx";

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Why this one cannot be chosen; null when it can. */
  readonly unavailable?: string | null;
}

interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly labelledBy?: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  /** Why the whole control cannot apply; null when it can. */
  readonly disabled?: string | null;
  readonly onChange: (value: T) => void;
}

export function Segmented<T extends string>({
  label,
  labelledBy,
  value,
  choices,
  disabled = null,
  onChange,
}: SegmentedProps<T>): ReactElement {
  const reasonId = useId();
  const pick = (choice: Choice<T> | undefined): void => {
    if (choice === undefined || disabled !== null || choice.unavailable != null) return;
    if (choice.value !== value) onChange(choice.value);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const to = (at + step + choices.length) % choices.length;
    buttons[to]?.focus();
    pick(choices[to]);
  };
  const group = (
    <div
      className={`seg ${disabled !== null ? "off" : ""}`}
      role="radiogroup"
      aria-label={labelledBy === undefined ? label : undefined}
      aria-labelledby={labelledBy}
      aria-disabled={disabled !== null || undefined}
      aria-describedby={disabled !== null ? reasonId : undefined}
      onKeyDown={onKeyDown}
    >
      {choices.map((choice) => {
        const checked = choice.value === value;
        const off = disabled !== null || choice.unavailable != null;
        return (
          <button
            key={choice.value}
            type="button"
            role="radio"
            aria-checked={checked}
            aria-disabled={off || undefined}
            tabIndex={checked ? 0 : -1}
            aria-label={choice.unavailable != null ? `${choice.label}: ${choice.unavailable}` : undefined}
            title={disabled === null ? (choice.unavailable ?? undefined) : undefined}
            onClick={() => pick(choice)}
          >
            {choice.label}
          </button>
        );
      })}
    </div>
  );
  if (disabled === null) return group;
  return (
    <Tip text={disabled}>
      {group}
      <span id={reasonId} hidden>
        {disabled}
      </span>
    </Tip>
  );
}
