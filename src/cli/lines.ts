import { StringDecoder } from 'node:string_decoder';
import { ProtocolError } from '../errors.js';
import { MAX_PUBLISH_BYTES } from '../protocol/publish-item.js';

/**
 * The lines of some input, as many at a time as came together. A line ends in a line feed, or in a carriage return
 * and one.
 *
 * @throws ProtocolError for one that is longer than any message may be.
 */
export async function* lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of input) {
    const some = (rest + decoder.write(Buffer.from(chunk))).split('\n');
    rest = some.pop() ?? '';
    if (rest.length > MAX_PUBLISH_BYTES) {
      throw new ProtocolError(`Expected lines of at most ${MAX_PUBLISH_BYTES} bytes, found a longer one.`);
    }
    if (some.length > 0) yield some.map((line) => line.replace(/\r$/, ''));
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}
