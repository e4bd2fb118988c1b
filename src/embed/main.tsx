/** Entry of the embed's first script: the page, or the render worker that is made from the script's own text. */
import { createRoot } from "react-dom/client";
import { serveRendering, type WorkerScope } from "../worker/rendering.ts";
import { boot } from "./boot.ts";
import { Embed } from "./embed.tsx";
import { ROLE } from "./own-text.ts";
import { addStyles } from "./styles.ts";

switch (ROLE) {
  case "simulation":
    throw new Error("the simulation is the second script's role");
  case "render":
    // the cast: in a dedicated worker `self` is a worker scope, whatever the DOM library says
    serveRendering(globalThis as unknown as WorkerScope);
    break;
  case "page": {
    const root = document.getElementById("root");
    if (root === null) throw new Error("the page has no #root");
    addStyles();
    const parameters = boot();
    createRoot(root).render(<Embed parameters={parameters} />);
  }
}
