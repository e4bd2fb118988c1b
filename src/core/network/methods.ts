/** HTTP methods (RFC 9110, 9.3; PATCH: RFC 5789) that a client can ask with. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type Method = (typeof METHODS)[number];
