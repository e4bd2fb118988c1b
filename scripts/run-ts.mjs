/** `node scripts/run-ts.mjs FILE.ts [ARG…]`: bundles a TypeScript program and runs it in this process. */
import { pathToFileURL } from "node:url";
import { bundleForNode } from "./bundle.mjs";

const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
  console.error("usage: node scripts/run-ts.mjs FILE.ts [ARG…]");
  process.exit(2);
}
const file = await bundleForNode(entry);
process.argv = [process.argv[0], file, ...rest];
await import(pathToFileURL(file).href);
