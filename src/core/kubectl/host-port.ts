/** Addresses beside their ports. (net.JoinHostPort) */
export function hostPort(address: string, port: number | string): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
