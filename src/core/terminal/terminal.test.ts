import { beforeEach, describe, expect, it } from "vitest";
import { cluster, web } from "../simulation/testing.ts";
import { Typist } from "./testing.ts";

const TOOLS = `${web()}
---
apiVersion: v1
kind: Pod
metadata: { name: box }
spec: { nodeName: node-1, containers: [ { name: box, image: busybox:1.36, command: [sleep, infinity] } ] }
---
apiVersion: v1
kind: Pod
metadata: { name: net }
spec: { nodeName: node-2, containers: [ { name: net, image: nicolaka/netshoot, command: [sleep, infinity] } ] }
---
apiVersion: v1
kind: Pod
metadata: { name: who }
spec: { nodeName: node-2, containers: [ { name: who, image: traefik/whoami } ] }
---
apiVersion: v1
kind: Service
metadata: { name: empty }
spec: { selector: { app: nobody }, ports: [ { port: 80 } ] }
`;

let typist: Typist;
beforeEach(() => {
  typist = new Typist(cluster(TOOLS));
});

describe("lines", () => {
  it.each([
    ["echo a b", "a b\n"],
    ["echo 'a  b' \"c\"d", "a  b cd\n"],
    ["echo one; echo two", "one\ntwo\n"],
    ["true && echo yes || echo no", "yes\n"],
    ["false && echo yes || echo no", "no\n"],
    ["! true; echo $?", "1\n"],
    ["X=5; echo $X ${X}m '$X' \"$X\"", "5 5m $X 5\n"],
    ["echo $(echo in | wc -c)", "3\n"],
    ["for i in 1 2 3; do echo n$i; done", "n1\nn2\nn3\n"],
    ["for i in $(seq 2); do echo $i; done | tail -1", "2\n"],
    ["for i in {1..3}; do echo -n $i; done", "123"],
    ["printf '%s-%s\\n' a b", "a-b\n"],
    ["cat <<EOF\na $((1)) \nEOF", "a $((1)) \n"],
    ["cat <<'EOF' | grep b\na\nb $X\nEOF", "b $X\n"],
    ["echo hidden > /dev/null", ""],
    ["echo kept > f; cat f; echo more >> f; wc -l f", "kept\n2\n"],
    ["nothing 2>/dev/null; echo $?", "127\n"],
    ["echo 'a' | sh -c 'cat; echo inner'", "a\ninner\n"],
    ["[ a = a ] && echo same", "same\n"],
    ["echo a # a remark", "a\n"],
    ["while false; do echo never; done; echo after", "after\n"],
  ])("%s", (line, wanted) => {
    expect(typist.prints(line)).toBe(wanted);
  });

  it.each([
    ["echo 'open", null],
    ["for i in 1; do", null],
    ["cat <<EOF", null],
    ["echo |", null],
    ["echo a | | b", 'sh: syntax error: unexpected "|"\n'],
    ["; echo", 'sh: syntax error: unexpected ";"\n'],
    ["sleep 1 &", "sh: syntax error: jobs in the background (&) are not simulated\n"],
    ["if true; then echo; fi", "sh: syntax error: if is not simulated; for, while, && and || are\n"],
  ])("%s is open, or a mistake", (line, wanted) => {
    const world = typist;
    if (wanted === null) expect(() => world.prints(line)).toThrow("open");
    else expect(world.prints(line)).toBe(wanted);
  });

  it("ends a loop that never waits", () => {
    expect(typist.prints("while true; do true; done")).toContain("stopped after");
  });

  it("names the nearest command", () => {
    expect(typist.prints("kubctl get pods")).toBe("bash: kubctl: command not found\nThe nearest command here is kubectl.\n");
    expect(typist.prints("iptables-save")).toContain(
      "iptables-save runs in a Pod (kubectl exec POD -- iptables-save) or on a node (node NAME).",
    );
  });
});

