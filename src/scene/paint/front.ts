/** Service fronts: what stands on the shelf. */
import type { SceneService } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import { readable } from "./options.ts";
import type { StructureOptions } from "./options.ts";
import { TYPE, fitText, path, text, textWidth } from "./shapes.ts";
import type { Pen, Shape } from "./shapes.ts";

export type FrontEmphasis = "none" | "matched";

/** A Service front: a long hexagon that never moves; its outline says what stands behind it. */
export function frontShapes(service: SceneService, emphasis: FrontEmphasis, options: StructureOptions): readonly Shape[] {
  const { box } = service;
  const { level, measure } = options;
  const { x, y, width: w, height: h } = box;
  const c = 11;
  const outline = `M${x + c} ${y}H${x + w - c}L${x + w} ${y + h / 2}L${x + w - c} ${y + h}H${x + c}L${x} ${y + h / 2}Z`;
  const shapes: Shape[] = [path(outline, frontPen(service, emphasis))];
  const left = x + 20;
  const right = x + w - 20;
  const full = service.dns !== null;
  const [first, second, third] = full ? [19, 34, 48] : [h / 2 - 4, h / 2 + 12, 0];
  if (level <= 2) {
    const font = readable({ ...TYPE.front }, options);
    return [
      ...shapes,
      text(x + w / 2, y + h / 2 + font.size * 0.35, fitText(service.name, w - 30, font, measure), font, "--svc", "middle"),
    ];
  }
  const note = service.trouble;
  const aside = note ?? service.type;
  const asideFont = note === null ? TYPE.kind : TYPE.trouble;
  const asideWidth = textWidth(aside, asideFont, measure) + (note === null ? 0 : 17);
  const nameRoom = right - left;
  const showAside = textWidth(service.name, TYPE.front, measure) + 10 + asideWidth <= nameRoom;
  shapes.push(
    text(
      left,
      y + first,
      fitText(service.name, showAside ? nameRoom - asideWidth - 8 : nameRoom, TYPE.front, measure),
      TYPE.front,
      "--svc",
    ),
  );
  if (note !== null && showAside)
    shapes.push(...glyph("blocked", right - asideWidth, y + first - 10.5, 13), text(right, y + first, note, TYPE.trouble, "--drop", "end"));
  if (note === null && showAside && level >= 4) shapes.push(text(right, y + first, service.type, TYPE.kind, "--ink-2", "end"));
  const glyphWidth = service.dnsGlyph ? 18 : 0;
  if (service.dnsGlyph) shapes.push(...glyph("dns", right - 13, y + second - 10, 13));
  const addressWidth = service.address.length * 6.9;
  const typeRoom = right - left - addressWidth - glyphWidth - 8;
  if (note !== null && level >= 4 && textWidth(service.type, TYPE.kind, measure) <= typeRoom)
    shapes.push(text(right - glyphWidth, y + second, service.type, TYPE.kind, "--ink-2", "end"));
  if (service.address !== "") {
    const address = addressWidth <= right - left - glyphWidth ? service.address : service.address.replace(/:\d+$/, "");
    shapes.push(text(left, y + second, fitText(address, right - left - glyphWidth, TYPE.monoService, measure), TYPE.monoService, "--svc"));
  }
  if (full && service.dns !== null && level >= 4) {
    const line3 = service.address === "" ? second : third;
    shapes.push(text(left, y + line3, fitText(service.dns, right - left, TYPE.mono, measure), TYPE.mono, "--ink-3"));
    if (service.pending) shapes.push(...glyph("starting", right - 12, y + line3 - 10, 12));
  }
  return shapes;
}

function frontPen(service: SceneService, emphasis: FrontEmphasis): Pen {
  const pen = restPen(service);
  return emphasis === "matched" ? { ...pen, fill: "--svc-soft", lineWidth: 2.25, strokeAlpha: 1 } : pen;
}

function restPen(service: SceneService): Pen {
  switch (service.state) {
    case "focus":
      return { fill: "--svc-soft", stroke: "--svc-fill", lineWidth: 1.5 };
    case "rest":
      return { fill: "--surface", stroke: "--svc-fill", lineWidth: 1.1, strokeAlpha: 0.72 };
    case "empty":
      return { fill: "--surface", stroke: "--svc-fill", lineWidth: 1.25, dash: [4, 3.5] };
    case "headless":
      return { stroke: "--svc-fill", lineWidth: service.focus ? 1.5 : 1.25 };
  }
}
