/**
 * `npm run shots`: a picture of every screen, to look at beside the design and for the README. Serves `dist`, opens
 * each screen and goes to a named moment of show time, so that a picture changes only when the page does.
 * Those that the documents show go to docs/shots; `npm run shots -- --all` makes every one, under node_modules/.cache.
 * `npm run shots -- A-light phone` makes only those whose name holds one of the words; `npm run shots -- states` the
 * sheet of every state that a thing of the canvas can be in.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { preview } from "vite";
import { ensureChromium } from "./chromium.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const all = process.argv.includes("--all");
const out = process.env.KUBEHOP_SHOTS ?? (all ? join(root, "node_modules", ".cache", "kubehop", "shots") : join(root, "docs", "shots"));
/** Those that the documents show. */
const SHOWN = [
  "A-light",
  "A-dark",
  "A-rules",
  "B-refused",
  "B-dropped",
  "phone",
  "C-embed",
  "C-mobile",
  "balancer-checks",
  "balancer-refused",
  "nodes-lost",
  "rollout",
];
const dist = process.env.KUBEHOP_DIST ?? join(root, "dist");
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** What a person does, by name. */
function story(page, base) {
  const slider = page.getByRole("slider", { name: "Scrub through the request" });
  const settled = async () => {
    await page.locator("main[aria-busy=false]").waitFor();
    await page.locator("[data-painted]").waitFor();
    await page.evaluate(() => document.fonts.ready);
  };
  return {
    page,
    async open() {
      await page.goto(base);
      await settled();
      await slider.press("Home");
      await page.locator(".monaco .view-line").first().waitFor();
    },
    async openPhone() {
      await page.goto(base);
      await settled();
      await page.getByRole("button", { name: "Pause", exact: true }).click();
    },
    async scenario(title) {
      await page.getByRole("button", { name: "Scenario" }).click();
      await page.getByRole("menuitemradio", { name: title }).first().click();
      await slider.waitFor();
      await settled();
    },
    /** To the still moment of the hop with this title, and then so many fiftieths of the whole on. */
    async hop(title, on = 0) {
      await page.getByRole("list", { name: "Hops" }).getByRole("button", { name: title }).click();
      for (let i = 0; i < Math.abs(on); i++) await slider.press(on > 0 ? "ArrowRight" : "ArrowLeft");
    },
    /** The latest request that has such a hop. */
    async requestWith(title) {
      const hop = page.getByRole("list", { name: "Hops" }).getByRole("button", { name: title });
      for (let i = 0; i < 20 && (await hop.count()) === 0; i++) {
        const number = await page.getByRole("heading", { name: /^Request / }).textContent();
        await slider.press("PageUp");
        await page.getByRole("heading", { name: number, exact: true }).waitFor({ state: "hidden" });
      }
    },
    async end() {
      await slider.press("End");
    },
    async send(count) {
      await page.getByLabel("How many requests").selectOption(String(count));
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("heading", { name: `Request ${count + 1}`, exact: true }).waitFor();
      await settled();
    },
    tab: (name) => page.getByRole("tab", { name }).click(),
    next: async (times) => {
      for (let i = 0; i < times; i++) await page.getByRole("button", { name: "Next hop" }).click();
    },
    /** Keys on a thing of the outline, by the beginning of its name; the actions settle one after another. */
    async press(name, ...keys) {
      const thing = page.getByRole("tree", { name: "Cluster" }).getByRole("treeitem", { name }).first();
      for (const key of keys) {
        await thing.focus();
        await page.keyboard.press(key);
        await settled();
      }
    },
    /** A change that is watched again: to its moment with this number. */
    async moment(number) {
      const caption = page.locator(".caption");
      const at = async () => Number(/(\d+) of \d+/.exec((await caption.textContent()) ?? "")?.[1] ?? 0);
      for (let i = 0; i < 30 && (await at()) !== number; i++) {
        const before = await at();
        await page.getByRole("button", { name: before < number ? "Next hop" : "Previous hop" }).click();
        await page.waitForTimeout(120);
      }
    },
    /** A message about what was done goes by itself. */
    async quiet() {
      await page.keyboard.press("Escape");
      await page.locator(".toast").waitFor({ state: "hidden" });
    },
    settled,
  };
}

