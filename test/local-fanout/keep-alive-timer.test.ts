import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeepAliveTimer } from '../../src/local-fanout/keep-alive-timer.js';

describe('KeepAliveTimer', () => {
  const send = vi.fn();
  let timer: KeepAliveTimer | undefined;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    send.mockReset();
  });
  afterEach(() => {
    timer?.stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it.each([
    { idle: true, at: [10, 20, 30] },
    { idle: false, at: [10, 20, 30] },
  ])('fires again and again (idle: $idle)', ({ idle, at }) => {
    timer = new KeepAliveTimer({ timeout: 10_000, idle }, send);
    for (const [index] of at.entries()) {
      vi.advanceTimersByTime(9_999);
      expect(send).toHaveBeenCalledTimes(index);
      vi.advanceTimersByTime(1);
      expect(send).toHaveBeenCalledTimes(index + 1);
    }
  });

  it.each([
    { idle: true, calls: 0 },
    { idle: false, calls: 1 },
  ])('starts anew with a message only when idle ($idle)', ({ idle, calls }) => {
    timer = new KeepAliveTimer({ timeout: 10_000, idle }, send);
    vi.advanceTimersByTime(6_000);
    timer.touch();
    vi.advanceTimersByTime(6_000);
    expect(send).toHaveBeenCalledTimes(calls);
  });

  it('fires up to a second early, and never after it is stopped', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    timer = new KeepAliveTimer({ timeout: 10_000, idle: true }, send);
    vi.advanceTimersByTime(9_100);
    expect(send).toHaveBeenCalledTimes(1);
    timer.stop();
    vi.advanceTimersByTime(60_000);
    expect(send).toHaveBeenCalledTimes(1);
  });
});
