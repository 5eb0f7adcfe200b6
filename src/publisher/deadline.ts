/**
 * Does some work, for no longer than so many milliseconds and than the signal allows.
 *
 * Compute has no AbortController: there `work` gets no signal, and what it does is left to itself.
 *
 * @throws the signal's reason, or a `TimeoutError`.
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = typeof AbortController === 'undefined' ? undefined : new AbortController();
  let stop = () => {};
  const end = new Promise<never>((_, reject) => {
    const fail = (reason: unknown) => {
      reject(reason);
      controller?.abort(reason);
    };
    const timeout = () => fail(new DOMException(`No answer within ${milliseconds} ms.`, 'TimeoutError'));
    const timer = setTimeout(timeout, milliseconds);
    const abort = () => fail(signal?.reason);
    signal?.addEventListener('abort', abort);
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([work(controller?.signal), end]);
  } finally {
    stop();
  }
}

/** @throws the signal's reason, as soon as there is one. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
