import { defineConfig } from "@playwright/test";

const port = 4179;

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  fullyParallel: true,
  workers: 2,
  // A browser on a loaded machine can lose a click; what passes only when tried again is counted and told by `npm test`.
  retries: 2,
  forbidOnly: true,
  reporter: [["list"], ["json"]],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    viewport: { width: 1440, height: 900 },
    timezoneId: "UTC",
    locale: "en-US",
    // Recording every step makes a busy machine several times slower: only when asked for.
    trace: process.env.KUBEHOP_TRACE === undefined ? "off" : "retain-on-failure",
    launchOptions: {
      executablePath: process.env.KUBEHOP_CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
