/** Zones as a Corefile writes them: names, or networks that stand for their reverse zones. */
import { addressBytes, parseAddress } from "./addresses.ts";
import { absolute, lowerName } from "./names.ts";

/**
 * `cluster.local` → `cluster.local.`; `10.0.0.0/24` → `0.0.10.in-addr.arpa.`. A network whose length is no whole number of
 * octets (IPv4) or nibbles (IPv6) becomes the several zones that cover it. Source: coredns plugin/normalize.go.
 */
export function zonesOf(text: string): string[] {
  const match = /^(.+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1] === undefined ? null : parseAddress(match[1]);
  if (address === null) return [lowerName(absolute(text))];
  const unit = address.family === "IPv4" ? 8 : 4;
  const bytes = addressBytes(address.text);
  const parts = unit === 8 ? bytes : bytes.flatMap((byte) => [byte >> 4, byte & 15]);
  const bits = Math.min(Number(match?.[2]), parts.length * unit);
  const whole = Math.ceil(bits / unit);
  const free = 2 ** (whole * unit - bits);
  const suffix = unit === 8 ? "in-addr.arpa." : "ip6.arpa.";
  const first = Math.floor((parts[whole - 1] ?? 0) / free) * free;
  return Array.from({ length: whole === 0 ? 1 : free }, (_, i) => {
    const labels = parts.slice(0, whole).map((part, at) => (at === whole - 1 ? first + i : part).toString(unit === 8 ? 10 : 16));
    return [...labels.reverse(), suffix].join(".");
  });
}
