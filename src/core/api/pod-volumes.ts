/** Volumes of a Pod and where containers mount them. (pkg/apis/core/validation/validation.go, ValidateVolumes, ValidateVolumeMounts) */
import { duplicate, forbidden, invalid, notFound, notSupported, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { both, fields, ifFilled, member, needed, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { dns1123Label, dns1123Subdomain } from "./formats.ts";
import type { Draft } from "./json.ts";
import { isObject, listAt, textAt } from "./json.ts";

const noBacksteps: Rule = (value, field) =>
  typeof value === "string" && value.split("/").includes("..") ? [invalid(field, value, "must not contain '..'")] : [];

const relative: Rule = (value, field) =>
  typeof value === "string" && value.startsWith("/") ? [invalid(field, value, "must be a relative path")] : noBacksteps(value, field);

const HOST_PATH_TYPES = ["BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

const keyPath = (list: unknown, field: string): readonly FieldError[] =>
  listAt(list).flatMap((item, index) => fields({ key: needed(), path: needed(relative) })(item, `${field}[${index}]`));

/** Sources with rules of their own; of all others only that they are there is known. */
const SOURCES: { readonly [source: string]: Rule } = {
  hostPath: fields({
    path: needed(noBacksteps),
    type: ifFilled((value, field) =>
      typeof value === "string" && HOST_PATH_TYPES.includes(value) ? [] : [notSupported(field, value, ["", ...HOST_PATH_TYPES])],
    ),
  }),
  emptyDir: () => [],
  configMap: fields({ name: needed(text(dns1123Subdomain)), items: keyPath }),
  secret: fields({ secretName: needed(text(dns1123Subdomain)), items: keyPath }),
  persistentVolumeClaim: fields({ claimName: needed(text(dns1123Subdomain)) }),
  nfs: fields({ server: needed(), path: needed(absolute) }),
  downwardAPI: () => [],
  projected: () => [],
  csi: fields({ driver: needed() }),
  image: () => [],
  ephemeral: fields({ volumeClaimTemplate: needed() }),
};

function absolute(value: unknown, field: string): readonly FieldError[] {
  return typeof value === "string" && value.startsWith("/") ? [] : [invalid(field, value, "must be an absolute path")];
}

/** All sources that the API has; most are drivers of clouds that are gone. */
export const VOLUME_SOURCES: readonly string[] = [
  ...Object.keys(SOURCES),
  ..."gcePersistentDisk awsElasticBlockStore gitRepo iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile".split(" "),
  ..."vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos".split(" "),
];

/** A volume that says nothing is an empty directory; files are readable by all unless somebody says otherwise. */
export function defaultVolume(volume: Draft): void {
  if (!VOLUME_SOURCES.some((source) => volume[source] !== undefined)) volume["emptyDir"] = {};
  for (const source of ["configMap", "secret", "downwardAPI", "projected"]) {
    const found = volume[source];
    if (isObject(found)) (found as Draft)["defaultMode"] ??= 420; // our own copy
  }
  const hostPath = volume["hostPath"];
  if (isObject(hostPath)) (hostPath as Draft)["type"] ??= ""; // our own copy
}

/** The names that mounts may use are added to `names`. */
export function volumeErrors(volumes: readonly unknown[], field: string, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  volumes.forEach((volume, index) => {
    const place = `${field}[${index}]`;
    const name = textAt(volume, "name") ?? "";
    const found = [...sourceErrors(volume, place), ...needed(text(dns1123Label))(name, `${place}.name`)];
    if (seen.has(name)) found.push(duplicate(`${place}.name`, name));
    seen.add(name);
    if (found.length === 0) names.add(name);
    else errors.push(...found);
  });
  return errors;
}

function sourceErrors(volume: unknown, field: string): FieldError[] {
  const [first, ...others] = VOLUME_SOURCES.filter((source) => member(volume, source) !== undefined);
  if (first === undefined) return [required(field, "must specify a volume type")];
  return [
    ...(SOURCES[first]?.(member(volume, first), `${field}.${first}`) ?? []),
    ...others.map((other) => forbidden(`${field}.${other}`, "may not specify more than 1 volume type")),
  ];
}

export function mountErrors(mounts: readonly unknown[], field: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  mounts.forEach((mount, index) => {
    const place = `${field}[${index}]`;
    const name = textAt(mount, "name") ?? "";
    const path = textAt(mount, "mountPath") ?? "";
    if (name === "") errors.push(required(`${place}.name`));
    if (!volumes.has(name)) errors.push(notFound(`${place}.name`, name));
    if (path === "") errors.push(required(`${place}.mountPath`));
    if (paths.has(path)) errors.push(invalid(`${place}.mountPath`, path, "must be unique"));
    paths.add(path);
    // The reference leaves the index out of these two.
    errors.push(...subPath(member(mount, "subPath"), `${field}.subPath`));
    if (textAt(mount, "subPath") !== undefined && textAt(mount, "subPathExpr") !== undefined)
      errors.push(invalid(`${place}.subPathExpr`, member(mount, "subPathExpr"), "subPathExpr and subPath are mutually exclusive"));
    errors.push(...subPath(member(mount, "subPathExpr"), `${field}.subPathExpr`));
  });
  return errors;
}

const subPath: Rule = ifFilled(both(relative));
