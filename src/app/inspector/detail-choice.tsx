/** How closely the request on show is told. */
import type { ReactElement } from "react";
import type { Detail } from "../../scene/contract.ts";
import { Segmented, type Choice } from "../parts/segmented.tsx";
import { showDetail } from "../state/detail-show.ts";
import { say } from "../state/commands.ts";
import { useStore } from "../state/store.ts";

export const DETAILS: readonly Choice<Detail>[] = [
  { value: "request", label: "Request" },
  { value: "connection", label: "Connection" },
  { value: "packet", label: "Packet" },
];

/** What tells it so closely may still be on its way. */
export function chooseDetail(next: Detail): void {
  void showDetail(next).catch(() => say("This part of the page could not be fetched", "trouble"));
}

export function DetailChoice(): ReactElement {
  const detail = useStore((state) => state.detail);
  return (
    <div className="detailrow">
      <span id="detail-label">Detail</span>
      <Segmented label="Detail" labelledBy="detail-label" value={detail} choices={DETAILS} onChange={chooseDetail} />
    </div>
  );
}
