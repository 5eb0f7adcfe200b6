import assert from 'node:assert/strict';
import type { Clients } from './clients.js';
import { type Answer, assertNoGripHeaders } from './exchange.js';
import { EVERY_BYTE, FORGEABLE, UNICODE } from './payloads.js';
import { itemFor, unique } from './published-item.js';
import { type TargetCase, type TransportPlace, targetCase } from './target-case.js';

/** What holds for every transport that holds a response back. */
export function pollCases({ path, channel }: TransportPlace): TargetCase[] {
  const item = (response: object) => itemFor(channel, { 'http-response': response });

  /** Publishes messages until a poll is answered, and says what the answer is. */
  function pollFor(
    clients: Clients,
    message: () => object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    return clients.untilReceived(clients.poll(path, headers), () => item(message()));
  }

  return [
    targetCase(`${path} answers with the code, headers and text of a message`, async (clients) => {
      const body = `${unique('poll')} ${UNICODE}`;
      const answer = await pollFor(clients, () => ({
        code: 202,
        reason: 'Accepted',
        headers: { 'X-Message': 'yes', 'Content-Type': 'application/x-contract' },
        body,
      }));
      assert.equal(answer.status, 202);
      assert.equal(answer.headers['x-message'], 'yes');
      assert.equal(answer.headers['content-type'], 'application/x-contract');
      assert.deepEqual(answer.body, Buffer.from(body));
      assertNoGripHeaders(answer.headers);
    }),

    targetCase(`${path} answers with all 256 byte values of a body-bin`, async (clients) => {
      const answer = await pollFor(clients, () => ({ 'body-bin': EVERY_BYTE.toString('base64') }));
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body, EVERY_BYTE);
    }),

    targetCase(`${path} answers the next poll with a later message`, async (clients) => {
      const name = unique('poll');
      let published = 0;
      const numbered = () => {
        published += 1;
        return { body: `${name}:${published}` };
      };
      const first = await pollFor(clients, numbered);
      const second = await pollFor(clients, numbered);
      const [one, two] = [first, second].map(
        ({ body }) => new RegExp(`^${name}:(\\d+)$`).exec(String(body))?.[1],
      );
      assert.ok(Number(two) > Number(one), `the polls were answered with ${first.body} and ${second.body}`);
    }),

    targetCase(`${path} answers every poll that waits`, async (clients) => {
      const name = unique('poll');
      const answers = await clients.untilReceived(
        Promise.all(Array.from({ length: 10 }, () => clients.poll(path))),
        () => item({ body: name }),
      );
      assert.deepEqual(
        answers.map(({ body }) => String(body)),
        Array.from({ length: 10 }, () => name),
      );
    }),

    targetCase(`${path} answers nothing that is published to another channel`, async (clients) => {
      const [name, other] = [unique('poll'), unique('other')];
      const answer = await clients.untilReceived(clients.poll(path), async () => {
        await clients.publish(itemFor(`${channel}-${other}`, { 'http-response': { body: other } }));
        return item({ body: name });
      });
      assert.equal(answer.body.toString(), name);
    }),

    targetCase(`${path} serves a client that sends Fanout’s own headers as any other`, async (clients) => {
      const body = unique('poll');
      const answer = await pollFor(clients, () => ({ body }), FORGEABLE);
      assert.equal(answer.status, 200);
      assert.equal(answer.body.toString(), body);
    }),
  ];
}