describe("text through pipes", () => {
  it.each([
    ["printf 'b\\na\\nc\\n' | sort", "a\nb\nc\n"],
    ["printf '10\\n9\\n' | sort -n", "9\n10\n"],
    ["printf '1\\n2\\n2\\n' | uniq -c", "      1 1\n      2 2\n"],
    ["seq 20 | head -n 2", "1\n2\n"],
    ["seq 20 | head -3 | tail -n +3", "3\n"],
    ["printf 'web x\\ncart y\\n' | grep -v web", "cart y\n"],
    ["printf 'Web\\n' | grep -ic web", "1\n"],
    ["printf 'a.b\\naxb\\n' | grep -F a.b", "a.b\n"],
    ["printf 'ab\\naab\\n' | grep '^a\\+b$' | wc -l", "2\n"],
    ["printf 'x 10.0.0.1 y\\n' | grep -oE '[0-9.]+'", "10.0.0.1\n"],
    ["seq 5 | grep -A1 3", "3\n4\n"],
    ["echo a:b:c | cut -d: -f2-", "b:c\n"],
    ["echo abc | tr a-c A-C", "ABC\n"],
    ["echo none | grep x; echo $?", "1\n"],
    ["kubectl get svc | grep -w web | wc -l", "1\n"],
  ])("%s", (line, wanted) => {
    expect(typist.prints(line)).toBe(wanted);
  });
});

describe("requests", () => {
  it("sends curl's, and prints the body that came back", () => {
    expect(typist.prints("kubectl exec client -- curl -s http://web")).toMatch(/^<!DOCTYPE html>\n<html>/);
    expect(typist.needs).toMatchObject([{ kind: "send", request: { from: { kind: "pod", pod: "default/client" }, to: "http://web" } }]);
  });

  it("tells of the request before what follows from it", () => {
    expect(typist.types("kubectl exec client -- curl -sI web").map(({ kind }) => kind)).toEqual(["request", "out"]);
  });

  it.each([
    [
      "curl http://empty",
      /^curl: \(7\) Failed to connect to empty port 80 after \d+ ms: Could not connect to server\ncommand terminated with exit code 7\n$/,
    ],
    ["curl http://webb", /^curl: \(6\) Could not resolve host: webb\ncommand terminated with exit code 6\n$/],
    ["curl -s http://webb", /^command terminated with exit code 6\n$/],
    ["curl -sS -m 2 http://web:81", /^curl: \(28\) Connection timed out after 2000 milliseconds\ncommand terminated with exit code 28\n$/],
    ["curl http://web:81", /^curl: \(28\) Failed to connect to web port 81 after 134\d{3} ms: Could not connect to server\n/],
    ["curl -f http://web/nope", /^curl: \(22\) The requested URL returned error: 404\n/],
    ["curl ftp://web", /^curl: \(1\) Protocol "ftp" not supported\n/],
    ["curl --nope", /^curl: option --nope: is unknown\n/],
    ["curl", /^curl: \(2\) no URL specified\n/],
    ["curl -so /dev/null -w '%{http_code} %{remote_ip}:%{remote_port} %{size_download}\\n' web", /^200 10\.\d+\.\d+\.\d+:80 896\n$/],
    ["curl -sI web", /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/html\r\nContent-Length: 896\r\n\r\n$/],
  ])("%s", (line, wanted) => {
    expect(typist.prints(`kubectl exec client -- ${line}`)).toMatch(wanted);
  });

  it("logs with -v what curl 8.14 logs", () => {
    const log = typist.prints("kubectl exec client -- curl -sv -o /dev/null web");
    expect(log.replace(/10\.\d+\.\d+\.\d+/g, "ADDRESS")).toBe(
      [
        "* Host web:80 was resolved.",
        "* IPv6: (none)",
        "* IPv4: ADDRESS",
        "*   Trying ADDRESS:80...",
        "* Connected to web (ADDRESS) port 80",
        "* using HTTP/1.x",
        "> GET / HTTP/1.1",
        "> Host: web",
        "> User-Agent: curl/8.14.1",
        "> Accept: */*",
        "> ",
        "* Request completely sent off",
        "< HTTP/1.1 200 OK",
        "< Content-Type: text/html",
        "< Content-Length: 896",
        "< ",
        "* Connection #0 to host web left intact",
        "",
      ].join("\n"),
    );
  });

  // Words recorded with busybox 1.35 (spec of this room's README).
  it.each([
    ["wget -qO- web", /^<!DOCTYPE html>/],
    [
      "wget -O- http://empty",
      /^Connecting to empty \(10\.\d+\.\d+\.\d+:80\)\nwget: can't connect to remote host \(10\.\d+\.\d+\.\d+\): Connection refused\n/,
    ],
    ["wget http://webb", /^wget: bad address 'webb'\ncommand terminated with exit code 1\n$/],
    ["wget -T 2 http://web:81", /^Connecting to web:81 \(10\.\d+\.\d+\.\d+:81\)\nwget: download timed out\n/],
    ["wget -O- http://web/nope", /wget: server returned error: HTTP\/1\.1 404 Not Found\n/],
    ["wget --spider web", /^Connecting to web \(10\.\d+\.\d+\.\d+:80\)\nremote file exists\n$/],
    ["nc -zv web 80", /^web \(10\.\d+\.\d+\.\d+:80\) open\n$/],
    ["nc -z empty 80", /^command terminated with exit code 1\n$/],
    ["nc -z webb 80", /^nc: bad address 'webb'\n/],
    ["nc -zv -w 2 web 81", /^nc: web \(10\.\d+\.\d+\.\d+:81\): Connection timed out\n/],
  ])("busybox: %s", (line, wanted) => {
    expect(typist.prints(`kubectl exec box -- ${line}`)).toMatch(wanted);
  });

  it("asks again and again, and lets time go by between", () => {
    const before = typist.simulation.now;
    expect(
      typist.prints("kubectl exec client -- sh -c 'for i in 1 2 3; do curl -so /dev/null -w \"%{http_code} \" web; sleep 2; done'"),
    ).toBe("200 200 200 ");
    expect(typist.simulation.now - before).toBeGreaterThan(6e9);
    expect(typist.needs.map(({ kind }) => kind)).toEqual(["send", "wait", "send", "wait", "send", "wait"]);
  });
});

