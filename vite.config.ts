import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/**
 * The policy of the built page. Nothing is fetched (`connect-src 'none'`): a host name typed in a manifest can never
 * become a request. Inline styles are allowed because the code editor writes <style> elements; scripts are not.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function contentSecurityPolicy(): Plugin {
  return {
    name: "kubehop-content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY }, injectTo: "head-prepend" },
    ],
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), contentSecurityPolicy()],
  resolve: {
    // monaco-editor 0.57 maps ./* to esm/vs/*; packages that still name the old paths find them here.
    alias: [{ find: /^monaco-editor\/esm\/vs\/(.*)$/, replacement: "monaco-editor/$1" }],
  },
  worker: { format: "es" },
  build: {
    target: "es2023",
    // The editor is large and loaded on demand; the budget that counts is in bench/RESULTS.md.
    chunkSizeWarningLimit: 4000,
    modulePreload: { polyfill: false },
  },
});
