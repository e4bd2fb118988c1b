/**
 * Names of time zones, as far as a name alone says whether it is one: its form, and the area it begins with. The whole
 * database (600 names, changing several times a year) is not carried along. (pkg/apis/batch/validation, validateTimeZone)
 */
const AREAS: ReadonlySet<string> = new Set(
  "Africa America Antarctica Arctic Asia Atlantic Australia Brazil Canada Chile Etc Europe Indian Mexico Pacific US".split(" "),
);
const ALONE: ReadonlySet<string> = new Set(
  (
    "UTC GMT UCT Zulu Universal Greenwich CET CST6CDT EET EST EST5EDT HST MET MST MST7MDT PST8PDT WET Cuba Egypt Eire GB GB-Eire GMT+0 GMT-0 GMT0 " +
    "Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya NZ NZ-CHAT Navajo PRC Poland Portugal ROC ROK Singapore Turkey W-SU"
  ).split(" "),
);

/** What is wrong with the name, in the API server's words; null where nothing is. */
export function timeZoneFault(name: string): string | null {
  if (name === "") return "timeZone must be nil or non-empty string";
  const parts = name.split("/");
  const isPart = (part: string): boolean => part !== "." && part !== ".." && !part.startsWith("-") && /^[A-Za-z.\-_0-9+]{1,14}$/.test(part);
  if (!parts.every(isPart)) return `unknown time zone ${name}`;
  if (name.toLowerCase() === "local") return "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
  const known = parts.length === 1 ? ALONE.has(name) : AREAS.has(parts[0] ?? "");
  return known ? null : `unknown time zone ${name}`;
}
