import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import subsetFont from "subset-font";
import { defineConfig, type Plugin } from "vite";
import { bundleForNode } from "./scripts/bundle.mjs";

/**
 * The embedded page is a build of its own, run twice: `embed.js`, one classic script with styles, fonts and the recorded
 * beginnings of the scenarios inside, and (with EMBED_PART=core) `embed-core.js`, the simulator, fetched after it. Course platforms put it in a
 * frame with an opaque origin (`sandbox="allow-scripts"`), where module scripts, dynamic imports, fetches and web
 * fonts are blocked for want of CORS headers, and a worker can only be made from the script's own text.
 */
const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Everything the embed prints: ASCII and a few typographic signs. Arrows and ticks are drawn, never typed. */
const CHARACTERS = `${Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("")} ·×–—’“”…¼½µ`;

async function fontAsBase64(path: string, options: Parameters<typeof subsetFont>[2]): Promise<string> {
  return (await subsetFont(readFileSync(file(path)), CHARACTERS, { targetFormat: "woff2", ...options })).toString("base64");
}

/**
 * `virtual:embed-fonts`: the two typefaces, cut down to what the embed prints, as base64 WOFF2. Of the layout
 * features only those that the styles ask for stay; ligatures are half of the monospaced file and are never wanted.
 */
function fonts(): Plugin {
  return {
    name: "kubehop-embed-fonts",
    resolveId: (id) => (id === "virtual:embed-fonts" ? "\0virtual:embed-fonts" : undefined),
    async load(id) {
      if (id !== "\0virtual:embed-fonts") return undefined;
      const wght = { min: 420, max: 620, default: 420 };
      const inter = await fontAsBase64("node_modules/@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2", {
        variationAxes: { wght, opsz: 14 },
        keepFeatures: ["kern", "cv11", "ss03", "tnum"],
      });
      const mono = await fontAsBase64("node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2", {
        variationAxes: { wght },
        keepFeatures: ["kern"],
      });
      return `export const inter = ${JSON.stringify(inter)};\nexport const mono = ${JSON.stringify(mono)};`;
    },
  };
}

/**
 * Leaves the YAML library's writer out: the core edits text in place and never writes a document anew. Should it ever
 * try, it fails at once and by name.
 */
function withoutYamlWriter(): Plugin {
  return {
    name: "kubehop-embed-without-yaml-writer",
    enforce: "pre",
    load(id) {
      if (!/\/node_modules\/yaml\/browser\/dist\/stringify\//.test(id)) return undefined;
      const names = [...readFileSync(id, "utf8").matchAll(/export \{([^}]*)\}/g)].flatMap(([, list = ""]) =>
        list.split(",").map((name) => name.trim()),
      );
      const exported = names.map((name) => `export const ${name} = absent;`);
      return `const absent = () => { throw new Error("the YAML writer is not part of the embed"); };\n${exported.join("\n")}`;
    },
  };
}

/**
 * Makes the script one function that is handed its role and itself, so that a worker can be made from its text:
 * `kubehop.toString()` in a Blob, called with another role.
 */
function oneFunction(): Plugin {
  return {
    name: "kubehop-embed-one-function",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        chunk.code = `(function(){function kubehop(__KUBEHOP_ROLE__,__KUBEHOP_SELF__){${chunk.code}\n}kubehop("page",kubehop)})();\n`;
      }
    },
  };
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; worker-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'";

/**
 * `virtual:embed-recordings`: how some scenarios begin, recorded now by the same simulator that is fetched later;
 * `virtual:embed-contents`: what every scenario is called, those included whose manifests come with the simulator.
 */
function recordings(): Plugin {
  const ids = ["virtual:embed-recordings", "virtual:embed-contents"];
  // Both are asked for at the same moment, and made by one program.
  let made: Promise<string> | null = null;
  return {
    name: "kubehop-embed-recordings",
    resolveId: (id) => (ids.includes(id) ? `\0${id}` : undefined),
    async load(id) {
      if (!ids.includes(id.slice(1))) return undefined;
      made ??= bundleForNode("src/embed/record.ts");
      const module: { packedRecordings(): unknown; contents(): unknown } = await import(pathToFileURL(await made).href);
      if (id === "\0virtual:embed-contents") return `export const contents = ${JSON.stringify(module.contents())};`;
      return `export const recordings = ${JSON.stringify(module.packedRecordings())};`;
    },
  };
}

/** Writes `embed.html` beside the script. */
function page(): Plugin {
  return {
    name: "kubehop-embed-page",
    generateBundle() {
      const html = readFileSync(file("src/embed/embed.html"), "utf8").replace("%POLICY%", POLICY);
      this.emitFile({ type: "asset", fileName: "embed.html", source: html });
    },
  };
}

const core = process.env.EMBED_PART === "core";

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: core ? [withoutYamlWriter(), oneFunction()] : [fonts(), recordings(), oneFunction(), page()],
  resolve: {
    alias: [
      // This build's own ways to make its workers, in place of module workers by address.
      { find: /^(\.\.?\/)+client\/engine\.ts$/, replacement: file("src/embed/engine.ts") },
      // What there is before the second script has come.
      { find: /^(\.\.?\/)+scenarios\/at-hand\.ts$/, replacement: file("src/embed/at-hand.ts") },
      // Large clusters are for the workbench.
      { find: /^(\.\.?\/)+(scene\/)?crowd(-wire)?\.ts$/, replacement: file("src/embed/no-crowd.ts") },
      { find: /^\.\/render-worker\.ts$/, replacement: file("src/embed/render-worker.ts") },
      { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
      { find: /^react-dom$/, replacement: "preact/compat" },
      { find: /^react\/jsx-runtime$/, replacement: "preact/jsx-runtime" },
      { find: /^react$/, replacement: "preact/compat" },
    ],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: false,
    cssCodeSplit: false,
    modulePreload: false,
    // One file by design; its size is held by e2e/embed.spec.ts.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: file(core ? "src/embed/core-main.ts" : "src/embed/main.tsx"),
      output: { format: "iife", entryFileNames: core ? "embed-core.js" : "embed.js", codeSplitting: false },
    },
  },
});
