/** JSONPath templates as kubectl has them: `{.items[*].metadata.name}`, filters, ranges. (client-go/util/jsonpath) */
import { isObject } from "../api/json.ts";
import { quote } from "../api/field-errors.ts";
import { fail } from "./session.ts";
import { compactJson, toJson } from "./yaml.ts";

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly nodes: readonly Node[] }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "identifier"; readonly name: "range" | "end" }
  | {
      readonly kind: "slice";
      readonly start: number | null;
      readonly end: number | null;
      readonly step: number | null;
      readonly one: boolean;
    }
  | { readonly kind: "filter"; readonly left: readonly Node[]; readonly operator: string; readonly right: readonly Node[] }
  | { readonly kind: "wildcard" | "recursive" }
  | { readonly kind: "union"; readonly parts: readonly (readonly Node[])[] }
  | { readonly kind: "value"; readonly value: number | boolean };

/** Thrown only within this file: what is wrong with the template, or with what it finds. */
class Wrong extends Error {}

export interface Template {
  readonly text: string;
  readonly nodes: readonly Node[];
}

/** Throws KubectlError for a template that cannot be read. */
export function readTemplate(text: string): Template {
  try {
    return { text, nodes: new Reader(text).template() };
  } catch (error) {
    if (error instanceof Wrong) return fail(`error parsing jsonpath ${text}, ${error.message}`);
    throw error;
  }
}

/** What the template prints for an object, without a last line break. Throws KubectlError. */
export function printTemplate(
  template: Template,
  value: unknown,
  options: { readonly missing: boolean; readonly asJson?: boolean },
): string {
  try {
    const results = new Evaluation(template.nodes, options.missing).all(value);
    if (options.asJson === true) return toJson(results.flat());
    return results.map((found) => found.map(printValue).join(" ")).join("");
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return fail(
      `error executing jsonpath ${quote(template.text)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template.text}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(value)}\n\n\n`,
    );
  }
}

/** Every value that one expression finds; nothing where a part is missing. */
export function findValues(template: Template, value: unknown): readonly unknown[] {
  try {
    return new Evaluation(template.nodes, true).all(value).flat();
  } catch (error) {
    if (error instanceof Wrong) return [];
    throw error;
  }
}

function printValue(value: unknown): string {
  if (Array.isArray(value) || isObject(value)) return compactJson(value);
  return value === null ? "<nil>" : String(value);
}

