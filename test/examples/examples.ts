import { createPrivateKey } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { userChannel } from '../../src/protocol/private-channel.js';
import { Publisher } from '../../src/publisher/index.js';
import { StreamClient } from '../../src/testing/stream-client.js';
import { WebSocketClient } from '../../src/testing/websocket-client.js';
import { ecdsaSigner, gripToken, seconds } from '../support/grip-tokens.js';

/** The names of the examples: each is a folder with `app.ts`, and the entries `node.ts` and `compute.ts`. */
export async function exampleNames(): Promise<string[]> {
  const all = await readdir('examples', { withFileTypes: true });
  return all.filter((each) => each.isDirectory()).map(({ name }) => name);
}

/** The source of an example without its test. */
export async function exampleSources(name: string): Promise<ReadonlyMap<string, string>> {
  const files = (await readdir(`examples/${name}`)).filter((file) => !file.includes('.test.'));
  return new Map(
    await Promise.all(
      files.map(async (file) => [file, await readFile(`examples/${name}/${file}`, 'utf8')] as const),
    ),
  );
}

/** Where an example runs. */
export interface RunningExample {
  readonly client: string;
  readonly publish: string;
  /** What `node.ts` has printed. */
  readonly output?: string;
}

/** What each example does for its users. It rejects when it doesn't. */
export const USES: Readonly<Record<string, (example: RunningExample) => Promise<void>>> = {
  async 'json-lines'({ client, publish }) {
    const lines = new StreamClient(new URL('/sensors/attic/lines', client));
    try {
      const { status, headers } = await lines.response();
      expectEqual([status, headers.get('Content-Type')], [200, 'application/x-ndjson']);
      const publisher = new Publisher({ url: publish });
      const received = lines.until(
        'two lines',
        (text) => text.endsWith('{"celsius":21}\n{"celsius":22}\n') || undefined,
      );
      await untilSeen(received, async () => {
        for (const celsius of [21, 22]) await publisher.publish('sensor-attic', { data: { celsius } });
      });
    } finally {
      await lines.close();
    }
  },

  async chat({ client, publish }) {
    const reader = new StreamClient(new URL('/rooms/lobby/sse', client));
    const open = (path: string) => new WebSocketClient(new URL(path, client.replace('http', 'ws')));
    await reader.response();
    const seen = reader.until('who joined', (text) => text.includes('event: joined') || undefined);
    await untilSeen(seen, async () => {
      const visitor = open('/rooms/lobby/ws?name=visitor');
      await visitor.opened();
      await visitor.close();
    });
    await open(`/rooms/lobby/ws?name=${'a'.repeat(41)}`)
      .opened()
      .then(
        () => Promise.reject(new Error('A chat with so long a name opened.')),
        (error: unknown) => expectEqual(/response: 400/.test(String(error)), true),
      );
    const ada = open('/rooms/lobby/ws?name=ada');
    try {
      await ada.opened();
      const [bob, eve] = [open('/rooms/lobby/ws?name=bob'), open('/rooms/attic/ws?name=eve')];
      try {
        await Promise.all([bob.opened(), eve.opened()]);
        await ada.until(
          'that bob joined',
          (all) => all.some((each) => `${each}`.includes('bob')) || undefined,
        );
        ada.socket.send('hello');
        const said = '{"event":"said","name":"ada","text":"hello"}';
        await bob.until(said, (all) => all.includes(said) || undefined);
        await reader.until(said, (text) => text.includes(`event: said\ndata: ${said}`) || undefined);
        expectEqual(eve.received.map(String).join().includes('ada'), false);
        bob.socket.send('hi');
        const answer = '{"event":"said","name":"bob","text":"hi"}';
        await ada.until(answer, (all) => all.includes(answer) || undefined);
        expectEqual(ada.received.includes(said), false);
        bob.socket.send(Buffer.from('binary'));
        expectEqual(await bob.closed(), { code: 4000, reason: 'text only' });
      } finally {
        await Promise.all([bob.close(), eve.close()]);
      }
      const publisher = new Publisher({ url: publish });
      await publisher.close(userChannel('ada'), { code: 4001, reason: 'out' });
      expectEqual(await ada.closed(), { code: 4001, reason: 'out' });
      const left = '{"event":"left","name":"bob"}';
      await reader.until(left, (text) => text.includes(left) || undefined);
    } finally {
      await Promise.all([ada.close(), reader.close()]);
    }
  },

  async jwt({ client, publish, output = '' }) {
    const token = /session=([\w.-]+)/.exec(output)?.[1] ?? customerToken();
    const headers = { Cookie: `session=${token}` };
    const publisher = new Publisher({ url: publish });
    const home = await fetch(client);
    expectEqual([await home.text(), home.headers.get('X-Content-Type-Options')], ['the shop', 'nosniff']);
    for (const [path, status] of [
      ['/live/sse', 401],
      ['/live/sse?channel=another', 403],
    ] as const) {
      const answer = await fetch(new URL(path, client), status === 401 ? {} : { headers });
      expectEqual(answer.status, status);
    }

    const offers = new StreamClient(new URL('/live/sse', client), headers);
    const orderUrl = new URL('/live/ws?channel=order-7', client.replace('http', 'ws'));
    const order = new WebSocketClient(orderUrl, headers);
    try {
      const offer = offers.until('an offer', (text) => text.includes('data: half price') || undefined);
      await untilSeen(offer, () => publisher.publish('offers', 'half price'));
      await order.opened();
      const shipped = order.until('the news of an order', (all) => all.includes('shipped') || undefined);
      await untilSeen(shipped, () => publisher.publish('order-7', 'shipped'));
      expectEqual(order.received.includes('half price'), false);
    } finally {
      await Promise.all([offers.close(), order.close()]);
    }
  },
};

/** The key pair of RFC 7515, A.3: `compute.ts` of `jwt` trusts it. */
export const CUSTOMER_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
} as const;
const CUSTOMER_SECRET = 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI';

function customerToken(): string {
  const key = createPrivateKey({ key: { ...CUSTOMER_KEY, d: CUSTOMER_SECRET }, format: 'jwk' });
  const claims = { channels: ['offers', 'order-*'], exp: seconds() + 3600 };
  return gripToken({ typ: 'JWT', alg: 'ES256' }, claims, ecdsaSigner(key));
}

/** Does it again until it is seen: nothing tells a client when it is subscribed. */
async function untilSeen(seen: Promise<unknown>, again: () => Promise<unknown>): Promise<void> {
  let settled = false;
  const done = seen.finally(() => {
    settled = true;
  });
  done.catch(() => undefined); // thrown below
  while (!settled) {
    await again();
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  await done;
}

function expectEqual(found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`Expected ${other}, found ${one}.`);
}
