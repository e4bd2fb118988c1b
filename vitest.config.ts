import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "src/**/*.test.tsx", "scripts/**/*.test.ts"],
    env: { TZ: "UTC" },
    pool: "threads",
    maxWorkers: 2,
    // Property tests do a fixed amount of work, however slow the machine: time is measured in bench/, not here.
    testTimeout: 120_000,
  },
});
