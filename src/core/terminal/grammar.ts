/**
 * What is typed, as a tree: the part of the POSIX shell's grammar (XCU 2.10) that people use at a prompt. Lists with `;`,
 * `&&`, `||` and new lines, pipelines, quotes, `$NAME`, `$(…)`, redirections, here-documents, `for` and `while`. A mistake is
 * a value, in the words of busybox ash.
 */

export type Part =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "variable"; readonly name: string; readonly quoted: boolean }
  | { readonly kind: "output"; readonly list: List; readonly quoted: boolean };

export type Word = readonly Part[];

export interface Redirect {
  /** 0: standard input, 1: output, 2: errors. */
  readonly stream: 0 | 1 | 2;
  readonly kind: "to" | "onto" | "from" | "here" | "same-as";
  /** A file's name, the text of a here-document, or the number of another stream. */
  readonly word: Word;
}

export type Command =
  | {
      readonly kind: "simple";
      readonly sets: readonly { readonly name: string; readonly value: Word }[];
      readonly words: readonly Word[];
      readonly redirects: readonly Redirect[];
    }
  | { readonly kind: "for"; readonly name: string; readonly words: readonly Word[]; readonly body: List }
  | { readonly kind: "while"; readonly until: boolean; readonly test: List; readonly body: List };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

/** `joint`: how the pipeline hangs on the one before. */
export type List = readonly { readonly joint: ";" | "&&" | "||"; readonly pipeline: Pipeline }[];

export interface SyntaxMistake {
  readonly error: string;
  /** More lines would make it whole: an open quote, an open here-document, `do` without `done`. */
  readonly open: boolean;
}

type Token =
  | { readonly kind: "word"; readonly word: Word; /** As typed, where nothing in it is quoted or put in. */ readonly plain: string | null }
  | { readonly kind: "operator"; readonly text: string }
  | { readonly kind: "redirect"; readonly stream: 0 | 1 | 2; readonly how: Redirect["kind"]; readonly strips: boolean };

/** Thrown inside this file only. */
class Mistake extends Error {
  readonly open: boolean;
  constructor(message: string, open = false) {
    super(message);
    this.open = open;
  }
}

export function parseLine(text: string): List | SyntaxMistake {
  try {
    const tokens = new Scanner(text).tokens(null);
    const parser = new Parser(tokens);
    return parser.wholeList();
  } catch (error) {
    if (error instanceof Mistake) return { error: `sh: syntax error: ${error.message}`, open: error.open };
    throw error;
  }
}

/** The deepest `$(…)` in `$(…)`: whoever writes more means no command. */
const DEEPEST = 20;

const OPERATORS = ["&&", "||", ";;", ";", "|", "&", "(", ")"];

class Scanner {
  private readonly text: string;
  private at = 0;
  private readonly depth: number;
  /** Here-documents whose text begins at the next line. */
  private pending: { readonly ends: string; readonly strips: boolean; readonly quoted: boolean; fill: (word: Word) => void }[] = [];

  constructor(text: string, at = 0, depth = 0) {
    this.text = text;
    this.at = at;
    this.depth = depth;
    if (depth > DEEPEST) throw new Mistake("too many commands within commands");
  }

  /** Where it stands: after the closing parenthesis. */
  get position(): number {
    return this.at;
  }

  tokens(until: ")" | null): Token[] {
    const tokens: Token[] = [];
    for (;;) {
      this.skipBlanks();
      const c = this.text[this.at];
      if (c === undefined) {
        if (until !== null) throw new Mistake("unterminated command substitution", true);
        if (this.pending.length > 0) throw new Mistake("unterminated here-document", true);
        return tokens;
      }
      if (c === ")" && until === ")") {
        this.at += 1;
        return tokens;
      }
      if (c === "\n") {
        this.at += 1;
        this.readHereDocuments();
        tokens.push({ kind: "operator", text: "\n" });
      } else if (!this.redirect(tokens) && !this.operator(tokens)) tokens.push(this.word());
    }
  }

