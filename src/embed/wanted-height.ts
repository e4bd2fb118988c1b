/**
 * How high the frame should be for its width: header, the whole picture at its natural size, the controls. It never
 * depends on the height the frame has, so that a host that follows it comes to rest.
 */
export interface HeightInput {
  readonly frameWidth: number;
  /** The width that the layout was given; a picture in a low frame is laid out wider than the frame (stage.tsx). */
  readonly layoutWidth: number;
  readonly scene: { readonly width: number; readonly height: number } | null;
}

/** Below this width the arrangement of the phone is used. */
export const PHONE_BELOW_PX = 560;
export const LEAST_HEIGHT_PX = 360;

const WIDE = { chrome: 114, withoutScene: 306, most: 900 };
const PHONE = { chrome: 274, withoutScene: 366, most: 900 };

/** Whole CSS px. */
export function wantedHeight({ frameWidth, layoutWidth, scene }: HeightInput): number {
  const { chrome, withoutScene, most } = frameWidth < PHONE_BELOW_PX ? PHONE : WIDE;
  const picture = scene === null ? withoutScene : scene.height * Math.min(1, layoutWidth / scene.width);
  return Math.round(Math.max(LEAST_HEIGHT_PX, Math.min(most, chrome + picture)));
}
