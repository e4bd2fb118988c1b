/** The picture as a file: what is on show, whole and readable. */
import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures.ts";
import { goToHop, open } from "./story.ts";

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("the picture is saved as SVG, in the moment and the colours that are on show", async ({ page }) => {
      await open(page);
      await goToHop(page, /Rewrite the destination/);
      await page.getByRole("button", { name: "Share", exact: true }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download picture (SVG)" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("request-1.svg");
      const svg = readFileSync(await download.path(), "utf8");
      const read = await page.evaluate((text) => {
        const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
        return {
          broken: parsed.querySelector("parsererror") !== null,
          ground: parsed.querySelector("rect")?.getAttribute("fill"),
          texts: [...parsed.querySelectorAll("text")].map((one) => one.textContent),
        };
      }, svg);
      expect(read.broken).toBe(false);
      expect(read.ground).toBe(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--canvas").trim()));
      expect(read.texts).toEqual(expect.arrayContaining(["web", "node-1", "kube-dns"]));
      // The packet and its label, which only this moment has.
      expect(read.texts.some((text) => /^10\.244\.\d+\.\d+:\d+$/.test(text ?? ""))).toBe(true);
    });
  });
}
