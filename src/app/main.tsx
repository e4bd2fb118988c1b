import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CROWDS } from "../scene/packs.ts";
import { bringParts } from "./parts/later.tsx";
import { boot } from "./state/boot.ts";
import { followDetail } from "./state/detail-show.ts";
import { crowdsBy } from "./state/picture.ts";
import { useStore } from "./state/store.ts";
import { followBreakpoints } from "./watch/breaking.ts";
import { followTraffic } from "./watch/traffic.ts";
import { followWatching } from "./watch/watching.ts";
import { Workbench } from "./workbench.tsx";
import "./tokens.css";
import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/editor.css";
import "./styles/topology.css";
import "./styles/find.css";
import "./styles/narrow-strip.css";
import "./styles/inspector.css";
import "./styles/diagnosis.css";
import "./styles/compare.css";
import "./styles/reach.css";
import "./styles/odds.css";
import "./styles/dns.css";
import "./styles/rule-texts.css";
import "./styles/chains.css";
import "./styles/pointing.css";
import "./styles/timeline.css";
import "./styles/watch.css";
import "./styles/send.css";
import "./styles/narrow.css";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
followWatching();
followTraffic();
followDetail();
followBreakpoints();
void import("./state/diagnosing.ts").then(({ followDiagnosis }) => followDiagnosis(true));
void import("./watch/limit.ts").then(
  ({ followLimit }) => followLimit(),
  () => {},
);
crowdsBy(CROWDS);
void boot();
createRoot(root).render(
  <StrictMode>
    <Workbench />
  </StrictMode>,
);
const pictured = useStore.subscribe(({ cluster }) => {
  if (cluster === null) return;
  pictured();
  void bringParts();
});
