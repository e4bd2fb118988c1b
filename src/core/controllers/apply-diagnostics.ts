/** What is said about documents when they are applied: refusals with the API server's words, at their characters. */
import type { Admitted } from "../api/admission.ts";
import { isObject, textAt } from "../api/json.ts";
import { isSimulated } from "../api/kinds.ts";
import type { Diagnostic, ManifestDocument, QuickFix, Severity } from "../manifests/types.ts";
import { nearest } from "./edit-distance.ts";

interface Words {
  readonly severity: Severity;
  readonly code: string;
  readonly field: string;
  readonly message: string;
  readonly stopsTraffic?: boolean;
  readonly fixes?: readonly QuickFix[];
  readonly part?: "key" | "value";
}

export function diagnostic(document: ManifestDocument, words: Words): Diagnostic {
  const { severity, code, field, message, stopsTraffic = false, fixes = [], part = "value" } = words;
  return {
    file: document.file,
    document: document.index,
    range: document.locate(placeIn(document, field), part),
    severity,
    code,
    field,
    message,
    stopsTraffic,
    fixes,
  };
}

/** Errors name fields as stored; a person may have written their short form. */
function placeIn(document: ManifestDocument, field: string): string {
  const addresses = /^spec\.clusterIPs(\[\d+\])?$/.exec(field);
  if (addresses !== null && textAt(document.value, "spec", "clusterIP") !== undefined && !hasList(document)) return "spec.clusterIP";
  if (field.startsWith("spec.podCIDRs") && textAt(document.value, "spec", "podCIDR") !== undefined) return "spec.podCIDR";
  for (const [named, written] of ELSEWHERE) if (named.test(field)) return field.replace(named, written);
  return field;
}

/** Fields that the API server's errors name otherwise than a manifest writes them. */
const ELSEWHERE: readonly (readonly [named: RegExp, written: string])[] = [
  [/^spec\.LoadBalancerSourceRanges/, "spec.loadBalancerSourceRanges"],
  // Labels and annotations of a Pod template.
  [/(\btemplate)\.(labels|annotations)/, "$1.metadata.$2"],
  [/^metadata\.taints/, "spec.taints"],
  [/^annotations\.(.+)$/, "metadata.annotations[$1]"],
];

function hasList(document: ManifestDocument): boolean {
  return /"clusterIPs"/.test(JSON.stringify(document.value));
}

const CODES: { readonly [reason: string]: string } = {
  FieldValueRequired: "required-value",
  FieldValueInvalid: "invalid-value",
  FieldValueForbidden: "forbidden-value",
  FieldValueDuplicate: "duplicate-value",
  FieldValueNotSupported: "unsupported-value",
  FieldValueTooLong: "too-long",
  FieldValueTooMany: "too-long",
  FieldValueNotFound: "invalid-value",
  FieldValueTypeInvalid: "wrong-type",
};

/** The refusal of one object: a diagnostic for each cause. */
export function refusal(document: ManifestDocument, refused: Admitted & { readonly ok: false }, kind: string): readonly Diagnostic[] {
  const { status, problems } = refused;
  const stopsTraffic = isSimulated(kind);
  if (status.reason === "NotFound" && status.details?.kind === "namespaces")
    return [missingNamespace(document, status.message, stopsTraffic)];
  return problems.map((problem) => {
    const { field, message } = problem;
    if (problem.known !== undefined && message.startsWith("unknown field"))
      return unknownField(document, { field, message, known: problem.known, stopsTraffic });
    const reason = "reason" in problem && typeof problem.reason === "string" ? problem.reason : "";
    const code = CODES[reason] ?? (problem.known === undefined ? "refused" : "wrong-type");
    const text = field === "" || code === "wrong-type" ? message : `${field}: ${message}`;
    const fixes = NEEDS_BOTH_FAMILIES.test(message)
      ? dualStackFix(document)
      : BLACKED_OUT.test(message)
        ? exampleAddress(document, field)
        : [];
    return diagnostic(document, { severity: "error", code, field, message: text, stopsTraffic, fixes });
  });
}

const NEEDS_BOTH_FAMILIES = /(this cluster is not configured for dual-stack services|not configured on this cluster)$/;