describe("where a line runs", () => {
  const at = (): string =>
    typist.shell.spots.map((spot) => (spot.kind === "pod" ? spot.pod : spot.kind === "node" ? spot.node : "host")).join(" ");

  it("opens a Pod's shell and leaves it", () => {
    expect(typist.prints("kubectl exec -it box -- sh")).toBe("");
    expect(at()).toBe("host default/box");
    expect(typist.prints("hostname")).toBe("box\n");
    expect(typist.prints("kubectl get pods")).toContain("sh: kubectl: not found\n");
    typist.prints("exit");
    expect(at()).toBe("host");
  });

  it("opens a node's shell", () => {
    typist.prints("ssh node-1");
    expect(at()).toBe("host node-1");
    expect(typist.prints("hostname")).toBe("node-1\n");
    expect(typist.prints("exit 3; echo never")).toBe("");
    expect(typist.shell.exit).toBe(3);
    expect(typist.prints("node node-2 hostname")).toBe("node-2\n");
    expect(typist.prints("node nope")).toContain("There is no node nope.");
  });

  it("ends a shell in a Pod that is gone", () => {
    typist.prints("kubectl exec -it box -- sh");
    typist.simulation.perform({ kind: "delete-pod", pod: "default/box" });
    typist.simulation.settle();
    expect(typist.prints("echo here")).toBe("command terminated with exit code 137\nhere\n");
    expect(at()).toBe("host");
  });

  it.each([
    ["kubectl exec nope -- ls", 'Error from server (NotFound): pods "nope" not found\n'],
    ["kubectl exec box", "error: you must specify at least one command for the container\n"],
  ])("%s", (line, wanted) => {
    expect(typist.prints(line)).toBe(wanted);
  });

  it("has no shell where the image has none, and no curl where it has none", () => {
    expect(typist.prints("kubectl exec -it who -- sh")).toContain('exec: "sh": executable file not found in $PATH');
    expect(typist.prints("kubectl exec box -- curl web")).toContain('exec: "curl": executable file not found in $PATH');
    typist.prints("kubectl exec -it box -- sh");
    expect(typist.prints("curl web")).toBe(
      "sh: curl: not found\nThe image busybox:1.36 does not bring curl; it has ip, nc, nslookup, ping, wget.\n",
    );
  });

  it("is a laptop outside at first", () => {
    expect(typist.prints("curl http://web")).toBe("curl: (6) Could not resolve host: web\n");
    expect(typist.needs).toMatchObject([{ kind: "send", request: { from: { kind: "outside", id: "laptop" } } }]);
  });
});

