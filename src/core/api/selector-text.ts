/**
 * Label selectors as people type them: `app=web,tier in (a, b),!canary`, the syntax of `kubectl -l`. What is read is a
 * `LabelSelector` and the comparisons `>` and `<`, which only this form has.
 *
 * Source: apimachinery/pkg/labels/selector.go (Lexer, Parser). The same texts are read and the same are refused; the words of a
 * refusal are ours and name the place, so that it can be shown there.
 */
import { labelValue, qualifiedName } from "./formats.ts";
import { matchesSelector } from "./selectors.ts";
import type { LabelSelector, StringMap } from "./types.ts";

type Expression = NonNullable<LabelSelector["matchExpressions"]>[number];

/** `replicas>3`: the label is there, both are whole numbers, and its is greater (or less). */
interface Comparison {
  readonly key: string;
  readonly operator: ">" | "<";
  readonly than: number;
}

export interface TypedSelector {
  readonly expressions: readonly Expression[];
  readonly comparisons: readonly Comparison[];
}

export type ReadSelector =
  | { readonly kind: "ok"; readonly selector: TypedSelector }
  /** `at`: character from 0 at which the text stops making sense. */
  | { readonly kind: "wrong"; readonly at: number; readonly message: string };

/** All requirements hold. A selector without any matches everything, as `kubectl -l ''` does. */
export function matchesTyped({ expressions, comparisons }: TypedSelector, labels: StringMap): boolean {
  return (
    matchesSelector({ matchExpressions: expressions }, labels) &&
    comparisons.every(({ key, operator, than }) => {
      const value = labels[key];
      if (value === undefined || !WHOLE.test(value)) return false;
      return operator === ">" ? Number(value) > than : Number(value) < than;
    })
  );
}

const WHOLE = /^[+-]?\d+$/;

interface Token {
  readonly text: string;
  readonly at: number;
}

/** Operators and marks, else everything up to the next mark or space. (Lexer.Lex) */
function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(/==|!=|[!()=,<>]|[^\s!()=,<>]+/g)].map((found) => ({ text: found[0], at: found.index }));
}

const MARK = /^(==|!=|[!()=,<>])$/;

/** A mistake in the text, thrown only within this file to leave the descent at once. */
class Wrong extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Reads the whole text, or says at which character it goes wrong and what is expected there. */
export function readSelector(text: string): ReadSelector {
  try {
    return { kind: "ok", selector: parse(text) };
  } catch (error) {
    if (error instanceof Wrong) return { kind: "wrong", at: error.at, message: error.message };
    throw error;
  }
}

function parse(text: string): TypedSelector {
  const tokens = tokensOf(text);
  const expressions: Expression[] = [];
  const comparisons: Comparison[] = [];
  let next = 0;
  const peek = (): Token => tokens[next] ?? { text: "", at: text.length };
  const take = (): Token => {
    const token = peek();
    next++;
    return token;
  };

  const key = (): string => {
    const token = take();
    if (token.text === "" || MARK.test(token.text)) throw new Wrong(token.at, `A label's key is expected here${found(token)}.`);
    if (qualifiedName(token.text).length > 0)
      throw new Wrong(token.at, `${token.text} is no label key: letters, digits, - _ and . (with a domain and / before it, if any).`);
    return token.text;
  };
  const checked = (token: Token): string => {
    if (labelValue(token.text).length > 0)
      throw new Wrong(token.at, `${token.text} is no label value: up to 63 letters, digits, - _ and .`);
    return token.text;
  };
  /** `app=` asks for the empty value. */
  const value = (operator: string): string => {
    const token = peek();
    if (token.text === "" || token.text === ",") return "";
    if (MARK.test(token.text)) throw new Wrong(token.at, `A value is expected after ${operator}${found(token)}.`);
    return checked(take());
  };
  const values = (operator: string): readonly string[] => {
    const open = take();
    if (open.text !== "(") throw new Wrong(open.at, `The values of ${operator} stand in parentheses: ${operator} (a, b).`);
    const list: string[] = [];
    for (;;) {
      const token = take();
      if (token.text === ")") {
        if (list.length === 0) throw new Wrong(token.at, `${operator} wants at least one value.`);
        // `in (a,)` asks for the empty value too, as does `in (,a)` below
        return [...list, ""];
      }
      if (token.text === "" || (MARK.test(token.text) && token.text !== ","))
        throw new Wrong(token.at, `A value is expected here${found(token)}.`);
      if (token.text === ",") {
        list.push("");
        continue;
      }
      list.push(checked(token));
      const after = take();
      if (after.text === ")") return list;
      if (after.text !== ",") throw new Wrong(after.at, `A comma or the closing parenthesis is expected here${found(after)}.`);
    }
  };
  const requirement = (): void => {
    if (peek().text === "!") {
      take();
      expressions.push({ key: key(), operator: "DoesNotExist" });
      return;
    }
    const name = key();
    const operator = peek();
    switch (operator.text) {
      case "":
      case ",":
        expressions.push({ key: name, operator: "Exists" });
        return;
      case "=":
      case "==":
        take();
        expressions.push({ key: name, operator: "In", values: [value(operator.text)] });
        return;
      case "!=":
        take();
        expressions.push({ key: name, operator: "NotIn", values: [value("!=")] });
        return;
      case "in":
      case "notin":
        take();
        expressions.push({ key: name, operator: operator.text === "in" ? "In" : "NotIn", values: values(operator.text) });
        return;
      case ">":
      case "<": {
        take();
        const than = take();
        if (!WHOLE.test(than.text)) throw new Wrong(than.at, `A whole number is expected after ${operator.text}${found(than)}.`);
        comparisons.push({ key: name, operator: operator.text, than: Number(than.text) });
        return;
      }
      default:
        throw new Wrong(operator.at, `One of = != in notin is expected after ${name}${found(operator)}.`);
    }
  };

  while (peek().text !== "") {
    requirement();
    const after = take();
    if (after.text === "") break;
    if (after.text !== ",") throw new Wrong(after.at, `A comma is expected between two requirements${found(after)}.`);
    if (peek().text === "") throw new Wrong(text.length, "After the comma another requirement is expected.");
  }
  return { expressions, comparisons };
}

function found({ text }: Token): string {
  return text === "" ? "" : `, not ${text}`;
}
