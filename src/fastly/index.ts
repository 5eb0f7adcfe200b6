export { type FanoutFetchEvent, handle } from './handle.js';
export { type ServedApp, serve } from './serve.js';
