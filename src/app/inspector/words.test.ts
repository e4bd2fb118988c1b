import { expect, test } from "vitest";
import { addressIn } from "./words.tsx";

test.each([
  ["10.244.1.3", "10.244.1.3"],
  ["10.244.1.3:8080", "10.244.1.3"],
  ["[fd00::3]:8080", "fd00::3"],
  ["fd00::3", "fd00::3"],
  ["10.244.0.0/16", null],
])("%s is the address %s", (part, address) => expect(addressIn(part)).toBe(address));
