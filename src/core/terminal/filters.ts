/**
 * Programs that read text and write text: grep, head, tail, wc, sort, uniq, cut, tr, cat, echo, seq. Options are those that
 * people type; another is refused in busybox's words.
 */

export interface Filtered {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

type Filter = (args: readonly string[], stdin: string) => Filtered;

export const FILTERS: { readonly [name: string]: Filter } = {
  grep,
  egrep,
  fgrep,
  head,
  tail,
  wc,
  sort,
  uniq,
  cut,
  tr,
  cat,
  echo,
  seq,
  tee,
  nl,
  tac,
  rev,
};

const out = (stdout: string, exit = 0): Filtered => ({ stdout, stderr: "", exit });
const fault = (stderr: string, exit = 1): Filtered => ({ stdout: "", stderr: `${stderr}\n`, exit });

/** The lines of a text, each without its end. */
export function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  return text.endsWith("\n") ? lines.slice(0, -1) : lines;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

interface Options {
  readonly flags: ReadonlySet<string>;
  /** Values of options that take one; the last counts. */
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** Letters of `takes` have a value. `-5` is `-n 5` where `numbered`. */
function optionsOf(name: string, args: readonly string[], letters: string, takes: string, numbered = false): Options | Filtered {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      rest.push(arg);
      continue;
    }
    if (numbered && /^-\d+$/.test(arg)) {
      values.set("n", arg.slice(1));
      continue;
    }
    const long = LONG[arg.replace(/=.*$/, "")];
    if (long !== undefined) {
      if (takes.includes(long)) values.set(long, arg.includes("=") ? arg.replace(/^[^=]*=/, "") : (args[++i] ?? ""));
      else flags.add(long);
      continue;
    }
    for (let j = 1; j < arg.length; j++) {
      const letter = arg[j] ?? "";
      if (takes.includes(letter)) {
        const value = j + 1 < arg.length ? arg.slice(j + 1) : args[++i];
        if (value === undefined) return fault(`${name}: option requires an argument -- '${letter}'`);
        values.set(letter, value);
        break;
      }
      if (!letters.includes(letter)) return fault(`${name}: invalid option -- '${letter}'`);
      flags.add(letter);
    }
  }
  return { flags, values, rest };
}

const LONG: { readonly [name: string]: string } = {
  "--ignore-case": "i",
  "--invert-match": "v",
  "--count": "c",
  "--line-number": "n",
  "--extended-regexp": "E",
  "--fixed-strings": "F",
  "--only-matching": "o",
  "--quiet": "q",
  "--silent": "q",
  "--word-regexp": "w",
  "--after-context": "A",
  "--before-context": "B",
  "--context": "C",
  "--lines": "n",
  "--bytes": "c",
  "--reverse": "r",
  "--numeric-sort": "n",
  "--unique": "u",
  "--color": "-",
};

// ---- grep -------------------------------------------------------------------------------------------------------------

function grep(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf(
    "grep",
    args.filter((arg) => !arg.startsWith("--color")),
    "ivcnEFoqwsHhxP",
    "eABCm",
  );
  if ("exit" in options) return { ...options, exit: 2 };
  const { flags, values, rest } = options;
  const pattern = values.get("e") ?? rest[0];
  if (pattern === undefined) return fault("Usage: grep [-EFHhilnoqsvwx] [-A/B/C N] PATTERN", 2);
  const files = values.has("e") ? rest : rest.slice(1);
  const [file] = files;
  if (file !== undefined && file !== "-") return fault(`grep: ${file}: No such file or directory`, 2);
  const matcher = matcherOf(pattern, flags);
  if (typeof matcher === "string") return fault(`grep: ${matcher}`, 2);
  return grepLines(linesOf(stdin), matcher, flags, values);
}

function egrep(args: readonly string[], stdin: string): Filtered {
  return grep(["-E", ...args], stdin);
}
function fgrep(args: readonly string[], stdin: string): Filtered {
  return grep(["-F", ...args], stdin);
}

