/** What stands in place of the manifests while they are folded away (DESIGN 3 E). */
import type { ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { select } from "../state/commands.ts";
import { usePicture } from "../state/picture.ts";
import { setState, useStore } from "../state/store.ts";
import "../styles/rail.css";

/** Wide enough for one button. */
export const RAIL_PX = 44;

export function Rail({ onUnfold }: { readonly onUnfold: () => void }): ReactElement {
  const focus = usePicture((picture) => picture.focus);
  const outline = useStore((state) => state.outlineOpen);
  return (
    <nav className="rail" aria-label="Folded panels">
      <button type="button" className="tool" aria-label="Unfold the manifests" title="Manifests" onClick={onUnfold}>
        <Icon name="code" size={18} />
      </button>
      {focus !== null && (
        <button
          type="button"
          className="tool"
          aria-label={`Inspect ${focus.name}`}
          title={`Service ${focus.name}`}
          onClick={() => select({ kind: "service", key: focus.key })}
        >
          <Icon name="service" size={18} />
        </button>
      )}
      <button
        type="button"
        className="tool"
        aria-label="Outline"
        aria-pressed={outline}
        title="Outline (O)"
        onClick={() => setState({ outlineOpen: !outline })}
      >
        <Icon name="node" size={18} />
      </button>
    </nav>
  );
}
