/** Field paths as the API server prints them: `spec.ports[0].nodePort`, `metadata.labels[app.kubernetes.io/name]`. */

export type PathStep = string | number;

/** The steps of a field path. A bracket that holds only digits is an index (or the key of that text in a map). */
export function parsePath(path: string): PathStep[] {
  const steps: PathStep[] = [];
  let at = 0;
  while (at < path.length) {
    if (path[at] === "[") {
      const close = path.indexOf("]", at);
      const end = close < 0 ? path.length : close;
      const inside = path.slice(at + 1, end);
      steps.push(/^\d+$/.test(inside) ? Number(inside) : inside);
      at = end + 1;
    } else if (path[at] === ".") {
      at++;
    } else {
      let end = at;
      while (end < path.length && path[end] !== "." && path[end] !== "[") end++;
      steps.push(path.slice(at, end));
      at = end;
    }
  }
  return steps;
}

/** The path of a step below `parent`. Keys that hold a dot or a bracket are written in brackets. */
export function childPath(parent: string, step: PathStep): string {
  if (typeof step === "number") return `${parent}[${step}]`;
  if (/[.[\]]/.test(step) || /^\d+$/.test(step) || step === "") return `${parent}[${step}]`;
  return parent === "" ? step : `${parent}.${step}`;
}

/** Prints steps as a field path; the reverse of `parsePath`. */
export function printPath(steps: readonly PathStep[]): string {
  return steps.reduce<string>((path, step) => childPath(path, step), "");
}

/** `path` seen from the document when the object stands at `root` in it (`items[3]`). */
export function joinPaths(root: string, path: string): string {
  if (root === "" || path === "") return root + path;
  return path.startsWith("[") ? root + path : `${root}.${path}`;
}
