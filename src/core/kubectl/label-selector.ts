/**
 * Label selectors as `-l` takes them, and the API server's words where it cannot read one.
 * (apimachinery/pkg/labels/selector.go, Lexer and Parser)
 */
import { labelValue, qualifiedName } from "../api/formats.ts";
import { quote } from "../api/field-errors.ts";
import { refuse } from "./session.ts";
import { serverFailure, type Failure } from "./failures.ts";
import type { Resource } from "./resources.ts";

export interface Requirement {
  readonly key: string;
  readonly operator: "exists" | "!" | "=" | "==" | "!=" | "in" | "notin" | "gt" | "lt";
  readonly values: readonly string[];
}

/** What was asked for, as the reply to a bad selector repeats it. */
export interface Asked {
  readonly resource: Resource;
  readonly labels: string;
  readonly fields: string;
}

/** All requirements hold. */
export function matchesLabels(requirements: readonly Requirement[], labels: { readonly [key: string]: string }): boolean {
  return requirements.every(({ key, operator, values }) => {
    const has = Object.hasOwn(labels, key);
    const value = labels[key] ?? "";
    switch (operator) {
      case "exists":
        return has;
      case "!":
        return !has;
      case "=":
      case "==":
      case "in":
        return has && values.includes(value);
      case "!=":
      case "notin":
        return !has || !values.includes(value);
      case "gt":
      case "lt": {
        if (!has || !/^[+-]?\d+$/.test(value)) return false;
        return operator === "gt" ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]);
      }
    }
  });
}

/** Throws KubectlError with the server's reply where the text is no selector. */
export function readLabelSelector(text: string, asked: Asked): readonly Requirement[] {
  const read = parseSelector(text);
  if (typeof read === "string") return refuse(badSelector(asked, read));
  return read;
}

/** The API server's reply to a list request with a selector that it cannot read. */
export function badSelector({ resource, labels, fields }: Asked, why: string): Failure {
  const { apiVersion, plural } = resource;
  const version = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
  const asked = `"${version}, Resource=${plural}" that match label selector "${labels}", field selector "${fields}"`;
  return serverFailure("BadRequest", `Unable to find ${asked}: ${why}`);
}

type Kind = "end" | "," | "(" | ")" | "!" | "=" | "==" | "!=" | "in" | "notin" | "<" | ">" | "word" | "error";

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const SYMBOLS: ReadonlySet<string> = new Set([")", ",", "!", "!=", "==", "=", ">", "<", "("]);

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const letter = text[at] ?? "";
    if (/\s/.test(letter)) {
      at++;
    } else if (/[=!(),<>]/.test(letter)) {
      const run = /^[=!(),<>]+/.exec(text.slice(at))?.[0] ?? "";
      // The longest symbol that the run begins with.
      const symbol = [run.slice(0, 2), run.slice(0, 1)].find((each) => SYMBOLS.has(each)) ?? "";
      if (symbol === "") {
        tokens.push({ kind: "error", text: `error expected: keyword or symbol, found: '${run}'` });
        break;
      }
      tokens.push({ kind: symbol as Kind, text: symbol }); // one of SYMBOLS
      at += symbol.length;
    } else {
      const word = /^[^\s=!(),<>]+/.exec(text.slice(at))?.[0] ?? "";
      tokens.push({ kind: word === "in" || word === "notin" ? word : "word", text: word });
      at += word.length;
    }
  }
  tokens.push({ kind: "end", text: "" });
  return tokens;
}

/** Thrown only within this file, to leave the descent at once. */
class Wrong extends Error {}

/** The requirements, or the server's words for why there are none. */
export function parseSelector(text: string): readonly Requirement[] | string {
  try {
    return new Parser(tokensOf(text)).requirements();
  } catch (error) {
    if (error instanceof Wrong) return error.message;
    throw error;
  }
}

