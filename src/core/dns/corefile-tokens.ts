/**
 * The Corefile's surface: words, lines, braces, quotes, comments, snippets. Source: the Caddyfile lexer and parser that
 * CoreDNS uses (coredns/caddy caddyfile/lexer.go, parse.go).
 */
export interface Token {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly quoted: boolean;
}

/** A directive with its arguments, and the lines of its block where it has one. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
  readonly block: readonly Directive[] | null;
}

export interface RawBlock {
  readonly keys: readonly string[];
  readonly line: number;
  readonly directives: readonly Directive[];
}

/** What is wrong with a Corefile. `error` is a sentence; CoreDNS would exit with it. */
export interface CorefileError {
  readonly error: string;
  readonly line: number;
}

export function tokensOf(text: string): Token[] | CorefileError {
  const tokens: Token[] = [];
  let line = 1;
  let i = 0;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === "\n") line += 1;
    if (/\s/.test(char)) i += 1;
    else if (char === "#") while (i < text.length && text.charAt(i) !== "\n") i += 1;
    else if (char === '"') {
      const quoted = readQuoted(text, i);
      if (quoted === null) return { error: 'a text in quotes has no closing "', line };
      tokens.push({ text: quoted.value, line, quoted: true });
      line += text.slice(i, quoted.end).split("\n").length - 1;
      i = quoted.end;
    } else {
      const start = i;
      while (i < text.length && !/\s/.test(text.charAt(i))) i += 1;
      tokens.push({ text: text.slice(start, i), line, quoted: false });
    }
  }
  return tokens;
}

/** Inside quotes only `\"` is an escape, so that regular expressions keep their backslashes. */
function readQuoted(text: string, start: number): { readonly value: string; readonly end: number } | null {
  let value = "";
  for (let i = start + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"') return { value, end: i + 1 };
    if (char === "\\" && text.charAt(i + 1) === '"') {
      value += '"';
      i += 1;
    } else value += char;
  }
  return null;
}

/** Server blocks in file order; snippets `(name) { … }` are put in where they are imported. */
export function blocksOf(text: string): readonly RawBlock[] | CorefileError {
  const tokens = tokensOf(text);
  if (!Array.isArray(tokens)) return tokens;
  const reader = new Reader(tokens);
  const blocks: RawBlock[] = [];
  const snippets = new Map<string, readonly Directive[]>();
  while (reader.peek() !== null) {
    const block = readBlock(reader);
    if ("error" in block) return block;
    const [first] = block.keys;
    const snippet = block.keys.length === 1 ? /^\((.+)\)$/.exec(first ?? "")?.[1] : undefined;
    const directives = withImports(block.directives, snippets);
    if (!Array.isArray(directives)) return directives as CorefileError;
    if (snippet !== undefined) snippets.set(snippet, directives);
    else blocks.push({ ...block, directives });
  }
  return blocks;
}

/** A position in the tokens. Local to one call of blocksOf. */
class Reader {
  private next = 0;
  private readonly tokens: readonly Token[];
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }
  peek(): Token | null {
    return this.tokens[this.next] ?? null;
  }
  take(): Token | null {
    const token = this.peek();
    if (token !== null) this.next += 1;
    return token;
  }
  /** Takes the tokens up to the end of the line, or up to a brace. */
  takeLine(line: number): Token[] {
    const taken: Token[] = [];
    for (let token = this.peek(); token !== null && token.line === line && !isBrace(token); token = this.peek()) {
      taken.push(token);
      this.next += 1;
    }
    return taken;
  }
  last(): Token {
    return this.tokens.at(-1) ?? { text: "", line: 1, quoted: false };
  }
}

function isBrace(token: Token): boolean {
  return !token.quoted && (token.text === "{" || token.text === "}");
}

/** Keys (`.:53`, comma or blank between them), then directives in braces; without braces the rest of the file. */
function readBlock(reader: Reader): RawBlock | CorefileError {
  const keys: Token[] = [];
  for (let token = reader.peek(); token !== null && !isBrace(token); token = reader.peek()) {
    const last = keys.at(-1);
    if (last !== undefined && token.line !== last.line && !last.text.endsWith(",")) break;
    keys.push(token);
    reader.take();
  }
  const open = reader.peek();
  const line = keys[0]?.line ?? open?.line ?? 1;
  const names = keys.flatMap((key) => key.text.split(",")).filter((key) => key !== "");
  if (open === null || !isBrace(open)) {
    const directives = readDirectives(reader, "none");
    return Array.isArray(directives) ? { keys: names, line, directives } : (directives as CorefileError);
  }
  if (open.text === "}") return { error: "a closing brace without an opening one", line: open.line };
  if (names.length === 0) return { error: "a server block needs a zone before its opening brace", line: open.line };
  reader.take();
  const directives = readDirectives(reader, "server");
  return Array.isArray(directives) ? { keys: names, line, directives } : (directives as CorefileError);
}

/** `braces`: those of a server block, those of a directive's own block, or none around them. */
function readDirectives(reader: Reader, braces: "none" | "server" | "directive"): readonly Directive[] | CorefileError {
  const directives: Directive[] = [];
  for (let token = reader.take(); token !== null; token = reader.take()) {
    if (isBrace(token)) {
      if (token.text === "}" && braces !== "none") return directives;
      return { error: `Unknown directive '${token.text}'`, line: token.line };
    }
    const args = reader.takeLine(token.line).map((arg) => arg.text);
    const after = reader.peek();
    if (after !== null && isBrace(after) && after.text === "}" && after.line === token.line)
      return { error: "Unexpected '}' because no matching opening brace", line: after.line };
    let block: readonly Directive[] | null = null;
    if (after !== null && isBrace(after) && after.text === "{") {
      if (after.line !== token.line) return { error: "an opening brace must stand at the end of its directive's line", line: after.line };
      reader.take();
      const read = readDirectives(reader, "directive");
      if (!Array.isArray(read)) return read;
      block = read as readonly Directive[];
    }
    directives.push({ name: token.text, args, line: token.line, block });
  }
  return braces === "none" ? directives : (endOfFile(reader, braces) ?? directives);
}

/**
 * The file is over and a brace is open. The parser only looks whether the last word is a closing one: where the brace of a
 * directive is missing, that of the server block closes the directive and counts once more.
 */
function endOfFile(reader: Reader, braces: "server" | "directive"): CorefileError | null {
  const last = reader.last();
  if (braces === "directive") return { error: "Unexpected EOF", line: last.line };
  return last.text === "}" ? null : { error: `Syntax error: Unexpected token '${last.text}', expecting '}'`, line: last.line };
}

function withImports(
  directives: readonly Directive[],
  snippets: ReadonlyMap<string, readonly Directive[]>,
): readonly Directive[] | CorefileError {
  const result: Directive[] = [];
  for (const directive of directives) {
    if (directive.name !== "import") {
      result.push(directive);
      continue;
    }
    const snippet = snippets.get(directive.args[0] ?? "");
    if (snippet === undefined) return { error: `File to import not found: ${directive.args[0] ?? ""}`, line: directive.line };
    result.push(...snippet);
  }
  return result;
}
