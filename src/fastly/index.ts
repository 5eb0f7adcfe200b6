export { type FanoutFetchEvent, handle } from './handle.js';
export { serve } from './serve.js';
