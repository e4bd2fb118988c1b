/**
 * Makes the editor's Kubernetes schema from the type declarations of kubernetes-models: fields, types, enums,
 * required marks and descriptions of the kinds that people write here. The result is not committed; it is made anew
 * when the package's version or this script changes.
 *
 * A declaration file holds `export interface IServiceSpec { "type"?: "ClusterIP" | …; … }`; types refer
 * to interfaces of other files by imports. The small reader below knows exactly that much of TypeScript.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);
const root = resolve(dirname(here), "..");
const modules = join(root, "node_modules");
const target = join(root, "src", "app", "editor", "generated", "kubernetes-schema.ts");

/** Declaration file of each kind, below kubernetes-models. */
const KINDS = [
  ...["Service", "Pod", "Namespace", "Node", "Endpoints", "ConfigMap", "ReplicationController"].map((kind) => `v1/${kind}`),
  ...["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"].map((kind) => `apps/v1/${kind}`),
  ...["Job", "CronJob"].map((kind) => `batch/v1/${kind}`),
  "discovery.k8s.io/v1/EndpointSlice",
  ...["NetworkPolicy", "Ingress", "IngressClass"].map((kind) => `networking.k8s.io/v1/${kind}`),
];

/** Descriptions end at a sentence, at most so long. */
const DESCRIPTION_CHARS = 700;

const version = JSON.parse(readFileSync(join(modules, "kubernetes-models", "package.json"), "utf8")).version;
const stamp = createHash("sha256").update(version).update(readFileSync(here)).digest("hex").slice(0, 16);
if (existsSync(target) && readFileSync(target, "utf8").includes(stamp)) process.exit(0);

const types = {};
/** File → name its interface has in the schema. */
const names = new Map();
const queue = [];

function nameOfFile(file) {
  const known = names.get(file);
  if (known !== undefined) return known;
  const short = file.slice(file.lastIndexOf("/") + 1);
  const taken = new Set(names.values());
  let name = short;
  for (let n = 2; taken.has(name); n++) name = `${short}${n}`;
  names.set(file, name);
  queue.push(file);
  return name;
}

