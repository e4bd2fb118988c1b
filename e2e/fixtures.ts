/**
 * What every story uses: a page that fails the test on any console message, error or request that leaves the page's
 * own host, and the check for accessibility.
 */
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type BrowserContext, type Locator, type Page } from "@playwright/test";

export { expect };
export type { BrowserContext, Locator, Page };

/** Everything a page should not do, as it happens. Empty at the end of a good story. */
export function noiseOf(page: Page, baseURL: string): readonly string[] {
  const noise: string[] = [];
  page.on("console", (message) => noise.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`uncaught: ${String(error)}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(baseURL) && !url.startsWith("data:") && !url.startsWith("blob:")) noise.push(`request to ${url}`);
  });
  return noise;
}

export const test = base.extend<{ quiet: void }>({
  // Runs for every test: nobody has to remember it.
  quiet: [
    async ({ page, baseURL }, use) => {
      const noise = noiseOf(page, baseURL ?? "");
      await use();
      expect(noise, "nothing in the console, no request elsewhere").toEqual([]);
    },
    { auto: true },
  ],
});

/** No rule of axe is broken in what shows now, on the whole page or in one part of it. */
export async function expectNoAxeViolation(page: Page, within?: string): Promise<void> {
  const axe = new AxeBuilder({ page });
  const results = await (within === undefined ? axe : axe.include(within)).analyze();
  expect(results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
}
