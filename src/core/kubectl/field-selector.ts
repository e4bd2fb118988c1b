/** Field selectors, as `--field-selector` takes them: each kind serves only some fields. (pkg/apis/core/v1/conversion.go, …/apps) */
import { at } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { badSelector, type Asked } from "./label-selector.ts";
import { refuse } from "./session.ts";

export interface FieldRequirement {
  readonly field: string;
  readonly equals: boolean;
  readonly value: string;
}

const ANY: readonly string[] = ["metadata.name", "metadata.namespace"];

/** Fields that a kind serves beside name and namespace. */
const FIELDS: { readonly [kind: string]: readonly string[] } = {
  Pod: "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork status.phase status.podIP status.podIPs status.nominatedNodeName".split(
    " ",
  ),
  Service: ["spec.clusterIP", "spec.type"],
  Node: ["spec.unschedulable"],
  Namespace: ["status.phase"],
  ReplicationController: ["status.replicas"],
  Secret: ["type"],
  Job: ["status.successful"],
  Event:
    "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason reportingComponent source type".split(
      " ",
    ),
};

/** Throws KubectlError with the server's reply. */
export function readFieldSelector(text: string, asked: Asked): readonly FieldRequirement[] {
  const { kind, group } = asked.resource;
  const known = [...ANY, ...(group === "" || group === "batch" ? (FIELDS[kind] ?? []) : [])];
  return text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => {
      const found = /^(.*?)(!=|==|=)(.*)$/.exec(part);
      if (found === null) return refuse(badSelector(asked, `invalid selector: '${text}'; can't understand '${part}'`));
      const [, field = "", operator, value = ""] = found;
      if (!known.includes(field)) return refuse(badSelector(asked, unsupported(kind, field)));
      return { field, equals: operator !== "!=", value };
    });
}

function unsupported(kind: string, field: string): string {
  return Object.hasOwn(FIELDS, kind) && kind !== "Job"
    ? `field label not supported: ${field}`
    : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

export function matchesFields(requirements: readonly FieldRequirement[], object: KubeObject): boolean {
  return requirements.every(({ field, equals, value }) => (valueOf(object, field) === value) === equals);
}

function valueOf(object: KubeObject, field: string): string {
  if (field === "source") return String(at(object, "source", "component") ?? "");
  const found = at(object, ...field.split("."));
  if (found === undefined || found === null) return field === "spec.unschedulable" || field === "spec.hostNetwork" ? "false" : "";
  return String(found);
}
