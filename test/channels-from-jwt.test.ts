import { Hono } from 'hono';
import { jwt } from 'hono/jwt';
import { describe, expect, it } from 'vitest';
import { type ChannelsFromJwtOptions, channelsFromJwt } from '../src/channels-from-jwt.js';
import { ConfigurationError } from '../src/errors.js';
import { fanout } from '../src/fanout.js';
import { hmacKey } from '../src/protocol/grip-signature.js';
import { answer, recordingLogger, signed, signedEvents } from './support/fake-platform.js';
import { namedChannels } from './support/grip-headers.js';
import { gripToken, hmacSigner, seconds } from './support/grip-tokens.js';

const KEY = 'the key of the tokens';
const { logger, records } = recordingLogger();
const token = (claims: object, key = KEY) =>
  gripToken({ alg: 'HS256' }, { exp: seconds() + 60, ...claims }, hmacSigner(key));

function app(options: ChannelsFromJwtOptions = {}) {
  const channels = channelsFromJwt({ keys: [hmacKey(KEY)], ...options });
  return fanout({ channels, secret: () => 'secret', logger });
}
const with_ = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });
const asked = async (path: string, init: RequestInit, options: ChannelsFromJwtOptions = {}) => {
  const response = await answer(app(options), signed(path, init));
  return namedChannels(response) ?? response.status;
};

describe('channelsFromJwt', () => {
  it('opens the channels that the token names, and of these the ones asked for', async () => {
    const opened = with_(token({ channels: ['news', 'sport', 'room-*'] }));
    expect(await asked('/response', opened)).toBe('news, sport');
    expect(await asked('/response?channel=sport', opened)).toBe('sport');
    expect(await asked('/response?channel=room-7&channel=news', opened)).toBe('room-7, news');
    expect(await asked('/response?channel=room-', opened)).toBe('room-');
    expect(await asked('/response?channel=room', opened)).toBe(403);
    expect(await asked('/response?channel=news&channel=secret', opened)).toBe(403);
    expect(await asked('/response?channel=room-*', opened)).toBe('room-*');
  });

  it.each<[string, RequestInit, number]>([
    ['no token', {}, 401],
    ['another scheme', { headers: { Authorization: 'Basic abc' } }, 401],
    ['nonsense', with_('nonsense'), 401],
    ['a token of another key', with_(token({ channels: ['a'] }, 'other')), 401],
    ['an expired token', with_(token({ channels: ['a'], exp: seconds() - 6 })), 401],
    ['a token without expiry', with_(token({ channels: ['a'], exp: undefined })), 401],
    ['a token that names none', with_(token({ channels: [] })), 403],
    ['a token that opens prefixes, of which none is asked for', with_(token({ channels: ['room-*'] })), 403],
    ['a token without the claim', with_(token({})), 403],
    ['a claim that is no list', with_(token({ channels: 'a' })), 403],
    ['a claim of other things', with_(token({ channels: ['a', 1] })), 403],
    ['a name that can not be sent', with_(token({ channels: ['a,b'] })), 400],
    ['a reserved name', with_(token({ channels: ['a~sse'] })), 400],
  ])('refuses %s', async (_, init, status) => {
    for (const path of ['/sse', '/stream', '/response']) {
      const response = await answer(app(), signed(path, init));
      expect([response.status, response.headers.has('Grip-Hold')]).toEqual([status, false]);
    }
    const headers = new Headers(init.headers);
    const open = signedEvents('/ws', 'OPEN\r\n', Object.fromEntries(headers));
    expect((await answer(app(), open)).status).toBe(status);
  });

  it('takes the claim, the cookie and the parameter by other names', async () => {
    const options = { claim: 'mercure', cookie: 'session', parameter: 'topic' };
    const cookie = { headers: { Cookie: `a=b; session=${token({ mercure: ['x', 'y-*'] })}` } };
    expect(await asked('/response', cookie, options)).toBe('x');
    expect(await asked('/response?topic=y-1&channel=no', cookie, options)).toBe('y-1');
  });

  it('asks for keys in each request where they come from a store', async () => {
    let key = KEY;
    const opened = with_(token({ channels: ['a'] }));
    const keys = async () => [hmacKey(key)];
    expect(await asked('/response', opened, { keys })).toBe('a');
    key = 'rotated';
    expect(await asked('/response', opened, { keys })).toBe(401);
  });

  it('takes what jwt() of Hono has verified', async () => {
    const behind = new Hono()
      .use(jwt({ secret: KEY, alg: 'HS256' }))
      .route('/', fanout({ channels: channelsFromJwt(), secret: () => 's', logger }));
    const response = await answer(behind, signed('/response', with_(token({ channels: ['a'] }))));
    expect(namedChannels(response)).toBe('a');
  });

  it('needs either', async () => {
    const bare = fanout({ channels: channelsFromJwt(), logger });
    let thrown: unknown;
    bare.onError((error, c) => {
      thrown = error;
      return c.body(null, 500);
    });
    await answer(bare, signed('/response'));
    expect(thrown).toBeInstanceOf(ConfigurationError);
  });

  it('keeps tokens out of answers and logs', async () => {
    const forged = token({ channels: ['a'] }, 'other');
    const response = await answer(app(), signed('/sse', with_(forged)));
    const said = (await response.text()) + JSON.stringify(records);
    for (const part of forged.split('.')) expect(said).not.toContain(part);
  });
});