function readDeclaration(file) {
  const text = readFileSync(`${file}.d.ts`, "utf8");
  const imports = new Map();
  for (const [, list, from] of text.matchAll(/import \{([^}]*)\} from "([^"]+)";/g)) {
    const path = from.replace(/\.js$/, "");
    const resolved = path.startsWith(".") ? join(dirname(file), path) : join(modules, path);
    for (const name of list.split(",")) imports.set(name.trim(), resolved);
  }
  const alias = /export type \{(?<list>[^}]*)\};/.exec(text)?.groups.list ?? "";
  for (const [, own, exported] of alias.matchAll(/(\w+) as (\w+)/g)) {
    imports.set(own, file);
    imports.set(exported, file);
  }
  const start = text.search(/export interface I\w+/);
  if (start === -1) return { kind: aliasOf(text, imports), description: "" };
  const comment = [...text.slice(0, start).matchAll(/\/\*\*([\s\S]*?)\*\//g)].at(-1)?.[1] ?? "";
  const reader = new Reader(text, text.indexOf("{", start), imports);
  return { kind: reader.object(), description: describe(comment) };
}

/** `export type IIntOrString = string | number` and the like. */
function aliasOf(text, imports) {
  const at = /export (?:declare )?type I\w+ = /.exec(text);
  return at === null ? { t: "any" } : new Reader(text, at.index + at[0].length, imports).type();
}

class Reader {
  constructor(text, at, imports) {
    this.text = text;
    this.at = at;
    this.imports = imports;
  }

  space() {
    const comments = [];
    for (;;) {
      const rest = this.text.slice(this.at);
      const white = /^\s+/.exec(rest)?.[0] ?? "";
      this.at += white.length;
      const comment = /^\/\*\*([\s\S]*?)\*\//.exec(this.text.slice(this.at));
      if (comment === null) return comments.at(-1) ?? "";
      comments.push(comment[1]);
      this.at += comment[0].length;
    }
  }

  take(pattern) {
    this.space();
    const found = new RegExp(`^(?:${pattern})`).exec(this.text.slice(this.at));
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }

  need(pattern) {
    const found = this.take(pattern);
    if (found === null) throw new Error(`expected ${pattern} at: ${this.text.slice(this.at, this.at + 60)}`);
    return found;
  }

  /** `{ "field"?: type; … }` or `{ [key: string]: type }`. */
  object() {
    this.need("\\{");
    const fields = {};
    let map = null;
    for (;;) {
      const description = describe(this.space());
      if (this.take("\\}") !== null) break;
      if (this.take("\\[key: string\\]\\s*:") !== null) map = this.type();
      else {
        const name = JSON.parse(this.need('"[^"]*"'));
        const optional = this.take("\\?") !== null;
        this.need(":");
        fields[name] = { ...this.type(), ...(description === "" ? {} : { d: description }), ...(optional ? {} : { r: 1 }) };
      }
      this.take(";");
    }
    return map !== null && Object.keys(fields).length === 0 ? { t: "map", i: map } : { t: "object", p: fields };
  }

  /** A union of literals is an enum; other unions keep their first member that says something. */
  type() {
    const members = [this.member()];
    while (this.take("\\|") !== null) members.push(this.member());
    const literals = members.filter((member) => member.e !== undefined).flatMap((member) => member.e);
    if (literals.length > 0) return { t: "string", e: literals.filter((literal) => literal !== "") };
    const useful = members.filter((member) => member.t !== "null");
    const primitive = new Set(useful.map((member) => member.t));
    return primitive.size > 1 && primitive.has("string") ? { t: "intOrString" } : (useful[0] ?? { t: "any" });
  }

  member() {
    const literal = this.take('"(?:[^"\\\\]|\\\\.)*"');
    if (literal !== null) return { t: "string", e: [JSON.parse(literal)] };
    this.space();
    if (this.text[this.at] === "{") return this.object();
    if (this.take("Array<") !== null) {
      const item = this.type();
      this.need(">");
      return { t: "array", i: item };
    }
    const word = this.need("[\\w.]+");
    if (word === "string" || word === "number" || word === "boolean" || word === "null") return { t: word };
    const file = this.imports.get(word);
    return file === undefined || !existsSync(`${file}.d.ts`) ? { t: "any" } : { ref: nameOfFile(file) };
  }
}

function describe(comment) {
  const text = comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim()
    .replaceAll(/\n{3,}/g, "\n\n");
  if (text.length <= DESCRIPTION_CHARS) return text;
  const cut = text.slice(0, DESCRIPTION_CHARS);
  const sentence = cut.lastIndexOf(". ") + 1;
  return sentence > 200 ? cut.slice(0, sentence) : `${cut.slice(0, cut.lastIndexOf(" "))} …`;
}

const kinds = {};
for (const kind of KINDS) {
  const [name] = kind.split("/").slice(-1);
  kinds[`${kind.slice(0, -name.length - 1)} ${name}`] = nameOfFile(join(modules, "kubernetes-models", kind));
}
while (queue.length > 0) {
  const file = queue.shift();
  const { kind, description } = readDeclaration(file);
  types[names.get(file)] = { ...kind, ...(description === "" ? {} : { d: description }) };
}

const json = JSON.stringify({ kinds, types });
mkdirSync(dirname(target), { recursive: true });
writeFileSync(
  target,
  `// Made by scripts/generate-schema.mjs from kubernetes-models ${version} (MIT). ${stamp}\n` +
    `/** The schema as JSON text: see ../schema.ts for its shape. */\nexport const kubernetesSchema: string = ${JSON.stringify(json)};\n`,
);
process.stdout.write(`editor schema: ${Object.keys(types).length} types, ${Math.round(json.length / 1024)} KiB\n`);
