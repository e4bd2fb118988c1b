/**
 * `resource.Quantity`: amounts such as `100m`, `1.5`, `64Mi`, `2e3`, compared exactly and printed in canonical form.
 * (apimachinery/pkg/api/resource/quantity.go, suffix.go)
 */

/** How the amount was written decides how it is printed. */
type Format = "decimal" | "binary" | "exponent";

export interface Quantity {
  /** In billionths: finer fractions are rounded up, as the reference does. */
  readonly nanos: bigint;
  readonly format: Format;
}

const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER = "unable to parse numeric part of quantity";
const WRONG_SUFFIX = "unable to parse quantity's suffix";

const GIGA = 1_000_000_000n;
const DECIMAL: readonly (readonly [suffix: string, power: number])[] = [
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
];
const BINARY: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/** Larger exponents are beyond every amount that the reference can hold. */
const EXPONENT_LIMIT = 30;

/** A JSON string or number as a quantity, or the reference's words for why it is none. */
export function parseQuantity(value: unknown): Quantity | string {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : null;
  const found = text === null ? null : /^([+-]?)([0-9.]*)([eEinumkKMGTP]*)([-+]?[0-9]*)$/.exec(text);
  if (found === null || (found[2] ?? "") === "") return WRONG_FORMAT;
  const [, sign = "", digits = "", letters = "", exponent = ""] = found;
  const parts = /^([0-9]*)(?:\.([0-9]*))?$/.exec(digits);
  if (parts === null) return WRONG_FORMAT;
  const whole = parts[1] ?? "";
  const fraction = parts[2] ?? "";
  if (whole === "" && fraction === "") return WRONG_NUMBER;
  const scale = scaleOf(letters, exponent);
  if (scale === null) return WRONG_SUFFIX;
  const mantissa = BigInt(whole + fraction);
  const nanos = scaled(mantissa, scale.power - fraction.length, scale.factor);
  return { nanos: sign === "-" ? -nanos : nanos, format: scale.format };
}

interface Scale {
  readonly power: number;
  readonly factor: bigint;
  readonly format: Format;
}

function scaleOf(letters: string, exponent: string): Scale | null {
  if (exponent !== "") {
    if (letters !== "e" && letters !== "E") return null;
    const power = Number(exponent);
    return Number.isInteger(power) && Math.abs(power) <= EXPONENT_LIMIT ? { power, factor: 1n, format: "exponent" } : null;
  }
  const binary = BINARY.indexOf(letters);
  if (binary > 0) return { power: 0, factor: 1024n ** BigInt(binary), format: "binary" };
  const decimal = DECIMAL.find(([suffix]) => suffix === letters);
  return decimal === undefined ? null : { power: decimal[1], factor: 1n, format: "decimal" };
}

/** `mantissa × 10^power × factor` in billionths, rounded up. */
function scaled(mantissa: bigint, power: number, factor: bigint): bigint {
  const shift = power + 9;
  if (shift >= 0) return mantissa * factor * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  const value = mantissa * factor;
  return value / divisor + (value % divisor === 0n ? 0n : 1n);
}

/** Less than, equal or more: the sign of the difference. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}

export const isWholeQuantity = ({ nanos }: Quantity): boolean => nanos % GIGA === 0n;

/** Canonical form: no fraction, the largest suffix that leaves none. */
export function printQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return "0";
  const sign = nanos < 0n ? "-" : "";
  const size = nanos < 0n ? -nanos : nanos;
  if (format === "binary" && size >= 1024n * GIGA && size % GIGA === 0n) {
    let amount = size / GIGA;
    let step = 0;
    for (; step < BINARY.length - 1 && amount % 1024n === 0n; step++) amount /= 1024n;
    return `${sign}${amount}${BINARY[step] ?? ""}`;
  }
  let amount = size;
  let step = 0;
  for (; step < DECIMAL.length - 1 && amount % 1000n === 0n; step++) amount /= 1000n;
  const [suffix, power] = DECIMAL[step] ?? ["", 0];
  return `${sign}${amount}${format === "exponent" && power !== 0 ? `e${power}` : suffix}`;
}
