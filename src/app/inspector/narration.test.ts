import { expect, test } from "vitest";
import { choreograph } from "../../scene/choreography.ts";
import { buildScene, usedBy } from "../../scene/layout.ts";
import { PICTURE_A, clusterOf, journeyOf } from "../../scene/test-views.ts";
import { narrationOf, narrationText } from "./narration.ts";

const view = clusterOf(PICTURE_A);
const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7" });
const scene = buildScene(view, {
  width: 718,
  focus: "default/web",
  previous: null,
  arrangement: "workbench",
  podDetail: "address",
  used: usedBy(journey),
});

test("a request as text: a line a hop, with what was rewritten, where and by whom", () => {
  expect(narrationText("Request 1 to web", narrationOf(choreograph({ journey, view, scene })))).toMatchInlineSnapshot(`
    "Request 1 to web

    1. CoreDNS answered with the Service address of web. (0.37 ms)
    2. The packet left debug for the Service address of web. (0.02 ms)
    3. node-1 replaced the Service address of web with the address of web-9xq7, as kube-proxy's rules say. Destination: 10.96.142.31:80 became 10.244.2.6:8080. (0.02 ms)
    4. The packet crossed from node-1 to node-2. (0.09 ms)
    5. node-2 let the packet through unchanged. (0.02 ms)
    6. The packet arrived in web-9xq7 on port 8080. (0.02 ms)
    7. In the answer, node-1 put back the Service address of web in place of that of web-9xq7. Source: 10.244.2.6:8080 became 10.96.142.31:80. (0.18 ms)
    8. The answer came back to debug, as if from web. (0.57 ms)

    Delivered to web-9xq7 in 1.3 milliseconds, 8 hops. node-1 replaced the Service address of web with the address of web-9xq7, as kube-proxy's rules say.
    "
  `);
});
