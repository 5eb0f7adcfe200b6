export { type LocalFanout, type LocalFanoutOptions, startLocalFanout } from './local-fanout.js';