/** `x.x.x.x`: somebody took the address out before showing the manifest around. */
const BLACKED_OUT = /^Invalid value: "[xX*#]+(\.[xX*#]+){3}": must be a valid IP address/;

/** An address that is kept for documentation stands in for it. (RFC 5737) */
function exampleAddress(document: ManifestDocument, field: string): readonly QuickFix[] {
  const { start, end } = document.locate(placeIn(document, field));
  return [{ title: "Put an example address: 203.0.113.10", edits: [{ file: document.file, start, end, text: "203.0.113.10" }] }];
}

/** The cluster's own ranges beside an IPv6 one each, in kubeadm's words: its nodes stay as they are. */
function dualStackFix(document: ManifestDocument): readonly QuickFix[] {
  const text = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking:
  podSubnet: 10.244.0.0/16,fd00:10:244::/56
  serviceSubnet: 10.96.0.0/12,fd00:10:96::/112
---
`;
  return documentAbove(document, "Make the cluster dual-stack", text);
}

/** A fix that puts another document above this one, where the text allows it. */
function documentAbove(document: ManifestDocument, title: string, text: string): readonly QuickFix[] {
  const { start, column } = document.range;
  if (document.dialect !== "yaml" || document.root !== "" || column !== 1) return [];
  return [{ title, edits: [{ file: document.file, start, end: start, text }] }];
}

function unknownField(
  document: ManifestDocument,
  { field, message, known, stopsTraffic }: { field: string; message: string; known: readonly string[]; stopsTraffic: boolean },
): Diagnostic {
  const name = field.split(".").at(-1) ?? field;
  const meant = nearest(name, known);
  const range = document.locate(field, "key");
  const fixes =
    meant === null
      ? []
      : [{ title: `Change to ${meant}`, edits: [{ file: document.file, start: range.start, end: range.end, text: meant }] }];
  return diagnostic(document, { severity: "error", code: "unknown-field", field, message, stopsTraffic, fixes, part: "key" });
}

function missingNamespace(document: ManifestDocument, message: string, stopsTraffic: boolean): Diagnostic {
  const namespace = textAt(document.value, "metadata", "namespace") ?? "";
  const text = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n---\n`;
  const fixes = documentAbove(document, `Add the Namespace ${namespace}`, text);
  return diagnostic(document, {
    severity: "error",
    code: "namespace-not-found",
    field: "metadata.namespace",
    message,
    stopsTraffic,
    fixes,
  });
}

export function warningsOf(document: ManifestDocument, warnings: readonly string[]): readonly Diagnostic[] {
  return warnings.map((message) =>
    diagnostic(document, {
      severity: "warning",
      code: "api-warning",
      field: /(?:^|annotation )(spec\.\w+)/.exec(message)?.[1] ?? "",
      message,
    }),
  );
}

/** A document without kind or apiVersion is no object. */
export function namelessDocument(document: ManifestDocument, value: unknown): Diagnostic {
  const missing = ["apiVersion", "kind"].filter((field) => (textAt(value, field) ?? "") === "").map((field) => `${field} not set`);
  const message = `error validating data: ${missing.length === 1 ? (missing[0] ?? "") : `[${missing.join(", ")}]`}`;
  const code = !isObject(value) ? "not-an-object" : (textAt(value, "kind") ?? "") === "" ? "missing-kind" : "missing-api-version";
  return diagnostic(document, { severity: "error", code, field: "", message });
}

export function duplicateDocument(document: ManifestDocument, earlier: ManifestDocument, kind: string, name: string): Diagnostic {
  const where = earlier.file === document.file ? `line ${earlier.range.line}` : `${earlier.file}, line ${earlier.range.line}`;
  return diagnostic(document, {
    severity: "warning",
    code: "duplicate-object",
    field: "metadata.name",
    message: `${kind} ${name} stands at ${where} too; this one wins, as it comes later.`,
  });
}

export function objectReplaced(document: ManifestDocument, kind: string, why: string): Diagnostic {
  const name = textAt(document.value, "metadata", "name") ?? "";
  const message = `${kind} ${name} was deleted and created again: ${why}.`;
  return diagnostic(document, { severity: "info", code: "object-replaced", field: "spec", message });
}
