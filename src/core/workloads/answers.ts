/** What a server says to a request, as its image would. Bodies are short and true to the image's own words. */
import type { Container, Pod } from "../api/types.ts";
import { unreachable } from "../base/names.ts";
import { flagOf, knowledgeOf, variableOf } from "./images.ts";
import type { Voice } from "./images.ts";
import type { Listener } from "./listeners.ts";

export interface RequestSeen {
  readonly method: string;
  /** With its query: `/hostname?x=1`. */
  readonly path: string;
  /** `ip:port` of the client as the server sees it. */
  readonly sourceSeen: string;
  /** Host header, where the caller knows it. */
  readonly host?: string;
}

export interface Answer {
  readonly status: number;
  /** `HTTP/1.1 200 OK` */
  readonly statusLine: string;
  readonly contentType: string;
  readonly body: string;
}

/** Null: the server does not speak HTTP (it closes the connection), or is no HTTP server at all (UDP, DNS). */
export function answerOf(pod: Pod, listener: Listener, request: RequestSeen): Answer | null {
  const container = pod.spec.containers.find((each) => each.name === listener.container);
  if (container === undefined) return null;
  return respond(container, listener, { ...request, pod: { name: pod.spec.hostname ?? pod.metadata.name, ip: pod.status.podIP ?? "" } });
}

/** The line that `kubectl logs` shows for a request, or null for servers that do not log requests. */
export function logLineOf(pod: Pod, listener: Listener, request: RequestSeen, answer: Answer | null): string | null {
  const container = pod.spec.containers.find((each) => each.name === listener.container);
  const voice = container === undefined ? undefined : knowledgeOf(container.image)?.voice;
  if (answer === null || (voice !== "nginx" && voice !== "httpd")) return null;
  const client = request.sourceSeen.replace(/:\d+$/, "");
  return `${client} - - "${request.method} ${request.path} HTTP/1.1" ${answer.status} ${answer.body.length}`;
}

interface Asked extends RequestSeen {
  readonly pod: { readonly name: string; readonly ip: string };
}

export function respond(container: Container, listener: Listener, request: Asked): Answer | null {
  if (listener.protocol !== "TCP") return null;
  const voice: Voice = knowledgeOf(container.image)?.voice ?? "plain";
  const path = request.path.split("?")[0] ?? "/";
  const fixed = staticFile(voice, path, request.method);
  if (fixed !== null) return fixed;
  switch (voice) {
    case "silent":
      return null;
    case "dns":
      return coreDns(listener.port, path);
    case "nginx":
      return path === "/" || path === "/index.html"
        ? html(NGINX_PAGE)
        : withStatus(404, "Not Found", "text/html", nginxError("404 Not Found"));
    case "httpd":
      return path === "/" || path === "/index.html"
        ? html("<html><body><h1>It works!</h1></body></html>\n")
        : withStatus(404, "Not Found", "text/html", HTTPD_404);
    case "whoami":
      return path === "/health" ? text("") : text(whoami(container, request));
    case "agnhost":
      return agnhost(container, path, request);
    case "http-echo":
      return path === "/health"
        ? json({ status: "ok" })
        : text(`${flagOf(container, "-text", "--text") ?? variableOf(container, "ECHO_TEXT") ?? "hello-world"}\n`);
    case "hello-app":
      return text(`Hello, world!\nVersion: ${/:2/.test(container.image) ? "2.0.0" : "1.0.0"}\nHostname: ${request.pod.name}\n`);
    case "echoserver":
      return text(
        `\n\nHostname: ${request.pod.name}\n\nRequest Information:\n\tclient_address=${addressOf(request.sourceSeen)}\n\tmethod=${request.method}\n\treal path=${request.path}\n`,
      );
    case "json":
      return json({ hostname: request.pod.name, method: request.method, path: request.path, remote: request.sourceSeen });
    case "plain":
      return text(`${request.pod.name}\n`);
    default:
      return unreachable(voice);
  }
}

/**
 * What servers of files say to other methods than GET and HEAD. nginx: 405, after a file was found where it is POST
 * (ngx_http_static_module.c); httpd: a file is sent for POST too, OPTIONS is answered, else 405 (server/core.c, default_handler).
 * null: as to GET.
 */
