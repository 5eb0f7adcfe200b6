import { SseTransport, type WebSocketSession, WebSocketTransport } from 'hono-fanout';
import { type ContractCase, transportContract } from 'hono-fanout/testing';

class Chat extends WebSocketTransport {
  readonly greeting: string = 'hello';
  override onOpen(session: WebSocketSession): void {
    session.send(this.greeting);
  }
}

export const cases: ContractCase[] = [
  ...transportContract(SseTransport, { holds: 'stream' }),
  ...transportContract({ use: Chat, greeting: 'hi' }, { holds: 'websocket', headers: { Cookie: 'a=b' } }),
];
export const run: (() => Promise<void>) | undefined = cases[0]?.run;

// @ts-expect-error what it holds can't be known from the class
transportContract(SseTransport);
// @ts-expect-error there is no such kind
transportContract(SseTransport, { holds: 'poll' });
// @ts-expect-error there is no such setting
transportContract({ use: Chat, greting: 'hi' }, { holds: 'websocket' });
