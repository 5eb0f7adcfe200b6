import {
  fastlyEndpoint,
  gripUrl,
  type PublishError,
  Publisher,
  type PublishReceipt,
  pushpinEndpoint,
} from 'hono-fanout/publisher';

const pushpin = pushpinEndpoint({ url: 'http://localhost:5561/' });
const publisher = new Publisher([
  pushpin,
  fastlyEndpoint({ serviceId: 'id', token: async () => 'token', backend: 'fastly-api' }),
  gripUrl('http://localhost:5561/?iss=me&key=secret'),
]);

export async function publish(signal: AbortSignal): Promise<PublishReceipt> {
  await publisher.publish('room', 'hello');
  await publisher.publish('room', new Uint8Array([1, 2]));
  await publisher.publish('room', { event: 'joined', data: { who: 'ada' }, id: '42', retry: 1000 });
  await publisher.publish('room', { data: [1, 'two', null] }, { signal, to: ['websocket', 'sse'] });
  await publisher.publishMany([{ channel: 'room', message: 'hello' }]);
  await publisher.close('room', { code: 4000, reason: 'bye' });
  const { ids } = await publisher.send([
    {
      channel: 'room',
      formats: { 'http-stream': { content: 'hello' }, 'http-response': { code: 200, body: '' } },
    },
  ]);
  const first: string | undefined = ids[0];

  // @ts-expect-error an object is the data of a message, not the message
  await publisher.publish('room', { who: 'ada' });
  // @ts-expect-error a message is no number
  await publisher.publish('room', 7);
  // @ts-expect-error nobody listens by carrier pigeon
  await publisher.publish('room', 'hello', { to: ['pigeon'] });
  // @ts-expect-error there is no such format
  await publisher.send([{ channel: 'room', formats: { 'http-steam': { content: 'hello' } } }]);
  return publisher.publish(first ?? 'room', 'hello');
}

export function statusOf(error: PublishError): readonly string[] {
  return error.channels;
}

// @ts-expect-error a publisher needs an endpoint
new Publisher();
// @ts-expect-error who publishes at Fastly needs a token
fastlyEndpoint({ serviceId: 'id' });
