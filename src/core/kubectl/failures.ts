/** Mistakes in kubectl's words: one by itself, several line by line. (kubectl/pkg/cmd/util/helpers.go, checkErr) */
import { quote, type FieldError, type Status } from "../api/field-errors.ts";

export type Failure =
  /** The API server's reply; without a reason it has none to give. */
  | { readonly kind: "server"; readonly reason: string; readonly message: string; readonly invalid: Invalid | null }
  | { readonly kind: "text"; readonly text: string };

export interface Invalid {
  readonly kind: string;
  readonly name: string;
  readonly causes: readonly FieldError[];
}

export function textFailure(text: string): Failure {
  return { kind: "text", text };
}

export function serverFailure(reason: string, message: string): Failure {
  return { kind: "server", reason, message, invalid: null };
}

export function statusFailure({ reason, message, details }: Status): Failure {
  const invalid =
    reason !== "Invalid" || details === undefined
      ? null
      : { kind: details.kind ?? "", name: details.name ?? "", causes: details.causes ?? [] };
  return { kind: "server", reason, message, invalid };
}

/** `error when creating "web.yaml": …` before the server's own words. (AddSourceToErr) */
export function withSource(failure: Failure, verb: string, source: string): Failure {
  const before = `error when ${verb} ${quote(source)}: `;
  return failure.kind === "text" ? { ...failure, text: before + failure.text } : { ...failure, message: before + failure.message };
}

/** What goes to standard error, with its last line break. */
export function failureText(failures: readonly Failure[]): string {
  const [only] = failures;
  const text = failures.length === 1 && only !== undefined ? aloneText(only) : failures.map((each) => `${messageText(each)}\n`).join("");
  return text.endsWith("\n") ? text : `${text}\n`;
}

function aloneText(failure: Failure): string {
  if (failure.kind === "text") return failure.text.startsWith("error: ") ? failure.text : `error: ${failure.text}`;
  return failure.invalid === null ? messageText(failure) : invalidText(failure.invalid);
}

function messageText(failure: Failure): string {
  if (failure.kind === "text") return failure.text;
  return failure.reason === "" ? `Error from server: ${failure.message}` : `Error from server (${failure.reason}): ${failure.message}`;
}

function invalidText({ kind, name, causes }: Invalid): string {
  const head = `The ${kind} ${quote(name)} is invalid`;
  const texts = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
  if (texts.length === 0) return head;
  if (texts.length === 1) return `${head}: ${texts[0] ?? ""}`;
  return `${head}: \n${texts.map((text) => `* ${text}\n`).join("")}`;
}
