/** Volumes in descriptions: those that manifests of Services bring along; any other by its name alone. (describeVolumes) */
import { at, booleanAt, listAt, numberAt, textAt } from "../api/json.ts";
import type { Description } from "./description.ts";

export function volumeLines(to: Description, volumes: readonly unknown[], space: string): void {
  to.line(0, volumes.length === 0 ? `${space}Volumes:\t<none>` : `${space}Volumes:`);
  for (const volume of volumes) {
    to.line(1, `${space === "" ? "" : " "}${textAt(volume, "name") ?? ""}:`);
    sourceLines(to, volume);
  }
}

function sourceLines(to: Description, volume: unknown): void {
  const text = (...path: readonly string[]): string => textAt(volume, ...path) ?? "";
  const optional = (source: unknown): string => String(booleanAt(source, "optional") === true);
  if (at(volume, "hostPath") !== undefined) {
    to.field(2, "Type", "HostPath (bare host directory volume)")
      .field(2, "Path", text("hostPath", "path"))
      .field(2, "HostPathType", textAt(volume, "hostPath", "type") ?? "<none>");
  } else if (at(volume, "emptyDir") !== undefined) {
    const limit = at(volume, "emptyDir", "sizeLimit");
    to.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)")
      .field(2, "Medium", text("emptyDir", "medium"))
      .field(2, "SizeLimit", typeof limit === "string" || typeof limit === "number" ? String(limit) : "<unset>");
  } else if (at(volume, "secret") !== undefined) {
    to.field(2, "Type", "Secret (a volume populated by a Secret)")
      .field(2, "SecretName", text("secret", "secretName"))
      .field(2, "Optional", optional(at(volume, "secret")));
  } else if (at(volume, "configMap") !== undefined) {
    to.field(2, "Type", "ConfigMap (a volume populated by a ConfigMap)")
      .field(2, "Name", text("configMap", "name"))
      .field(2, "Optional", optional(at(volume, "configMap")));
  } else if (at(volume, "persistentVolumeClaim") !== undefined) {
    to.field(2, "Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)")
      .field(2, "ClaimName", text("persistentVolumeClaim", "claimName"))
      .field(2, "ReadOnly", String(booleanAt(volume, "persistentVolumeClaim", "readOnly") === true));
  } else if (at(volume, "downwardAPI") !== undefined) {
    to.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)").line(2, "Items:");
    for (const item of listAt(volume, "downwardAPI", "items"))
      if (at(item, "fieldRef") !== undefined) to.line(3, `${textAt(item, "fieldRef", "fieldPath") ?? ""} -> ${textAt(item, "path") ?? ""}`);
  } else if (at(volume, "projected") !== undefined) {
    to.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
    for (const source of listAt(volume, "projected", "sources")) projectedLines(to, source);
  } else to.line(1, "<unknown>");
}

function projectedLines(to: Description, source: unknown): void {
  const optional = (field: string): string => String(booleanAt(source, field, "optional") === true);
  if (at(source, "secret") !== undefined) {
    to.field(2, "SecretName", textAt(source, "secret", "name") ?? "").field(2, "Optional", optional("secret"));
  } else if (at(source, "downwardAPI") !== undefined) to.field(2, "DownwardAPI", "true");
  else if (at(source, "configMap") !== undefined) {
    to.field(2, "ConfigMapName", textAt(source, "configMap", "name") ?? "").field(2, "Optional", optional("configMap"));
  } else if (at(source, "serviceAccountToken") !== undefined) {
    to.field(2, "TokenExpirationSeconds", String(numberAt(source, "serviceAccountToken", "expirationSeconds") ?? 3607));
  }
}