function grepLines(lines: readonly string[], matcher: RegExp, flags: ReadonlySet<string>, values: ReadonlyMap<string, string>): Filtered {
  const most = Number(values.get("m") ?? Infinity);
  const hits: number[] = [];
  for (const [i, line] of lines.entries()) {
    if (hits.length >= most) break;
    matcher.lastIndex = 0;
    if (matcher.test(line) !== flags.has("v")) hits.push(i);
    matcher.lastIndex = 0;
  }
  const exit = hits.length > 0 ? 0 : 1;
  if (flags.has("q")) return out("", exit);
  if (flags.has("c")) return out(`${hits.length}\n`, exit);
  const numbered = (i: number, sign: string, text: string): string => (flags.has("n") ? `${i + 1}${sign}${text}` : text);
  if (flags.has("o") && !flags.has("v")) {
    const found = hits.flatMap((i) => [...(lines[i] ?? "").matchAll(matcher)].filter(([m]) => m !== "").map(([m]) => numbered(i, ":", m)));
    return out(textOf(found), exit);
  }
  const around = Number(values.get("C") ?? 0);
  const before = Number(values.get("B") ?? around);
  const after = Number(values.get("A") ?? around);
  const shown = new Set(hits.flatMap((i) => Array.from({ length: before + after + 1 }, (_, k) => i - before + k)));
  const texts: string[] = [];
  let last = -1;
  for (const [i, line] of lines.entries()) {
    if (!shown.has(i)) continue;
    if (before + after > 0 && last >= 0 && i > last + 1) texts.push("--");
    texts.push(numbered(i, hits.includes(i) ? ":" : "-", line));
    last = i;
  }
  return out(textOf(texts), exit);
}

/** A basic or extended regular expression (POSIX) as one of ours; a text: what is wrong with it. */
function matcherOf(pattern: string, flags: ReadonlySet<string>): RegExp | string {
  const source = flags.has("F")
    ? pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    : flags.has("E") || flags.has("P")
      ? classesIn(pattern)
      : basicToExtended(classesIn(pattern));
  const whole = flags.has("x") ? `^(?:${source})$` : flags.has("w") ? `(?<![\\w])(?:${source})(?![\\w])` : source;
  try {
    return new RegExp(whole, flags.has("i") ? "gi" : "g");
  } catch {
    return `bad regex '${pattern}'`;
  }
}

const CLASSES: { readonly [name: string]: string } = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  space: "\\s",
  upper: "A-Z",
  lower: "a-z",
  punct: "!-\\/:-@\\[-`{-~",
  xdigit: "0-9A-Fa-f",
  blank: " \\t",
};

function classesIn(pattern: string): string {
  return pattern.replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole);
}

/** In a basic expression `\(`, `\|`, `\+`, `\?`, `\{` are the signs, and bare ones stand for themselves. */
function basicToExtended(pattern: string): string {
  return pattern.replace(/\[\^?\]?[^\]]*\]|\\([(){}|+?])|\\[\s\S]|[(){}|+?]/g, (whole, sign: string | undefined) => {
    if (sign !== undefined) return sign;
    return whole.length === 1 ? `\\${whole}` : whole;
  });
}

// ---- lines ------------------------------------------------------------------------------------------------------------

function readOnly(name: string, files: readonly string[]): Filtered | null {
  const [file] = files.filter((each) => each !== "-");
  return file === undefined ? null : fault(`${name}: ${file}: No such file or directory`);
}

function head(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("head", args, "qv", "nc", true);
  if ("exit" in options) return options;
  const missing = readOnly("head", options.rest);
  if (missing !== null) return missing;
  const bytes = options.values.get("c");
  if (bytes !== undefined) return out(stdin.slice(0, Number(bytes)));
  const count = Number(options.values.get("n") ?? 10);
  if (!Number.isInteger(count)) return fault(`head: invalid number '${options.values.get("n") ?? ""}'`);
  const lines = linesOf(stdin);
  return out(textOf(count < 0 ? lines.slice(0, count) : lines.slice(0, count)));
}

