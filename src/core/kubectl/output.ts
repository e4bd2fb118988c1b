/** `-o`: the forms in which objects are printed, tables aside. (cli-runtime/pkg/genericclioptions, cli-runtime/pkg/printers) */
import { isObject } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { printCustomColumns, readCustomColumns, type CustomColumn } from "./custom-columns.ts";
import type { Flags } from "./flags.ts";
import { printTemplate, readTemplate, type Template } from "./jsonpath.ts";
import { namedObject, resourceOfKind } from "./resources.ts";
import { fail } from "./session.ts";
import { toJson, toKyaml, toYaml } from "./yaml.ts";

export type Output =
  | { readonly kind: "table"; readonly wide: boolean }
  | { readonly kind: "yaml" | "json" | "kyaml" | "name" }
  | { readonly kind: "jsonpath"; readonly template: Template; readonly asJson: boolean; readonly missing: boolean }
  | { readonly kind: "columns"; readonly columns: readonly CustomColumn[]; readonly headers: boolean };

const TEMPLATES = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile";

/** What `-o` asks for. Throws KubectlError for a form that there is not. `tables`: the command prints tables too. */
export function readOutput(flags: Flags, tables: boolean): Output {
  const text = flags.text("output") ?? "";
  const missing = flags.bool("allow-missing-template-keys", true);
  const template = flags.text("template") ?? "";
  const equals = text.indexOf("=");
  const format = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
  const rest = equals < 0 ? template : text.slice(equals + 1);
  switch (format) {
    case "yaml":
    case "json":
    case "kyaml":
    case "name":
      if (equals < 0) return { kind: format };
      break;
    case "jsonpath":
    case "jsonpath-as-json":
      if (rest === "") fail(`template format specified but no template given`);
      return { kind: "jsonpath", template: readTemplate(rest), asJson: format === "jsonpath-as-json", missing };
    case "":
      if (tables) return { kind: "table", wide: false };
      break;
    case "wide":
      if (tables) return { kind: "table", wide: true };
      break;
    case "custom-columns":
      if (!tables) break;
      return { kind: "columns", columns: readCustomColumns(equals < 0 ? "" : rest), headers: !flags.bool("no-headers") };
    case "go-template":
    case "template":
    case "go-template-file":
    case "templatefile":
    case "jsonpath-file":
    case "custom-columns-file":
      return fail(`this kubectl does not print ${format}: use jsonpath, custom-columns, yaml or json`);
    default:
  }
  const formats = tables ? `custom-columns,custom-columns-file,${TEMPLATES},wide,yaml` : `${TEMPLATES},yaml`;
  return fail(`unable to match a printer suitable for the output format "${text}", allowed formats are: ${formats}`);
}

/** An object as a reader of the API gets it. */
export function shown(object: KubeObject, managedFields = false): KubeObject {
  const { managedFields: _managed, ...metadata } = object.metadata as KubeObject["metadata"] & { readonly managedFields?: unknown }; // a field that the types leave out
  const plain = managedFields ? object : { ...object, metadata };
  if (object.kind !== "EndpointSlice") return plain;
  // These two are never left out, and an empty list is none.
  const orNull = (value: unknown): unknown => (Array.isArray(value) && value.length > 0 ? value : null);
  return { ...plain, endpoints: orNull(object["endpoints"]), ports: orNull(object["ports"]) };
}

/** Several objects, or none. */
export function listOf(objects: readonly KubeObject[]): unknown {
  return { apiVersion: "v1", items: objects, kind: "List", metadata: { resourceVersion: "" } };
}

/** Prints one object, or a `List`, in any form but a table. */
export function printObject(value: unknown, output: Exclude<Output, { kind: "table" }>): string {
  switch (output.kind) {
    case "yaml":
      return toYaml(value);
    case "json":
      return toJson(value);
    case "kyaml":
      return toKyaml(value);
    case "name":
      return itemsOf(value).map(nameLine).join("");
    case "jsonpath":
      return printTemplate(output.template, value, output);
    case "columns":
      return printCustomColumns(output.columns, itemsOf(value), output.headers);
  }
}

function itemsOf(value: unknown): readonly KubeObject[] {
  const isList = isObject(value) && value["kind"] === "List" && Array.isArray(value["items"]);
  return (isList ? value["items"] : [value]) as readonly KubeObject[]; // made of objects by listOf
}

function nameLine({ apiVersion, kind, metadata }: KubeObject): string {
  return `${namedObject(resourceOfKind(apiVersion, kind), metadata.name)}\n`;
}
