import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Container, Pod, PodSpec } from "../api/types.ts";
import { answerOf, logLineOf } from "./answers.ts";
import { isClient, isNameServer, libcOf } from "./clients.ts";
import { repositoryOf } from "./images.ts";
import { annotationFaults, isIdle, listenersOf } from "./listeners.ts";
import { probe } from "./probes.ts";

/** A running Pod `web` at 10.244.1.5 with one container. */
function pod(container: string, annotations: { readonly [key: string]: string } = {}): Pod {
  const spec = { containers: [{ name: "c", ...(parse(`{${container}}`) as object) }] } as unknown as PodSpec;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default", annotations },
    spec,
    status: { phase: "Running", podIP: "10.244.1.5" },
  };
}

const sockets = (of: Pod): string =>
  listenersOf(of)
    .map(({ port, protocol }) => (protocol === "TCP" ? String(port) : `${port}/${protocol.toLowerCase()}`))
    .join(" ");

describe("what listens where", () => {
  it.each([
    ["nginx", "image: nginx", "80"],
    ["nginx of a mirror", "image: 'registry.example.com/library/nginx:1.28'", "80"],
    ["nginx whatever it declares", "image: nginx, ports: [{containerPort: 9999}]", "80"],
    [
      "nginx with a configuration of its own",
      "image: nginx, ports: [{containerPort: 8080}], volumeMounts: [{name: c, mountPath: /etc/nginx/conf.d}]",
      "8080",
    ],
    [
      "nginx with its page mounted",
      "image: nginx, ports: [{containerPort: 8080}], volumeMounts: [{name: c, mountPath: /usr/share/nginx/html}]",
      "80",
    ],
    ["somebody's own image called nginx", "image: acme/nginx, ports: [{containerPort: 8000}]", "8000"],
    ["unprivileged nginx", "image: nginxinc/nginx-unprivileged:1.28", "8080"],
    ["httpd", "image: 'httpd:2.4'", "80"],
    ["redis on another port", "image: redis, args: [--port, '6380']", "6380"],
    ["postgres moved by PGPORT", "image: 'postgres:17', env: [{name: PGPORT, value: '5433'}]", "5433"],
    ["http-echo", "image: hashicorp/http-echo, args: ['-text=hi']", "5678"],
    ["http-echo with -listen", "image: hashicorp/http-echo, args: ['-listen=:8080', '-text=hi']", "8080"],
    ["whoami", "image: 'traefik/whoami:v1.11'", "80"],
    ["whoami moved by a variable", "image: traefik/whoami, env: [{name: WHOAMI_PORT_NUMBER, value: '8080'}]", "8080"],
    ["agnhost netexec", "image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [netexec]", "8080 8081/udp"],
    [
      "agnhost netexec with ports",
      "image: registry.k8s.io/e2e-test-images/agnhost, args: [netexec, --http-port=80, --udp-port=81, --sctp-port=82]",
      "80 81/udp 82/sctp",
    ],
    ["agnhost serve-hostname", "image: registry.k8s.io/e2e-test-images/agnhost, args: [serve-hostname]", "9376"],
    ["agnhost pause", "image: registry.k8s.io/e2e-test-images/agnhost, args: [pause], ports: [{containerPort: 80}]", ""],
    ["hello-app", "image: 'us-docker.pkg.dev/google-samples/containers/gke/hello-app:1.0'", "8080"],
    ["CoreDNS", "image: 'registry.k8s.io/coredns/coredns:v1.14.2'", "53/udp 53 8080 8181 9153"],
    ["an unknown image", "image: acme/shop, ports: [{containerPort: 3000}, {containerPort: 9000, protocol: UDP}]", "3000 9000/udp"],
    ["an unknown image told its port", "image: acme/shop, args: [--port, '3000']", "3000"],
    ["an unknown image asked for its liveness", "image: acme/shop, livenessProbe: {httpGet: {port: 9000}}", "9000"],
    ["an unknown image asked at its node's loopback", "image: acme/shop, livenessProbe: {httpGet: {host: 127.0.0.1, port: 9000}}", ""],
    ["a known image asked elsewhere", "image: nginx, livenessProbe: {tcpSocket: {port: 9000}}", "80"],
    ["an unknown image told of another server", "image: acme/shop, args: ['--redis-addr=redis:6379', '--addr=db:5432']", ""],
    ["a sleeping busybox", "image: busybox, command: [sleep, '3600'], ports: [{containerPort: 80}]", ""],
    ["a sleeping nginx", "image: nginx, command: [sh, -c, sleep infinity], ports: [{containerPort: 80}]", ""],
    ["busybox httpd", "image: busybox, command: [httpd, -f, -p, '8080']", "8080"],
    ["busybox httpd in a shell", "image: busybox, command: [sh, -c, 'echo hi > /index.html; httpd -f -p 8081']", "8081"],
    ["python http.server", "image: 'python:3.13', command: [python, -m, http.server, '9000']", "9000"],
    ["nc", "image: busybox, command: [nc, -lk, -p, '7000', -e, cat]", "7000"],
    ["nc for UDP", "image: busybox, command: [sh, -c, 'nc -u -l -p 7000']", "7000/udp"],
    ["a program in a box of tools", "image: alpine, command: [/app/server], ports: [{containerPort: 8080}]", "8080"],
    ["curl", "image: 'curlimages/curl:8.11.1', command: [sleep, infinity]", ""],
  ])("%s", (_name, container, wanted) => {
    expect(sockets(pod(container))).toBe(wanted);
  });

  it("is overridden by the annotation", () => {
    const annotated = pod("image: nginx", { "kubehop.dev/listen": "8080, 53/udp" });
    expect(sockets(annotated)).toBe("8080 53/udp");
    expect(listenersOf(annotated)[0]?.because).toBe("annotation kubehop.dev/listen");
    expect(annotationFaults("8080, 70000, x/udp, 53/UDP")).toEqual(["70000", "x/udp"]);
  });

  it("says why it is known", () => {
    expect(listenersOf(pod("image: nginx"))[0]).toMatchObject({ because: "image nginx listens on 80", known: true });
    expect(listenersOf(pod("image: acme/shop, ports: [{containerPort: 3000}]"))[0]).toMatchObject({
      because: "declared as containerPort 3000",
      known: false,
    });
  });

  it("lists a socket once, for the first container", () => {
    const both = pod("image: nginx");
    const two = { ...both, spec: { containers: [...both.spec.containers, { name: "d", image: "httpd" } as Container] } };
    expect(listenersOf(two).map(({ container }) => container)).toEqual(["c"]);
  });

  it.each([
    ["docker.io/library/nginx:1.28@sha256:00", "nginx"],
    ["rancher/mirrored-coredns-coredns:1.12.0", "coredns/coredns"],
    ["docker.io/rancher/mirrored-library-traefik:3.3", "traefik"],
    ["quay.io/prometheus/prometheus:v3.5.0", "prometheus/prometheus"],
    ["localhost:5000/a/b:1", "a/b"],
    ["nginx", "nginx"],
  ])("repository of %s", (image, wanted) => {
    expect(repositoryOf(image)).toBe(wanted);
  });

  it.each([
    ["sleep infinity", true],
    ["tail -f /dev/null", true],
    ["sh -c 'while true; do sleep 30; done'", true],
    ["nginx -g 'daemon off;'", false],
    ["sh -c 'sleep 5; exec nginx'", false],
  ])("%s idles: %s", (line, wanted) => {
    const words = line.startsWith("sh -c ") ? ["sh", "-c", line.slice(7, -1)] : line.split(" ");
    expect(isIdle({ name: "c", image: "x", command: words })).toBe(wanted);
  });
});

