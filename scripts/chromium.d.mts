/** The path of a Chromium that is there already, or null. Installs nothing. */
export function findChromium(): Promise<string | null>;
/** The path of a Chromium, installed if that is possible here. Throws one sentence if not. */
export function ensureChromium(): Promise<string>;