function tail(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("tail", args, "qvfF", "nc", true);
  if ("exit" in options) return options;
  const missing = readOnly("tail", options.rest);
  if (missing !== null) return missing;
  const bytes = options.values.get("c");
  if (bytes !== undefined) return out(stdin.slice(-Number(bytes)));
  const written = options.values.get("n") ?? "10";
  const count = Math.abs(Number(written));
  if (!Number.isInteger(count)) return fault(`tail: invalid number '${written}'`);
  const lines = linesOf(stdin);
  return out(textOf(written.startsWith("+") ? lines.slice(Math.max(0, count - 1)) : count === 0 ? [] : lines.slice(-count)));
}

function wc(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("wc", args, "lwcm", "");
  if ("exit" in options) return options;
  const missing = readOnly("wc", options.rest);
  if (missing !== null) return missing;
  const lines = (stdin.match(/\n/g) ?? []).length;
  const words = stdin.split(/\s+/).filter((word) => word !== "").length;
  const { flags } = options;
  const wanted = [
    ...(flags.has("l") ? [lines] : []),
    ...(flags.has("w") ? [words] : []),
    ...(flags.has("c") || flags.has("m") ? [stdin.length] : []),
  ];
  const [only] = wanted;
  if (wanted.length === 1 && only !== undefined) return out(`${only}\n`);
  return out(`${(wanted.length === 0 ? [lines, words, stdin.length] : wanted).map((count) => String(count).padStart(9)).join(" ")}\n`);
}

function sort(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("sort", args, "rnufVhb", "kt");
  if ("exit" in options) return options;
  const missing = readOnly("sort", options.rest);
  if (missing !== null) return missing;
  const { flags, values } = options;
  const field = Number(/^\d+/.exec(values.get("k") ?? "")?.[0] ?? 0);
  const numeric = flags.has("n") || flags.has("h") || flags.has("V") || /n/.test(values.get("k") ?? "");
  const keyOf = (line: string): string => {
    if (field === 0) return line;
    const parts = values.has("t") ? line.split(values.get("t") ?? "\t") : line.trim().split(/\s+/);
    return parts.slice(field - 1).join(" ");
  };
  const fold = (text: string): string => (flags.has("f") ? text.toUpperCase() : text);
  const compare = (a: string, b: string): number => {
    const [x, y] = [keyOf(a), keyOf(b)];
    const byNumber = numeric ? (Number.parseFloat(x) || 0) - (Number.parseFloat(y) || 0) : 0;
    if (byNumber !== 0) return byNumber;
    const [left, right] = [fold(x), fold(y)];
    return left < right ? -1 : left > right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  };
  const sorted = [...linesOf(stdin)].sort(compare);
  if (flags.has("r")) sorted.reverse();
  return out(textOf(flags.has("u") ? sorted.filter((line, i) => i === 0 || keyOf(line) !== keyOf(sorted[i - 1] ?? "")) : sorted));
}

function uniq(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("uniq", args, "cdui", "");
  if ("exit" in options) return options;
  const missing = readOnly("uniq", options.rest);
  if (missing !== null) return missing;
  const { flags } = options;
  const groups: { line: string; count: number }[] = [];
  for (const line of linesOf(stdin)) {
    const last = groups.at(-1);
    const same = last !== undefined && (flags.has("i") ? last.line.toLowerCase() === line.toLowerCase() : last.line === line);
    if (same) last.count += 1;
    else groups.push({ line, count: 1 });
  }
  const kept = groups.filter(({ count }) => (flags.has("d") ? count > 1 : flags.has("u") ? count === 1 : true));
  return out(textOf(kept.map(({ line, count }) => (flags.has("c") ? `${String(count).padStart(7)} ${line}` : line))));
}