/** A class because the place among the tokens moves on. */
class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** In the place of a key or value, `in` and `notin` are words. */
  private peek(asValue = false): Token {
    const token = this.tokens[this.next] ?? { kind: "end", text: "" };
    return asValue && (token.kind === "in" || token.kind === "notin") ? { kind: "word", text: token.text } : token;
  }

  private take(asValue = false): Token {
    const token = this.peek(asValue);
    this.next++;
    return token;
  }

  requirements(): readonly Requirement[] {
    const found: Requirement[] = [];
    for (;;) {
      const { kind, text } = this.peek(true);
      if (kind === "end") return found;
      if (kind !== "word" && kind !== "!") throw new Wrong(`found '${text}', expected: !, identifier, or 'end of string'`);
      found.push(this.requirement());
      const after = this.take();
      if (after.kind === "end") return found;
      if (after.kind !== ",") throw new Wrong(`found '${after.text}', expected: ',' or 'end of string'`);
      const then = this.peek(true);
      if (then.kind !== "word" && then.kind !== "!") throw new Wrong(`found '${then.text}', expected: identifier after ','`);
    }
  }

  private requirement(): Requirement {
    const negated = this.peek(true).kind === "!";
    if (negated) this.take();
    const name = this.take(true);
    if (name.kind !== "word") throw new Wrong(`found '${name.text}', expected: identifier`);
    const [wrong] = qualifiedName(name.text);
    if (wrong !== undefined) throw new Wrong(`key: Invalid value: ${quote(name.text)}: ${wrong}`);
    const key = name.text;
    const ahead = this.peek().kind;
    if (negated) return { key, operator: "!", values: [] };
    if (ahead === "end" || ahead === ",") return { key, operator: "exists", values: [] };
    return this.compared(key);
  }

  private compared(key: string): Requirement {
    const operator = this.take();
    switch (operator.kind) {
      case "in":
      case "notin": {
        const values = this.values();
        for (const value of values) checkValue(key, value, values.indexOf(value));
        return { key, operator: operator.kind, values };
      }
      case "=":
      case "==":
      case "!=": {
        const value = this.value();
        checkValue(key, value, 0);
        return { key, operator: operator.kind, values: [value] };
      }
      case "<":
      case ">": {
        const value = this.value();
        if (!/^[+-]?\d+$/.test(value))
          throw new Wrong(`values[0][${key}]: Invalid value: ${quote(value)}: for 'Gt', 'Lt' operators, the value must be an integer`);
        return { key, operator: operator.kind === ">" ? "gt" : "lt", values: [value] };
      }
      default:
        throw new Wrong(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  private value(): string {
    const ahead = this.peek(true);
    if (ahead.kind === "end" || ahead.kind === ",") return "";
    const taken = this.take(true);
    if (taken.kind !== "word") throw new Wrong(`found '${taken.text}', expected: identifier`);
    return taken.text;
  }

  private values(): readonly string[] {
    const open = this.take(true);
    if (open.kind !== "(") throw new Wrong(`found '${open.text}' expected: '('`);
    const first = this.peek(true);
    if (first.kind === ")") {
      this.take();
      return [""];
    }
    if (first.kind !== "word" && first.kind !== ",") throw new Wrong(`found '${first.text}', expected: ',', ')' or identifier`);
    const found: string[] = [];
    for (;;) {
      const token = this.take(true);
      if (token.kind === "word") {
        found.push(token.text);
        const after = this.peek(true);
        if (after.kind === ",") continue;
        if (after.kind !== ")") throw new Wrong(`found '${after.text}', expected: ',' or ')'`);
        this.take();
        return sorted(found);
      }
      if (token.kind !== ",") throw new Wrong(`found '${token.text}', expected: ',', or identifier`);
      if (found.length === 0) found.push("");
      const after = this.peek(true);
      if (after.kind === ")") {
        found.push("");
        this.take();
        return sorted(found);
      }
      if (after.kind === ",") {
        this.take();
        found.push("");
      }
    }
  }
}

function sorted(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

function checkValue(key: string, value: string, place: number): void {
  const [wrong] = labelValue(value);
  if (wrong !== undefined) throw new Wrong(`values[${place}][${key}]: Invalid value: ${quote(value)}: ${wrong}`);
}
