import { Readable, type Transform } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import zlib from 'node:zlib';
import { ProtocolError } from '../errors.js';

/** What Pushpin tells the service it can read, whatever the client can: it decodes all responses. */
export const ACCEPT_ENCODING = 'deflate, gzip, br, zstd';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  ...zstd(),
};

/**
 * The response without its content coding.
 *
 * @param isDecoded the body comes from `fetch`, which has decoded it and left the header.
 * @throws ProtocolError when the coding is not known, as Pushpin answers 502 then.
 */
export function decoded(response: Response, isDecoded: boolean): Response {
  const coding = response.headers.get('Content-Encoding')?.trim().toLowerCase();
  if (coding === undefined) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  let { body } = response;
  if (body !== null && coding !== 'identity') {
    const decoder = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
    if (decoder === undefined)
      throw new ProtocolError(`Expected one of ${ACCEPT_ENCODING}, found "${coding}".`);
    if (!isDecoded) body = decode(body, decoder());
  }
  return new Response(body, { status, statusText, headers });
}

function decode(body: NonNullable<Response['body']>, decoder: Transform): NonNullable<Response['body']> {
  const encoded = Readable.fromWeb(body as ReadableStream);
  encoded.once('error', (error) => decoder.destroy(error));
  decoder.once('close', () => encoded.destroy());
  return Readable.toWeb(encoded.pipe(decoder)) as NonNullable<Response['body']>;
}

/** Node has it from 22.15. */
function zstd(): Readonly<Record<string, () => Transform>> {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };
  return createZstdDecompress ? { zstd: () => createZstdDecompress() } : {};
}
