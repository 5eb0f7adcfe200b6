import { type Context, Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fanout } from '../../src/fanout.js';
import type { FanoutEnv } from '../../src/fanout-env.js';
import { fanoutHandoff } from '../../src/middleware/fanout-handoff.js';
import { HANDOFF_PROOF, handoffProof } from '../../src/protocol/handoff-proof.js';
import { WebSocketTransport } from '../../src/transports/websocket-transport.js';
import {
  answer,
  fakePlatform,
  ISSUER,
  recordingLogger,
  request,
  signed,
  signedEvents,
} from '../support/fake-platform.js';

const KEY = 'AAECAwQFBgcICQoLDA0ODw==';
const { logger } = recordingLogger();
const now = () => Math.floor(Date.now() / 1000);
const proofFor = (target: string, age = 0) => handoffProof(KEY, target, now() - age);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function served(handoffKey: () => string | Promise<string> = () => KEY) {
  const app = new Hono<FanoutEnv>();
  app.all('/live/:room', fanoutHandoff({ logger, handoffKey }), (c: Context<FanoutEnv>) =>
    c.json({ issuer: c.var.grip.issuer, expires: c.var.grip.expires, verified: c.var.grip.verified }),
  );
  return app;
}

async function handedOff(path: string, headers: Record<string, string> = {}): Promise<Headers> {
  const platform = fakePlatform();
  await answer(served(), request(path, { headers }), platform);
  return platform.handoffs[0]?.request.headers ?? new Headers();
}

/** Fanout's own request, but with a signature that is not valid. */
const unsigned = (path: string, headers: Record<string, string>) =>
  request(path, { headers: { 'Grip-Sig': 'x', ...headers } });

describe('with a handoffKey', () => {
  it('what is handed off lets itself through again, whatever its signature', async () => {
    const headers = await handedOff('/live/a?b=%c3%a9');
    const again = unsigned('/live/a?b=%C3%A9', { [HANDOFF_PROOF]: headers.get(HANDOFF_PROOF) ?? '' });
    const response = await answer(served(), again);
    expect([response.status, await response.json()]).toEqual([200, { verified: true }]);
  });

  it("a proof of the client's own is not handed off, nor does it let the client through", async () => {
    const forged = proofFor('/live/other');
    for (const name of [HANDOFF_PROOF, HANDOFF_PROOF.toUpperCase(), `Meta-${HANDOFF_PROOF}`]) {
      const headers = await handedOff('/live/a', { [name]: forged });
      expect([...headers.values()]).not.toContain(forged);
      expect(headers.get(HANDOFF_PROOF)).toBe(proofFor('/live/a'));
    }
    const platform = fakePlatform();
    const valid = { [HANDOFF_PROOF]: proofFor('/live/a') };
    expect(await answer(served(), request('/live/a', { headers: valid }), platform)).toBe(platform.response);
  });

  it('a valid signature lets through without a proof, and with a wrong one', async () => {
    for (const headers of [{}, { [HANDOFF_PROOF]: 'wrong' }, { [HANDOFF_PROOF]: 'x'.repeat(100_000) }]) {
      const response = await answer(served(), signed('/live/a', { headers }));
      expect([response.status, ((await response.json()) as { issuer: string }).issuer]).toEqual([
        200,
        ISSUER,
      ]);
    }
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one of another path', proofFor('/live/b')],
    ['one of another query', proofFor('/live/a?x')],
    ['an old one', proofFor('/live/a', 3601)],
    ['one that is escaped wrongly', proofFor('/live/%ff')],
  ])(
    'a request whose signature is not valid is refused with a proof that proves nothing: %s',
    async (_what, proof) => {
      const headers = proof === undefined ? {} : { [HANDOFF_PROOF]: proof, [`Meta-${HANDOFF_PROOF}`]: proof };
      expect((await answer(served(), unsigned('/live/a', headers))).status).toBe(403);
    },
  );

  it('verifies no signature where there is a proof', async () => {
    const verify = vi.spyOn(crypto.subtle, 'verify');
    await answer(served(), signed('/live/a', { headers: { [HANDOFF_PROOF]: proofFor('/live/a') } }));
    expect(verify).not.toHaveBeenCalled();
    await answer(served(), signed('/live/a'));
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('asks for the key in each request', async () => {
    const key = vi.fn(async () => KEY);
    const app = served(key);
    expect(key).not.toHaveBeenCalled();
    await answer(app, request('/live/a'));
    await answer(app, signed('/live/a'));
    expect(key).toHaveBeenCalledTimes(2);
  });

  it('fails where the key can’t be one, without a word about it', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    for (const sent of [
      request('/live/a'),
      signed('/live/a', { headers: { [HANDOFF_PROOF]: proofFor('/live/a') } }),
    ]) {
      const platform = fakePlatform();
      const response = await answer(
        served(() => 'a key that is none'),
        sent,
        platform,
      );
      expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error']);
      expect(platform.handoffs).toEqual([]);
    }
  });
});

describe('the proof of a WebSocket', () => {
  const app = fanout({ channels: ['test'], logger, handoffKey: () => KEY });
  const SET = `Set-Meta-${HANDOFF_PROOF}`;
  const renewed = async (headers: Record<string, string>, body = 'TEXT 1\r\nx\r\n') => {
    const response = await answer(app, signedEvents('/ws', body, headers));
    expect(response.status).toBe(200);
    return response.headers.get(SET) ?? undefined;
  };

  it('is renewed when it ages, when it is missing and when it is wrong', async () => {
    const fresh = proofFor('/ws');
    expect(await renewed({ [HANDOFF_PROOF]: proofFor('/ws', 1801) })).toBe(fresh);
    expect(await renewed({ [HANDOFF_PROOF]: proofFor('/ws', 3601) })).toBe(fresh);
    expect(await renewed({ [HANDOFF_PROOF]: proofFor('/other') })).toBe(fresh);
    expect(await renewed({})).toBe(fresh);
    expect(await renewed({ [HANDOFF_PROOF]: fresh })).toBeUndefined();
  });

  it('is added to a response whose headers can not be changed', async () => {
    class Fetching extends WebSocketTransport {
      override async subscribe() {
        const fetched = await fetch('data:application/websocket-events,OPEN%0D%0A');
        expect(() => fetched.headers.set('x', 'y')).toThrow();
        return fetched;
      }
    }
    const own = fanout({ channels: ['test'], logger, handoffKey: () => KEY, transports: [Fetching] });
    const response = await answer(own, signedEvents('/ws', 'TEXT 1\r\nx\r\n'));
    expect(response.headers.get(SET)).toBe(proofFor('/ws'));
    expect(await response.text()).toBe('OPEN\r\n');
  });

  it('then goes before the one that it was handed off with', async () => {
    const old = { [HANDOFF_PROOF]: proofFor('/ws', 3601) };
    expect(await renewed({ ...old, [`Meta-${HANDOFF_PROOF}`]: proofFor('/ws') })).toBeUndefined();
  });

  it('is not in the answer that opens it, of which the client gets the headers, nor in one that turns it away', async () => {
    expect(await renewed({}, 'OPEN\r\n')).toBeUndefined();
    const headers = { [HANDOFF_PROOF]: proofFor('/ws', 1801) };
    expect(await renewed(headers, 'OPEN\r\n')).toBeUndefined();
    const closed = fanout({ channels: () => [], logger, handoffKey: () => KEY });
    const response = await answer(closed, signedEvents('/ws', 'OPEN\r\n', headers));
    expect([response.status, response.headers.get(SET)]).toEqual([403, null]);
  });
});
