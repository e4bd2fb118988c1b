/** A number that is typed: while it is typed anything may stand there; what counts is the last that can be. */
import { useState, type ReactElement } from "react";

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly unit: string;
  readonly onChange: (value: number) => void;
}

export function NumberField({ label, value, least, most, step, unit, onChange }: NumberFieldProps): ReactElement {
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && !isWithin(Number(typed), least, most);
  return (
    <span className="cnum">
      <input
        type="number"
        aria-label={label}
        value={typed ?? String(value)}
        min={least}
        max={most}
        step={step}
        aria-invalid={wrong || undefined}
        title={wrong ? `From ${least} to ${most}` : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          const next = Number(event.target.value);
          if (event.target.value.trim() !== "" && isWithin(next, least, most)) onChange(next);
        }}
        onBlur={() => setTyped(null)}
      />
      <span aria-hidden="true">{unit}</span>
    </span>
  );
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isFinite(value) && value >= least && value <= most;
}
