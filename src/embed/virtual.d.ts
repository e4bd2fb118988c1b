/** The typefaces cut down to what the embed prints, base64 WOFF2, by vite.embed.config.ts. */
declare module "virtual:embed-fonts" {
  export const inter: string;
  export const mono: string;
}

/** The recorded beginnings of scenarios (record.ts), packed, by vite.embed.config.ts. */
declare module "virtual:embed-recordings" {
  export const recordings: import("./packed.ts").Packed;
}

/** Title and words of every scenario, by id (record.ts), by vite.embed.config.ts. */
declare module "virtual:embed-contents" {
  export const contents: import("./recording.ts").Contents;
}
