/**
 * Domain names as text: absolute, with a final dot, labels separated by dots ("." is the root). Comparisons ignore the
 * case of ASCII letters only (RFC 4343). A label's inner dot or backslash is written `\.` and `\\`, any octet outside
 * printable ASCII as `\DDD` (RFC 1035, section 5.1).
 */

export function lowerName(name: string): string {
  return name.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

/** The name with a final dot. An empty name is the root. */
export function absolute(name: string): string {
  return name.endsWith(".") && !name.endsWith("\\.") ? name : `${name}.`;
}

/** Without the final dot, as tools print search candidates; the root stays ".". */
export function withoutFinalDot(name: string): string {
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

/** Labels from left to right, in their own spelling (escapes kept); the root has none. */
export function labelsOf(name: string): string[] {
  if (name === "." || name === "") return [];
  const body = name.endsWith(".") && !name.endsWith("\\.") ? name.slice(0, -1) : name;
  if (!body.includes("\\")) return body.split(".");
  const labels: string[] = [];
  let label = "";
  for (let i = 0; i < body.length; i++) {
    const char = body.charAt(i);
    if (char === "\\") {
      label += char + body.charAt(i + 1);
      i += 1;
    } else if (char === ".") {
      labels.push(label);
      label = "";
    } else label += char;
  }
  labels.push(label);
  return labels;
}

/** `left` below `zone`; `zone` absolute. */
export function joinName(left: string, zone: string): string {
  return zone === "." ? `${left}.` : `${left}.${zone}`;
}

export function sameName(a: string, b: string): boolean {
  return lowerName(a) === lowerName(b);
}

/** True where `name` is `zone` or lies below it. Both absolute. */
export function inZone(name: string, zone: string): boolean {
  if (zone === ".") return true;
  const lowered = lowerName(name);
  const suffix = lowerName(zone);
  return lowered === suffix || lowered.endsWith(`.${suffix}`);
}

/** The longest of the zones that the name equals or lies below, or null. */
export function longestZone(name: string, zones: readonly string[]): string | null {
  let best: string | null = null;
  for (const zone of zones) if (inZone(name, zone) && (best === null || zone.length > best.length)) best = zone;
  return best;
}

/** Number of octets on the wire without compression, the root's zero octet included. */
export function wireLengthOf(name: string): number {
  return labelsOf(name).reduce((sum, label) => sum + 1 + label.replace(/\\(\d{3}|.)/g, "x").length, 1);
}