/** `%#v` of what JSON decodes to. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (isObject(value))
    return `map[string]interface {}{${Object.keys(value)
      .sort()
      .map((key) => `${quote(key)}:${goSyntax(value[key])}`)
      .join(", ")}}`;
  return typeof value === "string" ? quote(value) : value === null || value === undefined ? "interface {}(nil)" : String(value);
}

/** `.metadata.name`, `metadata.name` and `{.metadata.name}` alike. (kubectl/pkg/cmd/get, RelaxedJSONPathExpression) */
export function relaxed(text: string): string {
  if (text === "") return text;
  const found = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (found === null)
    return fail(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  return `{.${found[1] ?? found[2] ?? ""}}`;
}

/** A class because the place in the text moves on. */
class Reader {
  private readonly text: string;
  private at = 0;
  constructor(text: string) {
    this.text = text;
  }

  template(): readonly Node[] {
    const nodes: Node[] = [];
    while (this.at < this.text.length) {
      const open = this.text.indexOf("{", this.at);
      if (open < 0) {
        nodes.push({ kind: "text", text: this.text.slice(this.at) });
        break;
      }
      if (open > this.at) nodes.push({ kind: "text", text: this.text.slice(this.at, open) });
      this.at = open + 1;
      nodes.push({ kind: "list", nodes: this.action() });
    }
    return nodes;
  }

  /** What is inside braces, and the closing one. */
  private action(): readonly Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const letter = this.text[this.at];
      if (letter === undefined || letter === "\n") throw new Wrong("unclosed action");
      if (letter === "}") {
        this.at++;
        return nodes;
      }
      this.part(letter, nodes);
    }
  }

  /** One step of an expression. */
  private part(letter: string, nodes: Node[]): void {
    if (letter === " " || letter === "@" || letter === "$") {
      this.at++;
    } else if (letter === "[") {
      this.at++;
      nodes.push(this.brackets());
    } else if (letter === '"' || letter === "'") {
      nodes.push({ kind: "text", text: this.quoted(letter) });
    } else if (letter === ".") {
      this.field(nodes);
    } else if (/[+\-0-9]/.test(letter)) {
      const number = /^[+-]?[\d.]+/.exec(this.text.slice(this.at))?.[0] ?? letter;
      this.at += number.length;
      nodes.push({ kind: "value", value: Number(number) });
    } else if (/[\w]/.test(letter)) {
      this.word(nodes);
    } else
      throw new Wrong(
        `unrecognized character in action: U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")} '${letter}'`,
      );
  }

  private word(nodes: Node[]): void {
    const word = /^\w+/.exec(this.text.slice(this.at))?.[0] ?? "";
    this.at += word.length;
    if (word === "range" || word === "end") nodes.push({ kind: "identifier", name: word });
    else if (word === "true" || word === "false") nodes.push({ kind: "value", value: word === "true" });
    else throw new Wrong(`unrecognized identifier ${word}`);
  }

  private field(nodes: Node[]): void {
    this.at++;
    if (this.text[this.at] === ".") {
      this.at++;
      nodes.push({ kind: "recursive" });
      if (/[\w*]/.test(this.text[this.at] ?? "")) this.name(nodes);
      return;
    }
    this.name(nodes);
  }

  private name(nodes: Node[]): void {
    let name = "";
    while (this.at < this.text.length && !/[ \n.,[\]{}()|!=<>"'@$]/.test(this.text[this.at] ?? "")) {
      if (this.text[this.at] === "\\") this.at++;
      name += this.text[this.at] ?? "";
      this.at++;
    }
    if (name === "*") nodes.push({ kind: "wildcard" });
    else if (name !== "") nodes.push({ kind: "field", name });
  }

  private quoted(mark: string): string {
    let out = "";
    for (this.at++; ; this.at++) {
      const letter = this.text[this.at];
      if (letter === undefined || letter === "\n") throw new Wrong("unterminated quoted string");
      if (letter === mark) break;
      if (letter === "\\") {
        this.at++;
        const escaped = this.text[this.at] ?? "";
        out += { n: "\n", t: "\t", r: "\r" }[escaped] ?? escaped;
      } else out += letter;
    }
    this.at++;
    return out;
  }

  private brackets(): Node {
    if (this.text.startsWith("?(", this.at)) {
      this.at += 2;
      return this.filter();
    }
    const inside = this.untilClosing();
    if (inside === "*") return { kind: "wildcard" };
    const parts = splitUnion(inside);
    if (parts.length > 1) return { kind: "union", parts: parts.map((part) => [bracketPart(part.trim())]) };
    return bracketPart(inside.trim());
  }

  private untilClosing(): string {
    let inQuotes = "";
    const start = this.at;
    for (; ; this.at++) {
      const letter = this.text[this.at];
      if (letter === undefined || letter === "\n") throw new Wrong("unterminated array");
      if (inQuotes !== "") {
        if (letter === "\\") this.at++;
        else if (letter === inQuotes) inQuotes = "";
      } else if (letter === "'" || letter === '"') inQuotes = letter;
      else if (letter === "]") break;
    }
    this.at++;
    return this.text.slice(start, this.at - 1);
  }

  private filter(): Node {
    const left: Node[] = [];
    const right: Node[] = [];
    let operator = "exists";
    for (;;) {
      const rest = this.text.slice(this.at);
      if (rest === "" || rest.startsWith("\n")) throw new Wrong("unterminated filter");
      if (rest.startsWith(")")) {
        this.at++;
        break;
      }
      const found = /^(==|!=|<=|>=|<|>)/.exec(rest)?.[0];
      if (found !== undefined) {
        operator = found;
        this.at += found.length;
      } else this.part(rest[0] ?? "", operator === "exists" ? left : right);
    }
    if (this.text[this.at] !== "]") throw new Wrong("unclosed array expect ]");
    this.at++;
    return { kind: "filter", left, operator, right };
  }
}

