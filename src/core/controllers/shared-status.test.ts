import { expect, test } from "vitest";
import type { ContainerStatus, PodCondition } from "../api/types.ts";
import { sharedConditions, sharedStatuses } from "./shared-status.ts";

const ready = (more: Partial<PodCondition> = {}): PodCondition => ({ type: "Ready", status: "True", lastTransitionTime: "t", ...more });
const running = (startedAt: string): ContainerStatus => ({
  name: "web",
  ready: true,
  restartCount: 0,
  image: "nginx",
  state: { running: { startedAt } },
});

test("what stands already stays the same value", () => {
  const before = [ready()];
  expect(sharedConditions([ready()], before)).toBe(before);
  expect(sharedConditions([ready({ status: "False" })], before)).toEqual([ready({ status: "False" })]);
});

test("two Pods that report the same hold one value", () => {
  const first = sharedStatuses([running("12:00")], undefined);
  expect(sharedStatuses([running("12:00")], [])).toBe(first);
});

test.each([
  ["another message", ready({ message: "m" })],
  ["another time", ready({ lastTransitionTime: "u" })],
  ["a member that the kubelet does not write", { ...ready(), lastProbeTime: null }],
])("%s is another report", (_, other) => {
  const first = sharedConditions([ready()], undefined);
  const second = sharedConditions([other], first);
  expect(second).not.toBe(first);
  expect(second).toEqual([other]);
});

test("a container that started later is in another state", () => {
  expect(sharedStatuses([running("12:01")], [running("12:00")])).toEqual([running("12:01")]);
});
