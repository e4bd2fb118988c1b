/** `npm start`: installs what is missing, builds the page, serves it and prints its address. */
import { installPackages, requireNode } from "./install.mjs";

requireNode();
installPackages();
console.log("Building the page …");
await import("./build.mjs");
const { preview } = await import("vite");
const port = Number(process.env.PORT ?? 4173);
const server = await preview({ preview: { port, host: "127.0.0.1", strictPort: process.env.PORT !== undefined } });
console.log(`\nKubehop is at ${server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`}\nCtrl C stops it.`);
