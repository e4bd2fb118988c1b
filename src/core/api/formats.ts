/** Formats of names, labels, ports and addresses, with the API server's messages. (apimachinery/pkg/util/validation) */
import { cidrContains, parseAddress, parseCidr } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import { addressFault, rangeFaults } from "./addresses.ts";
import { invalid } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import type { StringMap } from "./types.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED})?`;

const SEARCH_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SEARCH = `${SEARCH_LABEL}(\\.${SEARCH_LABEL})*`;
const WILDCARD = `\\*\\.${SUBDOMAIN}`;

const searchPattern = new RegExp(`^${SEARCH}$`);
const wildcardPattern = new RegExp(`^${WILDCARD}$`);
const labelPattern = new RegExp(`^${LABEL}$`);
const subdomainPattern = new RegExp(`^${SUBDOMAIN}$`);
const qualifiedPattern = new RegExp(`^${QUALIFIED}$`);
const labelValuePattern = new RegExp(`^${LABEL_VALUE}$`);

const QUALIFIED_WORDS = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

function withRegex(words: string, regex: string, ...examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return `${words} (e.g. ${shown}regex used for validation is '${regex}')`;
}

function noLongerThan(max: number): string {
  return `must be no more than ${max} bytes`;
}

/** Length in UTF-8 bytes, as Go counts. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A check gives the messages of what is wrong, none when all is well. */
export type Check = (text: string) => string[];

export const dns1123Label: Check = (text) => {
  const messages = byteLength(text) > 63 ? [noLongerThan(63)] : [];
  if (labelPattern.test(text)) return messages;
  const words =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  messages.push(subdomainPattern.test(text) ? "must not contain dots" : withRegex(words, LABEL, "my-name", "123-abc"));
  return messages;
};

export const dns1123Subdomain: Check = (text) => {
  const messages = byteLength(text) > 253 ? [noLongerThan(253)] : [];
  const words =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  if (!subdomainPattern.test(text)) messages.push(withRegex(words, SUBDOMAIN, "example.com"));
  return messages;
};

export const qualifiedName: Check = (text) => {
  const parts = text.split("/");
  const words = withRegex(QUALIFIED_WORDS, QUALIFIED, "MyName", "my.name", "123-abc");
  if (parts.length > 2) return [`a valid label key ${words} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const messages: string[] = [];
  const name = parts[parts.length - 1] ?? "";
  if (parts.length === 2) {
    const prefix = parts[0] ?? "";
    if (prefix === "") messages.push("prefix part must be non-empty");
    else messages.push(...dns1123Subdomain(prefix).map((message) => `prefix part ${message}`));
  }
  if (name === "") messages.push("name part must be non-empty");
  else if (byteLength(name) > 63) messages.push(`name part ${noLongerThan(63)}`);
  if (!qualifiedPattern.test(name)) messages.push(`name part ${words}`);
  return messages;
};

export const labelValue: Check = (text) => {
  const messages = byteLength(text) > 63 ? [noLongerThan(63)] : [];
  const words = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`;
  if (!labelValuePattern.test(text)) messages.push(withRegex(words, LABEL_VALUE, "MyValue", "my_value", "12345"));
  return messages;
};

/** A domain to search in: underscores are fine, and so is the root. */
export const dnsSearchDomain: Check = (text) => {
  if (text === ".") return [];
  const messages = byteLength(text) > 253 ? [noLongerThan(253)] : [];
  const words =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
  if (!searchPattern.test(text)) messages.push(withRegex(words, SEARCH, "example.com"));
  return messages;
};

/** `*.example.com` */
export const wildcardSubdomain: Check = (text) => {
  const messages = byteLength(text) > 253 ? [noLongerThan(253)] : [];
  const words =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  if (!wildcardPattern.test(text)) messages.push(withRegex(words, WILDCARD, "*.example.com"));
  return messages;
};

/** Name of an environment variable: since 1.34 anything printable but `=`. */
export const envName: Check = (text) =>
  /^[ -<>-~]+$/.test(text) ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

/** Key of a ConfigMap or a Secret: a file name. */
export const configMapKey: Check = (text) => {
  const messages = byteLength(text) > 253 ? [noLongerThan(253)] : [];
  if (!/^[-._a-zA-Z0-9]+$/.test(text))
    messages.push(
      withRegex(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        "[-._a-zA-Z0-9]+",
        "key.name",
        "KEY_NAME",
        "key-name",
      ),
    );
  if (text === "." || text === "..") messages.push(`must not be '${text}'`);
  else if (text.startsWith("..")) messages.push("must not start with '..'");
  return messages;
};

export const httpHeaderName: Check = (text) =>
  /^[-A-Za-z0-9]+$/.test(text)
    ? []
    : [withRegex("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", "X-Header-Name")];

/** A name that stands in a path of the API. */
export const pathSegment: Check = (text) => {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};

/** Name of a container port, and of a `targetPort` that is a name. */
export const portName: Check = (text) => {
  const messages: string[] = [];
  if (byteLength(text) > 15) messages.push(noLongerThan(15));
  if (!/^[-a-z0-9]+$/.test(text)) messages.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(text)) messages.push("must contain at least one letter (a-z)");
  if (text.includes("--")) messages.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-")) messages.push("must not begin or end with a hyphen");
  return messages;
};

