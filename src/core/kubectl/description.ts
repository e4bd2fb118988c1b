/** What descriptions are written with: lines of cells, and the parts that many kinds share. (kubectl/pkg/describe) */
import { isObject, listAt, numberAt, textAt } from "../api/json.ts";
import { parseInstant } from "../api/instant.ts";
import type { KubeObject, StringMap } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { ageOf } from "./age.ts";
import { DESCRIPTION, alignTabs } from "./tabs.ts";

/** Lines as they come; `level` is two spaces each. A class because lines are added one by one. */
export class Description {
  private out = "";

  write(level: number, text: string): this {
    this.out += "  ".repeat(level) + text;
    return this;
  }

  line(level: number, text: string): this {
    return this.write(level, `${text}\n`);
  }

  /** `Name:  web`; nothing where there is no value. */
  field(level: number, name: string, value: string | undefined): this {
    return value === undefined ? this : this.line(level, `${name}:\t${value}`);
  }

  /** What follows has columns of its own. */
  flush(): this {
    this.out += "\f";
    return this;
  }

  toString(): string {
    return alignTabs(this.out, DESCRIPTION);
  }
}

/** One a line, sorted, aligned under the first. */
export function labelLines(to: Description, title: string, labels: StringMap | undefined): void {
  const lines = Object.entries(labels ?? {})
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${key}=${value}`);
  multiline(to, title, lines);
}

export function multiline(to: Description, title: string, lines: readonly string[]): void {
  to.write(0, `${title}:\t`);
  if (lines.length === 0) to.line(0, "<none>");
  lines.forEach((line, i) => to.line(0, i === 0 ? line : `\t${line}`));
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** Longer ones get lines of their own, cut. */
const ANNOTATION = 140;

export function annotationLines(to: Description, title: string, annotations: StringMap | undefined): void {
  const shown = Object.entries(annotations ?? {})
    .filter(([key]) => key !== LAST_APPLIED)
    .sort(([a], [b]) => compareText(a, b));
  to.write(0, `${title}:\t`);
  if (shown.length === 0) to.line(0, "<none>");
  shown.forEach(([key, text], i) => {
    if (i > 0) to.write(0, "\t");
    const value = text.replace(/\n$/, "");
    if (value.length + key.length + 2 <= ANNOTATION && !value.includes("\n")) return void to.line(0, `${key}: ${value}`);
    to.line(0, `${key}:`);
    for (const line of value.split("\n")) to.line(0, `\t  ${line.length > ANNOTATION - 2 ? `${line.slice(0, ANNOTATION - 2)}...` : line}`);
  });
}

const DAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `Fri, 20 Nov 2026 10:00:00 +0000` (time.RFC1123Z); Go's zero time where there is none. */
export function dateText(instant: unknown): string {
  const found = typeof instant === "string" ? /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d:\d\d:\d\d)/.exec(instant) : null;
  const seconds = typeof instant === "string" ? parseInstant(instant) : null;
  if (found === null || seconds === null) return "Mon, 01 Jan 0001 00:00:00 +0000";
  const [, year = "", month = "", day = "", clock = ""] = found;
  const weekday = DAYS[((Math.floor(seconds / 86_400) % 7) + 7) % 7] ?? "";
  return `${weekday}, ${day} ${MONTHS[Number(month) - 1] ?? ""} ${year} ${clock} +0000`;
}

/** `ReplicaSet/web-6f9c8d7b54`, where one controls the object. */
export function controllerText({ metadata }: KubeObject): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}`;
}

/** Conditions of workloads: type, status, reason. */
export function conditionTable(to: Description, object: unknown): void {
  const conditions = listAt(object, "status", "conditions");
  if (conditions.length === 0) return;
  to.line(0, "Conditions:").line(1, "Type\tStatus\tReason").line(1, "----\t------\t------");
  for (const each of conditions)
    to.line(1, `${textAt(each, "type") ?? ""} \t${textAt(each, "status") ?? ""}\t${textAt(each, "reason") ?? ""}`);
}

/** What happened to an object, the last last. null: events are left out. */
export function eventTable(to: Description, events: readonly KubeObject[] | null, now: number): void {
  if (events === null) return;
  if (events.length === 0) return void to.line(0, "Events:\t<none>");
  to.flush();
  to.line(0, "Events:").line(1, "Type\tReason\tAge\tFrom\tMessage").line(1, "----\t------\t----\t----\t-------");
  const byLast = [...events].sort((a, b) => compareText(textAt(a, "lastTimestamp") ?? "", textAt(b, "lastTimestamp") ?? ""));
  for (const event of byLast) {
    const path = textAt(event, "involvedObject", "fieldPath") ?? "";
    const source = textAt(event, "source", "component") ?? textAt(event, "reportingComponent") ?? "";
    const message = `${path === "" ? "" : `${path}: `}${(textAt(event, "message") ?? "").trim()}`;
    to.line(1, `${textAt(event, "type") ?? ""}\t${textAt(event, "reason") ?? ""}\t${interval(event, now)}\t${source}\t${message}`);
  }
}

/** `14m (x4 over 44m)` */
function interval(event: KubeObject, now: number): string {
  const first = ageOf(textAt(event, "eventTime") ?? textAt(event, "firstTimestamp"), now);
  const { series } = event;
  if (isObject(series)) return `${ageOf(series["lastObservedTime"], now)} (x${numberAt(series, "count") ?? 0} over ${first})`;
  const count = numberAt(event, "count") ?? 0;
  return count > 1 ? `${ageOf(textAt(event, "lastTimestamp"), now)} (x${count} over ${first})` : first;
}
