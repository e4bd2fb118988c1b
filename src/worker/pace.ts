/** Virtual time that runs with the wall clock while steady traffic stands: so many seconds a second, or not at all. */

/** A worker that is behind by more wall time than this (ms) lets it go: time runs slower, nothing is left out. */
const BEHIND_MOST_MS = 250;

export class Pace {
  playing = true;
  rate = 1;
  private anchor = { wallMs: 0, virtual: 0 };

  /** From here on. */
  set(nowMs: number, virtual: number): void {
    this.anchor = { wallMs: nowMs, virtual };
  }

  /** How far virtual time should be. */
  target(nowMs: number): number {
    if (!this.playing) return this.anchor.virtual;
    return this.anchor.virtual + Math.max(0, Math.floor((nowMs - this.anchor.wallMs) * this.rate * 1e6));
  }

  /** It came so far by now. */
  reached(nowMs: number, virtual: number): void {
    if (this.target(nowMs) - virtual > BEHIND_MOST_MS * this.rate * 1e6) this.set(nowMs, virtual);
  }
}
