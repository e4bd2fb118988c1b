/**
 * Images that cannot be had. Every other image is taken to be on the nodes already: nobody here can ask a registry. An image
 * is missing when its name or tag says so (`nginx:doesnotexist`), and invalid where it is no reference.
 * (distribution/reference, pkg/kubelet/images/image_manager.go)
 */

export interface ImageFault {
  readonly kind: "missing" | "invalid";
  /** As the kubelet reports it. */
  readonly message: string;
}

const SAYS_SO = /(^|[-_.:/])(does-?not-?exist|doesnt-?exist|non-?exist(ent|ing|ant)?|no-?such(-\w+)?)([-_.:/]|$)/;
/** A tag may say it in more words than a name. */
const TAG_SAYS_SO = /(^|[-_.])(not-?found|nope|invalid|wrong|bad-?tag|typo|missing|broken)([-_.]|$)/;

export function imageFault(image: string): ImageFault | null {
  let fault = known.get(image);
  if (fault === undefined) {
    if (known.size >= KNOWN_MOST) known.clear();
    known.set(image, (fault = read(image)));
  }
  return fault;
}

/** A pure memo: thousands of Pods have the same few images, and each is asked about many times. */
const known = new Map<string, ImageFault | null>();
const KNOWN_MOST = 1_000;

function read(image: string): ImageFault | null {
  const repository = image.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  const isReference =
    /^[\w.-]+(?::\d+)?(?:\/[\w.-]+)*(?::[\w][\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?$/.test(image) && !/[_.-]$/.test(repository);
  const path = withoutRegistry(repository);
  if (isReference && /[A-Z]/.test(path))
    return { kind: "invalid", message: couldNotParse(image, `: repository name (${path}) must be lowercase`) };
  if (!isReference) return { kind: "invalid", message: couldNotParse(image, "") };
  const tag = /:([^/:]+)$/.exec(image.replace(/@.*$/, ""))?.[1] ?? "latest";
  const name = repository.split("/").slice(-2).join("/");
  if (!SAYS_SO.test(tag) && !TAG_SAYS_SO.test(tag) && !SAYS_SO.test(name)) return null;
  const full = `${fullName(repository)}:${tag}`;
  const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;
  return { kind: "missing", message };
}

function couldNotParse(image: string, why: string): string {
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format${why}`;
}

function hasRegistry(repository: string): boolean {
  const [first = "", ...rest] = repository.split("/");
  return rest.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
}

function withoutRegistry(repository: string): string {
  if (hasRegistry(repository)) return repository.slice(repository.indexOf("/") + 1);
  return repository.includes("/") ? repository : `library/${repository}`;
}

/** `nginx` is `docker.io/library/nginx`. */
function fullName(repository: string): string {
  return hasRegistry(repository) ? repository : `docker.io/${withoutRegistry(repository)}`;
}