export function portNumber(port: number): string[] {
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? [] : ["must be between 1 and 65535, inclusive"];
}

/** A new address: strict since 1.36. Values that the old object held are not looked at again (`known`). */
export function ipErrors(field: string, value: string, known: readonly string[] = []): FieldError[] {
  if (known.includes(value)) return [];
  switch (addressFault(value)) {
    case null:
      return [];
    case "not-an-address":
      return [invalid(field, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];
    case "leading-zeros":
      return [invalid(field, value, "must not have leading 0s")];
    case "ipv4-mapped":
      return [invalid(field, value, "must not be an IPv4-mapped IPv6 address")];
  }
}

/** An IPAddress object is named by its address. */
export const addressName: Check = (name) => ipErrors("", name).map(({ message }) => message.slice(message.indexOf("must ")));

const RANGE_WORDS = {
  "not-a-range": "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
  "leading-zeros": "must not have leading 0s in IP or prefix length",
  "ipv4-mapped": "must not have an IPv4-mapped IPv6 address",
  "host-bits": "must not have bits set beyond the prefix length",
} as const;

export function cidrErrors(field: string, value: string, known: readonly string[] = []): FieldError[] {
  if (known.includes(value)) return [];
  return rangeFaults(value).map((fault) => invalid(field, value, RANGE_WORDS[fault]));
}

/** An address that traffic may be sent to: not unspecified, loopback or link-local. (ValidateEndpointIP) */
export function endpointIpErrors(field: string, value: string): FieldError[] {
  const address = parseAddress(value);
  if (address === null) return [];
  const within = (...ranges: readonly string[]): boolean => ranges.some((range) => liesIn(address, range));
  const errors: FieldError[] = [];
  if (within("0.0.0.0/32", "::/128")) errors.push(invalid(field, value, `may not be unspecified (${value})`));
  if (within("127.0.0.0/8", "::1/128")) errors.push(invalid(field, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
  if (within("169.254.0.0/16", "fe80::/10"))
    errors.push(invalid(field, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
  // Go asks for ff02 with any flags (ff12, ff32, …), whatever the message says.
  const first = address.words[0] ?? 0;
  const multicast = address.family === "IPv6" && first >>> 24 === 0xff && ((first >>> 16) & 0xf) === 2;
  if (multicast || within("224.0.0.0/24"))
    errors.push(invalid(field, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
  return errors;
}

function liesIn(address: Address, range: string): boolean {
  const cidr = parseCidr(range);
  return cidr !== null && cidrContains(cidr, address);
}

/** Labels of an object or the pairs of a Service selector: key errors show the key, value errors the value. */
export function labelErrors(field: string, labels: StringMap): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels).sort(compareText)) {
    for (const message of qualifiedName(key)) errors.push(invalid(field, key, message));
    const value = labels[key] ?? "";
    for (const message of labelValue(value)) errors.push(invalid(field, value, message));
  }
  return errors;
}

export const each = (field: string, value: unknown, messages: readonly string[]): FieldError[] =>
  messages.map((message) => invalid(field, value, message));
