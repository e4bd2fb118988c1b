import { describe, expect, it } from "vitest";
import { chainHash, endpointChain, serviceChain, servicePortHash, servicePortName } from "./names.ts";

describe("chainHash", () => {
  it.each([
    ["default/kubernetes:httpstcp", "NPX46M4PTMTKRN6Y"],
    ["kube-system/kube-dns:dnsudp", "TCOU7JCQXEZGVUNU"],
    ["kube-system/kube-dns:dns-tcptcp", "ERIFXISQEP7F7OF4"],
    ["shop/apitcp", "YI7FANR2652WTB3A"],
    ["shop/dns:dnssctp", "PHSJZI2HPH4ZEFIY"],
    ["shop/store:httpstcp", "ZKQSJYZOTP5ALPHW"],
    ["shop/store:httpstcp10.244.1.10:8443", "OUI7MIAAFRFDZMCV"],
    ["shop/store:httpstcp[fd00:10:244:1::a]:8443", "3GFS7CTZTZNLYF7T"],
  ])("%s", (text, hash) => {
    expect(chainHash(text)).toBe(hash);
    expect(chainHash(text), "remembered").toBe(hash);
  });
});

it("names the chains of a service port and of its endpoints", () => {
  const name = servicePortName("shop", "store", "https");
  expect(name).toBe("shop/store:https");
  expect(servicePortName("shop", "api", "")).toBe("shop/api");
  const hash = servicePortHash(name, "TCP");
  expect([hash, serviceChain("SVC", hash), serviceChain("SVL", hash), serviceChain("EXT", hash), serviceChain("FW", hash)]).toEqual([
    "ZKQSJYZOTP5ALPHW",
    "KUBE-SVC-ZKQSJYZOTP5ALPHW",
    "KUBE-SVL-ZKQSJYZOTP5ALPHW",
    "KUBE-EXT-ZKQSJYZOTP5ALPHW",
    "KUBE-FW-ZKQSJYZOTP5ALPHW",
  ]);
  expect(endpointChain(name, "TCP", "10.244.1.10:8443")).toBe("KUBE-SEP-OUI7MIAAFRFDZMCV");
  expect(serviceChain("SVC", servicePortHash("shop/dns:dns", "SCTP"))).toBe("KUBE-SVC-PHSJZI2HPH4ZEFIY");
});
