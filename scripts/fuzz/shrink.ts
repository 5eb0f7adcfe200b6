/** The input without all that can be left out while `holds` stays true, found in at most `tries`. */
export function shrink(input: Buffer, holds: (smaller: Buffer) => boolean, tries = 500): Buffer {
  let result = input;
  let left = tries;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < result.length && left > 0; left -= 1) {
      const smaller = Buffer.concat([result.subarray(0, at), result.subarray(at + size)]);
      if (holds(smaller)) result = smaller;
      else at += size;
    }
  }
  return result;
}
