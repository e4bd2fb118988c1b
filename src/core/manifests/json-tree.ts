/**
 * The tree of a text that is known to be JSON (`JSON.parse` has read it). YAML's parser would make the same tree, by way of
 * tokens and productions that JSON has no need of: a dump of a cluster (`kubectl get -o json`) is read many times faster so.
 */
import { Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { ParsedNode } from "yaml";

/** As the library would make it: flow collections, double-quoted and plain scalars, spans from first to last character. */
export function jsonTree(text: string): ParsedNode {
  const reader = new JsonReader(text);
  return reader.read() as ParsedNode; // every node has its range
}

/** A class because the place in the text moves on with every part that is read. */
class JsonReader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(): YAMLMap | YAMLSeq | Scalar {
    this.skipSpace();
    const start = this.at;
    switch (this.text[start]) {
      case "{":
        return this.readObject(start);
      case "[":
        return this.readArray(start);
      case '"':
        return this.readString(start);
      default:
        return this.readWord(start);
    }
  }

  private readObject(start: number): YAMLMap {
    const map = new YAMLMap();
    map.flow = true;
    for (this.at++; !this.ends("}");) {
      const key = this.read();
      this.expect(":");
      map.items.push(new Pair(key, this.read()));
    }
    map.range = [start, this.at, this.at];
    return map;
  }

  private readArray(start: number): YAMLSeq {
    const seq = new YAMLSeq();
    seq.flow = true;
    for (this.at++; !this.ends("]");) seq.items.push(this.read());
    seq.range = [start, this.at, this.at];
    return seq;
  }

  private readString(start: number): Scalar {
    let end = start + 1;
    let escaped = false;
    while (this.text[end] !== '"') {
      if (this.text[end] === "\\") {
        escaped = true;
        end++;
      }
      end++;
      if (end >= this.text.length) throw new Error(`a text at ${start} never ends: this is not JSON`);
    }
    const value = escaped ? String(JSON.parse(this.text.slice(start, end + 1))) : this.text.slice(start + 1, end);
    return this.scalar(start, end + 1, value, "QUOTE_DOUBLE");
  }

  /** A number, `true`, `false` or `null`: the value stays text, as with every scalar of the tree. */
  private readWord(start: number): Scalar {
    const found = /[^\s,\]}]+/y;
    found.lastIndex = start;
    const word = found.exec(this.text)?.[0] ?? "";
    if (word === "") throw new Error(`nothing to read at ${start}: this is not JSON`);
    return this.scalar(start, start + word.length, word, "PLAIN");
  }

  private scalar(start: number, end: number, value: string, type: "QUOTE_DOUBLE" | "PLAIN"): Scalar {
    const scalar = new Scalar(value);
    scalar.type = type;
    scalar.source = value;
    scalar.range = [start, end, end];
    this.at = end;
    return scalar;
  }

  /** Steps over blank space and a comma; true where the bracket closes here. */
  private ends(bracket: string): boolean {
    this.skipSpace();
    if (this.text[this.at] === ",") this.at++;
    this.skipSpace();
    if (this.text[this.at] !== bracket) return false;
    this.at++;
    return true;
  }

  private expect(mark: string): void {
    this.skipSpace();
    if (this.text[this.at] !== mark) throw new Error(`no "${mark}" at ${this.at}: this is not JSON`);
    this.at++;
  }

  private skipSpace(): void {
    while (SPACE.has(this.text.charCodeAt(this.at))) this.at++;
  }
}

const SPACE: ReadonlySet<number> = new Set([32, 9, 10, 13]);
