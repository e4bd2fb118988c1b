/** How closely the request is told, where there is no room for all three words: the one that holds, and a menu of them. */
import type { ReactElement } from "react";
import { chooseDetail, DETAILS } from "../inspector/detail-choice.tsx";
import { Icon } from "../parts/icons.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { useStore } from "../state/store.ts";

export function DetailMenu(): ReactElement {
  const detail = useStore((state) => state.detail);
  const label = DETAILS.find(({ value }) => value === detail)?.label ?? "";
  return (
    // A tap on the card itself plays.
    <span className="detailmenu" onClick={(event) => event.stopPropagation()}>
      <MenuButton
        label={`Detail: ${label}`}
        className="btn quiet"
        entries={DETAILS.map(({ value, label }) => ({ kind: "item", label, checked: value === detail, run: () => chooseDetail(value) }))}
      >
        {label}
        <Icon name="chevron" size={12} />
      </MenuButton>
    </span>
  );
}
