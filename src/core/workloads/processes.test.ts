import { describe, expect, it } from "vitest";
import type { Container } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { imageFault } from "./image-faults.ts";
import { processOf } from "./processes.ts";

const container = (image: string, ...command: readonly string[]): Container => ({
  name: "c",
  image,
  ...(command.length === 0 ? {} : { command }),
});

describe("a process", () => {
  it.each([
    ["a server", container("nginx"), null, 0],
    ["an image that nobody knows", container("example.com/shop:1"), null, 0],
    ["a shell without a terminal", container("busybox"), 1, 0],
    ["a shell with one", { ...container("busybox"), stdin: true } as Container, null, 0],
    ["curl without arguments", container("curlimages/curl:8.11.1"), 1, 2],
    ["hello-world", container("hello-world"), 1, 0],
    ["sleep infinity", container("busybox", "sleep", "infinity"), null, 0],
    ["sleep 3600", container("busybox", "sleep", "3600"), 3600, 0],
    ["sleep 10m in a shell", container("busybox", "sh", "-c", "sleep 10m"), 600, 0],
    ["a loop", container("busybox", "sh", "-c", "while true; do sleep 5; done"), null, 0],
    ["a loop that says something", container("busybox", "sh", "-c", "while true; do date; sleep 5; done"), null, 0],
    ["echo", container("busybox", "echo", "hi"), 1, 0],
    ["echo and sleep", container("busybox", "sh", "-c", "echo hi && sleep 4; date > /tmp/x"), 5, 0],
    ["false", container("busybox", "false"), 1, 1],
    ["exit 3", container("busybox", "sh", "-c", "echo no; exit 3"), 1, 3],
    ["a pipe", container("busybox", "sh", "-c", "cat /etc/hosts | grep web"), 1, 0],
    ["a small server", container("busybox", "httpd", "-f", "-p", "80"), null, 0],
    ["somebody's program", container("alpine", "/app/server"), null, 0],
    ["ping without end", container("busybox", "ping", "web"), null, 0],
    ["ping three times", container("busybox", "ping", "-c", "3", "web"), 1, 0],
    ["tail -f", container("busybox", "sh", "-c", "echo x; tail -f /var/log/x"), null, 0],
  ])("%s", (_name, of, seconds, exitCode) => {
    expect(processOf(of, false)).toEqual({ lasts: seconds === null ? null : seconds * SECOND, exitCode });
  });

  it.each([
    ["an image that nobody knows does its work", container("example.com/migrate:1"), 2],
    ["so does a program", container("perl", "perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"), 2],
    ["so does a loop that waits for something", container("busybox", "sh", "-c", "until nslookup db; do sleep 2; done"), 2],
    ["a server does not end", container("nginx"), null],
    ["nor does one that only waits", container("busybox", "sleep", "infinity"), null],
  ])("that is there to end: %s", (_name, of, seconds) => {
    expect(processOf(of, true).lasts).toBe(seconds === null ? null : seconds * SECOND);
  });
});

describe("an image", () => {
  const missing = (full: string): string =>
    `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;
  it.each([
    ["nginx", null],
    ["nginx:1.27-alpine", null],
    ["registry.example.com:5000/team/app@sha256:0123456789abcdef0123456789abcdef", null],
    [
      "ghcr.io/Shop/app:1",
      'couldn\'t parse image name "ghcr.io/Shop/app:1": invalid reference format: repository name (Shop/app) must be lowercase',
    ],
    ["Nginx", 'couldn\'t parse image name "Nginx": invalid reference format: repository name (library/Nginx) must be lowercase'],
    ["nginx:", 'couldn\'t parse image name "nginx:": invalid reference format'],
    ["nginx:doesnotexist", missing("docker.io/library/nginx:doesnotexist")],
    ["nginx:1.27-doesnotexist", missing("docker.io/library/nginx:1.27-doesnotexist")],
    ["example.com/shop/no-such-image", missing("example.com/shop/no-such-image:latest")],
    ["team/nonexistent:2", missing("docker.io/team/nonexistent:2")],
    ["nginx:wrongly", null],
    ["foundation/app:1", null],
  ])("%s", (image, message) => {
    const fault = imageFault(image);
    expect(fault === null ? null : fault.message.replace(/^Failed to apply default image tag "[^"]*": /, "")).toBe(message);
  });
});
