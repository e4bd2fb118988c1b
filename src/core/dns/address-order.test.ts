/** Rows as getaddrinfo of glibc 2.36 and musl 1.2.3 gave them, with names in /etc/hosts and the sender's addresses on an interface. */
import { describe, expect, test } from "vitest";
import { orderAddresses, type SourceAddress } from "./address-order.ts";

const V4: SourceAddress = { address: "10.244.1.5", prefix: 24 };
const ULA: SourceAddress = { address: "fd00:10:244:1::5", prefix: 64 };
const GLOBAL: SourceAddress = { address: "2001:db8:1::5", prefix: 64 };

const SENDERS: { readonly [name: string]: readonly SourceAddress[] } = {
  v4: [V4],
  ula: [V4, ULA],
  v6: [ULA],
  global: [V4, GLOBAL],
  both: [V4, ULA, GLOBAL],
};

/** In the order of /etc/hosts. */
const NAMES: { readonly [name: string]: string } = {
  dual: "10.96.80.8 fd00:10:96::8",
  public: "192.0.2.80 2001:db8::80",
  only4: "10.96.80.8",
  only6: "fd00:10:96::8",
  hl: "10.244.1.30 fd00:10:244:1::30 10.244.2.30 fd00:10:244:2::30",
  mixed: "10.96.80.8 2001:db8::80",
  mixed2: "192.0.2.80 fd00:10:96::8",
  ll: "169.254.1.1 fd00:10:96::8",
  v4two: "10.96.80.8 10.244.1.7 203.0.113.9",
  v6two: "fd00:10:244:1::7 fd00:10:96::8 2001:db8::80",
};

const MEASURED = `
== v4 glibc
dual 10.96.80.8 fd00:10:96::8
public 192.0.2.80 2001:db8::80
only4 10.96.80.8
only6 fd00:10:96::8
hl 10.244.1.30 10.244.2.30 fd00:10:244:1::30 fd00:10:244:2::30
mixed 10.96.80.8 2001:db8::80
mixed2 192.0.2.80 fd00:10:96::8
ll 169.254.1.1 fd00:10:96::8
v4two 10.96.80.8 10.244.1.7 203.0.113.9
v6two fd00:10:244:1::7 fd00:10:96::8 2001:db8::80
== v4 musl
dual 10.96.80.8 fd00:10:96::8
public 192.0.2.80 2001:db8::80
only4 10.96.80.8
only6 fd00:10:96::8
hl 10.244.1.30 10.244.2.30 fd00:10:244:1::30 fd00:10:244:2::30
mixed 10.96.80.8 2001:db8::80
mixed2 192.0.2.80 fd00:10:96::8
ll 169.254.1.1 fd00:10:96::8
v4two 10.96.80.8 10.244.1.7 203.0.113.9
v6two 2001:db8::80 fd00:10:244:1::7 fd00:10:96::8
== ula glibc
dual fd00:10:96::8 10.96.80.8
public 192.0.2.80 2001:db8::80
only4 10.96.80.8
only6 fd00:10:96::8
hl fd00:10:244:1::30 fd00:10:244:2::30 10.244.1.30 10.244.2.30
mixed 10.96.80.8 2001:db8::80
mixed2 fd00:10:96::8 192.0.2.80
ll fd00:10:96::8 169.254.1.1
v4two 10.244.1.7 10.96.80.8 203.0.113.9
v6two fd00:10:244:1::7 fd00:10:96::8 2001:db8::80
== ula musl
dual 10.96.80.8 fd00:10:96::8
public 192.0.2.80 2001:db8::80
only4 10.96.80.8
only6 fd00:10:96::8
hl 10.244.1.30 10.244.2.30 fd00:10:244:1::30 fd00:10:244:2::30
mixed 10.96.80.8 2001:db8::80
mixed2 192.0.2.80 fd00:10:96::8
ll 169.254.1.1 fd00:10:96::8
v4two 10.96.80.8 10.244.1.7 203.0.113.9
v6two fd00:10:244:1::7 fd00:10:96::8 2001:db8::80
== v6 glibc
dual fd00:10:96::8 10.96.80.8
public 2001:db8::80 192.0.2.80
only4 10.96.80.8
only6 fd00:10:96::8
hl fd00:10:244:1::30 fd00:10:244:2::30 10.244.1.30 10.244.2.30
mixed 2001:db8::80 10.96.80.8
mixed2 fd00:10:96::8 192.0.2.80
ll fd00:10:96::8 169.254.1.1
v4two 10.96.80.8 10.244.1.7 203.0.113.9
v6two fd00:10:244:1::7 fd00:10:96::8 2001:db8::80
== v6 musl
dual fd00:10:96::8 10.96.80.8
public 2001:db8::80 192.0.2.80
only4 10.96.80.8
only6 fd00:10:96::8
hl fd00:10:244:1::30 fd00:10:244:2::30 10.244.1.30 10.244.2.30
mixed 2001:db8::80 10.96.80.8
mixed2 fd00:10:96::8 192.0.2.80
ll fd00:10:96::8 169.254.1.1
v4two 10.96.80.8 10.244.1.7 203.0.113.9
v6two fd00:10:244:1::7 fd00:10:96::8 2001:db8::80
== global glibc
dual 10.96.80.8 fd00:10:96::8
public 2001:db8::80 192.0.2.80
only4 10.96.80.8
only6 fd00:10:96::8
hl 10.244.1.30 10.244.2.30 fd00:10:244:1::30 fd00:10:244:2::30
mixed 2001:db8::80 10.96.80.8
mixed2 192.0.2.80 fd00:10:96::8
ll fd00:10:96::8 169.254.1.1
v4two 10.244.1.7 10.96.80.8 203.0.113.9
v6two 2001:db8::80 fd00:10:244:1::7 fd00:10:96::8
== global musl
dual 10.96.80.8 fd00:10:96::8
public 2001:db8::80 192.0.2.80
only4 10.96.80.8
only6 fd00:10:96::8
hl 10.244.1.30 10.244.2.30 fd00:10:244:1::30 fd00:10:244:2::30
mixed 2001:db8::80 10.96.80.8
mixed2 192.0.2.80 fd00:10:96::8
ll 169.254.1.1 fd00:10:96::8
v4two 10.96.80.8 10.244.1.7 203.0.113.9
v6two 2001:db8::80 fd00:10:244:1::7 fd00:10:96::8
== both glibc
dual fd00:10:96::8 10.96.80.8
public 2001:db8::80 192.0.2.80
only4 10.96.80.8
only6 fd00:10:96::8
hl fd00:10:244:1::30 fd00:10:244:2::30 10.244.1.30 10.244.2.30
mixed 2001:db8::80 10.96.80.8
mixed2 fd00:10:96::8 192.0.2.80
ll fd00:10:96::8 169.254.1.1
v4two 10.244.1.7 10.96.80.8 203.0.113.9
v6two fd00:10:244:1::7 2001:db8::80 fd00:10:96::8
== both musl
dual 10.96.80.8 fd00:10:96::8
public 2001:db8::80 192.0.2.80
only4 10.96.80.8
only6 fd00:10:96::8
hl 10.244.1.30 10.244.2.30 fd00:10:244:1::30 fd00:10:244:2::30
mixed 2001:db8::80 10.96.80.8
mixed2 192.0.2.80 fd00:10:96::8
ll 169.254.1.1 fd00:10:96::8
v4two 10.96.80.8 10.244.1.7 203.0.113.9
v6two 2001:db8::80 fd00:10:244:1::7 fd00:10:96::8
`;

