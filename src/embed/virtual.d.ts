/** The typefaces cut down to what the embed prints, base64 WOFF2, by vite.embed.config.ts. */
declare module "virtual:embed-fonts" {
  export const inter: string;
  export const mono: string;
}

/** The recorded beginnings of scenarios (record.ts), packed, by vite.embed.config.ts. */
declare module "virtual:embed-recordings" {
  export const recordings: import("./packed.ts").Packed;
}
