/** Checksums of the Internet protocols. */

/** The one's complement sum of 16-bit words, as a 16-bit number (RFC 1071). Several pieces count as one text. */
export function internetChecksum(...pieces: readonly Uint8Array[]): number {
  let sum = 0;
  let odd = false;
  for (const bytes of pieces) {
    for (const byte of bytes) {
      sum += odd ? byte : byte << 8;
      odd = !odd;
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

const CASTAGNOLI = 0x82f63b78;

/** CRC-32C, which SCTP ends its header with (RFC 9260, appendix A). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  }
  return ~crc >>> 0;
}
