import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.js';
import { checkChannels } from '../../src/protocol/channel.js';
import { checkNotDerived } from '../../src/protocol/derived-channel.js';
import {
  checkNotPrivate,
  connectionChannel,
  isPrivateChannel,
  userChannel,
} from '../../src/protocol/private-channel.js';

describe('the channel of a user', () => {
  it.each([
    ['ada', '~user-ada'],
    ['ada@example.com', '~user-ada%40example.com'],
    ['a,b; "c"', '~user-a%2Cb%3B%20%22c%22'],
    ['Zoë', '~user-Zo%C3%AB'],
    ['ada~sse', '~user-ada%7Esse'],
    ['%7E', '~user-%257E'],
    ['\r\n\0', '~user-%0D%0A%00'],
  ])('of %j is %s, which can be sent and is not derived', (user, channel) => {
    expect(userChannel(user)).toBe(channel);
    expect(() => checkChannels([channel])).not.toThrow();
    expect(() => checkNotDerived(channel)).not.toThrow();
  });

  it('is of nobody else', () => {
    const users = ['a', 'A', 'a~', '~a', 'a%7E', 'a ', ' a', 'a,b', 'user-a', 'connection-a'];
    const all = [...users.map(userChannel), ...users.map(connectionChannel)];
    expect(new Set(all).size).toBe(users.length * 2);
  });

  it.each([
    ['', 'an empty one'],
    [undefined, 'undefined'],
    [7, 'number'],
    ['\ud800', 'surrogate'],
  ])('is none for %j', (user, found) => {
    for (const channel of [userChannel, connectionChannel]) {
      expect(() => channel(user as string)).toThrow(ProtocolError);
      expect(() => channel(user as string)).toThrow(found);
    }
  });

  it('can not be asked for', () => {
    for (const name of [userChannel('ada'), connectionChannel('1'), '~', '~x']) {
      expect(isPrivateChannel(name)).toBe(true);
      expect(() => checkNotPrivate(name)).toThrow(/reserved for connections and users/);
    }
    for (const name of ['a', 'a~', 'user-ada']) expect(() => checkNotPrivate(name)).not.toThrow();
  });
});