function cut(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("cut", args, "s", "dfcb");
  if ("exit" in options) return options;
  const { values } = options;
  const list = values.get("f") ?? values.get("c") ?? values.get("b");
  if (list === undefined) return fault("cut: expected a list of bytes, characters, or fields");
  const ranges = list.split(",").map((range) => {
    const [from = "", to] = range.split("-");
    return [from === "" ? 1 : Number(from), to === undefined ? Number(from) : to === "" ? Infinity : Number(to)] as const;
  });
  const chosen = (i: number): boolean => ranges.some(([from, to]) => i + 1 >= from && i + 1 <= to);
  const delimiter = values.get("d") ?? "\t";
  return out(
    textOf(
      linesOf(stdin).map((line) => {
        if (!values.has("f")) return [...line].filter((_, i) => chosen(i)).join("");
        const fields = line.split(delimiter);
        return fields.length === 1 ? line : fields.filter((_, i) => chosen(i)).join(delimiter);
      }),
    ),
  );
}

/** Sets with ranges, `-d`, `-s`; no classes but `[:upper:]` and `[:lower:]`. */
function tr(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("tr", args, "dscC", "");
  if ("exit" in options) return options;
  const { flags, rest } = options;
  const [from = "", to = ""] = rest.map(setOf);
  if (flags.has("d")) return out([...stdin].filter((c) => !from.includes(c)).join(""));
  const mapped = [...stdin].map((c) => {
    const at = from.indexOf(c);
    return at < 0 || to === "" ? c : (to[Math.min(at, to.length - 1)] ?? c);
  });
  const squeezed = to === "" ? from : to;
  return out(mapped.filter((c, i) => !flags.has("s") || !squeezed.includes(c) || mapped[i - 1] !== c).join(""));
}

function setOf(text: string): string {
  const named = text
    .replace(/\[:upper:\]/g, "A-Z")
    .replace(/\[:lower:\]/g, "a-z")
    .replace(/\[:digit:\]/g, "0-9");
  const plain = named.replace(/\\n/g, "\n").replace(/\\t/g, "\t");
  return plain.replace(/(.)-(.)/gs, (whole, a: string, b: string) => {
    const [from, to] = [a.charCodeAt(0), b.charCodeAt(0)];
    return to < from || to - from > 255 ? whole : Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).join("");
  });
}

function cat(args: readonly string[], stdin: string): Filtered {
  const options = optionsOf("cat", args, "nAbs", "");
  if ("exit" in options) return options;
  const missing = readOnly("cat", options.rest);
  if (missing !== null) return { ...missing, stderr: missing.stderr.replace("cat: ", "cat: can't open '").replace(": No", "': No") };
  return options.flags.has("n") ? nl([], stdin) : out(stdin);
}

function nl(_: readonly string[], stdin: string): Filtered {
  return out(textOf(linesOf(stdin).map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)));
}

function tac(_: readonly string[], stdin: string): Filtered {
  return out(textOf([...linesOf(stdin)].reverse()));
}

function rev(_: readonly string[], stdin: string): Filtered {
  return out(textOf(linesOf(stdin).map((line) => [...line].reverse().join(""))));
}

/** Nothing is kept in files here: it only passes on. */
function tee(_: readonly string[], stdin: string): Filtered {
  return out(stdin);
}

function echo(args: readonly string[]): Filtered {
  let words = args;
  let [newLine, escapes] = [true, false];
  for (; /^-[neE]+$/.test(words[0] ?? ""); words = words.slice(1)) {
    if (words[0]?.includes("n") === true) newLine = false;
    if (words[0]?.includes("e") === true) escapes = true;
  }
  const text = words.join(" ");
  return out(`${escapes ? text.replace(/\\n/g, "\n").replace(/\\t/g, "\t").replace(/\\\\/g, "\\") : text}${newLine ? "\n" : ""}`);
}

/** So many lines at most: nobody reads more. */
const SEQ_MOST = 10_000;

function seq(args: readonly string[]): Filtered {
  const numbers = args.map(Number);
  if (numbers.length === 0 || numbers.length > 3 || numbers.some((number) => !Number.isFinite(number)))
    return fault("Usage: seq [-w] [-s SEP] [FIRST [INC]] LAST");
  const last = numbers.at(-1) ?? 0;
  const first = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
  const step = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
  if (step === 0) return fault("seq: the step is 0");
  const lines: string[] = [];
  for (let i = first; (step > 0 ? i <= last : i >= last) && lines.length < SEQ_MOST; i += step) lines.push(String(i));
  return out(textOf(lines));
}