const rows = MEASURED.trim()
  .split(/^== /m)
  .filter((block) => block !== "")
  .flatMap((block) => {
    const [head = "", ...lines] = block.trim().split("\n");
    const [sender = "", libc = ""] = head.split(" ");
    return lines.map((line) => {
      const [name = "", ...addresses] = line.split(" ");
      return { sender, libc: libc === "musl" ? ("musl" as const) : ("glibc" as const), name, addresses };
    });
  });

describe("the order of addresses", () => {
  test("a hundred rows were measured", () => {
    expect(rows).toHaveLength(100);
  });

  test.each(rows)("$sender $libc $name", ({ sender, libc, name, addresses }) => {
    expect(orderAddresses(libc, (NAMES[name] ?? "").split(" "), SENDERS[sender] ?? [])).toEqual(addresses);
  });

  test("what both disagree about: a Service of both families, asked for by a Pod of both", () => {
    const service = ["10.96.80.8", "fd00:10:96::8"];
    expect(orderAddresses("glibc", service, [V4, ULA])[0]).toBe("fd00:10:96::8");
    expect(orderAddresses("musl", service, [V4, ULA])[0]).toBe("10.96.80.8");
  });

  test("a dual-stack sender with glibc prefers endpoints of its own subnet, whatever DNS put first; nobody else does", () => {
    const pods = ["10.244.2.30", "10.244.3.30", "10.244.1.30"];
    expect(orderAddresses("glibc", pods, [V4, ULA])).toEqual(["10.244.1.30", "10.244.2.30", "10.244.3.30"]);
    expect(orderAddresses("glibc", pods, [V4])).toEqual(pods);
    expect(orderAddresses("musl", pods, [V4, ULA])).toEqual(pods);
    expect(orderAddresses("glibc", pods, [{ ...V4, prefix: 32 }, ULA])).toEqual(pods);
  });
});
