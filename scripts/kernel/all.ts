/** `npm run test:kernel`: every scenario, with each iptables program that is installed. */
import { join } from "node:path";
import { ALL_CASES } from "./cases.ts";
import { main } from "./main.ts";

process.env["KUBEHOP_KERNEL_REPORT"] ??= join(process.cwd(), "node_modules", ".cache", "kubehop", "reports", "kernel-all.json");
await main(ALL_CASES, { everyBackend: true, withinMs: 600_000 });
