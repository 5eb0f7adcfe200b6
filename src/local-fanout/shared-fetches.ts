/** A response that more than one can read. */
interface Shared {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ArrayBuffer;
}

/** Lets those who ask for the same at the same time share one request, as Pushpin does for next links. */
export class SharedFetches {
  readonly #underWay = new Map<string, Promise<Shared>>();

  async fetch(link: URL, headers: Headers, send: (headers: Headers) => Promise<Response>): Promise<Response> {
    const key = JSON.stringify([link.href, [...headers]]);
    let shared = this.#underWay.get(key);
    if (shared === undefined) {
      shared = send(headers).then(async (response) => {
        return { status: response.status, headers: response.headers, body: await response.arrayBuffer() };
      });
      this.#underWay.set(key, shared);
      const done = () => this.#underWay.delete(key);
      shared.then(done, done);
    }
    const { status, headers: received, body } = await shared;
    const hasBody = status !== 204 && status !== 304;
    return new Response(hasBody ? body : null, { status, headers: received });
  }
}