describe("answers", () => {
  function ask(container: string, path = "/", port?: number): { status: number; body: string } | null {
    const of = pod(container);
    const listener = listenersOf(of).find((each) => port === undefined || each.port === port);
    if (listener === undefined) throw new Error("nothing listens");
    const answer = answerOf(of, listener, { method: "GET", path, sourceSeen: "10.244.2.9:40312", host: "web" });
    return answer === null ? null : { status: answer.status, body: answer.body };
  }

  it.each([
    ["nginx", "image: nginx", "/", 200, /^<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!<\/title>/],
    ["nginx, no such page", "image: nginx", "/x", 404, /<center><h1>404 Not Found<\/h1><\/center>/],
    ["httpd", "image: httpd", "/", 200, /^<html><body><h1>It works!<\/h1><\/body><\/html>\n$/],
    ["http-echo", "image: hashicorp/http-echo, args: ['-text=hello from a']", "/any", 200, /^hello from a\n$/],
    ["http-echo's default", "image: hashicorp/http-echo", "/", 200, /^hello-world\n$/],
    [
      "whoami",
      "image: traefik/whoami",
      "/p",
      200,
      /^Hostname: web\nIP: 127\.0\.0\.1\nIP: ::1\nIP: 10\.244\.1\.5\nRemoteAddr: 10\.244\.2\.9:40312\nGET \/p HTTP\/1\.1\nHost: web\n/,
    ],
    ["agnhost hostname", "image: registry.k8s.io/e2e-test-images/agnhost, args: [netexec]", "/hostname", 200, /^web$/],
    ["agnhost clientip", "image: registry.k8s.io/e2e-test-images/agnhost, args: [netexec]", "/clientip", 200, /^10\.244\.2\.9:40312$/],
    ["agnhost echo", "image: registry.k8s.io/e2e-test-images/agnhost, args: [netexec]", "/echo?msg=a%20b", 200, /^a b$/],
  ] as const)("%s", (_name, container, path, status, body) => {
    const answer = ask(container, path);
    expect(answer?.status).toBe(status);
    expect(answer?.body).toMatch(body);
  });

  it("are not HTTP from a database", () => {
    expect(ask("image: redis")).toBeNull();
    expect(ask("image: 'registry.k8s.io/coredns/coredns:v1'", "/", 53)).toBeNull();
  });

  it("are logged by web servers", () => {
    const of = pod("image: nginx");
    const [listener] = listenersOf(of);
    if (listener === undefined) throw new Error("nothing listens");
    const request = { method: "GET", path: "/", sourceSeen: "10.244.2.9:40312" };
    expect(logLineOf(of, listener, request, answerOf(of, listener, request))).toMatch(/^10\.244\.2\.9 - - "GET \/ HTTP\/1\.1" 200 \d+$/);
  });
});

