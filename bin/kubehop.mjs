#!/usr/bin/env node
// Builds the command from its TypeScript sources on first use (and when one changed), then runs it.
import { pathToFileURL } from "node:url";
import { bundleForNode } from "../scripts/bundle.mjs";

let file;
try {
  file = await bundleForNode("src/cli/main.ts");
} catch (error) {
  const [first = "unknown reason"] = String(error?.message ?? error).split("\n");
  process.stderr.write(`kubehop: cannot be built here (${first}); run npm ci in its folder\n`);
  process.exit(2);
}
const { main } = await import(pathToFileURL(file).href);
process.exitCode = await main(process.argv.slice(2));
