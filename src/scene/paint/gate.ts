/** kube-proxy's gate: it lies across the rail of its node and grows a text while something happens there, or is wrong. */
import type { GateShow, MeasureText } from "../contract.ts";
import type { GateRest } from "../notes.ts";
import type { Scene, SceneNode } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import { firstThatFits } from "./options.ts";
import type { StructureOptions } from "./options.ts";
import { TYPE, fitText, rect, text, textWidth } from "./shapes.ts";
import type { FontSpec, Ink, Pen, Shape } from "./shapes.ts";

/** Progress of a gate's show, 0 to 1; only counting rules uses it. */
export function gateShapes(
  node: SceneNode,
  scene: Scene,
  show: GateShow | GateRest,
  options: StructureOptions,
  progress = 1,
): readonly Shape[] {
  const { gate } = node;
  const { level, measure } = options;
  const mid = gate.y + gate.height / 2;
  const railX = node.railX;
  const textX = railX + 15;
  const right = gate.x + gate.width - 9;
  if (level <= 3) {
    const ink = gateInk(show);
    const bar = rect(gate.x, mid - 3, gate.width, 6, 3, { fill: ink === null ? "--inset" : ink });
    // no room for words: the ring alone says that the rules lag
    return show.kind === "behind" ? [bar, ...glyph("starting", railX - 6, mid - 6, 12)] : [bar];
  }
  const box = (pen: Pen): Shape => rect(gate.x, gate.y, gate.width, gate.height, 7, pen);
  const plain = box({ fill: "--inset" });
  const label = (words: string, ink: Ink = "--ink-2", font: FontSpec = TYPE.gate, room = right - textX): Shape =>
    text(textX, mid + 4, fitText(words, room, font, measure), font, ink);
  switch (show.kind) {
    case "rest": {
      const shapes = [plain, ...glyph("swap", railX - 6, mid - 6, 12, "--ink-3"), label("kube-proxy")];
      if (node.mode !== "" && scene.metrics.full === false && scene.arrangement === "phone") return shapes;
      if (node.lists !== undefined) {
        const room = right - textX - textWidth("kube-proxy", TYPE.gate, measure) - 10;
        return [...shapes, text(right, mid + 4, firstThatFits(node.lists, room, TYPE.gate, options), TYPE.gate, "--ink-2", "end")];
      }
      return [...shapes, text(right, mid + 4, node.mode, TYPE.mono, "--ink-3", "end")];
    }
    case "behind":
      return [plain, ...glyph("starting", railX - 6.5, mid - 6.5, 13), label(firstThatFits(show.words, right - textX, TYPE.gate, options))];
    case "stopped":
      return [
        box({ fill: "--surface", stroke: "--ctl", lineWidth: 1, dash: [3, 3] }),
        ...glyph("stopped", railX - 6.5, mid - 6.5, 13),
        label(firstThatFits(show.words, right - textX, TYPE.gate, options)),
      ];
    case "matching": {
      const counted = Math.min(show.rules, Math.max(1, Math.ceil(progress * show.shown)));
      const more = show.rules - show.shown;
      const counting = progress >= 0.999 && more > 0 ? `and ${more} more` : `rule ${counted} of ${show.rules}`;
      const words = show.nodePort === null ? counting : `node port ${show.nodePort}`;
      const barX = textX + Math.max(78, textWidth(words, TYPE.gate, measure) + 10);
      const barWidth = Math.max(12, right - barX);
      return [
        plain,
        ...glyph("swap", railX - 6, mid - 6, 12, "--ink"),
        label(words),
        rect(barX, mid - 3, barWidth, 6, 3, { fill: "--line-2" }),
        rect(barX, mid - 3, Math.max(6, barWidth * Math.min(1, progress)), 6, 3, { fill: "--ink" }),
      ];
    }
    case "rewriting":
    case "restoring": {
      const yellow = box({ fill: "--nat-soft", stroke: "--nat", lineWidth: 1.25 });
      const badge = glyph("nat", railX - 8.5, mid - 8.5, 17);
      const name = show.service ?? "";
      const serviceFont: FontSpec = { ...TYPE.monoStrong, weight: 620 };
      const restoring = show.kind === "restoring";
      if (show.kind === "rewriting" && show.masquerade !== null && show.to !== "")
        return [yellow, ...badge, ...bothAddresses(show, { x: textX, mid, room: right + 4 - textX }, measure)];
      const masquerade = show.kind === "rewriting" && show.masquerade !== null && show.to === "";
      const room = right + 4 - textX;
      const to = masquerade && show.kind === "rewriting" ? (show.masquerade ?? "") : show.to;
      const shownName = restoring || name === "" ? "" : fitText(name, Math.max(20, room - 20 - to.length * 6.6), serviceFont, measure);
      const from = show.kind === "rewriting" && show.byPlugin === true ? "CNI: from" : "from";
      const lead = masquerade ? from : restoring ? "from" : shownName;
      const leadWidth = lead.length * 6.6;
      const whole = leadWidth + 20 + to.length * 6.6 <= room ? to : to.replace(/:\d+$/, "");
      return [
        yellow,
        ...badge,
        text(textX, mid + 4, lead, masquerade || restoring ? TYPE.mono : serviceFont, masquerade || restoring ? "--ink-2" : "--svc"),
        ...(masquerade || restoring ? [] : glyph("arrow", textX + leadWidth + 4.5, mid - 5.5, 11, "--ink")),
        text(textX + leadWidth + (masquerade || restoring ? 7 : 20), mid + 4, whole, TYPE.monoStrong, restoring ? "--svc" : "--ink"),
      ];
    }
    case "choosing":
      return [plain, ...glyph("swap", railX - 6, mid - 6, 12, "--ink"), label(show.text)];
    case "known":
      return [
        plain,
        ...glyph("link", railX - 6, mid - 6, 12, "--ink"),
        label("known"),
        text(right, mid + 4, fitText(show.to, right - textX - 48, TYPE.mono, measure), TYPE.mono, "--ink-2", "end"),
      ];
    case "naming":
      return [plain, ...glyph("swap", railX - 6, mid - 6, 12, "--ink"), label(show.service, "--svc", { ...TYPE.monoStrong, weight: 620 })];
    case "refusing":
    case "dropping": {
      const red = box({ fill: "--drop-soft", stroke: "--drop-fill", lineWidth: 1.25 });
      return [red, label(show.text, "--drop", { ...TYPE.gate, weight: 560 })];
    }
  }
}

/** Two lines in the gate: where the packet goes now, and from whom it seems to come. */
function bothAddresses(
  show: Extract<GateShow, { readonly kind: "rewriting" }>,
  at: { readonly x: number; readonly mid: number; readonly room: number },
  measure: MeasureText,
): readonly Shape[] {
  const whole = (address: string): string => (42 + address.length * 6.6 <= at.room ? address : address.replace(/:\d+$/, ""));
  const row = (lead: string, address: string, baseline: number): readonly Shape[] => [
    text(at.x, baseline, lead, TYPE.kind, "--ink-2"),
    text(at.x + 34, baseline, fitText(whole(address), at.room - 34, TYPE.monoStrong, measure), TYPE.monoStrong, "--ink"),
  ];
  return [...row("to", show.to, at.mid - 2.5), ...row("from", show.masquerade ?? "", at.mid + 10)];
}

function gateInk(show: GateShow | GateRest): Ink | null {
  switch (show.kind) {
    case "rest":
    case "behind":
    case "stopped":
    case "known":
    case "naming":
      return null;
    case "matching":
    case "choosing":
      return "--line-2";
    case "rewriting":
    case "restoring":
      return "--nat-mark";
    case "refusing":
    case "dropping":
      return "--drop-fill";
  }
}
