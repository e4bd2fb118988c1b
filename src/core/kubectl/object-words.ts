/** How messages name an object at length. (cli-runtime/pkg/resource, Info.String) */
import type { Resource } from "./resources.ts";

export function announcePath({ apiVersion, plural, kind }: Resource, name: string, namespace: string): string {
  const version = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
  return `Resource: "${version}, Resource=${plural}", GroupVersionKind: "${version}, Kind=${kind}"\nName: "${name}", Namespace: "${namespace}"`;
}
