/**
 * What an unquoted YAML scalar means to Kubernetes. kubectl and the API server read YAML with
 * sigs.k8s.io/yaml, whose rules are those of YAML 1.1 as Go reads them (goyaml.v2/resolve.go): `yes`, `on` and `y`
 * are booleans, `0755` is octal, `1_000` is a number, sexagesimal numbers and dates stay text.
 */

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]+)|([1-9][0-9]*|0))$/;

/** The value of an unquoted scalar. Numbers that JSON cannot hold (`.inf`, `.nan`) stay text. */
export function resolvePlain(source: string): null | boolean | number | string {
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  const first = source.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46; // 0-9 + - .
  return numeric ? (resolveNumber(source) ?? source) : source;
}

function resolveNumber(source: string): number | null {
  const plain = source.startsWith(".") ? source : source.replaceAll("_", "");
  const match = INTEGER.exec(plain);
  if (match) {
    const [, sign, hex, octal, binary, zeroOctal, decimal] = match;
    const digits = hex ?? octal ?? binary ?? zeroOctal ?? decimal ?? "";
    const radix = hex !== undefined ? 16 : binary !== undefined ? 2 : decimal !== undefined ? 10 : 8;
    const magnitude = Number.parseInt(digits, radix);
    return sign === "-" && magnitude !== 0 ? -magnitude : magnitude;
  }
  if (!FLOAT.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? (value === 0 ? 0 : value) : null;
}
