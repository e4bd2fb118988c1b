/**
 * The whole workspace in the address: `#v1=` and base64url of deflated JSON. Nothing is stored anywhere else. A new
 * version of the shape gets a new number and one upgrader here; old links stay readable.
 */
import { readWorkspace, type Read, type Workspace } from "./workspace.ts";

export const LINK_VERSION = 1;

export type LinkRead = Read | { readonly kind: "none" } | { readonly kind: "newer"; readonly version: number };

export async function linkFragment(workspace: Workspace): Promise<string> {
  const bytes = await pipe(new TextEncoder().encode(JSON.stringify(workspace)), new CompressionStream("deflate-raw"));
  return `#v${LINK_VERSION}=${toBase64Url(bytes)}`;
}

/** Reads the fragment of an address. A damaged or newer link is a value, never an exception. */
export async function readFragment(fragment: string): Promise<LinkRead> {
  const found = /^#v(\d+)=(.*)$/s.exec(fragment);
  if (found === null) return { kind: "none" };
  const version = Number(found[1]);
  try {
    const bytes = await pipe(fromBase64Url(found[2] ?? ""), new DecompressionStream("deflate-raw"));
    const read = readWorkspace(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
    // A newer version opens as far as it is known.
    if (version > LINK_VERSION)
      return read.kind === "ok" ? { ...read, unknown: [`version ${version}`, ...read.unknown] } : { kind: "newer", version };
    return read;
  } catch {
    return version > LINK_VERSION ? { kind: "newer", version } : { kind: "damaged" };
  }
}

async function pipe(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const writer = through.writable.getWriter();
  // Failures show at the reading end; here they are only kept from becoming unhandled.
  const written = writer
    .write(bytes)
    .then(() => writer.close())
    .catch(() => {});
  const out = new Uint8Array(await new Response(through.readable).arrayBuffer());
  await written;
  return out;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