  private skipBlanks(): void {
    for (;;) {
      const c = this.text[this.at];
      if (c === " " || c === "\t" || c === "\r") this.at += 1;
      else if (c === "\\" && this.text[this.at + 1] === "\n") this.at += 2;
      else if (c === "#") while (this.at < this.text.length && this.text[this.at] !== "\n") this.at += 1;
      else return;
    }
  }

  private operator(tokens: Token[]): boolean {
    const found = OPERATORS.find((operator) => this.text.startsWith(operator, this.at));
    if (found === undefined) return false;
    this.at += found.length;
    tokens.push({ kind: "operator", text: found });
    return true;
  }

  private redirect(tokens: Token[]): boolean {
    const found = /^(?:&>>?|([012])?(<<-?|>>|>&|<|>))/.exec(this.text.slice(this.at, this.at + 4));
    if (found === null) return false;
    const [whole, digit, sign] = found;
    this.at += whole.length;
    if (sign === undefined) {
      // &> is both
      tokens.push({ kind: "redirect", stream: 1, how: whole === "&>>" ? "onto" : "to", strips: false });
      this.skipBlanks();
      tokens.push(this.word());
      tokens.push({ kind: "redirect", stream: 2, how: "same-as", strips: false });
      tokens.push({ kind: "word", word: [{ kind: "text", text: "1", quoted: true }], plain: null });
      return true;
    }
    const stream = digit === undefined ? (sign.startsWith("<") ? 0 : 1) : digit === "0" ? 0 : digit === "1" ? 1 : 2;
    if (sign.startsWith("<<")) {
      this.hereDocument(tokens, sign === "<<-");
      return true;
    }
    const how = sign === ">&" ? "same-as" : sign === "<" ? "from" : sign === ">>" ? "onto" : "to";
    tokens.push({ kind: "redirect", stream, how, strips: false });
    return true;
  }

  private hereDocument(tokens: Token[], strips: boolean): void {
    this.skipBlanks();
    const delimiter = this.word();
    const ends = delimiter.word.map((part) => (part.kind === "text" ? part.text : "")).join("");
    const quoted = delimiter.word.some((part) => part.quoted);
    const index = tokens.length + 1;
    tokens.push({ kind: "redirect", stream: 0, how: "here", strips }, { kind: "word", word: [], plain: null });
    this.pending.push({ ends, strips, quoted, fill: (word) => (tokens[index] = { kind: "word", word, plain: null }) });
  }

  private readHereDocuments(): void {
    for (const { ends, strips, quoted, fill } of this.pending) {
      const lines: string[] = [];
      for (;;) {
        if (this.at >= this.text.length) throw new Mistake("unterminated here-document", true);
        const end = this.text.indexOf("\n", this.at);
        const raw = this.text.slice(this.at, end < 0 ? this.text.length : end);
        this.at = end < 0 ? this.text.length : end + 1;
        const line = strips ? raw.replace(/^\t+/, "") : raw;
        if (line === ends) break;
        lines.push(`${line}\n`);
      }
      const body = lines.join("");
      fill(quoted ? [{ kind: "text", text: body, quoted: true }] : partsOf(body, this.depth));
    }
    this.pending = [];
  }