function splitUnion(text: string): readonly string[] {
  return [...text.matchAll(/(?:'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^,'"])+/g)].map((found) => found[0]);
}

/** What is quoted is a path of its own: `['metadata.name']` is `.metadata.name`, and a dot in a key needs a backslash. */
function bracketPart(text: string): Node {
  const path = /^'([^']*)'$|^"([^"]*)"$/.exec(text);
  if (path !== null) return new Reader(`{.${path[1] ?? path[2] ?? ""}}`).template()[0] ?? { kind: "list", nodes: [] };
  const found = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (found === null || text === "") throw new Wrong(`invalid array index ${text}`);
  const [, start = "", end, step] = found;
  const number = (part: string | undefined): number | null =>
    part === undefined || part === "" || part === ":" ? null : Number(part.replace(":", ""));
  return { kind: "slice", start: number(start), end: number(end), step: number(step), one: end === undefined };
}

/** A class because ranges move on through the nodes. */
class Evaluation {
  private readonly nodes: readonly Node[];
  private readonly missing: boolean;
  constructor(nodes: readonly Node[], missing: boolean) {
    this.nodes = nodes;
    this.missing = missing;
  }

  all(value: unknown): readonly (readonly unknown[])[] {
    return this.run(0, value, []).results;
  }

  /** Evaluates nodes from one on until the end, or the end of a range that is open. */
  private run(
    from: number,
    value: unknown,
    open: readonly true[],
  ): { readonly results: readonly (readonly unknown[])[]; readonly next: number } {
    const results: (readonly unknown[])[] = [];
    let i = from;
    while (i < this.nodes.length) {
      const node = this.nodes[i];
      if (node === undefined) break;
      const first = node.kind === "list" ? node.nodes[0] : undefined;
      if (first?.kind === "identifier" && first.name === "range") {
        const items = this.walk([value], node.kind === "list" ? node.nodes.slice(1) : []);
        let next = this.skipRange(i + 1);
        for (const item of items) {
          const inner = this.run(i + 1, item, [...open, true]);
          results.push(...inner.results);
          next = inner.next;
        }
        i = next;
        continue;
      }
      if (first?.kind === "identifier") {
        if (open.length === 0) throw new Wrong("not in range, nothing to end");
        return { results, next: i + 1 };
      }
      results.push(this.walk([value], [node]));
      i++;
    }
    return { results, next: i };
  }

  private skipRange(from: number): number {
    let depth = 1;
    for (let i = from; i < this.nodes.length; i++) {
      const node = this.nodes[i];
      const first = node?.kind === "list" ? node.nodes[0] : undefined;
      if (first?.kind !== "identifier") continue;
      depth += first.name === "range" ? 1 : -1;
      if (depth === 0) return i + 1;
    }
    return this.nodes.length;
  }

  private walk(values: readonly unknown[], nodes: readonly Node[]): readonly unknown[] {
    return nodes.reduce<readonly unknown[]>((now, node) => this.step(now, node), values);
  }

  private step(values: readonly unknown[], node: Node): readonly unknown[] {
    switch (node.kind) {
      case "text":
        return [node.text];
      case "value":
        return [node.value];
      case "list":
        return this.walk(values, node.nodes);
      case "identifier":
        return values;
      case "field":
        return this.field(values, node.name);
      case "wildcard":
        return values.flatMap(membersOf);
      case "recursive":
        return values.flatMap(withinOf);
      case "union":
        return node.parts.flatMap((part) => this.walk(values, part));
      case "slice":
        return values.flatMap((value) => this.slice(value, node));
      case "filter":
        return values.flatMap((value) => this.filter(value, node));
    }
  }

  private field(values: readonly unknown[], name: string): readonly unknown[] {
    const found = values.flatMap((value) => (isObject(value) && value[name] !== undefined ? [value[name]] : []));
    if (found.length === 0 && !this.missing) throw new Wrong(`${name} is not found`);
    return found;
  }

  private slice(value: unknown, { start, end, step, one }: Extract<Node, { kind: "slice" }>): readonly unknown[] {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) throw new Wrong(`${goSyntax(value)} is not array or slice`);
    const { length } = value;
    const place = (index: number): number => (index < 0 ? index + length : index);
    if (one) {
      const at = place(start ?? 0);
      if (at < 0 || at >= length) throw new Wrong(`array index out of bounds: index ${start ?? 0}, length ${length}`);
      return [value[at]];
    }
    const [from, to] = [place(start ?? 0), Math.min(place(end ?? length), length)];
    const every = step ?? 1;
    if (every <= 0) throw new Wrong("step must be > 0");
    const found: unknown[] = [];
    for (let i = from; i < to; i += every) found.push(value[i]);
    return found;
  }

  private filter(value: unknown, { left, operator, right }: Extract<Node, { kind: "filter" }>): readonly unknown[] {
    if (!Array.isArray(value)) return isObject(value) ? this.filter(Object.values(value), { kind: "filter", left, operator, right }) : [];
    const lenient = new Evaluation([], true);
    return value.filter((item: unknown) => {
      const lefts = lenient.walk([item], left);
      if (operator === "exists") return lefts.length > 0;
      const rights = lenient.walk([item], right);
      if (lefts.length > 1 || rights.length > 1) throw new Wrong("can only compare one element at a time");
      return lefts.length === 1 && rights.length === 1 && compares(lefts[0], operator, rights[0]);
    });
  }
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key])
    : [];
}

function withinOf(value: unknown): readonly unknown[] {
  const members = membersOf(value);
  return [...(Array.isArray(value) || isObject(value) ? [value] : []), ...members.flatMap(withinOf)];
}

function compares(a: unknown, operator: string, b: unknown): boolean {
  if (operator === "==") return a === b;
  if (operator === "!=") return a !== b;
  if (typeof a !== typeof b || (typeof a !== "number" && typeof a !== "string")) return false;
  const [l, r] = [a, b as typeof a]; // of one type, checked above
  switch (operator) {
    case "<":
      return l < r;
    case "<=":
      return l <= r;
    case ">":
      return l > r;
    default:
      return l >= r;
  }
}
