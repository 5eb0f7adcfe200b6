import { PublishError } from '../errors.js';
import type { EncodedMessage } from './batches.js';
import type { PostResult } from './post.js';

/** A request that an endpoint did not accept. */
export interface FailedPost extends Required<PostResult> {
  /** Its URL, without what may be secret in it. */
  readonly endpoint: string;
}

/**
 * The error for a batch that endpoints did not accept: that of the first, with those of the others.
 *
 * @param ids those of the messages that are not accepted everywhere.
 */
export function publishError(
  [first, ...others]: readonly FailedPost[],
  batch: readonly EncodedMessage[],
  ids: readonly string[],
): PublishError {
  const { endpoint, attempts, failure } = first as FailedPost;
  const { status, reason } = failure;
  const channels = [...new Set(batch.map(({ channel }) => channel))];
  const tries = attempts === 1 ? 'one try' : `${attempts} tries`;
  const what = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(reason === undefined ? [] : [reason]),
  ];
  return new PublishError(
    `Publishing to ${endpoint} failed after ${tries}: ${what.join(', ').replace(/\.$/, '')}.`,
    { endpoint, status, channels, attempts, ids },
    {
      ...('cause' in failure && { cause: failure.cause }),
      others: others.map((each) => publishError([each], batch, ids)),
    },
  );
}
