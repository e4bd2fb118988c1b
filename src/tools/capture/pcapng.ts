/**
 * Journeys as a capture file in the pcapng format (draft-ietf-opsawg-pcapng): a section, an interface for each place, and
 * a packet block for each sighting with its time in nanoseconds, its direction and a comment that says whose it is.
 */
import type { Journey } from "../../core/network/trace.ts";
import { concat, frameOf, joined } from "./frames.ts";
import { sightingsOf, type InterfaceName, type Sighting } from "./sightings.ts";

export interface CaptureOptions {
  /** Wall time of virtual time 0, in seconds since 1970. */
  readonly epochSeconds: number;
  /** Where to listen; absent: everywhere on the way. */
  readonly interfaces?: readonly InterfaceName[];
}

/** The file's octets. Interfaces come in the order in which they first saw a packet. */
export function captureOf(journeys: readonly Journey[], options: CaptureOptions): Uint8Array {
  const { interfaces, epochSeconds } = options;
  const sightings = sightingsOf(journeys).filter((sighting) => interfaces === undefined || interfaces.includes(sighting.interface));
  const names = interfaces ?? [...new Set(sightings.map((sighting) => sighting.interface))];
  const indexes = new Map(names.map((name, index) => [name, index]));
  const packets = sightings.map((sighting) => packetBlock(sighting, indexes.get(sighting.interface) ?? 0, epochSeconds));
  return joined([sectionHeader(), ...names.map(interfaceBlock), ...packets]);
}

const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 6 } as const;
const ETHERNET = 1;

function sectionHeader(): Uint8Array {
  const body = concat(le32(0x1a2b3c4d), le16(1), le16(0), le64(0xffff_ffff_ffff_ffffn), options([[4, text("Kubehop")]]));
  return block(BLOCK.section, body);
}

function interfaceBlock(name: InterfaceName): Uint8Array {
  // 9: times are in 10^-9 seconds.
  const described = options([
    [2, text(`${name} eth0`)],
    [9, new Uint8Array([9])],
  ]);
  return block(BLOCK.interface, concat(le16(ETHERNET), le16(0), le32(0), described));
}

function packetBlock(sighting: Sighting, index: number, epochSeconds: number): Uint8Array {
  const frame = frameOf(sighting);
  const at = BigInt(epochSeconds) * 1_000_000_000n + BigInt(sighting.at);
  const { packet, journey, direction } = sighting;
  const described = options([
    [1, text(`request ${journey}, packet ${packet.index + 1}: ${packet.purpose}`)],
    [2, le32(direction === "in" ? 1 : 2)],
  ]);
  const times = concat(le32(Number(at >> 32n)), le32(Number(at & 0xffff_ffffn)));
  return block(BLOCK.packet, concat(le32(index), times, le32(frame.length), le32(frame.length), padded(frame), described));
}

/** Type, length, body, length: all in the byte order of the section header. */
function block(type: number, body: Uint8Array): Uint8Array {
  const length = le32(12 + body.length);
  return concat(le32(type), length, body, length);
}

function options(list: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array {
  return concat(...list.map(([code, value]) => concat(le16(code), le16(value.length), padded(value))), le32(0));
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function le16(value: number): Uint8Array {
  return new Uint8Array([value & 0xff, (value >> 8) & 0xff]);
}

function le32(value: number): Uint8Array {
  return new Uint8Array([value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff]);
}

function le64(value: bigint): Uint8Array {
  return concat(le32(Number(value & 0xffff_ffffn)), le32(Number(value >> 32n)));
}