function staticFile(voice: Voice, path: string, method: string): Answer | null {
  const reads = method === "GET" || method === "HEAD";
  if (reads || (voice !== "nginx" && voice !== "httpd")) return null;
  const known = path === "/" || path === "/index.html";
  if (voice === "nginx")
    return method === "POST" && !known ? null : withStatus(405, "Not Allowed", "text/html", nginxError("405 Not Allowed"));
  if (method === "POST") return null;
  return method === "OPTIONS"
    ? withStatus(200, "OK", "text/html", "")
    : withStatus(405, "Method Not Allowed", "text/html", httpd405(method));
}

function withStatus(status: number, phrase: string, contentType: string, body: string): Answer {
  return { status, statusLine: `HTTP/1.1 ${status} ${phrase}`, contentType, body };
}

const text = (body: string): Answer => withStatus(200, "OK", "text/plain; charset=utf-8", body);
const html = (body: string): Answer => withStatus(200, "OK", "text/html", body);
const json = (value: unknown): Answer => withStatus(200, "OK", "application/json", `${JSON.stringify(value)}\n`);

function addressOf(source: string): string {
  return source.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

/** CoreDNS answers HTTP beside DNS: health on 8080, readiness on 8181, metrics on 9153. */
function coreDns(port: number, path: string): Answer | null {
  if ((port === 8080 && path === "/health") || (port === 8181 && path === "/ready")) return text("OK");
  if (port === 9153 && path === "/metrics") return text("# HELP coredns_build_info A metric with a constant '1' value\n");
  return port === 8080 || port === 8181 || port === 9153
    ? withStatus(404, "Not Found", "text/plain; charset=utf-8", "404 page not found\n")
    : null;
}

/** github.com/traefik/whoami prints what it knows of itself and of the request. */
function whoami(container: Container, request: Asked): string {
  const name = flagOf(container, "--name", "-name") ?? variableOf(container, "WHOAMI_NAME");
  const lines = [
    ...(name === undefined ? [] : [`Name: ${name}`]),
    `Hostname: ${request.pod.name}`,
    "IP: 127.0.0.1",
    "IP: ::1",
    `IP: ${request.pod.ip}`,
    `RemoteAddr: ${request.sourceSeen}`,
    `${request.method} ${request.path} HTTP/1.1`,
    `Host: ${request.host ?? request.pod.ip}`,
    "User-Agent: curl/8.11.1",
    "Accept: */*",
  ];
  return `${lines.join("\n")}\n\n`;
}

/** agnhost netexec: /hostname, /clientip, /echo?msg=…, /healthz, /readyz. (test/images/agnhost/netexec) */
function agnhost(container: Container, path: string, request: Asked): Answer {
  const command = [...(container.command ?? []), ...(container.args ?? [])];
  if (command.includes("serve-hostname")) return text(request.pod.name);
  if (path === "/" || path === "/hostname" || path === "/hostName")
    return text(path === "/" ? "NOW: 2026-01-01 00:00:00 +0000 UTC" : request.pod.name);
  if (path === "/clientip") return text(request.sourceSeen);
  if (path === "/echo") return text(decode(/[?&]msg=([^&]*)/.exec(request.path)?.[1] ?? ""));
  if (path === "/healthz" || path === "/readyz") return text("");
  return withStatus(404, "Not Found", "text/plain; charset=utf-8", "404 page not found\n");
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return value; // a stray % stays as it is written
  }
}

const NGINX_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, nginx is successfully installed and working.
Further configuration is required for the web server, reverse proxy, 
API gateway, load balancer, content cache, or other features.</p>

<p>For online documentation and support please refer to
<a href="https://nginx.org/">nginx.org</a>.<br/>
To engage with the community please visit
<a href="https://community.nginx.org/">community.nginx.org</a>.<br/>
For enterprise grade support, professional services, additional 
security features and capabilities please refer to
<a href="https://f5.com/nginx">f5.com/nginx</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

function nginxError(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

const httpd405 = (method: string): string => `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>405 Method Not Allowed</title>
</head><body>
<h1>Method Not Allowed</h1>
<p>The requested method ${method} is not allowed for this URL.</p>
</body></html>
`;

const HTTPD_404 = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>404 Not Found</title>
</head><body>
<h1>Not Found</h1>
<p>The requested URL was not found on this server.</p>
</body></html>
`;
