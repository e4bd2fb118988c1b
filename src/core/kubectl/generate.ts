/** Objects that kubectl writes itself: `create …`, `run`, `expose`. (kubectl/pkg/cmd/create, …/run, …/expose) */
import { fail } from "./session.ts";

export type Manifest = { readonly [field: string]: unknown };

/** Fields that are there. */
export function some(fields: { readonly [field: string]: unknown }): { readonly [field: string]: unknown } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function metadataOf(name: string, namespace: string | undefined, labels?: { readonly [key: string]: string }): Manifest {
  return some({ labels, name, namespace });
}

/** `8080:http`, `80`: a port of a Service. Throws KubectlError in kubectl's words. */
export function tcpPort(text: string, nodePort = 0): Manifest {
  const [first = "", target] = text.split(":");
  if (text.split(":").length > 2) fail("at least one tcp port specifier must be provided");
  const port = portNumber(first);
  const name = target === undefined ? first : `${first}-${target}`;
  const targetPort = target === undefined || target === "" ? port : /^\d+$/.test(target) ? portNumber(target) : target;
  return { ...(nodePort > 0 ? { nodePort } : {}), name, port, protocol: "TCP", targetPort };
}

function portNumber(text: string): number {
  if (!/^\d+$/.test(text)) return fail(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  const port = Number(text);
  return port > 65_535 ? fail(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`) : port;
}

/** `a=b,c=d`. Throws KubectlError. */
export function labelsOf(text: string): { readonly [key: string]: string } {
  const labels: { [key: string]: string } = {};
  if (text === "") return labels;
  for (const pair of text.split(",")) {
    const [key = "", value, ...more] = pair.split("=");
    if (value === undefined || more.length > 0) return fail(`unexpected label spec: ${pair}`);
    if (key === "") return fail("unexpected empty label key");
    labels[key] = value;
  }
  return labels;
}

/** The last part of an image's path, without its tag: how a container of it is named. */
export function nameOfImage(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return last.replace(/[:@].*$/, "").replace(/[^a-zA-Z0-9-]/g, "");
}
