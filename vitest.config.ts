import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "src/**/*.test.tsx", "scripts/**/*.test.ts"],
    env: { TZ: "UTC" },
    pool: "threads",
    maxWorkers: 2,
  },
});
