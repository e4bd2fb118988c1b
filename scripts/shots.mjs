/**
 * `npm run shots`: a picture of every screen of the design in both themes, to look at beside it, under
 * node_modules/.cache/kubehop/shots. Serves `dist`, opens each screen and goes to a named moment of show time, so that a
 * picture changes only when the page does. `npm run shots -- gallery phone` makes only those whose name holds one of the
 * words; `npm run shots -- states` the sheet of every state that a thing of the canvas can be in.
 * `npm run shots -- --shown` makes the few that the documents show, in docs/shots.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { preview } from "vite";
import { ensureChromium } from "./chromium.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const shown = process.argv.includes("--shown");
const out = process.env.KUBEHOP_SHOTS ?? (shown ? join(root, "docs", "shots") : join(root, "node_modules", ".cache", "kubehop", "shots"));
/** Those that the documents show. A change of one of them is committed on purpose. */
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
/** A room looks at it from afar. */
const PROJECTOR = { width: 1920, height: 1080 };

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
    /** All cards, from the top; with text in the dialog where one's own cluster is read. */
    async gallery(text = null) {
      await page.goto(`${base}#gallery`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.evaluate(() => document.fonts.ready);
      if (text === null) return;
      await page.getByRole("button", { name: "Paste your own YAML" }).click();
      await page.getByRole("textbox", { name: "Manifests of your cluster" }).fill(text);
      await page.getByRole("button", { name: "Read it" }).click();
      await page.getByRole("heading", { name: "Understood" }).waitFor();
    },
    /** Opens a scenario by its address; it may be too large to settle at once. */
    async openScenario(id) {
      await page.goto(`${base}#scenario=${id}`);
      await page.locator("main[aria-busy=false]").waitFor({ timeout: 120_000 });
      await page.locator("[data-painted]").waitFor();
      await page.evaluate(() => document.fonts.ready);
    },
    /** Opens a lesson by its address. */
    async lesson(id) {
      await page.goto(`${base}#lesson=${id}`);
      await page.getByRole("region", { name: "Lesson" }).waitFor();
      await settled();
    },
    /** Sends again and again until a check is done, and each time to the end. */
    async lessonSend(label, check) {
      const done = page.getByRole("listitem").filter({ hasText: `done: ${check}` });
      for (let i = 0; i < 6 && (await done.count()) === 0; i++) {
        await page.getByRole("button", { name: label }).click();
        await settled();
        await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
        await page.getByRole("button", { name: "Play", exact: true }).waitFor({ timeout: 60_000 });
      }
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
    /** So many fiftieths of the whole back. */
    async back(times) {
      for (let i = 0; i < times; i++) await slider.press("ArrowLeft");
    },
    async send(count) {
      await page.getByLabel("How many requests").selectOption(String(count));
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("heading", { name: `Request ${count + 1}`, exact: true }).waitFor();
      await settled();
    },
    /** Lines in the terminal; the request of the last is shown at its end. */
    async type(...lines) {
      await page.getByRole("button", { name: "Terminal", exact: true }).click();
      const prompt = page.getByRole("textbox", { name: /^Command/ });
      for (const line of lines) {
        await prompt.fill(line);
        await prompt.press("Enter");
        await page.getByRole("log", { name: "Output of the terminal" }).getByText(line, { exact: true }).waitFor();
        await page.getByRole("button", { name: "Stop", exact: true }).waitFor({ state: "hidden" });
      }
      await page.getByRole("button", { name: "Play", exact: true }).waitFor({ timeout: 60_000 });
      await prompt.focus();
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

/** Somebody's own cluster, cut short: two things stand in for what it lacks, and two are left out. */
const DUMP = `apiVersion: v1
kind: List
items:
- { apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: a1 } }
- apiVersion: v1
  kind: Pod
  metadata: { name: cart-1, namespace: shop, uid: a2, labels: { app: cart } }
  spec: { nodeName: worker-1, containers: [{ name: nginx, image: "nginx:1.28", ports: [{ containerPort: 80 }] }] }
  status: { phase: Running, podIP: 10.244.1.5, hostIP: 10.0.0.4, conditions: [{ type: Ready, status: "True" }] }
- apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop, uid: a3 }
  spec: { selector: { app: cart }, clusterIP: 10.96.3.4, ports: [{ port: 8080, targetPort: 80 }] }
- { apiVersion: v1, kind: Secret, metadata: { name: key, namespace: shop, uid: a4 } }
- { apiVersion: v1, kind: Service, metadata: { name: broken, namespace: shop, uid: a5 }, spec: { ports: [{ port: 70000, targetPort: 80 }] } }
`;

/**
 * Name, window, what is done. Each is made in both themes: `NAME` or `NAME-dark`. Where the light one has a name of its
 * own it says so.
 */
const SHOTS = [
  // A. Workbench
  { name: "A-start", steps: async (s) => s.open() },
  {
    name: "A",
    light: "A-light",
    steps: async (s) => (await s.open(), await s.send(60), await s.requestWith(/Cross to/), await s.hop(/Cross to/)),
  },
  { name: "A-rest", steps: async (s) => (await s.open(), await s.end()) },
  { name: "A-nodeport", steps: async (s) => (await s.open(), await s.scenario("NodePort"), await s.hop(/Rewrite/)) },
  { name: "A-headless", steps: async (s) => (await s.open(), await s.scenario("Headless"), await s.end()) },
  { name: "A-menu", steps: async (s) => (await s.open(), await s.page.getByRole("button", { name: "Scenario" }).click()) },
  { name: "A-keys", steps: async (s) => (await s.open(), await s.page.getByRole("button", { name: "Keyboard shortcuts" }).click()) },
  { name: "A-share", steps: async (s) => (await s.open(), await s.page.getByRole("button", { name: "Share", exact: true }).click()) },
  { name: "A-outline", steps: async (s) => (await s.open(), await s.page.getByRole("main").focus(), await s.page.keyboard.press("o")) },
  // On the way, between two hops
  { name: "moving-lookup", steps: async (s) => (await s.open(), await s.hop(/Look up/, 4)) },
  { name: "moving-rewrite", steps: async (s) => (await s.open(), await s.hop(/Rewrite the destination/)) },
  {
    name: "moving-cross",
    steps: async (s) => (await s.open(), await s.send(10), await s.requestWith(/Cross to/), await s.hop(/Cross to/, -2)),
  },
  { name: "moving-back", steps: async (s) => (await s.open(), await s.end(), await s.back(3)) },
  // Inspector tabs
  { name: "A-rules", steps: async (s) => (await s.open(), await s.hop(/Rewrite the destination/), await s.tab("Rules")) },
  { name: "A-conntrack", steps: async (s) => (await s.open(), await s.end(), await s.tab("Conntrack")) },
  { name: "A-dns", steps: async (s) => (await s.open(), await s.end(), await s.tab("DNS")) },
  { name: "A-endpointslice", steps: async (s) => (await s.open(), await s.end(), await s.tab("EndpointSlice")) },
  { name: "A-odds", steps: async (s) => (await s.open(), await s.send(60), await s.end(), await s.tab("Odds")) },
  // B. Failure
  { name: "B-refused", steps: async (s) => (await s.open(), await s.scenario("Selector typo"), await s.hop(/Refuse/)) },
  { name: "B-refused-rest", steps: async (s) => (await s.open(), await s.scenario("Selector typo"), await s.end()) },
  { name: "B-dropped", steps: async (s) => (await s.open(), await s.scenario("Traffic policy Local"), await s.end()) },
  { name: "B-port", steps: async (s) => (await s.open(), await s.scenario("targetPort mismatch"), await s.end()) },
  { name: "B-policy", steps: async (s) => (await s.open(), await s.scenario("Network policy"), await s.end()) },
  { name: "B-diagnosis", steps: async (s) => (await s.open(), await s.scenario("Selector typo"), await s.end(), await s.tab("Diagnosis")) },
  {
    name: "B-terminal",
    steps: async (s) => (
      await s.open(),
      await s.scenario("Selector typo"),
      await s.end(),
      await s.type("kubectl get svc", "kubectl exec -it debug -- sh", "curl http://web")
    ),
  },
  // Load balancers, nodes, roll-outs
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
  { name: "balancer-metallb", steps: async (s) => (await s.open(), await s.scenario("MetalLB"), await s.end()) },
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
  // D. Lesson
  {
    name: "D",
    steps: async (s) => (
      await s.lesson("readiness"),
      await s.lessonSend("Send 6", "Requests reached all three Pods"),
      await s.page.getByRole("switch").click(),
      await s.settled(),
      await s.quiet(),
      await s.page.getByRole("button", { name: "Send 6" }).click(),
      await s.settled(),
      await s.next(4),
      await s.page.getByRole("button", { name: "EndpointSlice" }).hover()
    ),
  },
  { name: "D-debug", steps: async (s) => s.lesson("no-endpoints") },
  { name: "D-phone", size: PHONE, scale: 2, touch: true, steps: async (s) => s.lesson("readiness") },
  // E. Large cluster
  { name: "E-large", steps: async (s) => s.openScenario("large-cluster") },
  {
    name: "E-traffic",
    steps: async (s) => (
      await s.openScenario("large-cluster"),
      await s.page.getByRole("button", { name: "Start", exact: true }).click(),
      await s.page.getByRole("button", { name: "Pause", exact: true }).waitFor(),
      await s.page.waitForTimeout(6_000),
      await s.page.getByRole("button", { name: "Pause", exact: true }).click()
    ),
  },
  // F. Gallery
  { name: "F-gallery", steps: async (s) => s.gallery() },
  { name: "F-phone", size: PHONE, scale: 2, touch: true, steps: async (s) => s.gallery() },
  { name: "F-import", steps: async (s) => s.gallery(DUMP) },
  // Other windows
  { name: "projector", size: PROJECTOR, steps: async (s) => (await s.open(), await s.hop(/Rewrite the destination/)) },
  { name: "projector-gallery", size: PROJECTOR, steps: async (s) => s.gallery() },
  { name: "two-columns", size: { width: 1024, height: 768 }, steps: async (s) => (await s.openPhone(), await s.next(3)) },
  { name: "zoom-200", size: { width: 720, height: 450 }, scale: 2, steps: async (s) => (await s.openPhone(), await s.next(3)) },
  { name: "phone", size: PHONE, scale: 2, touch: true, steps: async (s) => (await s.openPhone(), await s.next(3)) },
  { name: "phone-back", size: PHONE, scale: 2, touch: true, steps: async (s) => (await s.openPhone(), await s.next(9)) },
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
  { name: "C-embed", size: { width: 760, height: 420 } },
  { name: "C-mobile", size: { width: 390, height: 640 }, scale: 2 },
  { name: "C-small", size: { width: 320, height: 360 }, scale: 2 },
  { name: "C-course", size: { width: 900, height: 900 }, course: true },
];

async function embedShot(page, base, course) {
  const embed = new URL("embed.html", base).href;
  if (course) {
    await page.route("**/course.html", (route) => route.fulfill({ contentType: "text/html", body: coursePage(embed) }));
    await page.goto(new URL("course.html", base).href);
  } else await page.goto(embed);
  const frame = course ? page.frameLocator("iframe") : page;
  await frame.locator("canvas").first().waitFor();
  const next = frame.getByRole("button", { name: "Next hop" });
  await next.waitFor();
  const pause = frame.getByRole("button", { name: "Pause", exact: true });
  if (await pause.isVisible()) await pause.click();
  await page.keyboard.press("Escape");
  for (let i = 0; i < 3; i++) await next.click();
}

/** A page of a course, with text of its own before and after the frame. */
function coursePage(embed) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A course</title>
    <style>:root { color-scheme: light dark } body { font: 17px/1.6 Georgia, serif; max-width: 760px; margin: 48px auto }
    h1 { font-size: 30px; line-height: 1.2 } iframe { width: 100%; height: 420px; border: 1px solid #8886; border-radius: 8px }</style>
    <h1>4.2 Where a Service sends a packet</h1>
    <p>A Service has an address that no machine owns. Follow one request, and watch where its destination is replaced.</p>
    <iframe title="From name to Pod" src="${embed}" sandbox="allow-scripts"></iframe>
    <p>The node of the sender did it, before the packet left. The next section asks what happens on the way back.</p></html>`;
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

const words = process.argv.slice(2).filter((word) => word !== "--shown");
const wanted = (name) => (!shown || SHOWN.includes(name)) && (words.length === 0 || words.some((word) => name.includes(word)));
if (!existsSync(join(dist, "index.html"))) throw new Error(`Nothing built in ${dist}: run \`npm run build\` first.`);
mkdirSync(out, { recursive: true });

if (!shown && (words.length === 0 || words.includes("states"))) {
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

async function shoot(shot, steps) {
  for (const theme of ["light", "dark"]) {
    const name = theme === "dark" ? `${shot.name}-dark` : (shot.light ?? shot.name);
    if (wanted(name)) await shootIn(theme, name, shot, steps);
  }
}

async function shootIn(theme, name, { size = WIDE, scale = 1, touch = false }, steps) {
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
  if (existsSync(join(dist, "embed.html")))
    for (const embed of EMBEDS) await shoot(embed, (page) => embedShot(page, base, embed.course === true));
  else console.log("No embed.html in the build: its pictures are left out.");
} finally {
  await browser.close();
  await server.close();
}
process.exit(failed > 0 ? 1 : 0);
