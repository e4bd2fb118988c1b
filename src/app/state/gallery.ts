/**
 * Whether the gallery of scenarios lies over the workbench. It has an address of its own (`#gallery`), so that Back
 * leaves it and a link can name it.
 */
import { create } from "zustand";
import { pause } from "./playback.ts";

export const GALLERY = "#gallery";

interface GalleryState {
  readonly open: boolean;
  /** The dialog for one's own cluster stands open in it. */
  readonly importing: boolean;
}

export const useGallery = create<GalleryState>(() => ({ open: false, importing: false }));

export function openGallery(): void {
  pause();
  if (location.hash !== GALLERY) history.pushState(null, "", GALLERY);
  useGallery.setState({ open: true });
}

/** For what leads nowhere by itself. */
export const TO_GALLERY = { label: "Open the gallery", run: openGallery } as const;

/** Back to what was open, or to what was opened from it. */
export function closeGallery(): void {
  if (location.hash === GALLERY) history.replaceState(null, "", location.pathname + location.search);
  useGallery.setState({ open: false, importing: false });
  // The picture is where one goes on: Space plays.
  requestAnimationFrame(() => document.getElementById("topology")?.focus());
}

export function setImporting(importing: boolean): void {
  useGallery.setState({ importing });
}
