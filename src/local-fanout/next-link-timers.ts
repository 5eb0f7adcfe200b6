/** A connection that fetches a next link when its time comes. */
export interface LinkedConnection {
  fetchNextLink(): void;
}

interface Bucket {
  readonly connections: Set<LinkedConnection>;
  /** Of these, those that registered again: they are not due yet. */
  deferred: Set<LinkedConnection>;
  timer: NodeJS.Timeout;
}

/**
 * Tells connections when to fetch their next links. Those with the same timeout and the same link, apart from its
 * query, share a timer, as in Pushpin.
 */
export class NextLinkTimers {
  readonly #buckets = new Map<string, Bucket>();
  readonly #bucketOf = new Map<LinkedConnection, string>();

  /** @param timeout in milliseconds. */
  register(connection: LinkedConnection, timeout: number, link: URL): void {
    const key = `${timeout} ${link.origin}${link.pathname}`;
    const bucket = this.#buckets.get(key);
    if (bucket?.connections.has(connection)) {
      bucket.deferred.add(connection);
      return;
    }
    this.unregister(connection);
    this.#bucketOf.set(connection, key);
    if (bucket) bucket.connections.add(connection);
    else this.#start(key, timeout, new Set([connection]));
  }

  unregister(connection: LinkedConnection): void {
    const key = this.#bucketOf.get(connection);
    const bucket = key === undefined ? undefined : this.#buckets.get(key);
    if (key === undefined || bucket === undefined) return;
    this.#bucketOf.delete(connection);
    bucket.connections.delete(connection);
    bucket.deferred.delete(connection);
    if (bucket.connections.size > 0) return;
    clearTimeout(bucket.timer);
    this.#buckets.delete(key);
  }

  #start(key: string, timeout: number, connections: Set<LinkedConnection>): void {
    const timer = setTimeout(() => this.#expire(key, timeout), timeout);
    this.#buckets.set(key, { connections, deferred: new Set(), timer });
  }

  #expire(key: string, timeout: number): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    const due = [...bucket.connections].filter((connection) => !bucket.deferred.has(connection));
    for (const connection of due) this.#bucketOf.delete(connection);
    if (bucket.deferred.size > 0) this.#start(key, timeout, bucket.deferred);
    else this.#buckets.delete(key);
    for (const connection of due) connection.fetchNextLink();
  }
}
