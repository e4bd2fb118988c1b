/** `npm run build`: the workbench and the embed's two scripts, into dist/. Exits 1 when one does not build. */
import { prepare } from "./prepare.mjs";

await prepare();
const { build } = await import("vite");
await build({ logLevel: "warn" });
await build({ configFile: "vite.embed.config.ts", logLevel: "warn" });
process.env.EMBED_PART = "core";
await build({ configFile: "vite.embed.config.ts", logLevel: "warn" });
