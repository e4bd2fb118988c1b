/** The control that opens more lanes under the request's three, and the lanes themselves, which are brought on demand. */
import type { ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import { toggleLanes, useLanes } from "./choice.ts";

const Lanes = later(async () => (await import("./event-lanes.tsx")).EventLanes);

export function MoreLanes({ width, left }: { readonly width: number; readonly left: number }): ReactElement {
  const open = useLanes((lanes) => lanes.open);
  return (
    <>
      <button type="button" className="morelanes" aria-expanded={open} onClick={toggleLanes}>
        <Icon name={open ? "chevron" : "chevron-right"} size={12} />
        {open ? "Fewer lanes" : "More lanes"}
      </button>
      {open && <Lanes width={width} left={left} />}
    </>
  );
}
