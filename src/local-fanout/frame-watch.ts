/**
 * Finds, in the bytes of a client's frames, a control frame among the fragments of a message. RFC 6455 allows it (5.4),
 * but Pushpin cuts such a client off; `ws` puts the fragments together and does not tell.
 */
export class FrameWatch {
  /** What is known of the header of the next frame. */
  #header: number[] = [];
  /** Bytes of content until that header. */
  #skip = 0;
  #fragmented = false;

  /** False when there is such a frame in it. */
  accepts(chunk: Uint8Array): boolean {
    for (let position = 0; position < chunk.length; ) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - position);
        this.#skip -= skipped;
        position += skipped;
        continue;
      }
      this.#header.push(chunk[position] as number);
      position += 1;
      if (this.#header.length < headerLength(this.#header)) continue;
      const [first = 0] = this.#header;
      const [isLast, isControl] = [(first & 0x80) !== 0, (first & 0x08) !== 0];
      if (isControl && this.#fragmented) return false;
      if (!isControl) this.#fragmented = !isLast;
      this.#skip = contentLength(this.#header);
      this.#header = [];
    }
    return true;
  }
}

/** RFC 6455, 5.2: two bytes, then the rest of the length, then the mask. */
function headerLength([, second]: readonly number[]): number {
  if (second === undefined) return 2;
  return 2 + extraLength(second) + (second & 0x80 ? 4 : 0);
}

function extraLength(second: number): number {
  const length = second & 0x7f;
  return length === 127 ? 8 : length === 126 ? 2 : 0;
}

function contentLength(header: readonly number[]): number {
  const [, second = 0] = header;
  const extra = extraLength(second);
  if (extra === 0) return second & 0x7f;
  return header.slice(2, 2 + extra).reduce((length, byte) => length * 256 + byte, 0);
}
