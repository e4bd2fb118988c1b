/**
 * Every glyph of the interface, 16 x 16, stroke 1.5, in the current colour. Each meaning has its own silhouette
 * (DESIGN 1); the canvas painter draws the same shapes.
 */
import type { ReactElement, SVGProps } from "react";

const line = (d: string): ReactElement => (
  <path d={d} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
);
const fill = (d: string): ReactElement => <path d={d} fill="currentColor" />;
const stroked = (d: string, stroke: string, width: number): ReactElement => (
  <path d={d} fill="none" stroke={stroke} strokeWidth={width} strokeLinecap="round" strokeLinejoin="round" />
);
const OCTAGON = "M5.3 1.5h5.4L14.5 5.3v5.4l-3.8 3.8H5.3L1.5 10.7V5.3z";
const HEXAGON = "M5 2.6h6L14.4 8 11 13.4H5L1.6 8z";

const GLYPHS = {
  ready: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="var(--ready-fill)" />
      {stroked("M5.2 8.2l2 2 3.7-4.1", "var(--on-fill)", 1.7)}
    </>
  ),
  "not-ready": (
    <>
      <circle cx="8" cy="8" r="5.7" fill="none" stroke="var(--ctl)" strokeWidth="1.6" />
      {stroked("M5.4 8h5.2", "var(--ink-2)", 1.7)}
    </>
  ),
  starting: (
    <>
      <circle cx="8" cy="8" r="5.7" fill="none" stroke="var(--line-2)" strokeWidth="1.6" />
      {stroked("M8 2.3a5.7 5.7 0 0 1 5.7 5.7", "var(--ink-2)", 1.8)}
    </>
  ),
  terminating: (
    <>
      <circle cx="8" cy="8" r="5.7" fill="none" stroke="var(--ctl)" strokeWidth="1.6" strokeDasharray="2.2 2.2" />
      {stroked("M6 6l4 4M10 6l-4 4", "var(--ink-2)", 1.6)}
    </>
  ),
  service: <path d={HEXAGON} fill="var(--svc-soft)" stroke="var(--svc-fill)" strokeWidth="1.6" strokeLinejoin="round" />,
  "service-empty": (
    <path d={HEXAGON} fill="none" stroke="var(--svc-fill)" strokeWidth="1.6" strokeLinejoin="round" strokeDasharray="2.4 2" />
  ),
  dns: (
    <>
      <path d="M8 1.4L14.6 8 8 14.6 1.4 8z" fill="var(--dns-fill)" />
      {stroked("M5.6 8h4.8M8.4 6l2 2-2 2", "var(--on-fill)", 1.4)}
    </>
  ),
  nat: (
    <>
      <rect x="1" y="2.4" width="14" height="11.2" rx="3" fill="var(--nat-mark)" />
      {stroked("M4 6.2h7.6M9.6 4.3l2 1.9-2 1.9M12 9.9H4.4M6.4 8l-2 1.9 2 1.9", "var(--on-nat-mark)", 1.3)}
    </>
  ),
  drop: (
    <>
      <path d={OCTAGON} fill="var(--drop-fill)" />
      {stroked("M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8", "var(--on-fill)", 1.7)}
    </>
  ),
  reject: (
    <>
      <path d={OCTAGON} fill="var(--drop-fill)" />
      {stroked("M11 10.6V8.4a2 2 0 0 0-2-2H4.9M6.8 4.3L4.7 6.4l2.1 2.1", "var(--on-fill)", 1.6)}
    </>
  ),
  blocked: (
    <>
      <path d={OCTAGON} fill="none" stroke="var(--drop-fill)" strokeWidth="1.5" strokeLinejoin="round" />
      {stroked("M5 8h6", "var(--drop-fill)", 1.7)}
    </>
  ),
  fail: (
    <>
      <path d={OCTAGON} fill="var(--drop-fill)" />
      {stroked("M8 4.6v4.2M8 11.3v.1", "var(--on-fill)", 1.8)}
    </>
  ),
  packet: <rect x="2.5" y="2.5" width="11" height="11" rx="3" fill="var(--ink)" />,
  ok: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="var(--ink)" />
      {stroked("M5.2 8.2l2 2 3.7-4.1", "var(--on-ink)", 1.7)}
    </>
  ),
  todo: <circle cx="8" cy="8" r="5.8" fill="none" stroke="var(--ctl)" strokeWidth="1.5" strokeDasharray="2.2 2.35" />,
  arrow: line("M2.5 8h11M9.7 4.2L13.5 8l-3.8 3.8"),
  swap: line("M3 5.5h9.5M10 3l2.5 2.5L10 8M13 10.5H3.5M6 8l-2.5 2.5L6 13"),
  play: fill("M4.5 2.9c0-.8.9-1.3 1.6-.9l7.2 5.1c.6.4.6 1.3 0 1.7l-7.2 5.2c-.7.4-1.6 0-1.6-.9z"),
  pause: fill(
    "M4 3.2c0-.5.4-.9.9-.9h1.3c.5 0 .9.4.9.9v9.6c0 .5-.4.9-.9.9H4.9c-.5 0-.9-.4-.9-.9zM8.9 3.2c0-.5.4-.9.9-.9h1.3c.5 0 .9.4.9.9v9.6c0 .5-.4.9-.9.9H9.8c-.5 0-.9-.4-.9-.9z",
  ),
  hold: line("M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6.4 6v4M9.6 6v4"),
  step: (
    <>
      {fill("M3.4 3.6c0-.7.7-1.1 1.3-.7l5 4.3c.5.4.5 1.1 0 1.5l-5 4.3c-.6.4-1.3 0-1.3-.7z")}
      {line("M12.6 3v10")}
    </>
  ),
  back: (
    <>
      {fill("M12.6 3.6c0-.7-.7-1.1-1.3-.7l-5 4.3c-.5.4-.5 1.1 0 1.5l5 4.3c.6.4 1.3 0 1.3-.7z")}
      {line("M3.4 3v10")}
    </>
  ),
  restart: line("M3 3.2v3.6h3.6M3.3 6.6A5.4 5.4 0 1 1 2.7 9.6"),
  chevron: line("M4 6l4 4 4-4"),
  "chevron-right": line("M6 4l4 4-4 4"),
  "chevron-up": line("M4 10l4-4 4 4"),
  check: line("M3.2 8.6l3.2 3.2 6.4-7"),
  close: line("M4 4l8 8M12 4l-8 8"),
  plus: line("M8 3v10M3 8h10"),
  minus: line("M3 8h10"),
  fit: line(
    "M2.5 5.8V3.5a1 1 0 0 1 1-1h2.3M10.2 2.5h2.3a1 1 0 0 1 1 1v2.3M13.5 10.2v2.3a1 1 0 0 1-1 1h-2.3M5.8 13.5H3.5a1 1 0 0 1-1-1v-2.3",
  ),
  terminal: line("M3 4.5L6 7.5 3 10.5M8 11.5h5"),
  code: line("M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5"),
  external: line("M6.5 3H4a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V9.5M9.5 2.8h3.7v3.7M13 3L7.5 8.5"),
  download: line("M8 2.2v7.3M5.2 6.9L8 9.7l2.8-2.8M3 8.5v4a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-4"),
  share: line("M8 9.5V2.2M5.2 4.8L8 2l2.8 2.8M3 8.5v4a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-4"),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.9" fill="none" stroke="currentColor" strokeWidth="1.5" />
      {line("M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9")}
    </>
  ),
  moon: line("M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z"),
  keyboard: (
    <>
      <rect x="1.8" y="4" width="12.4" height="8" rx="1.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
      {line("M4.4 6.6h.1M7 6.6h.1M9.4 6.6h.1M11.7 6.6h.1M5.4 9.5h5.2")}
    </>
  ),
  client: (
    <>
      <rect x="3" y="3" width="10" height="7" rx="1.4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      {line("M1.6 12.8h12.8")}
    </>
  ),
  node: (
    <>
      <rect x="2.5" y="3" width="11" height="4.2" rx="1.2" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <rect x="2.5" y="8.8" width="11" height="4.2" rx="1.2" fill="none" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  power: line("M8 2.2v5.2M4.9 4.3a5.3 5.3 0 1 0 6.2 0"),
  bolt: line("M8.8 1.9L3.7 9h3.7l-.5 5.1L12.3 7H8.4z"),
  unplug: line("M5.2 2.5v2.8M10.8 2.5v2.8M3.6 5.3h8.8v1.9a4.4 4.4 0 0 1-8.8 0zM8 11.6v2.2"),
  link: line("M6.6 9.4l2.8-2.8M7.2 4.7l1-1a2.9 2.9 0 0 1 4.1 4.1l-1 1M8.8 11.3l-1 1a2.9 2.9 0 0 1-4.1-4.1l1-1"),
  tree: line("M3 3.5h4M5 3.5v9M5 8h3M5 12.5h3M10.5 8h2.5M10.5 12.5h2.5"),
  table: line("M2.5 3.5h11v9h-11zM2.5 6.8h11M6.5 6.8v5.7"),
  // what is in the middle stays, the corners fade
  only: (
    <>
      <circle cx="8" cy="8" r="2.6" fill="currentColor" />
      {line("M8 1.8v1.7M8 12.5v1.7M1.8 8h1.7M12.5 8h1.7")}
      <circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" strokeWidth="1.3" strokeDasharray="1.6 2.64" />
    </>
  ),
  text: line("M2.5 4h11M2.5 8h11M2.5 12h6.5"),
  filter: line("M2.5 4.2h11M4.6 8h6.8M6.7 11.8h2.6"),
  map: line("M2.5 3.5h11v9h-11zM5 6h4.2v3.4H5z"),
  label: line("M2.6 3.6v4.1l5.8 5.8 5-5-5.8-5.8H3.5a.9.9 0 0 0-.9.9zM5.4 5.6v.1"),
  dots: fill(
    "M3.2 6.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4zM8 6.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4zM12.8 6.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4z",
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.5" />
      {line("M8 7.4v3.4M8 5.1v.1")}
    </>
  ),
  trash: line("M3 4.5h10M6.3 4.3V2.8h3.4v1.5M4.3 4.5l.6 8.7h6.2l.6-8.7"),
} as const;

export type IconName = keyof typeof GLYPHS;

interface IconProps extends Omit<SVGProps<SVGSVGElement>, "name"> {
  readonly name: IconName;
  /** Drawn size in px; 16 unless told. */
  readonly size?: 10 | 12 | 13 | 14 | 15 | 16 | 17 | 18;
}

/** Decorative: what it means always stands beside it in words or in the name of its control. */
export function Icon({ name, size = 16, className = "", ...rest }: IconProps): ReactElement {
  return (
    <svg viewBox="0 0 16 16" className={`i s${size} ${className}`} aria-hidden="true" {...rest}>
      {GLYPHS[name]}
    </svg>
  );
}

/** The same glyph inside another drawing, at its place there. */
export function Glyph({
  name,
  x,
  y,
  size,
}: {
  readonly name: IconName;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}): ReactElement {
  return (
    <svg viewBox="0 0 16 16" x={x} y={y} width={size} height={size} aria-hidden="true">
      {GLYPHS[name]}
    </svg>
  );
}