/** Name, window, what is done. `theme` is light unless said. */
const SHOTS = [
  { name: "A-light-start", steps: async (s) => s.open() },
  { name: "A-light", steps: async (s) => (await s.open(), await s.send(60), await s.requestWith(/Cross to/), await s.hop(/Cross to/)) },
  { name: "A-light-rewrite", steps: async (s) => (await s.open(), await s.hop(/Rewrite the destination/)) },
  { name: "A-light-rest", steps: async (s) => (await s.open(), await s.end()) },
  {
    name: "A-dark",
    theme: "dark",
    steps: async (s) => (await s.open(), await s.send(60), await s.requestWith(/Cross to/), await s.hop(/Cross to/)),
  },
  { name: "A-dark-rest", theme: "dark", steps: async (s) => (await s.open(), await s.end()) },
  { name: "A-rules", steps: async (s) => (await s.open(), await s.hop(/Rewrite the destination/), await s.tab("Rules")) },
  { name: "A-conntrack", steps: async (s) => (await s.open(), await s.end(), await s.tab("Conntrack")) },
  { name: "A-dns", steps: async (s) => (await s.open(), await s.end(), await s.tab("DNS")) },
  { name: "A-endpointslice", theme: "dark", steps: async (s) => (await s.open(), await s.end(), await s.tab("EndpointSlice")) },
  { name: "B-refused", steps: async (s) => (await s.open(), await s.scenario("Selector typo"), await s.hop(/Refuse/)) },
  { name: "B-refused-rest", steps: async (s) => (await s.open(), await s.scenario("Selector typo"), await s.end()) },
  { name: "B-refused-dark", theme: "dark", steps: async (s) => (await s.open(), await s.scenario("Selector typo"), await s.end()) },
  { name: "B-dropped", steps: async (s) => (await s.open(), await s.scenario("Traffic policy Local"), await s.end()) },
  { name: "B-port", steps: async (s) => (await s.open(), await s.scenario("targetPort mismatch"), await s.end()) },
  { name: "A-nodeport", steps: async (s) => (await s.open(), await s.scenario("NodePort"), await s.hop(/Rewrite/)) },
  { name: "A-headless", steps: async (s) => (await s.open(), await s.scenario("Headless"), await s.end()) },
  { name: "balancer", steps: async (s) => (await s.open(), await s.scenario(/^LoadBalancer [A-Z]/), await s.end()) },
  {
    name: "balancer-checks",
    steps: async (s) => (
      await s.open(),
      await s.scenario(/^LoadBalancer [A-Z]/),
      await s.end(),
      await s.press(/^kube-proxy on node-2/, "p"),
      await s.quiet(),
      await s.press(/^Load balancer of web/, "Enter")
    ),
  },
  { name: "balancer-pending", steps: async (s) => (await s.open(), await s.scenario("LoadBalancer without a provider"), await s.end()) },
  { name: "balancer-refused", steps: async (s) => (await s.open(), await s.scenario("LoadBalancer refused"), await s.end()) },
  { name: "balancer-metallb", theme: "dark", steps: async (s) => (await s.open(), await s.scenario("MetalLB"), await s.end()) },
  {
    name: "nodes-lost",
    steps: async (s) => (
      await s.open(),
      await s.end(),
      await s.press(/^Node node-1/, "c"),
      await s.press(/^Node node-2/, "x"),
      await s.press(/^Node node-3/, "Shift+X"),
      await s.quiet()
    ),
  },
  {
    name: "rollout",
    steps: async (s) => (
      await s.openPhone(),
      await s.page.getByRole("button", { name: "Scenario" }).click(),
      await s.page.getByRole("menuitemradio", { name: /^Rolling update [A-Z]/ }).click(),
      await s.settled(),
      await s.page.getByRole("button", { name: "Roll out nginx 1.29" }).click(),
      await s.page.getByRole("button", { name: "Watch again" }).click(),
      await s.page.getByRole("button", { name: "Pause", exact: true }).click(),
      await s.page.getByRole("button", { name: "Back to now" }).waitFor(),
      await s.moment(4)
    ),
  },
  { name: "A-menu", steps: async (s) => (await s.open(), await s.page.getByRole("button", { name: "Scenario" }).click()) },
  { name: "A-keys", steps: async (s) => (await s.open(), await s.page.getByRole("button", { name: "Keyboard shortcuts" }).click()) },
  {
    name: "A-share",
    theme: "dark",
    steps: async (s) => (await s.open(), await s.page.getByRole("button", { name: "Share", exact: true }).click()),
  },
  { name: "A-outline", steps: async (s) => (await s.open(), await s.page.getByRole("main").focus(), await s.page.keyboard.press("o")) },
  { name: "two-columns", size: { width: 1024, height: 768 }, steps: async (s) => (await s.openPhone(), await s.next(3)) },
  { name: "zoom-200", size: { width: 720, height: 450 }, scale: 2, steps: async (s) => (await s.openPhone(), await s.next(3)) },
  { name: "phone", size: PHONE, scale: 2, touch: true, steps: async (s) => (await s.openPhone(), await s.next(3)) },
  { name: "phone-dark", size: PHONE, scale: 2, touch: true, theme: "dark", steps: async (s) => (await s.openPhone(), await s.next(9)) },
  {
    name: "phone-manifests",
    size: PHONE,
    scale: 2,
    touch: true,
    steps: async (s) => (await s.openPhone(), await s.page.getByRole("button", { name: "Manifests", exact: true }).click()),
  },
  {
    name: "narrow-320",
    size: { width: 320, height: 640 },
    scale: 2,
    touch: true,
    steps: async (s) => (await s.openPhone(), await s.next(3)),
  },
];