describe("what a machine says of itself", () => {
  it("names and files", () => {
    expect(typist.prints("kubectl exec box -- cat /etc/resolv.conf")).toBe(
      "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
    );
    expect(typist.prints("kubectl exec box -- env | grep WEB_SERVICE_PORT=")).toMatch(/^WEB_SERVICE_PORT=80\n$/);
    expect(typist.prints("kubectl exec net -- getent hosts web")).toMatch(/^10\.\d+\.\d+\.\d+ +web\.default\.svc\.cluster\.local\n$/);
    expect(typist.prints("kubectl exec net -- getent hosts webb; echo $?")).toBe("command terminated with exit code 2\n2\n");
    expect(typist.prints("kubectl exec net -- dig +short web.default.svc.cluster.local")).toMatch(/^10\.\d+\.\d+\.\d+\n$/);
    expect(typist.prints("kubectl exec box -- nslookup web")).toContain("Name:\tweb.default.svc.cluster.local\n");
  });

  it("interfaces and routes", () => {
    expect(typist.prints("kubectl exec net -- ip route")).toMatch(
      /^default via 10\.244\.\d\.1 dev eth0 \n10\.244\.\d\.0\/24 dev eth0 proto kernel scope link src 10\.244\.\d\.\d+ \n$/,
    );
    expect(typist.prints("kubectl exec net -- ip -4 addr show eth0")).toMatch(
      /^2: eth0@if\d+: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000\n {4}link\/ether [\da-f:]+ brd ff:ff:ff:ff:ff:ff link-netnsid 0\n {4}inet (10\.244\.\d)\.\d+\/24 brd \1\.255 scope global eth0\n {7}valid_lft forever preferred_lft forever\n$/,
    );
    expect(typist.prints("node node-1 ip -br link")).toContain("cni0             UP ");
    expect(typist.prints("kubectl exec net -- ip route get 10.96.0.1")).toMatch(
      /^10\.96\.0\.1 via 10\.244\.\d\.1 dev eth0 src 10\.244\.\d\.\d+ uid 0 \n {4}cache \n$/,
    );
  });

  it("a node's rules and connections", () => {
    typist.prints("kubectl exec client -- curl -s web");
    const saved = typist.prints("node node-1 iptables-save -t nat");
    expect(saved).toMatch(/^# Generated by iptables-save v1\.8\.9 on \w{3} \w{3} [\d ]\d \d\d:\d\d:\d\d \d{4}\n\*nat\n/);
    expect(saved).toContain('--comment "default/web cluster IP"');
    expect(typist.prints("node node-1 iptables -t nat -L KUBE-SERVICES -n | head -2")).toBe(
      "Chain KUBE-SERVICES (2 references)\ntarget     prot opt source               destination         \n",
    );
    expect(typist.prints("node node-1 iptables -t nat -L NOPE -n")).toBe("iptables: No chain/target/match by that name.\n");
    const tracked = typist.prints("node node-1 conntrack -L -p tcp");
    expect(tracked).toMatch(/^tcp {6}6 \d+ TIME_WAIT src=10\.244\.1\.\d+ dst=10\.\d+\.\d+\.\d+ sport=\d+ dport=80 /);
    expect(tracked).toMatch(/conntrack v1\.4\.7 \(conntrack-tools\): 1 flow entries have been shown\.\n$/);
  });

  it("what ping meets: a Pod answers, a Service does not, and why is said", () => {
    const pod = typist.simulation.view().pods.find(({ name }) => name === "net")?.ips[0] ?? "";
    expect(typist.prints(`kubectl exec box -- ping -c 2 ${pod}`)).toMatch(
      new RegExp(
        `^PING ${pod} \\(${pod}\\): 56 data bytes\\n64 bytes from ${pod}: seq=0 ttl=62 time=0\\.\\d{3} ms\\n64 bytes from ${pod}: seq=1 .*\\n\\n--- ${pod} ping statistics ---\\n2 packets transmitted, 2 packets received, 0% packet loss\\nround-trip`,
      ),
    );
    expect(typist.prints("kubectl exec box -- ping -c 1 web")).toMatch(
      /^PING web \(10\.\d+\.\d+\.\d+\): 56 data bytes\n\n--- web ping statistics ---\n1 packets transmitted, 0 packets received, 100% packet loss\ncommand terminated with exit code 1\n$/,
    );
    expect(typist.notes("kubectl exec box -- ping -c 1 web")).toContain("leave ICMP alone");
  });
});

describe("Tab", () => {
  it.each([
    ["kub", "kubectl "],
    ["kubectl ge", "kubectl get "],
    ["kubectl get serv", "kubectl get services "],
    ["kubectl get svc we", "kubectl get svc web "],
    ["kubectl get pods -n kube-s", "kubectl get pods -n kube-system "],
    ["kubectl exec cl", "kubectl exec client "],
    ["kubectl exec box -- nsl", "kubectl exec box -- nslookup "],
    ["kubectl exec box -- wget http://we", "kubectl exec box -- wget http://web "],
    ["kubectl describe svc/em", "kubectl describe svc/empty "],
    ["kubectl get svc | gr", "kubectl get svc | grep "],
    ["node node-", "node node-|node-1|node-2|node-3"],
    ["kubectl get svc zz", "kubectl get svc zz"],
  ])("%s", (text, wanted) => {
    expect(typist.completes(text)).toBe(wanted);
  });
});
