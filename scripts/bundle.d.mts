/** See bundle.mjs. */
export const root: string;
export function bundleForNode(entry: string): Promise<string>;