/** The embedded page starts by itself; `?play=off` and the like are its own business, so it is paused and stepped. */
const EMBEDS = [
  { name: "C-embed", size: { width: 760, height: 420 }, theme: "light" },
  { name: "C-embed-dark", size: { width: 760, height: 420 }, theme: "dark" },
  { name: "C-mobile", size: { width: 390, height: 640 }, theme: "light", scale: 2 },
];

async function embedShot(page, base) {
  await page.goto(new URL("embed.html", base).href);
  await page.locator("canvas").first().waitFor();
  const next = page.getByRole("button", { name: "Next hop" });
  await next.waitFor();
  const pause = page.getByRole("button", { name: "Pause", exact: true });
  if (await pause.isVisible()) await pause.click();
  await page.keyboard.press("Escape");
  for (let i = 0; i < 3; i++) await next.click();
}

/** Waits until two pictures in a row are the same: the painter draws in a thread of its own. */
async function still(page) {
  let last = await page.screenshot();
  for (let i = 0; i < 40; i++) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))));
    const next = await page.screenshot();
    if (next.equals(last)) return next;
    last = next;
  }
  throw new Error("the page does not come to rest");
}

const words = process.argv.slice(2).filter((word) => word !== "--all");
const wanted = (name) => (words.length === 0 ? all || SHOWN.includes(name) : words.some((word) => name.includes(word)));
if (!existsSync(join(dist, "index.html"))) throw new Error(`Nothing built in ${dist}: run \`npm run build\` first.`);
mkdirSync(out, { recursive: true });

if (all || words.includes("states")) {
  const sheet = ["scripts/run-ts.mjs", "scripts/states.ts", out, await ensureChromium()];
  if (spawnSync(process.execPath, sheet, { cwd: root, stdio: "inherit" }).status !== 0) process.exit(1);
}
const server = await preview({
  root,
  configFile: false,
  base: "./",
  logLevel: "silent",
  build: { outDir: dist },
  preview: { host: "127.0.0.1", port: 0 },
});
const address = server.httpServer.address();
const base = `http://127.0.0.1:${address.port}/`;
const browser = await chromium.launch({
  executablePath: await ensureChromium(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
let failed = 0;

async function shoot({ name, size = WIDE, scale = 1, theme = "light", touch = false }, steps) {
  if (!wanted(name)) return;
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: scale,
    colorScheme: theme,
    hasTouch: touch,
    isMobile: touch,
    locale: "en-US",
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${name}: ${error.message}`));
  const file = join(out, `${name}.png`);
  try {
    await steps(page);
    // Nothing under the pointer, no caret that blinks.
    await page.mouse.move(0, 0);
    await page.addStyleTag({ content: ".cursor,.cursors-layer{visibility:hidden!important}" });
    await still(page);
    await page.screenshot({ path: file });
    console.log(
      `${name.padEnd(18)} ${size.width}x${size.height}@${scale} ${theme.padEnd(5)} ${Math.round(statSync(file).size / 1024)} KiB`,
    );
  } catch (error) {
    failed += 1;
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await context.close();
  }
}

try {
  for (const shot of SHOTS) await shoot(shot, (page) => shot.steps(story(page, base)));
  if (existsSync(join(dist, "embed.html"))) for (const embed of EMBEDS) await shoot(embed, (page) => embedShot(page, base));
  else console.log("No embed.html in the build: its pictures are left out.");
} finally {
  await browser.close();
  await server.close();
}
process.exit(failed > 0 ? 1 : 0);