describe("probes", () => {
  it.each([
    ["nginx answers", "image: nginx, readinessProbe: {httpGet: {path: /, port: 80}}", ""],
    ["by name", "image: nginx, ports: [{name: http, containerPort: 80}], readinessProbe: {httpGet: {port: http}}", ""],
    [
      "nginx has no such page",
      "image: nginx, readinessProbe: {httpGet: {path: /healthz, port: 80}}",
      "HTTP probe failed with statuscode: 404",
    ],
    [
      "nginx with files of its own may have it",
      "image: nginx, volumeMounts: [{name: h, mountPath: /usr/share/nginx/html}], readinessProbe: {httpGet: {path: /healthz, port: 80}}",
      "",
    ],
    [
      "wrong port",
      "image: nginx, readinessProbe: {httpGet: {path: /, port: 8080}}",
      'Get "http://10.244.1.5:8080/": dial tcp 10.244.1.5:8080: connect: connection refused',
    ],
    ["no port of that name", "image: nginx, readinessProbe: {httpGet: {port: http}}", "couldn't find port: http"],
    ["tcp", "image: redis, readinessProbe: {tcpSocket: {port: 6379}}", ""],
    [
      "tcp on a wrong port",
      "image: redis, readinessProbe: {tcpSocket: {port: 6380}}",
      "dial tcp 10.244.1.5:6380: connect: connection refused",
    ],
    ["http to a database", "image: redis, readinessProbe: {httpGet: {port: 6379}}", 'Get "http://10.244.1.5:6379/": EOF'],
    ["exec", "image: redis, readinessProbe: {exec: {command: [redis-cli, ping]}}", ""],
    [
      "grpc on a wrong port",
      "image: acme/shop, ports: [{containerPort: 50051}], readinessProbe: {grpc: {port: 50052}}",
      'timeout: failed to connect service "10.244.1.5:50052" within 1s: context deadline exceeded',
    ],
    ["an unknown image at its node's loopback", "image: acme/shop, readinessProbe: {httpGet: {host: 127.0.0.1, port: 9000}}", ""],
    [
      "an unknown image's own path",
      "image: acme/shop, ports: [{containerPort: 3000}], readinessProbe: {httpGet: {path: /ready, port: 3000}}",
      "",
    ],
  ])("%s", (_name, text, why) => {
    const of = pod(text);
    const [container] = of.spec.containers;
    if (container?.readinessProbe === undefined) throw new Error("no probe");
    expect(probe(of, container, container.readinessProbe, "10.244.1.5")).toEqual({ ok: why === "", why });
  });
});

describe("senders", () => {
  it.each([
    ["image: 'curlimages/curl:8.11.1', command: [sleep, infinity]", true, "musl"],
    ["image: 'busybox:1.37', command: [sleep, '3600']", true, "glibc"],
    ["image: nicolaka/netshoot", true, "musl"],
    ["image: nginx", false, "glibc"],
    ["image: 'nginx:1.28-alpine'", false, "musl"],
    ["image: 'acme/shop:alpine', ports: [{containerPort: 80}]", false, "musl"],
  ] as const)("%s", (container, client, libc) => {
    expect([isClient(pod(container)), libcOf(pod(container).spec)]).toEqual([client, libc]);
  });

  it("a CoreDNS Pod is a name server", () => {
    expect([isNameServer(pod("image: 'registry.k8s.io/coredns/coredns:v1'")), isNameServer(pod("image: nginx"))]).toEqual([true, false]);
  });
});