  private word(): Extract<Token, { kind: "word" }> {
    const parts: Part[] = [];
    const from = this.at;
    let plain = true;
    let text = "";
    const flush = (): void => {
      if (text !== "") parts.push({ kind: "text", text, quoted: false });
      text = "";
    };
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined || /[\s;|&()<>]/.test(c)) break;
      if (c === "'") {
        const end = this.text.indexOf("'", this.at + 1);
        if (end < 0) throw new Mistake("unterminated quoted string", true);
        flush();
        parts.push({ kind: "text", text: this.text.slice(this.at + 1, end), quoted: true });
        this.at = end + 1;
        plain = false;
      } else if (c === '"') {
        flush();
        this.at += 1;
        parts.push(...this.doubleQuoted('"'));
        plain = false;
      } else if (c === "\\") {
        flush();
        const next = this.text[this.at + 1] ?? "\\";
        if (next !== "\n") parts.push({ kind: "text", text: next, quoted: true });
        this.at += 2;
        plain = false;
      } else if (c === "$" || c === "`") {
        const part = this.putIn(false);
        if (part === null) {
          text += c;
          this.at += 1;
          continue;
        }
        flush();
        parts.push(part);
        plain = false;
      } else {
        text += c;
        this.at += 1;
      }
    }
    flush();
    if (parts.length === 0 && this.at === from) throw new Mistake(`unexpected ${JSON.stringify(this.text[this.at] ?? "newline")}`);
    return { kind: "word", word: parts, plain: plain ? this.text.slice(from, this.at) : null };
  }

  /** Up to the closing quote, or (`null`) to the end of the text. */
  doubleQuoted(ends: '"' | null): Part[] {
    const parts: Part[] = [];
    let text = "";
    const flush = (): void => {
      parts.push({ kind: "text", text, quoted: true });
      text = "";
    };
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined && ends !== null) throw new Mistake("unterminated quoted string", true);
      if (c === undefined || c === ends) {
        this.at += 1;
        flush();
        return parts;
      }
      const next = this.text[this.at + 1] ?? "";
      if (c === "\\" && next !== "" && (next === ends || '$`\\"\n'.includes(next)) && !(next === '"' && ends === null)) {
        if (next !== "\n") text += next;
        this.at += 2;
      } else if (c === "$" || c === "`") {
        const part = this.putIn(true);
        if (part === null) {
          text += c;
          this.at += 1;
          continue;
        }
        flush();
        parts.push(part);
      } else {
        text += c;
        this.at += 1;
      }
    }
  }

  /** A variable or a command's output; null: the sign stands for itself. */
  private putIn(quoted: boolean): Part | null {
    if (this.text[this.at] === "`") {
      const end = this.text.indexOf("`", this.at + 1);
      if (end < 0) throw new Mistake("EOF in backquote substitution", true);
      const inner = new Scanner(this.text.slice(this.at + 1, end), 0, this.depth + 1);
      const list = new Parser(inner.tokens(null)).wholeList();
      this.at = end + 1;
      return { kind: "output", list, quoted };
    }
    if (this.text.startsWith("$(", this.at) && !this.text.startsWith("$((", this.at)) {
      const inner = new Scanner(this.text, this.at + 2, this.depth + 1);
      const list = new Parser(inner.tokens(")")).wholeList();
      this.at = inner.position;
      return { kind: "output", list, quoted };
    }
    const named = /^\$(?:\{([A-Za-z_]\w*|[?#$0-9])\}|([A-Za-z_]\w*|[?#$0-9]))/.exec(this.text.slice(this.at, this.at + 80));
    if (named === null) return null;
    this.at += named[0].length;
    return { kind: "variable", name: named[1] ?? named[2] ?? "", quoted };
  }
}

function partsOf(text: string, depth: number): Word {
  return new Scanner(text, 0, depth).doubleQuoted(null);
}

const ENDS_A_LIST: ReadonlySet<string> = new Set(["do", "done", "then", "fi", "else", "esac", "}"]);
const NOT_SPOKEN: ReadonlySet<string> = new Set(["if", "case", "function", "{", "select"]);

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  wholeList(): List {
    const list = this.list();
    const rest = this.tokens[this.at];
    if (rest !== undefined) throw unexpected(rest);
    return list;
  }

  private list(): List {
    const items: { joint: ";" | "&&" | "||"; pipeline: Pipeline }[] = [];
    let joint: ";" | "&&" | "||" = ";";
    for (;;) {
      this.newLines();
      const next = this.tokens[this.at];
      if (next === undefined || (next.kind === "word" && next.plain !== null && ENDS_A_LIST.has(next.plain))) {
        if (joint !== ";") throw new Mistake("unexpected end of file", true);
        return items;
      }
      if (next.kind === "operator" && items.length > 0 && next.text === ")") return items;
      items.push({ joint, pipeline: this.pipeline() });
      const after = this.tokens[this.at];
      if (after?.kind !== "operator") {
        if (after === undefined || (after.kind === "word" && after.plain !== null && ENDS_A_LIST.has(after.plain))) return items;
        throw unexpected(after);
      }
      if (after.text === "&&" || after.text === "||") joint = after.text;
      else if (after.text === ";" || after.text === "\n") joint = ";";
      else if (after.text === "&") throw new Mistake("jobs in the background (&) are not simulated");
      else throw unexpected(after);
      this.at += 1;
    }
  }

  private newLines(): void {
    while (isOperator(this.tokens[this.at], "\n")) this.at += 1;
  }

  private pipeline(): Pipeline {
    let negated = false;
    if (this.isWord("!")) {
      this.at += 1;
      negated = true;
    }
    const commands = [this.command()];
    while (isOperator(this.tokens[this.at], "|")) {
      this.at += 1;
      this.newLines();
      if (this.tokens[this.at] === undefined) throw new Mistake("unexpected end of file", true);
      commands.push(this.command());
    }
    return { negated, commands };
  }

  private command(): Command {
    const first = this.tokens[this.at];
    const plain = first?.kind === "word" ? first.plain : null;
    if (plain === "for") return this.forLoop();
    if (plain === "while" || plain === "until") return this.whileLoop(plain === "until");
    if (plain !== null && NOT_SPOKEN.has(plain)) throw new Mistake(`${plain} is not simulated; for, while, && and || are`);
    return this.simple();
  }

  private simple(): Command {
    const sets: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      const token = this.tokens[this.at];
      if (token?.kind === "redirect") {
        const target = this.tokens[this.at + 1];
        if (target?.kind !== "word") throw unexpected(target);
        redirects.push({ stream: token.stream, kind: token.how, word: target.word });
        this.at += 2;
      } else if (token?.kind === "word") {
        const set = words.length === 0 ? assignment(token.word) : null;
        if (set === null) words.push(token.word);
        else sets.push(set);
        this.at += 1;
      } else break;
    }
    if (sets.length + words.length + redirects.length === 0) throw unexpected(this.tokens[this.at]);
    return { kind: "simple", sets, words, redirects };
  }

  private forLoop(): Command {
    this.at += 1;
    const name = this.tokens[this.at];
    if (name?.kind !== "word" || name.plain === null || !/^[A-Za-z_]\w*$/.test(name.plain)) throw new Mistake("bad for loop variable");
    this.at += 1;
    const words: Word[] = [];
    if (this.isWord("in")) {
      this.at += 1;
      for (let token = this.tokens[this.at]; token?.kind === "word"; token = this.tokens[this.at]) {
        words.push(token.word);
        this.at += 1;
      }
    }
    if (isOperator(this.tokens[this.at], ";")) this.at += 1;
    return { kind: "for", name: name.plain, words, body: this.body() };
  }

  private whileLoop(until: boolean): Command {
    this.at += 1;
    const test = this.list();
    return { kind: "while", until, test, body: this.body() };
  }

  private body(): List {
    this.newLines();
    this.expect("do");
    const body = this.list();
    this.expect("done");
    return body;
  }

  private expect(word: string): void {
    if (!this.isWord(word)) {
      const token = this.tokens[this.at];
      if (token === undefined) throw new Mistake(`unexpected end of file (expecting "${word}")`, true);
      throw unexpected(token, word);
    }
    this.at += 1;
  }

  private isWord(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === "word" && token.plain === text;
  }
}

function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === "operator" && token.text === text;
}

function unexpected(token: Token | undefined, expecting?: string): Mistake {
  const more = expecting === undefined ? "" : ` (expecting "${expecting}")`;
  if (token === undefined) return new Mistake(`unexpected end of file${more}`);
  const shown =
    token.kind === "operator" ? (token.text === "\n" ? "newline" : `"${token.text}"`) : token.kind === "redirect" ? "redirection" : "word";
  return new Mistake(`unexpected ${shown}${more}`);
}

/** `NAME=value` before a command. */
function assignment(word: Word): { readonly name: string; readonly value: Word } | null {
  const [first, ...rest] = word;
  if (first?.kind !== "text" || first.quoted) return null;
  const found = /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text);
  if (found === null) return null;
  const [, name = "", text = ""] = found;
  return { name, value: [...(text === "" ? [] : [{ ...first, text }]), ...rest] };
}
