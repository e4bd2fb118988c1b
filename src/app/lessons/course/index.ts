/** The course, in the order in which it is read. */
import type { Course, Lesson } from "../types.ts";
import { POD_ADDRESSES, SERVICE_ADDRESS } from "./addresses.ts";
import { NETWORK_POLICY, NO_ENDPOINTS, WRONG_PORT } from "./debugging.ts";
import { EXTERNAL_NAME, HEADLESS, NAMES } from "./names.ts";
import { LOAD_BALANCER, NODE_PORT, SESSION_AFFINITY, TRAFFIC_POLICY } from "./outside.ts";
import { CONNECTIONS, KUBE_PROXY } from "./rewriting.ts";
import { READINESS, SELECTOR } from "./selection.ts";

export const COURSE: Course = {
  title: "Services, step by step",
  lessons: [
    POD_ADDRESSES,
    SERVICE_ADDRESS,
    SELECTOR,
    READINESS,
    KUBE_PROXY,
    CONNECTIONS,
    NAMES,
    HEADLESS,
    EXTERNAL_NAME,
    SESSION_AFFINITY,
    NODE_PORT,
    TRAFFIC_POLICY,
    LOAD_BALANCER,
    NO_ENDPOINTS,
    WRONG_PORT,
    NETWORK_POLICY,
  ],
};

export function lessonById(id: string | null): Lesson | null {
  return COURSE.lessons.find((lesson) => lesson.id === id) ?? null;
}
